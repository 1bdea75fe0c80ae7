"""What the roles may do with readers' comments."""

from news.roles import grant

MODERATES = ["view_comment", "moderate_comment"]
ROLES = {"Chief editors": MODERATES, "Moderators": [*MODERATES, "view_contact"]}


def ensure_roles(**signal):
    grant("comments", ROLES)
