"""Who looks at which comment in the queue, so that two moderators do not work on the same one.

A claim informs and never locks: it ends by itself, and whoever decides first has decided.
"""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from comments.models import Comment
from comments.moderation.decisions import NOT_TO_MODERATE, UNCLAIMED, Refused

LASTS = timedelta(minutes=2)  # the queue's script renews it every half of that


def claim(comment, *, by, now=None):
    """Say that `by` looks at this comment now, and at no other; False where somebody else does."""
    if not by.has_perm("comments.moderate_comment"):
        raise Refused(NOT_TO_MODERATE)
    now = now or timezone.now()
    Comment.objects.filter(claimed_by=by).exclude(pk=comment.pk).update(**UNCLAIMED)
    free = Q(claimed_by=None) | Q(claimed_by=by) | Q(claimed_until__lte=now)
    return bool(Comment.objects.filter(free, pk=comment.pk).update(claimed_by=by, claimed_until=now + LASTS))


def holder(comment, *, besides=None, now=None):
    """Who looks at this comment, if it is somebody else; else None."""
    if comment.claimed_by_id is None or comment.claimed_until <= (now or timezone.now()):
        return None
    return None if besides and comment.claimed_by_id == besides.pk else comment.claimed_by
