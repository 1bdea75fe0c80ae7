"""Two versions of a story, and what differs between them: words, links, formatting, and what stands beside the text.

Works on contents as a revision keeps them and touches no row. What it returns is plain text in pieces; the
only markup ever made of it is `marked`, which escapes every word, so that nothing in a revision can inject.
"""

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from functools import cached_property
from html.parser import HTMLParser
from itertools import accumulate

from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from news.content import body

KEPT, ADDED, REMOVED = "=", "+", "-"

# A figure with its separators (1.250,00 or the code 8471.30) is one word, and so is a word with its hyphens
# and accents; every other mark is a token of its own, so that "plan," against "plan" shows the comma.
TOKEN = re.compile(
    r"\n|[^\S\n]+|\d+(?:[.,]\d+)+|(?:\w[\u0300-\u036f]*)+(?:[-\u2010\u2011'’](?:\w[\u0300-\u036f]*)+)*|.", re.S
)
BLANKS = re.compile(r"[ \t\r\n\f]+")
WORD = re.compile(r"\w")
# Steps of the matcher that one comparison may take; 5,000 words of prose with every paragraph changed take about
# 100,000. What would go beyond, and a block or a text that is no prose any more, is shown as replaced whole: a
# paragraph of a megabyte must not hold up the newsroom.
BUDGET = 5_000_000
PAIRS = 40_000
LONGEST_BLOCK = 100_000
MOST_BLOCKS = 4_000
NEAR = 12  # of ten thousand quotations inside each other, only the innermost are looked at
ALIKE = 0.4  # two paragraphs with less in common are two paragraphs, not one that was changed

BLOCKS = {"p", "h2", "h3", "h4", "li", "td", "th", "caption", "pre", "blockquote"}
CELLS = {"li", "td", "th"}
PART = "part"  # marks a word that is only partly set so
AROUND = {"ul", "ol", "table", "thead", "tbody", "tr"}
NAMES = {
    "p": gettext_lazy("paragraph"),
    "h2": gettext_lazy("heading"),
    "h3": gettext_lazy("smaller heading"),
    "h4": gettext_lazy("smallest heading"),
    "li": gettext_lazy("list item"),
    "td": gettext_lazy("table cell"),
    "th": gettext_lazy("table heading"),
    "caption": gettext_lazy("table caption"),
    "pre": gettext_lazy("preformatted text"),
    "blockquote": gettext_lazy("quotation"),
    "hr": gettext_lazy("line across"),
    "read": gettext_lazy("related story"),
}
# Whole sentences, never assembled from pieces: other languages inflect.
FORMATTING = {
    "strong": (gettext_lazy("“%(words)s” is bold now."), gettext_lazy("“%(words)s” is no longer bold.")),
    "em": (gettext_lazy("“%(words)s” is in italics now."), gettext_lazy("“%(words)s” is no longer in italics.")),
    "u": (gettext_lazy("“%(words)s” is underlined now."), gettext_lazy("“%(words)s” is no longer underlined.")),
    "s": (gettext_lazy("“%(words)s” is struck through now."), gettext_lazy("“%(words)s” is no longer struck through.")),
    "sub": (gettext_lazy("“%(words)s” is lowered now."), gettext_lazy("“%(words)s” is no longer lowered.")),
    "sup": (gettext_lazy("“%(words)s” is raised now."), gettext_lazy("“%(words)s” is no longer raised.")),
    "code": (gettext_lazy("“%(words)s” is set as code now."), gettext_lazy("“%(words)s” is no longer set as code.")),
}


@dataclass(frozen=True)
class DiffSegment:
    op: str
    text: str


@dataclass(frozen=True)
class Token:
    """A word or a mark, the blanks before it, and how it is set."""

    text: str
    blank: str = ""
    marks: frozenset = frozenset()


