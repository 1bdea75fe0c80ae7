"""The newsroom's roles: four of Django's groups, to which each app adds permissions of its own.

An app calls `register` in `<app>/roles.py`, which is imported at start. Groups are made after every migration and
only ever gain permissions: what an admin has added stays.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

REPORTERS, EDITORS, CHIEF_EDITORS, MODERATORS = "Reporters", "Editors", "Chief editors", "Moderators"
# What a person in the group is called.
LABELS: dict[str, str | Promise] = {
    REPORTERS: pgettext_lazy("role", "Reporter"),
    EDITORS: pgettext_lazy("role", "Editor"),
    CHIEF_EDITORS: pgettext_lazy("role", "Chief editor"),
    MODERATORS: pgettext_lazy("role", "Moderator"),
}

_codenames: dict[str, dict[str, list[str]]] = {}  # {app label: {role: codenames}}


def register(app_label: str, codenames_by_role: Mapping[str, Iterable[str]]) -> None:
    """Have every role given these permissions of an app, `{role: codenames}`."""
    if app_label in _codenames:
        raise ValueError(f"The roles' permissions of {app_label} are registered twice.")
    _codenames[app_label] = {role: list(codenames) for role, codenames in codenames_by_role.items()}


def ensure_roles(**signal: Any) -> None:
    """Make the groups and give them what they lack. Idempotent; takes nothing away.

    Runs after every migration, not in one: there the permissions do not exist yet, and a flush removes the groups.
    """
    groups = {role: Group.objects.get_or_create(name=role)[0] for role in LABELS}
    for app_label, codenames_by_role in _codenames.items():
        for role, codenames in codenames_by_role.items():
            groups[role].permissions.add(*permissions(app_label, codenames))


def permissions(app_label: str, codenames: Iterable[str]) -> QuerySet[Permission]:
    """Return an app's permissions by their codenames; those that are not made yet are missing."""
    return Permission.objects.filter(content_type__app_label=app_label, codename__in=codenames)


def label(group: Group) -> str:
    """Return what a person in a group is called; a group that is not one of ours has its own name."""
    return str(LABELS.get(group.name, group.name))


register(
    "portal",
    {
        REPORTERS: ["view_auditevent"],
        EDITORS: ["view_auditevent"],
        CHIEF_EDITORS: ["view_auditevent", "view_job", "retry_job"],
        MODERATORS: ["view_auditevent"],
    },
)
