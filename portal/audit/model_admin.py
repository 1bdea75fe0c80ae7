"""The base of every screen of the newsroom: what is changed there is an audit event, and nothing else.

Django's own log of the admin (`LogEntry`) is not written, and its pages are gone: it can be edited, knows no reasons
and would be a second history beside the first.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db import transaction
from django.db.models import Model
from django.http import Http404, HttpRequest

from portal.audit import log


@contextmanager
def locked_log(request: HttpRequest) -> Iterator[None]:
    """Lock the audit log ahead of every row that a POST touches, until its transaction ends."""
    if request.method != "POST":
        yield
        return
    with transaction.atomic():
        log.lock()
        yield


class AuditedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Django's class takes no brackets at run time
    """A screen whose changes are recorded by whoever makes them, in their transaction, with `portal.audit.log`."""

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """Leave Django's log alone."""

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """Leave Django's log alone."""

    def log_deletions(self, request: HttpRequest, queryset: Iterable[Model]) -> Any:
        """Leave Django's log alone."""

    def row_to_change(self, request: HttpRequest, object_id: str | None) -> Model | None:
        """Return the row that a POST is about to change; None for a GET, a new row or one that is not there."""
        return self.get_object(request, unquote(object_id)) if object_id and request.method == "POST" else None

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> NoReturn:
        """Answer 404: the address stays, or Django would take it for that of a row called `1/history`."""
        raise Http404
