"""A proof: what the article page prints of a story that is not out, or not with these words.

Readers' templates take it for an Article. It is none, has no row and cannot be saved: only steps of the
workflow give words to readers.
"""

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from news.content import revisions
from news.links import related
from news.models import Article, ArticleByline, ArticleRelated, ArticleTag, Author, Content, Section, Tag
from portal.models import ImmutableRow
from portal.text.folding import fold


class StaticRelated(list):
    """Rows in their order, asked for as templates ask a related manager."""

    def all(self):
        return self


class PreviewArticle:
    def __init__(self, copy, words, *, tags, authors, links, hour=None):
        """`words` by the names of Content.FIELDS; `links` are unsaved rows; `hour` is when it is meant to go out."""
        for name in Content.FIELDS:
            setattr(self, name, words[name])
        self.headline = self.headline or _("Untitled")
        self.tag_rows = StaticRelated(ArticleTag(tag=tag) for tag in sorted(tags, key=lambda tag: tag.name))
        self.bylines = StaticRelated(ArticleByline(author=author) for author in authors)
        self.related_links = StaticRelated(_resolved(copy, links))
        now, article = timezone.now(), copy.article
        self.changed_at = max(now, hour or now)
        self.live_from = article.live_from if article.was_public(at=now) else self.changed_at


def of_revision(copy, revision):
    """A revision on the page. What it names and is there no more is left out, as it would be for readers."""
    if not revision.is_intact():
        raise ImmutableRow
    content = revisions.content_of(revision)
    tags, authors = Tag.objects.in_bulk(content["tags"]), Author.objects.in_bulk(content["authors"])
    proof = PreviewArticle(
        copy,
        content | {"section": Section.objects.filter(pk=content["section"]).first()},
        tags=tags.values(),
        authors=[authors[pk] for pk in content["authors"] if pk in authors],
        links=[_link(**{**link, "uuid": UUID(link["uuid"])}) for link in content["related"]],
        hour=copy.planned_publish_at,
    )
    if revision.pk == copy.article.live_revision_id:
        proof.live_from, proof.changed_at = copy.article.live_from, copy.article.changed_at
    return proof


def of_unsaved(copy, *, tags, authors, links, hour):
    """A working copy in memory on the page, with rows that nobody has saved yet."""
    words = {name: getattr(copy, name) for name in Content.FIELDS}
    for tag in tags:
        tag.slug = tag.slug or tag.slugify(tag.name)  # a new one has no address yet
    rows = [_link(link.uuid, link.target, link.label, link.url, link.placement) for link in links]
    return PreviewArticle(copy, words, tags=tags, authors=authors, links=rows, hour=hour)


def _link(uuid, target, label, url, placement):
    return ArticleRelated(uuid=uuid, target_id=target, label=label, url=url, placement=placement)


def _resolved(copy, links):
    """Links with the stories they lead to: chosen by an editor, found before, or called so."""
    found = related.matches_of(copy, copy.article)
    stories = {link.target_id for link in links} | set(found.values())
    stories = Article.objects.defer("body").in_bulk(stories - {None})
    for link in links:
        link.target = stories.get(link.target_id)
        if not (link.target or link.url):
            key = fold(link.label)
            link.matched_article = (
                stories.get(found.get((link.uuid, key))) or (key and related.article_titled(key, by=copy)) or None
            )
    return links
