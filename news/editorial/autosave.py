"""Autosave: what somebody typed and has not saved, theirs alone until they save it, discard it or a month has passed.

It is no save: no revision, no audit event, no other version of the story. Only this module writes `Autosave`.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from news.models import Autosave, WorkingCopy
from portal.models import User

LIFETIME = timedelta(days=30)
# A session that was saved is remembered for as long as a message may still be on its way to it.
SAVED_SESSION_LIFETIME = timedelta(days=2)
# Of one person at one story. Whoever leaves more behind has long stopped looking at the first.
AT_MOST = 10
# About how the form was sent, not about the story.
IGNORED_FIELDS = {"csrfmiddlewaretoken", "sheet", "_save", "_step"}


def save(
    person: User,
    story: WorkingCopy | None,
    session_id: UUID,
    *,
    fields: Iterable[Sequence[str]],
    client_time: int,
) -> bool:
    """Store what has been typed so far (`fields`: pairs); the later one by `client_time` stays.

    Returns False when the session was saved meanwhile, and takes no more text.
    """
    text = json.dumps([pair for pair in fields if pair[0] not in IGNORED_FIELDS], separators=(",", ":"))
    columns = {"fields": text, "client_time": client_time, "saved_at": timezone.now()}
    _row, is_new = Autosave.objects.get_or_create(
        person=person, session_id=session_id, defaults={"story": story, **columns}
    )
    if is_new:
        beyond = list(Autosave.objects.of(person, story).values_list("pk", flat=True)[AT_MOST:])
        Autosave.objects.filter(pk__in=beyond).delete()
        return True
    still_open = Autosave.objects.of(person, story).filter(session_id=session_id)
    return bool(still_open.filter(client_time__lt=client_time).update(**columns)) or still_open.exists()


def mark_saved(person: User, story: WorkingCopy | None, session_id: UUID) -> None:
    """Close a session because its text is saved, in the caller's transaction. What is still on its way is refused."""
    columns = {"fields": "", "saved_at": timezone.now()}
    if not Autosave.objects.filter(person=person, story=story, session_id=session_id).update(**columns):
        row = Autosave(person=person, story=story, session_id=session_id, client_time=0, **columns)
        Autosave.objects.bulk_create([row], ignore_conflicts=True)


def discard(person: User, story: WorkingCopy | None, session_id: UUID) -> bool:
    """Delete the text because its writer says so. False when there is none."""
    return bool(Autosave.objects.of(person, story).filter(session_id=session_id).delete()[0])


def purge(*, now: datetime | None = None) -> None:
    """Delete text nobody came back to, and what is remembered of saved sessions."""
    now = now or timezone.now()
    Autosave.objects.filter(saved_at__lt=now - LIFETIME).delete()
    Autosave.objects.filter(fields="", saved_at__lt=now - SAVED_SESSION_LIFETIME).delete()
