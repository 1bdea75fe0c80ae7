"""Spam and trash do not stay for ever: after the days the rules give them they are gone, addresses and reports too.

A comment with replies keeps its place, without name, words or address, so that the conversation holds.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce
from django.utils import timezone

from comments.models import Comment, CommentSettings, Report
from comments.personal_data import emails
from comments.querysets import AT_ONCE
from portal.audit import kinds, log

PLACEHOLDER = {
    **{"name": "", "name_search_key": "", "website": ""},
    **{"body": "", "search_key": "", "original": "", "reasons": []},
}


def purge(*, now=None):
    """Empty spam and trash of what is older than the rules say."""
    now, rules = now or timezone.now(), CommentSettings.current()
    for status, days in ((Comment.Status.SPAM, rules.spam_days), (Comment.Status.TRASH, rules.trash_days)):
        if days:
            old = _older_than(now - timedelta(days=days), status)
            while _deleted(old.filter(~_replies()), status):
                pass
            while _emptied(old.not_emptied(), status):
                pass


def erase(comment):
    """Let one comment go, with its address and reports, in the caller's transaction; replies keep its place."""
    mine = Comment.objects.filter(pk=comment.pk)
    if mine.filter(_replies()).exists():
        reduce_to_placeholder([comment.pk])
    else:
        mine.delete()


def _older_than(moment, status):
    """By the hour of the decision; what the filter put there nobody has decided, so by the hour it was sent."""
    since = Coalesce("decided_at", "created_at")
    return Comment.objects.filter(status=status).annotate(since=since).filter(since__lt=moment).order_by("pk")


def _replies():
    return Exists(Comment.objects.filter(parent=OuterRef("pk")))


@transaction.atomic
def _deleted(old, status):
    """Delete some; False when there are none left. Answers go first, so that a thread nobody sees goes whole."""
    numbers = _held(old)
    if numbers:
        Comment.objects.filter(pk__in=numbers).delete()
        _tell(status, numbers)
    return bool(numbers)


@transaction.atomic
def _emptied(old, status):
    """Leave of some only their place in the thread."""
    numbers = _held(old)
    if numbers:
        reduce_to_placeholder(numbers)
        _tell(status, numbers, leaves_placeholders=True)
    return bool(numbers)


def reduce_to_placeholder(numbers):
    """Leave of these comments only where they stood in the conversation, in the caller's transaction."""
    emails.forget(numbers)
    Report.objects.filter(comment__in=numbers).delete()
    Comment.objects.filter(pk__in=numbers).update(**PLACEHOLDER)


def _held(old):
    """Their numbers; whoever wants to restore one of them now has to wait, and finds it gone."""
    return list(old.select_for_update().values_list("pk", flat=True)[:AT_ONCE])


def _tell(status, numbers, *, leaves_placeholders=False):
    facts = {"status": status.value, "count": len(numbers), "comments": log.digest(",".join(map(str, numbers)))}
    log.record("comments.purged", kinds.SITE, by=None, leaves_placeholders=leaves_placeholders, **facts)
    log.redact("comment", numbers)
