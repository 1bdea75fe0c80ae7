"""Rows that stay as they were written: revisions and audit events."""

from django.db import models


class ImmutableRow(Exception):
    """Somebody tried to rewrite or remove what is kept as it was."""

    def __init__(self):
        super().__init__("Revisions and events are never changed or deleted; save or record another.")


class ImmutableQuerySet(models.QuerySet):
    """Refuse bulk changes: a queryset may read these rows and nothing else."""

    def update(self, **columns):
        raise ImmutableRow

    def delete(self):
        raise ImmutableRow
