"""Which moderator is looking at which comment, so that two do not work on the same one.

A claim informs and never locks: it expires by itself, and the first decision counts.
"""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from comments.models import Comment
from comments.moderation.decisions import UNCLAIMED
from comments.moderation.refusals import NOT_TO_MODERATE, Refused
from portal.models import User

CLAIM_DURATION = timedelta(minutes=2)  # the queue's script renews it every half of that


def claim(comment: Comment, *, by: User, now: datetime | None = None) -> bool:
    """Claim this comment for `by` and release their others; return False if somebody else holds it."""
    if not by.has_perm("comments.moderate_comment"):
        raise Refused(NOT_TO_MODERATE)
    now = now or timezone.now()
    Comment.objects.filter(claimed_by=by).exclude(pk=comment.pk).update(**UNCLAIMED)
    free = Q(claimed_by=None) | Q(claimed_by=by) | Q(claimed_until__lte=now)
    return bool(Comment.objects.filter(free, pk=comment.pk).update(claimed_by=by, claimed_until=now + CLAIM_DURATION))


def holder(comment: Comment, *, besides: User | None = None, now: datetime | None = None) -> User | None:
    """Return who claims this comment now, unless that is `besides`; else None."""
    if comment.claimed_by_id is None or comment.claimed_until <= (now or timezone.now()):
        return None
    return None if besides and comment.claimed_by_id == besides.pk else comment.claimed_by
