"""The history of a story as sentences, newest first: who did what, when and why."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.contrib.auth import get_user_model
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from news.admin.articles import compare
from news.admin.datetime_display import exactly
from news.editorial import steps
from news.querysets import PATIENCE
from portal.audit import kinds
from portal.models import AuditEvent

AT_FIRST = 8  # the rest unfolds

# Beside the sentences of news/audit_kinds.py, those for events that know more.
BEGAN = gettext_lazy("{who} began the story, revision {revision}")
PUT_ASIDE = gettext_lazy("{who} put the draft aside")
NOBODY_IN_CHARGE = gettext_lazy("{who} put nobody in charge")
WITHDRAWN_WITH_A_NOTE = gettext_lazy("{who} withdrew it from readers, who are told: “{note}”")
APPROVED_WITHOUT_FOUR_EYES = gettext_lazy("{who} approved revision {revision}; one person alone may do so here")
SHARED_ONE = gettext_lazy("{who} made a preview link to revision {revision}, until {until}")
BROUGHT_BACK = gettext_lazy("{who} brought revision {restored_from} back as revision {revision}")
APPROVED_OWN_WORDS = gettext_lazy(
    "{who} approved revision {revision}, having written {words_by_approver} of its {words_changed} new words"
)
APPROVED_HAVING_WORKED_ON_IT = gettext_lazy("{who} approved revision {revision}, having worked on it as well")
BY_THE_CLOCK = gettext_lazy("Revision {revision} replaced the text on the site, as {scheduled_by} had scheduled it")
LATE = gettext_lazy(
    "Revision {revision} replaced the text on the site, {minutes} min late: {scheduled_by} had scheduled it for {due}"
)
HELD = {
    "withdrawn": gettext_lazy("Revision {revision}, due {due}, did not go out: the story was withdrawn"),
    "ended": gettext_lazy("Revision {revision}, due {due}, did not go out: the story had ended for readers"),
    "changed": gettext_lazy(
        "Revision {revision}, due {due}, did not go out: its stored text was changed outside the newsroom"
    ),
    "address": gettext_lazy("Revision {revision}, due {due}, did not go out: another story has its address"),
}
ANYTHING = gettext_lazy("{who}: {kind}")
MOMENTS = {"due", "until"}
LOOKS = {
    "article.saved": "save",
    "article.submitted": "review",
    "article.returned": "changes",
    "article.approved": "approved",
    "article.published": "live",
    "article.imported": "live",
    "article.typo_fixed": "live",
    "article.published_unreviewed": "live",
    "article.reviewed_after_publication": "approved",
    "article.withdrawn": "live",
    "article.restored": "live",
    "article.discarded": "save",
    "article.name_changed": "live",
    "article.scheduled": "scheduled",
    "article.unscheduled": "scheduled",
    "article.went_live": "live",
    "article.update_held": "changes",
    "article.expiry_set": "live",
    "article.expiry_cleared": "live",
    "preview_link.created": "save",
    "preview_link.revoked": "save",
}


@dataclass(frozen=True)
class Line:
    at: datetime
    look: str
    sentence: str
    reason: str
    revision: int | None = None
    compare: str = ""  # the address where this line's change can be read


def lines(article):
    events = list(AuditEvent.objects.about(article))
    people = get_user_model().objects.in_bulk({event.actor_id for event in events})
    named = _named_in(events)
    return [_line(event, people, named) for event in events]


class Return(NamedTuple):
    who: str
    reason: str
    at: datetime


def last_reason(articles):
    """Who last returned each of these stories, why and when, by article."""
    article_ids = [article.pk for article in articles]
    events = AuditEvent.objects.filter(subject_kind="article", kind="article.returned", subject_id__in=article_ids)
    events = {event.subject_id: event for event in events.order_by("number")}
    people = get_user_model().objects.in_bulk({event.actor_id for event in events.values()})
    return {pk: Return(_who(event, people), event.reason, event.at) for pk, event in events.items()}


def last_return(copy):
    """The return its writer has not answered yet, or None."""
    if copy.stage != copy.Stage.CHANGES_REQUESTED:
        return None
    return last_reason([copy.article]).get(copy.pk)


def published_alone(copies, *, person):
    """These stories, each with `alone`: the line of history that tells who gave readers what, and why.

    `reading` is where one reads it and puts one's name under it; one's own (`is_own`) somebody else reads.
    """
    events = AuditEvent.objects.filter(
        subject_kind="article", kind__in=steps.BREAK_GLASS_KINDS, subject_id__in=[copy.pk for copy in copies]
    )
    by_story = defaultdict(list)
    for event in events.order_by("number"):
        by_story[event.subject_id].append(event)
    people = get_user_model().objects.in_bulk({story[-1].actor_id for story in by_story.values()})
    for copy in copies:
        events = by_story[copy.pk]
        copy.is_own = person.pk in steps.unreviewed_publishers(copy, events)
        copy.reading = compare.address_of_second_look(copy)
        if events:
            copy.alone = _line(events[-1], people, {})
    return copies


def _line(event, people, named):
    facts = json.loads(event.facts)
    sentence = kinds.sentence_for(event.kind) or ANYTHING
    for name in MOMENTS & facts.keys():
        facts[name] = exactly(datetime.fromisoformat(facts[name]))
    if "scheduled_by" in facts:
        name = facts["scheduled_by"]
        facts["scheduled_by"] = format_html("<b>{}</b>", named.get(name, name))
    if event.kind == "article.update_held":
        sentence = HELD.get(facts["why"], ANYTHING)
    if event.kind == "article.published" and "due" in facts:
        is_late = facts["late"] >= PATIENCE.total_seconds()
        sentence, facts["minutes"] = (LATE if is_late else BY_THE_CLOCK), facts["late"] // 60
    if event.kind == "article.saved" and facts.get("revision") == 1:
        sentence = BEGAN
    if event.kind == "article.saved" and facts.get("restored_from"):
        sentence = BROUGHT_BACK
    if event.kind == "preview_link.created" and "revision" in facts:
        sentence = SHARED_ONE
    if event.kind == "article.approved" and facts.get("words_by_approver"):
        sentence = APPROVED_OWN_WORDS
    elif event.kind == "article.approved" and facts.get("worked_on_it"):
        sentence = APPROVED_HAVING_WORKED_ON_IT
    if event.kind == "article.approved" and facts.get("four_eyes") == "off":
        sentence = APPROVED_WITHOUT_FOUR_EYES
    if event.kind == "article.discarded" and "discarded" not in facts:
        sentence = PUT_ASIDE
    if event.kind == "article.withdrawn" and facts.get("note"):
        sentence = WITHDRAWN_WITH_A_NOTE
    if event.kind == "article.assigned":
        sentence = sentence if facts["to"] else NOBODY_IN_CHARGE
        facts["to"] = format_html("<b>{}</b>", named.get(facts["to"], facts["to"]))
    who = format_html("<b>{}</b>", _who(event, people))
    try:
        said = format_html(str(sentence), **{**facts, "who": who, "kind": event.kind})
    except (KeyError, IndexError):  # an older event may know less than today's sentence says
        said = format_html(str(ANYTHING), who=who, kind=event.kind)
    revision, before = facts.get("revision"), _before(event.kind, facts)
    comparison = before and compare.address(event.subject_id, before, revision)
    return Line(event.at, LOOKS.get(event.kind, "save"), said, event.reason, revision, comparison or "")


def _before(kind, facts):
    """The number of the revision that came before what this event saved; 0 when it saved nothing to compare."""
    if kind == "article.saved":
        return facts.get("revision", 1) - 1
    if kind == "article.discarded" and facts.get("discarded") != facts.get("revision"):
        return facts.get("discarded", 0)
    if kind in steps.BREAK_GLASS_KINDS:
        return facts.get("before", 0)
    return 0


def _named_in(events):
    """The people whom facts name by their user name: in whose name the clock acted, who was put in charge."""
    naming = {"article.assigned", "article.published", "article.went_live", "article.update_held"}
    facts = [json.loads(event.facts) for event in events if event.kind in naming]
    names = {fact.get("scheduled_by") or fact.get("to") for fact in facts} - {None, ""}
    if not names:
        return {}
    return {person.username: str(person) for person in get_user_model().objects.filter(username__in=names)}


def _who(event, people):
    return str(people.get(event.actor_id) or event.actor_name or _("Somebody"))
