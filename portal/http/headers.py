"""Headers of answers: those on every one, and those that say who may store it."""

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest, HttpResponseBase

Response = TypeVar("Response", bound=HttpResponseBase)

# For whoever was given the address: nobody stores the page, finds it or learns the address from a link on it.
PRIVATE = {
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
}


def private_response(response: Response, *, has_form: bool = False) -> Response:
    """Let nobody store this answer, or find it."""
    for name, value in PRIVATE.items():
        response.headers[name] = value
    if has_form:  # without a referrer browsers would send it as if from nowhere (`Origin: null`)
        response.headers["Referrer-Policy"] = "same-origin"
    return response


def no_store(response: Response) -> Response:
    """Let nobody store this answer: it holds what somebody typed, or is an error."""
    response.headers["Cache-Control"] = "no-store"
    return response


def public_for(response: Response, seconds: int) -> Response:
    """Let browsers and proxies store this answer for so many seconds."""
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    return response


class HeadersMiddleware:
    """Sets on every answer the headers that neither Django nor django-csp sends."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), interest-cohort=()"
        )
        return response
