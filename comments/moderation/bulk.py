"""Deciding many comments at once: sets of rows instead of one after another, one event, one way back.

Ten thousand comments are a few statements. Locks are taken in the order moderation takes them: comments, threads,
reports, history; of many rows in the order of their numbers.
"""

from collections import Counter

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from comments.models import BulkDecision, Comment, Report
from comments.moderation.decisions import (
    LEADS_TO,
    NOT_TO_MODERATE,
    UNCLAIMED,
    UNDO_WITHIN,
    Decision,
    Reason,
    Refused,
    Status,
    close_reports,
    decided_as,
    reopen_reports,
)
from comments.moderation.thread_counts import invalidate_pages, recount
from comments.notifications import delivery
from comments.querysets import in_parts
from portal.audit import log

AUDIT_KINDS = {
    Decision.APPROVE: "comments.approved",
    Decision.REJECT: "comments.rejected",
    Decision.SPAM: "comments.marked_spam",
    Decision.TRASH: "comments.trashed",
    Decision.WAIT: "comments.reset_to_pending",
}


@transaction.atomic
def decide_all(comments, decision, reason="", *, by):
    """Decide all of these at once, except those decided so already; return the batch."""
    if not by.has_perm("comments.moderate_comment"):
        raise Refused(NOT_TO_MODERATE)
    if decision == Decision.REJECT and reason not in Reason.values:
        raise Refused(_("Choose a reason, so that the others know why."))
    status = LEADS_TO[decision]
    is_open = ~Q(status=status)
    if decision != Decision.WAIT:
        is_open |= Q(comments.has_open_reports())
    taken = _taken(comments.not_emptied().filter(is_open))
    if not taken:
        raise Refused(_("None of these comments is left to decide."))
    batch = BulkDecision.objects.create(decision=decision, by=by, numbers=_numbers(taken))
    row = {"status": status, "previous_status": F("status"), "batch": batch}
    row |= {**decided_as(status, by=by, at=batch.at), **UNCLAIMED}
    for part in _parts(taken):
        Comment.objects.filter(pk__in=part).update(**row)
    articles = _counted(taken, lambda one: status)
    answered = [] if decision == Decision.WAIT else _parts(taken)
    reports = sum(close_reports(part, at=batch.at) for part in answered)
    facts = {"because": reason} if decision == Decision.REJECT else {}
    _tell(AUDIT_KINDS[decision], batch, taken, articles, by=by, reports=reports, **facts)
    if status == Status.APPROVED or decision == Decision.REJECT:
        _tell_people(taken)
    return batch


@transaction.atomic
def undo_all(batch, *, by):
    """Take one's own batch back: whatever nobody has decided anew since is again what it was. Returns how many."""
    if not by.has_perm("comments.moderate_comment"):
        raise Refused(NOT_TO_MODERATE)
    now = timezone.now()
    if batch.at <= now - UNDO_WITHIN:
        raise Refused(_("It is too late to take all of it back at once. Decide on each of them anew."))
    if batch.by_id != by.pk or not BulkDecision.objects.filter(pk=batch.pk, is_undone=False).update(is_undone=True):
        raise Refused(_("Only your own decision can be taken back, and only once."))
    taken = _taken(Comment.objects.not_emptied().filter(batch=batch))
    for status in Status:
        row = {"status": status, "previous_status": "", "batch": None, **decided_as(status, by=by, at=now)}
        for part in _parts(one for one in taken if one.previous_status == status):
            Comment.objects.filter(pk__in=part).update(**row)
    articles = _counted(taken, lambda one: one.previous_status)
    closed = Report.objects.filter(is_open=False, closed_at=batch.at)
    reports = sum(reopen_reports(closed.filter(comment__in=part)) for part in _parts(taken))
    _tell("comments.decision_undone", batch, taken, articles, by=by, reports=reports)
    _tell_people(one for one in taken if one.previous_status == Status.APPROVED)
    return len(taken)


def last_batch(by, *, now=None):
    """What somebody decided last of many, while taking it back is still one key away; else None."""
    since = (now or timezone.now()) - UNDO_WITHIN
    return BulkDecision.objects.filter(by=by, at__gt=since, is_undone=False).order_by("-at", "-pk").first()


def _taken(comments):
    """These comments as they stand now, theirs to change for nobody else until the transaction ends.

    Asked again once they are held: of a row it waited for PostgreSQL looks at the columns anew, and not at its reports.
    SQLite has no such lock and needs none: there one transaction at a time may write, and ours has begun.
    """
    comments = comments.select_related(None).order_by("pk")
    found = []
    for part in _parts(comments.values_list("pk", named=True)):
        asked = comments.filter(pk__in=part)
        list(asked.select_for_update(no_key=True).values_list("pk"))
        found += asked.values_list("pk", "article_id", "status", "previous_status", named=True)
    return found


def _parts(rows):
    """Their numbers, as many at a time as one statement takes."""
    return in_parts(row.pk for row in rows)


def _tell_people(rows):
    for part in _parts(rows):
        delivery.schedule_notifications(part)


def _numbers(taken):
    return ",".join(str(one.pk) for one in taken)


def _counted(taken, becomes):
    """Count the threads anew whose readers see more or less than before, and return them by the numbers of stories."""
    shown = Status.APPROVED
    articles = sorted({one.article_id for one in taken if (one.status == shown) != (becomes(one) == shown)})
    recount(articles)
    return articles


def _tell(kind, batch, taken, articles, *, by, **facts):
    """Append the event, and tell the pages of these stories."""
    before = dict(Counter(one.status for one in taken))
    digest = log.digest(_numbers(taken))
    log.record(kind, batch, by=by, count=len(taken), comments=digest, before=before, **facts)
    invalidate_pages(articles)
