"""Requests that no browser sends: answered with 400 before anything of ours reads them.

PostgreSQL refuses NUL in any value, and form fields do so themselves; what else carries one never reaches a
query. In some encodings Python decodes to what no page can show again (`unicode_escape`), or to nothing at all.
"""

from collections.abc import Callable, Iterable

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseBase, QueryDict
from django.template.loader import render_to_string
from django.utils import translation

from portal.http.headers import no_store
from portal.http.numbers import plain_number
from portal.i18n.languages import language_of

NUL = "\0"


class RequestGuardMiddleware:
    """Refuses requests whose address, cookies or encoding no browser sends."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if because := _malformed_because(request):
            raise BadRequest(because)
        return self.get_response(request)


def without_nul(text: str) -> str:
    """Return what somebody typed without the one character that PostgreSQL does not take."""
    return text.replace(NUL, "")


def has_nul(texts: Iterable[str]) -> bool:
    return any(NUL in text for text in texts)


def refuse_nul(posted: QueryDict) -> None:
    """Raise BadRequest where something posted holds a NUL: for views that read it without a form."""
    if has_nul(text for _name, texts in posted.lists() for text in texts):
        raise BadRequest("There is a NUL in what was typed.")


def content_length(request: HttpRequest) -> int | None:
    """Return how many bytes a request says it has (0 where it does not say), or None where that is no number."""
    return plain_number(request.META.get("CONTENT_LENGTH") or 0)


def refuse_longer_than(request: HttpRequest, limit: int) -> None:
    """Refuse a request of more than so many bytes without reading it. Django's own limit does not count files.

    Raises BadRequest, or RequestDataTooBig.
    """
    length = content_length(request)
    if length is None:
        raise BadRequest("The length of the request is no number.")
    if length > limit:
        raise RequestDataTooBig(f"The request is larger than {limit} bytes.")


def posted_to(request: HttpRequest) -> QueryDict:
    """Return what was posted by somebody nobody knows, or refuse it unread where it is more than a form can hold."""
    refuse_longer_than(request, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    return request.POST


def malformed_admin_request_because(request: HttpRequest) -> str:
    """Return a sentence for the log on why Django's admin would fail on this request, or ""."""
    if "" in (request.GET.get("_to_field"), request.POST.get("_to_field")):
        return "A field without a name is asked for."
    rows = request.POST.getlist("_selected_action") if "action" in request.POST else []
    if any(plain_number(row) is None for row in rows):
        return "A selected row has no number."
    return ""


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, whoever refused the request: as bare as the page for 500, because nothing in it can be trusted."""
    language = language_of(request)
    with translation.override(language):
        page = render_to_string("400.html")
    return no_store(HttpResponseBadRequest(page, headers={"Content-Language": language}))


def _malformed_because(request: HttpRequest) -> str:
    """Return a sentence for the log, or ""."""
    if (request.content_params or {}).get("charset", "utf-8").lower() != "utf-8":
        return "The request is not in UTF-8."
    query = request.META.get("QUERY_STRING", "")
    if has_nul([request.path_info, query]) or "%00" in query:
        return "There is a NUL in the address."
    if has_nul(name + value for name, value in request.COOKIES.items()):
        return "There is a NUL in a cookie."
    return ""
