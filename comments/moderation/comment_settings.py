"""The site's comment settings: the only code that changes them."""

import hashlib

from django.db import transaction
from django.utils.translation import gettext as _

from comments import page_counters
from comments.models import CommentSettings
from comments.moderation.refusals import Refused
from comments.screening import wordlist
from portal.audit import log
from portal.models import User
from portal.pagecache import counters


@transaction.atomic
def change_settings(changed: dict, *, by: User, began_from: str | None = None) -> CommentSettings:
    """Change settings, from the next comment on; invalidates the pages that show them.

    `changed` maps field names to new values; `began_from` is the `edition` the form was rendered with.
    """
    if not by.has_perm("comments.change_commentsettings"):
        raise Refused(_("Your role does not change the rules for comments."))
    comment_settings = lock_settings()
    if began_from is not None and began_from != edition(comment_settings):
        raise Refused(_("Somebody else has changed these rules meanwhile. Yours are below, and not saved yet."))
    before = {name: getattr(comment_settings, name) for name in changed}
    changes = {
        name: _change_for_audit(before[name], value, name) for name, value in changed.items() if value != before[name]
    }
    if changes:
        for name in changes:
            setattr(comment_settings, name, changed[name])
        comment_settings.save()
        log.record("comment_settings.changed", comment_settings, by=by, changed=changes)
        counters.bump(*page_counters.for_settings(changes))
    return comment_settings


def lock_settings() -> CommentSettings:
    """Lock and return the settings row until the transaction ends."""
    CommentSettings.objects.bulk_create([CommentSettings(pk=1)], ignore_conflicts=True)
    return CommentSettings.objects.select_for_update().get(pk=1)


def edition(comment_settings: CommentSettings) -> str:
    """Return a digest of all values, so that nobody overwrites a change they have not seen."""
    values = [str(getattr(comment_settings, field.name)) for field in comment_settings._meta.fields]
    return hashlib.sha256("\0".join(values).encode()).hexdigest()[:16]


def _change_for_audit(was, now, name):
    """Return [old, new] for the audit log; of wordlists only the lengths: they may hold words about people."""
    if name in {"hold_wordlist", "spam_wordlist"}:
        return [len(wordlist.entries_in(was)), len(wordlist.entries_in(now))]
    return [was, now]
