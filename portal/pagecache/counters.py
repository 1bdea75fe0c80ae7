"""Cache counters: numbers that move in the transaction that changes what readers see.

A page reads the counters it depends on *before* it reads anything else and is stored with them; a stored page is
served only while they stand. Whoever bumps counters has recorded an audit event first: the lock of the audit log
orders the writers, so two of them never bump the same counters in crossing orders.

What the counters stand for is said by those whose pages they are (news/page_counters.py, comments/page_counters.py).
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any, TypeVar

from django.db.models import F
from django.http import HttpResponse
from django.utils import timezone

from portal.models import CacheCounter
from portal.pagecache.responses import CacheableResponse

SITE = "site"  # what every page shows around its own content: the masthead
AT_ONCE = 500  # names in one statement; databases take only so many parameters

Answer = TypeVar("Answer")


def values(names: Iterable[str]) -> dict[str, int]:
    """Return the value of each counter; one that never moved stands at 0."""
    names = set(names)
    if not names:
        return {}
    return dict.fromkeys(names, 0) | dict(CacheCounter.objects.filter(pk__in=names).values_list("name", "value"))


def bump(*names: str) -> None:
    """Invalidate the pages that depend on these counters, when the caller's transaction commits."""
    ordered = sorted(set(names))
    for start in range(0, len(ordered), AT_ONCE):
        part = ordered[start : start + AT_ONCE]
        CacheCounter.objects.bulk_create([CacheCounter(name=name) for name in part], ignore_conflicts=True)
        CacheCounter.objects.filter(pk__in=part).update(value=F("value") + 1)


class PageDependencies:
    """The counters a page depends on, as they stood before it was rendered, and the moment until which it is right.

    A view makes one first of all, renders, and returns `dependencies.cacheable(response)`. `names` are what the page
    depends on for certain; of the `possible` ones the values are read in the same query, and the page depends on
    those that it adds later.

    Pages print the date and the site's offset from UTC, so none outlives the day in the site's time zone, nor a
    change of the clock.
    """

    def __init__(self, *names: str, possible: Iterable[str] = ()) -> None:
        self.at = timezone.now()
        self.is_private = False
        self._values = values({*names, *possible})
        self.counters = {name: self._values[name] for name in names}
        tomorrow = timezone.localtime(self.at, timezone.get_default_timezone()).date() + timedelta(days=1)
        midnight = datetime.combine(tomorrow, time.min, timezone.get_default_timezone())
        self.until = _next_clock_change(self.at, midnight)

    def add(self, *names: str) -> None:
        """Depend on more counters. Where one is not among the `possible` ones, call this before reading what it
        stands for."""
        self._values |= values(set(names) - self._values.keys())
        self.counters |= {name: self._values[name] for name in names}

    def expires_at(self, moments: Iterable[datetime]) -> None:
        """End the page at the first of these moments still to come: it shows what changes then by the clock alone."""
        self.until = min([self.until, *(moment for moment in moments if moment > self.at)])

    def memoize(self, counter: str, what: str, compute: Callable[[], Answer]) -> Answer:
        """Depend on a counter, and return an answer that this process remembers while it stands.

        `what` names the answer among those remembered under the counter.
        """
        self.add(counter)
        remembered: tuple[int, Answer] | None = _memo.get((counter, what))
        if remembered is None or remembered[0] != self.counters[counter]:
            remembered = _memo[counter, what] = self.counters[counter], compute()
        return remembered[1]

    def mark_private(self) -> None:
        """A part of the page is for one reader alone, so it must not be stored."""
        self.is_private = True

    def cacheable(self, response: HttpResponse, *, parameters: Iterable[str] = ()) -> CacheableResponse:
        """Let the response be stored and served again. `parameters`: those of the query that make another page."""
        return CacheableResponse.of(response, counters=self.counters, until=self.until, parameters=parameters)


_memo: dict[tuple[str, str], tuple[int, Any]] = {}


def clear_memo() -> None:
    """Forget what this process remembers; for tests, which exchange the database under it."""
    _memo.clear()


def _next_clock_change(start: datetime, end: datetime) -> datetime:
    """Return when the site's clock is put forward or back between two moments of a day, or `end` where it is not.

    zoneinfo does not tell, so we search. In UTC: Python compares two times of one zone by their hands alone.
    """

    def offset(moment: datetime) -> timedelta | None:
        return moment.astimezone(timezone.get_default_timezone()).utcoffset()

    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if offset(start) == offset(end):
        return end
    while end - start > timedelta(seconds=1):
        middle = start + (end - start) / 2
        start, end = (start, middle) if offset(middle) != offset(start) else (middle, end)
    return end.replace(microsecond=0)
