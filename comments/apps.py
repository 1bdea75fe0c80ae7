from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CommentsConfig(AppConfig):
    name = "comments"
    verbose_name = _("Comments")

    def ready(self):
        from comments import page_counters
        from comments.roles import ensure_roles
        from news.page_counters import register

        post_migrate.connect(ensure_roles, dispatch_uid="comments.ensure_roles")
        register(possible=page_counters.possible_for, shown=page_counters.shown_of)
