from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NewsConfig(AppConfig):
    """Registers its jobs, roles and health checks in modules of these names, its panels and navigation in `admin/`."""

    name = "news"
    verbose_name = _("News")
