"""Previews: what the article page prints of a story that is not out, or not with this text.

Readers' templates take it for an Article. It is none, has no row and cannot be saved: only steps of the
workflow give words to readers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from news.content import revisions, schema
from news.content.fields import Column, Field, Links, OrderedReferences, Reference, References, Rows, link_columns
from news.links import related
from news.models import Article, ArticleRelated, Revision, WorkingCopy
from portal.models import ImmutableRow
from portal.text.folding import fold

if TYPE_CHECKING:
    from news.content.fields import ContentData


class StaticRelated(list[Any]):
    """Rows in their order, asked for as templates ask a related manager."""

    def all(self) -> StaticRelated:
        return self


class PreviewArticle:
    """A story as readers' templates look at it."""

    headline: str
    live_from: datetime
    changed_at: datetime

    def __init__(self, copy: WorkingCopy, values: Mapping[str, Any], *, hour: datetime | None = None) -> None:
        """`values` by the names of the content: columns as they are, for rows the rows they name (or unsaved links);
        `hour` is when it is meant to go out."""
        for field in schema.columns():
            setattr(self, field.name, values[field.name])
        for rows in schema.rows():
            setattr(self, rows.accessor, _article_rows(copy, rows, values[rows.name]))
        self.headline = self.headline or _("Untitled")
        now, article = timezone.now(), copy.article
        self.changed_at = max(now, hour or now)
        self.live_from = article.live_from if article.live_from and article.was_public(at=now) else self.changed_at


def of_revision(copy: WorkingCopy, revision: Revision) -> PreviewArticle:
    """A revision on the page. What it names and is there no more is left out, as it would be for readers."""
    if not revision.is_intact():
        raise ImmutableRow
    content = revisions.content_of(revision)
    preview = PreviewArticle(
        copy,
        {field.name: _named_rows(field, content[field.name]) for field in schema.FIELDS},
        hour=copy.planned_publish_at,
    )
    article = copy.article
    if revision.pk == article.live_revision_id and article.live_from and article.changed_at:
        preview.live_from, preview.changed_at = article.live_from, article.changed_at
    return preview


def of_unsaved(copy: WorkingCopy, *, hour: datetime | None, **rows: Iterable[Any]) -> PreviewArticle:
    """A working copy in memory on the page, with rows that nobody has saved yet, by the names of the content.

    Rows of which nothing is said are those that are stored.
    """
    for tag in rows.get("tags", ()):
        tag.slug = tag.slug or tag.slugify(tag.name)  # a new one has no address yet
    if "related" in rows:
        rows["related"] = [_link(link.uuid, link_columns(vars(link))) for link in rows["related"]]
    values = {field.name: getattr(copy, field.name) for field in schema.columns()}
    stored = {field.name: _named_rows(field, field.read(copy)) for field in schema.rows() if field.name not in rows}
    return PreviewArticle(copy, {**values, **stored, **rows}, hour=hour)


def _named_rows(field: Field, value: Any) -> Any:
    """What a plain value is on the page: the rows it names, as far as they are there."""
    if isinstance(field, Reference):
        return field.rows_named._default_manager.filter(pk=value).first() if value else None
    if isinstance(field, Column):
        return value
    if isinstance(field, Links):
        return [_link(UUID(link["uuid"]), link_columns(link)) for link in value]
    named: Mapping[int, Model] = field.rows_named._default_manager.in_bulk(value)
    return [named[pk] for pk in value if pk in named]


def _article_rows(copy: WorkingCopy, field: Rows, named: Iterable[Any]) -> StaticRelated:
    """Unsaved rows of an article, in the order in which its page prints them."""
    if isinstance(field, Links):
        return StaticRelated(_resolved(copy, list(named)))
    assert isinstance(field, References)
    row: Any = Article._meta.get_field(field.accessor).related_model
    if not isinstance(field, OrderedReferences):
        named = sorted(named, key=lambda one: one.name)
    return StaticRelated(row(**{field.column: one}) for one in named)


def _link(uuid: UUID, columns: ContentData) -> ArticleRelated:
    return ArticleRelated(uuid=uuid, **columns)


def _resolved(copy: WorkingCopy, links: list[ArticleRelated]) -> list[ArticleRelated]:
    """Links with the stories they lead to: chosen by an editor, matched before, or called so."""
    matches = related.matches_of(copy, copy.article)
    named = {link.target_id for link in links} | set(matches.values())
    stories = Article.objects.defer("body").in_bulk(named - {None})
    for link in links:
        link.target = stories.get(link.target_id)
        if not (link.target or link.url):
            key = fold(link.label)
            matched = stories.get(matches.get((link.uuid, key)))
            link.matched_article = matched or (key and related.article_titled(key, by=copy)) or None
    return links
