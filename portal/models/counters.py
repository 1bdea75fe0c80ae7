from django.db import models


class CacheCounter(models.Model):
    """A number that grows when something readers see has changed. Written by portal/pagecache/counters.py alone."""

    name = models.CharField(max_length=140, primary_key=True)
    value = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}={self.value}"
