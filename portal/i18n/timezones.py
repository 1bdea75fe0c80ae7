"""The site's time zone: the city it is named after, and its offset from UTC."""

from datetime import datetime, tzinfo

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

# Cities whose names are translated; elsewhere the name of the zone will do.
CITIES = {
    "Europe/Brussels": pgettext_lazy("clock", "Brussels"),
    "Europe/Warsaw": pgettext_lazy("clock", "Warsaw"),
}


def site_zone() -> tzinfo:
    return timezone.get_default_timezone()


def city(zone: tzinfo | None = None) -> str | Promise:
    """Return the city a zone is named after; without a zone, the site's."""
    name = str(zone or site_zone())
    return CITIES.get(name) or name.rpartition("/")[2].replace("_", " ")


def utc_offset(at: datetime) -> str:
    """Return how far the site's zone is ahead of UTC at an instant: `+1`, `-3:30`."""
    offset = f"{at.astimezone(site_zone()):%z}"
    hours, minutes = offset[1:3].lstrip("0") or "0", offset[3:5]
    return f"{offset[0]}{hours}" + (f":{minutes}" if minutes != "00" else "")
