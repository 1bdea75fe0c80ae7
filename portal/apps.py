from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("Portal")

    def ready(self):
        """Let the worker know every app's jobs: they live in `<app>/jobs.py`."""
        autodiscover_modules("jobs")


class NewsroomConfig(AdminConfig):
    """Django's admin with our site in place of its own."""

    default_site = "portal.admin_site.NewsroomSite"
