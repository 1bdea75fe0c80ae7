"""Delete spam and trash after their retention days, with their addresses and reports.

A comment with replies is reduced to a placeholder without name, text or address, so that the thread stays whole.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce
from django.utils import timezone

from comments import emails
from comments.models import Comment, CommentSettings, Report
from comments.querysets import AT_ONCE
from portal.audit import kinds, log

PLACEHOLDER = {
    **{"name": "", "name_search_key": "", "website": ""},
    **{"body": "", "search_key": "", "original": "", "reasons": []},
}


def purge(*, now: datetime | None = None) -> None:
    """Delete spam and trash older than the settings say (0 days: never)."""
    now, comment_settings = now or timezone.now(), CommentSettings.current()
    for status, days in (
        (Comment.Status.SPAM, comment_settings.spam_retention_days),
        (Comment.Status.TRASH, comment_settings.trash_retention_days),
    ):
        if days:
            expired = _expired(now - timedelta(days=days), status)
            while _delete_some(expired.filter(~_has_replies()), status):
                pass
            while _reduce_some(expired.not_emptied(), status):
                pass


def erase(comment: Comment) -> None:
    """Delete one comment with its address and reports, in the caller's transaction; replies keep a placeholder."""
    rows = Comment.objects.filter(pk=comment.pk)
    if rows.filter(_has_replies()).exists():
        reduce_to_placeholder([comment.pk])
    else:
        rows.delete()


def _expired(moment, status):
    """Comments of a status decided before `moment`; sent before it, where screening alone decided."""
    since = Coalesce("decided_at", "created_at")
    return Comment.objects.filter(status=status).annotate(since=since).filter(since__lt=moment).order_by("pk")


def _has_replies():
    return Exists(Comment.objects.filter(parent=OuterRef("pk")))


@transaction.atomic
def _delete_some(expired, status):
    """Delete one batch; return False when none is left. Answers go first, so that an unseen thread goes whole."""
    comment_ids = _lock(expired)
    if comment_ids:
        Comment.objects.filter(pk__in=comment_ids).delete()
        _record(status, comment_ids)
    return bool(comment_ids)


@transaction.atomic
def _reduce_some(expired, status):
    """Reduce one batch to placeholders; return False when none is left."""
    comment_ids = _lock(expired)
    if comment_ids:
        reduce_to_placeholder(comment_ids)
        _record(status, comment_ids, leaves_placeholders=True)
    return bool(comment_ids)


def reduce_to_placeholder(comment_ids: Iterable[int]) -> None:
    """Erase everything of these comments (ids) but their position in the thread, in the caller's transaction."""
    emails.forget(comment_ids)
    Report.objects.filter(comment__in=comment_ids).delete()
    Comment.objects.filter(pk__in=comment_ids).update(**PLACEHOLDER)


def _lock(expired):
    """Lock one batch and return its ids; whoever wants to restore one of them waits, and finds it gone."""
    return list(expired.select_for_update().values_list("pk", flat=True)[:AT_ONCE])


def _record(status, comment_ids, *, leaves_placeholders=False):
    facts = {"status": status.value, "count": len(comment_ids), "comments": log.digest(",".join(map(str, comment_ids)))}
    log.record("comments.purged", kinds.SITE, by=None, leaves_placeholders=leaves_placeholders, **facts)
    log.redact("comment", comment_ids)
