"""Whole numbers that people or their browsers sent: of rows, pages, seconds, bytes.

Python's `int` takes more than a database or an address should: signs, blanks, underscores, the digits of every
script, and numbers without end.
"""

import re

LONGEST = 18  # digits; more do not fit a database's largest integer
ONE_SPELLING = re.compile(r"[1-9][0-9]*")


def plain_number(text: object, *, longest: int = LONGEST) -> int | None:
    """Return the number a text says in plain digits, or None."""
    digits = str(text if text is not None else "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= longest else None


def page_number(text: str) -> int | None:
    """Return the number of a page, or None. One spelling of each: any other would be another address of that page."""
    return plain_number(text, longest=6) if ONE_SPELLING.fullmatch(text) else None


class NumberConverter:
    """The path converter `number`: one spelling of each number, as in `page_number`."""

    regex = f"[1-9][0-9]{{0,{LONGEST - 1}}}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)
