"""The history of a story as sentences, newest first: who did what, when and why."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from news.admin.articles import compare
from news.admin.articles.step_presentation import PRESENTATIONS, Facts, Sentence, TimelineEntry
from news.admin.datetime_display import exactly
from news.editorial import steps
from news.editorial.steps import RULES, Step
from news.models import Article, WorkingCopy
from portal.audit import kinds
from portal.models import AuditEvent, User

AT_FIRST = 8  # the rest unfolds
MOMENTS = {"due", "until"}
ANYTHING = gettext_lazy("{who}: {kind}")
PLAIN = TimelineEntry("save")


def _save_variant(facts: Facts) -> Sentence | None:
    if facts.get("restored_from"):
        return gettext_lazy("{who} brought revision {restored_from} back as revision {revision}")
    return gettext_lazy("{who} began the story, revision {revision}") if facts.get("revision") == 1 else None


def _hold_variant(facts: Facts) -> Sentence | None:
    match facts["why"]:
        case "withdrawn":
            return gettext_lazy("Revision {revision}, due {due}, did not go out: the story was withdrawn")
        case "ended":
            return gettext_lazy("Revision {revision}, due {due}, did not go out: the story had ended for readers")
        case "changed":
            return gettext_lazy(
                "Revision {revision}, due {due}, did not go out: its stored text was changed outside the newsroom"
            )
        case "newer":
            return gettext_lazy("Revision {revision}, due {due}, did not go out: a newer version of this site wrote it")
        case "address":
            return gettext_lazy("Revision {revision}, due {due}, did not go out: another story has its address")
    return None


def _share_variant(facts: Facts) -> Sentence | None:
    if "revision" not in facts:
        return None
    return gettext_lazy("{who} made a preview link to revision {revision}, until {until}")


# By kind; the sentences stand in news/audit_kinds.py.
ENTRIES: Mapping[str, TimelineEntry] = {
    **{RULES[step].audit_kind: shown.timeline for step, shown in PRESENTATIONS.items() if shown.timeline},
    steps.SAVED: TimelineEntry(
        "save",
        variant=_save_variant,
        changed_from=lambda facts: facts.get("revision", 1) - 1,
    ),
    steps.WENT_LIVE: TimelineEntry("live"),
    steps.UPDATE_HELD: TimelineEntry("changes", variant=_hold_variant),
    steps.PREVIEW_LINK_CREATED: TimelineEntry("save", variant=_share_variant),
    steps.PREVIEW_LINK_REVOKED: TimelineEntry("save"),
    steps.NAME_CHANGED: TimelineEntry("live"),
}


@dataclass(frozen=True)
class Line:
    """One event as the timeline prints it."""

    at: datetime
    look: str
    sentence: str
    reason: str
    revision: int | None = None
    compare: str = ""  # the address where this line's change can be read


@dataclass(frozen=True)
class Return:
    """Who returned a story, why and when."""

    who: str
    reason: str
    at: datetime


def lines(article: Article) -> list[Line]:
    """The whole history of a story, newest first."""
    events = list(AuditEvent.objects.about(article))
    people = get_user_model().objects.in_bulk({event.actor_id for event in events})
    names = _names_in(events)
    return [_line(event, people, names) for event in events]


def last_returns(articles: Collection[Article]) -> dict[int, Return]:
    """The last return of each of these stories that was ever returned, by article (id)."""
    events = AuditEvent.objects.filter(
        subject_kind="article",
        kind=RULES[Step.RETURN].audit_kind,
        subject_id__in=[article.pk for article in articles],
    )
    latest = {event.subject_id: event for event in events.order_by("number")}
    people = get_user_model().objects.in_bulk({event.actor_id for event in latest.values()})
    return {pk: Return(_who(event, people), event.reason, event.at) for pk, event in latest.items()}


def last_return(copy: WorkingCopy) -> Return | None:
    """The return its writer has not answered yet, or None."""
    if copy.stage != copy.Stage.CHANGES_REQUESTED:
        return None
    return last_returns([copy.article]).get(copy.pk)


def break_glass_events(copies: Collection[WorkingCopy]) -> dict[int, list[AuditEvent]]:
    """The events by which one person alone gave readers a text, oldest first, by article (id)."""
    events = AuditEvent.objects.filter(
        subject_kind="article", kind__in=steps.BREAK_GLASS_KINDS, subject_id__in=[copy.pk for copy in copies]
    )
    by_article: dict[int, list[AuditEvent]] = {copy.pk: [] for copy in copies}
    for event in events.order_by("number"):
        by_article[event.subject_id].append(event)
    return by_article


def last_lines(events: Mapping[int, Sequence[AuditEvent]]) -> dict[int, Line]:
    """The line of the last of each article's events, by article (id)."""
    latest = {pk: of_article[-1] for pk, of_article in events.items() if of_article}
    people = get_user_model().objects.in_bulk({event.actor_id for event in latest.values()})
    return {pk: _line(event, people, {}) for pk, event in latest.items()}


def _line(event: AuditEvent, people: Mapping[int, User], names: Mapping[str, str]) -> Line:
    facts = json.loads(event.facts)
    entry = ENTRIES.get(event.kind, PLAIN)
    words = {**_readable(facts, names), "who": format_html("<b>{}</b>", _who(event, people)), "kind": event.kind}
    try:
        sentence = format_html(str(entry.variant(facts) or kinds.sentence_for(event.kind) or ANYTHING), **words)
    except (KeyError, IndexError):  # an older event may know less than today's sentence says
        sentence = format_html(str(ANYTHING), **words)
    revision, before = facts.get("revision"), entry.changed_from(facts)
    comparison = compare.address(event.subject_id, before, revision) if before else ""
    return Line(event.at, entry.look, sentence, event.reason, revision, comparison)


def _readable(facts: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The facts of an event as its sentence prints them."""
    readable = dict(facts)
    for name in MOMENTS & facts.keys():
        readable[name] = exactly(datetime.fromisoformat(facts[name]))
    for name in {"scheduled_by", "to"} & facts.keys():
        readable[name] = format_html("<b>{}</b>", names.get(facts[name], facts[name]))
    if "late" in facts:
        readable["minutes"] = facts["late"] // 60
    return readable


def _names_in(events: Collection[AuditEvent]) -> dict[str, str]:
    """The people whom facts name by their user name: in whose name the clock acted, who was put in charge."""
    facts = [json.loads(event.facts) for event in events if event.kind in ENTRIES]
    usernames = {fact.get("scheduled_by") or fact.get("to") for fact in facts} - {None, ""}
    if not usernames:
        return {}
    return {person.username: str(person) for person in get_user_model().objects.filter(username__in=usernames)}


def _who(event: AuditEvent, people: Mapping[int, User]) -> str:
    return str(people.get(event.actor_id) or event.actor_name or _("Somebody"))
