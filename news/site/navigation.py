"""What the head of every page shows."""

from news.models import Section
from portal.pagecache.counters import SITE, PageDependencies


def sections(dependencies: PageDependencies | None = None) -> list[Section]:
    """Return the sections in their order. A page with dependencies asks the database only after one has changed."""
    if dependencies is None:
        return list(Section.objects.all())
    return dependencies.memoize(SITE, "sections", lambda: list(Section.objects.all()))
