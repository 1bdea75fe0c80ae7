"""Aligns the words and blocks of two versions, within a budget."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import Match, SequenceMatcher
from itertools import accumulate
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from news.content.diff.markup import marked
from news.content.diff.reading import Text
from news.content.diff.sentences import NAMES, kind_notes, mark_notes
from news.content.diff.words import (
    ADDED,
    BLANKS_BUT_LINES,
    KEPT,
    REMOVED,
    WORD,
    DiffSegment,
    Token,
    string_of,
    tokens,
)

# Steps of the matcher that one comparison may take; 5,000 words of prose with every paragraph changed take about
# 100,000. What would go beyond is shown as replaced whole: a paragraph of a megabyte must not hold up the newsroom.
BUDGET = 5_000_000
PAIRS = 40_000
ALIKE = 0.4  # two paragraphs with less in common are two paragraphs, not one that was changed
CELLS = {"li", "td", "th"}

Operation = tuple[str, int, int, int, int]  # KEPT or "~", and the slices of both


@dataclass
class Block:
    """One paragraph, heading, list item or cell, as pieces kept, added and removed, and sentences about the rest."""

    kind: str
    op: str  # kept, added, removed, or "~": changed inside
    pieces: list[DiffSegment]
    notes: list[str] = field(default_factory=list)
    is_moved: bool = False

    @property
    def together(self) -> SafeString:
        return marked(self.pieces)

    @property
    def before(self) -> SafeString:
        return marked(piece for piece in self.pieces if piece.op != ADDED)

    @property
    def after(self) -> SafeString:
        return marked(piece for piece in self.pieces if piece.op != REMOVED)

    @property
    def is_kept(self) -> bool:
        return self.op == KEPT

    @property
    def name(self) -> str:
        return str(NAMES[self.kind])

    def words(self, op: str) -> int:
        """How many words came (ADDED) or went (REMOVED)."""
        if self.is_moved:
            return 0
        texts = (piece.text for piece in self.pieces if piece.op == op)
        return sum(bool(WORD.search(word)) for text in texts for word in text.split())


class Matcher:
    """Aligns tokens and blocks, and stops looking closely once that has cost enough."""

    def __init__(self, budget: int = BUDGET) -> None:
        self.budget = budget

    def line(self, kind: str, before: str, after: str) -> Block:
        """Compare two texts without markup."""
        one, other = (Text(kind, (), *tokens(BLANKS_BUT_LINES.sub(" ", text))) for text in (before, after))
        return self.block(one, other)

    def blocks(self, before: list[Text], after: list[Text]) -> list[Block]:
        """Compare two texts block by block."""
        found: list[Block] = []
        for op, i, j, k, m in self.operations([text.key for text in before], [text.key for text in after]):
            if op == KEPT:
                found += [self.block(one, other) for one, other in zip(before[i:j], after[k:m], strict=True)]
            else:
                found += self._changed(before[i:j], after[k:m])
        return _with_moves(found)

    def block(self, before: Text, after: Text) -> Block:
        """Compare one block in two versions, word by word."""
        if before.key == after.key:
            return Block(after.kind, KEPT, [DiffSegment(KEPT, after.string)])
        pieces: list[DiffSegment] = []
        pairs: list[tuple[Token | None, Token | None]] = []
        for op, i, j, k, m in self.operations(before.words, after.words):
            if op == KEPT:
                for old, new in zip(before.tokens[i:j], after.tokens[k:m], strict=True):
                    pieces += _both(old.blank, new.blank)
                    pieces.append(DiffSegment(KEPT, new.text))
                    pairs.append((old, new))
            else:
                pieces.append(DiffSegment(REMOVED, string_of(before.tokens[i:j])))
                pieces.append(DiffSegment(ADDED, string_of(after.tokens[k:m])))
                pairs += [(old, None) for old in before.tokens[i:j]] + [(None, new) for new in after.tokens[k:m]]
        pieces = [piece for piece in [*pieces, *_both(before.end, after.end)] if piece.text]
        return Block(after.kind, "~", pieces, [*kind_notes(before, after), *mark_notes(pairs)])

    def operations(self, before: Sequence[Hashable], after: Sequence[Hashable]) -> Iterator[Operation]:
        """(op, i, j, k, m) as difflib gives them, with one op for whatever is not kept; common ends cost nothing."""
        start = _common(before, after)
        end = _common(before[start:][::-1], after[start:][::-1])
        last, other_last = len(before) - end, len(after) - end
        if start:
            yield KEPT, 0, start, 0, start
        yield from self._between(before[start:last], after[start:other_last], start)
        if end:
            yield KEPT, last, len(before), other_last, len(after)

    def _between(self, before: Sequence[Hashable], after: Sequence[Hashable], start: int) -> Iterator[Operation]:
        if not (before or after):
            return
        matcher = _Bounded(before, after, self.budget)
        try:
            found = matcher.get_opcodes()
        except TooMuch:
            found = [("replace", 0, len(before), 0, len(after))]
        self.budget = matcher.budget
        for name, i, j, k, m in found:
            yield (KEPT if name == "equal" else "~"), start + i, start + j, start + k, start + m

    def _changed(self, before: list[Text], after: list[Text]) -> list[Block]:
        """Blocks that stand where others stood: those that have words in common are one block that was changed."""
        found: list[Block] = []
        i = k = 0
        for j, m in [*pairs(before, after), (len(before), len(after))]:
            found += [_alone(REMOVED, text) for text in before[i:j]] + [_alone(ADDED, text) for text in after[k:m]]
            if j < len(before):
                found.append(self.block(before[j], after[m]))
            i, k = j + 1, m + 1
        return found


class TooMuch(Exception):
    """Looking any closer would cost more than it is worth."""


class _Bounded(SequenceMatcher[Any]):
    """difflib's matcher, which is quadratic at worst, with an end to its patience."""

    def __init__(self, before: Sequence[Hashable], after: Sequence[Hashable], budget: int) -> None:
        super().__init__(None, before, after)
        self.budget = budget
        positions = self.b2j  # type: ignore[attr-defined]  # a public name of difflib that typeshed leaves out
        self.steps_until = list(accumulate((1 + len(positions.get(item, ())) for item in before), initial=0))

    def find_longest_match(self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None) -> Match:
        ahi = len(self.steps_until) - 1 if ahi is None else ahi
        self.budget -= self.steps_until[ahi] - self.steps_until[alo]
        if self.budget < 0:
            raise TooMuch
        return super().find_longest_match(alo, ahi, blo, bhi)


