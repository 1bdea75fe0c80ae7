"""The panels of the newsroom's start page: apps register what waits for a person (`<app>/admin/dashboard.py`)."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Area(StrEnum):
    """Where on the start page a panel stands."""

    SUMMARY = "summary"  # a line under the headline
    ALARMS = "alarms"
    MAIN = "main"
    SIDE = "side"


@dataclass(frozen=True)
class PanelContent:
    """What a panel shows to one person."""

    context: dict[str, Any]  # its template reads it as `panel`
    count: int = 0  # added to the headline "… things wait for you"


Render = Callable[[Any], PanelContent | None]


@dataclass(frozen=True)
class Panel:
    name: str
    template: str
    area: Area
    order: int  # lower comes first within the area
    content: Render  # called with the user; None: nothing to show them


_panels: list[Panel] = []


def panel(template: str, *, area: Area, order: int) -> Callable[[Render], Render]:
    """Register a function as a panel, named after the function: it takes the user and returns what to show, or None.

    @panel("admin/news/_panel_drafts.html", area=Area.MAIN, order=50)
    def drafts(person): ...
    """

    def register(function: Render) -> Render:
        _panels.append(Panel(function.__name__, template, area, order, function))
        return function

    return register


def panels() -> list[Panel]:
    """Return every registered panel, in the order in which an area shows them."""
    return sorted(_panels, key=lambda panel: panel.order)
