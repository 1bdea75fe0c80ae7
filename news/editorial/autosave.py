"""What somebody typed and has not saved: kept for them alone until they save it, throw it away, or a month has passed.

It is no save: no revision, no event, no other version of the story. Only this module writes `Autosave`.
"""

import json
from datetime import timedelta

from django.utils import timezone

from news.models import Autosave

KEEP_FOR = timedelta(days=30)
# A saved sheet is remembered for as long as a message may still be on its way to it.
REMEMBER_SAVED_FOR = timedelta(days=2)
# Of one person at one story. Whoever leaves more behind has long stopped looking at the first.
AT_MOST = 10
# About how the form was sent, not about the story.
NEVER_KEPT = {"csrfmiddlewaretoken", "sheet", "_save", "_step"}


def save(person, story, sheet, *, fields, stamp):
    """Keep what has been typed so far (`fields`: pairs); the later stamp stays. False when the sheet was saved."""
    text = json.dumps([pair for pair in fields if pair[0] not in NEVER_KEPT], separators=(",", ":"))
    kept = {"fields": text, "stamp": stamp, "kept_at": timezone.now()}
    _row, is_new = Autosave.objects.get_or_create(person=person, sheet=sheet, defaults={"story": story, **kept})
    if is_new:
        beyond = list(Autosave.objects.of(person, story).values_list("pk", flat=True)[AT_MOST:])
        Autosave.objects.filter(pk__in=beyond).delete()
        return True
    still_open = Autosave.objects.of(person, story).filter(sheet=sheet)
    return bool(still_open.filter(stamp__lt=stamp).update(**kept)) or still_open.exists()


def mark_saved(person, story, sheet):
    """It is saved, in the caller's transaction: nothing of this sheet is left to keep, whatever is still on its way."""
    saved = {"fields": "", "kept_at": timezone.now()}
    if not Autosave.objects.filter(person=person, story=story, sheet=sheet).update(**saved):
        row = Autosave(person=person, story=story, sheet=sheet, stamp=0, **saved)
        Autosave.objects.bulk_create([row], ignore_conflicts=True)


def discard(person, story, sheet):
    """Forget it, because its writer says so. False when there is nothing of the kind."""
    return bool(Autosave.objects.of(person, story).filter(sheet=sheet).delete()[0])


def purge(*, now=None):
    now = now or timezone.now()
    Autosave.objects.filter(kept_at__lt=now - KEEP_FOR).delete()
    Autosave.objects.filter(fields="", kept_at__lt=now - REMEMBER_SAVED_FOR).delete()
