"""A commenter's address: encrypted at rest, found by a keyed hash, shown only to whoever may see it.

This module alone makes, reads and forgets `Contact` rows. The keys are DATA_KEYS and live outside the database; an
address appears in no log, no message, no event and no exception, so nothing here puts it into a sentence.
"""

import hmac
import smtplib
import unicodedata
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from comments.models import Comment, CommenterEmail, Report
from portal.audit import log

LABEL = b"comments.address.lookup"
UNKNOWN = {"address": "", "address_hash": ""}


class EmailUnavailable(Exception):
    """The address cannot be shown; str(exc) is a sentence that says why, and never the address."""


class DeliveryFailed(Exception):
    """The mail did not go out, for now; str(exc) is the kind of what went wrong, and never the address."""


@sensitive_variables()
def store(comment, address):
    """Put the address of a new comment where it belongs: beside the comment, encrypted."""
    return CommenterEmail.objects.create(comment=comment, **encrypted_columns(address))


@sensitive_variables()
def encrypted_columns(address):
    """The two columns that keep an address: what it is, encrypted, and what it is found by."""
    return {"address": encrypt(address), "address_hash": lookup_hashes(address)[0]}


@sensitive_variables()
def address_of(comment, *, by):
    """The address, for somebody who may see it; that they looked is history from now on."""
    if not by.has_perm("comments.view_commenteremail"):
        raise EmailUnavailable(_("Your role does not see addresses."))
    contact = CommenterEmail.objects.filter(pk=comment.pk).first()
    if contact is None:
        raise EmailUnavailable(_("No address is kept with this comment."))
    return _shown(contact.address, comment, by=by, article=comment.article_id)


@sensitive_variables()
def send(comment, subject, text, headers):
    """Send its writer a mail, so that the address leaves this module for the mail server alone. No person looks at it.

    False where it can never arrive: the server refused the address for good, or no key reads it.
    """
    contact = CommenterEmail.objects.filter(pk=comment.pk).first()
    try:
        address = contact and decrypt(contact.address)
    except EmailUnavailable:
        address = None
    if not address:
        return False
    try:
        EmailMessage(" ".join(subject.split()), text, None, [address], headers=headers).send()
    except smtplib.SMTPRecipientsRefused as refused:
        if all(code >= 500 for code, _said in refused.recipients.values()):
            return False
        raise DeliveryFailed("SMTPRecipientsRefused") from None
    except Exception as error:  # whatever went wrong, its words may be about the address
        raise DeliveryFailed(type(error).__name__) from None
    return True


@sensitive_variables()
def address_of_reporter(report, *, by):
    """The address of whoever reported a comment, for somebody who may see addresses; looking at it is history too."""
    if not by.has_perm("comments.view_commenteremail"):
        raise EmailUnavailable(_("Your role does not see addresses."))
    if not report.address:
        raise EmailUnavailable(_("No address is kept with this report."))
    return _shown(report.address, report, by=by, comment=report.comment_id)


@sensitive_variables()
def hashes_of(row):
    """What everything is kept under that came from the sender of this comment or report, the current key's mark first.

    The address is read and shown to nobody. Empty where none is kept.
    """
    kept = CommenterEmail.objects.filter(pk=row.pk).first() if isinstance(row, Comment) else row
    if kept is None or not kept.address_hash:
        return []
    try:
        return list(dict.fromkeys([*lookup_hashes(decrypt(kept.address)), kept.address_hash]))
    except EmailUnavailable:  # its key is gone; what has the very same mark is still found
        return [kept.address_hash]


def forget(comments):
    """Forget the addresses these comments were sent with, by their numbers."""
    CommenterEmail.objects.filter(comment__in=comments).delete()


def forget_reporters(reports):
    """Forget the addresses these reports were sent with, by their numbers."""
    Report.objects.filter(pk__in=reports).update(**UNKNOWN)


def older_than(before):
    """The comments sent before a moment whose address is still kept."""
    kept = CommenterEmail.objects.filter(pk=OuterRef("pk"))
    return Comment.objects.filter(Exists(kept), created_at__lt=before).order_by("pk")


@sensitive_variables()
def _shown(encrypted, subject, *, by, **facts):
    address = decrypt(encrypted)
    with transaction.atomic():
        log.record("email.viewed", subject, by=by, **facts)
    return address


@sensitive_variables()
def encrypt(address):
    return _ciphers().encrypt(address.encode()).decode()


@sensitive_variables()
def decrypt(token):
    try:
        return _ciphers().decrypt(token.encode()).decode()
    except InvalidToken:
        sentence = _("This address was encrypted with a key that DATA_KEYS no longer holds; it cannot be shown.")
        raise EmailUnavailable(sentence) from None


@sensitive_variables()
def lookup_hashes(address):
    """What an address may be stored under, the current key's first: ask for any of them."""
    # No mail host in use tells Jan@ from jan@, and people type both.
    normal = unicodedata.normalize("NFC", address.strip()).casefold().encode()
    return [hmac.new(_lookup_key(key), normal, sha256).hexdigest() for key in settings.DATA_KEYS]


def _ciphers():
    return MultiFernet([Fernet(key) for key in settings.DATA_KEYS])


def _lookup_key(key):
    """A key of its own for look-ups, so that one key never serves two purposes."""
    return hmac.new(key.encode(), LABEL, sha256).digest()
