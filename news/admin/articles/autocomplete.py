"""What the editor's fields suggest while somebody types, as JSON: tags, authors, stories."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import HttpRequest, JsonResponse

from news.admin.articles import status_badges
from news.models import Author, WorkingCopy
from news.taxonomy import tags as taxonomy_tags
from portal.http.numbers import plain_number
from portal.http.request_guard import without_nul
from portal.text.folding import fold

COUNT = 8


def for_editors(view: Callable[[HttpRequest, str], list[dict[str, Any]]]) -> Callable[[HttpRequest], JsonResponse]:
    """Only people who may write stories look things up; the admin's views keep answers nowhere."""

    def guarded(request: HttpRequest) -> JsonResponse:
        if not (request.user.has_perm("news.change_workingcopy") or request.user.has_perm("news.add_workingcopy")):
            raise PermissionDenied
        return JsonResponse({"results": view(request, without_nul(request.GET.get("q", "")[:200]))})

    return guarded


@for_editors
def tags(request: HttpRequest, words: str) -> list[dict[str, Any]]:
    """Tags under any of their names, with what kind of thing each is; `exact` is the one known by just these words."""
    known = taxonomy_tags.find(words) if fold(words) else None
    return [
        {"id": tag.pk, "name": str(tag), "note": tag.get_kind_display(), "exact": tag == known}
        for tag in taxonomy_tags.suggest(words, count=COUNT)
    ]


@for_editors
def authors(request: HttpRequest, words: str) -> list[dict[str, Any]]:
    """Authors whose name has these words."""
    matches = Author.objects.filter(key__contains=fold(words)) if fold(words) else Author.objects.none()
    return [{"id": author.pk, "name": author.name, "note": ""} for author in matches[:COUNT]]


@for_editors
def stories(request: HttpRequest, words: str) -> list[dict[str, Any]]:
    """Stories readers see and those on their way, newest first; never the story being written."""
    if not fold(words):
        return []
    copies = WorkingCopy.objects.for_list().found_by(words).exclude(headline="")
    if own := plain_number(request.GET.get("not")):
        copies = copies.exclude(pk=own)
    copies = copies.order_by(F("article__live_from").desc(nulls_last=True), "-saved_at")[:COUNT]
    return [_story(copy) for copy in copies]


def _story(copy: WorkingCopy) -> dict[str, Any]:
    look, word = status_badges.public_state(copy.article)
    headline = copy.article.headline if copy.article.is_live() else copy.headline
    return {"id": copy.pk, "name": headline, "note": word, "look": look}
