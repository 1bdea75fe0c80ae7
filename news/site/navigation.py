"""What the head of every page shows."""

from news.models import Section
from portal.pagecache import counters


def sections(dependencies=None):
    """The sections in their order. A page with a reading asks the database only after one has changed."""
    if dependencies is None:
        return list(Section.objects.all())
    return dependencies.memoize(counters.SITE, lambda: list(Section.objects.all()))
