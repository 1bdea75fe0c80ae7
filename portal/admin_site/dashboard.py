"""The newsroom's start page: what waits for one person, in panels that the apps register."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from portal.registry import dashboard
from portal.registry.dashboard import Area, Panel, PanelContent


@dataclass(frozen=True)
class FilledPanel:
    """A panel with its content for one person; the template includes `template` with `context` as `panel`."""

    panel: Panel
    content: PanelContent

    @property
    def template(self) -> str:
        return self.panel.template

    @property
    def context(self) -> dict[str, Any]:
        return self.content.context

    @property
    def heading_id(self) -> str:
        """The id that the template gives to its heading."""
        return self.panel.name.replace("_", "-")


class Dashboard:
    """The panels that have something for one person, and how many items wait for them."""

    def __init__(self, person: Any) -> None:
        self.person = person

    @property
    def today(self) -> str:
        # Translators: a date format of Django's `date` filter; Polish needs "l, j E".
        return format_date(timezone.localtime(), _("l, j F") + " · H:i")

    @cached_property
    def panels(self) -> list[FilledPanel]:
        return list(self._fill())

    @property
    def count(self) -> int:
        """Return the number of waiting items that the headline names."""
        return sum(panel.content.count for panel in self.panels)

    @property
    def summary(self) -> list[FilledPanel]:
        return self._in(Area.SUMMARY)

    @property
    def alarms(self) -> list[FilledPanel]:
        return self._in(Area.ALARMS)

    @property
    def main(self) -> list[FilledPanel]:
        return self._in(Area.MAIN)

    @property
    def side(self) -> list[FilledPanel]:
        return self._in(Area.SIDE)

    @property
    def side_headings(self) -> str:
        """Return the ids of the side panels' headings, for aria-labelledby."""
        return " ".join(filled.heading_id for filled in self.side)

    def _fill(self) -> Iterator[FilledPanel]:
        for panel in dashboard.panels():
            if content := panel.content(self.person):
                yield FilledPanel(panel, content)

    def _in(self, area: Area) -> list[FilledPanel]:
        return [filled for filled in self.panels if filled.panel.area == area]
