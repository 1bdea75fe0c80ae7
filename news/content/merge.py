"""Merges what two people made of one story, and finds the conflicts in which somebody has to choose.

Works on contents as `revisions.snapshot` gives them and touches no row. What only one of them changed is taken
from that one: fields whole, rows one by one, the text block by block. Where both changed the same thing there is a
`Conflict`, and whoever saves says whose it is to be.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import chain, zip_longest
from typing import Any, NamedTuple

from news import body
from news.content import diff, schema
from news.content.fields import ContentData, Field, Links, OrderedReferences, References, RichText
from portal.audit.log import canonical

THEIRS, MINE, BOTH = "theirs", "mine", "both"
Link = dict[str, Any]
# Which of the new blocks an old one has become is looked at closely while that is so many letters of reading;
# sixty paragraphs of 500 letters, each changed, take four million.
CLOSELY = 4_000_000
NOBODY_KNOWS = object()  # what it was before: nothing equals it


@dataclass(frozen=True)
class Location:
    """Where something is: a field, and in the text the kind of block and its number among its like."""

    name: str
    kind: str = ""
    number: int = 0


@dataclass(frozen=True)
class Conflict:
    """One location where both wrote: what it was and what each made of it. In the text these are lists of blocks."""

    location: Location
    base: Any
    theirs: Any
    mine: Any
    key: str  # the same on the page that asks and in the answer, while both texts there are the same

    @property
    def offers_both(self) -> bool:
        """Paragraphs can stand one after the other, and tags beside each other; two headlines cannot."""
        field = schema.field_named(self.location.name)
        is_list = isinstance(field, RichText | References) and not isinstance(field, OrderedReferences)
        return is_list and bool(self.theirs) and bool(self.mine)

    def resolved(self, choice: str) -> Any:
        """What a choice makes of it. Mine, where there is none: nothing typed is ever gone without a word."""
        if choice == THEIRS:
            return self.theirs
        if choice == BOTH and self.offers_both:
            return self.theirs + [part for part in self.mine if part not in self.theirs]
        return self.mine


class Block(NamedTuple):
    """One block of a text, and how it is known again, however an editor in a browser has spelt it."""

    html: str
    key: str

    @classmethod
    def all_of(cls, html: str) -> list[Block]:
        return [cls(block, body.spelt_alike(block)) for block in body.blocks(html)]


class Merge:
    """What two people made of one content. `base` is None where nobody knows what it was before.

    Somebody chooses in each of the `conflicts`; `only_theirs` and `only_mine` are the locations one of us changed.
    """

    def __init__(self, base: Mapping[str, Any] | None, theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> None:
        self.base = None if base is None else _cleaned(base)
        self.theirs, self.mine = _cleaned(theirs), _cleaned(mine)
        self.conflicts: list[Conflict] = []
        self.only_theirs: list[Location] = []
        self.only_mine: list[Location] = []
        self._keys: Counter[str] = Counter()
        self._parts = {field.name: self._merged(field) for field in schema.FIELDS}

    def content(self, choices: Mapping[str, str]) -> ContentData:
        """The content both wrote, with a choice (by the conflict's key) wherever they met."""

        def resolved(part: Any) -> Any:
            return part.resolved(choices.get(part.key, MINE)) if isinstance(part, Conflict) else part

        def whole(field: Field, part: Any) -> Any:
            if isinstance(field, RichText) and isinstance(part, list):
                return body.clean("\n".join(chain.from_iterable(map(resolved, part))))
            if isinstance(field, Links):
                return [link for link in map(resolved, part) if link]
            if isinstance(field, References) and not isinstance(field, OrderedReferences):
                return sorted(resolved(part), key=_by_number_then_name)
            return resolved(part)

        content = {field.name: whole(field, self._parts[field.name]) for field in schema.FIELDS}
        return self._with_lines_and_links(content)

    # ---- field by field

    def _merged(self, field: Field) -> Any:
        """What becomes of a field: its value or a conflict; of links and of the text a list of parts and conflicts."""
        match field:
            case RichText():
                return self._body(field.name)
            case Links():
                return self._links(field.name)
            case OrderedReferences():
                return self._ordered(field.name)
            case References():
                return self._set(field.name)
            case _:
                return self._whole(field.name)

    def _decided(
        self, location: Location, base: Any, theirs: Any, mine: Any, compared: tuple[Any, Any, Any] | None = None
    ) -> Any:
        """The value of whoever changed it, or a conflict where both did, differently.

        `compared` are the three in the form in which they are compared.
        """
        was, they, me = compared or (base, theirs, mine)
        if they == me:
            return theirs
        if they == was:
            self.only_mine.append(location)
            return mine
        if me == was:
            self.only_theirs.append(location)
            return theirs
        key = sha256(canonical([location.name, theirs, mine]).encode()).hexdigest()[:12]
        self._keys[key] += 1
        if self._keys[key] > 1:  # the same two paragraphs may meet in several places
            key = f"{key}-{self._keys[key]}"
        conflict = Conflict(location, base, theirs, mine, key)
        self.conflicts.append(conflict)
        return conflict

    def _was(self, name: str) -> Any:
        return NOBODY_KNOWS if self.base is None else self.base[name]

    def _whole(self, name: str) -> Any:
        return self._decided(Location(name), self._was(name), self.theirs[name], self.mine[name])

    def _set(self, name: str) -> Any:
        """As a set: what either put on or took off."""
        base, theirs, mine = self._was(name), self.theirs[name], self.mine[name]
        compared = base if base is NOBODY_KNOWS else set(base), set(theirs), set(mine)
        if base is NOBODY_KNOWS or _only_one_changed(*compared):
            return self._decided(Location(name), base, theirs, mine, compared)
        self.only_theirs.append(Location(name))
        self.only_mine.append(Location(name))
        return list(_both_of(base, theirs, mine))

    def _ordered(self, name: str) -> Any:
        """One by one, in the order of whoever moved somebody; where both did, the whole line is asked."""
        base, theirs, mine = self._was(name), self.theirs[name], self.mine[name]
        if base is not NOBODY_KNOWS and not _only_one_changed(base, theirs, mine):
            line = _in_order(base, theirs, mine, _both_of(base, theirs, mine))
            if line is not None:
                self.only_theirs.append(Location(name))
                self.only_mine.append(Location(name))
                return line
        return self._decided(Location(name), base, theirs, mine)

    def _links(self, name: str) -> list[Link | Conflict]:
        """One by one, by what they are about; in my order where both moved them. Links or conflicts of them."""
        base, theirs, mine = ({link["uuid"]: link for link in links} for links in self._three(name))
        if list(theirs) == list(mine) and theirs == mine:
            return list(self.theirs[name])
        decided = {}
        for uuid in dict.fromkeys([*theirs, *mine, *base]):
            was = NOBODY_KNOWS if self.base is None else base.get(uuid)
            decided[uuid] = self._decided(Location(name), was, theirs.get(uuid), mine.get(uuid))
        wanted = [uuid for uuid, link in decided.items() if link is not None]
        order = _in_order(base, theirs, mine, wanted)
        if order is None:
            order = [uuid for uuid in mine if uuid in wanted] + [uuid for uuid in wanted if uuid not in mine]
        return [decided[uuid] for uuid in order]

    def _three(self, name: str) -> tuple[list[Any], list[Any], list[Any]]:
        return [] if self.base is None else self.base[name], self.theirs[name], self.mine[name]

    # ---- the text

    def _body(self, name: str) -> Any:
        """A text as it is where one of them left it alone; else lists of blocks, and conflicts between them."""
        base, theirs, mine = self._was(name), self.theirs[name], self.mine[name]
        if base is NOBODY_KNOWS:
            return list(self._by_blocks(Block.all_of(theirs), theirs, mine))
        compared = body.spelt_alike(base), body.spelt_alike(theirs), body.spelt_alike(mine)
        if len({*compared}) < 3:
            return self._decided(Location(name), base, theirs, mine, compared)
        return list(self._by_blocks(Block.all_of(base), theirs, mine))

    def _by_blocks(self, base: list[Block], theirs: str, mine: str) -> Iterator[Any]:
        """Each gap and each block on its own, so that what one put in beside a block both changed is simply there."""
        numbers: tuple[Counter[str], Counter[str]] = Counter(), Counter()
        texts = base, Block.all_of(theirs), Block.all_of(mine)
        for before, *both in zip(*(_slots(base, after) for after in texts), strict=True):
            yield self._block_decided(before, both[0], both[1], numbers)
            for seen, blocks in zip(numbers, both, strict=True):
                seen.update(kind_of(block.html) for block in blocks)

    def _block_decided(
        self,
        blocks_before: list[Block],
        blocks_theirs: list[Block],
        blocks_mine: list[Block],
        numbers: tuple[Counter[str], Counter[str]],
    ) -> Any:
        compared: tuple[Any, Any, Any] = _keys(blocks_before), _keys(blocks_theirs), _keys(blocks_mine)
        before, theirs, mine = (
            [block.html for block in blocks] for blocks in (blocks_before, blocks_theirs, blocks_mine)
        )
        if compared[0] == compared[1] == compared[2]:
            return before
        kind = kind_of((mine or theirs or before)[0])
        location = Location("body", kind, numbers[bool(mine) or not theirs][kind] + 1)
        if self.base is None:
            return self._decided(location, NOBODY_KNOWS, theirs, mine, (NOBODY_KNOWS, *compared[1:]))
        return self._decided(location, before, theirs, mine, compared)

    # ---- READ lines and their links

    def _with_lines_and_links(self, content: ContentData) -> ContentData:
        """No READ line comes to be without its link, nor a link in the text without its line, because two texts met.

        What one of them had already is left as it was: the checklist tells of it.
        """
        text = self._each_line_once(content["body"])
        lines, links = set(map(str, body.tokens(text))), {link["uuid"]: link for link in content["related"]}
        for uuid in {**dict.fromkeys(map(str, body.tokens(text))), **links}:
            state = uuid in lines, links[uuid]["placement"] if uuid in links else None
            if state in self._states(uuid):
                continue
            link = links.get(uuid) or next(known[uuid] for known in self._known_links if uuid in known)
            links[uuid] = {**link, "placement": "inline" if uuid in lines else "end"}
        return content | {"body": text, "related": list(links.values())}

    def _each_line_once(self, text: str) -> str:
        """A READ line that each moved to another place stands at the first of them."""
        seen: Counter[str] = Counter()
        most = self._lines_theirs | self._lines_mine

        def kept(found: re.Match[str]) -> str:
            seen[found[1]] += 1
            return found[0] if seen[found[1]] <= max(most[found[1]], 1) else ""

        once = body.TOKEN.sub(kept, text)
        return text if once == text else body.clean(once)

    def _states(self, uuid: str) -> set[tuple[bool, str | None]]:
        mine, theirs = self._known_links[:2]
        return {
            (uuid in lines, links[uuid]["placement"] if uuid in links else None)
            for lines, links in ((self._lines_theirs, theirs), (self._lines_mine, mine))
        }

    @cached_property
    def _known_links(self) -> list[dict[str, Link]]:
        return [{link["uuid"]: link for link in links} for links in reversed(self._three("related"))]

    @cached_property
    def _lines_theirs(self) -> Counter[str]:
        return Counter(map(str, body.tokens(self.theirs["body"])))

    @cached_property
    def _lines_mine(self) -> Counter[str]:
        return Counter(map(str, body.tokens(self.mine["body"])))


def _cleaned(content: Mapping[str, Any]) -> ContentData:
    """A whole content, its text as the sanitiser writes it."""
    whole = schema.complete(content)
    return whole | {field.name: body.clean(whole[field.name]) for field in schema.FIELDS if isinstance(field, RichText)}


def kind_of(block: str) -> str:
    """What a block is, by its element: "p", "ul" … and "read"; loose words are a paragraph."""
    element = body.ELEMENT.match(block)
    name = element[2] if element else "p"
    return "read" if name == "div" else name if name in body.BLOCKS else "p"


def _keys(blocks: Sequence[Block]) -> tuple[str, ...]:
    return tuple(block.key for block in blocks)


def _slots(base: list[Block], after: list[Block]) -> list[list[Block]]:
    """What a side made of each gap and each block of the base, in turn: gap, block, gap, …, gap; each a list.

    One after the other they are the side's text, so nothing can be in none of them.
    """
    slots: list[list[Block]] = [[] for _slot in range(2 * len(base) + 1)]
    for op, i, j, k, m in diff.Matcher().operations(_keys(base), _keys(after)):
        if op == diff.KEPT:
            for number in range(i, j):
                slots[2 * number + 1] = [base[number]]
            continue
        last, new = i, k
        for one, other in [*_pairs(base[i:j], after[k:m]), (j - i, m - k)]:
            one, other = i + one, k + other
            _stand_in(slots, range(last, one), base, after[new:other])
            if one < j:
                slots[2 * one + 1] = [after[other]]
            last, new = one + 1, other + 1
    return slots


def _stand_in(slots: list[list[Block]], numbers: range, base: list[Block], new: list[Block]) -> None:
    """New blocks where others were and none is like another: each for the next one, the rest in the gap behind.

    A READ line is never what became of a paragraph, nor a paragraph of a READ line.
    """
    lines = {kind_of(block.html) == "read" for block in [*base[numbers.start : numbers.stop], *new]}
    in_turn = new[: len(numbers)] if len(lines) == 1 else []
    for number, block in zip(numbers, in_turn, strict=False):
        slots[2 * number + 1] = [block]
    slots[2 * numbers.stop] += new[len(in_turn) :]


def _pairs(before: list[Block], after: list[Block]) -> list[tuple[int, int]]:
    """Which of the new blocks an old one has become, by the words they share."""
    old, new = (sum(len(block.key) for block in blocks) for blocks in (before, after))
    if old * len(after) + new * len(before) > CLOSELY:
        return []
    return diff.pairs([_words(block) for block in before], [_words(block) for block in after])


def _words(block: Block) -> diff.Text:
    return diff.Text(kind_of(block.html), (), diff.tokens(body.plain_text(block.html))[0])


# ---- lists of names


def _only_one_changed(base: Any, theirs: Any, mine: Any) -> bool:
    return base in (theirs, mine) or theirs == mine


def _both_of(base: Sequence[Any], theirs: Sequence[Any], mine: Sequence[Any]) -> list[Any]:
    """What is in both, or was put in by one; in a steady order."""
    return [one for one in dict.fromkeys([*theirs, *mine]) if (one in theirs and one in mine) or one not in base]


def _in_order(
    base: Iterable[Hashable], theirs: Iterable[Hashable], mine: Iterable[Hashable], wanted: Sequence[Any]
) -> list[Any] | None:
    """What is wanted, in the order of whoever moved something, newcomers after whom they came after.

    None where both moved something, each otherwise.
    """
    common = set(base) & set(theirs) & set(mine)
    was, they, me = ([one for one in line if one in common] for line in (base, theirs, mine))
    if me == was:
        line, other = theirs, mine
    elif they in (was, me):
        line, other = mine, theirs
    else:
        return None
    found = [one for one in line if one in wanted]
    for before, one in zip_longest([None, *other], other):
        if one in wanted and one not in found:
            found.insert(found.index(before) + 1 if before in found else 0, one)
    return found


def _by_number_then_name(tag: int | str) -> tuple[bool, int, str]:
    return isinstance(tag, str), tag if isinstance(tag, int) else 0, str(tag)
