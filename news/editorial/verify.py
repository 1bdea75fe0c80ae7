"""The proof: the chain holds, nothing it tells of was rewritten, and readers see what it says they see.

Read in small batches, so that a history of any length is proven in bounded memory, and while the newsroom works: a
step taken meanwhile is no break. Reads only, but for `accept_loss`.
"""

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import Count

from news.content import revisions
from news.editorial import steps
from news.models import Article, Revision
from portal.audit import log
from portal.models import AuditEvent, AuditHead

BATCH = 500
STORIES = 100  # at once: each brings its text
STORY = Article._meta.model_name
# A step asks the clock a moment before its event does.
A_MOMENT = timedelta(minutes=1)
# Who lets a revision out to readers: a second reader, or a step whose event says it had none. A new such step joins.
LETS_OUT = ("approve", "publish_unread", *steps.BREAK_GLASS_KINDS)
# What puts a revision before readers; a schedule does so too for a story they never saw. A new such step joins.
SHOWS = ("publish", "publish_unread", *steps.BREAK_GLASS_KINDS)


@dataclass(frozen=True)
class VerificationFailure:
    """The first place where the chain does not hold, in words."""

    number: int
    what: str


class NotAccepted(Exception):
    """A loss was not put on record; str(exc) says why."""


def verify(anchors=()):
    """Return (number of events, None) or (…, the first Break).

    Each event must be as it was signed and follow the one before, each revision be what its event made, each head
    written down outside (in `var/heads`, or given as `anchors`) be in the chain, and each story before readers say
    what a revision says that somebody let out.
    """
    walk = ChainVerifier()
    found = [walk.fault(), _outside_fault(walk, anchors)]
    breaks = [broken for broken in found if broken] or [broken for broken in [_public_fault(walk)] if broken]
    return walk.number, min(breaks, key=lambda broken: broken.number, default=None)


def accept_loss(*, by, reason, anchors=()):
    """Go on after a restore known to be right: an event names every head that is gone, so the loss stays on record.

    Only what this event names is accepted, by hash, and nobody without the key can write it. Returns the event.
    """
    walk = ChainVerifier()
    if broken := walk.fault():
        raise NotAccepted(broken.what)
    lost = sorted(set(_lost_heads(anchors, walk.accepted)))
    if not lost:
        raise NotAccepted("no event written down outside is missing from the database")
    with transaction.atomic():
        named = {"first": lost[0][0], "last": lost[-1][0], "heads": [f"{number}:{hash_}" for number, hash_ in lost]}
        return log.record(log.LOSS, log.lock(), by=by, reason=reason, **named)


@dataclass
class ChainVerifier:
    """The way along the chain, and what has to be known further on: one number a story, and what was lost."""

    number: int = 0
    hash: str = log.GENESIS
    kept: dict = field(default_factory=dict)  # the newest revision of each story, so far
    accepted: set = field(default_factory=set)  # heads lost in a restore that somebody put on record

    def fault(self):
        """Go to the end, or to the first break, and return it."""
        while True:
            head = AuditHead.objects.filter(pk=1).values_list("number", "hash").first() or (0, log.GENESIS)
            events = list(AuditEvent.objects.filter(number__gt=self.number or -1).order_by("number")[:BATCH])
            if not events:
                break
            made = _revisions_made(events, self.kept)
            for event in events:
                self.number += 1
                if what := log.fault(event, self.number, self.hash) or self._follow(event, made):
                    return VerificationFailure(self.number, what)
                self.hash = event.hash
        if head[0] != self.number:
            return VerificationFailure(self.number, f"the head names event {head[0]}, the last event is {self.number}")
        if head[1] != self.hash:
            return VerificationFailure(self.number, f"the head does not name event {self.number} by its hash")
        return None

    def _follow(self, event, made):
        """Take in what a proven event says: the revision it made must be there as it was."""
        facts = json.loads(event.facts)
        if event.kind == log.LOSS:
            self.accepted |= {log.head_in(head) for head in facts["heads"]}
        if event.subject_kind != STORY or "content" not in facts:
            return ""
        story, revision = event.subject_id, facts["revision"]
        if revision <= self.kept.get(story, 0):
            return ""  # an earlier event made it, and was asked about it
        self.kept[story] = revision
        return _revision_fault(event, facts, made.get((story, revision)))


