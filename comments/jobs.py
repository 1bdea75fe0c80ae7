"""Background jobs of the comments app."""

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
def notify_moderators() -> None:
    """Mail the moderators how many comments wait or are reported; no name, text or address is in the mail."""
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
    counts = [
        (waiting, ngettext("%(count)d comment is waiting", "%(count)d comments are waiting", waiting)),
        (reported, ngettext("%(count)d comment was reported", "%(count)d comments were reported", reported)),
    ]
    return "; ".join(sentence % {"count": count} for count, sentence in counts if count)


@job
def send_decision_mail(comment: int) -> None:
    """Mail a subscribed commenter the decision on their comment."""
    delivery.send_decision(comment)


@job
def send_answer_mail(answer: int) -> None:
    """Mail a subscribed commenter that their comment was answered."""
    delivery.send_answer(answer)


@job(every=timedelta(days=1))
def purge_email_preferences() -> None:
    """Delete confirmed e-mail preferences of addresses no comment has any more."""
    delivery.purge_preferences()


@job(every=timedelta(days=1), lease=timedelta(minutes=30))
def purge_spam_and_trash() -> None:
    """Delete spam and trash older than their retention days."""
    purge.purge()


@job(every=timedelta(days=1), lease=timedelta(minutes=30))
def purge_emails() -> None:
    """Delete e-mail addresses older than their retention days."""
    retention.purge_expired()


@job(every=timedelta(hours=1))
def purge_rate_limit_hits() -> None:
    """Delete rate-limit hits that no limit counts any more."""
    rate_limits.purge()
