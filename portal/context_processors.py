"""What every template may count on."""

from django.conf import settings
from django.utils.translation import get_language, get_language_info


def site(request):
    """Context: `site_name` and `direction`, the way the page's language runs."""
    info = get_language_info(get_language() or settings.LANGUAGE_CODE)
    return {
        "site_name": settings.SITE_NAME,
        "direction": "rtl" if info["bidi"] else "ltr",
    }
