"""The chain: one append-only history of the newsroom, tamper-evident because each link is keyed.

An event's hash is an HMAC over its canonical text and the hash before it. It is appended under the
locked head row (without the lock the chain forks at once on PostgreSQL), and after the commit the head
is written outside the database as well, or a restored older tail would go unseen.
"""

import hmac
import json
import logging
import secrets
from dataclasses import dataclass
from hashlib import sha256

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from news.models import Event, HistoryHead, Revision
from portal.environment import VAR_DIR

log = logging.getLogger("history")
HEADS = VAR_DIR / "heads"
GENESIS = "0" * 64
SALT = 32  # always as long, or letters could move between salt and reason and the digest would not change


def append(kind, subject, *, by, reason="", subject_kind="", **facts):
    """Write one line of history in the caller's transaction, and return it.

    `subject` is the story or comment it is about, `by` a user or None where a reader acted; `facts` are
    plain values that stay readable for good, `reason` is free text that may be erased later.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An event belongs in the transaction of what it tells.")
    head = take_turn()
    key_id, key = next(iter(settings.HISTORY_KEYS.items()))
    salt = secrets.token_hex(16)
    event = Event(
        number=head.number + 1,
        at=timezone.now(),
        kind=kind,
        subject_kind=subject_kind or subject._meta.model_name,
        subject_id=subject.pk,
        actor_id=by.pk if by else None,
        actor_name=by.get_username() if by else "",
        facts=canonical(facts),
        reason=reason,
        salt=salt,
        reason_digest=_digest(salt, reason),
        key_id=key_id,
        previous_hash=head.hash,
    )
    event.hash = _sign(event, key)
    event.save()
    HistoryHead.objects.filter(pk=head.pk).update(number=event.number, hash=event.hash)
    transaction.on_commit(lambda: _write_head(event))
    return event


def canonical(facts):
    """One text for one set of facts: sorted keys, no spaces, letters as they are."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(text):
    return sha256(text.encode()).hexdigest()


@dataclass
class Break:
    """The first place where the chain does not hold, in words."""

    number: int
    what: str


def verify():
    """Walk the chain from its first link; return (number of events, None) or (…, the first Break).

    Each event must be as it was signed, follow the one before, be the one written down outside, and the
    revision it is about must still say what it said.
    """
    previous, number = GENESIS, 0
    noted, kept = _noted_heads(), _kept_revisions()
    if isinstance(noted, Break):
        return number, noted
    for event in Event.objects.order_by("number").iterator(chunk_size=1000):
        number += 1
        if broken := _fault(event, number, previous) or _revision_fault(event, kept):
            return number, Break(number, broken)
        if noted.pop(number, {event.hash}) != {event.hash}:
            return number, Break(number, f"event {number} is not the one written down outside")
        previous = event.hash
    head = HistoryHead.objects.first() or HistoryHead(number=0, hash=GENESIS)
    if (head.number, head.hash) != (number, previous):
        return number, Break(number, f"the head names event {head.number}, the last event is {number}")
    if noted:
        last = max(noted)
        return number, Break(number, f"event {last} was written down outside, the database ends at {number}")
    return number, None


def _fault(event, number, previous):
    if event.number != number:
        return f"event {number} is missing"
    if event.previous_hash != previous:
        return f"event {number} does not follow the one before it"
    key = settings.HISTORY_KEYS.get(event.key_id)
    if key is None:
        return f"event {number} is signed with the key {event.key_id}, which HISTORY_KEYS does not hold"
    if not hmac.compare_digest(_sign(event, key), event.hash):
        return f"event {number} was changed after it was written"
    if event.reason and (len(event.salt) != SALT or _digest(event.salt, event.reason) != event.reason_digest):
        return f"the reason of event {number} was changed after it was written"
    return ""


def _kept_revisions():
    contents = Revision.objects.values_list("article_id", "number", "content").iterator(chunk_size=1000)
    return {(article, number): digest(content) for article, number, content in contents}


def _revision_fault(event, kept):
    facts = json.loads(event.facts)
    if "content" in facts and kept.get((event.subject_id, facts["revision"])) != facts["content"]:
        return f"revision {facts['revision']} of story {event.subject_id} is not what event {event.number} is about"
    return ""


def _noted_heads():
    """Every head written down outside, by number. All of them count: after a cut tail the chain soon grows past it."""
    heads = {}
    lines = HEADS.read_text(encoding="utf-8").splitlines() if HEADS.exists() else []
    for place, line in enumerate(lines, start=1):
        number, _blank, noted = line.partition(" ")
        if not (number.isdecimal() and len(noted) == 64):
            return Break(0, f"line {place} of {HEADS} is no head")
        heads.setdefault(int(number), set()).add(noted)
    return heads


def take_turn():
    """Lock the head until the transaction ends, so that whoever changes history or addresses goes one by one."""
    head = HistoryHead.objects.select_for_update().filter(pk=1).first()
    if head is None:
        try:
            with transaction.atomic():
                HistoryHead.objects.create(pk=1, number=0, hash=GENESIS)
        except IntegrityError:
            pass  # somebody else wrote the first event at the same moment
        head = HistoryHead.objects.select_for_update().get(pk=1)
    return head


def _sign(event, key):
    """HMAC-SHA256 over the fields in a fixed order, one per line; free text only as its digest."""
    fields = [
        event.number,
        event.at.isoformat(),
        event.kind,
        event.subject_kind,
        event.subject_id,
        event.actor_id,
        event.actor_name,
        event.facts,
        event.reason_digest,
        event.key_id,
        event.previous_hash,
    ]
    text = json.dumps(fields, ensure_ascii=False)
    return hmac.new(key.encode(), text.encode(), sha256).hexdigest()


def _digest(salt, reason):
    return sha256(f"{salt}{reason}".encode()).hexdigest()


def _write_head(event):
    log.info("head %s %s", event.number, event.hash)
    try:
        HEADS.parent.mkdir(parents=True, exist_ok=True)
        with HEADS.open("a", encoding="utf-8") as file:
            file.write(f"{event.number} {event.hash}\n")
    except OSError:
        log.exception("The head of event %s could not be written outside the database.", event.number)
