"""What stands in the way of a step, and what deserves a second look, each as a whole sentence.

The same rules for what is stored and for what is still being typed; they read a `ChecklistInput` and write nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from django.utils.translation import gettext as _

from news import body
from news.content import schema
from news.content.fields import Column, Field, Links, OrderedReferences, References
from news.editorial import spelling, word_paste
from news.models import Article, Tag, WorkingCopy

LONG_HEADLINE = 110  # search engines cut headlines beyond this (Google's former NewsArticle limit)


class Gate(StrEnum):
    """What a step leads to: nobody can review a story without words, readers need all the rest as well."""

    REVIEW = "review"
    READERS = "readers"


@dataclass(frozen=True)
class ChecklistItem:
    """One thing to mend: the sentence, the form field that mends it, and the gate it keeps shut until it is mended."""

    sentence: str
    field: str
    blocks: Gate | None = None  # None: a warning

    @property
    def needed(self) -> str:
        """By when it is needed; "" for a warning."""
        if self.blocks == Gate.REVIEW:
            return _("Needed before review.")
        return _("Needed before approval.") if self.blocks else ""

    def is_needed_for(self, gate: Gate) -> bool:
        """Whether a step through this gate waits for it: what a reviewer needs, readers need too."""
        return self.blocks == gate or (self.blocks == Gate.REVIEW and gate == Gate.READERS)


class Link(Protocol):
    """A related link as the rules look at it: a stored row, or one that is being typed."""

    uuid: UUID
    placement: Any

    @property
    def story(self) -> Article | None: ...

    @property
    def is_unresolved(self) -> bool: ...


@dataclass
class ChecklistInput:
    """What the rules look at of a story as it stands, saved or not, by the names of its content."""

    headline: str
    standfirst: str
    dateline: str
    body: str
    language: str
    section: int | None
    source: str
    tags: list[Tag]
    authors: list[str]  # names, as of all rows in an order
    related: list[Link]
    other_texts: dict[str, str] = field(default_factory=dict)  # words of the story that no rule asks for by name

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> ChecklistInput:
        """Take what the rules look at from the values of all fields; columns are plain, rows are rows."""
        names = {attribute.name for attribute in fields(cls)} - {"other_texts"}
        others = {text.on_form: values[text.name] for text in schema.story_texts() if text.name not in names}
        return cls(**{name: values[name] for name in names}, other_texts=others)

    @classmethod
    def of(cls, copy: WorkingCopy) -> ChecklistInput:
        """What is stored of a working copy."""
        return cls.of_values({entry.name: stored(copy, entry) for entry in schema.FIELDS})

    @property
    def section_id(self) -> int | None:
        return self.section

    @property
    def texts(self) -> dict[str, str]:
        """The words of the story beside its body, by the field that mends them."""
        named = {"headline": self.headline, "standfirst": self.standfirst, "dateline": self.dateline}
        return named | self.other_texts


def stored(copy: WorkingCopy, entry: Field) -> Any:
    """A field of a working copy as the rules look at it."""
    if isinstance(entry, Column):
        return getattr(copy, entry.attname)
    if isinstance(entry, Links):
        return list(entry.rows_of(copy).select_related("target", "matched_article"))
    if isinstance(entry, References):
        rows = [getattr(row, entry.column) for row in entry.rows_of(copy).select_related(entry.column)]
        return [row.name for row in rows] if isinstance(entry, OrderedReferences) else rows
    raise TypeError(entry)


def items(checklist_input: ChecklistInput) -> list[ChecklistItem]:
    """Everything to fix (blocking first) or to look at before this story goes on."""
    return [*_blocking(checklist_input), *_warnings(checklist_input)]


def blocking(story: WorkingCopy | ChecklistInput, gate: Gate | None) -> list[str]:
    """The sentences that keep a working copy, or a checklist input, from a gate; none when the way is clear."""
    return [item.sentence for item in _blocking(story) if item.is_needed_for(gate)] if gate else []


def _blocking(story: ChecklistInput | WorkingCopy) -> Iterator[ChecklistItem]:
    if not story.headline.strip():
        yield ChecklistItem(_("The story has no headline."), "headline", Gate.REVIEW)
    if not body.plain_text(story.body):
        yield ChecklistItem(_("The story has no text."), "body", Gate.REVIEW)
    if not story.language:
        yield ChecklistItem(_("Choose the language the story is written in."), "language", Gate.READERS)
    if story.section_id is None:
        yield ChecklistItem(_("Choose a section."), "section", Gate.READERS)


def _warnings(story: ChecklistInput) -> Iterator[ChecklistItem]:
    if not story.standfirst.strip():
        yield ChecklistItem(_no_standfirst(body.opening(story.body)), "standfirst")
    if len(story.headline) > LONG_HEADLINE:
        yield ChecklistItem(
            _("The headline has %(length)s characters; search engines cut it after %(limit)s.")
            % {"length": len(story.headline), "limit": LONG_HEADLINE},
            "headline",
        )
    yield from _spellings(story)
    for sentence in word_paste.warnings_in(story.body):
        yield ChecklistItem(sentence, "body")
    if not story.source.strip():
        yield ChecklistItem(_("No source is named."), "source")
    if not story.tags:
        yield ChecklistItem(_("No tags: readers will not find it by topic."), "tags")
    yield from _link_warnings(story)


def _no_standfirst(opening: str) -> str:
    if not opening:
        return _("No standfirst: lists will show the first sentence.")
    return _("No standfirst: lists will show “%(opening)s”") % {"opening": opening}


def _spellings(story: ChecklistInput) -> Iterator[ChecklistItem]:
    """Names spelt two ways, anywhere in the story; each is mended where the text, or else the headline, has it."""
    passages = body.passages(story.body)
    names = [*story.authors, *_names_of(story.tags, story.language)]
    written = {"body": " ".join(passages), **story.texts}
    for one, other in spelling.spelt_two_ways([*story.texts.values(), *passages], names):
        mended_by = next((name for name, text in written.items() if one in text or other in text), "bylines")
        sentence = _("Is it “%(one)s” or “%(other)s”? The story has both spellings.") % {"one": one, "other": other}
        yield ChecklistItem(sentence, mended_by)


def _names_of(tags: list[Tag], language: str) -> list[str]:
    """What tags are called in the story's language; other languages have other names for countries and places."""
    return [tag.name_in(language) for tag in tags if tag.kind not in {tag.Kind.COUNTRY, tag.Kind.PLACE}]


def _link_warnings(story: ChecklistInput) -> Iterator[ChecklistItem]:
    placed = set(body.tokens(story.body))
    for link in story.related:
        if link.is_unresolved:
            yield ChecklistItem(
                _("“%(headline)s” is not on the site yet; readers will not see this link.") % {"headline": link},
                "related",
            )
        elif link.story and not link.story.is_live():
            yield ChecklistItem(
                _("“%(headline)s” is not live; readers will not see this link.") % {"headline": link}, "related"
            )
        if link.placement == "inline" and link.uuid not in placed:
            yield ChecklistItem(_("The link “%(headline)s” has no place in the text.") % {"headline": link}, "related")
    if placed - {link.uuid for link in story.related}:
        yield ChecklistItem(
            _("A READ line in the text has no link behind it; remove it or add the link again."), "body"
        )
