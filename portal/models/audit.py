"""The audit log: events nobody can change unnoticed. `portal/audit/log.py` alone writes these rows."""

from typing import Any, NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.models.immutable import ImmutableRow
from portal.models.querysets import AuditEventQuerySet


class AuditEvent(models.Model):
    """One event: who did what, when, why, on which revision. Append-only and chained.

    Subject and actor are plain values, so that no deletion ever cascades into the log. `kind` and `subject_kind` are
    registered names (portal/audit/kinds.py). `facts` is the very text that was hashed; `reason` is free text and may
    be erased, its salted digest stays.
    """

    number = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=20)
    subject_id = models.PositiveBigIntegerField()
    actor_id = models.PositiveBigIntegerField(null=True)
    actor_name = models.CharField(max_length=150)
    facts = models.TextField()
    reason = models.TextField(blank=True)
    salt = models.CharField(max_length=32)
    reason_digest = models.CharField(max_length=64)
    key_id = models.CharField(max_length=20)
    previous_hash = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64, unique=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["number"]
        default_permissions = ("view",)
        indexes = [models.Index("subject_kind", "subject_id", "number", name="event_subject")]

    def __str__(self) -> str:
        return f"{self.number} {self.kind} {self.subject_kind} {self.subject_id}"

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            raise ImmutableRow
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> NoReturn:
        raise ImmutableRow


class AuditHead(models.Model):
    """The newest link of the chain: one row, locked by whoever appends."""

    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.number} {self.hash}"
