"""Verification of articles: no revision was rewritten, and readers see what the audit log says they see.

Registered with the chain's verification (portal/audit/verify.py) in news/audit_kinds.py. Reads only.
"""

import json
import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet

from news.content import revisions
from news.editorial import steps
from news.models import Article, Revision
from portal.audit import log
from portal.audit.verify import BATCH, Facts, RecordVerifier
from portal.models import AuditEvent

ARTICLES = 100  # at once: each brings its text
ARTICLE = "article"  # the label of the subject
# A step asks the clock a moment before its event does.
A_MOMENT = timedelta(minutes=1)


@dataclass(frozen=True)
class StoredRevision:
    """What a revision is now; of its text only a digest."""

    content: str
    content_hash: str
    author_id: int | None
    created_at: datetime


class ArticleVerifier(RecordVerifier):
    """Every revision is what its event made, and every article shows what a revision says that somebody let out."""

    def __init__(self) -> None:
        self.latest: dict[int, int] = {}  # the number of the newest revision of each article, so far
        self.stored: dict[tuple[int, int], StoredRevision] = {}

    def load(self, events: Sequence[AuditEvent]) -> None:
        named = {(event.subject_id, _named_in(event)) for event in events if event.subject_kind == ARTICLE}
        new = {(article, number) for article, number in named if number > self.latest.get(article, 0)}
        rows = Revision.objects.filter(
            article__in={article for article, _number in new}, number__in={number for _article, number in new}
        )
        columns = rows.values_list("article_id", "number", "content", "content_hash", "author_id", "created_at")
        self.stored = {
            (article, number): StoredRevision(log.digest(content), content_hash, author_id, created_at)
            for article, number, content, content_hash, author_id, created_at in columns.iterator(chunk_size=50)
        }

    def follow(self, event: AuditEvent, facts: Facts) -> str:
        if event.subject_kind != ARTICLE or "content" not in facts:
            return ""
        article, number = event.subject_id, facts["revision"]
        if number <= self.latest.get(article, 0):
            return ""  # an earlier event made it, and was asked about it
        self.latest[article] = number
        return _revision_failure(event, facts, self.stored.get((article, number)))

    def compare(self) -> str:
        missing = set(self.latest)
        last = 0
        while batch := list(_articles(pk__gt=last)[:ARTICLES]):
            last = batch[-1].pk
            states = _replayed([article.pk for article in batch])
            missing -= set(states)
            for article in batch:
                if _article_failure(article, states[article.pk]) and (what := _failure_under_lock(article)):
                    return what
        return f"story {min(missing)} is missing" if missing else ""


def _named_in(event: AuditEvent) -> int:
    """The revision its facts name, else 0. They are not verified yet, and may be any text."""
    match = re.search(r'"revision":([0-9]{1,9})\b', event.facts)
    return int(match[1]) if match else 0


def _revision_failure(event: AuditEvent, facts: Facts, stored: StoredRevision | None) -> str:
    which = f"revision {facts['revision']} of story {event.subject_id}"
    if stored is None:
        return f"{which} is missing, event {event.number} made it"
    if not stored.content == stored.content_hash == facts["content"]:
        return f"{which} is not what event {event.number} is about"
    if stored.author_id != event.actor_id:
        return f"{which} is not by whom event {event.number} says"
    if abs(stored.created_at - event.at) > A_MOMENT:
        return f"{which} is not of the hour of event {event.number}"
    return ""


# ---- what readers see


def _failure_under_lock(article: Article) -> str:
    """Ask again with nobody else writing: what differed may have been a step just being taken."""
    with transaction.atomic():
        log.lock()
        return _article_failure(_articles(pk=article.pk).get(), _replayed([article.pk])[article.pk])


def _articles(**lookups: Any) -> QuerySet[Article]:
    rows = Article.objects.filter(**lookups).select_related("live_revision").prefetch_related("slugs")
    articles: QuerySet[Article] = rows.annotate(revision_count=Count("revisions")).order_by("pk")
    return articles


