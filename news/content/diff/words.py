"""Cuts a text into the words and marks that a comparison counts."""

import re
from dataclasses import dataclass

KEPT, ADDED, REMOVED = "=", "+", "-"

# A figure with its separators (1.250,00 or the code 8471.30) is one word, and so is a word with its hyphens
# and accents; every other mark is a token of its own, so that "plan," against "plan" shows the comma.
TOKEN = re.compile(
    r"\n|[^\S\n]+|\d+(?:[.,]\d+)+|(?:\w[\u0300-\u036f]*)+(?:[-\u2010\u2011'’](?:\w[\u0300-\u036f]*)+)*|.", re.S
)
BLANKS = re.compile(r"[ \t\r\n\f]+")
BLANKS_BUT_LINES = re.compile(r"[ \t\r\f]+")
WORD = re.compile(r"\w")

# How a token is set: (element, attributes) pairs.
Attributes = tuple[tuple[str, str], ...]
Mark = tuple[str, Attributes]


@dataclass(frozen=True)
class DiffSegment:
    """A run of text that both versions have, or only one of them."""

    op: str
    text: str


@dataclass(frozen=True)
class Token:
    """A word or a mark, the blanks before it, and how it is set."""

    text: str
    blank: str = ""
    marks: frozenset[Mark] = frozenset()


def tokens(text: str) -> tuple[list[Token], str]:
    """The tokens of a text, and the blanks after the last one."""
    found, blank = [], ""
    for part in TOKEN.findall(text):
        if part != "\n" and part.isspace():
            blank += part
        else:
            found.append(Token(part, blank))
            blank = ""
    return found, blank


def string_of(tokens: list[Token]) -> str:
    return "".join(token.blank + token.text for token in tokens)
