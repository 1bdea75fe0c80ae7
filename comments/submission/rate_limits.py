"""Rate limits on comments, reports and rewrites, counted in the database, so that every process counts alike.

Counted are comments that were taken in, under keyed hashes: of the network they came from (never of one machine in
it), of the address they were signed with, and of the story. No IP address is stored or logged, not even hashed, and
the hashes are gone after an hour.

The pause between two comments is for one address *in one network*. For the address alone, anybody who tries one a few
seconds after its owner wrote would be told by the refusal that it is the right one.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address, ip_network
from math import ceil

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables

from comments import emails
from comments.models import Comment, CommentSettings, RateLimitHit
from news.models import Article

LABEL = b"comments.limits"
HOUR = timedelta(hours=1)
# What one customer of a provider has: an IPv6 line gets a /56 (RIPE-690), IPv4 addresses of a pool change hands daily.
PREFIX = {4: 24, 6: 56}
MOST_HOPS = 20
MOST_REPORTS_AN_HOUR = 20
MOST_REWRITES = 10


@dataclass(frozen=True)
class Limit:
    """At most so many comments in such a time under one key."""

    key: str
    most: int
    within: timedelta
    sentence: Callable

    def wait(self, at: datetime) -> int:
        """Whole seconds until there is room again; 0 where there is.

        What was sent later and overtook this one while it waited for its turn counts as well.
        """
        recent = RateLimitHit.objects.filter(key=self.key, at__gt=at - self.within).order_by("-at")
        last_too_many = recent.values_list("at", flat=True)[self.most - 1 : self.most].first()
        return ceil((last_too_many + self.within - at).total_seconds()) if last_too_many else 0


@sensitive_variables("address")
def limits_for(article: Article, address: str, network: str, comment_settings: CommentSettings) -> list[Limit]:
    """Return the limits for a comment, in the order in which they are reported. A limit of 0 is none."""
    person, story = emails.lookup_hashes(address)[0], str(article.pk)
    limits = [
        Limit(
            _key("pause", person, network),
            bool(network),
            timedelta(seconds=comment_settings.min_seconds_between),
            _pause_sentence,
        ),
        Limit(_key("person", person), comment_settings.max_per_hour_per_network, HOUR, _network_sentence),
        Limit(_key("network", network), network and comment_settings.max_per_hour_per_network, HOUR, _network_sentence),
        Limit(_key("story", story), comment_settings.max_per_hour_per_article, HOUR, _story_sentence),
    ]
    return [limit for limit in limits if limit.most and limit.within]


def report_limits(network: str) -> list[Limit]:
    """Return the limit on reports from one network: more than anybody finds in an hour."""
    return [Limit(_key("reports", network), MOST_REPORTS_AN_HOUR, HOUR, _network_sentence)] if network else []


def rewrite_limits(comment: Comment) -> list[Limit]:
    """Return the limit on how often a commenter rewrites one comment: each version is kept for the moderators."""
    return [Limit(_key("rewrites", str(comment.pk)), MOST_REWRITES, HOUR, _rewrites_sentence)]


def lock_keys(limits: list[Limit]) -> None:
    """Lock their keys until the transaction ends, so that two processes cannot both take the last place.

    Only comments under the same key wait for each other. On SQLite whoever writes has the database to itself already.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for key in sorted(limit.key for limit in limits):
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(key[:15], 16)])


def exceeded(limits: list[Limit], *, at: datetime) -> tuple[int, str]:
    """Return the first exhausted limit as (seconds to wait, sentence); (0, "") while all have room."""
    for limit in limits:
        if seconds := limit.wait(at):
            return seconds, limit.sentence(seconds)
    return 0, ""


def count(limits: list[Limit], *, at: datetime) -> None:
    RateLimitHit.objects.bulk_create(RateLimitHit(key=limit.key, at=at) for limit in limits)


def purge(*, now: datetime | None = None) -> None:
    """Delete hits that no limit counts any more."""
    RateLimitHit.objects.filter(at__lt=(now or timezone.now()) - HOUR).delete()


def network_of(request: HttpRequest) -> str:
    """Return the network a request came from, such as 192.0.2.0/24; "" where that cannot be known.

    Behind proxies of ours the readers stand in X-Forwarded-For, which anybody can send: it is read from the right, each
    entry only if TRUSTED_PROXIES wrote it. A private address says nothing: it is a proxy nobody named, or the newsroom
    itself, and to count all readers as one would shut all of them out.
    """
    machine = _parsed(request.META.get("REMOTE_ADDR", ""))
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", MOST_HOPS)
    while forwarded and machine and _is_ours(machine):
        machine = _parsed(forwarded.pop())
    if machine is None or not machine.is_global:
        return ""
    return str(ip_network(f"{machine}/{PREFIX[machine.version]}", strict=False))


def _is_ours(machine):
    return any(machine in network for network in settings.TRUSTED_PROXIES)


def _parsed(text):
    """Parse an IP address as proxies write it: bare, with a port, in brackets; None where it is none."""
    text = text.strip()
    host = text[1:].partition("]")[0] if text.startswith("[") else text
    if host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        machine = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return getattr(machine, "ipv4_mapped", None) or machine


def _key(*parts):
    key = hmac.new(settings.DATA_KEYS[0].encode(), LABEL, sha256).digest()
    return hmac.new(key, "\n".join(parts).encode(), sha256).hexdigest()


def _pause_sentence(seconds):
    return ngettext(
        "You sent a comment a moment ago. Your text is still here: send it in %(count)d second.",
        "You sent a comment a moment ago. Your text is still here: send it in %(count)d seconds.",
        seconds,
    ) % {"count": seconds}


def _network_sentence(seconds):
    minutes = ceil(seconds / 60)
    return ngettext(
        "Many comments came from you or your network lately. Your text is still here: send it in %(count)d minute.",
        "Many comments came from you or your network lately. Your text is still here: send it in %(count)d minutes.",
        minutes,
    ) % {"count": minutes}


def _story_sentence(seconds):
    minutes = ceil(seconds / 60)
    return ngettext(
        "Many comments came in on this story lately. Your text is still here: send it in %(count)d minute.",
        "Many comments came in on this story lately. Your text is still here: send it in %(count)d minutes.",
        minutes,
    ) % {"count": minutes}


def _rewrites_sentence(seconds):
    minutes = ceil(seconds / 60)
    return ngettext(
        "You have changed this comment many times. Your text is still here: send it in %(count)d minute.",
        "You have changed this comment many times. Your text is still here: send it in %(count)d minutes.",
        minutes,
    ) % {"count": minutes}
