"""The checklist beside the form: of what is saved, and of what is typed whenever the typing pauses."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from news import body
from news.editorial import checklist
from news.editorial.checklist import ChecklistInput
from news.models import WorkingCopy
from portal.http.numbers import plain_number
from portal.http.request_guard import refuse_nul


def listed(checklist_input: ChecklistInput) -> dict[str, Any]:
    """Context of `_checks.html`: `points`, each with the element that mends it, how many there are, and `words`."""
    points = [(item, f"id_{item.field}") for item in checklist.items(checklist_input)]
    to_fix = sum(bool(item.blocks) for item, _element_id in points)
    return {
        "points": points,
        "to_fix": to_fix,
        "to_look_at": len(points) - to_fix,
        "words": body.word_count(checklist_input.body),
    }


def view(story_admin: ModelAdmin, request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """The list for what is in the form just now, of a story or of one not saved yet. Nothing is kept."""
    copy = pk and get_object_or_404(WorkingCopy.objects.select_related("article"), pk=plain_number(pk))
    may_write = story_admin.has_change_permission(request, copy) if copy else story_admin.has_add_permission(request)
    if not may_write:
        raise PermissionDenied
    refuse_nul(request.POST)
    form = story_admin.form_to_look_at(request, copy)
    form.full_clean()
    return render(request, "admin/news/workingcopy/_checks.html", {"copy": copy, **listed(form.checklist_input())})
