"""What comments have the worker do."""

from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import ngettext

from comments import emptying, forgetting, limits, telling
from comments.models import Comment
from portal.jobs import job


@job
def notify_moderators():
    """Tell the moderators how many comments wait or are reported, and where: no name, no words, no address goes out."""
    waiting, reported = Comment.objects.waiting().count(), Comment.objects.reported().count()
    if not (waiting or reported) or not settings.MODERATORS_EMAIL:
        return
    with translation.override(settings.LANGUAGE_CODE):
        queue = settings.SITE_URL + reverse("admin:comments_comment_changelist")
        text = render_to_string(
            "email/comments_waiting.txt", {"waiting": waiting, "reported": reported, "queue": queue}
        )
        send_mail(f"{settings.SITE_NAME}: {_subject(waiting, reported)}", text, None, [settings.MODERATORS_EMAIL])


def _subject(waiting, reported):
    said = [
        (waiting, ngettext("%(count)d comment is waiting", "%(count)d comments are waiting", waiting)),
        (reported, ngettext("%(count)d comment was reported", "%(count)d comments were reported", reported)),
    ]
    return "; ".join(words % {"count": count} for count, words in said if count)


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


@job(every=timedelta(days=1), lease=timedelta(minutes=30))
def forget_addresses():
    """Forget the addresses that have been kept for long enough."""
    forgetting.forget()


@job(every=timedelta(hours=1))
def forget_attempts():
    """Drop what the limits have counted and look at no more."""
    limits.forget()
