"""The moderators' screens: each module registers its own. They call `moderation` and decide nothing."""

from comments.admin import queue, settings

__all__ = ["queue", "settings"]
