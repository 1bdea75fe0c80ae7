"""Reads a body into blocks of words: paragraphs, headings, list items, cells, READ lines."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from html.parser import HTMLParser
from itertools import accumulate
from typing import Any

from news import body
from news.content.diff.words import BLANKS, WORD, Mark, Token, string_of, tokens

# A block or a text that is no prose any more is shown as replaced whole.
LONGEST_BLOCK = 100_000
MOST_BLOCKS = 4_000
NEAR = 12  # of ten thousand quotations inside each other, only the innermost are looked at

BLOCKS = {"p", "h2", "h3", "h4", "li", "td", "th", "caption", "pre", "blockquote"}
AROUND = {"ul", "ol", "table", "thead", "tbody", "tr"}
PART = "part"  # marks a word that is only partly set so

Around = tuple[Any, ...]  # how deep a block stands, and the innermost elements around it
Run = tuple[str, frozenset[Mark]]  # text that is set in one way


@dataclass
class Text:
    """One block of one version: what it is, where it stands (lists, tables and their attributes), and its tokens."""

    kind: str
    around: Around
    tokens: list[Token]
    end: str = ""  # blanks after the last token

    @cached_property
    def words(self) -> list[str]:
        return [token.text for token in self.tokens]

    @cached_property
    def bag(self) -> Counter[str]:
        return Counter(word for word in self.words if WORD.search(word))

    @property
    def string(self) -> str:
        return string_of(self.tokens) + self.end

    @cached_property
    def key(self) -> Hashable:
        return self.kind, self.around, tuple(self.tokens), self.end


def texts(html: str, links: Iterable[Mapping[str, Any]], label_of: Callable[[Mapping[str, Any]], str]) -> list[Text]:
    """The blocks of a body, a READ line as the headline it shows; `label_of` gives that of one of the links."""
    rows = {link["uuid"]: link for link in links}
    reader = _Reader(lambda uuid: label_of(rows[uuid]) if uuid in rows else "?")
    reader.feed(body.clean(html))
    reader.close()
    reader.end_block()
    if len(reader.texts) > MOST_BLOCKS:
        return [Text("p", (), [Token("\n".join(text.string for text in reader.texts))])]
    return reader.texts


class _Reader(HTMLParser):
    """Reads a cleaned body into blocks."""

    def __init__(self, read_label: Callable[[str], str]) -> None:
        super().__init__(convert_charrefs=True)
        self.read_label = read_label
        self.texts: list[Text] = []
        self.open: list[Mark] = []  # the blocks around what is read, each with its attributes
        self.inline: list[Mark] = []
        self.runs: list[Run] = []
        self.verbatim = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = tuple(sorted((name, value or "") for name, value in attrs))
        if tag == "div":
            self.end_block()
            label, _end = tokens(self.read_label(dict(attributes).get("data-related", "")))
            self.texts.append(Text("read", (), label))
        elif tag == "hr":
            self.end_block()
            self.texts.append(Text("hr", self._around(), [Token("———")]))
        elif tag == "br":
            self.runs.append(("\n", self._marks()))
        elif tag in BLOCKS or tag in AROUND:
            self.end_block()
            self.open.append((tag, attributes))
            self.verbatim += tag == "pre"
        else:
            self.inline.append((tag, attributes))

    def handle_endtag(self, tag: str) -> None:
        if tag == "div":
            return
        stack = self.open if tag in BLOCKS or tag in AROUND else self.inline
        if stack is self.open:
            self.end_block()
        for place in range(len(stack) - 1, -1, -1):
            if stack[place][0] == tag:
                del stack[place]
                self.verbatim -= tag == "pre"
                return

    def handle_data(self, text: str) -> None:
        self.runs.append((text if self.verbatim else BLANKS.sub(" ", text), self._marks()))

    def end_block(self) -> None:
        """Make a block of whatever was read since the last edge of one."""
        runs, self.runs = self.runs, []
        text = "".join(text for text, _marks in runs)
        found, blank = ([Token(text.strip())], "") if len(text) > LONGEST_BLOCK else tokens(text)
        if not found:
            return
        if len(text) <= LONGEST_BLOCK:
            found = _set(found, runs)
        if not self.verbatim:
            found[0], blank = replace(found[0], blank=""), ""
        around = [tag for tag, _attrs in self.open[-NEAR:]]
        kind = next((tag for tag in reversed(around) if tag in BLOCKS), "p")
        if kind == "p" and "blockquote" in around:
            kind = "blockquote"
        self.texts.append(Text(kind, self._around(), found, blank))

    def _around(self) -> Around:
        return len(self.open), *self.open[-NEAR:]

    def _marks(self) -> frozenset[Mark]:
        return frozenset(self.inline[-NEAR:])


def _set(found: list[Token], runs: list[Run]) -> list[Token]:
    """The tokens with the marks of the runs they are in; a word set in several ways ("<b>re</b>open") has them all."""
    ends = list(accumulate(len(text) for text, _marks in runs))
    place = run = 0
    marked = []
    for token in found:
        place += len(token.blank)
        end = place + len(token.text)
        while ends[run] <= place:
            run += 1
        marks, last = runs[run][1], run
        cuts: list[int] = []
        while ends[last] < end:
            cuts.append(ends[last] - place)
            last += 1
            marks |= runs[last][1]
        marks |= {(PART, (("cut at", str(cuts)),))} if marks and cuts else set()
        marked.append(replace(token, marks=marks))
        place = end
    return marked
