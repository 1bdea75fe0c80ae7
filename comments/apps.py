from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommentsConfig(AppConfig):
    """Registers its jobs and roles in modules of these names, its panels and navigation in `admin/`."""

    name = "comments"
    verbose_name = _("Comments")
