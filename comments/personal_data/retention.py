"""Addresses are not kept for ever: so many days after it was sent, nobody can tell any more who sent a comment.

The comment stays as it is, signed with its name. Whoever reported one is forgotten after as many days, but not before
somebody has decided on the report: they may want an answer. What was decided about a person stays until it is lifted.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from comments.models import CommentSettings, Report
from comments.personal_data import emails
from comments.querysets import AT_ONCE
from portal.audit import kinds, log


def purge_expired(*, now=None):
    """Forget the addresses that have been kept for as long as the rules say; 0 days: none."""
    days = CommentSettings.current().address_days
    if days:
        before = (now or timezone.now()) - timedelta(days=days)
        while _forgotten(emails.older_than(before), emails.forget, "comments"):
            pass
        while _forgotten(_reports(before), emails.forget_reporters, "reports"):
            pass


def _reports(before):
    return Report.objects.filter(is_open=False, created_at__lt=before).exclude(address="").order_by("pk")


@transaction.atomic
def _forgotten(kept, forget_them, what):
    """Forget some; False when there are none left.

    The comment is held and not its address, as by everybody who lets an address go, or two would wait for each other.
    """
    held = list(kept.select_for_update(no_key=True).values_list("pk", flat=True)[:AT_ONCE])
    numbers = list(kept.filter(pk__in=held).values_list("pk", flat=True))  # some may be forgotten since
    if numbers:
        forget_them(numbers)
        digest = log.digest(",".join(map(str, numbers)))
        log.record("emails.purged", kinds.SITE, by=None, of=what, count=len(numbers), numbers=digest)
    return bool(held)
