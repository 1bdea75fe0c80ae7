"""Which language an answer is in: on the public site the path alone says so, in the newsroom the person.

Not Django's LocaleMiddleware: it would add `Vary: Accept-Language` to every unprefixed page.
"""

from django.conf import settings
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

NEWSROOM = "/admin/"


def path_in(language, path):
    """The address of the same reader page in another interface language."""
    prefix = translation.get_language_from_path(path)
    bare = path[len(prefix) + 1 :] if prefix else path
    return bare if language == settings.LANGUAGE_CODE else f"/{language}{bare}"


def language_of(request):
    """What an answer to this request is written in. Before login the newsroom goes by the browser's language."""
    if request.path_info.startswith(NEWSROOM):
        own = getattr(getattr(request, "user", None), "admin_language", "")
        return own or translation.get_language_from_request(request)
    return translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE


class LanguageMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path_info.startswith(NEWSROOM):
            return self._newsroom(request)
        language = language_of(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response

    def _newsroom(self, request):
        """A person's own language and time zone."""
        language = language_of(request)
        with translation.override(language), timezone.override(getattr(request.user, "time_zone", "") or None):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            if hasattr(response, "render") and not response.is_rendered:
                response.render()
            patch_vary_headers(response, ["Accept-Language"])
            response.headers.setdefault("Content-Language", language)
            return response
