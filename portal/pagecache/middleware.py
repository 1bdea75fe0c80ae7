"""Public pages as bytes: rendered once, stored with the counters they depend on, served while those stand.

The store (files under `var/cache` or `CACHE_URL`) holds bytes only; what makes them right is in the
database: one query compares the counters a page was made from with what they are now (I8 in docs/architecture.md).
A store that is down or lost costs speed, never a wrong page.
"""

import functools
import gzip
import hashlib
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.crypto import salted_hmac

from portal.env import BASE_DIR
from portal.pagecache import counters
from portal.pagecache.responses import CacheableResponse

log = logging.getLogger("portal.pagecache.middleware")

CACHED_STATUSES = {200, 410}
LONGEST_ADDRESS = 300
CODE = ("**/*.py", "**/*.html", "**/*.mo", "**/static/**/*.css", "**/static/**/*.js")


@dataclass(frozen=True)
class CachedPage:
    """A page as it is stored."""

    status: int
    content_type: str
    language: str
    compressed: bytes
    etag: str
    counters: dict[str, int]
    until: datetime

    @classmethod
    def of(cls, response: CacheableResponse) -> "CachedPage":
        digest = hashlib.sha256(response.content).hexdigest()[:24]
        return cls(
            status=response.status_code,
            content_type=response.headers["Content-Type"],
            language=response.headers["Content-Language"],
            compressed=gzip.compress(response.content, mtime=0),
            etag=f'W/"{digest}"',
            counters=response.counters,
            until=response.until,
        )

    def stands(self, *, at: datetime | None = None) -> bool:
        """Whether it still says what the site says: its moment has not passed and no counter has moved."""
        return (at or timezone.now()) < self.until and counters.values(self.counters) == self.counters

    def response(self, request: HttpRequest) -> HttpResponseBase:
        """Return the page as this request takes it: compressed or not, or 304 where the browser has it."""
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
        return get_conditional_response(request, etag=self.etag, response=response) or response


class PageCacheMiddleware:
    """Serves stored pages, and stores those that views return as a CacheableResponse."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.edition = _edition()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        request.get_host()  # a host that is not ours is refused, whether or not the page is stored
        key = self._key(request)
        page = _from_store(key)
        if page and page.stands():
            return page.response(request)
        response = self.get_response(request)
        if not isinstance(response, CacheableResponse) or response.status_code not in CACHED_STATUSES:
            return response
        page = CachedPage.of(response)
        if _is_plain(request, response.parameters):
            _to_store(key, page)
        return page.response(request)  # stored or not, it looks the same to whoever asks

    def _key(self, request: HttpRequest) -> str:
        address = f"{self.edition}{request.path}?{request.GET.urlencode()}"
        return f"page:{hashlib.sha256(address.encode()).hexdigest()}"


def _is_plain(request: HttpRequest, parameters: Collection[str]) -> bool:
    """Whether the page may be stored: with parameters it does not know it is not, or anybody could fill the store."""
    return set(request.GET) <= set(parameters) and len(request.get_full_path()) <= LONGEST_ADDRESS


def _edition() -> str:
    """Return a name for this code, these templates and settings: a deploy must not serve the last one's pages."""
    names = ("SITE_NAME", "SITE_URL", "LANGUAGE_CODE", "TIME_ZONE", "DEBUG", "EMAIL_BACKEND")
    # Forms on the pages hold tokens of the secret key; what is signed with it tells one key from another.
    key = salted_hmac("portal.pagecache.middleware", "edition", algorithm="sha256").hexdigest()
    parts = [*_files(), *(str(getattr(settings, name)) for name in names), key]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@functools.cache
def _files() -> list[str]:
    """Return the code's files and when they changed; looked up once, for a process runs what it began with."""
    return sorted(
        f"{file} {_changed_at(file)}"
        for app in ("portal", "news", "comments", "templates")
        for pattern in CODE
        for file in (BASE_DIR / app).glob(pattern)
    )


def _changed_at(file: Path) -> int | None:
    """None where it has just gone: a deploy may still be clearing up while the site starts."""
    try:
        return file.stat().st_mtime_ns
    except FileNotFoundError:
        return None


def _takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header names gzip, and not only to refuse it (`gzip;q=0`, RFC 9110 12.5.3)."""
    for offer in accepted.lower().split(","):
        coding, _separator, weight = offer.replace(" ", "").partition(";q=")
        if coding in {"gzip", "x-gzip"}:
            return not weight or weight.strip("0.") != ""
    return False


def _from_store(key: str) -> CachedPage | None:
    try:
        page: CachedPage | None = cache.get(key)
    except Exception:  # a store may fail in as many ways as there are stores
        log.warning("The page store does not answer; the page is rendered.", exc_info=True)
        return None
    return page


def _to_store(key: str, page: CachedPage) -> None:
    try:
        cache.set(key, page, timeout=max(0, (page.until - timezone.now()).total_seconds()))
    except Exception:
        log.warning("The page store does not answer; the page is not stored.", exc_info=True)
