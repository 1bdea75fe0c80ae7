"""Permissions of the roles on comments."""

from news.roles import grant

MODERATES = ["view_comment", "moderate_comment"]
CHANGES_SETTINGS = ["view_commentsettings", "change_commentsettings"]
ROLES = {
    "Chief editors": [*MODERATES, *CHANGES_SETTINGS],
    "Moderators": [*MODERATES, *CHANGES_SETTINGS, "view_commenteremail"],
}


def ensure_roles(**signal):
    grant("comments", ROLES)
