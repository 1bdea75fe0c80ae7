"""What stands in the newsroom's header: apps register the lists people open every day (`<app>/admin/navigation.py`)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from django.utils.functional import Promise

Label: TypeAlias = str | Promise


@dataclass(frozen=True)
class NavigationEntry:
    """A link to a model's list in the admin, for those who may open it."""

    model: str  # "app_label.ModelName", as in settings.AUTH_USER_MODEL
    label: Label
    order: int  # lower comes first
    count: Callable[[], int] | None = None  # how many rows wait, shown beside the label; 0 shows nothing
    add_label: Label = ""  # for a button in the header that begins a new one, for those who may add one


_entries: list[NavigationEntry] = []


def register(entry: NavigationEntry) -> None:
    _entries.append(entry)


def entries() -> list[NavigationEntry]:
    """Return what apps have registered, in the order it is shown."""
    return sorted(_entries, key=lambda entry: entry.order)
