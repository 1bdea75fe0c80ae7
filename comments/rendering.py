"""Render a comment's text as HTML: paragraphs, line breaks and links, nothing else.

Escaping comes first and every mark is made here, so that there is nothing to clean. Each step looks at a
character a fixed number of times, whatever somebody typed.
"""

import re
from collections import Counter
from urllib.parse import urlsplit

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

BLANK_LINE = re.compile(r"\n\s*\n")
# Where an address may end: at space, at what HTML or a sentence puts around it, at marks that turn its letters round.
LINK = re.compile(
    r"(?<![\w@])(?:https?://|www\.)[^\s<>\"“”„«»\u200b\u061c\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]+", re.I
)
ENDS_A_SENTENCE = ".,:;!?…'’‘*"
PAIRS = {")": "(", "]": "[", "}": "{"}


def rendered(body: str) -> SafeString:
    """Return the text as safe HTML: p, br and a alone, each paragraph in its own writing direction."""
    paragraphs = [lines for text in BLANK_LINE.split(body) if (lines := text.strip())]
    return format_html_join("\n", '<p dir="auto">{}</p>', ((_lines(text),) for text in paragraphs))


def links_in(body: str) -> list[tuple[str, int, int]]:
    """Return the addresses that `rendered` makes links of, as typed: (address, start, end)."""
    matches = ((_link_in(match[0]), match.start()) for match in LINK.finditer(body))
    return [(link, start, start + len(link)) for link, start in matches if link]


def _lines(text):
    return mark_safe("<br>".join(_with_links(line) for line in text.split("\n")))


def _with_links(line):
    parts, after = [], 0
    for link, start, end in links_in(line):
        parts += [format_html("{}", line[after:start]), _anchor(link)]
        after = end
    return "".join([*parts, format_html("{}", line[after:])])


def _anchor(link):
    # An address runs from left to right in every script, and vouching for it is its writer's business.
    return format_html('<a href="{}" rel="nofollow ugc noopener" dir="ltr">{}</a>', _whole(link), link)


def _link_in(address):
    """Strip the punctuation of the sentence around an address; "" where it leads to no host."""
    counts, end = Counter(address), len(address)
    while end and ((last := address[end - 1]) in ENDS_A_SENTENCE or counts[last] > counts[PAIRS.get(last, last)]):
        counts[last] -= 1
        end -= 1
    link = address[:end]
    try:
        parts = urlsplit(_whole(link))
    except ValueError:  # half an IPv6 address, or letters that turn into others
        return ""
    # A name before the host is how one site is made to look like another: bank.example@evil.example.
    has_host = (parts.hostname or "").removeprefix("www.").strip(".")
    return link if has_host and "@" not in parts.netloc else ""


def _whole(link):
    """Add the scheme that people leave out before www."""
    return f"https://{link}" if link.lower().startswith("www.") else link
