"""Articles before readers see them: behind a link, and inside the newsroom."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from news.editorial.preview import PreviewArticle, of_revision
from news.models import PreviewLink
from news.site.reading import reading_context
from portal.http.headers import private_response
from portal.http.urls import absolute_url

NO_PREVIEW = {  # heading and explanation
    "unknown": (
        gettext_lazy("There is no preview here"),
        gettext_lazy(
            "Nobody here made this link. If you typed it or copied only a part of it, open it from the message you got."
        ),
    ),
    "revoked": (
        gettext_lazy("This preview has been closed"),
        gettext_lazy("The newsroom has taken this link back. Ask whoever sent it to you for a new one."),
    ),
    "expired": (
        gettext_lazy("This preview has ended"),
        gettext_lazy(
            "The link worked for a limited time, and that time has passed. Ask whoever sent it to you for a new one."
        ),
    ),
    "changed": (
        gettext_lazy("There is no preview here"),
        gettext_lazy(
            "The newsroom cannot vouch for the text any more and does not show it. Tell whoever sent you the link."
        ),
    ),
}


@require_safe
def preview(request: HttpRequest, key: str) -> HttpResponse:
    """Show a revision to whoever has the link; once that has ended or is revoked: 410, and nothing of the text.

    Context: that of `preview_response`, or `heading`, `explanation` and `status`.
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
    """Return the page readers would get, below a bar that says it is a preview; without comments, never stored.

    Context: `notice`, the text of the bar, and that of `reading_context`; `notice_language`, `back` (an address) and
    `page_path` where it is shown in the newsroom.
    """
    response = render(request, "news/preview.html", {**reading_context(article, timezone.now()), **context})
    return private_response(response)


def preview_url(link: PreviewLink) -> str:
    """Return the URL of a preview link, under the article's own language like its later page."""
    with translation.override(link.copy.language or settings.LANGUAGE_CODE):
        return absolute_url(link.get_absolute_url())


def _no_preview(request: HttpRequest, why: str, *, status: int) -> HttpResponse:
    """Return the page that says why there is no preview; `why` is a key of NO_PREVIEW."""
    heading, explanation = NO_PREVIEW[why]
    context = {"heading": heading, "explanation": explanation, "status": status}
    response = render(request, "news/no_preview.html", context, status=status)
    return private_response(response)
