"""What readers' pages prefetch together with their articles."""

from django.db.models import Prefetch

from news.models import ArticleByline, ArticleRelated, ArticleTag


def card_prefetches() -> tuple[Prefetch, ...]:
    """Return what to prefetch for articles whose authors and tags are shown."""
    return (
        Prefetch("bylines", ArticleByline.objects.select_related("author")),
        Prefetch("tag_rows", ArticleTag.objects.select_related("tag").order_by("tag__name")),
    )


def article_page_prefetches() -> tuple[Prefetch, ...]:
    """Return what to prefetch for an article's page: bylines, tags, related links and the articles these lead to."""
    links = ArticleRelated.objects.select_related("target", "matched_article")
    links = links.defer("target__body", "matched_article__body")
    return (*card_prefetches(), Prefetch("related_links", links))
