"""Snapshots: a working copy as canonical JSON, and the way back onto a row.

The JSON holds the whole content: words, tags, signatures, links. It is what approvals and history refer
to and what a step gives to the article; it is never the source of a form.
"""

import json
from collections import Counter
from uuid import UUID

from django.utils import timezone

from news.content import body
from news.models import Article, Author, Content, Revision, Section, Tag
from portal.audit.log import canonical, digest
from portal.models import ImmutableRow


def snapshot(owner):
    """The content of a working copy or an article as plain values; two equal contents give equal snapshots."""
    links = owner.related_links.order_by("position", "pk")
    return {
        **{name: _plain(owner, name) for name in Content.FIELDS},
        "tags": sorted(owner.tag_rows.values_list("tag_id", flat=True)),
        "authors": list(owner.bylines.order_by("position", "pk").values_list("author_id", flat=True)),
        "related": [_link(link) for link in links],
    }


def record(copy, *, by):
    """Keep the working copy as a revision, unless the newest one says the same. Returns (revision, is_new)."""
    content = canonical(snapshot(copy))
    content_hash = digest(content)
    newest = copy.latest_revision
    if newest and newest.content_hash == content_hash:
        return newest, False
    number = newest.number + 1 if newest else 1
    revision = Revision.objects.create(
        article_id=copy.pk,
        number=number,
        content=content,
        content_hash=content_hash,
        author=by,
        created_at=timezone.now(),
    )
    return revision, True


def content_of(revision):
    return json.loads(revision.content)


def apply(revision, owner):
    """Give a row (the article, or a working copy being restored) exactly what the revision says.

    What was deleted meanwhile is left out, and returned as `gone` does. A snapshot whose words are not
    those that were saved is never shown.
    """
    if not revision.is_intact():
        raise ImmutableRow
    content = content_of(revision)
    missing = missing_references(content)
    content = without(content, missing)
    for name in Content.FIELDS:
        setattr(owner, "section_id" if name == "section" else name, content[name])
    owner.save()
    write_rows(
        owner,
        tags=content["tags"],
        authors=content["authors"],
        links=[
            {"uuid": UUID(link["uuid"]), "target_id": link["target"], **_words(link)} for link in content["related"]
        ],
    )
    return missing


def missing_references(content):
    """The primary keys a content names and that are there no more: it names rows, it does not keep them."""
    named = {
        "section": (Section, {content["section"]}),
        "tags": (Tag, set(content["tags"])),
        "authors": (Author, set(content["authors"])),
        "related": (Article, {link["target"] for link in content["related"]}),
    }
    return {place: _missing(Model, keys - {None}) for place, (Model, keys) in named.items()}


def without(content, missing):
    """The content, and nothing in it of what is there no more."""
    return content | {
        "section": None if missing["section"] else content["section"],
        "tags": [pk for pk in content["tags"] if pk not in missing["tags"]],
        "authors": [pk for pk in content["authors"] if pk not in missing["authors"]],
        "related": [
            {**link, "target": None if link["target"] in missing["related"] else link["target"]}
            for link in content["related"]
        ],
    }


def blank(owner):
    """Take every word and row from an article that readers have never seen."""
    for name in Content.FIELDS:
        field = owner._meta.get_field(name)
        setattr(owner, field.attname, None if field.null else "")
    owner.save()
    write_rows(owner, tags=[], authors=[], links=[])


def write_rows(owner, *, tags, authors, links):
    """Replace the rows of a content: tags and signatures by primary key, links by their columns, in order."""
    _replace(owner.tag_rows, [{"tag_id": pk} for pk in tags])
    _replace(owner.bylines, [{"author_id": pk, "position": place} for place, pk in enumerate(authors)])
    _replace(owner.related_links, [{**link, "position": place} for place, link in enumerate(links)])


def authored(article, *, since):
    """What was saved after a revision, oldest first, each with the person whose words it holds.

    That is whoever first saved those very words: going back to a text makes nobody its author.
    """
    first = {}
    for content_hash, author in article.revisions.order_by("number").values_list("content_hash", "author_id"):
        first.setdefault(content_hash, author)
    return [(revision, first[revision.content_hash]) for revision in article.revisions.since(since)]


def words_by(person, authored, base=None):
    """How many of the words that are new at the end of a run of revisions a person brought in, and how many are new.

    A word two people brought in, of which one is left, is counted as the person's.
    """
    before = first = _words_in(base) if base else Counter()
    theirs = Counter()
    for revision, author in authored:
        now = _words_in(revision)
        if author == person.pk:
            theirs += now - before
        before = now
    new = before - first
    return (theirs & new).total(), new.total()


def _words_in(revision):
    content = content_of(revision)
    return Counter(f"{content['headline']} {content['standfirst']} {body.plain_text(content['body'])}".split())


def _missing(Model, keys):
    return keys - set(Model.objects.filter(pk__in=keys).values_list("pk", flat=True)) if keys else keys


def _plain(owner, name):
    if name == "section":
        return owner.section_id
    value = getattr(owner, name)
    return body.clean(value) if name == "body" else value


def _replace(rows, values):
    rows.all().delete()
    rows.model.objects.bulk_create(rows.model(content_object=rows.instance, **columns) for columns in values)


def _words(link):
    return {name: link[name] for name in ("label", "url", "placement")}


def _link(link):
    return {
        "uuid": str(link.uuid),
        "target": link.target_id,
        **{n: getattr(link, n) for n in ("label", "url", "placement")},
    }