@dataclass
class Text:
    """One block of one version: what it is, where it stands (lists, tables and their attributes), and its tokens."""

    kind: str
    around: tuple
    tokens: list
    end: str = ""  # blanks after the last token

    @cached_property
    def words(self):
        return [token.text for token in self.tokens]

    @cached_property
    def bag(self):
        return Counter(word for word in self.words if WORD.search(word))

    @property
    def string(self):
        return "".join(token.blank + token.text for token in self.tokens) + self.end

    @cached_property
    def key(self):
        return self.kind, self.around, tuple(self.tokens), self.end


@dataclass
class Block:
    """One paragraph, heading, list item or cell, as pieces kept, added and removed, and sentences about the rest."""

    kind: str
    op: str  # kept, added, removed, or "~": changed inside
    pieces: list
    notes: list = field(default_factory=list)
    is_moved: bool = False

    @property
    def together(self):
        return marked(self.pieces)

    @property
    def before(self):
        return marked(piece for piece in self.pieces if piece.op != ADDED)

    @property
    def after(self):
        return marked(piece for piece in self.pieces if piece.op != REMOVED)

    @property
    def is_kept(self):
        return self.op == KEPT

    @property
    def name(self):
        return NAMES[self.kind]

    def words(self, op):
        if self.is_moved:
            return 0
        texts = (piece.text for piece in self.pieces if piece.op == op)
        return sum(bool(WORD.search(word)) for text in texts for word in text.split())


@dataclass
class UnchangedRun:
    """Blocks that did not change, one after another; folded to one line."""

    blocks: list


@dataclass
class Field:
    """Something beside the text that differs, by its name; a line of pieces for each thing that changed."""

    label: str
    lines: list

    @property
    def shown(self):
        return format_html_join(mark_safe("<br>"), "{}", ((marked(line),) for line in self.lines))


@dataclass
class Comparison:
    headline: Block
    standfirst: Block
    blocks: list  # of the body
    fields: list
    is_same: bool  # to the letter

    @property
    def body(self):
        """The blocks in their order, unchanged ones gathered into gaps."""
        gathered = []
        for block in self.blocks:
            if not block.is_kept:
                gathered.append(block)
            elif gathered and isinstance(gathered[-1], UnchangedRun):
                gathered[-1].blocks.append(block)
            else:
                gathered.append(UnchangedRun([block]))
        return gathered

    @property
    def added(self):
        return self._count(ADDED)

    @property
    def removed(self):
        return self._count(REMOVED)

    @property
    def says_the_same(self):
        """Whether there is nothing to show."""
        texts = [self.headline, self.standfirst, *self.blocks]
        return not self.fields and all(block.is_kept for block in texts)

    def _count(self, op):
        return sum(block.words(op) for block in [self.headline, self.standfirst, *self.blocks])


def compare(before, after, names=None):
    """What changed between two contents. `names` says what their numbers are called: {"tags": {1: "WCO"}, …}."""
    names = {place: (names or {}).get(place, {}) for place in ("sections", "tags", "authors", "stories", "languages")}
    matcher = Matcher()
    return Comparison(
        headline=matcher.line("h2", before["headline"], after["headline"]),
        standfirst=matcher.line("p", before["standfirst"], after["standfirst"]),
        blocks=matcher.blocks(texts(before, names), texts(after, names)),
        fields=fields(before, after, names, matcher),
        is_same=before == after,
    )


def marked(pieces):
    """Pieces as HTML: every word escaped, `ins` and `del` around what changed, blanks outside of them."""
    parts, last = [], DiffSegment(KEPT, "")
    for piece in _joined(pieces):
        start, core, end = _cored(piece.text)
        if piece.op == KEPT:
            parts.append(_lines(piece.text))
        elif not core:
            parts.append(format_html("<ins>{}</ins>" if piece.op == ADDED else "<del>{}</del>", _lines(piece.text)))
        else:
            if not start and last.op == REMOVED and WORD.match(last.text[-1:]) and WORD.match(core):
                start = " "  # between two words that stand for each other
            element = "{}<ins>{}</ins>{}" if piece.op == ADDED else "{}<del>{}</del>{}"
            parts.append(format_html(element, _lines(start), _lines(core), _lines(end)))
        last = piece
    return mark_safe("".join(parts))


