"""The newsroom's screens: each module registers its own. They call the workflow and decide nothing."""

from news.admin import taxonomy
from news.admin.articles import admin as articles

__all__ = ["articles", "taxonomy"]
