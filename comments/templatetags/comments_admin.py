"""Where the newsroom's own pages meet the conversation under a story."""

from django import template

from comments.models import Comment, CommentSettings, Thread

register = template.Library()


@register.inclusion_tag("admin/comments/_on_story.html")
def comments_on(story, person):
    """The conversation under a story, for those who see the queue: how much there is, and whether it is open."""
    if not person.has_perm("comments.view_comment"):
        return {}
    return {
        "story": story,
        "thread": Thread.objects.filter(pk=story.pk).first() or Thread(pk=story.pk),
        "counts": Comment.objects.filter(article=story.pk).counted_by_status(),
        "rules": CommentSettings.current(),
        "may_close": person.has_perm("comments.moderate_comment"),
    }
