"""The base of every screen of the newsroom: what is changed there is an audit event, and nothing else.

Django's own log of the admin (`LogEntry`) is not written, and its pages are gone: it can be edited, knows no reasons
and would be a second history beside the first.
"""

from collections.abc import Iterable
from typing import Any, NoReturn

from django.contrib import admin
from django.db.models import Model
from django.http import Http404, HttpRequest


class AuditedAdmin(admin.ModelAdmin):
    """A screen whose changes are recorded by whoever makes them, in their transaction, with `portal.audit.log`."""

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> None:
        """Leave Django's log alone."""

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> None:
        """Leave Django's log alone."""

    def log_deletions(self, request: HttpRequest, queryset: Iterable[Model]) -> None:
        """Leave Django's log alone."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> NoReturn:
        """Answer 404: the address stays, or Django would take it for that of a row called `1/history`."""
        raise Http404
