"""What moderators make of a comment: the only code that decides on one, edits it, or answers it as the newsroom.

A decision asks `why_not`, wins the row by its status, moves the thread's count, appends its event and moves
the change counters, all in one transaction. `bulk` does the same to many at once. Locks are taken in one order
everywhere: the sender's limits, comment, thread, reports, history.
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
    """Why a comment was rejected; kept in the event as a word, so that it can be counted."""

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
# Whole sentences, in the passive: Polish verbs would need the person's gender.
DECIDED = {
    Status.PENDING: gettext_lazy("Decision by %(who)s, %(when)s: back to waiting."),
    Status.APPROVED: gettext_lazy("Decision by %(who)s, %(when)s: approved."),
    Status.SPAM: gettext_lazy("Decision by %(who)s, %(when)s: spam."),
    Status.TRASH: gettext_lazy("Decision by %(who)s, %(when)s: trash."),
}
UNSEEN = {
    Status.PENDING: gettext_lazy("Meanwhile it went back to waiting."),
    Status.APPROVED: gettext_lazy("Meanwhile it was approved."),
    Status.SPAM: gettext_lazy("Meanwhile it was marked as spam."),
    Status.TRASH: gettext_lazy("Meanwhile it went to the trash."),
}
NOT_TO_MODERATE = gettext_lazy("Your role does not moderate comments.")
UNCLAIMED = {"claimed_by": None, "claimed_until": None}


class Refused(Exception):
    """The comment or decision is not taken; str(exc) is a sentence that its reader can act on."""

    status = 403


def why_not(comment, decision, *, by, seen=None, reason=None):
    """Return the sentence why `by` may not decide this, or "" when the way is clear.

    `seen` is what the moderator had before their eyes (`Comment.state_token`, or the status alone); `reason` is
    None while nobody has been asked.
    """
    if not by.has_perm("comments.moderate_comment"):
        return str(NOT_TO_MODERATE)
    if seen is not None and (told := outdated_because(comment, seen)):
        return told
    if not comment.body:
        return _("Of this comment only its place is left; its words are gone.")
    if comment.status == LEADS_TO[decision] and not (decision != Decision.WAIT and _open_reports(comment).exists()):
        return str(ALREADY[comment.status])
    if decision == Decision.REJECT and reason is not None and reason not in Reason.values:
        return _("Choose a reason, so that the others know why.")
    return ""


def outdated_because(comment, seen):
    """What is not as somebody had it before their eyes, in words, or "": nobody decides on what they have not read."""
    status, _dot, words = seen.partition(".")
    if status != comment.status:
        return decided_by_other(comment)
    return edited_by_other(comment) if words and seen != comment.state_token else ""


def decided_by_other(comment):
    """Who decided what, for somebody who wanted to decide it too."""
    if comment.decided_by is None:
        return str(UNSEEN[comment.status])
    when = timezone.localtime(comment.decided_at)
    # Translators: a date format of Django's `date` filter; Polish needs "j b, H:i".
    return DECIDED[comment.status] % {"who": comment.decided_by, "when": formatted(when, _("j M, H:i"))}


def approve(comment, *, by, seen=None):
    """Show the comment to readers, under its story."""
    _decide(comment, Decision.APPROVE, by=by, seen=seen)


def reject(comment, *, by, reason, seen=None):
    """Keep the comment from readers, for a reason that stays in its history."""
    _decide(comment, Decision.REJECT, by=by, seen=seen, reason=reason)


def mark_spam(comment, *, by, seen=None):
    _decide(comment, Decision.SPAM, by=by, seen=seen)


def trash(comment, *, by, seen=None):
    _decide(comment, Decision.TRASH, by=by, seen=seen)


def reset_to_pending(comment, *, by, seen=None):
    """Let it wait again, as if nobody had decided."""
    _decide(comment, Decision.WAIT, by=by, seen=seen)


def decide(decision, comment, reason="", *, by, seen=None):
    """Decide by name, as buttons and bulk bars do."""
    if decision == Decision.REJECT:
        reject(comment, by=by, seen=seen, reason=reason)
    else:
        FUNCTIONS[decision](comment, by=by, seen=seen)


FUNCTIONS = {
    Decision.APPROVE: approve,
    Decision.REJECT: reject,
    Decision.SPAM: mark_spam,
    Decision.TRASH: trash,
    Decision.WAIT: reset_to_pending,
}


@transaction.atomic
def undo(comment, *, by, seen=None):
    """Take one's own last decision back: the comment is again what it was before, and so are the reports of it."""
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
        log.record("comment.reports_reopened", comment, by=by, article=comment.article_id)
    else:
        _decide(comment, BACK_TO[Status(comment.previous_status)], by=by, seen=seen, reopened=closed)


def last_decision(by, *, now=None):
    """The comment somebody decided last by itself, while taking it back is still one key away; else None."""
    since = (now or timezone.now()) - UNDO_WITHIN
    decided = Comment.objects.filter(decided_by=by, decided_at__gt=since, batch=None).exclude(previous_status="")
    return decided.order_by("-decided_at", "-pk").first()


