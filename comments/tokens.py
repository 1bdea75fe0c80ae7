"""Signed tokens: of the comment form, for the sender of a comment, in notification mails.

The form token says that the page was fetched within the last days, and for which article. It is the same for every
reader, so that a cached page can carry it; with no session there is nothing to bind it to. It costs a robot one
request for the page.

The receipt shows a waiting comment to its sender; the commenter token says next time that they are the same person.
Mails carry a confirmation token and an unsubscribe token. All of these are signed ids that expire.
"""

from datetime import date, timedelta

from django.core import signing
from django.db.models import Model
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from portal.http.numbers import plain_number

LABEL = "comments.form"
VALID = timedelta(days=14)  # a tab left open over a holiday still works
EPOCH = date(1970, 1, 1)
RECEIPT_VALID = timedelta(minutes=10)
CHANGE_VALID = timedelta(minutes=40)  # whoever opens the page in the last minute has half an hour to type
COMMENTER_TOKEN_VALID = timedelta(days=365)
MAIL_VALID = timedelta(days=365)


def make(article: Model, *, day: date | None = None) -> str:
    """Return the form token of an article for a day (default: today)."""
    number = ((day or _today()) - EPOCH).days
    return f"{number}-{_signature(article, number)}"


def is_good(token: str, article: Model, *, today: date | None = None) -> bool:
    """Return whether this is an unexpired form token of this article."""
    number, _, signature = token.partition("-")
    day = plain_number(number, longest=7)
    if day is None:
        return False
    age = ((today or _today()) - EPOCH).days - day
    return 0 <= age <= VALID.days and constant_time_compare(signature, _signature(article, day))


def receipt(comment: Model) -> str:
    """Sign the token that shows a waiting comment to its sender alone."""
    return _receipts().sign(str(comment.pk))


def of_receipt(receipt: str, *, valid: timedelta | None = None) -> int | None:
    """Return the comment id, or None after `valid` (default: ten minutes)."""
    return _number(_receipts(), receipt, valid or RECEIPT_VALID)


def commenter_token(comment: Model) -> str:
    """Sign the token a sender's browser keeps and sends along with their next comment."""
    return _commenter_tokens().sign(str(comment.pk))


def comment_of_token(token: str) -> int | None:
    """Return the id of the comment this browser sent, or None after a year."""
    return _number(_commenter_tokens(), token, COMMENTER_TOKEN_VALID)


def confirmation(subscription: Model) -> str:
    """Sign the token in mails by which the reader confirms the subscription."""
    return _confirmations().sign(str(subscription.pk))


def of_confirmation(signed: str) -> int | None:
    return _number(_confirmations(), signed, MAIL_VALID)


def ending(subscription: Model) -> str:
    """Sign the token in mails by which the reader unsubscribes."""
    return _endings().sign(str(subscription.pk))


def of_ending(signed: str) -> int | None:
    return _number(_endings(), signed, MAIL_VALID)


def _confirmations():
    return signing.TimestampSigner(salt="comments.confirmation")


def _endings():
    return signing.TimestampSigner(salt="comments.ending")


def _receipts():
    return signing.TimestampSigner(salt="comments.receipt")


def _commenter_tokens():
    return signing.TimestampSigner(salt="comments.proof")


def _number(signer, signed, valid):
    try:
        return int(signer.unsign(signed, max_age=valid))
    except signing.BadSignature:
        return None


def _signature(article, number):
    return salted_hmac(LABEL, f"{article.pk}:{number}", algorithm="sha256").hexdigest()


def _today():
    return timezone.localdate(timezone=timezone.get_default_timezone())
