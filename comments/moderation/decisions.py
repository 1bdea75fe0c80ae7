"""Moderation of one comment: the only code that decides on it, edits it, or answers it as the newsroom.

A decision asks `why_not`, updates the row under the condition of its status, changes the thread's count, appends its
audit event and bumps the page counters, all in one transaction. `bulk` does the same to many at once. Locks are taken
in one order everywhere: rate-limit keys, comment, thread, reports, audit log.
"""

from datetime import timedelta

from django.db import models, transaction
from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from comments.models import Comment, Report
from comments.moderation import thread_counts
from comments.notifications import delivery
from portal.audit import log
from portal.text.folding import fold

Status = Comment.Status
TWICE_WITHIN = timedelta(minutes=10)
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
# Whole sentences, in the passive: Polish verbs would need the person's gender.
DECIDED = {
    Status.PENDING: gettext_lazy("Decision by %(who)s, %(when)s: back to waiting."),
    Status.APPROVED: gettext_lazy("Decision by %(who)s, %(when)s: approved."),
    Status.SPAM: gettext_lazy("Decision by %(who)s, %(when)s: spam."),
    Status.TRASH: gettext_lazy("Decision by %(who)s, %(when)s: trash."),
}
CHANGED_BY_SYSTEM = {
    Status.PENDING: gettext_lazy("Meanwhile it went back to waiting."),
    Status.APPROVED: gettext_lazy("Meanwhile it was approved."),
    Status.SPAM: gettext_lazy("Meanwhile it was marked as spam."),
    Status.TRASH: gettext_lazy("Meanwhile it went to the trash."),
}
NOT_TO_MODERATE = gettext_lazy("Your role does not moderate comments.")
UNCLAIMED = {"claimed_by": None, "claimed_until": None}


class Refused(Exception):
    """The action is not open; str(exc) is a sentence that its reader can act on."""

    status = 403


def why_not(comment, decision, *, by, expected=None, reason=None):
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


def outdated_because(comment, expected):
    """Return the sentence on what changed since `expected`, or "": nobody decides on what they have not read."""
    status, _dot, digest = expected.partition(".")
    if status != comment.status:
        return decided_by_other(comment)
    return edited_by_other(comment) if digest and expected != comment.state_token else ""


def decided_by_other(comment):
    """Return the sentence on who decided what, and when."""
    if comment.decided_by is None:
        return str(CHANGED_BY_SYSTEM[comment.status])
    when = timezone.localtime(comment.decided_at)
    # Translators: a date format of Django's `date` filter; Polish needs "j b, H:i".
    return DECIDED[comment.status] % {"who": comment.decided_by, "when": formatted(when, _("j M, H:i"))}


def approve(comment, *, by, expected=None):
    """Show the comment to readers."""
    _decide(comment, Decision.APPROVE, by=by, expected=expected)


def reject(comment, *, by, reason, expected=None):
    """Move the comment to the trash, for a reason that stays in its audit event."""
    _decide(comment, Decision.REJECT, by=by, expected=expected, reason=reason)


def mark_spam(comment, *, by, expected=None):
    _decide(comment, Decision.SPAM, by=by, expected=expected)


def trash(comment, *, by, expected=None):
    _decide(comment, Decision.TRASH, by=by, expected=expected)


def reset_to_pending(comment, *, by, expected=None):
    """Let it wait again, as if nobody had decided."""
    _decide(comment, Decision.WAIT, by=by, expected=expected)


def decide(decision, comment, reason="", *, by, expected=None):
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
def undo(comment, *, by, expected=None):
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
            raise _overtaken(comment)
        reopen_reports(closed)
        log.record("reports reopened", comment, by=by, article=comment.article_id)
    else:
        _decide(comment, BACK_TO[Status(comment.previous_status)], by=by, expected=expected, reopened=closed)


def last_decision(by, *, now=None):
    """Return the comment this moderator last decided on by itself, while one key undoes it; else None."""
    since = (now or timezone.now()) - UNDO_WITHIN
    decided = Comment.objects.filter(decided_by=by, decided_at__gt=since, batch=None).exclude(previous_status="")
    return decided.order_by("-decided_at", "-pk").first()


@transaction.atomic
def edit(comment, body, *, by, expected):
    """Edit a reader's comment. The text as sent is kept in `original`, each version in between in its audit event."""
    if not by.has_perm("comments.moderate_comment"):
        raise Refused(NOT_TO_MODERATE)
    if expected != comment.state_token:
        raise Refused(outdated_because(comment, expected) or edited_by_other(comment))
    if body == comment.body:
        raise Refused(_("These are the same words: nothing is changed."))
    row = reworded(comment, body, by=by, at=timezone.now())
    if not Comment.objects.filter(pk=comment.pk, status=comment.status, body=comment.body).update(**row):
        raise _overtaken(comment)
    log.record("edit", comment, by=by, reason=comment.body, article=comment.article_id)
    if comment.status == Status.APPROVED:
        thread_counts.invalidate_pages([comment.article_id])
    for name, value in row.items():
        setattr(comment, name, value)


