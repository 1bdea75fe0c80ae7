from hashlib import sha256
from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from news.querysets import RevisionQuerySet
from portal.models.immutable import ImmutableRow


class Revision(models.Model):
    """An unchangeable snapshot of a working copy: canonical JSON of its whole content, and who saved it.

    `news/content/revisions.py` writes and reads the JSON.
    """

    article = models.ForeignKey("news.Article", models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    content = models.TextField()
    content_hash = models.CharField(max_length=64)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["article", "number"]
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint("article", "number", name="revision_number")]

    def __str__(self) -> str:
        return f"{self.article_id}:{self.number}"

    def save(self, **options: Any) -> None:
        if not self._state.adding:
            raise ImmutableRow
        super().save(**options)

    def delete(self, **options: Any) -> NoReturn:
        raise ImmutableRow

    def is_intact(self) -> bool:
        """Whether its words are the ones that were saved."""
        return sha256(self.content.encode()).hexdigest() == self.content_hash
