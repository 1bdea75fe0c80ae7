"""The newsroom's screens: each module registers its own. They call the workflow and decide nothing."""

from news.admin import dashboard, navigation, taxonomy
from news.admin.articles import admin as articles

__all__ = ["articles", "dashboard", "navigation", "taxonomy"]
