"""The sections in the masthead of every page."""

from news.models import Section
from portal.pagecache.counters import SITE, PageDependencies


def sections(dependencies: PageDependencies | None = None) -> list[Section]:
    """Return the sections in order; with `dependencies` from memory, and from the database only after a change."""
    if dependencies is None:
        return list(Section.objects.all())
    return dependencies.memoize(SITE, "sections", lambda: list(Section.objects.all()))
