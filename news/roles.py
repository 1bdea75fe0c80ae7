"""What the roles may do with stories; and the user in whose name imports publish."""

from django.contrib.auth import get_user_model

from portal import roles
from portal.models import User

WRITES = ["add_workingcopy", "change_workingcopy", "view_workingcopy", "submit_workingcopy"]
LOOKS_UP = ["view_section", "view_author", "view_tag", "view_revision"]
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

SYSTEM = "system"

roles.register(
    "news",
    {
        roles.REPORTERS: [*WRITES, *LOOKS_UP, "add_tag"],
        roles.EDITORS: [*WRITES, *LOOKS_UP, *REVIEWS],
        roles.CHIEF_EDITORS: [*WRITES, *LOOKS_UP, *REVIEWS, *PUBLISHES],
    },
)


def system_user() -> User:
    """The user in whose name imports publish: it cannot log in, and has that one permission."""
    user, made = get_user_model().objects.get_or_create(username=SYSTEM)
    if made:
        user.set_unusable_password()
        user.save()
        codenames = ["add_workingcopy", "change_workingcopy", "publish_unread_workingcopy"]
        user.user_permissions.add(*roles.permissions("news", codenames))
    return user
