"""The form's token: it says that a page of ours was fetched within the last days, and for which story.

It is the same for every reader, so a page that carries it can be kept and served to everybody; with no
session there is nothing to bind it to. What it costs a robot is one request for the page.
"""

from datetime import date, timedelta

from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

LABEL = "comments.form"
VALID = timedelta(days=14)  # a tab left open over a holiday still works
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


def _signature(article, number):
    return salted_hmac(LABEL, f"{article.pk}:{number}", algorithm="sha256").hexdigest()


def _today():
    return timezone.localdate(timezone=timezone.get_default_timezone())
