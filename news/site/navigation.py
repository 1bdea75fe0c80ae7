"""What the head of every page shows."""

from news.models import Section
from portal.pagecache import counters


def sections(reading=None):
    """The sections in their order. A page with a reading asks the database only after one has changed."""
    if reading is None:
        return list(Section.objects.all())
    return reading.memoize(counters.SITE, lambda: list(Section.objects.all()))
