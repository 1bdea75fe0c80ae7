"""The registry of audit kinds: what can be recorded, about what, and the sentence that tells it to people.

Each app registers its own in `<app>/audit_kinds.py`, which is imported at start-up. A kind is named `noun.verb`, the
verb in the past tense: `article.published`. Names and labels stay for good, because what is in the log is signed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Model
from django.utils.functional import Promise

from portal.models import audit_subjects
from portal.models.audit_subjects import Subject, subject_of

NAME = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*")
LONGEST_NAME = 40  # characters, as wide as the column of the event
SITE = Subject("site")  # what is about no one row: an import, a search, a purge


@dataclass(frozen=True)
class Kind:
    """One kind of event. `sentence` has the fields {who} and, where it needs them, names of facts."""

    name: str
    subjects: frozenset[str]
    sentence: str | Promise


_kinds: dict[str, Kind] = {}


def register_subjects(subjects: Mapping[str, type[Model]]) -> None:
    """Call rows of these models by these labels in the audit log."""
    for label, model in subjects.items():
        audit_subjects.register(label, model)


def register(*subjects: str, sentences: Mapping[str, str | Promise]) -> None:
    """Make kinds known, by name, whose events are about one of these subjects."""
    for name, sentence in sentences.items():
        if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
            raise ValueError(f"“{name}” is no name of an audit kind: noun.verb, at most {LONGEST_NAME} characters.")
        if name in _kinds:
            raise ValueError(f"There are two audit kinds called {name}.")
        _kinds[name] = Kind(name, frozenset(subjects), sentence)


def registered() -> Mapping[str, Kind]:
    """Return every kind by its name."""
    return dict(_kinds)


def sentence_for(name: str) -> str | Promise | None:
    """Return the sentence of a kind; None for one that nobody knows any more."""
    kind = _kinds.get(name)
    return kind.sentence if kind else None


def checked_subject(name: str, row: Model | Subject) -> Subject:
    """Return what an event of this kind is about. Raises ValueError where kind or subject are not registered."""
    if name not in _kinds:
        raise ValueError(f"Nobody registered an audit kind called {name}.")
    subject = subject_of(row)
    if subject.label not in _kinds[name].subjects:
        raise ValueError(f"An event {name} is not about “{subject.label}”.")
    return subject
