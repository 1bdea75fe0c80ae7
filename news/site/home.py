"""The front page."""

from collections.abc import Iterable

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from news import page_counters
from news.models import Article, Section
from news.site import navigation
from news.site.prefetches import card_prefetches
from portal.http.urls import absolute_url
from portal.pagecache.counters import SITE, PageDependencies

IN_LATEST = 5
IN_ALSO = 3
IN_A_SECTION_BLOCK = 4


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the newest articles, and those of each section.

    Context: `lead`, `latest` and `also` (articles), `blocks` of (section, articles), `canonical`, `dependencies`.
    """
    dependencies = PageDependencies(SITE, page_counters.HOME, page_counters.LATEST)
    live = Article.objects.live(at=dependencies.at).for_cards().latest_first()
    newest = list(live[: 1 + IN_LATEST + IN_ALSO])
    lead, also = newest[:1], newest[1 + IN_LATEST :]
    large = {article.pk for article in lead + also}
    # Enough to fill a block even where all the large articles are of one section.
    candidates = live.newest_in_each_section(IN_A_SECTION_BLOCK + 1 + IN_ALSO)
    prefetch_related_objects(lead, *card_prefetches())
    page_counters.end_at_next_boundary(dependencies, page_counters.LATEST, Article.objects.all())
    sections = navigation.sections(dependencies)
    context = {
        "dependencies": dependencies,
        "canonical": absolute_url(reverse("news:home")),
        "lead": lead[0] if lead else None,
        "latest": newest[1 : 1 + IN_LATEST],
        "also": also,
        "blocks": _blocks([article for article in candidates if article.pk not in large], sections),
    }
    return dependencies.cacheable(render(request, "news/home.html", context))


def _blocks(articles: Iterable[Article], sections: list[Section]) -> list[tuple[Section, list[Article]]]:
    """Return (section, its newest articles) for each section that has any, in the order of the sections."""
    of_section: dict[int, list[Article]] = {section.pk: [] for section in sections}
    for article in articles:
        of_section.get(article.section_id, []).append(article)
    return [(section, of_section[section.pk][:IN_A_SECTION_BLOCK]) for section in sections if of_section[section.pk]]