def _common(one: Sequence[Hashable], other: Sequence[Hashable]) -> int:
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        length += 1
    return length


def pairs(before: list[Text], after: list[Text]) -> list[tuple[int, int]]:
    """Which blocks (by number) belong together: in order, and as alike as they can be."""
    if len(before) * len(after) > PAIRS:
        return [(place, place) for place in range(min(len(before), len(after))) if _alike(before[place], after[place])]
    best = [[(0.0, 0)] * (len(after) + 1) for _row in range(len(before) + 1)]
    for i in range(len(before) - 1, -1, -1):
        for k in range(len(after) - 1, -1, -1):
            alike = _alike(before[i], after[k])
            ways = [(best[i + 1][k][0], 1), (best[i][k + 1][0], 2)]
            best[i][k] = max([(best[i + 1][k + 1][0] + alike, 3), *ways] if alike else ways)
    found: list[tuple[int, int]] = []
    i = k = 0
    while i < len(before) and k < len(after):
        way = best[i][k][1]
        if way == 3:
            found.append((i, k))
        i, k = i + (way != 2), k + (way != 1)
    return found


def _alike(one: Text, other: Text) -> float:
    """How much of their words two blocks share, from 0 to 1; 0 for two that have too little in common."""
    if "read" in {one.kind, other.kind} and one.kind != other.kind:
        return 0
    if one.words == other.words:
        return 1
    total = one.bag.total() + other.bag.total()
    if one.kind == other.kind in CELLS and total <= 8:
        return 0.1  # an entry of a list or a table that stands where another stood, unless there is a better one
    if not total:
        return 0
    few, many = sorted((one.bag, other.bag), key=len)
    shared = sum(min(count, many[word]) for word, count in few.items() if word in many)
    alike = 2 * shared / total
    return alike if alike >= ALIKE else 0


def _alone(op: str, text: Text) -> Block:
    pairs = [(token, None) if op == REMOVED else (None, token) for token in text.tokens]
    return Block(text.kind, op, [DiffSegment(op, text.string)], mark_notes(pairs))


def _with_moves(blocks: list[Block]) -> list[Block]:
    """A paragraph that went from one place to another is neither new nor gone."""
    gone: dict[tuple[str, str], list[Block]] = {}
    for block in blocks:
        if block.op == REMOVED:
            gone.setdefault((block.kind, block.pieces[0].text), []).append(block)
    for block in blocks:
        if block.op == ADDED and (twins := gone.get((block.kind, block.pieces[0].text))):
            twin = twins.pop(0)
            block.is_moved = twin.is_moved = True
            twin.notes.append(_("Moved from here."))
            block.notes.append(_("Moved to here."))
    return blocks


def _both(old: str, new: str) -> list[DiffSegment]:
    return [DiffSegment(KEPT, old)] if old == new else [DiffSegment(REMOVED, old), DiffSegment(ADDED, new)]
