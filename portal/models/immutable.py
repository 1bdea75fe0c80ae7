"""Rows that stay as they were written: revisions and audit events."""

from typing import Any, NoReturn

from django.db import models


class ImmutableRow(Exception):
    """Somebody tried to change or delete a row that stays as it was written."""

    def __init__(self) -> None:
        super().__init__("Revisions and events are never changed or deleted; save or record another.")


class ImmutableQuerySet(models.QuerySet[Any]):
    """Refuse bulk changes: a queryset may read these rows and nothing else."""

    def update(self, **columns: Any) -> NoReturn:
        raise ImmutableRow

    def delete(self) -> NoReturn:
        raise ImmutableRow
