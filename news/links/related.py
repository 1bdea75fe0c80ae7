"""Related links: match bare headlines to articles, whichever comes first, and find who links to an article."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from news.models import Article, ArticleRelated, RelatedLink, WorkingCopy, WorkingCopyRelated
from news.querysets import ArticleQuerySet

LISTED = 5
Link = TypeVar("Link", bound=RelatedLink)
LINK_MODELS: tuple[Any, ...] = (ArticleRelated, WorkingCopyRelated)
# The article (id) that each bare headline is matched to, by the link's uuid and its folded label.
Matches = dict[tuple[UUID, str], int]


def link_waiting_headlines(article: Article) -> None:
    """Match links that only have a headline to the article of that headline, which has just become public.

    Does not invalidate pages: the caller bumps the counters of the articles that link here.
    """
    for model in LINK_MODELS:
        _bare(model.objects.filter(key=article.headline_key)).exclude(content_object_id=article.pk).update(
            matched_article=article
        )


def copy_matches(copy: WorkingCopy, article: Article) -> None:
    """Copy the matches of the working copy's links to the article's, even if the headlines have changed since."""
    for link in copy.related_links.filter(target=None, url="").exclude(matched_article=None):
        article.related_links.filter(uuid=link.uuid, key=link.key).update(matched_article=link.matched_article_id)


def clear_matches(article: Article) -> None:
    """Remove every match to an article that is unscheduled before it went live."""
    for model in LINK_MODELS:
        model.objects.filter(matched_article=article).update(matched_article=None)


def matches_of(*owners: Article | WorkingCopy) -> Matches:
    """Return the matches of the owners' links; where two owners have one for the same link, the later owner's."""
    return {
        (link.uuid, link.key): link.matched_article_id
        for owner in owners
        for link in owner.related_links.exclude(matched_article=None)
        if link.matched_article_id
    }


def restore_matches(owner: Article | WorkingCopy, matches: Mapping[tuple[UUID, str], int]) -> None:
    """Set the matches of an owner's links again after the links were replaced."""
    for link in _bare(owner.related_links.all()):
        if article_id := matches.get((link.uuid, link.key)):
            owner.related_links.filter(pk=link.pk).update(matched_article=article_id)


def resolve_headlines(owner: Article | WorkingCopy) -> None:
    """Match an owner's bare headlines to the stories that have them now."""
    for link in _bare(owner.related_links.all()):
        if story := article_titled(link.key, by=owner):
            owner.related_links.filter(pk=link.pk).update(matched_article=story)


def article_titled(key: str, *, by: Article | WorkingCopy) -> Article | None:
    """Return the article with this folded headline, a live one if there is one, or None."""
    stories = Article.objects.filter(headline_key=key).exclude(pk=by.pk).exclude(live_from=None)
    return stories.live().first() or stories.first()


def linking_to(article: Article) -> ArticleQuerySet:
    """Return other articles with a related link to this one, chosen by an editor or matched by its headline."""
    links = ArticleRelated.objects.filter(Q(target=article) | Q(matched_article=article))
    return Article.objects.filter(pk__in=links.values("content_object")).exclude(pk=article.pk)


@dataclass(frozen=True)
class IncomingLinks:
    """The live articles that link to one: their number, and the newest of them."""

    count: int
    first: list[Article]

    @property
    def more(self) -> int:
        return self.count - len(self.first)


def incoming_links(article: Article) -> IncomingLinks:
    """Return the live articles that would lose a link if this one were withdrawn."""
    stories = linking_to(article).live()
    return IncomingLinks(stories.count(), list(stories.latest_first().defer("body")[:LISTED]))


def _bare(links: QuerySet[Link]) -> QuerySet[Link]:
    """Return the links that have a headline and nothing else: no target, no match, no URL."""
    return links.filter(target=None, matched_article=None, url="").exclude(key="")
