"""One way to compare words: compatibility forms, case, diacritics (ł too) and spaces folded away."""

import re
import unicodedata

from django.utils.text import slugify as django_slugify

# Letters that Unicode does not decompose: without these "Cło" would lose a letter and become another word.
UNDECOMPOSED = str.maketrans({
    "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D",
    "þ": "th", "Þ": "Th", "ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ı": "i",
})  # fmt: skip


def fold(text: str) -> str:
    """Return the canonical key of a text: equal keys mean the same words to a reader."""
    text = unicodedata.normalize("NFKC", text).translate(UNDECOMPOSED)
    decomposed = unicodedata.normalize("NFKD", text)
    letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return re.sub(r"\s+", " ", letters.casefold()).strip()


def slugify(text: str, length: int = 80) -> str:
    """Return a slug of at most `length` characters, cut at a word: "Cło na łodzie" becomes "clo-na-lodzie"."""
    slug = django_slugify(fold(text))
    if len(slug) <= length:
        return slug
    return slug[: length + 1].rpartition("-")[0] or slug[:length]
