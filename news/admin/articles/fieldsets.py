"""Where the fields of the content stand on the editor's form: the paper, and the panels of the rail beside it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from news.admin.articles.form import ArticleForm
from news.content import schema
from news.content.fields import Column, Field, Panel
from news.models import WorkingCopy

PANELS: dict[Panel, tuple[Any, list[str]]] = {
    Panel.TEXT: (None, ["nr-write"]),
    Panel.PLACE: (_("Where it belongs"), ["nr-rail"]),
    Panel.TAGS: (_("Tags"), ["nr-rail", "nr-tagbox"]),
    Panel.BYLINES: (_("Bylines"), ["nr-rail", "nr-tagbox"]),
    Panel.LINKS: (_("Related links"), ["nr-rail", "nr-related", "nr-tagbox"]),
    Panel.SEARCH: (_("Search engines"), ["nr-rail"]),
}
# The methods of ArticleAdmin that show what no widget of Django's shows read-only.
SHOWN_BY = {"body": "text", "authors": "signed", "related": "links"}

Fieldset = tuple[Any, dict[str, Any]]


def fieldsets(*, hour_notes: str) -> list[Fieldset]:
    """The form: the text, the hour it is meant to go out (no part of the content), and the panels of the content."""
    schedule = {
        "fields": [("planned_date", "planned_time")],
        "classes": ["nr-rail", "nr-schedule"],
        "description": hour_notes,
    }
    text, *rail = [(label, {"fields": _lines(panel), "classes": classes}) for panel, (label, classes) in PANELS.items()]
    return [text, (_("Schedule"), schedule), *rail]


def read_only_fieldsets() -> list[Fieldset]:
    """The story for whoever may look and not write."""
    label = PANELS[Panel.PLACE][0]
    beside = [name for panel in PANELS if panel not in {Panel.TEXT, Panel.SEARCH} for name in _shown(panel)]
    return [
        (None, {"fields": _shown(Panel.TEXT), "classes": ["nr-write", "nr-read"]}),
        (label, {"fields": beside, "classes": ["nr-rail"]}),
    ]


def _in(panel: Panel) -> list[Field]:
    return [field for field in schema.FIELDS if field.panel == panel]


def _is_on_form(field: Field) -> bool:
    """Django makes form fields for columns; rows without one of their own are edited elsewhere and stay as they are."""
    return isinstance(field, Column) or field.on_form in ArticleForm.declared_fields


def _shown(panel: Panel) -> list[str]:
    names = [SHOWN_BY.get(field.name, field.name) for field in _in(panel)]
    return [name for name in names if name in SHOWN_BY.values() or hasattr(WorkingCopy, name)]


def _lines(panel: Panel) -> list[Any]:
    """The fields of a panel, those that share a line as a tuple."""
    lines: list[list[str]] = []
    for field in filter(_is_on_form, _in(panel)):
        if field.shares_line and lines:
            lines[-1].append(field.on_form)
        else:
            lines.append([field.on_form])
    return [tuple(line) if len(line) > 1 else line[0] for line in lines]
