"""Makes HTML of a comparison: every word escaped, and never any markup but our own marks."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from news.content.diff.words import ADDED, KEPT, REMOVED, WORD, DiffSegment


def marked(pieces: Iterable[DiffSegment]) -> SafeString:
    """Pieces as HTML: every word escaped, `ins` and `del` around what changed, blanks outside of them."""
    parts: list[str] = []
    last = DiffSegment(KEPT, "")
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


def one_side(pieces: Iterable[DiffSegment], op: str) -> SafeString:
    """One of two texts alone, with what only this one says marked as neither right nor wrong."""
    parts = []
    for piece in _joined(piece for piece in pieces if piece.op in {KEPT, op}):
        start, core, end = _cored(piece.text)
        element = "{}{}{}" if piece.op == KEPT or not core else "{}<mark>{}</mark>{}"
        parts.append(format_html(element, _lines(start), _lines(core), _lines(end)))
    return mark_safe("".join(parts))


def _cored(text: str) -> tuple[str, str, str]:
    """A text without the blanks around it, and those."""
    core = text.strip()
    start = text[: len(text) - len(text.lstrip())] if core else text
    return start, core, text[len(text.rstrip()) :] if core else ""


def _lines(text: str) -> SafeString:
    return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in text.split("\n")))


def _joined(pieces: Iterable[DiffSegment]) -> Iterator[DiffSegment]:
    """Neighbours of one kind in one, so that a run of changes is one mark."""
    run: DiffSegment | None = None
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
