from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("Portal")

    def ready(self) -> None:
        """Import what every app registers outside its admin, in modules of these names."""
        from portal import roles

        autodiscover_modules("audit_kinds", "health", "jobs", "page_counters", "roles")
        post_migrate.connect(roles.ensure_roles, dispatch_uid="portal.ensure_roles")


class NewsroomConfig(AdminConfig):
    """Django's admin with our site in place of its own."""

    default_site = "portal.admin_site.site.NewsroomSite"