def one_side(pieces, op):
    """One of two texts alone, with what only this one says marked as neither right nor wrong."""
    parts = []
    for piece in _joined(piece for piece in pieces if piece.op in {KEPT, op}):
        start, core, end = _cored(piece.text)
        element = "{}{}{}" if piece.op == KEPT or not core else "{}<mark>{}</mark>{}"
        parts.append(format_html(element, _lines(start), _lines(core), _lines(end)))
    return mark_safe("".join(parts))


def _cored(text):
    """A text without the blanks around it, and those."""
    core = text.strip()
    start = text[: len(text) - len(text.lstrip())] if core else text
    return start, core, text[len(text.rstrip()) :] if core else ""


def _lines(text):
    return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in text.split("\n")))


def _joined(pieces):
    """Neighbours of one kind in one, so that a run of changes is one mark."""
    run = None
    for piece in pieces:
        if not piece.text:
            continue
        if run and run.op == piece.op:
            run = replace(run, text=run.text + piece.text)
        else:
            if run:
                yield run
            run = piece
    if run:
        yield run


# ---- reading


def texts(content, names):
    """The blocks of a body, a READ line as the headline it shows."""
    rows = {link["uuid"]: link for link in content["related"]}
    reader = _Reader(lambda uuid: _link_label(rows[uuid], names) if uuid in rows else "?")
    reader.feed(body.clean(content["body"]))
    reader.close()
    reader.end_block()
    if len(reader.texts) > MOST_BLOCKS:
        return [Text("p", (), [Token("\n".join(text.string for text in reader.texts))])]
    return reader.texts


def tokens(text):
    """The tokens of a text, and the blanks after the last one."""
    found, blank = [], ""
    for part in TOKEN.findall(text):
        if part != "\n" and part.isspace():
            blank += part
        else:
            found.append(Token(part, blank))
            blank = ""
    return found, blank


class _Reader(HTMLParser):
    """Reads a cleaned body into blocks."""

    def __init__(self, read_label):
        super().__init__(convert_charrefs=True)
        self.read_label = read_label
        self.texts, self.open, self.inline, self.runs = [], [], [], []
        self.verbatim = 0

    def handle_starttag(self, tag, attrs):
        attrs = tuple(sorted((name, value or "") for name, value in attrs))
        if tag == "div":
            self.end_block()
            label, _end = tokens(self.read_label(dict(attrs).get("data-related", "")))
            self.texts.append(Text("read", (), label))
        elif tag == "hr":
            self.end_block()
            self.texts.append(Text("hr", self._around(), [Token("———")]))
        elif tag == "br":
            self.runs.append(("\n", self._marks()))
        elif tag in BLOCKS or tag in AROUND:
            self.end_block()
            self.open.append((tag, attrs))
            self.verbatim += tag == "pre"
        else:
            self.inline.append((tag, attrs))

    def handle_endtag(self, tag):
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

    def handle_data(self, text):
        self.runs.append((text if self.verbatim else BLANKS.sub(" ", text), self._marks()))

    def end_block(self):
        """Whatever was read since the last edge of a block is one."""
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

    def _around(self):
        return len(self.open), *self.open[-NEAR:]

    def _marks(self):
        return frozenset(self.inline[-NEAR:])


def _set(found, runs):
    """The tokens with the marks of the runs they are in; a word set in several ways ("<b>re</b>open") has them all."""
    ends = list(accumulate(len(text) for text, _marks in runs))
    place = run = 0
    marked = []
    for token in found:
        place += len(token.blank)
        end = place + len(token.text)
        while ends[run] <= place:
            run += 1
        marks, cuts, last = runs[run][1], [], run
        while ends[last] < end:
            cuts.append(ends[last] - place)
            last += 1
            marks |= runs[last][1]
        marks |= {(PART, (("cut at", str(cuts)),))} if marks and cuts else set()
        marked.append(replace(token, marks=marks))
        place = end
    return marked


