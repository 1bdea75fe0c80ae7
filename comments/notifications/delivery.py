"""Notification mails to commenters who asked for them, in the language they asked in.

No mail goes out before a moderator approved a comment from the address, or its owner confirmed it earlier; answers and
rejections go only to confirmed addresses; no mail quotes a comment. A mail waits until one key no longer undoes its
decision, and checks again before it is sent. See docs/decisions/0010.
"""

import json
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comments import emails, tokens
from comments.models import Comment, CommenterEmail, EmailPreference, SentNotification, Subscription
from portal.http.urls import absolute_url
from portal.jobs import enqueue
from portal.models import AuditEvent

Status = Comment.Status
DELAY = timedelta(minutes=30)
LONGEST_NAME = 60
# Backends that write the whole mail to the log, or nowhere.
NO_MAIL = {f"django.core.mail.backends.{kind}.EmailBackend" for kind in ("console", "dummy")}
REJECTED = {"comment.rejected", "comments.rejected"}
# Whatever was decided after a rejection, that is no longer why.
DECIDED = REJECTED | {
    f"{noun}.{verb}"
    for noun in ("comment", "comments")
    for verb in ("approved", "marked_spam", "trashed", "reset_to_pending", "decision_undone")
}
# `moderation.decisions.Reason` in words for the person it is about.
BECAUSE = {
    "off-topic": gettext_lazy("It is not about the subject of the story."),
    "abusive": gettext_lazy("It insults or attacks somebody."),
    "advertising": gettext_lazy("It advertises something."),
    "personal": gettext_lazy("It gives away personal details."),
    "other": gettext_lazy("It does not fit the conversation under the story."),
}


def is_possible() -> bool:
    """Return whether mail is really sent; where not, the form offers no notifications."""
    return settings.EMAIL_BACKEND not in NO_MAIL


def subscribe(comment: Comment, language: str) -> None:
    """Subscribe the commenter to notifications about this comment, in this language."""
    Subscription.objects.create(commenter_email_id=comment.pk, language=language)


def schedule_notifications(comment_ids: Iterable[int]) -> None:
    """Enqueue notifications for decided comments (ids), due when one-key undo has expired."""
    due_at, subscriptions = timezone.now() + DELAY, Subscription.objects.open()
    decided = Comment.objects.filter(pk__in=comment_ids).annotate(
        is_awaited=Exists(subscriptions.filter(pk=OuterRef("pk"))),
        answers_one=Exists(subscriptions.filter(pk=OuterRef("parent"))),
    )
    for comment in decided.order_by("pk").values_list("pk", "status", "is_awaited", "answers_one", named=True):
        if comment.is_awaited:
            enqueue("comments.send_decision_mail", key=str(comment.pk), due_at=due_at, comment=comment.pk)
        if comment.answers_one and comment.status == Status.APPROVED:
            enqueue("comments.send_answer_mail", key=str(comment.pk), due_at=due_at, answer=comment.pk)


def send_decision(comment_id: int) -> None:
    """Send the one mail about a decision: that the comment is on the site, or why it is not."""
    subscription = _open(comment_id)
    if subscription is None:
        return
    comment, preference = subscription.commenter_email.comment, preference_of(subscription)
    if _is_fresh(comment):
        enqueue(
            "comments.send_decision_mail", key=str(comment_id), due_at=comment.decided_at + DELAY, comment=comment_id
        )
        return
    is_confirmed = bool(preference.confirmed_at)
    if comment.status == Status.APPROVED and comment.article.is_live() and (comment.decided_by_id or is_confirmed):
        _send(subscription, "approved", confirms=not is_confirmed)
    elif is_confirmed and (because := _rejected_because(comment)):
        _send(subscription, "rejected", because=because)


def send_answer(answer_id: int) -> None:
    """Send the one mail about an answer to whoever wrote the comment it answers, unless they wrote both."""
    answer = Comment.objects.approved().select_related("article", "parent").filter(pk=answer_id).first()
    subscription = answer and _open(answer.parent_id)
    if not subscription or answer.parent.status != Status.APPROVED or not answer.article.is_live():
        return
    if _is_fresh(answer):
        enqueue("comments.send_answer_mail", key=str(answer_id), due_at=answer.decided_at + DELAY, answer=answer_id)
        return
    if preference_of(subscription).confirmed_at and not _is_by_one_person(answer, answer.parent):
        # A name can say anything; where only the rules have read it, it stays on the site.
        name = Truncator(answer.name).chars(LONGEST_NAME) if answer.decided_by_id else ""
        _send(subscription, "answered", answer=answer, name=name)


