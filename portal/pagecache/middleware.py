"""Public pages as bytes: rendered once, kept with their change counters, served while those stand.

The store (files under `var/cache` or `CACHE_URL`) holds bytes only; what makes them right is in the
database: one query compares the counters a page was made from with what they are now (design rule 8).
A store that is down or lost costs speed, never a wrong page.
"""

import functools
import gzip
import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.crypto import salted_hmac

from portal.env import BASE_DIR
from portal.pagecache import counters

log = logging.getLogger("portal.pagecache.middleware")

CACHED_STATUSES = {200, 410}
LONGEST_ADDRESS = 300
CODE = ("**/*.py", "**/*.html", "**/*.mo", "**/static/**/*.css", "**/static/**/*.js")


@dataclass(frozen=True)
class CachedPage:
    status: int
    content_type: str
    language: str
    compressed: bytes
    etag: str
    counters: dict
    until: datetime

    @classmethod
    def of(cls, response):
        body, dependencies = response.content, response.dependencies
        digest = hashlib.sha256(body).hexdigest()[:24]
        return cls(
            status=response.status_code,
            content_type=response.headers["Content-Type"],
            language=response.headers["Content-Language"],
            compressed=gzip.compress(body, mtime=0),
            etag=f'W/"{digest}"',
            counters=dependencies.counters,
            until=dependencies.until,
        )

    def stands(self, *, at=None):
        """Whether it still says what the site says: its moment has not passed and no counter has moved."""
        return (at or timezone.now()) < self.until and counters.values(self.counters) == self.counters

    def response(self, request):
        gzipped = _takes_gzip(request.headers.get("Accept-Encoding", ""))
        content = self.compressed if gzipped else gzip.decompress(self.compressed)
        response = HttpResponse(content, status=self.status, content_type=self.content_type)
        if gzipped:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Language"] = self.language
        response.headers["Content-Length"] = str(len(content))
        response.headers["ETag"] = self.etag
        response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
        patch_vary_headers(response, ["Accept-Encoding"])
        return get_conditional_response(request, etag=self.etag, response=response)


class PageCacheMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response
        self.edition = _edition()

    def __call__(self, request):
        if request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        request.get_host()  # a host that is not ours is refused, whether or not the page is kept
        key = self._key(request)
        page = _from_store(key)
        if page and page.stands():
            return page.response(request)
        response = self.get_response(request)
        if not hasattr(response, "dependencies") or response.status_code not in CACHED_STATUSES:
            return response
        page = CachedPage.of(response)
        if self._is_plain(request, response.parameters):
            _to_store(key, page)
        return page.response(request)  # kept or not, it looks the same to whoever asks

    def _is_plain(self, request, parameters):
        """With a parameter the page does not know it is rendered, and not kept, so nobody can fill the store."""
        return set(request.GET) <= parameters and len(request.get_full_path()) <= LONGEST_ADDRESS

    def _key(self, request):
        address = f"{self.edition}{request.path}?{request.GET.urlencode()}"
        return f"page:{hashlib.sha256(address.encode()).hexdigest()}"


def _edition():
    """Other code, templates or settings make other pages: a deploy must not serve the last one's."""
    names = ("SITE_NAME", "SITE_URL", "LANGUAGE_CODE", "TIME_ZONE", "DEBUG", "EMAIL_BACKEND")
    # Forms on the pages hold tokens of the secret key; what is signed with it tells one key from another.
    key = salted_hmac("portal.pagecache.middleware", "edition", algorithm="sha256").hexdigest()
    parts = [*_files(), *(str(getattr(settings, name)) for name in names), key]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@functools.cache
def _files():
    """All that pages are made by, and when it was changed; looked up once, for a process runs what it began with."""
    return sorted(
        f"{file} {_changed_at(file)}"
        for app in ("portal", "news", "comments", "templates")
        for pattern in CODE
        for file in (BASE_DIR / app).glob(pattern)
    )


def _changed_at(file):
    """None where it has just gone: a deploy may still be clearing up while the site starts."""
    try:
        return file.stat().st_mtime_ns
    except FileNotFoundError:
        return None


def _takes_gzip(accepted):
    """Whether an Accept-Encoding header names gzip, and not only to refuse it (`gzip;q=0`, RFC 9110 12.5.3)."""
    for offer in accepted.lower().split(","):
        coding, _separator, weight = offer.replace(" ", "").partition(";q=")
        if coding in {"gzip", "x-gzip"}:
            return not weight or weight.strip("0.") != ""
    return False


def _from_store(key):
    try:
        return cache.get(key)
    except Exception:  # a store may fail in as many ways as there are stores
        log.warning("The page store does not answer; the page is rendered.", exc_info=True)
        return None


def _to_store(key, page):
    try:
        cache.set(key, page, timeout=max(0, (page.until - timezone.now()).total_seconds()))
    except Exception:
        log.warning("The page store does not answer; the page is not kept.", exc_info=True)