# ---- matching


class Matcher:
    """Aligns tokens and blocks, and stops looking closely once that has cost enough."""

    def __init__(self, budget=BUDGET):
        self.budget = budget

    def line(self, kind, before, after):
        """A text without markup."""
        one, other = (Text(kind, (), *tokens(BLANKS_BUT_LINES.sub(" ", text))) for text in (before, after))
        return self.block(one, other)

    def blocks(self, before, after):
        found = []
        for op, i, j, k, m in self.operations([text.key for text in before], [text.key for text in after]):
            if op == KEPT:
                found += [self.block(one, other) for one, other in zip(before[i:j], after[k:m], strict=True)]
            else:
                found += self._changed(before[i:j], after[k:m])
        return _with_moves(found)

    def block(self, before, after):
        """The same block in two versions, word by word."""
        if before.key == after.key:
            return Block(after.kind, KEPT, [DiffSegment(KEPT, after.string)])
        pieces, pairs = [], []
        for op, i, j, k, m in self.operations(before.words, after.words):
            if op == KEPT:
                for old, new in zip(before.tokens[i:j], after.tokens[k:m], strict=True):
                    pieces += _both(old.blank, new.blank)
                    pieces.append(DiffSegment(KEPT, new.text))
                    pairs.append((old, new))
            else:
                pieces.append(DiffSegment(REMOVED, _string(before.tokens[i:j])))
                pieces.append(DiffSegment(ADDED, _string(after.tokens[k:m])))
                pairs += [(old, None) for old in before.tokens[i:j]] + [(None, new) for new in after.tokens[k:m]]
        pieces = [piece for piece in [*pieces, *_both(before.end, after.end)] if piece.text]
        return Block(after.kind, "~", pieces, [*_kind_notes(before, after), *_mark_notes(pairs)])

    def operations(self, before, after):
        """(op, i, j, k, m) as difflib gives them, with one op for whatever is not kept; common ends cost nothing."""
        start = _common(before, after)
        end = _common(before[start:][::-1], after[start:][::-1])
        last, other_last = len(before) - end, len(after) - end
        if start:
            yield KEPT, 0, start, 0, start
        yield from self._between(before[start:last], after[start:other_last], start)
        if end:
            yield KEPT, last, len(before), other_last, len(after)

    def _between(self, before, after, start):
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

    def _changed(self, before, after):
        """Blocks that stand where others stood: those that have words in common are one block that was changed."""
        found, i, k = [], 0, 0
        for j, m in [*pairs(before, after), (len(before), len(after))]:
            found += [_alone(REMOVED, text) for text in before[i:j]] + [_alone(ADDED, text) for text in after[k:m]]
            if j < len(before):
                found.append(self.block(before[j], after[m]))
            i, k = j + 1, m + 1
        return found


BLANKS_BUT_LINES = re.compile(r"[ \t\r\f]+")


class TooMuch(Exception):
    """Looking any closer would cost more than it is worth."""


class _Bounded(SequenceMatcher):
    """difflib's matcher, which is quadratic at worst, with an end to its patience."""

    def __init__(self, before, after, budget):
        super().__init__(None, before, after)
        self.budget = budget
        places = (1 + len(self.b2j.get(item, ())) for item in before)
        self.steps_until = list(accumulate(places, initial=0))

    def find_longest_match(self, alo=0, ahi=None, blo=0, bhi=None):
        self.budget -= self.steps_until[ahi] - self.steps_until[alo]
        if self.budget < 0:
            raise TooMuch
        return super().find_longest_match(alo, ahi, blo, bhi)


def _common(one, other):
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        length += 1
    return length


