"""Delete e-mail addresses after their retention days, counted from when the comment was sent.

The comment stays, signed with its name. Addresses of reports are deleted after as many days, but not while the report
is open: its sender may want an answer. Sender rules stay until they are lifted.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from comments import emails
from comments.models import CommentSettings, Report
from comments.querysets import AT_ONCE
from portal.audit import kinds, log


def purge_expired(*, now: datetime | None = None) -> None:
    """Delete addresses older than the settings say (0 days: never)."""
    days = CommentSettings.current().email_retention_days
    if days:
        before = (now or timezone.now()) - timedelta(days=days)
        while _forget_some(emails.older_than(before), emails.forget, "comments"):
            pass
        while _forget_some(_expired_reports(before), emails.forget_reporters, "reports"):
            pass


def _expired_reports(before):
    return Report.objects.filter(is_open=False, created_at__lt=before).exclude(address="").order_by("pk")


@transaction.atomic
def _forget_some(expired, forget, what):
    """Delete the addresses of one batch; return False when none is left.

    Locks the comment and not its address, as everybody does who deletes an address, or two would deadlock.
    """
    locked_ids = list(expired.select_for_update(no_key=True).values_list("pk", flat=True)[:AT_ONCE])
    ids = list(expired.filter(pk__in=locked_ids).values_list("pk", flat=True))  # some may be deleted since
    if ids:
        forget(ids)
        digest = log.digest(",".join(map(str, ids)))
        log.record("emails.purged", kinds.SITE, by=None, of=what, count=len(ids), numbers=digest)
    return bool(locked_ids)
