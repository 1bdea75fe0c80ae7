from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("Portal")

    def ready(self):
        """Make every app's jobs and audit kinds known: `<app>/jobs.py`, `<app>/audit_kinds.py`."""
        autodiscover_modules("jobs", "audit_kinds")
        post_migrate.connect(_grant_jobs, dispatch_uid="portal.grant_jobs")


def _grant_jobs(**signal):
    from news.roles import grant

    grant("portal", {"Chief editors": ["view_job", "retry_job"]})


class NewsroomConfig(AdminConfig):
    """Django's admin with our site in place of its own."""

    default_site = "portal.admin_site.site.NewsroomSite"
