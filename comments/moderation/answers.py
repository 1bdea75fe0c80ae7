"""Answers of the newsroom: the only code that writes a comment in a moderator's name."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from comments.models import Comment
from comments.moderation import thread_counts
from comments.moderation.closing import NOT_LIVE
from comments.moderation.decisions import approve, decided_as
from comments.moderation.refusals import NOT_TO_MODERATE, Refused, load_current, outdated_because
from comments.notifications import delivery
from portal.audit import log
from portal.models import User
from portal.text.folding import fold

Status = Comment.Status
DUPLICATE_WITHIN = timedelta(minutes=10)


def no_answer_because(comment: Comment, *, by: User, expected: str | None = None) -> str:
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
        return str(NOT_LIVE)
    return ""


@transaction.atomic
def answer(comment: Comment, body: str, *, by: User, expected: str | None = None) -> Comment:
    """Answer a reader as the newsroom, also where comments are closed; approves a waiting comment along with it."""
    if refusal := no_answer_because(comment, by=by, expected=expected):
        raise Refused(refusal)
    if comment.status == Status.PENDING:
        approve(comment, by=by, expected=expected)
    thread_counts.lock_threads([comment.article_id])
    if load_current(comment).status != Status.APPROVED:
        raise Refused(_("Readers do not see this comment, so they would not see what you answer."))
    now = timezone.now()
    alike = Comment.objects.filter(
        parent=comment, staff=by, search_key=fold(body), created_at__gt=now - DUPLICATE_WITHIN
    )
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
    log.record("comment.answered", reply, by=by, article=comment.article_id, to=comment.pk)
    thread_counts.invalidate_pages([comment.article_id])
    delivery.schedule_notifications([reply.pk])
    return reply
