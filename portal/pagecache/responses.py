"""The response a view returns to have its page stored."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.http import HttpResponse


class CacheableResponse(HttpResponse):
    """A public page, with what says how long it is right: made by `PageDependencies.cacheable`, nowhere else."""

    def __init__(
        self,
        content: bytes,
        *,
        counters: Mapping[str, int],
        until: datetime,
        parameters: Iterable[str],
        **options: Any,
    ) -> None:
        super().__init__(content, **options)
        self.counters = dict(counters)
        self.until = until
        self.parameters = frozenset(parameters)

    @classmethod
    def of(
        cls, response: HttpResponse, *, counters: Mapping[str, int], until: datetime, parameters: Iterable[str]
    ) -> "CacheableResponse":
        """Return the same page as a response that may be stored."""
        return cls(
            response.content,
            counters=counters,
            until=until,
            parameters=parameters,
            status=response.status_code,
            headers=dict(response.headers),
        )
