"""Preview links: somebody without a login sees a story before readers do. They are made and revoked here alone."""

from datetime import UTC, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from news.editorial import steps
from news.editorial.steps import Refused
from news.models import PreviewLink, Revision, WorkingCopy
from portal.audit import log
from portal.models import User

DAYS = (1, 7, 30)


@transaction.atomic
def create(copy: WorkingCopy, *, by: User, days: int | None, revision: Revision | None = None) -> PreviewLink:
    """Make a link that shows one revision, or with None always the latest text, and expires by itself."""
    _check_permission(by)
    if days not in DAYS:
        raise Refused(_("Choose how long the link is to work."))
    if revision and revision.article_id != copy.pk:
        raise Refused(_("This version belongs to another story."))
    log.lock()  # before any row, as everywhere
    now = timezone.now()
    until = now + timedelta(days=days)
    link = PreviewLink.objects.create(copy=copy, revision=revision, made_by=by, made_at=now, expires_at=until)
    log.record(steps.PREVIEW_LINK_CREATED, copy.article, by=by, **_facts(link))
    return link


@transaction.atomic
def revoke(link: PreviewLink, *, by: User) -> None:
    """Revoke a link: from now on it shows nothing to anybody."""
    _check_permission(by)
    log.lock()
    if not PreviewLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now(), revoked_by=by):
        raise Refused(_("This preview link is revoked already."))
    log.record(steps.PREVIEW_LINK_REVOKED, link.copy.article, by=by, **_facts(link))


def _check_permission(by: User) -> None:
    if not by.has_perm("news.change_workingcopy"):
        raise Refused(str(steps.NOT_TO_EDIT))


def _facts(link: PreviewLink) -> dict[str, Any]:
    """What the audit event says of a link. Its number opens nothing: the address is signed."""
    until = link.expires_at.astimezone(UTC).isoformat(timespec="seconds")
    facts: dict[str, Any] = {"link": str(link.pk), "until": until}
    return facts | {"revision": link.revision.number} if link.revision else facts