def pairs(before, after):
    """Which blocks belong together: in order, and as alike as they can be."""
    if len(before) * len(after) > PAIRS:
        return [(place, place) for place in range(min(len(before), len(after))) if _alike(before[place], after[place])]
    best = [[(0.0, 0)] * (len(after) + 1) for _row in range(len(before) + 1)]
    for i in range(len(before) - 1, -1, -1):
        for k in range(len(after) - 1, -1, -1):
            alike = _alike(before[i], after[k])
            ways = [(best[i + 1][k][0], 1), (best[i][k + 1][0], 2)]
            best[i][k] = max([(best[i + 1][k + 1][0] + alike, 3), *ways] if alike else ways)
    found, i, k = [], 0, 0
    while i < len(before) and k < len(after):
        way = best[i][k][1]
        if way == 3:
            found.append((i, k))
        i, k = i + (way != 2), k + (way != 1)
    return found


def _alike(one, other):
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


def _alone(op, text):
    pairs = [(token, None) if op == REMOVED else (None, token) for token in text.tokens]
    return Block(text.kind, op, [DiffSegment(op, text.string)], _mark_notes(pairs))


def _with_moves(blocks):
    """A paragraph that went from one place to another is neither new nor gone."""
    gone = {}
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


def _both(old, new):
    return [DiffSegment(KEPT, old)] if old == new else [DiffSegment(REMOVED, old), DiffSegment(ADDED, new)]


def _string(tokens):
    return "".join(token.blank + token.text for token in tokens)


# ---- what is told in sentences


def _kind_notes(before, after):
    if before.kind != after.kind:
        return [_("Before: %(before)s. Now: %(after)s.") % {"before": NAMES[before.kind], "after": NAMES[after.kind]}]
    if before.around != after.around:
        return [_("Its place in a list, quotation or table changed.")]
    return []


def _mark_notes(pairs):
    """Formatting and links that came or went, with the words they are on. Pairs are (old token, new token)."""
    runs, last = [], None
    for old, new in pairs:
        was, now = old.marks if old else frozenset(), new.marks if new else frozenset()
        if was == now:
            change = None
        elif old and new:
            change = (was - now, now - was)
        else:  # words that came or went: only where they lead is news, how they are set goes with them
            change = tuple(frozenset(mark for mark in marks if mark[0] == "a") for marks in (was, now))
            change = change if any(change) else None
        if change:
            token = new or old
            if change == last and runs:
                runs[-1][1].append(token)
            else:
                runs.append((change, [token]))
        last = change
    return [note for change, words in runs for note in _notes_on(change, _string(words).strip())]


def _notes_on(change, words):
    words = words if len(words) <= 80 else words[:79] + "…"
    if {mark[0] for mark in change[0] | change[1]} == {PART}:
        yield _("“%(words)s” is set differently now.") % {"words": words}
    was, now = ({tag: dict(attrs) for tag, attrs in marks} for marks in change)
    for tag, (on, off) in FORMATTING.items():
        if (tag in now) != (tag in was):
            yield (on if tag in now else off) % {"words": words}
    old, new = was.get("a"), now.get("a")
    if old is not None and new is not None and old.get("href") == new.get("href"):
        yield _("The link on “%(words)s” has another title or language.") % {"words": words}
    elif old is not None and new is not None:
        facts = {"words": words, "before": old.get("href", ""), "after": new.get("href", "")}
        yield _("“%(words)s” leads to %(after)s now, no longer to %(before)s.") % facts
    elif new is not None:
        yield _("“%(words)s” leads to %(address)s now.") % {"words": words, "address": new.get("href", "")}
    elif old is not None:
        yield _("“%(words)s” no longer leads to %(address)s.") % {"words": words, "address": old.get("href", "")}


# ---- beside the text

WORDED = {
    "dateline": gettext_lazy("Dateline"),
    "source": gettext_lazy("Source"),
    "seo_title": gettext_lazy("Title for search engines"),
    "seo_description": gettext_lazy("Description for search engines"),
}


