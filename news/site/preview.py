"""Articles before readers see them: behind a link, and inside the newsroom."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from news.editorial.preview import PreviewArticle, of_revision
from news.models import PreviewLink
from news.site.reading import reading_context
from portal.http.headers import private_response
from portal.http.urls import absolute_url


@require_safe
def preview(request: HttpRequest, key: str) -> HttpResponse:
    """Show a revision to whoever has the link; once that has ended or is revoked: 410, and nothing of the text.

    Context: that of `preview_response`, or `why` (a word) and `status`.
    """
    links = PreviewLink.objects.select_related("revision", "copy__latest_revision", "copy__article")
    link = links.filter(pk=PreviewLink.named(key)).first()
    if link is None:
        return _no_preview(request, "unknown", status=404)
    if link.revoked_at:
        return _no_preview(request, "revoked", status=410)
    if link.has_expired():
        return _no_preview(request, "expired", status=410)
    if not link.shown.is_intact():
        return _no_preview(request, "changed", status=410)
    article = of_revision(link.copy, link.shown)
    return preview_response(request, article, notice=_("Preview, not published. Do not pass on."))


def preview_response(request: HttpRequest, article: PreviewArticle, **context: Any) -> HttpResponse:
    """Return the page readers would get, under a bar that says what it is; without comments, stored by nobody.

    Context: `notice`, what the bar says, and that of `reading_context`; `notice_language`, `back` (an address) and
    `page_path` where it is shown in the newsroom.
    """
    response = render(request, "news/preview.html", {**reading_context(article, timezone.now()), **context})
    return private_response(response)


def preview_url(link: PreviewLink) -> str:
    """Return where a preview link leads: under the article's own language, as its page will be."""
    with translation.override(link.copy.language or settings.LANGUAGE_CODE):
        return absolute_url(link.get_absolute_url())


def _no_preview(request: HttpRequest, why: str, *, status: int) -> HttpResponse:
    response = render(request, "news/no_preview.html", {"why": why, "status": status}, status=status)
    return private_response(response)
