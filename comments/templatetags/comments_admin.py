"""Tags by which the article form in the admin shows its thread."""

from django import template

from comments.models import Comment
from comments.moderation import closing
from news.models import Article
from portal.models import User

register = template.Library()


@register.inclusion_tag("admin/comments/_on_story.html")
def comments_on(story: Article, person: User) -> dict:
    """Show the thread's counts and whether it is open, to people who see the queue."""
    if not person.has_perm("comments.view_comment"):
        return {}
    return {
        "story": story,
        "closing": closing.status(story),
        "counts": Comment.objects.filter(article=story.pk).counted_by_status(),
        "may_close": person.has_perm("comments.moderate_comment"),
    }
