"""Moderators' edits of comments: the only code that changes a comment's text in their name."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from comments.models import Comment
from comments.moderation import thread_counts
from comments.moderation.refusals import NOT_TO_MODERATE, Refused, edited_by_other, outdated_because, overtaken
from portal.audit import log
from portal.models import User
from portal.text.folding import fold


@transaction.atomic
def edit(comment: Comment, body: str, *, by: User, expected: str) -> None:
    """Edit a reader's comment. The text as sent is kept in `original`, each version in between in its audit event."""
    if not by.has_perm("comments.moderate_comment"):
        raise Refused(NOT_TO_MODERATE)
    if expected != comment.state_token:
        raise Refused(outdated_because(comment, expected) or edited_by_other(comment))
    if body == comment.body:
        raise Refused(_("These are the same words: nothing is changed."))
    row = reworded(comment, body, by=by, at=timezone.now())
    if not Comment.objects.filter(pk=comment.pk, status=comment.status, body=comment.body).update(**row):
        raise overtaken(comment)
    log.record("comment.edited", comment, by=by, reason=comment.body, article=comment.article_id)
    if comment.status == Comment.Status.APPROVED:
        thread_counts.invalidate_pages([comment.article_id], counted=False)
    for name, value in row.items():
        setattr(comment, name, value)


def reworded(comment: Comment, body: str, *, by: User | None, at: datetime) -> dict:
    """Return the columns of a comment with this body; restored to the text as sent, it counts as never edited."""
    sent = comment.original or comment.body
    changed = {"original": "", "edited_at": None, "edited_by": None}
    if body != sent:
        changed = {"original": sent, "edited_at": at, "edited_by": by}
    return {"body": body, "search_key": fold(body), **changed}
