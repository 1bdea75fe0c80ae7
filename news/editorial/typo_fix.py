"""What counts as mending a typo: a few letters in the words readers see, and nothing that could mean something else."""

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from news import body
from news.content import schema
from news.content.fields import RichText

MARKUP = re.compile(r"(<[^>]*>)")
# A figure with its sign, its separators and what it counts: -5%, 1.250 and 1,250, ½.
DIGIT = r"[\d\u00bc-\u00be\u2150-\u215e]"
FIGURES = re.compile(rf"[-\u2212\u2013+±]?{DIGIT}+(?:[.,:/'’\s]{DIGIT}+)*\s?[%‰€$£]?|[€$£]")
LONGEST = 2_000  # of one run of text in which letters are matched; a change further apart is no typo


def why_not(before: Mapping[str, Any], after: Mapping[str, Any], *, at_most: int) -> str:
    """Return the sentence why the way from one content to another is more than a typo, or "" when it is one.

    Only the story's own words may differ, by at most so many characters in all. Figures are never a typo here: a
    tariff of 3% and one of 8% differ by a single character. Links, formatting and every other field stay as they are.
    """
    before, after = schema.complete(before), schema.complete(after)
    texts = [field.name for field in schema.story_texts()]
    bodies = [field.name for field in schema.FIELDS if isinstance(field, RichText)]
    if any(before[name] != after[name] for name in before if name not in {*texts, *bodies}):
        return _("More than words changed; a second reader looks at that.")
    runs = [(before[name], after[name]) for name in texts]
    for name in bodies:
        old, new = (MARKUP.split(body.clean(content[name])) for content in (before, after))
        if old[1::2] != new[1::2]:
            return _("Links, formatting or paragraphs changed; a second reader looks at that.")
        runs += zip(old[::2], new[::2], strict=True)
    if any(FIGURES.findall(was) != FIGURES.findall(now) for was, now in runs):
        return _("A figure changed; a second reader looks at that.")
    changed = sum(_characters_changed(was, now) for was, now in runs)
    if changed > at_most:
        return ngettext(
            "%(changed)s character changed since two people last read it; one person alone may change %(most)s.",
            "%(changed)s characters changed since two people last read it; one person alone may change %(most)s.",
            changed,
        ) % {"changed": changed, "most": at_most}
    return ""


def _characters_changed(was: str, now: str) -> int:
    if was == now:
        return 0
    start = 0
    while start < min(len(was), len(now)) and was[start] == now[start]:
        start += 1
    end = 0
    while end < min(len(was), len(now)) - start and was[-1 - end] == now[-1 - end]:
        end += 1
    was, now = was[start : len(was) - end], now[start : len(now) - end]
    if max(len(was), len(now)) > LONGEST:
        return max(len(was), len(now))
    matcher = SequenceMatcher(None, was, now, autojunk=False)
    return sum(max(i2 - i1, j2 - j1) for op, i1, i2, j1, j2 in matcher.get_opcodes() if op != "equal")
