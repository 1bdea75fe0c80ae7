"""Dates, languages and names on readers' pages. Only `sections` queries the database."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.template import Context
from django.utils import timezone, translation
from django.utils.dateformat import format as formatted
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from news.content.summary import beginning, summary
from news.editorial.preview import PreviewArticle
from news.models import Article, Section, Tag
from news.site import navigation
from portal.i18n import timezones
from portal.i18n.languages import path_in

register = template.Library()

# The order in which a story's tags are shown, the most specific first.
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
def sections(context: Context) -> list[Section]:
    return navigation.sections(context.get("dependencies"))


@register.simple_tag(takes_context=True)
def interface_languages(context: Context) -> list[dict[str, Any]]:
    """Return this page in every language of the site: `code`, `name` in that language, `path`, `is_current`.

    A page without an address of its own (an error, an answer to a form) names the one to link to in `page_path`.
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
def lang_of(language: str, around: str | None = None) -> str:
    """Return a `lang` attribute for text whose language differs from the page's (or from that of the text around)."""
    if not language or language == (around or translation.get_language()):
        return ""
    return format_html(' lang="{}"', language)


@register.filter
def foreign(language: str) -> str | Promise:
    """Return the name of a language in the page's language, or "" where the two are the same."""
    if not language or language == translation.get_language():
        return ""
    return translation.get_language_info(language)["name_translated"]


@register.filter
def iso(moment: datetime) -> str:
    """Return a moment for a `datetime` attribute: to the minute, with the offset."""
    return timezone.localtime(moment).isoformat(timespec="minutes")


@register.filter
def moment(at: datetime) -> str:
    # Translators: a date format of Django; Polish needs E (the genitive) where English has F.
    return formatted(timezone.localtime(at), pgettext("date format", "j F Y, H:i"))


@register.filter
def day(at: datetime) -> str:
    # Translators: a date format of Django; Polish needs E (the genitive) where English has F.
    return formatted(timezone.localtime(at), pgettext("date format", "j F Y"))


@register.filter
def short(at: datetime) -> str:
    """Return the time if it is today, the day within this year or half a year, else the month and year."""
    at, today = timezone.localtime(at), timezone.localdate()
    if at.date() == today:
        return formatted(at, pgettext("date format", "H:i"))
    if at.year == today.year or today - at.date() < timedelta(days=180):
        # Translators: a date format of Django, at most six characters wide: "24 Nov"; Polish "d.m".
        return formatted(at, pgettext("date format", "j M"))
    # Translators: a date format of Django, at most eight characters wide: "Nov 2026"; Polish "m.Y".
    return formatted(at, pgettext("date format", "M Y"))


@register.simple_tag
def today() -> datetime:
    """Return the present moment in the site's time zone; cached pages do not outlive the day."""
    return timezone.localtime(timezone.now(), timezones.site_zone())


@register.filter
def long_day(at: datetime) -> str:
    # Translators: a date format of Django: "Tuesday 24 November 2026"; Polish "l, j E Y".
    return formatted(at, pgettext("date format", "l j F Y"))


@register.simple_tag
def site_clock() -> str:
    """Return the site's time zone and its present offset: "Brussels, UTC+1"."""
    return f"{timezones.city()}, UTC{timezones.utc_offset(timezone.now())}"


@register.filter
def ampersand(name: str) -> SafeString:
    """Return the name of the site with its ampersand in italics."""
    return mark_safe(conditional_escape(name).replace("&amp;", "<i>&amp;</i>"))


register.filter("summary", summary)
register.filter("beginning", beginning)


@register.filter
def description(story: Article | PreviewArticle) -> str:
    """Return the description of a story for search engines."""
    return story.seo_description or summary(story)


@register.filter
def tags_by_kind(story: Article | PreviewArticle) -> list[tuple[Tag.Kind, str | Promise, list[Tag]]]:
    """Return (kind, its name, tags) for each kind the story has tags of; `card_prefetches` has loaded them."""
    tags = [row.tag for row in story.tag_rows.all()]
    groups = ((kind, name, [tag for tag in tags if tag.kind == kind]) for kind, name in KINDS.items())
    return [group for group in groups if group[2]]


@register.filter
def hs_codes(story: Article | PreviewArticle) -> list[Tag]:
    return [row.tag for row in story.tag_rows.all() if row.tag.kind == Tag.Kind.HS]


@register.filter
def host(url: str) -> str:
    """Return the host of a URL without "www.", the text of a link that has no label."""
    return url.partition("://")[2].partition("/")[0].removeprefix("www.")


@register.simple_tag
def page_link(number: int) -> str:
    """Return the address of a page of a list; the first page has no number in it."""
    return f"?page={number}" if number > 1 else "."


@register.simple_tag
def page_numbers(page: Page) -> list[int | None]:
    """Return the page numbers to link to, with None where some are left out."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return [number if isinstance(number, int) else None for number in numbers]
