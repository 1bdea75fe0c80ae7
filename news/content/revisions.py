"""Snapshots: a working copy as canonical JSON, and the way back onto a row.

The JSON holds the whole content, by the fields of `schema.py`. It is what approvals and history refer to and what a
step gives to the article; it is never the source of a form. Defaults are left out of it, so that hashes and approvals
stand when a field is added.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.utils import timezone

from news import body
from news.content import schema
from news.content.fields import ContentData, RichText
from news.models import Article, Revision, WorkingCopy
from portal.audit.log import canonical, digest
from portal.models import ImmutableRow

if TYPE_CHECKING:
    from news.content.fields import Owner
    from portal.models import User

logger = logging.getLogger(__name__)
Missing = dict[str, set[int]]  # by the name of a field, the primary keys it names and that are there no more


@dataclass(frozen=True)
class LeftOut:
    """What a revision says and its row could not be given."""

    missing: Missing
    unknown: list[str]  # fields of a newer version of this software


def snapshot(owner: Owner) -> ContentData:
    """The content of a working copy or an article as plain values; two equal contents give equal snapshots."""
    return {field.name: field.read(owner) for field in schema.FIELDS}


def encode(content: Mapping[str, Any]) -> str:
    """The canonical JSON of a content, without what each field is by default."""
    return canonical(
        {
            field.name: field.stored(content[field.name])
            for field in schema.FIELDS
            if content[field.name] != field.default
        }
    )


def content_of(revision: Revision) -> ContentData:
    """What a revision says: of a field it does not name, the default; of fields nobody here knows, nothing."""
    stored = json.loads(revision.content)
    return schema.complete(
        {field.name: field.loaded(stored[field.name]) for field in schema.FIELDS if field.name in stored}
    )


def unknown_in(revision: Revision) -> list[str]:
    """The fields of a revision that the schema does not know: newer software wrote them."""
    stored = json.loads(revision.content)
    unknown = stored.keys() - {field.name for field in schema.FIELDS}
    inside = (field.unknown(stored[field.name]) for field in schema.FIELDS if field.name in stored)
    return sorted(unknown.union(*inside))


def says_the_same(one: Revision, other: Revision) -> bool:
    """Whether two revisions have the same content, also where older software spelt one of them otherwise.

    Where one has fields that this software does not know, only the very same bytes say the same.
    """
    if one.content_hash == other.content_hash:
        return True
    return other.is_intact() and not unknown_in(other) and _says(one, content_of(other))


def record(copy: WorkingCopy, *, by: User, source: Revision | None = None) -> tuple[Revision, bool]:
    """Keep the working copy as a revision, unless the newest one says the same. Returns (revision, is_new).

    Where `source` (the revision the content was taken from), what is scheduled, what two people have read or what
    readers see says the same, the new one has its very bytes: approvals and authorship go by the hash, however the
    same content would be written today.
    """
    content = snapshot(copy)
    newest = copy.latest_revision
    if newest and _says(newest, content):
        return newest, False
    text = next((known.content for known in _known_to_others(copy, source) if _says(known, content)), encode(content))
    revision = Revision.objects.create(
        article_id=copy.pk,
        number=newest.number + 1 if newest else 1,
        content=text,
        content_hash=digest(text),
        author=by,
        created_at=timezone.now(),
    )
    return revision, True


def apply(revision: Revision, owner: Owner) -> LeftOut:
    """Give a row (the article, or a working copy being restored) exactly what the revision says.

    What was deleted meanwhile, and what this software does not know, is left out and returned. A snapshot whose words
    are not those that were saved is never shown: raises ImmutableRow.
    """
    if not revision.is_intact():
        raise ImmutableRow
    if unknown := unknown_in(revision):
        logger.warning("Revision %s has fields this software does not know: %s.", revision, ", ".join(unknown))
    content = content_of(revision)
    missing = missing_references(content)
    _write(owner, without(content, missing))
    return LeftOut(missing, unknown)


def blank(owner: Owner) -> None:
    """Take every word and row from an article that readers have never seen."""
    _write(owner, schema.complete({}))


def missing_references(content: Mapping[str, Any]) -> Missing:
    """The primary keys a content names and that are there no more: it names rows, it does not keep them."""
    return {
        field.name: _missing(field.rows_named, field.references(content[field.name]))
        for field in schema.FIELDS
        if field.model
    }


def without(content: Mapping[str, Any], missing: Missing) -> ContentData:
    """The content, and nothing in it of what is there no more."""
    return {field.name: field.without(content[field.name], missing.get(field.name, set())) for field in schema.FIELDS}


def authored(article: Article, *, since: Revision | None) -> list[tuple[Revision, int]]:
    """What was saved after a revision, oldest first, each with the person (primary key) whose words it holds.

    That is whoever first saved those very words: going back to a text makes nobody its author.
    """
    first: dict[str, int] = {}
    for content_hash, author in article.revisions.order_by("number").values_list("content_hash", "author_id"):
        first.setdefault(content_hash, author)
    return [(revision, first[revision.content_hash]) for revision in article.revisions.since(since)]


def words_by(person: User, authored: Iterable[tuple[Revision, int]], base: Revision | None = None) -> tuple[int, int]:
    """Count the words that are new at the end of a run of revisions. Returns (those by `person`, all).

    A word two people brought in, of which one is left, is counted as the person's.
    """
    before = first = _words_in(base) if base else Counter()
    theirs: Counter[str] = Counter()
    for revision, author in authored:
        now = _words_in(revision)
        if author == person.pk:
            theirs += now - before
        before = now
    new = before - first
    return (theirs & new).total(), new.total()


def _says(revision: Revision, content: ContentData) -> bool:
    """Whether a revision says a content and nothing beside it."""
    return revision.is_intact() and not unknown_in(revision) and content_of(revision) == content


def _known_to_others(copy: WorkingCopy, source: Revision | None) -> list[Revision]:
    """The revisions whose bytes somebody has put their name under, the source first."""
    ids = (copy.scheduled_revision_id, copy.reviewed_revision_id, copy.article.live_revision_id)
    others = {pk for pk in ids if pk is not None} - {source.pk if source else None}
    first = [source] if source else []
    return [*first, *Revision.objects.filter(pk__in=others).order_by("-number")] if others else first


def _write(owner: Owner, content: ContentData) -> None:
    schema.assign(owner, content)
    owner.save()
    schema.write_rows(owner, content)


def _words_in(revision: Revision) -> Counter[str]:
    content = content_of(revision)
    texts = [content[field.name] for field in schema.story_texts()]
    texts += [body.plain_text(content[field.name]) for field in schema.FIELDS if isinstance(field, RichText)]
    return Counter(" ".join(texts).split())


def _missing(model: type[Model], keys: set[int]) -> set[int]:
    return keys - set(model._default_manager.filter(pk__in=keys).values_list("pk", flat=True)) if keys else keys
