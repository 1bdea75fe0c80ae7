"""Wordlists, and finding their entries in what readers write, however disguised, in one pass over the text.

A list has one word or phrase a line; `#` begins a comment. A word is found as a whole word, whatever its case and
diacritics: `ban` is not in "urban". A star at either end lets it go on there: `casino*` finds "casinos".

Letters are compared as a reader sees them: compatibility forms (wide, bold) as the plain letter, a Cyrillic or Greek
letter as the Latin one it looks like, and what has no width or stands on top of a letter not at all. A text is read
twice: as it stands, and with the digits and signs that stand in for letters (c4s1n0) as those. What looks alike in two
alphabets is one word here, so a list can hold more than it means to, never less: `сор` is also "cop". That is why a
word on a list makes a comment wait or spam and never turns its writer away.

The search is an Aho-Corasick automaton (`ahocorasick_rs`): its time grows with the text and not with the list.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice, pairwise

import ahocorasick_rs
from django.utils.translation import gettext as _

from portal.text.folding import UNDECOMPOSED, fold

LONGEST = 100  # letters of an entry: it is a word or a phrase, not a comment
MOST = 5000  # entries of a list
MOST_PLACES = 20  # of one word in one text: more would only paint it yellow
PIECE = 250  # letters searched at a time
MOST_FINDS = 2000  # in one text, so that words within words (`*a*`, `*aa*`, …) do not multiply its length

# From Unicode's confusables.txt: what keyboards and "fancy text" pages give for a to z. By the small letter, so that
# capitals and small ones stay one word; where the two look like different letters (Greek Ν, ν), like the capital.
LOOKALIKES = str.maketrans({
    letter: plain
    for plain, alike in {
        "a": "аαɑᴀ", "b": "вβьʙ", "c": "сϲᴄ", "d": "ԁᴅ", "e": "еεєᴇ", "f": "ꜰ", "g": "ԍɡɢ", "h": "нһηʜ", "i": "іιɩɪ",
        "j": "јϳᴊ", "k": "кκᴋ", "l": "ӏʟ", "m": "мμᴍ", "n": "пνɴ", "o": "оοσօᴏ", "p": "рρᴘ", "q": "ԛ", "r": "гʀ",
        "s": "ѕꜱ", "t": "тτᴛ", "u": "ᴜ", "v": "ѵᴠ", "w": "ԝωѡᴡ", "x": "хχ", "y": "уүυγʏ", "z": "ζᴢ",
    }.items()
    for letter in alike
})  # fmt: skip
# Not letters to a reader though Unicode calls them so: fillers of Hangul, and the blank of Braille.
INVISIBLE = frozenset("\u115f\u1160\u3164\uffa0\u2800")
# Marks that stand on a letter, and what has no width at all: joiners, soft hyphens, commands of direction.
UNSEEN = frozenset({"Mn", "Me", "Cf"})
FOR_LETTERS = str.maketrans("01345789@$!|", "oieastbgasil")


@lru_cache(maxsize=4096)
def _letters(letter):
    """Return what one character is compared as: usually one letter, for a ligature several, for a mark none."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", letter).translate(UNDECOMPOSED))
    visible = "".join(char for char in plain if unicodedata.category(char) not in UNSEEN and char not in INVISIBLE)
    return unicodedata.normalize("NFKD", visible.casefold()).translate(LOOKALIKES)


