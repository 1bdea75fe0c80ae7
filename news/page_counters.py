"""Which pages show an article, and what of it: the names of the cache counters, and which of them a change bumps.

A writer takes `counters_for(article)` before its change, and bumps what `changed_since` returns after it: a page is
invalidated when something it shows has changed, and stays stored otherwise. Counters are named by addresses, because
a page has to read them before it knows anything else (docs/decisions/0002, 0013).
"""

from bisect import bisect_right
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from typing import Any, NamedTuple

from django.db.models import Q

from news.content.summary import summary
from news.models import Article, ArticleRelated, Author, Content, Section, Slug, Tag
from news.querysets import OPENING_LENGTH, ArticleQuerySet
from portal.models.fields import SearchKeyField
from portal.pagecache.counters import SITE, PageDependencies

HOME = "home"  # what the front page shows of articles, and the most discussed of them
LATEST = "latest"  # titles of all articles, of which error pages show the newest

# What of an article's content its title and its card leave out. A field added later is taken to be shown in both.
NOT_ON_CARDS = {"source", "seo_title", "seo_description", "body"}  # of the text they print only the opening
NOT_IN_TITLES = NOT_ON_CARDS | {"standfirst", "dateline", "section_id"}
CONTENT_FIELDS = [field.attname for field in Content._meta.local_fields if not isinstance(field, SearchKeyField)]

Shown = dict[str, Hashable]


def of_article(slug: str) -> str:
    return f"article:{slug}"


def of_section(slug: str) -> str:
    return f"section:{slug}"


def of_tag(slug: str) -> str:
    return f"tag:{slug}"


class Contribution(NamedTuple):
    """What another app's pages show of articles."""

    possible: Callable[[str], Iterable[str]]
    shown: Callable[[Article, Collection[str]], Mapping[str, Hashable]]


_contributions: list[Contribution] = []


def register(
    *,
    possible: Callable[[str], Iterable[str]],
    shown: Callable[[Article, Collection[str]], Mapping[str, Hashable]],
) -> None:
    """Let another app's pages depend on articles.

    `possible(slug)` names the counters that something on an article's page may depend on; `shown(article, slugs)`
    maps counters of the app's own to what their pages show of an article, as `counters_for` does.
    """
    _contributions.append(Contribution(possible, shown))


def possible_for(slug: str) -> set[str]:
    """Return the counters that an answer at the address of an article may turn out to depend on."""
    more = (name for contribution in _contributions for name in contribution.possible(slug))
    return {SITE, LATEST, of_article(slug), *more}


def counters_for(article: Article) -> Shown:
    """Map the counter of each page that shows the article to what that page shows of it, as it is now.

    An article still to appear counts as shown: its hour is when those pages end.
    """
    slugs = list(article.slugs.values_list("slug", flat=True))
    shown: Shown = {}
    if article.is_live_or_coming():
        title = title_of(article)
        line = (title, summary(article))
        tags = list(article.tags.order_by("slug").values_list("slug", "kind"))
        shown = {LATEST: title, HOME: _card(article, [slug for slug, kind in tags if kind == Tag.Kind.HS])}
        shown |= {of_article(slug): title for slug in _linking_slugs(article)}
        shown |= {of_tag(slug): line for slug, _kind in tags}
        if article.section:
            shown[of_section(article.section.slug)] = line
    for contribution in _contributions:
        shown |= contribution.shown(article, slugs)
    return shown | {of_article(slug): _whole(article) for slug in slugs}


def changed_since(before: Mapping[str, Hashable], article: Article) -> set[str]:
    """Return the counters of the pages on which the article appeared, disappeared or looks different since
    `counters_for` returned `before`."""
    after, absent = counters_for(article), object()
    return {name for name in {*before, *after} if before.get(name, absent) != after.get(name, absent)}


def title_of(article: Article) -> Hashable:
    """Return what every list shows of an article: its title, where it leads, and from when until when."""
    return (article.live_from, article.live_until, *_content(article, NOT_IN_TITLES))


def counters_for_name(thing: Section | Tag | Author, before: Mapping[str, Any]) -> set[str]:
    """Return the counters of the pages that show a section, a tag or an author; `before` as renaming took it."""
    if isinstance(thing, Section):
        return {SITE}
    rows = {"tag_rows__tag": thing} if isinstance(thing, Tag) else {"bylines__author": thing}
    articles = Article.objects.live_or_coming().filter(**rows)
    slugs = Slug.objects.filter(article__in=articles.order_by().values("pk")).values_list("slug", flat=True)
    names = {of_article(slug) for slug in slugs}
    if not isinstance(thing, Tag):
        return names | ({HOME} if names else set())
    is_on_cards = Tag.Kind.HS in {thing.kind, before["kind"]}
    return names | {of_tag(thing.slug), of_tag(before["slug"])} | ({HOME} if names and is_on_cards else set())


def end_at_next_boundary(dependencies: PageDependencies, counter: str, articles: ArticleQuerySet) -> None:
    """End a page that lists these articles when the next of them appears or goes. The counter is that of the list."""
    moments = dependencies.memoize(counter, "boundaries", lambda: articles.next_boundaries(after=dependencies.at))
    dependencies.expires_at(moments[bisect_right(moments, dependencies.at) :][:1])


def _whole(article: Article) -> Hashable:
    """What an article's own page shows. Only steps write the rest of its row, and they say when."""
    window = (article.live_from, article.live_until, article.withdrawn_at, article.withdrawal_note)
    return (article.live_revision_id, article.changed_at, *window)


def _card(article: Article, hs_codes: list[str]) -> Hashable:
    """What the front page shows of an article, wherever it stands there."""
    authors = tuple(article.bylines.order_by("position", "pk").values_list("author_id", flat=True))
    return (
        *(article.live_from, article.live_until, *_content(article, NOT_ON_CARDS)),
        *(article.body[:OPENING_LENGTH], authors, tuple(hs_codes)),
    )


def _content(article: Article, left_out: set[str]) -> tuple[Hashable, ...]:
    return tuple(getattr(article, name) for name in CONTENT_FIELDS if name not in left_out)


def _linking_slugs(article: Article) -> set[str]:
    """Return the addresses of the articles that show a link to this one."""
    links = ArticleRelated.objects.filter(Q(target=article) | Q(matched_article=article))
    return set(links.values_list("content_object__slugs__slug", flat=True)) - {None}
