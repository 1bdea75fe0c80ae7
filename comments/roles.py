"""Permissions of the roles on comments."""

from portal import roles

MODERATES = ["view_comment", "moderate_comment"]
CHANGES_SETTINGS = ["view_commentsettings", "change_commentsettings"]

roles.register(
    "comments",
    {
        roles.CHIEF_EDITORS: [*MODERATES, *CHANGES_SETTINGS],
        roles.MODERATORS: [*MODERATES, *CHANGES_SETTINGS, "view_commenteremail"],
    },
)
