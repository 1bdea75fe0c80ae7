"""The newsroom's screens: each module registers its own. They call the workflow and decide nothing."""

from news.admin import names, stories

__all__ = ["names", "stories"]
