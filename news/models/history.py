from hashlib import sha256

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from news.querysets import AuditEventQuerySet, ImmutableRow, RevisionQuerySet


class Revision(models.Model):
    """An unchangeable snapshot of a working copy: canonical JSON of its whole content, and who saved it."""

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

    def __str__(self):
        return f"{self.article_id}:{self.number}"

    def save(self, **options):
        if not self._state.adding:
            raise ImmutableRow
        super().save(**options)

    def delete(self, **options):
        raise ImmutableRow

    def is_intact(self):
        """Whether its words are the ones that were saved."""
        return sha256(self.content.encode()).hexdigest() == self.content_hash


class AuditEvent(models.Model):
    """One line of history: who did what, when, why, on which revision. Append-only and chained.

    Subject and actor are plain values, so that no deletion ever cascades into history. `facts` is the
    very text that was hashed; `reason` is free text and may be erased, its salted digest stays.
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

    def __str__(self):
        return f"{self.number} {self.kind} {self.subject_kind} {self.subject_id}"

    def save(self, **options):
        if not self._state.adding:
            raise ImmutableRow
        super().save(**options)

    def delete(self, **options):
        raise ImmutableRow


class AuditHead(models.Model):
    """The newest link of the chain: one row, locked by whoever appends."""

    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    def __str__(self):
        return f"{self.number} {self.hash}"


class ImportRecord(models.Model):
    """Where an imported story came from and what we made of it, so that importing twice changes nothing."""

    source = models.CharField(max_length=200, unique=True)
    fingerprint = models.CharField(max_length=64, db_index=True)
    article = models.OneToOneField("news.Article", models.CASCADE, related_name="imported")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="+")
    imported_at = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return self.source


class CacheCounter(models.Model):
    """A number that moves when something readers see has changed. Moved by portal/pagecache/counters.py alone."""

    name = models.CharField(max_length=140, primary_key=True)
    value = models.PositiveBigIntegerField(default=0)

    def __str__(self):
        return f"{self.name}={self.value}"
