"""Labels for what audit events are about, chosen by hand: they outlive the names of classes and tables."""

from dataclasses import dataclass

from django.db.models import Model

LONGEST_LABEL = 20  # characters, as wide as the column of the event


@dataclass(frozen=True)
class Subject:
    """What an event is about as it stands in the log: a label and a number, never a foreign key.

    Built by hand where no row is meant (the whole site, an import): then the number is 0.
    """

    label: str
    pk: int = 0


_labels: dict[type[Model], str] = {}


def register(label: str, model: type[Model]) -> None:
    """Call rows of this model by `label` in the audit log, for good."""
    if len(label) > LONGEST_LABEL:
        raise ValueError(f"The label “{label}” of an audit subject is longer than {LONGEST_LABEL} characters.")
    if label in _labels.values() or model in _labels:
        raise ValueError(f"There are two labels for one audit subject, or two subjects called “{label}”.")
    _labels[model] = label


def subject_of(row: Model | Subject) -> Subject:
    """Return the label and the number of a row. Raises ValueError for a model that nobody registered."""
    if isinstance(row, Subject):
        return row
    model = row._meta.concrete_model
    if model not in _labels:
        raise ValueError(f"Nobody registered {row._meta.label} as the subject of audit events.")
    return Subject(_labels[model], row.pk)
