from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from news.querysets import PreviewLinkQuerySet

if TYPE_CHECKING:
    from news.models.revision import Revision


class PreviewLink(models.Model):
    """A link that shows a story before it is published: one revision of it, or always the latest.

    Its URL holds the row's signed id. The signature is stored nowhere, so a copy of the database opens no preview.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    copy = models.ForeignKey("news.WorkingCopy", models.CASCADE, related_name="preview_links")
    revision = models.ForeignKey("news.Revision", models.PROTECT, null=True, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    objects = PreviewLinkQuerySet.as_manager()

    class Meta:
        default_permissions = ()  # whoever may change a story may show it
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None) | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="revoked_means_when_who",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def get_absolute_url(self) -> str:
        return reverse("news:preview", args=[self.key])

    @property
    def key(self) -> str:
        """Return the signed id that stands in the URL."""
        return _signer().sign(self.pk.hex)

    @staticmethod
    def named(key: str) -> UUID | None:
        """Return the id of the link that a key belongs to, or None where the signature is not ours."""
        try:
            return UUID(_signer().unsign(key))
        except BadSignature:
            return None

    @property
    def shown(self) -> "Revision | None":
        """Return the revision that the link shows."""
        return self.revision or self.copy.latest_revision

    def has_expired(self, *, at: datetime | None = None) -> bool:
        return self.expires_at <= (at or timezone.now())


def _signer() -> Signer:
    return Signer(sep=".", salt="news.preview")
