from django.conf import settings
from django.db import models
from django.utils import timezone

from news.models.working_copy import WorkingCopy
from news.querysets import PresenceQuerySet


class Presence(models.Model):
    """Somebody has a story open, as their browser says every half minute. Informs, never locks.

    In the database: the cache may be each process's own, and one row per person and story is little to write.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    story = models.ForeignKey(WorkingCopy, models.CASCADE, related_name="+")
    since = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = PresenceQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["person", "story"], name="presence_once_per_person_and_story")]

    def __str__(self):
        return str(self.person)
