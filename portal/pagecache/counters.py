"""The change counters: numbers that move in the transaction that changes what readers see.

A page reads the counters it depends on *before* it reads anything else and is kept with them; a kept
page is served only while they stand. Whoever moves counters has appended an event first: the locked
head of the history makes writers take turns, so counters are never moved in crossing orders.
"""

from bisect import bisect_right
from datetime import UTC, datetime, time, timedelta

from django.db.models import F
from django.utils import timezone

from news.models import Article, ArticleRelated
from portal.models import CacheCounter

SITE = "site"  # what every page shows: the masthead's sections, names
LISTS = "lists"  # which stories there are, and when the next one appears or goes
HOME = "home"  # what the front page alone shows, such as the most discussed stories


def story(slug):
    return f"story:{slug}"


def section(slug):
    return f"section:{slug}"


def tag(slug):
    return f"tag:{slug}"


def values(names):
    """What the counters stand at, for every name; one that never moved stands at 0."""
    return dict.fromkeys(names, 0) | dict(CacheCounter.objects.filter(pk__in=names).values_list("name", "value"))


def bump(*names):
    """Say that what these counters stand for has changed; in the caller's transaction."""
    CacheCounter.objects.bulk_create([CacheCounter(name=name) for name in sorted(names)], ignore_conflicts=True)
    CacheCounter.objects.filter(pk__in=names).update(value=F("value") + 1)


def counters_for(article):
    """The counters of every page on which this story shows as it stands now."""
    names = {LISTS, HOME} | {story(slug) for slug in _own_and_linking(article)}
    if article.section:
        names.add(section(article.section.slug))
    return names | {tag(slug) for slug in article.tags.values_list("slug", flat=True)}


class PageDependencies:
    """What a page is about to be made from: the counters as they stood before, and how long it may be kept.

    A view makes one first of all, renders, and returns `dependencies.cacheable(response)`; only kept responses are
    ever served twice. Pages show the date and the clock's offset (UTC+1), so none outlives the day in the
    site's time zone, nor summer time.
    """

    def __init__(self, *names):
        self.at = timezone.now()
        self.is_private = False
        self.counters = values({SITE, *names})
        tomorrow = timezone.localtime(self.at, timezone.get_default_timezone()).date() + timedelta(days=1)
        midnight = datetime.combine(tomorrow, time.min, timezone.get_default_timezone())
        self.until = _next_change_of_the_clock(self.at, midnight)

    def expires_at(self, moments):
        """It says something that changes at these moments by the clock alone (a story's hour, an expiry)."""
        self.until = min([self.until, *(moment for moment in moments if moment > self.at)])

    def expires_with_lists(self):
        """It lists stories, so it ends when the next one appears or goes. Needs the LISTS counter."""
        moments = self.memoize(LISTS, lambda: Article.objects.next_boundaries(after=self.at))
        self.expires_at(moments[bisect_right(moments, self.at) :][:1])

    def memoize(self, name, compute):
        """A small answer that holds while a counter stands, kept in this process."""
        stood, answer = _memo.get(name, (None, None))
        if stood != self.counters[name]:
            answer = compute()
            _memo[name] = self.counters[name], answer
        return answer

    def add(self, *names):
        """It turns out to depend on more counters; call it before reading what they stand for."""
        self.counters = values(set(names) - self.counters.keys()) | self.counters

    def mark_private(self):
        """A part of the page turns out to be for one reader alone, so nobody keeps it."""
        self.is_private = True

    def cacheable(self, response, *, parameters=()):
        """Let the page be served again. `parameters` are those of the address that make it another page."""
        response.dependencies, response.parameters = self, frozenset(parameters)
        return response


_memo = {}


def clear_memo():
    """Drop what this process remembers: for tests, which exchange the database under it."""
    _memo.clear()


def _next_change_of_the_clock(start, end):
    """When the site's clock is put forward or back between two moments of a day; `end` if it is not.

    zoneinfo does not tell, so we look for it. In UTC: Python compares two times of one zone by their hands alone.
    """

    def offset(moment):
        return moment.astimezone(timezone.get_default_timezone()).utcoffset()

    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if offset(start) == offset(end):
        return end
    while end - start > timedelta(seconds=1):
        middle = start + (end - start) / 2
        start, end = (start, middle) if offset(middle) != offset(start) else (middle, end)
    return end.replace(microsecond=0)


def _own_and_linking(article):
    """The addresses of the story, old ones too, and of the stories that show a link to it."""
    yield from article.slugs.values_list("slug", flat=True)
    for lead in ("target", "matched_article"):
        yield from ArticleRelated.objects.filter(**{lead: article}).values_list(
            "content_object__slugs__slug", flat=True
        )
