"""The screen of jobs: done, waiting and dead."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal import jobs
from portal.audit import log
from portal.audit.model_admin import AuditedAdmin
from portal.models import Job, User


@admin.register(Job)
class JobAdmin(AuditedAdmin):
    """Jobs of the worker. Nobody edits one; a dead job is tried again or set aside."""

    list_display = ["name", "state", "attempts", "due_at", "last_error"]
    list_filter = ["state"]
    search_fields = ["name", "key"]
    ordering = ["-pk"]
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    actions = ["try_again", "set_aside"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        return False

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("portal.retry_job")

    @admin.action(description=_("Try again"), permissions=["retry"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        for job in queryset:
            if _recorded("job.retried", jobs.try_again, job, by=request.user):
                self.message_user(request, _("“%(job)s” will be tried again.") % {"job": job}, messages.SUCCESS)
            else:
                refusal = _("“%(job)s” is not dead, or the same job is already waiting.") % {"job": job}
                self.message_user(request, refusal, messages.WARNING)

    @admin.action(description=_("Set aside: not needed any more"), permissions=["retry"])
    def set_aside(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        for job in queryset:
            if _recorded("job.set_aside", jobs.set_aside, job, by=request.user):
                self.message_user(request, _("“%(job)s” is set aside.") % {"job": job}, messages.SUCCESS)
            else:
                self.message_user(request, _("“%(job)s” is not dead.") % {"job": job}, messages.WARNING)


@transaction.atomic
def _recorded(kind: str, decide: Callable[[Job], bool], job: Job, *, by: User) -> bool:
    """Retry or set aside a dead job and record that, in one transaction. Returns whether it was dead."""
    log.lock()  # before any row, as everywhere
    is_decided = decide(job)
    if is_decided:
        log.record(kind, job, by=by, name=job.name)
    return is_decided
