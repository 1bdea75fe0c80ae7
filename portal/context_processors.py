"""Context that every template has."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language, get_language_info


def site(request: HttpRequest) -> dict[str, str]:
    """Context: `site_name`; `direction` of the page's language, ltr or rtl."""
    info = get_language_info(get_language() or settings.LANGUAGE_CODE)
    return {
        "site_name": settings.SITE_NAME,
        "direction": "rtl" if info["bidi"] else "ltr",
    }
