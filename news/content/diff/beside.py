"""Compares the fields beside the text: each by its kind, as lines of segments."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from news.content import fields, schema
from news.content.diff.markup import marked
from news.content.diff.matching import Matcher
from news.content.diff.words import ADDED, KEPT, REMOVED, DiffSegment

# What the values of a content are called, by the name of the field: {"tags": {1: "WCO"}, "language": {"pl": "Polish"}}.
Names = Mapping[str, Mapping[Any, str]]
Line = list[DiffSegment]
Link = Mapping[str, Any]


@dataclass
class FieldDiff:
    """Something beside the text that differs, by its name; a line for each thing that changed."""

    label: str
    lines: list[Line]

    @property
    def shown(self) -> SafeString:
        return format_html_join(mark_safe("<br>"), "{}", ((marked(line),) for line in self.lines))


def compare_fields(
    before: Mapping[str, Any], after: Mapping[str, Any], names: Names, matcher: Matcher
) -> list[FieldDiff]:
    """What differs beside the text, in the order of the editor's form."""
    found = [
        FieldDiff(str(capfirst(field.label)), lines)
        for field in schema.FIELDS
        if not is_in_the_text(field)
        and (lines := _lines(field, before[field.name], after[field.name], names.get(field.name, {}), matcher))
    ]
    return found


def is_in_the_text(field: fields.Field) -> bool:
    """Whether a field is compared in its place on the page and not beside it."""
    return isinstance(field, fields.RichText) or (isinstance(field, fields.Text) and bool(field.compared_as))


def in_words(field: fields.Field, value: Any, called: Mapping[Any, str]) -> str:
    """A value as people read it, in one line; of links, one of them."""
    match field:
        case fields.References():
            return ", ".join(called.get(one, str(one)) for one in value)
        case fields.Links():
            return link_in_words(value, called) if value else ""
        case fields.Reference():
            return called.get(value, "")
        case _:
            return called.get(value, value)


def _lines(field: fields.Field, before: Any, after: Any, called: Mapping[Any, str], matcher: Matcher) -> list[Line]:
    if before == after:
        return []

    def name(pk: Any) -> str:
        return called.get(pk) or (_("deleted since") if pk else "")

    match field:
        case fields.OrderedReferences():
            return _in_order(before, after, name)
        case fields.References():
            return _any_order(before, after, name)
        case fields.Links():
            return _links(before, after, called)
        case fields.Reference():
            return _whole(name(before), name(after))
        case fields.Code():
            return _whole(called.get(before, before), called.get(after, after))
        case _:
            return [matcher.line("p", before, after).pieces]


def _whole(before: str, after: str) -> list[Line]:
    return [[DiffSegment(REMOVED, before), DiffSegment(ADDED, after)]] if before != after else []


def _any_order(before: Sequence[Any], after: Sequence[Any], called: Callable[[Any], str]) -> list[Line]:
    added = sorted(called(pk) for pk in set(after) - set(before))
    removed = sorted(called(pk) for pk in set(before) - set(after))
    return _in_a_row(
        [DiffSegment(ADDED, name) for name in added] + [DiffSegment(REMOVED, name) for name in removed], " "
    )


def _in_order(before: Sequence[Hashable], after: Sequence[Hashable], called: Callable[[Any], str]) -> list[Line]:
    """Names in their order, all of them, so that one can see who stood where."""
    pieces: Line = []
    for name, i, j, k, m in SequenceMatcher(None, before, after).get_opcodes():
        if name == "equal":
            pieces += [DiffSegment(KEPT, called(pk)) for pk in after[k:m]]
        else:
            pieces += [DiffSegment(REMOVED, called(pk)) for pk in before[i:j]]
            pieces += [DiffSegment(ADDED, called(pk)) for pk in after[k:m]]
    return _in_a_row(pieces, ", ")


def _in_a_row(pieces: Line, between: str) -> list[Line]:
    return [[part for piece in pieces for part in (DiffSegment(KEPT, between), piece)][1:]] if pieces else []


def _links(before: Sequence[Link], after: Sequence[Link], headlines: Mapping[Any, str]) -> list[Line]:
    old, new = ({link["uuid"]: link for link in links} for links in (before, after))
    lines: list[Line] = []
    for uuid in dict.fromkeys([*old, *new]):
        was, now = old.get(uuid), new.get(uuid)
        if was is None or now is None:
            op, link = (ADDED, now) if now else (REMOVED, was or {})
            lines.append([DiffSegment(op, link_label(link, headlines))])
        elif was != now:
            lines.append(_link_pieces(was, now, headlines))
    kept = [uuid for uuid in old if uuid in new]
    if not lines and kept != [uuid for uuid in new if uuid in old]:
        lines.append([DiffSegment(KEPT, _("Their order changed."))])
    return lines


def _link_pieces(was: Link, now: Link, headlines: Mapping[Any, str]) -> Line:
    labels = _whole(link_label(was, headlines), link_label(now, headlines))
    pieces = labels[0] if labels else [DiffSegment(KEPT, link_label(now, headlines))]
    for old, new in (
        (_placement(was), _placement(now)),
        (was["url"], now["url"]),
        (_story(was, headlines), _story(now, headlines)),
    ):
        if old != new:
            pieces += [
                DiffSegment(KEPT, "\n"),
                DiffSegment(REMOVED, old),
                DiffSegment(KEPT, " "),
                DiffSegment(ADDED, new),
            ]
    return pieces


def _placement(link: Link) -> str:
    return _("in the text") if link["placement"] == "inline" else _("at the end")


def _story(link: Link, headlines: Mapping[Any, str]) -> str:
    return headlines.get(link["target"], _("deleted since")) if link["target"] else ""


def link_in_words(link: Link, headlines: Mapping[Any, str]) -> str:
    """A related link in one line: what it shows, where it leads if that is another site, and where it stands."""
    return ", ".join(filter(None, [link_label(link, headlines), link["label"] and link["url"], _placement(link)]))


def link_label(link: Link, headlines: Mapping[Any, str]) -> str:
    """What a related link shows; `headlines` by the primary key of the story."""
    return link["label"] or headlines.get(link["target"]) or link["url"] or "?"