def _replayed(article_ids: Collection[int]) -> dict[int, "ReplayedState"]:
    """What the log says of each article."""
    states = defaultdict(ReplayedState, {pk: ReplayedState() for pk in article_ids})
    events = AuditEvent.objects.filter(subject_kind=ARTICLE, subject_id__in=article_ids).order_by("number")
    columns = events.values_list("subject_id", "kind", "at", "facts")
    for article, kind, at, facts in columns.iterator(chunk_size=BATCH):
        states[article].take_in(kind, at, json.loads(facts))
    return states


@dataclass
class ReplayedState:
    """What an article's events say readers see of it, and since and until when."""

    latest: int = 0
    let_out: set[str] = field(default_factory=set)
    revision: int | None = None
    since: datetime | None = None
    is_since_known: bool = True
    until: datetime | None = None
    is_withdrawn: bool = False
    note: str = ""

    def take_in(self, kind: str, at: datetime, facts: Facts) -> None:
        if "content" in facts:
            self.latest = max(self.latest, facts["revision"])
        if kind in steps.LETTING_OUT_KINDS:
            self.let_out.add(facts["content"])
        is_public = self.since is not None and self.since <= at
        has_ended = self.until is not None and self.until <= at
        is_scheduled = kind == "article.scheduled" and not is_public
        if kind in steps.PUBLISHING_KINDS or is_scheduled:
            self.revision, self.is_withdrawn, self.note = facts["revision"], False, ""
            if not is_public:
                self.since = datetime.fromisoformat(facts["due"]) if is_scheduled else at
                self.is_since_known = kind != "article.imported"  # it keeps the hour it first went out elsewhere
            if has_ended:
                self.until = None
        elif kind == "article.unscheduled" and not is_public:
            self.revision = self.since = self.until = None
        elif kind == "article.withdrawn":
            self.is_withdrawn, self.note = True, facts.get("note", "")
        elif kind == "article.restored":
            self.is_withdrawn, self.note = False, ""
            self.until = None if has_ended else self.until
        elif kind == "article.expiry_set":
            self.until = datetime.fromisoformat(facts["until"])
        elif kind == "article.expiry_cleared":
            self.until = None


def _article_failure(article: Article, state: ReplayedState) -> str:
    """What of an article is not as the log says, or ""."""
    live = article.live_revision
    shown = live.number if live else None
    revision_count: int = article.revision_count  # type: ignore[attr-defined]  # annotated by _articles
    if revision_count > state.latest:
        return f"story {article.pk} has {revision_count} revisions, the history tells of {state.latest}"
    if shown != state.revision:
        return f"story {article.pk} shows revision {shown}, the history says {state.revision}"
    if bool(article.withdrawn_at) != state.is_withdrawn:
        said = "is" if state.is_withdrawn else "is not"
        return f"the history says that story {article.pk} {said} withdrawn, the database says otherwise"
    if article.withdrawal_note != state.note:
        return f"the note to readers of story {article.pk} is not the one it was withdrawn with"
    if state.is_since_known and not _is_about(article.live_from, state.since):
        return f"story {article.pk} is live from {article.live_from}, the history says {state.since}"
    if not _is_about(article.live_until, state.until):
        return f"story {article.pk} is live until {article.live_until}, the history says {state.until}"
    if live is None:
        return ""
    if live.content_hash not in state.let_out:
        return f"readers see revision {live.number} of story {article.pk}, and nobody has let it out"
    if wrong := _differing(article, live):
        return f"what readers see of story {article.pk} is not revision {live.number}: {', '.join(wrong)}"
    return ""


def _is_about(one: datetime | None, other: datetime | None) -> bool:
    return one == other or bool(one and other and abs(one - other) <= A_MOMENT)


def _differing(article: Article, revision: Revision) -> list[str]:
    """The fields in which readers see something else than a revision says."""
    seen, promised = revisions.snapshot(article), revisions.content_of(revision)
    seen["body"] = article.body  # as it is stored: the snapshot's is cleaned
    if not promised["slug"] or article.slug not in {slug.pk for slug in article.slugs.all()}:
        # The newsroom left the address to us; but it must be one of the story's.
        promised["slug"] = next((slug.pk for slug in article.slugs.all() if slug.pk == article.slug), None)
    if seen != promised:
        promised = revisions.without(promised, revisions.missing_references(promised))
    return [name for name in promised if seen[name] != promised[name]]
