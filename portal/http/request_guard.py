"""Requests that no browser sends: answered with 400 before anything of ours reads them.

PostgreSQL refuses NUL in any value, and form fields do so themselves; what else carries one never reaches a
query. In some encodings Python decodes to what no page can show again (`unicode_escape`), or to nothing at all.
"""

from django.core.exceptions import BadRequest
from django.http import HttpResponseBadRequest
from django.template.loader import render_to_string
from django.utils import translation

from portal.i18n.languages import language_of

NUL = "\0"


class RequestGuardMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if because := _malformed_because(request):
            raise BadRequest(because)
        return self.get_response(request)


def _malformed_because(request):
    """A sentence for the log, or ""."""
    if request.content_params.get("charset", "utf-8").lower() != "utf-8":
        return "The request is not in UTF-8."
    query = request.META.get("QUERY_STRING", "")
    if NUL in request.path_info + query or "%00" in query:
        return "There is a NUL in the address."
    if any(NUL in name + value for name, value in request.COOKIES.items()):
        return "There is a NUL in a cookie."
    return ""


def bad_request(request, exception):
    """400, whoever refused the request: as bare as the page for 500, because nothing in it can be trusted."""
    language = language_of(request)
    with translation.override(language):
        page = render_to_string("400.html")
    return HttpResponseBadRequest(page, headers={"Cache-Control": "no-store", "Content-Language": language})
