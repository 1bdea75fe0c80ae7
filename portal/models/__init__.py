"""The portal's tables: people of the newsroom, jobs, the audit log, and cache counters; import them from here."""

from portal.models.audit import AuditEvent, AuditHead
from portal.models.counters import CacheCounter
from portal.models.immutable import ImmutableQuerySet, ImmutableRow
from portal.models.job import Job
from portal.models.user import User

__all__ = [
    "AuditEvent",
    "AuditHead",
    "CacheCounter",
    "ImmutableQuerySet",
    "ImmutableRow",
    "Job",
    "User",
]
