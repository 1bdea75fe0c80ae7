"""Tags by which the article form in the admin shows its thread."""

from django import template

from comments.models import Comment, CommentSettings, Thread

register = template.Library()


@register.inclusion_tag("admin/comments/_on_story.html")
def comments_on(story, person):
    """Show the thread's counts and whether it is open, to people who see the queue."""
    if not person.has_perm("comments.view_comment"):
        return {}
    return {
        "story": story,
        "thread": Thread.objects.filter(pk=story.pk).first() or Thread(pk=story.pk),
        "counts": Comment.objects.filter(article=story.pk).counted_by_status(),
        "comment_settings": CommentSettings.current(),
        "may_close": person.has_perm("comments.moderate_comment"),
    }
