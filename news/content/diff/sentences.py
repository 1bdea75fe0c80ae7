"""Says in sentences what of a block changed beside its words: its kind, its formatting, its links."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from news.content.diff.reading import PART, Text
from news.content.diff.words import Mark, Token, string_of

Change = tuple[frozenset[Mark], frozenset[Mark]]  # marks that went, and that came

NAMES = {
    "p": gettext_lazy("paragraph"),
    "h2": gettext_lazy("heading"),
    "h3": gettext_lazy("smaller heading"),
    "h4": gettext_lazy("smallest heading"),
    "li": gettext_lazy("list item"),
    "td": gettext_lazy("table cell"),
    "th": gettext_lazy("table heading"),
    "caption": gettext_lazy("table caption"),
    "pre": gettext_lazy("preformatted text"),
    "blockquote": gettext_lazy("quotation"),
    "hr": gettext_lazy("line across"),
    "read": gettext_lazy("related story"),
}
# Whole sentences, never assembled from pieces: other languages inflect.
FORMATTING = {
    "strong": (gettext_lazy("“%(words)s” is bold now."), gettext_lazy("“%(words)s” is no longer bold.")),
    "em": (gettext_lazy("“%(words)s” is in italics now."), gettext_lazy("“%(words)s” is no longer in italics.")),
    "u": (gettext_lazy("“%(words)s” is underlined now."), gettext_lazy("“%(words)s” is no longer underlined.")),
    "s": (gettext_lazy("“%(words)s” is struck through now."), gettext_lazy("“%(words)s” is no longer struck through.")),
    "sub": (gettext_lazy("“%(words)s” is lowered now."), gettext_lazy("“%(words)s” is no longer lowered.")),
    "sup": (gettext_lazy("“%(words)s” is raised now."), gettext_lazy("“%(words)s” is no longer raised.")),
    "code": (gettext_lazy("“%(words)s” is set as code now."), gettext_lazy("“%(words)s” is no longer set as code.")),
}


def kind_notes(before: Text, after: Text) -> list[str]:
    """What a block was and is now, where that differs."""
    if before.kind != after.kind:
        return [_("Before: %(before)s. Now: %(after)s.") % {"before": NAMES[before.kind], "after": NAMES[after.kind]}]
    if before.around != after.around:
        return [_("Its place in a list, quotation or table changed.")]
    return []


def mark_notes(pairs: Iterable[tuple[Token | None, Token | None]]) -> list[str]:
    """Formatting and links that came or went, with the words they are on. Pairs are (old token, new token)."""
    runs: list[tuple[Change, list[Token]]] = []
    last: Change | None = None
    for old, new in pairs:
        was, now = old.marks if old else frozenset(), new.marks if new else frozenset()
        change: Change | None = None
        if was == now:
            pass
        elif old and new:
            change = (was - now, now - was)
        else:  # words that came or went: only where they lead is news, how they are set goes with them
            leads = _links_in(was), _links_in(now)
            change = leads if any(leads) else None
        if change:
            words = [token for token in (new or old,) if token]
            if change == last and runs:
                runs[-1][1].extend(words)
            else:
                runs.append((change, words))
        last = change
    return [note for change, words in runs for note in _notes_on(change, string_of(words).strip())]


def _links_in(marks: frozenset[Mark]) -> frozenset[Mark]:
    return frozenset(mark for mark in marks if mark[0] == "a")


def _notes_on(change: Change, words: str) -> Iterator[str]:
    words = words if len(words) <= 80 else words[:79] + "…"
    if {mark[0] for mark in change[0] | change[1]} == {PART}:
        yield _("“%(words)s” is set differently now.") % {"words": words}
    was, now = ({tag: dict(attrs) for tag, attrs in marks} for marks in change)
    for tag, (on, off) in FORMATTING.items():
        if (tag in now) != (tag in was):
            yield (on if tag in now else off) % {"words": words}
    old, new = was.get("a"), now.get("a")
    if old is not None and new is not None and old.get("href") == new.get("href"):
        yield _("The link on “%(words)s” has another title or language.") % {"words": words}
    elif old is not None and new is not None:
        facts = {"words": words, "before": old.get("href", ""), "after": new.get("href", "")}
        yield _("“%(words)s” leads to %(after)s now, no longer to %(before)s.") % facts
    elif new is not None:
        yield _("“%(words)s” leads to %(address)s now.") % {"words": words, "address": new.get("href", "")}
    elif old is not None:
        yield _("“%(words)s” no longer leads to %(address)s.") % {"words": words, "address": old.get("href", "")}
