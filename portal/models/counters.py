from django.db import models


class CacheCounter(models.Model):
    """A number that moves when something readers see has changed. Moved by portal/pagecache/counters.py alone."""

    name = models.CharField(max_length=140, primary_key=True)
    value = models.PositiveBigIntegerField(default=0)

    def __str__(self):
        return f"{self.name}={self.value}"
