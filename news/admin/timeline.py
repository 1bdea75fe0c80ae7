"""The history of a story as sentences, newest first: who did what, when and why."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import get_user_model
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from news.admin import comparison
from news.models import Event

AT_FIRST = 8  # the rest unfolds

# Whole sentences; Polish has them without gendered past forms ("zapisuje wersję").
SENTENCES = {
    "save": gettext_lazy("{who} saved revision {revision}"),
    "submit": gettext_lazy("{who} submitted revision {revision} for review"),
    "return": gettext_lazy("{who} asked for changes"),
    "approve": gettext_lazy("{who} approved revision {revision}"),
    "publish": gettext_lazy("{who} published revision {revision}"),
    "publish_unread": gettext_lazy("{who} published revision {revision}; no second reader saw it"),
    "withdraw": gettext_lazy("{who} withdrew it from readers"),
    "restore": gettext_lazy("{who} showed it to readers again"),
    "discard": gettext_lazy("{who} discarded revision {discarded} and went back to what readers saw last"),
    "rename": gettext_lazy("{who} renamed “{before}” to “{after}”, which this story shows"),
}
BEGAN = gettext_lazy("{who} began the story, revision {revision}")
BROUGHT_BACK = gettext_lazy("{who} brought revision {restored_from} back as revision {revision}")
APPROVED_OWN_WORDS = gettext_lazy(
    "{who} approved revision {revision}, having written {words_by_approver} of its {words_changed} new words"
)
ANYTHING = gettext_lazy("{who}: {kind}")
LOOKS = {
    "save": "save",
    "submit": "review",
    "return": "changes",
    "approve": "approved",
    "publish": "live",
    "publish_unread": "live",
    "withdraw": "live",
    "restore": "live",
    "discard": "save",
    "rename": "live",
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
    events = list(Event.objects.about(article))
    people = get_user_model().objects.in_bulk({event.actor_id for event in events})
    return [_line(event, people) for event in events]


def last_reason(articles):
    """Why each of these stories was last returned, by article: (who, reason)."""
    events = Event.objects.filter(subject_kind="article", kind="return", subject_id__in=[a.pk for a in articles])
    events = {event.subject_id: event for event in events.order_by("number")}
    people = get_user_model().objects.in_bulk({event.actor_id for event in events.values()})
    return {pk: (_who(event, people), event.reason) for pk, event in events.items()}


def _line(event, people):
    facts = json.loads(event.facts)
    sentence = SENTENCES.get(event.kind, ANYTHING)
    if event.kind == "save" and facts.get("revision") == 1:
        sentence = BEGAN
    if event.kind == "save" and facts.get("restored_from"):
        sentence = BROUGHT_BACK
    if event.kind == "approve" and facts.get("words_by_approver"):
        sentence = APPROVED_OWN_WORDS
    who = format_html("<b>{}</b>", _who(event, people))
    try:
        said = format_html(str(sentence), **{**facts, "who": who, "kind": event.kind})
    except (KeyError, IndexError):  # an older event may know less than today's sentence says
        said = format_html(str(ANYTHING), who=who, kind=event.kind)
    revision, before = facts.get("revision"), _before(event.kind, facts)
    compare = before and comparison.address(event.subject_id, before, revision)
    return Line(event.at, LOOKS.get(event.kind, "save"), said, event.reason, revision, compare or "")


def _before(kind, facts):
    """The number of the revision that came before what this event saved; 0 when it saved nothing to compare."""
    if kind == "save":
        return facts.get("revision", 1) - 1
    if kind == "discard" and facts.get("discarded") != facts.get("revision"):
        return facts.get("discarded", 0)
    return 0


def _who(event, people):
    return str(people.get(event.actor_id) or event.actor_name or _("Somebody"))
