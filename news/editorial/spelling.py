"""Names spelt two ways in one story: *Saunders* and *Sanders*, *Müller* and *Mueller*, *Zielińska* and *Zielinska*.

A suspicion for a person to judge, so it would rather miss one than cry wolf: two spellings are told apart by a
letter or two *inside* the word. What differs at the end is inflection (*Nowak, Nowaka, Nowakowi*; *Polskę, Polsce*) or
another word (*Belgium, Belgian*). English and Polish; nothing is known of other grammars.

The distance is a dozen lines of our own: `rapidfuzz` is a compiled package for what is asked a few hundred
times per story, and `difflib`'s ratio says that strings are alike, not how many letters apart they are.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, islice

from portal.text.folding import fold

SHORTEST = 4  # "Lam" and "Lim" are two people more often than one
LONG = 9  # letters from which on two of them may differ
MOST_NAMES = 250  # the first ones of a text; a register of names is nothing to compare pair by pair
MOST_PAIRS = 5

WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
POSSESSIVE = re.compile(r"['’]s?$")
# What a capital letter follows that says nothing of a name: the beginning, a full stop, a quotation mark.
SENTENCE_START = re.compile(r"(?:^|[.!?…:;•·–—])[\s\"'„“”«»‘’(\[]*$|[„“«\"(\[]$")
SENTENCE_END = re.compile(r"[.!?…][\"'”»’)\]]*\s*$")

TITLES = {
    "mr", "mrs", "ms", "dr", "prof", "sir", "professor", "director", "general", "director-general", "secretary",
    "secretary-general", "president", "minister", "chief", "commissioner", "chairman", "chairwoman", "officer",
    "inspector", "spokesman", "spokeswoman", "pan", "pani", "pana", "panu", "panem", "dyrektor", "dyrektora",
    "prezes", "prezesa", "ministra", "komisarz", "profesor", "inspektor", "naczelnik", "rzecznik", "rzeczniczka",
}  # fmt: skip
# Endings that Polish (declension, adjectives made of names, alternating consonants) and English put after a stem.
ENDINGS = {
    "", "a", "u", "i", "y", "e", "o", "owi", "em", "iem", "ie", "om", "ami", "ach", "ow", "owie", "ego", "emu", "ej",
    "ym", "im", "ych", "ich", "ymi", "imi",
}  # fmt: skip
STEMS = ["", "i", "k", "c", "g", "dz", "ch", "sz", "r", "rz", "t", "d", "sk", "ck", "dzk", "owsk", "ow", "in", "ni"]
INFLECTION = {stem + ending for stem in STEMS for ending in ENDINGS} | {"s", "es", "n", "an", "ian", "ish", "ese"}
# Two countries, whose names are one or two letters apart, and the people and adjectives made of them.
OTHERS = [("austri", "australi"), ("slova", "slove"), ("irak", "iran"), ("lotw", "litw"), ("laos", "lagos")]


@dataclass
class Name:
    """A capitalised word as the story writes it, with the other words of the names it stands in, folded."""

    spelling: str
    before: set[str] = field(default_factory=set)
    after: set[str] = field(default_factory=set)
    is_sure: bool = False  # somewhere it is capitalised for no other reason than being a name

    @cached_property
    def plain(self) -> str:
        return fold(self.spelling)


def spelt_two_ways(texts: Iterable[str], names: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Pairs of spellings that look like one name. `texts` are paragraphs, `names` those that stand beside the text."""
    found: dict[str, Name] = {}
    small: set[str] = set()
    for text in texts:
        words = list(WORD.finditer(text))
        small.update(word[0] for word in words if word[0].islower())
        _take(found, text, words, says_nothing=_is_in_capitals(text, words))
    for text in names:
        _take(found, text, list(WORD.finditer(text)), beside=True)
    capitalised = {key: name for key, name in found.items() if key not in small}
    sure = {name.plain for name in capitalised.values() if name.is_sure}
    by_letter: defaultdict[str, list[Name]] = defaultdict(list)
    for name in islice((name for key, name in capitalised.items() if len(key) >= SHORTEST), MOST_NAMES):
        by_letter[name.plain[0]].append(name)
    pairs = (
        (one.spelling, other.spelling)
        for group in by_letter.values()
        for one, other in combinations(group, 2)
        if (one.is_sure or other.is_sure) and _may_be_one(one, other, sure)
    )
    return list(islice(pairs, MOST_PAIRS))


