from django.db import models
from django.utils import timezone

from news.models.revision import Revision


class ImportRecord(models.Model):
    """Where an imported story came from and what we made of it, so that importing twice changes nothing."""

    source = models.CharField(max_length=200, unique=True)
    fingerprint = models.CharField(max_length=64, db_index=True)
    article = models.OneToOneField("news.Article", models.CASCADE, related_name="imported")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="+")
    imported_at = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return self.source
