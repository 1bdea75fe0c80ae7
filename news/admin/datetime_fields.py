"""The hour somebody types: a date and a time on the clocks of the site, as one instant.

A time that the clocks leap over is refused. One that comes twice, when they go back, means the first of the
two, and the newsroom says so.
"""

from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.i18n.timezones import city, site_zone, utc_offset

DATE, CLOCK = "%Y-%m-%d", "%H:%M"  # what browsers send, in every language


class DateField(forms.DateField):
    """A date as browsers send it."""

    widget = forms.DateInput(attrs={"type": "date"}, format=DATE)

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=[DATE], required=False, **options)


class TimeField(forms.TimeField):
    """A time of day as browsers send it."""

    widget = forms.TimeInput(attrs={"type": "time"}, format=CLOCK)

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=[CLOCK, "%H:%M:%S"], required=False, **options)


class HourForm(forms.Form):
    """The date and the time a step asks for."""

    date = DateField(label=gettext_lazy("Date"))
    time = TimeField(label=gettext_lazy("Time"))

    @property
    def sentence(self) -> str:
        """Why what was typed is no hour."""
        return " ".join(error for errors in self.errors.values() for error in errors)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors:
            cleaned["at"] = instant(cleaned.get("date"), cleaned.get("time"))
        return cleaned


def instant(day: date | None, clock: time | None) -> datetime | None:
    """The instant of a date and a time on the site's clocks; None where neither was typed."""
    if day is None and clock is None:
        return None
    if day is None:
        raise ValidationError(_("Choose the date as well."))
    if clock is None:
        raise ValidationError(_("Choose the time as well."))
    wall = datetime.combine(day, clock)
    try:
        at = wall.replace(tzinfo=site_zone()).astimezone(UTC)
        exists = at.astimezone(site_zone()).replace(tzinfo=None) == wall
    except OverflowError:
        raise ValidationError(_("Choose a date nearer to today.")) from None
    if not exists:
        raise ValidationError(
            _("There is no %(clock)s on that day: the clocks go forward over it. Choose another time.")
            % {"clock": f"{clock:%H:%M}"}
        )
    return at


def typed(at: datetime) -> tuple[date, time]:
    """The date and the time somebody would have typed for an instant."""
    local = at.astimezone(site_zone())
    return local.date(), local.time().replace(second=0, microsecond=0)


def comes_twice(at: datetime) -> bool:
    """Whether the site's clocks show this time twice that night, so that somebody must be told which is meant."""
    local = at.astimezone(site_zone())
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def zone_label(at: datetime) -> str:
    """The site's zone as people say it, with what it is ahead of UTC at that instant: `Brussels time, UTC+1`."""
    return _("%(place)s time, UTC%(ahead)s") % {"place": city(), "ahead": utc_offset(at)}
