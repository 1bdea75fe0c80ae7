"""The site's clock: one zone for all of its hours, what people call it, and how far it is ahead of UTC."""

from django.utils import timezone
from django.utils.translation import pgettext_lazy

# Cities by which a clock is known and which other languages call otherwise; elsewhere the zone's own name will do.
CITIES = {
    "Europe/Brussels": pgettext_lazy("clock", "Brussels"),
    "Europe/Warsaw": pgettext_lazy("clock", "Warsaw"),
}


def site_zone():
    return timezone.get_default_timezone()


def city(zone=None):
    """The city a zone's clock is known by; without a zone the site's."""
    name = str(zone or site_zone())
    return CITIES.get(name) or name.rpartition("/")[2].replace("_", " ")


def utc_offset(at):
    """How far the site's clocks are ahead of UTC at an instant: `+1`, `-3:30`."""
    offset = f"{at.astimezone(site_zone()):%z}"
    hours, minutes = offset[1:3].lstrip("0") or "0", offset[3:5]
    return f"{offset[0]}{hours}" + (f":{minutes}" if minutes != "00" else "")
