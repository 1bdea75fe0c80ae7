"""Preview links: somebody without a login sees a story before readers do. They are made and revoked here alone."""

from datetime import UTC, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from news.editorial import steps
from news.editorial.workflow import Refused
from news.models import PreviewLink
from portal.audit import log

DAYS = (1, 7, 30)


@transaction.atomic
def create(copy, *, by, days, revision=None):
    """Make a link that shows one revision, or with None always the newest text, and ends by itself."""
    _may_share(by)
    if days not in DAYS:
        raise Refused(_("Choose how long the link is to work."))
    if revision and revision.article_id != copy.pk:
        raise Refused(_("This version belongs to another story."))
    log.lock()  # before any row, as everywhere
    now = timezone.now()
    until = now + timedelta(days=days)
    link = PreviewLink.objects.create(copy=copy, revision=revision, made_by=by, made_at=now, expires_at=until)
    log.record("preview_link.created", copy.article, by=by, **_facts(link))
    return link


@transaction.atomic
def revoke(link, *, by):
    """From now on the link shows nothing to anybody."""
    _may_share(by)
    log.lock()
    if not PreviewLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now(), revoked_by=by):
        raise Refused(_("This preview link is revoked already."))
    log.record("preview_link.revoked", link.copy.article, by=by, **_facts(link))


def _may_share(by):
    if not by.has_perm("news.change_workingcopy"):
        raise Refused(str(steps.NOT_TO_EDIT))


def _facts(link):
    """What history keeps of a link. Its number opens nothing: the address is signed."""
    facts = {"link": str(link.pk), "until": link.expires_at.astimezone(UTC).isoformat(timespec="seconds")}
    return facts | ({"revision": link.revision.number} if link.revision else {})
