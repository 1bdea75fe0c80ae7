from collections.abc import Sequence
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


def time_zones() -> list[tuple[str, str]]:
    return [(name, name) for name in sorted(available_timezones())]


def languages() -> Sequence[tuple[str, str | Promise]]:
    return settings.LANGUAGES


class User(AbstractUser):
    """Someone of the newsroom. Never deleted, only deactivated: the audit log names them."""

    time_zone = models.CharField(_("time zone"), max_length=60, choices=time_zones, blank=True)
    admin_language = models.CharField(_("language of the newsroom"), max_length=10, choices=languages, blank=True)

    def __str__(self) -> str:
        return self.get_full_name() or self.username
