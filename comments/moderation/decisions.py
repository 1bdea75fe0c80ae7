"""Moderators' decisions on one comment: the only code that changes its status in their name.

A decision asks `why_not`, updates the row under the condition of its status, changes the thread's count, appends its
audit event and bumps the page counters, all in one transaction. `bulk` does the same to many at once. Locks are taken
in one order everywhere: rate-limit keys, comment, thread, reports, audit log.
"""

from datetime import datetime

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from comments.models import Comment, Report
from comments.moderation import thread_counts
from comments.moderation.refusals import NOT_TO_MODERATE, Refused, decided_by_other, outdated_because, overtaken
from comments.notifications import delivery
from comments.querysets import CommentQuerySet
from portal.audit import log
from portal.models import User

Status = Comment.Status
UNDO_WITHIN = delivery.DELAY


class Decision(models.TextChoices):
    APPROVE = "approve", pgettext_lazy("decision", "Approve")
    REJECT = "reject", pgettext_lazy("decision", "Reject…")
    SPAM = "spam", pgettext_lazy("decision", "Spam")
    TRASH = "trash", pgettext_lazy("decision", "Trash")
    WAIT = "wait", pgettext_lazy("decision", "Back to waiting")


class Reason(models.TextChoices):
    """Why a comment was rejected; stored in the audit event as a keyword, so that it can be counted."""

    OFF_TOPIC = "off-topic", gettext_lazy("Off topic")
    ABUSIVE = "abusive", gettext_lazy("Abusive")
    ADVERTISING = "advertising", gettext_lazy("Advertising")
    PERSONAL = "personal", gettext_lazy("Personal details")
    OTHER = "other", gettext_lazy("Another reason")


LEADS_TO = {
    Decision.APPROVE: Status.APPROVED,
    Decision.REJECT: Status.TRASH,
    Decision.SPAM: Status.SPAM,
    Decision.TRASH: Status.TRASH,
    Decision.WAIT: Status.PENDING,
}
AUDIT_KINDS = {
    Decision.APPROVE: "comment.approved",
    Decision.REJECT: "comment.rejected",
    Decision.SPAM: "comment.marked_spam",
    Decision.TRASH: "comment.trashed",
    Decision.WAIT: "comment.reset_to_pending",
}
BACK_TO = {
    Status.PENDING: Decision.WAIT,
    Status.APPROVED: Decision.APPROVE,
    Status.SPAM: Decision.SPAM,
    Status.TRASH: Decision.TRASH,
}
ALREADY = {
    Status.PENDING: gettext_lazy("It is waiting already."),
    Status.APPROVED: gettext_lazy("It is approved already."),
    Status.SPAM: gettext_lazy("It is marked as spam already."),
    Status.TRASH: gettext_lazy("It is in the trash already."),
}
UNCLAIMED = {"claimed_by": None, "claimed_until": None}


def why_not(
    comment: Comment, decision: Decision, *, by: User, expected: str | None = None, reason: str | None = None
) -> str:
    """Return the sentence why `by` may not decide this, or "" when the way is clear.

    `expected` is the state the moderator's page showed (`Comment.state_token`, or the status alone); `reason` is None
    while nobody has been asked for it.
    """
    if not by.has_perm("comments.moderate_comment"):
        return str(NOT_TO_MODERATE)
    if expected is not None and (outdated := outdated_because(comment, expected)):
        return outdated
    if not comment.body:
        return _("Of this comment only its place is left; its words are gone.")
    if comment.status == LEADS_TO[decision] and not (decision != Decision.WAIT and _open_reports(comment).exists()):
        return str(ALREADY[comment.status])
    if decision == Decision.REJECT and reason is not None and reason not in Reason.values:
        return _("Choose a reason, so that the others know why.")
    return ""


def approve(comment: Comment, *, by: User, expected: str | None = None) -> None:
    """Show the comment to readers."""
    _decide(comment, Decision.APPROVE, by=by, expected=expected)


def reject(comment: Comment, *, by: User, reason: str, expected: str | None = None) -> None:
    """Move the comment to the trash, for a reason that stays in its audit event."""
    _decide(comment, Decision.REJECT, by=by, expected=expected, reason=reason)


def mark_spam(comment: Comment, *, by: User, expected: str | None = None) -> None:
    """Move the comment to spam."""
    _decide(comment, Decision.SPAM, by=by, expected=expected)


def trash(comment: Comment, *, by: User, expected: str | None = None) -> None:
    """Move the comment to the trash, without a reason."""
    _decide(comment, Decision.TRASH, by=by, expected=expected)


def reset_to_pending(comment: Comment, *, by: User, expected: str | None = None) -> None:
    """Let it wait again, as if nobody had decided."""
    _decide(comment, Decision.WAIT, by=by, expected=expected)


def decide(decision: Decision, comment: Comment, reason: str = "", *, by: User, expected: str | None = None) -> None:
    """Dispatch to the function of a decision."""
    if decision == Decision.REJECT:
        reject(comment, by=by, expected=expected, reason=reason)
    else:
        FUNCTIONS[decision](comment, by=by, expected=expected)


