"""Looking for markup in a page, however its template is laid out."""

import re


def stands_in(markup, page):
    """Whether a page has this markup; white space around tags and within them does not count."""
    return tight(markup) in tight(page)


def tight(markup):
    """Without the white space that only lays a template out."""
    return re.sub(r" ?([<>]) ?", r"\1", re.sub(r"\s+", " ", markup))
