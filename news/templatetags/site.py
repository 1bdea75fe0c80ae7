"""How readers' pages say dates, languages and names. Nothing here asks the database but the masthead."""

from datetime import timedelta

from django import template
from django.conf import settings
from django.utils import timezone, translation
from django.utils.dateformat import format as formatted
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from news.content.summary import beginning, summary
from news.models import Tag
from news.site import navigation
from portal.i18n import timezones
from portal.i18n.languages import path_in

register = template.Library()

# The order in which a story's tags are shown, the most telling first.
KINDS = {
    Tag.Kind.HS: gettext_lazy("HS codes"),
    Tag.Kind.ORGANISATION: gettext_lazy("Organisations"),
    Tag.Kind.COUNTRY: gettext_lazy("Countries"),
    Tag.Kind.PERSON: gettext_lazy("People"),
    Tag.Kind.PLACE: pgettext_lazy("tags", "Places"),  # the newsroom's header has others
    Tag.Kind.AGREEMENT: gettext_lazy("Agreements"),
    Tag.Kind.PROCEDURE: gettext_lazy("Procedures"),
    Tag.Kind.TOPIC: gettext_lazy("Topics"),
}


@register.simple_tag(takes_context=True)
def sections(context):
    return navigation.sections(context.get("dependencies"))


@register.simple_tag(takes_context=True)
def interface_languages(context):
    """The page in every language of the site: code, name in that language, address, whether it is this one.

    A page without an address of its own (an error, an answer to a form) has the one to lead to in `page_path`.
    """
    request, current = context.get("request"), translation.get_language()
    path = context.get("page_path") or (request.path if request else "/")
    return [
        {
            "code": code,
            "name": translation.get_language_info(code)["name_local"],
            "path": path_in(code, path),
            "is_current": code == current,
        }
        for code, _name in settings.LANGUAGES
    ]


@register.simple_tag
def lang_of(language, around=None):
    """The `lang` attribute of words in a language, where it differs from the page's (or that of the words around)."""
    if not language or language == (around or translation.get_language()):
        return ""
    return format_html(' lang="{}"', language)


@register.filter
def foreign(language):
    """The name of a language in the page's own, or "" if it is the page's own."""
    if not language or language == translation.get_language():
        return ""
    return translation.get_language_info(language)["name_translated"]


@register.filter
def iso(moment):
    """For the `datetime` attribute: with the offset, to the minute."""
    return timezone.localtime(moment).isoformat(timespec="minutes")


@register.filter
def moment(at):
    # Translators: a date format of Django; Polish needs E (the genitive) where English has F.
    return formatted(timezone.localtime(at), pgettext("date format", "j F Y, H:i"))


@register.filter
def day(at):
    # Translators: a date format of Django; Polish needs E (the genitive) where English has F.
    return formatted(timezone.localtime(at), pgettext("date format", "j F Y"))


@register.filter
def short(at):
    """For the narrow column: the time today, the day within this year or half a year, else month and year."""
    at, today = timezone.localtime(at), timezone.localdate()
    if at.date() == today:
        return formatted(at, pgettext("date format", "H:i"))
    if at.year == today.year or today - at.date() < timedelta(days=180):
        # Translators: a date format of Django, at most six characters wide: "24 Nov"; Polish "d.m".
        return formatted(at, pgettext("date format", "j M"))
    # Translators: a date format of Django, at most eight characters wide: "Nov 2026"; Polish "m.Y".
    return formatted(at, pgettext("date format", "M Y"))


@register.simple_tag
def today():
    """The day it is on the site's clock; pages are kept no longer than that."""
    return timezone.localtime(timezone.now(), timezones.site_zone())


@register.filter
def long_day(at):
    # Translators: a date format of Django: "Tuesday 24 November 2026"; Polish "l, j E Y".
    return formatted(at, pgettext("date format", "l j F Y"))


@register.simple_tag
def site_clock():
    """What the site's clock is called, and how far it is from UTC today: "Brussels, UTC+1"."""
    return f"{timezones.city()}, UTC{timezones.utc_offset(timezone.now())}"


@register.filter
def ampersand(name):
    """The name of the site as it is set: an ampersand in italics."""
    return mark_safe(conditional_escape(name).replace("&amp;", "<i>&amp;</i>"))


register.filter("summary", summary)
register.filter("beginning", beginning)


@register.filter
def description(story):
    """What a story says in a sentence, to search engines."""
    return story.seo_description or summary(story)


@register.filter
def tags_by_kind(story):
    """(kind, its name, tags) for each kind the story has; `for_page` has loaded them."""
    tags = [row.tag for row in story.tag_rows.all()]
    groups = ((kind, name, [tag for tag in tags if tag.kind == kind]) for kind, name in KINDS.items())
    return [group for group in groups if group[2]]


@register.filter
def hs_codes(story):
    return [row.tag for row in story.tag_rows.all() if row.tag.kind == Tag.Kind.HS]


@register.filter
def host(url):
    """What a link to elsewhere says when nobody gave it words."""
    return url.partition("://")[2].partition("/")[0].removeprefix("www.")


@register.simple_tag
def page_link(number):
    """The first page of a list has one address, the plain one."""
    return f"?page={number}" if number > 1 else "."


@register.simple_tag
def page_numbers(page):
    """The numbers to offer, None where some are left out."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return [number if isinstance(number, int) else None for number in numbers]
