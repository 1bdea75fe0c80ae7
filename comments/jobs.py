"""What comments have the worker do."""

from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import ngettext

from comments.models import Comment
from comments.notifications import delivery
from comments.personal_data import purge, retention
from comments.submission import rate_limits
from portal.http.urls import absolute_url
from portal.jobs import job


@job
def notify_moderators():
    """Tell the moderators how many comments wait or are reported, and where: no name, no words, no address goes out."""
    waiting, reported = Comment.objects.waiting().count(), Comment.objects.reported().count()
    if not (waiting or reported) or not settings.MODERATORS_EMAIL:
        return
    with translation.override(settings.LANGUAGE_CODE):
        queue = absolute_url(reverse("admin:comments_comment_changelist"))
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
def send_decision_mail(comment):
    """Tell the writer of a comment, who asked for it, what a moderator has decided."""
    delivery.send_decision(comment)


@job
def send_answer_mail(answer):
    """Tell the writer of a comment, who asked for it, that somebody has answered."""
    delivery.send_answer(answer)


@job(every=timedelta(days=1))
def purge_email_preferences():
    """Drop what owners of addresses have said where no comment of theirs is left."""
    delivery.purge_preferences()


@job(every=timedelta(days=1), lease=timedelta(minutes=30))
def purge_spam_and_trash():
    """Empty spam and trash of what has lain there long enough."""
    purge.purge()


@job(every=timedelta(days=1), lease=timedelta(minutes=30))
def purge_emails():
    """Forget the addresses that have been kept for long enough."""
    retention.purge_expired()


@job(every=timedelta(hours=1))
def purge_rate_limit_hits():
    """Drop what the limits have counted and look at no more."""
    rate_limits.purge()
