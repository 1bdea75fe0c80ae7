"""What comments have the worker do."""

from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import ngettext

from comments import emptying, limits, telling
from comments.models import Comment
from portal.jobs import job


@job
def notify_moderators():
    """Tell the moderators how many comments wait, and where: no name, no words, no address leaves the house."""
    waiting = Comment.objects.waiting().count()
    if not waiting or not settings.MODERATORS_EMAIL:
        return
    with translation.override(settings.LANGUAGE_CODE):
        subject = ngettext("%(count)d comment is waiting", "%(count)d comments are waiting", waiting)
        queue = settings.SITE_URL + reverse("admin:comments_comment_changelist")
        text = render_to_string("email/comments_waiting.txt", {"waiting": waiting, "queue": queue})
        send_mail(f"{settings.SITE_NAME}: {subject % {'count': waiting}}", text, None, [settings.MODERATORS_EMAIL])


@job
def tell_of_decision(comment):
    """Tell the writer of a comment, who asked for it, what a moderator has decided."""
    telling.tell_of_decision(comment)


@job
def tell_of_answer(answer):
    """Tell the writer of a comment, who asked for it, that somebody has answered."""
    telling.tell_of_answer(answer)


@job(every=timedelta(days=1))
def forget_mailboxes():
    """Drop what owners of addresses have said where no comment of theirs is left."""
    telling.forget_mailboxes()


@job(every=timedelta(days=1), lease=timedelta(minutes=30))
def empty_spam_and_trash():
    """Empty spam and trash of what has lain there long enough."""
    emptying.empty()


@job(every=timedelta(hours=1))
def forget_attempts():
    """Drop what the limits have counted and look at no more."""
    limits.forget()
