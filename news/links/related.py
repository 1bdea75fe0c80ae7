"""Related links: which story a bare headline names, whichever of the two comes first, and who links to a story."""

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
# The story each bare headline was found to name, by the link's uuid and its folded label.
Matches = dict[tuple[UUID, str], int]


def link_waiting_headlines(article: Article) -> None:
    """Match links that only know a headline to the story of that headline, which has just become public.

    Moves no counters. The caller moves those of the stories that link here.
    """
    for model in LINK_MODELS:
        _bare(model.objects.filter(key=article.headline_key)).exclude(content_object_id=article.pk).update(
            matched_article=article
        )


def copy_matches(copy: WorkingCopy, article: Article) -> None:
    """Give the article's links the matches of the working copy's, also of stories that have another headline by now."""
    for link in copy.related_links.filter(target=None, url="").exclude(matched_article=None):
        article.related_links.filter(uuid=link.uuid, key=link.key).update(matched_article=link.matched_article_id)


def clear_matches(article: Article) -> None:
    """Undo every match to a story that is taken off the schedule before anybody saw it."""
    for model in LINK_MODELS:
        model.objects.filter(matched_article=article).update(matched_article=None)


def matches_of(*owners: Article | WorkingCopy) -> Matches:
    """Return the matches of these rows' links; of two for one link, the later owner's."""
    return {
        (link.uuid, link.key): link.matched_article_id
        for owner in owners
        for link in owner.related_links.exclude(matched_article=None)
        if link.matched_article_id
    }


def restore_matches(owner: Article | WorkingCopy, matches: Mapping[tuple[UUID, str], int]) -> None:
    """Set the matches again after an owner's links were replaced."""
    for link in _bare(owner.related_links.all()):
        if article_id := matches.get((link.uuid, link.key)):
            owner.related_links.filter(pk=link.pk).update(matched_article=article_id)


def resolve_headlines(owner: Article | WorkingCopy) -> None:
    """Match an owner's bare headlines to the stories that have them now."""
    for link in _bare(owner.related_links.all()):
        if story := article_titled(link.key, by=owner):
            owner.related_links.filter(pk=link.pk).update(matched_article=story)


def article_titled(key: str, *, by: Article | WorkingCopy) -> Article | None:
    """The story with this folded headline, or None: one that readers see rather than one they do not."""
    stories = Article.objects.filter(headline_key=key).exclude(pk=by.pk).exclude(live_from=None)
    return stories.live().first() or stories.first()


def linking_to(article: Article) -> ArticleQuerySet:
    """Other stories with a related link to this one, chosen by an editor or matched by its headline."""
    links = ArticleRelated.objects.filter(Q(target=article) | Q(matched_article=article))
    return Article.objects.filter(pk__in=links.values("content_object")).exclude(pk=article.pk)


@dataclass(frozen=True)
class IncomingLinks:
    """The live stories that lead readers to one: how many, and the newest of them by name."""

    count: int
    first: list[Article]

    @property
    def more(self) -> int:
        return self.count - len(self.first)


def incoming_links(article: Article) -> IncomingLinks:
    """The stories whose readers lose a link when this one goes."""
    stories = linking_to(article).live()
    return IncomingLinks(stories.count(), list(stories.latest_first().defer("body")[:LISTED]))


def _bare(links: QuerySet[Link]) -> QuerySet[Link]:
    """Links that only know a headline, and no story of that headline."""
    return links.filter(target=None, matched_article=None, url="").exclude(key="")
