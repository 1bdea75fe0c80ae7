"""The moderators' screens: each module registers its own. They call `moderation` and decide nothing."""

from comments.admin import dashboard, navigation, queue, settings

__all__ = ["dashboard", "navigation", "queue", "settings"]
