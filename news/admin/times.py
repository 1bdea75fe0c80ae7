"""Moments as the newsroom says them: `10:41` today, `yesterday 18:05`, `tomorrow 06:00`, else `12 Nov`."""

from datetime import timedelta

from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.html import format_html
from django.utils.translation import gettext as _


def moment(at, *, now=None):
    """A moment in words, in the reader's own time zone."""
    at, today = timezone.localtime(at), timezone.localtime(now).date()
    clock = formatted(at, "H:i")
    if at.date() == today:
        return clock
    if at.date() == today - timedelta(days=1):
        return _("yesterday %(clock)s") % {"clock": clock}
    if at.date() == today + timedelta(days=1):
        return _("tomorrow %(clock)s") % {"clock": clock}
    # Translators: date formats of Django's `date` filter; Polish needs "j b" and "j b Y".
    return formatted(at, _("j M") if at.year == today.year else _("j M Y"))


def when(at, *, now=None):
    """The same as an element that machines and screen readers understand."""
    local = timezone.localtime(at)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), moment(at, now=now))
