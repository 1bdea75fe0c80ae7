"""What stories have in the newsroom's header."""

from django.utils.translation import gettext_lazy as _

from portal.registry import navigation
from portal.registry.navigation import NavigationEntry

navigation.register(NavigationEntry("news.WorkingCopy", label=_("Articles"), order=10, add_label=_("New article")))
navigation.register(NavigationEntry("news.Tag", label=_("Tags"), order=30))
