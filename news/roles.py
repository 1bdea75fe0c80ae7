"""The four roles, as groups: made after every migration, only ever adding to what is there.

Each app grants its own permissions (`grant`); these are the newsroom's.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db.models import QuerySet

from portal.models import User

WRITES = ["add_workingcopy", "change_workingcopy", "view_workingcopy", "submit_workingcopy"]
LOOKS_UP = ["view_section", "view_author", "view_tag", "view_auditevent", "view_revision"]
REVIEWS = [
    "review_workingcopy",
    "fix_typo_workingcopy",
    "assign_workingcopy",
    "add_author",
    "change_author",
    "add_tag",
    "change_tag",
]
PUBLISHES = [
    "publish_workingcopy",
    "withdraw_workingcopy",
    "publish_alone_workingcopy",
    "add_section",
    "change_section",
]

ROLES = {
    "Reporters": [*WRITES, *LOOKS_UP, "add_tag"],
    "Editors": [*WRITES, *LOOKS_UP, *REVIEWS],
    "Chief editors": [*WRITES, *LOOKS_UP, *REVIEWS, *PUBLISHES],
    "Moderators": ["view_auditevent"],
}

SYSTEM = "system"


def ensure_roles(**signal: Any) -> None:
    """Make the newsroom's roles; connected to `post_migrate`."""
    grant("news", ROLES)


def grant(app_label: str, roles: Mapping[str, Iterable[str]]) -> None:
    """Make the groups and give them what they lack of an app. Idempotent; takes nothing away that an admin gave."""
    for role, codenames in roles.items():
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.add(*_permissions(app_label, codenames))


def system_user() -> User:
    """The user in whose name imports publish: it cannot log in, and has that one permission."""
    user, made = get_user_model().objects.get_or_create(username=SYSTEM)
    if made:
        user.set_unusable_password()
        user.save()
        codenames = ["add_workingcopy", "change_workingcopy", "publish_unread_workingcopy"]
        user.user_permissions.add(*_permissions("news", codenames))
    return user


def _permissions(app_label: str, codenames: Iterable[str]) -> QuerySet[Permission]:
    return Permission.objects.filter(content_type__app_label=app_label, codename__in=codenames)
