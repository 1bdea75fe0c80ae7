"""Moments in the words of the newsroom's screens: `10:41` today, `yesterday 18:05`, `tomorrow 06:00`, else `12 Nov`."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.i18n.timezones import site_zone


def moment(at: datetime, *, now: datetime | None = None) -> str:
    """Return a moment in words, in the time zone of whoever is logged in."""
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


def day(at: datetime, *, now: datetime | None = None) -> str:
    """Return the day of a coming moment, as a heading."""
    at, today = timezone.localtime(at), timezone.localtime(now).date()
    if at.date() == today:
        return _("Today")
    if at.date() == today + timedelta(days=1):
        return _("Tomorrow")
    # Translators: a date format of Django's `date` filter; Polish needs "l, j E".
    return formatted(at, _("l, j F"))


def exactly(at: datetime) -> str:
    """Return a coming moment to the minute in the site's time zone, and in the person's own where the two differ."""
    on_site = on_the_site(at)
    if timezone.localtime(at).replace(tzinfo=None) == timezone.localtime(at, site_zone()).replace(tzinfo=None):
        return on_site
    own = timezone.localtime(at)
    same_day = own.date() == timezone.localtime(at, site_zone()).date()
    own = formatted(own, "H:i") if same_day else _in_full(own)
    return _("%(on_site)s (%(own)s where you are)") % {"on_site": on_site, "own": own}


def on_the_site(at: datetime) -> str:
    """Return a moment in the site's time zone: `Wed 25 Nov, 06:00`."""
    return _in_full(timezone.localtime(at, site_zone()))


def _in_full(local: datetime) -> str:
    # Translators: date formats of Django's `date` filter; Polish needs "D j b, H:i" and "D j b Y, H:i".
    is_this_year = local.year == timezone.localtime(timezone=local.tzinfo).year
    return formatted(local, _("D j M, H:i") if is_this_year else _("D j M Y, H:i"))


def when(at: datetime, *, now: datetime | None = None) -> SafeString:
    """Return `moment(at)` as a `<time>` element."""
    local = timezone.localtime(at)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), moment(at, now=now))


def said_at(sentence: str, **facts: object) -> SafeString:
    """Fill a translated sentence as `%` does, escaping the facts; a moment from `when` stays an element."""
    return format_html(sentence % {name: f"{{{name}}}" for name in facts}, **facts)


def saved_when(form: Any) -> str:
    """Say whether the text in an `ArticleForm` is saved, and when it was saved or autosaved."""
    if form.context.resumed:
        return said_at(_("Kept for you %(time)s, not saved"), time=when(form.context.resumed.saved_at))
    if form.instance.pk and not form.is_bound:
        return said_at(_("Saved %(time)s"), time=when(form.instance.saved_at))
    return _("Not saved yet")
