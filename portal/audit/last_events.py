"""The last audit events about one row, as translated sentences."""

import json
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.template.defaultfilters import yesno
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from portal.audit import kinds
from portal.models import AuditEvent, User

AT_MOST = 20


def last_events(row: Model) -> SafeString:
    """Return the last events about a row as a list, newest first."""
    events = list(AuditEvent.objects.about(row)[:AT_MOST])
    people = User.objects.in_bulk({event.actor_id for event in events if event.actor_id})
    lines = ((formats.localize(timezone.localtime(event.at)), _sentence(event, people, type(row))) for event in events)
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}: {}</li>", lines)) if events else SafeString("–")


def _sentence(event: AuditEvent, people: dict[int, User], model: type[Model]) -> SafeString:
    person = people.get(event.actor_id or 0)
    who = str(person or event.actor_name or _("Somebody"))
    facts = json.loads(event.facts)
    facts["changes"] = "; ".join(_in_words(model, *change) for change in facts.get("changes", {}).items())
    sentence = kinds.sentence_for(event.kind)
    if sentence is None:
        return format_html("{}: {}", who, event.kind)
    try:
        return format_html(str(sentence), **facts | {"who": who})
    except KeyError:  # an older event may lack a fact that today's sentence names
        return format_html("{}: {}", who, event.kind)


def _in_words(model: type[Model], name: str, values: Iterable[Any]) -> str:
    """Return a changed field with its old and new value, or what a list has gained and lost."""
    try:
        label = capfirst(getattr(model._meta.get_field(name), "verbose_name", name))
    except FieldDoesNotExist:  # a field that has been removed since
        label = name
    before, after = values
    if isinstance(after, list):
        added = [f"+ {item}" for item in after if item not in before]
        removed = [f"− {item}" for item in before if item not in after]
        return f"{label}: {', '.join(added + removed)}"
    return f"{label}: {_value(before)} → {_value(after)}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(yesno(value))
    return str(value) or "–"
