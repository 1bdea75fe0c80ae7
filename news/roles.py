"""The four roles, as groups: made after every migration, only ever adding to what is there."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission

WRITES = [
    "add_workingcopy",
    "change_workingcopy",
    "view_workingcopy",
    "submit_workingcopy",
    "view_event",
    "view_revision",
]
NAMES = ["view_section", "view_author", "view_tag"]
REVIEWS = [*WRITES, *NAMES, "review_workingcopy", "add_author", "change_author", "add_tag", "change_tag"]
PUBLISHES = [
    *REVIEWS,
    "publish_workingcopy",
    "withdraw_workingcopy",
    "add_section",
    "change_section",
    "view_job",
    "retry_job",
]
MODERATES = ["view_comment", "moderate_comment", "view_event"]

ROLES = {
    "Reporters": [*WRITES, *NAMES, "add_tag"],
    "Editors": REVIEWS,
    "Chief editors": [*PUBLISHES, *MODERATES],
    "Moderators": [*MODERATES, "view_contact"],
}

SYSTEM = "system"


def ensure_roles(**signal):
    """Make the groups and give them what they lack. Idempotent; takes nothing away that an admin gave."""
    for role, codenames in ROLES.items():
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.add(*Permission.objects.filter(codename__in=codenames))


def system_user():
    """The user in whose name imports publish: it cannot log in, and has that one permission."""
    user, made = get_user_model().objects.get_or_create(username=SYSTEM)
    if made:
        user.set_unusable_password()
        user.save()
        codenames = ["add_workingcopy", "change_workingcopy", "publish_unread_workingcopy"]
        user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
    return user
