"""Two versions of a story, and what differs between them: words, links, formatting, and what stands beside the text.

Works on contents as `revisions.content_of` gives them and touches no row. What it returns is plain text in segments;
the only markup ever made of it is in `markup`, which escapes every word, so that nothing in a revision can inject.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from news.content import schema
from news.content.diff.beside import FieldDiff, Names, compare_fields, in_words, link_label
from news.content.diff.markup import marked, one_side
from news.content.diff.matching import Block, Matcher, pairs
from news.content.diff.reading import Text, texts
from news.content.diff.words import ADDED, BLANKS_BUT_LINES, KEPT, REMOVED, DiffSegment, tokens
from news.content.fields import Text as TextField

__all__ = [
    "ADDED",
    "BLANKS_BUT_LINES",
    "KEPT",
    "REMOVED",
    "Block",
    "Comparison",
    "DiffSegment",
    "FieldDiff",
    "Matcher",
    "Names",
    "Text",
    "UnchangedRun",
    "compare",
    "in_words",
    "marked",
    "one_side",
    "pairs",
    "texts_of",
    "tokens",
]


@dataclass
class UnchangedRun:
    """Blocks that did not change, one after another; folded to one line."""

    blocks: list[Block]


@dataclass
class Comparison:
    above: dict[str, Block]  # by the name of the field, what stands above the text
    blocks: list[Block]  # of the body
    fields: list[FieldDiff]
    is_same: bool  # to the letter

    @property
    def headline(self) -> Block:
        return self.above["headline"]

    @property
    def standfirst(self) -> Block:
        return self.above["standfirst"]

    @property
    def body(self) -> list[Block | UnchangedRun]:
        """The blocks in their order, unchanged ones gathered into gaps."""
        gathered: list[Block | UnchangedRun] = []
        for block in self.blocks:
            if not block.is_kept:
                gathered.append(block)
            elif gathered and isinstance(gathered[-1], UnchangedRun):
                gathered[-1].blocks.append(block)
            else:
                gathered.append(UnchangedRun([block]))
        return gathered

    @property
    def added(self) -> int:
        return self._count(ADDED)

    @property
    def removed(self) -> int:
        return self._count(REMOVED)

    @property
    def says_the_same(self) -> bool:
        """Whether there is nothing to show."""
        texts = [*self.above.values(), *self.blocks]
        return not self.fields and all(block.is_kept for block in texts)

    def _count(self, op: str) -> int:
        return sum(block.words(op) for block in [*self.above.values(), *self.blocks])


def compare(
    before: Mapping[str, Any], after: Mapping[str, Any], names: Names | None = None, unknown: Iterable[str] = ()
) -> Comparison:
    """What changed between two contents. `names` says what their values are called.

    `unknown` are the fields of either that this software does not know: they are named and not compared.
    """
    names, matcher = names or {}, Matcher()
    above = {
        field.name: matcher.line(field.compared_as, before[field.name], after[field.name])
        for field in schema.FIELDS
        if isinstance(field, TextField) and field.compared_as
    }
    fields = compare_fields(before, after, names, matcher)
    if unknown:
        fields.append(FieldDiff(_("Not compared"), [[DiffSegment(KEPT, _unknown_sentence(unknown))]]))
    return Comparison(
        above=above,
        blocks=matcher.blocks(texts_of(before, names), texts_of(after, names)),
        fields=fields,
        is_same=before == after and not unknown,
    )


def texts_of(content: Mapping[str, Any], names: Names) -> list[Text]:
    """The blocks of a content's body, a READ line as the headline it shows."""
    headlines = names.get("related", {})
    return texts(content["body"], content["related"], lambda link: link_label(link, headlines))


def _unknown_sentence(unknown: Iterable[str]) -> str:
    return _("A newer version of this site wrote fields that this one does not know: %(fields)s.") % {
        "fields": ", ".join(sorted(set(unknown)))
    }
