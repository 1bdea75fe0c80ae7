"""Highlight the passages of a comment that its reasons are about; escaped, so that nothing can inject."""

from itertools import pairwise

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


def highlight(text: str, sentences: list[tuple]) -> SafeString:
    """Return the text as HTML; after a passage stands the number of its reason. Passages may overlap or repeat.

    `sentences` are (number, sentence, [(start, end), …]) as `explanations.sentences` gives them.
    """
    spans = [
        (max(start, 0), min(end, len(text)), number)
        for number, _sentence, ranges in sentences
        for start, end in ranges
        if max(start, 0) < min(end, len(text))
    ]
    cuts = sorted({0, len(text), *(place for start, end, _number in spans for place in (start, end))})
    return format_html_join("", "{}", ((_piece(text, start, end, spans),) for start, end in pairwise(cuts)))


def _piece(text, start, end, spans):
    """Render the text between two cuts, which is wholly inside or outside of each passage."""
    if not any(begun <= start < ended for begun, ended, _number in spans):
        return text[start:end]
    ending = ", ".join(str(number) for number in sorted({one for _begun, ended, one in spans if ended == end}))
    number = format_html("<sup>{}</sup>", ending) if ending else ""
    return format_html('<mark class="nr-hit">{}{}</mark>', text[start:end], number)
