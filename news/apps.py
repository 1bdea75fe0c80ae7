from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class NewsConfig(AppConfig):
    name = "news"
    verbose_name = _("News")

    def ready(self):
        from news.roles import ensure_roles

        # Not in a migration: there the permissions do not exist yet, and a flush would remove the groups.
        post_migrate.connect(ensure_roles, dispatch_uid="news.ensure_roles")
