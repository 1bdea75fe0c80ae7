"""The screen of jobs: what the worker has done, has to do and could not do."""

from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _

from portal import jobs
from portal.models import Job


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):
    """What the worker has done, has to do and could not do. Nobody edits a job; dead ones get a decision."""

    list_display = ["name", "state", "attempts", "due_at", "last_error"]
    list_filter = ["state"]
    search_fields = ["name", "key"]
    ordering = ["-pk"]
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    actions = ["try_again", "set_aside"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_retry_permission(self, request):
        return request.user.has_perm("portal.retry_job")

    @admin.action(description=_("Try again"), permissions=["retry"])
    def try_again(self, request, queryset):
        for job in queryset:
            if jobs.try_again(job):
                self.log_change(request, job, "Tried again.")
                self.message_user(request, _("“%(job)s” will be tried again.") % {"job": job}, messages.SUCCESS)
            else:
                refusal = _("“%(job)s” is not dead, or the same job is already waiting.") % {"job": job}
                self.message_user(request, refusal, messages.WARNING)

    @admin.action(description=_("Set aside: not needed any more"), permissions=["retry"])
    def set_aside(self, request, queryset):
        for job in queryset:
            if jobs.set_aside(job):
                self.log_change(request, job, "Set aside.")
                self.message_user(request, _("“%(job)s” is set aside.") % {"job": job}, messages.SUCCESS)
            else:
                self.message_user(request, _("“%(job)s” is not dead.") % {"job": job}, messages.WARNING)
