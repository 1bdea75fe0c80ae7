"""Verification of the audit log: the chain holds, and what apps keep is what the chain tells.

Read in small batches, so that a log of any length is verified in bounded memory, and while the newsroom works: a step
taken meanwhile is no failure. Reads only, but for `accept_loss`. It knows no app: each registers a `RecordVerifier`.
"""

import hmac
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from portal.audit import log
from portal.audit.log import Head
from portal.models import AuditEvent, AuditHead

BATCH = 500
SALT = 32  # characters; always as long, or letters could move between salt and reason and the digest would not change
Facts = dict[str, Any]


@dataclass(frozen=True)
class VerificationFailure:
    """The first place where the log does not hold, in words."""

    number: int
    what: str


class LossRefused(Exception):
    """A loss was not put on record; str(exc) says why."""


class RecordVerifier:
    """What an app keeps and the log tells of. One object follows one verification from the first event to the last."""

    def load(self, events: Sequence[AuditEvent]) -> None:
        """Load what these events may be about. They are not verified yet, so their facts may be any text."""

    def follow(self, event: AuditEvent, facts: Facts) -> str:
        """Take in a verified event; return in words what is not as it says, or ""."""
        return ""

    def compare(self) -> str:
        """Compare what is kept with all that was followed; return in words what differs, or ""."""
        return ""


_verifiers: list[type[RecordVerifier]] = []


def register(verifier: type[RecordVerifier]) -> type[RecordVerifier]:
    """Have every verification ask this one as well."""
    _verifiers.append(verifier)
    return verifier


def verify(anchors: Iterable[Head] = ()) -> tuple[int, VerificationFailure | None]:
    """Return the number of events, and the first failure or None.

    Each event must be as it was signed and follow the one before, each head written down outside (in `var/heads`, or
    given as `anchors`) be in the chain, and what the apps keep be what the events tell.
    """
    chain = ChainVerifier()
    failures = [failure for failure in (chain.failure(), _outside_failure(chain, anchors)) if failure]
    if not failures and (what := chain.difference()):
        failures = [VerificationFailure(chain.number, what)]
    return chain.number, min(failures, key=lambda failure: failure.number, default=None)


def accept_loss(*, by: AbstractBaseUser, reason: str, anchors: Iterable[Head] = ()) -> AuditEvent:
    """Go on after a restore known to be right: an event names every head that is gone, so the loss stays on record.

    Only what this event names is accepted, by hash, and nobody without the key can write it. Returns the event.
    """
    chain = ChainVerifier()
    if failure := chain.failure():
        raise LossRefused(failure.what)
    lost = sorted(set(_lost_heads(anchors, chain.accepted)))
    if not lost:
        raise LossRefused("no event written down outside is missing from the database")
    with transaction.atomic():
        heads = [f"{number}:{hash_}" for number, hash_ in lost]
        return log.record(log.LOSS, log.lock(), by=by, reason=reason, first=lost[0][0], last=lost[-1][0], heads=heads)


@dataclass
class ChainVerifier:
    """The way along the chain, and what has to be known further on."""

    number: int = 0
    hash: str = log.GENESIS
    accepted: set[Head] = field(default_factory=set)  # heads lost in a restore that somebody put on record
    verifiers: list[RecordVerifier] = field(default_factory=lambda: [verifier() for verifier in _verifiers])

    def failure(self) -> VerificationFailure | None:
        """Go to the end, or to the first failure, and return it."""
        while True:
            head = AuditHead.objects.filter(pk=1).values_list("number", "hash").first() or (0, log.GENESIS)
            events = list(AuditEvent.objects.filter(number__gt=self.number or -1).order_by("number")[:BATCH])
            if not events:
                break
            for verifier in self.verifiers:
                verifier.load(events)
            for event in events:
                self.number += 1
                if what := _link_failure(event, self.number, self.hash) or self._follow(event):
                    return VerificationFailure(self.number, what)
                self.hash = event.hash
        if head[0] != self.number:
            return VerificationFailure(self.number, f"the head names event {head[0]}, the last event is {self.number}")
        if head[1] != self.hash:
            return VerificationFailure(self.number, f"the head does not name event {self.number} by its hash")
        return None

    def difference(self) -> str:
        """Return in words the first thing apps keep that is not as the verified chain tells, or ""."""
        return next(filter(None, (verifier.compare() for verifier in self.verifiers)), "")

    def _follow(self, event: AuditEvent) -> str:
        facts: Facts = json.loads(event.facts)
        if event.kind == log.LOSS:
            self.accepted |= {head for text in facts["heads"] if (head := log.head_in(text))}
        return next(filter(None, (verifier.follow(event, facts) for verifier in self.verifiers)), "")


def _link_failure(event: AuditEvent, number: int, previous: str) -> str:
    """Return in words why an event is not the link that was written at this position, or ""."""
    if event.number != number:
        return f"event {number} is missing"
    if event.previous_hash != previous:
        return f"event {number} does not follow the one before it"
    key = settings.HISTORY_KEYS.get(event.key_id)
    if key is None:
        return f"event {number} is signed with the key {event.key_id}, which HISTORY_KEYS does not hold"
    if not hmac.compare_digest(log.sign(event, key), event.hash):
        return f"event {number} was changed after it was written"
    is_reason_intact = len(event.salt) == SALT and log.reason_digest(event.salt, event.reason) == event.reason_digest
    if event.reason and not is_reason_intact:
        return f"the reason of event {number} was changed after it was written"
    return ""


# ---- heads kept outside


def _outside_failure(chain: ChainVerifier, anchors: Iterable[Head]) -> VerificationFailure | None:
    """Return the first head written down outside that the chain does not have."""
    earliest = latest = 0
    try:
        for number, _hash in _lost_heads(anchors, chain.accepted):
            earliest, latest = min(number, earliest or number), max(number, latest)
    except _UnreadableHeads as error:
        return VerificationFailure(0, str(error))
    if not earliest:
        return None
    if earliest > chain.number:
        return VerificationFailure(
            earliest,
            f"the database ends at event {chain.number}, but {latest} was written down outside:"
            " it looks restored from a backup, or its tail was removed",
        )
    return VerificationFailure(
        earliest,
        f"event {earliest} is not the one written down outside:"
        " the database looks restored from a backup and written to since, or its tail was replaced",
    )


def _lost_heads(anchors: Iterable[Head], accepted: set[Head]) -> Iterator[Head]:
    """Yield heads written down outside that are neither in the chain nor on record as lost."""
    noted = (head for source in (_noted_heads(), anchors) for head in source)
    while batch := list(islice(noted, BATCH)):
        numbers = {number for number, _hash in batch}
        hashes = dict(AuditEvent.objects.filter(number__in=numbers).values_list("number", "hash"))
        hashes[0] = log.GENESIS
        for number, hash_ in batch:
            if hashes.get(number) != hash_ and (number, hash_) not in accepted:
                yield number, hash_


class _UnreadableHeads(Exception):
    """A line of `var/heads` is no head, or the file cannot be read."""


def _noted_heads() -> Iterator[Head]:
    """Yield every head in `var/heads`. All of them count: after a cut tail the chain soon grows past it."""
    try:
        with log.HEADS.open(encoding="utf-8", errors="replace") as lines:
            for position, line in enumerate(lines, start=1):
                if not (head := log.head_in(line)):
                    raise _UnreadableHeads(f"line {position} of {log.HEADS} is no head")
                yield head
    except FileNotFoundError:
        return  # another machine's
    except OSError as error:
        raise _UnreadableHeads(f"{log.HEADS} cannot be read ({error.strerror})") from error
