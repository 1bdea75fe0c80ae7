"""Absolute URLs of the site, and which origins are its own."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest


def absolute_url(path: str) -> str:
    """Return the full address of a path of the site, as mails, feeds and search engines need it.

    Always under SITE_URL, never under the host of a request: that is what somebody typed.
    """
    return f"{settings.SITE_URL}{path}"


def own_origins(request: HttpRequest) -> set[str]:
    """Return the origins from which a form of ours may have been sent: the site's own, and the one asked."""
    site = urlsplit(settings.SITE_URL)
    return {f"{request.scheme}://{request.get_host()}", f"{site.scheme}://{site.netloc}"}