@transaction.atomic
def edit(comment, body, *, by, seen):
    """Change a reader's words. How they were sent is kept once; each wording in between is the text of its event."""
    if not by.has_perm("comments.moderate_comment"):
        raise Refused(NOT_TO_MODERATE)
    if seen != comment.state_token:
        raise Refused(outdated_because(comment, seen) or edited_by_other(comment))
    if body == comment.body:
        raise Refused(_("These are the same words: nothing is changed."))
    row = reworded(comment, body, by=by, at=timezone.now())
    if not Comment.objects.filter(pk=comment.pk, status=comment.status, body=comment.body).update(**row):
        raise _overtaken(comment)
    log.record("comment.edited", comment, by=by, reason=comment.body, article=comment.article_id)
    if comment.status == Status.APPROVED:
        thread_counts.invalidate_pages([comment.article_id])
    for name, value in row.items():
        setattr(comment, name, value)


def reworded(comment, body, *, by, at):
    """The columns of a comment with other words; put back as it was sent, it counts as never changed."""
    sent = comment.original or comment.body
    changed = {"original": "", "edited_at": None, "edited_by": None}
    if body != sent:
        changed = {"original": sent, "edited_at": at, "edited_by": by}
    return {"body": body, "search_key": fold(body), **changed}


def _as_it_stands(comment):
    """What somebody else has made of it meanwhile."""
    stands = Comment.objects.select_related("decided_by", "edited_by").filter(pk=comment.pk).first()
    if stands is None:
        raise Refused(_("This comment is not there any more."))
    return stands


def edited_by_other(comment):
    """Whose words stand there now, for somebody who wanted to change them too."""
    if comment.edited_by is None and comment.edited_at:
        return _("Meanwhile its writer has changed the words. Read them before you decide.")
    if comment.edited_by is None:
        return _("Meanwhile its words were changed. They are as they were sent now.")
    return _("Meanwhile its words were changed by %(who)s.") % {"who": comment.edited_by}


def _overtaken(comment):
    """The refusal for somebody whose row another one has won."""
    now = _as_it_stands(comment)
    is_edited = now.status == comment.status and now.body != comment.body
    return Refused(edited_by_other(now) if is_edited else decided_by_other(now))


def no_answer_because(comment, *, by, seen=None):
    """The sentence why `by` may not answer this comment as the newsroom, or ""."""
    if not by.has_perm("comments.moderate_comment"):
        return str(NOT_TO_MODERATE)
    if seen is not None and (told := outdated_because(comment, seen)):
        return told
    if comment.status not in {Status.PENDING, Status.APPROVED}:
        return _("Readers do not see this comment, so they would not see what you answer.")
    if not by.get_full_name():
        return _("An answer carries your name, and your account has none yet. Whoever manages accounts can enter it.")
    if not comment.article.is_live():
        return _("This story is not on the site, so it takes no comments.")
    return ""


@transaction.atomic
def answer(comment, body, *, by, seen=None):
    """Answer a reader as the newsroom, also where comments are closed; a comment that waits is approved with it."""
    if refusal := no_answer_because(comment, by=by, seen=seen):
        raise Refused(refusal)
    if comment.status == Status.PENDING:
        approve(comment, by=by, seen=seen)
    thread_counts.lock_threads([comment.article_id])
    if _as_it_stands(comment).status != Status.APPROVED:
        raise Refused(_("Readers do not see this comment, so they would not see what you answer."))
    now = timezone.now()
    alike = Comment.objects.filter(parent=comment, staff=by, search_key=fold(body), created_at__gt=now - TWICE_WITHIN)
    if earlier := alike.first():
        return earlier
    made = Comment.objects.create(
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
    log.record("comment.answered", made, by=by, article=comment.article_id, to=comment.pk)
    thread_counts.invalidate_pages([comment.article_id])
    delivery.schedule_notifications([made.pk])
    return made


@transaction.atomic
def _decide(comment, decision, *, by, seen=None, reason=None, reopened=None):
    """`reopened` for a decision that takes one back, the reports that one had closed: there is no way from it to what
    was taken back."""
    if decision == Decision.REJECT:
        reason = reason or ""
    if refusal := why_not(comment, decision, by=by, seen=seen, reason=reason):
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


def decided_as(status, *, by, at):
    """The columns that say who decided; a comment that waits again has been decided by nobody."""
    return (
        dict.fromkeys(("decided_at", "decided_by"))
        if status == Status.PENDING
        else {
            "decided_at": at,
            "decided_by": by,
        }
    )


def trash_for_erasure(comments, *, by, at):
    """Of these comments their sender wants nothing to be left but the place that answers to them hold. They are in the
    trash for that, as far as anybody asks, and there is no way back."""
    row = {"status": Status.TRASH, "previous_status": "", "batch": None}
    row |= {**decided_as(Status.TRASH, by=by, at=at), **UNCLAIMED}
    comments.update(**row)


def close_reports(numbers, *, at):
    """Whoever decides on a comment has answered those who reported it; how many there were."""
    return Report.objects.filter(comment__in=numbers, is_open=True).update(is_open=False, closed_at=at)


def reopen_reports(reports):
    """The decision that closed them is taken back; how many there were."""
    return reports.update(is_open=True, closed_at=None)


def _open_reports(comment):
    return comment.reports.filter(is_open=True)
