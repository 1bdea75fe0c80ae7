"""What comments have in the newsroom's header."""

from django.utils.translation import gettext_lazy as _

from comments.models import Comment
from portal.registry import navigation
from portal.registry.navigation import NavigationEntry

navigation.register(
    NavigationEntry("comments.Comment", label=_("Comments"), order=20, count=lambda: Comment.objects.waiting().count())
)