def confirm(subscription: Subscription) -> None:
    """Record that the owner confirmed the address and wants notifications."""
    _save_preference(subscription, confirmed_at=timezone.now(), stopped_at=None)
    Subscription.objects.filter(pk=subscription.pk).update(ended_at=None)


def unsubscribe(subscription: Subscription) -> None:
    """End the notifications about this comment."""
    Subscription.objects.open().filter(pk=subscription.pk).update(ended_at=timezone.now())


def unsubscribe_all(subscription: Subscription) -> None:
    """End all mail to this address, whoever types it, until its owner confirms again."""
    unsubscribe(subscription)
    _save_preference(subscription, confirmed_at=None, stopped_at=timezone.now())


def is_confirmed(subscription: Subscription) -> bool:
    return bool(subscription.ended_at is None and preference_of(subscription).confirmed_at)


def preference_of(subscription: Subscription) -> EmailPreference:
    """Return the preference of the address's owner; an unsaved empty one where there is none."""
    hashes = emails.hashes_of(subscription.commenter_email.comment)
    return EmailPreference.objects.filter(address_hash__in=hashes).first() or EmailPreference()


def purge_preferences() -> None:
    """Delete confirmations of addresses without comments; unsubscriptions stay, they protect somebody."""
    known = CommenterEmail.objects.values("address_hash")
    EmailPreference.objects.filter(stopped_at=None).exclude(address_hash__in=known).delete()


def _open(comment_id):
    beside = ("commenter_email__comment__article",)
    subscription = Subscription.objects.open().select_related(*beside).filter(pk=comment_id).first()
    return None if subscription is None or preference_of(subscription).stopped_at else subscription


def _is_fresh(comment):
    """Return whether it was decided again since the mail was enqueued, so that one key still undoes that."""
    return comment.decided_at is not None and comment.decided_at + DELAY > timezone.now() + timedelta(seconds=5)


def _is_by_one_person(answer, comment):
    return bool(set(emails.hashes_of(answer)) & set(emails.hashes_of(comment)))


def _rejected_because(comment):
    """Return the reason in words for the commenter, where the last decision was to reject it; else ""."""
    if comment.status != Status.TRASH or not comment.body:
        return ""
    about = comment.batch or comment
    event = AuditEvent.objects.about(about).filter(kind__in=DECIDED).order_by("-number").first()
    return BECAUSE.get(json.loads(event.facts).get("because"), "") if event and event.kind in REJECTED else ""


def _save_preference(subscription, **values):
    """Save the owner's preference, in one row whichever key found it."""
    hashes = emails.hashes_of(subscription.commenter_email.comment)
    if not hashes:  # the address is forgotten since
        return
    with transaction.atomic():
        if not EmailPreference.objects.filter(address_hash__in=hashes).update(**values):
            EmailPreference.objects.update_or_create(address_hash=hashes[0], defaults=values)


def _send(subscription, what, *, answer=None, **context):
    """Record the notification first, so that none is sent twice; delete the record if the mail did not go out.

    A worker that dies in between sends nothing: of one mail too many and one too few, this is the lesser evil.
    """
    try:
        with transaction.atomic():
            _lock_comments(subscription.pk, answer and answer.pk)
            notification = SentNotification.objects.create(subscription=subscription, answer=answer)
    except IntegrityError:
        return
    comment = subscription.commenter_email.comment
    try:
        with translation.override(subscription.language):
            subject, text, headers = _written(subscription, what, answer or comment, context)
        has_arrived = emails.send(comment, subject, text, headers)
    except Exception:
        notification.delete()
        raise
    if not has_arrived:
        unsubscribe(subscription)


def _lock_comments(*comment_ids):
    """Lock these comments, so that nobody deletes them or their addresses while the notification is recorded."""
    comments = Comment.objects.filter(pk__in=[number for number in comment_ids if number])
    list(comments.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def _written(subscription, what, about, context):
    """Subject, text and headers, in the language that is active."""
    subjects = {
        "approved": _("Your comment is on the site"),
        "rejected": _("Your comment is not on the site"),
        "answered": _("An answer to your comment"),
    }
    ends_at = _address("comments:mail-stop", tokens.ending(subscription))
    context |= {
        "site": settings.SITE_NAME,
        "story": about.article.headline,
        "link": absolute_url(about.get_absolute_url()),
        "confirms_at": _address("comments:mail-confirm", tokens.confirmation(subscription)),
        "ends_at": ends_at,
    }
    headers = {
        "List-Unsubscribe": f"<{ends_at}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }
    text = render_to_string(f"email/comment_{what}.txt", context)
    return f"{settings.SITE_NAME}: {subjects[what]}", text, headers


def _address(name, key):
    return absolute_url(reverse(name, args=[key]))
