"""A commenter's address: encrypted at rest, found by a keyed hash, shown only to whoever may see it.

Only this module writes, decrypts and deletes `CommenterEmail` rows. The keys are DATA_KEYS and live outside the
database; an address appears in no log, message, audit event or exception, so nothing here puts it into a sentence.
"""

import hmac
import smtplib
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from comments.models import Comment, CommenterEmail, Report
from comments.querysets import CommentQuerySet
from portal.audit import log
from portal.models import User

LABEL = b"comments.address.lookup"
NO_ADDRESS = {"address": "", "address_hash": ""}


class EmailUnavailable(Exception):
    """The address cannot be shown; str(exc) is a sentence that says why, and never the address."""


class DeliveryFailed(Exception):
    """The mail did not go out, for now; str(exc) is the kind of what went wrong, and never the address."""


@sensitive_variables()
def store(comment: Comment, address: str) -> CommenterEmail:
    """Store the address of a new comment, encrypted."""
    return CommenterEmail.objects.create(comment=comment, **encrypted_columns(address))


@sensitive_variables()
def encrypted_columns(address: str) -> dict[str, str]:
    """Return the two columns of an address: encrypted, and its current lookup hash."""
    return {"address": encrypt(address), "address_hash": lookup_hashes(address)[0]}


@sensitive_variables()
def address_of(comment: Comment, *, by: User) -> str:
    """Decrypt the address for somebody who may see it; the look is an audit event. Raises EmailUnavailable."""
    if not by.has_perm("comments.view_commenteremail"):
        raise EmailUnavailable(_("Your role does not see addresses."))
    commenter_email = CommenterEmail.objects.filter(pk=comment.pk).first()
    if commenter_email is None:
        raise EmailUnavailable(_("No address is kept with this comment."))
    return _reveal(commenter_email.address, comment, by=by, article=comment.article_id)


@sensitive_variables()
def send(comment: Comment, subject: str, text: str, headers: dict[str, str]) -> bool:
    """Send the commenter a mail; the address leaves this module for the mail server alone.

    Returns False where it can never arrive: the server refused the address for good, or no key decrypts it. Raises
    DeliveryFailed where trying again may help.
    """
    commenter_email = CommenterEmail.objects.filter(pk=comment.pk).first()
    try:
        address = commenter_email and decrypt(commenter_email.address)
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
def address_of_reporter(report: Report, *, by: User) -> str:
    """Decrypt a reporter's address for somebody who may see addresses; the look is an audit event."""
    if not by.has_perm("comments.view_commenteremail"):
        raise EmailUnavailable(_("Your role does not see addresses."))
    if not report.address:
        raise EmailUnavailable(_("No address is kept with this report."))
    return _reveal(report.address, report, by=by, comment=report.comment_id)


@sensitive_variables()
def hashes_of(row: Comment | Report) -> list[str]:
    """Return every lookup hash of the address behind this comment or report, the current key's first.

    The address is decrypted and shown to nobody. Empty where none is stored.
    """
    stored = CommenterEmail.objects.filter(pk=row.pk).first() if isinstance(row, Comment) else row
    if stored is None or not stored.address_hash:
        return []
    try:
        return list(dict.fromkeys([*lookup_hashes(decrypt(stored.address)), stored.address_hash]))
    except EmailUnavailable:  # its key is gone; rows with the very same hash are still found
        return [stored.address_hash]


def forget(comment_ids: Iterable[int]) -> None:
    """Delete the addresses of these comments (ids)."""
    CommenterEmail.objects.filter(comment__in=comment_ids).delete()


def forget_reporters(report_ids: Iterable[int]) -> None:
    """Delete the addresses of these reports (ids)."""
    Report.objects.filter(pk__in=report_ids).update(**NO_ADDRESS)


def older_than(before: datetime) -> CommentQuerySet:
    """Comments sent before a moment whose address is still stored."""
    stored = CommenterEmail.objects.filter(pk=OuterRef("pk"))
    return Comment.objects.filter(Exists(stored), created_at__lt=before).order_by("pk")


@sensitive_variables()
def _reveal(encrypted, subject, *, by, **facts):
    address = decrypt(encrypted)
    with transaction.atomic():
        log.record("email.viewed", subject, by=by, **facts)
    return address


@sensitive_variables()
def encrypt(address: str) -> str:
    return _ciphers().encrypt(address.encode()).decode()


@sensitive_variables()
def decrypt(token: str) -> str:
    try:
        return _ciphers().decrypt(token.encode()).decode()
    except InvalidToken:
        sentence = _("This address was encrypted with a key that DATA_KEYS no longer holds; it cannot be shown.")
        raise EmailUnavailable(sentence) from None


@sensitive_variables()
def lookup_hashes(address: str) -> list[str]:
    """Return the hashes an address may be stored under, one per key, the current key's first."""
    # No mail host in use tells Jan@ from jan@, and people type both.
    normal = unicodedata.normalize("NFC", address.strip()).casefold().encode()
    return [hmac.new(_lookup_key(key), normal, sha256).hexdigest() for key in settings.DATA_KEYS]


def _ciphers():
    return MultiFernet([Fernet(key) for key in settings.DATA_KEYS])


def _lookup_key(key):
    """Derive the key for lookup hashes, so that one key never serves two purposes."""
    return hmac.new(key.encode(), LABEL, sha256).digest()