def _revisions_made(events, kept):
    """What the revisions these events may have made are now, by story and number; of their text only a digest."""
    named = {(event.subject_id, _named_in(event)) for event in events if event.subject_kind == STORY}
    new = {(story, number) for story, number in named if number > kept.get(story, 0)}
    rows = Revision.objects.filter(article__in={story for story, _ in new}, number__in={number for _, number in new})
    columns = rows.values_list("article_id", "number", "content", "content_hash", "author_id", "created_at")
    return {
        (story, number): (log.digest(content), content_hash, author, made_at)
        for story, number, content, content_hash, author, made_at in columns.iterator(chunk_size=50)
    }


def _named_in(event):
    """The revision its facts name, else 0. They are not proven yet, and may be any text."""
    found = re.search(r'"revision":([0-9]{1,9})\b', event.facts)
    return int(found[1]) if found else 0


def _revision_fault(event, facts, row):
    which = f"revision {facts['revision']} of story {event.subject_id}"
    if row is None:
        return f"{which} is missing, event {event.number} made it"
    content, content_hash, author, made_at = row
    if not content == content_hash == facts["content"]:
        return f"{which} is not what event {event.number} is about"
    if author != event.actor_id:
        return f"{which} is not by whom event {event.number} says"
    if abs(made_at - event.at) > A_MOMENT:
        return f"{which} is not of the hour of event {event.number}"
    return ""


def _outside_fault(walk, anchors):
    """The first head written down outside that the chain does not have."""
    earliest = latest = None
    try:
        for number, _hash in _lost_heads(anchors, walk.accepted):
            earliest = min(number, earliest or number)
            latest = max(number, latest or number)
    except _NoHead as line:
        return VerificationFailure(0, str(line))
    if earliest is None:
        return None
    if earliest > walk.number:
        return VerificationFailure(
            earliest,
            f"the database ends at event {walk.number}, but {latest} was written down outside:"
            " it looks restored from a backup, or its tail was removed",
        )
    return VerificationFailure(
        earliest,
        f"event {earliest} is not the one written down outside:"
        " the database looks restored from a backup and written to since, or its tail was replaced",
    )


def _lost_heads(anchors, accepted):
    """Heads written down outside that are neither in the chain nor on record as lost."""
    noted = (head for source in (_noted_heads(), anchors) for head in source)
    while batch := list(islice(noted, BATCH)):
        chain = dict(
            AuditEvent.objects.filter(number__in={number for number, _ in batch}).values_list("number", "hash")
        )
        chain[0] = log.GENESIS
        for number, hash_ in batch:
            if chain.get(number) != hash_ and (number, hash_) not in accepted:
                yield number, hash_


class _NoHead(Exception):
    """A line of `var/heads` that is no head."""


def _noted_heads():
    """Every head in `var/heads`. All of them count: after a cut tail the chain soon grows past it."""
    try:
        with log.HEADS.open(encoding="utf-8", errors="replace") as lines:
            for place, line in enumerate(lines, start=1):
                if not (head := log.head_in(line)):
                    raise _NoHead(f"line {place} of {log.HEADS} is no head")
                yield head
    except FileNotFoundError:
        return  # another machine's
    except OSError as error:
        raise _NoHead(f"{log.HEADS} cannot be read ({error.strerror})") from error


# ---- what readers see


def _public_fault(walk):
    """The first story that is not before readers as the proven history says."""
    missing = set(walk.kept)
    last = 0
    while batch := list(_stories(pk__gt=last)[:STORIES]):
        last = batch[-1].pk
        told = _told([story.pk for story in batch])
        missing -= set(told)
        for story in batch:
            if _story_fault(story, told[story.pk]) and (what := _looked_at_again(story)):
                return VerificationFailure(walk.number, what)
    return VerificationFailure(walk.number, f"story {min(missing)} is missing") if missing else None


def _looked_at_again(story):
    """The same question with nobody else writing: what differed may have been a step just being taken."""
    with transaction.atomic():
        log.lock()
        return _story_fault(_stories(pk=story.pk).get(), _told([story.pk])[story.pk])


