"""The site's clock: its time zone, what people call it, and how far it is ahead of UTC."""

from datetime import datetime, tzinfo

from django.utils import timezone
from django.utils.translation import pgettext_lazy

# Cities that have other names in other languages; the rest are called as their zone is.
CITIES = {
    "Europe/Brussels": pgettext_lazy("clock", "Brussels"),
    "Europe/Warsaw": pgettext_lazy("clock", "Warsaw"),
}


def site_zone() -> tzinfo:
    """Return the time zone in which the site prints every time."""
    zone: tzinfo = timezone.get_default_timezone()
    return zone


def city(zone: tzinfo | None = None) -> str:
    """Return the city a time zone is known by; without a zone the site's."""
    name = str(zone or site_zone())
    return str(CITIES.get(name, "")) or name.rpartition("/")[2].replace("_", " ")


def utc_offset(at: datetime) -> str:
    """Return how far the site's clock is ahead of UTC at an instant: `+1`, `-3:30`."""
    offset = f"{at.astimezone(site_zone()):%z}"
    hours, minutes = offset[1:3].lstrip("0") or "0", offset[3:5]
    return f"{offset[0]}{hours}" + (f":{minutes}" if minutes != "00" else "")
