"""What the head of every page shows."""

from news import changes
from news.models import Section


def sections(reading=None):
    """The sections in their order. A page with a reading asks the database only after one has changed."""
    if reading is None:
        return list(Section.objects.all())
    return reading.remembered(changes.SITE, lambda: list(Section.objects.all()))
