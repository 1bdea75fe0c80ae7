"""Decide many comments at once: set-based statements, one audit event, one undo.

Ten thousand comments take a few statements. Locks are taken in the order of `decisions`: comments, threads, reports,
audit log; many rows in the order of their ids.
"""

from collections import Counter
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from comments.models import BulkDecision, Comment, Report
from comments.moderation.decisions import (
    LEADS_TO,
    UNCLAIMED,
    UNDO_WITHIN,
    Decision,
    Reason,
    Status,
    close_reports,
    decided_as,
    reopen_reports,
)
from comments.moderation.refusals import NOT_TO_MODERATE, Refused
from comments.moderation.thread_counts import invalidate_pages, recount
from comments.notifications import delivery
from comments.querysets import CommentQuerySet, in_parts
from portal.audit import log
from portal.models import User

AUDIT_KINDS = {
    Decision.APPROVE: "comments.approved",
    Decision.REJECT: "comments.rejected",
    Decision.SPAM: "comments.marked_spam",
    Decision.TRASH: "comments.trashed",
    Decision.WAIT: "comments.reset_to_pending",
}


@transaction.atomic
def decide_all(comments: CommentQuerySet, decision: Decision, reason: str = "", *, by: User) -> BulkDecision:
    """Decide all of these comments, except those decided so already; return the bulk decision."""
    if not by.has_perm("comments.moderate_comment"):
        raise Refused(NOT_TO_MODERATE)
    if decision == Decision.REJECT and reason not in Reason.values:
        raise Refused(_("Choose a reason, so that the others know why."))
    status = LEADS_TO[decision]
    is_open = ~Q(status=status)
    if decision != Decision.WAIT:
        is_open |= Q(comments.has_open_reports())
    locked_comments = _lock(comments.not_emptied().filter(is_open))
    if not locked_comments:
        raise Refused(_("None of these comments is left to decide."))
    batch = BulkDecision.objects.create(decision=decision, by=by, comment_ids=_ids(locked_comments))
    row = {"status": status, "previous_status": F("status"), "batch": batch}
    row |= {**decided_as(status, by=by, at=batch.at), **UNCLAIMED}
    for part in _id_batches(locked_comments):
        Comment.objects.filter(pk__in=part).update(**row)
    articles = _recount_threads(locked_comments, lambda one: status)
    answered = [] if decision == Decision.WAIT else _id_batches(locked_comments)
    reports = sum(close_reports(part, at=batch.at) for part in answered)
    facts = {"because": reason} if decision == Decision.REJECT else {}
    _record(AUDIT_KINDS[decision], batch, locked_comments, articles, by=by, reports=reports, **facts)
    if status == Status.APPROVED or decision == Decision.REJECT:
        _schedule_notifications(locked_comments)
    return batch


@transaction.atomic
def undo_all(batch: BulkDecision, *, by: User) -> int:
    """Undo one's own bulk decision on every comment nobody decided since. Returns how many were restored."""
    if not by.has_perm("comments.moderate_comment"):
        raise Refused(NOT_TO_MODERATE)
    now = timezone.now()
    if batch.at <= now - UNDO_WITHIN:
        raise Refused(_("It is too late to take all of it back at once. Decide on each of them anew."))
    if batch.by_id != by.pk or not BulkDecision.objects.filter(pk=batch.pk, is_undone=False).update(is_undone=True):
        raise Refused(_("Only your own decision can be taken back, and only once."))
    locked_comments = _lock(Comment.objects.not_emptied().filter(batch=batch))
    for status in Status:
        row = {"status": status, "previous_status": "", "batch": None, **decided_as(status, by=by, at=now)}
        for part in _id_batches(one for one in locked_comments if one.previous_status == status):
            Comment.objects.filter(pk__in=part).update(**row)
    articles = _recount_threads(locked_comments, lambda one: one.previous_status)
    closed = Report.objects.filter(is_open=False, closed_at=batch.at)
    reports = sum(reopen_reports(closed.filter(comment__in=part)) for part in _id_batches(locked_comments))
    _record("comments.decision_undone", batch, locked_comments, articles, by=by, reports=reports)
    _schedule_notifications(one for one in locked_comments if one.previous_status == Status.APPROVED)
    return len(locked_comments)


def last_batch(by: User, *, now: datetime | None = None) -> BulkDecision | None:
    """Return this moderator's latest bulk decision while one key undoes it; else None."""
    since = (now or timezone.now()) - UNDO_WITHIN
    return BulkDecision.objects.filter(by=by, at__gt=since, is_undone=False).order_by("-at", "-pk").first()


def _lock(comments):
    """Lock these comments until the transaction ends and return them as they are now.

    Queried again once locked: of a row it waited for, PostgreSQL rechecks the columns but not the subquery on reports.
    SQLite has no such lock and needs none: one transaction at a time writes, and ours has begun.
    """
    comments = comments.select_related(None).order_by("pk")
    locked_comments = []
    for part in _id_batches(comments.values_list("pk", named=True)):
        batch = comments.filter(pk__in=part)
        list(batch.select_for_update(no_key=True).values_list("pk"))
        locked_comments += batch.values_list("pk", "article_id", "status", "previous_status", named=True)
    return locked_comments


def _id_batches(rows):
    """Split the ids of these rows into batches that fit one statement."""
    return in_parts(row.pk for row in rows)


def _schedule_notifications(rows):
    for part in _id_batches(rows):
        delivery.schedule_notifications(part)


def _ids(locked_comments):
    return ",".join(str(one.pk) for one in locked_comments)


def _recount_threads(locked_comments, status_after):
    """Recount the threads in which a comment appears or disappears; return their article ids."""
    approved = Status.APPROVED
    articles = sorted(
        {one.article_id for one in locked_comments if (one.status == approved) != (status_after(one) == approved)}
    )
    recount(articles)
    return articles


def _record(kind, batch, locked_comments, articles, *, by, **facts):
    """Append the audit event and invalidate the pages of these articles (ids)."""
    before = dict(Counter(one.status for one in locked_comments))
    digest = log.digest(_ids(locked_comments))
    log.record(kind, batch, by=by, count=len(locked_comments), comments=digest, before=before, **facts)
    invalidate_pages(articles)
