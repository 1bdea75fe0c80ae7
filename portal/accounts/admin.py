"""The screens of the newsroom's people and their roles."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from portal import roles
from portal.accounts import changes
from portal.audit.last_events import last_events
from portal.audit.model_admin import AuditedAdmin, locked_log
from portal.models import User

if admin.site.is_registered(Group):  # by the import of Django's own screens above
    admin.site.unregister(Group)


@admin.register(User)
class NewsroomUserAdmin(AuditedAdmin, UserAdmin):
    """People of the newsroom. Their roles are groups; who leaves is deactivated, because the audit log names them."""

    list_display = ["username", "first_name", "last_name", "role", "is_active", "last_login"]
    list_filter = ["is_active", "groups"]
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    readonly_fields = ["last_events", "last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Person"), {"fields": ["first_name", "last_name", "email", "time_zone", "admin_language"]}),
        (_("Roles"), {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]}),
        (_("Important dates"), {"fields": ["last_login", "date_joined"]}),
        (_("History"), {"fields": ["last_events"]}),
    ]

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Record what a POST changes of the account; a new one is recorded by `log_addition`."""
        user = self.row_to_change(request, object_id)
        if user is None:
            with locked_log(request):
                return super().changeform_view(request, object_id, form_url, extra_context)
        with changes.recording_account(user, by=request.user):
            return super().changeform_view(request, object_id, form_url, extra_context)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Record that somebody has set or taken away a person's password."""
        user = self.row_to_change(request, id)
        if user is None:
            return super().user_change_password(request, id, form_url)
        with changes.recording_account(user, by=request.user):
            return super().user_change_password(request, id, form_url)

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        changes.record_new_account(obj, by=request.user)

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: Any, change: bool) -> None:
        """Give whoever has a role access to the admin; to keep somebody out, deactivate the account."""
        super().save_related(request, form, formsets, change)
        user = form.instance
        if not user.is_staff and user.groups.exists():
            user.is_staff = True
            user.save(update_fields=["is_staff"])

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description=_("roles"))
    def role(self, user: User) -> str:
        return ", ".join(roles.label(group) for group in user.groups.all())

    @admin.display(description=_("last changes"))
    def last_events(self, user: User) -> str:
        return last_events(user)


@admin.register(Group)
class RoleAdmin(AuditedAdmin, GroupAdmin):
    """What people in a role may do. A role that is deleted is taken from its people."""

    readonly_fields = ["last_events"]

    def get_fields(self, request: HttpRequest, obj: Group | None = None) -> list[str]:
        return ["name", "permissions", *(["last_events"] if obj else [])]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Record what a POST changes of the role; a new one is recorded by `log_addition`."""
        role = self.row_to_change(request, object_id)
        if role is None:
            with locked_log(request):
                return super().changeform_view(request, object_id, form_url, extra_context)
        with changes.recording_role(role, by=request.user):
            return super().changeform_view(request, object_id, form_url, extra_context)

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        changes.record_new_role(obj, by=request.user)

    def delete_model(self, request: HttpRequest, obj: Group) -> None:
        changes.delete_roles([obj], by=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Group]) -> None:
        changes.delete_roles(queryset.order_by("pk"), by=request.user)

    @admin.display(description=_("last changes"))
    def last_events(self, role: Group) -> str:
        return last_events(role)
