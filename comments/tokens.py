"""The form's token: it says that a page of ours was fetched within the last days, and for which story.

It is the same for every reader, so a page that carries it can be kept and served to everybody; with no
session there is nothing to bind it to. What it costs a robot is one request for the page.

Two more are for the sender of a comment alone: the receipt shows it to them while it waits, the proof says next
time that they are the same person. Mails carry two: one confirms that somebody wants them, one ends them. All are only
signed numbers, and end by themselves.
"""

from datetime import date, timedelta

from django.core import signing
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


def make(article, *, day=None):
    """The token of a story's form on a day; today unless told."""
    number = ((day or _today()) - EPOCH).days
    return f"{number}-{_signature(article, number)}"


def is_good(token, article, *, today=None):
    """Whether this token is ours, this story's, and not too old."""
    number, _, signature = token.partition("-")
    day = plain_number(number, longest=7)
    if day is None:
        return False
    age = ((today or _today()) - EPOCH).days - day
    return 0 <= age <= VALID.days and constant_time_compare(signature, _signature(article, day))


def receipt(comment):
    """What leads the sender of a comment, and nobody else, to it while it waits."""
    return _receipts().sign(str(comment.pk))


def of_receipt(receipt, *, valid=None):
    """The number of the comment, for ten minutes unless told; else None."""
    return _number(_receipts(), receipt, valid or RECEIPT_VALID)


def commenter_token(comment):
    """What the sender's browser may keep, and send along with their next comment."""
    return _proofs().sign(str(comment.pk))


def comment_of_token(proof):
    """The number of the comment whose sender the browser keeping this belongs to, for a year; else None."""
    return _number(_proofs(), proof, COMMENTER_TOKEN_VALID)


def confirmation(subscription):
    """What a mail carries for its reader to say that they want more of them."""
    return _confirmations().sign(str(subscription.pk))


def of_confirmation(signed):
    return _number(_confirmations(), signed, MAIL_VALID)


def ending(subscription):
    """What every mail carries for its reader to say that they want no more of them."""
    return _endings().sign(str(subscription.pk))


def of_ending(signed):
    return _number(_endings(), signed, MAIL_VALID)


def _confirmations():
    return signing.TimestampSigner(salt="comments.confirmation")


def _endings():
    return signing.TimestampSigner(salt="comments.ending")


def _receipts():
    return signing.TimestampSigner(salt="comments.receipt")


def _proofs():
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
