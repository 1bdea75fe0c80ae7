"""The newsroom: Django's admin with our header and places."""

from django.conf import settings
from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class NewsroomSite(admin.AdminSite):
    site_header = site_title = settings.SITE_NAME
    index_title = _("Desk")
    enable_nav_sidebar = False  # lists and the editor's rail need the width; places sit in the header
