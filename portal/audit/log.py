"""The chain: one append-only history of the newsroom, tamper-evident because each link is keyed.

An event's hash is an HMAC over its canonical text and the hash before it. It is appended under the
locked head row (without the lock the chain forks at once on PostgreSQL), and after the commit the head
is written outside the database as well, or a restored older tail would go unseen.
"""

import hmac
import json
import logging
import os
import re
import secrets
from hashlib import sha256

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from portal.env import VAR_DIR
from portal.models import AuditEvent, AuditHead

log = logging.getLogger("history")
HEADS = VAR_DIR / "heads"
HEAD = re.compile(r"(?:head )?([0-9]{1,18})[ :]([0-9a-f]{64})")
TAIL = 200  # bytes, room for a line and a bit
GENESIS = "0" * 64
LOSS = "loss"  # the kind of the event that puts on record what a restore has lost
SALT = 32  # always as long, or letters could move between salt and reason and the digest would not change


def record(kind, subject, *, by, reason="", subject_kind="", **facts):
    """Write one line of history in the caller's transaction, and return it.

    `subject` is the story or comment it is about, `by` a user or None where a reader acted; `facts` are
    plain values that stay readable for good, `reason` is free text that may be erased later.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An event belongs in the transaction of what it tells.")
    head = lock()
    key_id, key = next(iter(settings.HISTORY_KEYS.items()))
    salt = secrets.token_hex(16)
    event = AuditEvent(
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
    AuditHead.objects.filter(pk=head.pk).update(number=event.number, hash=event.hash)
    lost = missing_head(head) if kind != LOSS else None
    transaction.on_commit(lambda: _write_head(event, lost))
    return event


def redact(subject_kind, numbers):
    """Erase the free text of what is told about these subjects, which are gone; the chain holds without it."""
    told = QuerySet(AuditEvent).filter(subject_kind=subject_kind, subject_id__in=numbers)
    told.exclude(reason="").update(reason="", salt="")


def canonical(facts):
    """One text for one set of facts: sorted keys, no spaces, letters as they are."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(text):
    return sha256(text.encode()).hexdigest()


def fault(event, number, previous):
    """Why an event is not the link that was written at this place, in words, or ""."""
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


def head_in(text):
    """A head as `var/heads` keeps it or `verify_history` prints it, as (number, hash); None if it is no head."""
    found = HEAD.fullmatch(text.strip())
    return found and (int(found[1]), found[2])


def missing_head(head=None):
    """The head written down outside last, as (number, hash), if the chain does not have it; else None.

    Then the database is older than what was written down: restored from a backup, or cut. Cheap enough to ask at every
    append and every probe. Where nothing was written down, on another machine, there is nothing to miss.
    """
    noted = _last_noted()
    if noted is None or (head and noted == (head.number, head.hash)):
        return None
    number, hash_ = noted
    return None if AuditEvent.objects.filter(number=number, hash=hash_).exists() else noted


def lock():
    """Lock the head until the transaction ends, so that whoever changes history or addresses goes one by one."""
    head = AuditHead.objects.select_for_update().filter(pk=1).first()
    if head is None:
        try:
            with transaction.atomic():
                AuditHead.objects.create(pk=1, number=0, hash=GENESIS)
        except IntegrityError:
            pass  # somebody else wrote the first event at the same moment
        head = AuditHead.objects.select_for_update().get(pk=1)
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


def _last_noted():
    """The last line of `var/heads`, as (number, hash), or None."""
    try:
        with HEADS.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return None
    return head_in(lines[-1]) if lines else None


def _write_head(event, lost):
    """Write the newest head down outside. A lost one stays the last word there until somebody has accepted the loss."""
    log.info("head %s %s", event.number, event.hash)
    lines = [(event.number, event.hash), *([lost] if lost else [])]
    try:
        HEADS.parent.mkdir(parents=True, exist_ok=True)
        with HEADS.open("a", encoding="utf-8") as file:
            file.write("".join(f"{number} {hash_}\n" for number, hash_ in lines))
    except OSError:
        log.exception("The head of event %s could not be written outside the database.", event.number)
