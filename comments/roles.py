"""What the roles may do with readers' comments."""

from news.roles import grant

MODERATES = ["view_comment", "moderate_comment"]
SETS_RULES = ["view_rules", "change_rules"]
ROLES = {"Chief editors": [*MODERATES, *SETS_RULES], "Moderators": [*MODERATES, *SETS_RULES, "view_contact"]}


def ensure_roles(**signal):
    grant("comments", ROLES)