def fields(before, after, names, matcher):
    """What differs beside the text, in the order of the editor's rail."""

    def called(place, pk):
        return names[place].get(pk) or (_("deleted since") if pk else "")

    found = [
        (_("Section"), _whole(called("sections", before["section"]), called("sections", after["section"]))),
        (_("Language"), _whole(*(names["languages"].get(c["language"], c["language"]) for c in (before, after)))),
        (WORDED["dateline"], _worded(matcher, before["dateline"], after["dateline"])),
        (WORDED["source"], _worded(matcher, before["source"], after["source"])),
        (_("Address"), _whole(before["slug"], after["slug"])),
        (_("Tags"), _any_order(before["tags"], after["tags"], lambda pk: called("tags", pk))),
        (_("Bylines"), _in_order(before["authors"], after["authors"], lambda pk: called("authors", pk))),
        (_("Related links"), _links(before["related"], after["related"], names)),
        (WORDED["seo_title"], _worded(matcher, before["seo_title"], after["seo_title"])),
        (WORDED["seo_description"], _worded(matcher, before["seo_description"], after["seo_description"])),
    ]
    return [Field(str(label), lines) for label, lines in found if lines]


def _whole(before, after):
    return [[DiffSegment(REMOVED, before), DiffSegment(ADDED, after)]] if before != after else []


def _worded(matcher, before, after):
    return [matcher.line("p", before, after).pieces] if before != after else []


def _any_order(before, after, called):
    added = sorted(called(pk) for pk in set(after) - set(before))
    removed = sorted(called(pk) for pk in set(before) - set(after))
    return _in_a_row(
        [DiffSegment(ADDED, name) for name in added] + [DiffSegment(REMOVED, name) for name in removed], " "
    )


def _in_order(before, after, called):
    """Names in their order, all of them, so that one can see who stood where."""
    if before == after:
        return []
    pieces = []
    for name, i, j, k, m in SequenceMatcher(None, before, after).get_opcodes():
        if name == "equal":
            pieces += [DiffSegment(KEPT, called(pk)) for pk in after[k:m]]
        else:
            pieces += [DiffSegment(REMOVED, called(pk)) for pk in before[i:j]]
            pieces += [DiffSegment(ADDED, called(pk)) for pk in after[k:m]]
    return _in_a_row(pieces, ", ")


def _in_a_row(pieces, between):
    return [[part for piece in pieces for part in (DiffSegment(KEPT, between), piece)][1:]] if pieces else []


def _links(before, after, names):
    old, new = ({link["uuid"]: link for link in links} for links in (before, after))
    lines = []
    for uuid in dict.fromkeys([*old, *new]):
        was, now = old.get(uuid), new.get(uuid)
        if was is None or now is None:
            lines.append([DiffSegment(ADDED if now else REMOVED, _link_label(now or was, names))])
        elif was != now:
            lines.append(_link_pieces(was, now, names))
    kept = [uuid for uuid in old if uuid in new]
    if not lines and kept != [uuid for uuid in new if uuid in old]:
        lines.append([DiffSegment(KEPT, _("Their order changed."))])
    return lines


def _link_pieces(was, now, names):
    pieces = _whole(_link_label(was, names), _link_label(now, names))
    pieces = pieces[0] if pieces else [DiffSegment(KEPT, _link_label(now, names))]
    for old, new in (
        (_placement(was), _placement(now)),
        (was["url"], now["url"]),
        (_story(was, names), _story(now, names)),
    ):
        if old != new:
            pieces += [
                DiffSegment(KEPT, "\n"),
                DiffSegment(REMOVED, old),
                DiffSegment(KEPT, " "),
                DiffSegment(ADDED, new),
            ]
    return pieces


def _placement(link):
    return _("in the text") if link["placement"] == "inline" else _("at the end")


def _story(link, names):
    return names["stories"].get(link["target"], _("deleted since")) if link["target"] else ""


def link_in_words(link, names):
    """A related link in one line: what it shows, where it leads if that is another site, and where it stands."""
    return ", ".join(filter(None, [_link_label(link, names), link["label"] and link["url"], _placement(link)]))


def _link_label(link, names):
    return link["label"] or names["stories"].get(link["target"]) or link["url"] or "?"
