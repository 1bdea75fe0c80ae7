"""The rules by which comments are received: the only code that changes them."""

import hashlib

from django.db import transaction
from django.utils.translation import gettext as _

from comments.models import CommentSettings
from comments.moderation.decisions import Refused
from comments.screening import wordlist
from portal.audit import log
from portal.pagecache import counters


@transaction.atomic
def change_settings(changed, *, by, began_from=None):
    """Put other rules in force, from the next comment on. Every page shows the form, so all of them are made anew.

    `changed` says what is to be, by field; `began_from` is the edition that was before their eyes.
    """
    if not by.has_perm("comments.change_commentsettings"):
        raise Refused(_("Your role does not change the rules for comments."))
    rules = lock_settings()
    if began_from is not None and began_from != edition(rules):
        raise Refused(_("Somebody else has changed these rules meanwhile. Yours are below, and not saved yet."))
    before = {name: getattr(rules, name) for name in changed}
    told = {name: _told(before[name], value, name) for name, value in changed.items() if value != before[name]}
    if told:
        for name in told:
            setattr(rules, name, changed[name])
        rules.save()
        log.record("comment_settings.changed", rules, by=by, changed=told)
        counters.bump(counters.SITE)
    return rules


def lock_settings():
    """The rules in force, nobody else's to change until the transaction ends: one change after the other."""
    CommentSettings.objects.bulk_create([CommentSettings(pk=1)], ignore_conflicts=True)
    return CommentSettings.objects.select_for_update().get(pk=1)


def edition(rules):
    """A name for what these rules say, so that nobody overwrites what they have not seen."""
    values = [str(getattr(rules, field.name)) for field in rules._meta.fields]
    return hashlib.sha256("\0".join(values).encode()).hexdigest()[:16]


def _told(was, now, name):
    """What stays in the history of a changed rule: of a list how long it was and is, it may hold words about people."""
    if name in {"words_to_hold", "words_to_refuse"}:
        return [len(wordlist.entries_in(was)), len(wordlist.entries_in(now))]
    return [was, now]
