"""Where the newsroom's own pages meet the conversation under a story."""

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comments.models import Comment, CommentSettings, Thread

register = template.Library()


@register.inclusion_tag("admin/comments/_on_story.html")
def comments_on(story, person):
    """The conversation under a story, for those who see the queue: how much there is, and whether it is open."""
    if not person.has_perm("comments.view_comment"):
        return {}
    thread, rules = Thread.objects.filter(pk=story.pk).first() or Thread(pk=story.pk), CommentSettings.current()
    return {
        "story": story,
        "thread": thread,
        "counts": Comment.objects.filter(article=story.pk).counted_by_status(),
        "rules": rules,
        "openness": openness(thread, rules),
        "may_close": person.has_perm("comments.moderate_comment"),
    }


def openness(thread, rules):
    """Whether readers can comment on a story, and until when, in a sentence."""
    if not rules.is_open:
        return _("No story takes comments at the moment.")
    if thread.is_closed:
        return _("Readers see the comments and can send no more.")
    if not rules.closes_after_days:
        return _("Readers can comment.")
    if thread.stays_open:
        return _("They stay open whatever the age of the story.")
    return ngettext(
        "They close %(days)s day after the first publication.",
        "They close %(days)s days after the first publication.",
        rules.closes_after_days,
    ) % {"days": rules.closes_after_days}