FUNCTIONS = {
    Decision.APPROVE: approve,
    Decision.REJECT: reject,
    Decision.SPAM: mark_spam,
    Decision.TRASH: trash,
    Decision.WAIT: reset_to_pending,
}


@transaction.atomic
def undo(comment: Comment, *, by: User, expected: str | None = None) -> None:
    """Undo one's own last decision: restore the previous status and reopen the reports it closed."""
    if not by.has_perm("comments.moderate_comment"):
        raise Refused(NOT_TO_MODERATE)
    if comment.decided_by_id != by.pk or not comment.previous_status:
        raise Refused(decided_by_other(comment))
    if comment.batch_id:
        raise Refused(_("It was decided together with others. Take all of it back, or decide this one anew."))
    closed = comment.reports.filter(is_open=False, closed_at=comment.decided_at)
    if comment.previous_status == comment.status:  # it was kept: only the reports were decided on
        unchanged = {"previous_status": comment.previous_status, "decided_at": comment.decided_at}
        if not Comment.objects.filter(pk=comment.pk, **unchanged).update(previous_status=""):
            raise overtaken(comment)
        reopen_reports(closed)
        log.record("comment.reports_reopened", comment, by=by, article=comment.article_id)
    else:
        _decide(comment, BACK_TO[Status(comment.previous_status)], by=by, expected=expected, reopened=closed)


def last_decision(by: User, *, now: datetime | None = None) -> Comment | None:
    """Return the comment this moderator last decided on by itself, while one key undoes it; else None."""
    since = (now or timezone.now()) - UNDO_WITHIN
    decided = Comment.objects.filter(decided_by=by, decided_at__gt=since, batch=None).exclude(previous_status="")
    return decided.order_by("-decided_at", "-pk").first()


@transaction.atomic
def _decide(comment, decision, *, by, expected=None, reason=None, reopened=None):
    """Apply a decision. An undo passes the reports to reopen as `reopened`, and cannot be undone itself."""
    if decision == Decision.REJECT:
        reason = reason or ""
    if refusal := why_not(comment, decision, by=by, expected=expected, reason=reason):
        raise Refused(refusal)
    was, status = Status(comment.status), LEADS_TO[decision]
    decided = decided_as(status, by=by, at=timezone.now())
    way_back = "" if reopened is not None or status == Status.PENDING else was
    row = {"status": status, "previous_status": way_back, "batch": None, **decided, **UNCLAIMED}
    before = Comment.objects.not_emptied().filter(pk=comment.pk, status=was, body=comment.body)
    if reopened is not None:  # another's decision may have left the status as it was
        before = before.filter(decided_at=comment.decided_at)
    if not before.update(**row):
        raise overtaken(comment)
    step = (status == Status.APPROVED) - (was == Status.APPROVED)
    if step:
        thread_counts.lock_threads([comment.article_id])
        thread_counts.count(comment, step)
    # Under the thread's lock: a report that came first is answered as well, and a later one finds the comment gone.
    closed = 0 if status == Status.PENDING else close_reports([comment.pk], at=decided["decided_at"])
    if was == status and not closed:
        raise Refused(str(ALREADY[status]))
    if reopened is not None:
        reopen_reports(reopened)
    facts = {"because": reason} if decision == Decision.REJECT else {}
    if closed:
        facts["reports"] = closed
    kind = _audit_kind(decision, is_undo=reopened is not None, is_kept=was == status == Status.APPROVED)
    log.record(kind, comment, by=by, article=comment.article_id, before=was.value, after=status.value, **facts)
    if step:
        thread_counts.invalidate_pages([comment.article_id])
    if status == Status.APPROVED or decision == Decision.REJECT:
        delivery.schedule_notifications([comment.pk])
    for name, value in row.items():
        setattr(comment, name, value)


def _audit_kind(decision, *, is_undo, is_kept):
    """Return the kind of event; undoing a decision and keeping what was reported have kinds of their own."""
    if is_undo:
        return "comment.decision_undone"
    return "comment.kept" if is_kept else AUDIT_KINDS[decision]


def decided_as(status: str, *, by: User, at: datetime) -> dict:
    """Return the columns that say who decided; none for a comment that waits again."""
    return (
        dict.fromkeys(("decided_at", "decided_by"))
        if status == Status.PENDING
        else {
            "decided_at": at,
            "decided_by": by,
        }
    )


def trash_for_erasure(comments: CommentQuerySet, *, by: User, at: datetime) -> None:
    """Move comments to trash before erasure. Irreversible; replies keep a placeholder."""
    row = {"status": Status.TRASH, "previous_status": "", "batch": None}
    row |= {**decided_as(Status.TRASH, by=by, at=at), **UNCLAIMED}
    comments.update(**row)


def close_reports(comment_ids: list[int], *, at: datetime) -> int:
    """Close the open reports of these comments (ids); return how many there were."""
    return Report.objects.filter(comment__in=comment_ids, is_open=True).update(is_open=False, closed_at=at)


def reopen_reports(reports: models.QuerySet) -> int:
    """Reopen reports whose decision is undone; return how many there were."""
    return reports.update(is_open=True, closed_at=None)


def _open_reports(comment):
    return comment.reports.filter(is_open=True)
