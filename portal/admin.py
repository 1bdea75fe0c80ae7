"""Screens of the newsroom that belong to no app: jobs, and the people."""

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.utils.translation import gettext_lazy as _

from portal import jobs
from portal.admin_site.site import ROLES
from portal.models import Job, User


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


@admin.register(User)
class NewsroomUserAdmin(UserAdmin):
    """People of the newsroom: their roles are groups; who leaves is deactivated, because history names them."""

    list_display = ["username", "first_name", "last_name", "role", "is_active", "last_login"]
    list_filter = ["is_active", "groups"]
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Person"), {"fields": ["first_name", "last_name", "email", "time_zone", "admin_language"]}),
        (_("Roles"), {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]}),
        (_("Important dates"), {"fields": ["last_login", "date_joined"]}),
    ]

    def has_delete_permission(self, request, obj=None):
        return False

    def save_related(self, request, form, formsets, change):
        """A role lets its people in; whoever is to stay out is deactivated."""
        super().save_related(request, form, formsets, change)
        user = form.instance
        if not user.is_staff and user.groups.exists():
            user.is_staff = True
            user.save(update_fields=["is_staff"])

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description=_("roles"))
    def role(self, user):
        return ", ".join(str(ROLES.get(group.name, group.name)) for group in user.groups.all())
