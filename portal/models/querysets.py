"""Questions about many jobs or audit events at once."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.models.audit_subjects import Subject, subject_of
from portal.models.immutable import ImmutableQuerySet

# Twice the five minutes at which a crontab usually calls `manage.py work --once`.
LATE_AFTER = timedelta(minutes=10)


class JobQuerySet(models.QuerySet[Any]):
    def waiting(self) -> Self:
        return self.filter(state=self.model.State.WAITING)

    def dead(self) -> Self:
        return self.filter(state=self.model.State.DEAD)

    def due(self, *, at: datetime | None = None) -> Self:
        """What a worker may begin: it is due and no other worker's lease is running."""
        at = at or timezone.now()
        free = Q(claimed_until=None) | Q(claimed_until__lte=at)
        return self.waiting().filter(free, due_at__lte=at).order_by("due_at", "pk")

    def late(self, *, at: datetime | None = None) -> Self:
        """What somebody should have begun long ago: a sign that no worker is running."""
        return self.due(at=(at or timezone.now()) - LATE_AFTER)


class AuditEventQuerySet(ImmutableQuerySet):
    def about(self, row: models.Model | Subject) -> "AuditEventQuerySet":
        """Return the events about one row, newest first."""
        subject = subject_of(row)
        return self.filter(subject_kind=subject.label, subject_id=subject.pk).order_by("-number")
