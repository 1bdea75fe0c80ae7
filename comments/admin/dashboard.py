"""What the start page shows to moderators."""

from comments.models import Comment
from comments.querysets import CommentQuerySet
from portal.models import User
from portal.registry.dashboard import Area, PanelContent, panel


@panel("admin/comments/_panel_waiting.html", area=Area.SUMMARY, order=10)
def comments_waiting(person: User) -> PanelContent | None:
    """How many comments wait for a decision."""
    return _counted(person, Comment.objects.waiting())


@panel("admin/comments/_panel_reported.html", area=Area.SUMMARY, order=20)
def comments_reported(person: User) -> PanelContent | None:
    """How many comments readers have reported and nobody has decided on since."""
    return _counted(person, Comment.objects.reported())


def _counted(person: User, comments: CommentQuerySet) -> PanelContent | None:
    """Show the number to everyone who may see comments; the headline counts it for those who decide."""
    number = comments.count() if person.has_perm("comments.view_comment") else 0
    if not number:
        return None
    return PanelContent({"number": number}, count=number if person.has_perm("comments.moderate_comment") else 0)