def _is_in_capitals(text: str, words: list[re.Match[str]]) -> bool:
    """A heading Set Like This One: there every word looks like a name."""
    return (
        len(words) > 3
        and not SENTENCE_END.search(text)
        and sum(word[0][0].isupper() for word in words) > len(words) / 2
    )


def _take(
    found: dict[str, Name],
    text: str,
    words: list[re.Match[str]],
    *,
    says_nothing: bool = False,
    beside: bool = False,
) -> None:
    """Add the capitalised words of a text, by their small letters."""
    for before, word, after in zip([None, *words], words, [*words[1:], None], strict=False):
        spelling = POSSESSIVE.sub("", word[0])
        if not spelling[0].isupper() or (spelling.isupper() and len(spelling) > 1):
            continue
        name = found.setdefault(spelling.lower(), Name(spelling))
        if says_nothing:
            continue
        if before and _is_one_name(text, before, word) and (first := fold(before[0])) not in TITLES:
            name.before.add(first)
        if after and _is_one_name(text, word, after):
            name.after.add(fold(POSSESSIVE.sub("", after[0])))
        if beside or not SENTENCE_START.search(text, max(0, word.start() - 4), word.start()):
            name.is_sure = True


def _is_one_name(text: str, one: re.Match[str], other: re.Match[str]) -> bool:
    """Whether two words belong together: both capitalised, a blank between them or the full stop of an initial."""
    if not (one[0][0].isupper() and other[0][0].isupper()):
        return False
    gap = text[one.end() : other.start()]
    return gap in {" ", "\u00a0"} or (len(one[0]) == 1 and gap in {". ", ".\u00a0", "."})


def _may_be_one(one: Name, other: Name, sure: set[str]) -> bool:
    """Peter Hansen and Marta Hanson are two people; Ian Saunders and Mr Sanders may be one."""
    if not _is_near(one, other):
        return False
    if bool(one.after) != bool(other.after) or (one.after and not _meet(one.after, other.after)):
        return False
    first, second = one.before & sure, other.before & sure
    return not first or not second or _meet(first, second)


def _meet(some: set[str], others: set[str]) -> bool:
    """Whether two sets of words share one, be it inflected or an initial."""
    return any(_is_inflected(a, b) or (a[0] == b[0] and 1 in {len(a), len(b)}) for a in some for b in others)


def _is_near(one_name: Name, other_name: Name) -> bool:
    """Whether two spellings differ by a slip and not by their grammar."""
    if one_name.spelling[-1] != other_name.spelling[-1]:
        return False
    one, other = one_name.plain, other_name.plain
    if one == other:
        return True
    most = 2 if min(len(one), len(other)) >= LONG else 1
    if len(set(one) ^ set(other)) > 2 * most or _are_others(one, other) or _is_inflected(one, other):
        return False
    return _distance(one, other, most) <= most


def _are_others(one: str, other: str) -> bool:
    return any(
        (one.startswith(a) and other.startswith(b)) or (one.startswith(b) and other.startswith(a)) for a, b in OTHERS
    )


def _is_inflected(one: str, other: str) -> bool:
    """Whether both are one stem with two endings; a stem may lose up to two letters before an ending."""
    if one == other:
        return True
    same = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    stems = range(same, max(same - 3, 2), -1)
    return any(one[n:] in INFLECTION and other[n:] in INFLECTION for n in stems)


def _distance(one: str, other: str, most: int) -> int:
    """Letters to change, add or drop to make one word of the other; `most + 1` as soon as it is more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        above, row = row, [i]
        for j, b in enumerate(other, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (a != b)))
        if min(row) > most:
            return most + 1
    return row[-1]
