"""Which language an answer is in: on the public site the path alone says so, in the newsroom the person.

Not Django's LocaleMiddleware: it would add `Vary: Accept-Language` to every unprefixed page.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

NEWSROOM = "/admin/"


def path_in(language: str, path: str) -> str:
    """Return the address of the same reader page in another interface language."""
    prefix = translation.get_language_from_path(path)
    bare = path[len(prefix) + 1 :] if prefix else path
    return bare if language == settings.LANGUAGE_CODE else f"/{language}{bare}"


def language_of(request: HttpRequest) -> str:
    """Return the language an answer to this request is in. Before login the newsroom goes by the browser's."""
    if request.path_info.startswith(NEWSROOM):
        own: str = getattr(getattr(request, "user", None), "admin_language", "")
        return own or translation.get_language_from_request(request)
    return translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE


class LanguageMiddleware:
    """Answers each request in its language, and each person of the newsroom in their own time zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(NEWSROOM):
            return self._newsroom(request)
        language = language_of(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response

    def _newsroom(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in a person's own language and time zone."""
        language = language_of(request)
        with translation.override(language), timezone.override(getattr(request.user, "time_zone", "") or None):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
                response.render()
            patch_vary_headers(response, ["Accept-Language"])
            response.headers.setdefault("Content-Language", language)
            return response