@dataclass(frozen=True)
class NormalizedText:
    """A text as it is compared, with the position in the original of each of its letters."""

    letters: str
    places: list = field(repr=False)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Map a range of `letters` to a range of the original, with the marks on its last letter."""
        after = self.places[end - 1] + 1
        if self.letters[end : end + 1].strip():
            after = max(after, self.places[end])
        return self.places[start], after


def read(text: str) -> NormalizedText:
    """Fold a text letter by letter; a run of white space is one space."""
    letters, places, before = [], [], " "
    for place, letter in enumerate(text):
        for one in " " if letter.isspace() else _letters(letter):
            if one.isspace():
                one = " "
                if before == " ":
                    continue
            letters.append(one)
            places.append(place)
            before = one
    return NormalizedText("".join(letters), places)


def without_disguise(letters: str) -> str:
    """Replace digits and signs by the letters they stand in for; the length stays."""
    return letters.translate(FOR_LETTERS)


def readings(name: str) -> set[str]:
    """Return what a name may be read as: two look alike if they share one. A `name_search_key` is one of them."""
    plain = read(name).letters
    read_as = {fold(name), plain, without_disguise(plain)}
    return (read_as | {" ".join(re.findall(r"[^\W_]+", letters)) for letters in read_as}) - {""}


@dataclass(frozen=True)
class Entry:
    """A line of a wordlist."""

    line: str
    letters: str
    starts_word: bool
    ends_word: bool

    @classmethod
    def of(cls, line: str) -> "Entry":
        return cls(line, read(line.strip("*")).letters.strip(), not line.startswith("*"), not line.endswith("*"))


def entries_in(text: str) -> list[Entry]:
    """Return the entries of a wordlist: without comments and blanks, none twice."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [Entry.of(line) for line in dict.fromkeys(lines) if line]


def problems_in(text: str) -> Iterator[str]:
    """Yield what is wrong with a wordlist, as sentences for whoever wrote it."""
    entries = entries_in(text)
    if len(entries) > MOST:
        yield _("Shorten the list to %(most)d lines; now it has %(count)d.") % {"most": MOST, "count": len(entries)}
    for entry in entries:
        params = {"line": entry.line[:40]}
        if not any(letter.isalnum() for letter in entry.letters):
            yield _("“%(line)s” has no letter and no digit: it would find nothing, or everything.") % params
        elif len(entry.letters) > LONGEST:
            yield _("“%(line)s…” is longer than 100 letters: a line is one word or a phrase.") % params
        elif "*" in entry.letters:
            yield _("“%(line)s” has a star inside; it works at the beginning and at the end of a line.") % params


@dataclass(frozen=True)
class Match:
    line: str
    spans: list


class WordList:
    """A wordlist compiled into an Aho-Corasick automaton over the letters of its entries."""

    def __init__(self, text: str):
        self.entries = [entry for entry in entries_in(text) if any(letter.isalnum() for letter in entry.letters)]
        self._by_letters = {}  # `casino` and `*casino*` have the same letters
        for entry in self.entries:
            self._by_letters.setdefault(entry.letters, []).append(entry)
        self._longest = max(map(len, self._by_letters), default=0)
        self._patterns = list(self._by_letters.values())
        self._automaton = ahocorasick_rs.AhoCorasick(list(self._by_letters)) if self.entries else None

    def found_in(self, text: str) -> list[Match]:
        """Return every entry found in the text, with its spans there."""
        spans = {}
        if self.entries:
            normalized = read(text)
            for letters in dict.fromkeys([normalized.letters, without_disguise(normalized.letters)]):
                for entry, start, end in islice(self._matches(letters), MOST_FINDS):
                    entry_spans = spans.setdefault(entry.line, set())
                    if len(entry_spans) < MOST_PLACES:
                        entry_spans.add(normalized.span(start, end))
        return [Match(line, sorted(entry_spans)) for line, entry_spans in spans.items()]

    def _matches(self, letters):
        """Yield matches by where they end, the longest first, as (entry, start, end).

        The automaton returns whole lists, so it is asked piece by piece: a caller that has enough stops early.
        """
        breaks = _word_breaks(letters)
        for begins in range(0, len(letters), PIECE):
            offset = max(begins - self._longest + 1, 0)
            piece = letters[offset : begins + PIECE]
            for pattern, start, end in self._automaton.find_matches_as_indexes(piece, overlapping=True):
                start, end = start + offset, end + offset
                if end > begins:  # else the piece before had it
                    for entry in self._patterns[pattern]:
                        if (breaks[start] or not entry.starts_word) and (breaks[end] or not entry.ends_word):
                            yield entry, start, end


@lru_cache(maxsize=4)
def word_list(text: str) -> WordList:
    """Return the compiled list, cached per process while its text stays the same."""
    return WordList(text)


def _word_breaks(letters):
    """Return for each position whether a word may begin or end there: anywhere but between two letters or digits."""
    in_word = [letter.isalnum() for letter in letters]
    return [True, *(not (before and after) for before, after in pairwise(in_word)), True]
