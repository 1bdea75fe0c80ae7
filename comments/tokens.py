"""What we sign and a browser brings back. Nothing in it is secret, nothing is stored for it.

The form's token says that a page of ours was fetched within the last days, and for which story. It is the same for
every reader, so a page that carries it can be kept and served to everybody; with no session there is nothing to bind
it to. What it costs a robot is one request for the page.

A receipt lets the sender see their own comment while it waits, for ten minutes. A proof stays in their browser, if they
want it to, and says a year later that this browser sent that comment; whether the comment was approved, and whether the
address is still the same, the database knows.
"""

from datetime import date, timedelta

from django.core.signing import BadSignature, TimestampSigner
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

LABEL = "comments.form"
VALID = timedelta(days=14)  # a tab left open over a holiday still works
RECEIPT_VALID = timedelta(minutes=10)
PROOF_VALID = timedelta(days=365)
EPOCH = date(1970, 1, 1)


def make(article, *, day=None):
    """The token of a story's form on a day; today unless told."""
    number = ((day or _today()) - EPOCH).days
    return f"{number}-{_signature(article, number)}"


def is_good(token, article, *, today=None):
    """Whether this token is ours, this story's, and not too old."""
    number, _, signature = token.partition("-")
    if not (number.isascii() and number.isdecimal() and len(number) < 8):
        return False
    age = ((today or _today()) - EPOCH).days - int(number)
    return 0 <= age <= VALID.days and constant_time_compare(signature, _signature(article, int(number)))


def receipt(comment):
    """For the address of the page on which its sender sees it while it waits."""
    return TimestampSigner(salt="comments.receipt").sign(comment.pk)


def received(token):
    """The number of the comment a receipt is for; None if it is none, or too old."""
    return _signed_number(token, "comments.receipt", RECEIPT_VALID)


def proof(comment):
    """For the browser that sent it, to keep and to send along with the next one."""
    return TimestampSigner(salt="comments.proof").sign(comment.pk)


def proven(token):
    """The number of the comment that a browser proves to have sent; None if it proves nothing."""
    return _signed_number(token, "comments.proof", PROOF_VALID)


def _signed_number(token, salt, valid):
    try:
        return int(TimestampSigner(salt=salt).unsign(token, max_age=valid))
    except BadSignature:
        return None


def _signature(article, number):
    return salted_hmac(LABEL, f"{article.pk}:{number}", algorithm="sha256").hexdigest()


def _today():
    return timezone.localdate(timezone=timezone.get_default_timezone())