def reworded(comment, body, *, by, at):
    """Return the columns of a comment with this body; restored to the text as sent, it counts as never edited."""
    sent = comment.original or comment.body
    changed = {"original": "", "edited_at": None, "edited_by": None}
    if body != sent:
        changed = {"original": sent, "edited_at": at, "edited_by": by}
    return {"body": body, "search_key": fold(body), **changed}


def _as_it_stands(comment):
    """Load the comment again, or refuse where it is deleted."""
    stands = Comment.objects.select_related("decided_by", "edited_by").filter(pk=comment.pk).first()
    if stands is None:
        raise Refused(_("This comment is not there any more."))
    return stands


def edited_by_other(comment):
    """Return the sentence on who changed the text."""
    if comment.edited_by is None and comment.edited_at:
        return _("Meanwhile its writer has changed the words. Read them before you decide.")
    if comment.edited_by is None:
        return _("Meanwhile its words were changed. They are as they were sent now.")
    return _("Meanwhile its words were changed by %(who)s.") % {"who": comment.edited_by}


def _overtaken(comment):
    """Return the refusal for whoever lost the update of this row."""
    now = _as_it_stands(comment)
    is_edited = now.status == comment.status and now.body != comment.body
    return Refused(edited_by_other(now) if is_edited else decided_by_other(now))


def no_answer_because(comment, *, by, expected=None):
    """The sentence why `by` may not answer this comment as the newsroom, or ""."""
    if not by.has_perm("comments.moderate_comment"):
        return str(NOT_TO_MODERATE)
    if expected is not None and (outdated := outdated_because(comment, expected)):
        return outdated
    if comment.status not in {Status.PENDING, Status.APPROVED}:
        return _("Readers do not see this comment, so they would not see what you answer.")
    if not by.get_full_name():
        return _("An answer carries your name, and your account has none yet. Whoever manages accounts can enter it.")
    if not comment.article.is_live():
        return _("This story is not on the site, so it takes no comments.")
    return ""


@transaction.atomic
def answer(comment, body, *, by, expected=None):
    """Answer a reader as the newsroom, also where comments are closed; approves a waiting comment along with it."""
    if refusal := no_answer_because(comment, by=by, expected=expected):
        raise Refused(refusal)
    if comment.status == Status.PENDING:
        approve(comment, by=by, expected=expected)
    thread_counts.lock_threads([comment.article_id])
    if _as_it_stands(comment).status != Status.APPROVED:
        raise Refused(_("Readers do not see this comment, so they would not see what you answer."))
    now = timezone.now()
    alike = Comment.objects.filter(parent=comment, staff=by, search_key=fold(body), created_at__gt=now - TWICE_WITHIN)
    if earlier := alike.first():
        return earlier
    reply = Comment.objects.create(
        article=comment.article,
        parent=comment,
        name=by.get_full_name()[: Comment._meta.get_field("name").max_length],
        staff=by,
        body=body,
        status=Status.APPROVED,
        created_at=now,
        previous_status=Status.TRASH,  # where undoing it leads
        **decided_as(Status.APPROVED, by=by, at=now),
    )
    thread_counts.count(comment, 1)
    log.record("answer", reply, by=by, article=comment.article_id, to=comment.pk)
    thread_counts.invalidate_pages([comment.article_id])
    delivery.schedule_notifications([reply.pk])
    return reply


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
        raise _overtaken(comment)
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
    log.record(decision.value, comment, by=by, article=comment.article_id, was=was.value, **facts)
    if step:
        thread_counts.invalidate_pages([comment.article_id])
    if status == Status.APPROVED or decision == Decision.REJECT:
        delivery.schedule_notifications([comment.pk])
    for name, value in row.items():
        setattr(comment, name, value)


def decided_as(status, *, by, at):
    """Return the columns that say who decided; none for a comment that waits again."""
    return (
        dict.fromkeys(("decided_at", "decided_by"))
        if status == Status.PENDING
        else {
            "decided_at": at,
            "decided_by": by,
        }
    )


def trash_for_erasure(comments, *, by, at):
    """Move comments to trash before erasure. Irreversible; replies keep a placeholder."""
    row = {"status": Status.TRASH, "previous_status": "", "batch": None}
    row |= {**decided_as(Status.TRASH, by=by, at=at), **UNCLAIMED}
    comments.update(**row)


def close_reports(comment_ids, *, at):
    """Close the open reports of these comments (ids); return how many there were."""
    return Report.objects.filter(comment__in=comment_ids, is_open=True).update(is_open=False, closed_at=at)


def reopen_reports(reports):
    """Reopen reports whose decision is undone; return how many there were."""
    return reports.update(is_open=True, closed_at=None)


def _open_reports(comment):
    return comment.reports.filter(is_open=True)
