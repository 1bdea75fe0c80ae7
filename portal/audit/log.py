"""The audit log: the only code that writes events. Append-only and tamper-evident, because each link is keyed.

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
from collections.abc import Iterable
from hashlib import sha256

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, connection, transaction
from django.db.models import Model, QuerySet
from django.utils import timezone

from portal.audit import kinds
from portal.env import VAR_DIR
from portal.models import AuditEvent, AuditHead
from portal.models.audit_subjects import Subject

logger = logging.getLogger("history")
Head = tuple[int, str]  # the number of an event, its hash
HEADS = VAR_DIR / "heads"
HEAD = re.compile(r"(?:head )?([0-9]{1,18})[ :]([0-9a-f]{64})")
TAIL = 200  # bytes, room for a line and a bit
GENESIS = "0" * 64
LOSS = "audit.loss_accepted"  # puts on record what a restore has lost


def record(
    kind: str, subject: Model | Subject, *, by: AbstractBaseUser | None, reason: str = "", **facts: object
) -> AuditEvent:
    """Append one event in the caller's transaction, and return it.

    `subject` is the row it is about, `by` a user or None where a reader acted; `facts` are plain values that stay
    readable for good, `reason` is free text that may be erased later. Raises ValueError for a kind that nobody
    registered (portal/audit/kinds.py), or one that is not about such a subject.
    """
    named = kinds.checked_subject(kind, subject)
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An event belongs in the transaction of what it tells.")
    head = lock()
    key_id, key = next(iter(settings.HISTORY_KEYS.items()))
    salt = secrets.token_hex(16)
    event = AuditEvent(
        number=head.number + 1,
        at=timezone.now(),
        kind=kind,
        subject_kind=named.label,
        subject_id=named.pk,
        actor_id=by.pk if by else None,
        actor_name=by.get_username() if by else "",
        facts=canonical(facts),
        reason=reason,
        salt=salt,
        reason_digest=reason_digest(salt, reason),
        key_id=key_id,
        previous_hash=head.hash,
    )
    event.hash = sign(event, key)
    event.save()
    AuditHead.objects.filter(pk=head.pk).update(number=event.number, hash=event.hash)
    missing = missing_head(head) if kind != LOSS else None
    transaction.on_commit(lambda: _write_head(event, missing))
    return event


def redact(subject_label: str, pks: Iterable[int]) -> None:
    """Erase the free text of all events about these subjects, which are gone; the chain holds without it."""
    events: QuerySet[AuditEvent] = QuerySet(AuditEvent).filter(subject_kind=subject_label, subject_id__in=pks)
    events.exclude(reason="").update(reason="", salt="")


def lock() -> AuditHead:
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


def missing_head(head: AuditHead | None = None) -> Head | None:
    """Return the head written down outside last if the chain does not have it; else None.

    Then the database is older than what was written down: restored from a backup, or cut. Cheap enough to ask at every
    append and every probe. Where nothing was written down, on another machine, there is nothing to miss.
    """
    noted = _last_noted()
    if noted is None or (head and noted == (head.number, head.hash)):
        return None
    number, hash_ = noted
    return None if AuditEvent.objects.filter(number=number, hash=hash_).exists() else noted


def head_in(text: str) -> Head | None:
    """Read a head as `var/heads` keeps it or `verify_history` prints it; None if it is no head."""
    match = HEAD.fullmatch(text.strip())
    return (int(match[1]), match[2]) if match else None


def canonical(facts: object) -> str:
    """Return one text for one set of facts: sorted keys, no spaces, letters as they are."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def reason_digest(salt: str, reason: str) -> str:
    return digest(f"{salt}{reason}")


def sign(event: AuditEvent, key: str) -> str:
    """Return the HMAC-SHA256 over the fields in a fixed order, one per line; free text only as its digest."""
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


def _last_noted() -> Head | None:
    """Return the last line of `var/heads`, or None."""
    try:
        with HEADS.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return None
    return head_in(lines[-1]) if lines else None


def _write_head(event: AuditEvent, missing: Head | None) -> None:
    """Write the newest head outside. A missing one stays the last line there until somebody has accepted the loss."""
    logger.info("head %s %s", event.number, event.hash)
    lines = [(event.number, event.hash), *([missing] if missing else [])]
    try:
        HEADS.parent.mkdir(parents=True, exist_ok=True)
        with HEADS.open("a", encoding="utf-8") as file:
            file.write("".join(f"{number} {hash_}\n" for number, hash_ in lines))
    except OSError:
        logger.exception("The head of event %s could not be written outside the database.", event.number)