def _stories(**which):
    rows = Article.objects.filter(**which).select_related("live_revision").prefetch_related("slugs")
    return rows.annotate(revision_count=Count("revisions")).order_by("pk")


def _told(stories):
    """What the history says of each story."""
    told = defaultdict(ReplayedState, {pk: ReplayedState() for pk in stories})
    events = AuditEvent.objects.filter(subject_kind=STORY, subject_id__in=stories).order_by("number")
    for story, kind, at, facts in events.values_list("subject_id", "kind", "at", "facts").iterator(chunk_size=BATCH):
        told[story].take_in(kind, at, json.loads(facts))
    return told


@dataclass
class ReplayedState:
    """What a story's events say readers see of it, and since and until when."""

    kept: int = 0
    let_out: set = field(default_factory=set)
    revision: int | None = None
    since: datetime | None = None
    is_since_known: bool = True
    until: datetime | None = None
    is_withdrawn: bool = False
    note: str = ""

    def take_in(self, kind, at, facts):
        if "content" in facts:
            self.kept = max(self.kept, facts["revision"])
        if kind in LETS_OUT:
            self.let_out.add(facts["content"])
        is_public = self.since is not None and self.since <= at
        has_ended = self.until is not None and self.until <= at
        if kind in SHOWS or (kind == "schedule" and not is_public):
            self.revision, self.is_withdrawn, self.note = facts["revision"], False, ""
            if not is_public:
                self.since = datetime.fromisoformat(facts["due"]) if kind == "schedule" else at
                self.is_since_known = kind != "publish_unread"  # an import keeps the hour it first went out elsewhere
            if has_ended:
                self.until = None
        elif kind == "unschedule" and not is_public:
            self.revision = self.since = self.until = None
        elif kind == "withdraw":
            self.is_withdrawn, self.note = True, facts.get("note", "")
        elif kind == "restore":
            self.is_withdrawn, self.note = False, ""
            self.until = None if has_ended else self.until
        elif kind in {"expire", "keep"}:
            self.until = datetime.fromisoformat(facts["until"]) if kind == "expire" else None


def _story_fault(story, told):
    """What of a story is not as the history says, or ""."""
    live = story.live_revision
    shown = live and live.number
    if story.revision_count > told.kept:
        return f"story {story.pk} has {story.revision_count} revisions, the history tells of {told.kept}"
    if shown != told.revision:
        return f"story {story.pk} shows revision {shown}, the history says {told.revision}"
    if bool(story.withdrawn_at) != told.is_withdrawn:
        said = "is" if told.is_withdrawn else "is not"
        return f"the history says that story {story.pk} {said} withdrawn, the database says otherwise"
    if story.withdrawal_note != told.note:
        return f"the note to readers of story {story.pk} is not the one it was withdrawn with"
    if told.is_since_known and not _about(story.live_from, told.since):
        return f"story {story.pk} is live from {story.live_from}, the history says {told.since}"
    if not _about(story.live_until, told.until):
        return f"story {story.pk} is live until {story.live_until}, the history says {told.until}"
    if live is None:
        return ""
    if live.content_hash not in told.let_out:
        return f"readers see revision {live.number} of story {story.pk}, and nobody has let it out"
    if wrong := _differing(story, live):
        return f"what readers see of story {story.pk} is not revision {live.number}: {', '.join(wrong)}"
    return ""


def _about(one, other):
    return one == other or (one and other and abs(one - other) <= A_MOMENT)


def _differing(story, revision):
    """The fields in which readers see something else than a revision says."""
    seen, promised = revisions.snapshot(story), revisions.content_of(revision)
    seen["body"] = story.body  # as it is stored: the snapshot's is cleaned
    if not promised["slug"] or story.slug not in {slug.pk for slug in story.slugs.all()}:
        # The newsroom left the address to us; but it must be one of the story's.
        promised["slug"] = next((slug.pk for slug in story.slugs.all() if slug.pk == story.slug), None)
    if seen != promised:
        promised = revisions.without(promised, revisions.missing_references(promised))
    return [name for name in promised if seen[name] != promised[name]]
