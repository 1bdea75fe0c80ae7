"""Import stories in the seed format as working copies; running it again is safe.

A story is recognised by its file and by the fingerprint of its content. It arrives as a draft. One that is to be live
goes through the workflow as the system user, and its audit event says that there was no second reader. What an
editor has changed since is never overwritten. `seed_format.py` parses the files.
"""

import os
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from news import body
from news.content import revisions, schema
from news.editorial import steps, workflow
from news.editorial.workflow import Stage
from news.importers.seed_format import LARGEST, Paragraph, ReadLine, Story, Unreadable, read
from news.models import Article, Author, ImportRecord, RelatedLink, Section, Tag, TagAlias, WorkingCopy
from news.taxonomy import renaming
from news.taxonomy.tags import find, get_or_create
from portal.audit import log
from portal.models import AuditEvent
from portal.text.folding import fold, slugify

__all__ = ["Outcome", "Result", "Unreadable", "load", "places", "read", "section_called"]

LONGEST_PLACE = 170  # leaves room in ImportRecord.source


class Result(models.TextChoices):
    CREATED = "created", pgettext_lazy("imported story", "created")
    UPDATED = "updated", pgettext_lazy("imported story", "updated")
    UNCHANGED = "unchanged", pgettext_lazy("imported story", "unchanged")
    KEPT = "kept", pgettext_lazy("imported story", "kept")


PUBLISHED = {
    Result.CREATED: gettext_lazy("created and published"),
    Result.UPDATED: gettext_lazy("updated and published"),
    Result.UNCHANGED: gettext_lazy("unchanged, published now"),
}


@dataclass
class Outcome:
    """What the import did with one file. `refusal` says why it was not published where that was asked for."""

    result: Result
    article: Article
    notes: list[str]  # remarks without full stops, joined in one line
    published: bool = False
    refusal: str = ""

    def __str__(self):
        done = str(PUBLISHED[self.result] if self.published else self.result.label)
        return f"{done} ({'; '.join(self.notes)})" if self.notes else done


@transaction.atomic
def load(path: Path, *, by, publish=False, section=None, language="", now=None) -> Outcome:
    """Import one file, or raise Unreadable. `section` and `language` are for a story that names none."""
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    story = read(data, places=places(), language=language, now=now)
    log.lock()  # two imports of one file take turns, and the second finds the first one's row
    source = source_of(path)
    if imported := _known_as(source, story):
        outcome = _update(story, imported, by, section)
    else:
        outcome = _create(story, source, by, section)
    if publish and outcome.result != Result.KEPT:
        _publish(outcome, story.published, by)
    return outcome


def places() -> list[str]:
    """Return every name of every place tag: a dateline is recognised by these."""
    tags = Tag.objects.filter(kind=Tag.Kind.PLACE)
    names = {name for tag in tags for name in (tag.name, *tag.names.values())}
    return sorted(names | set(TagAlias.objects.filter(tag__in=tags).values_list("name", flat=True)))


def section_called(name: str) -> Section | None:
    """Return the section with this slug, or this name in any language, whatever its case or diacritics."""
    key = fold(name)
    for section in Section.objects.all():
        if key in {section.slug, fold(section.name), *map(fold, section.names.values())}:
            return section
    return None


def source_of(path: Path) -> str:
    """Return the file's path relative to the project, so that the two may be moved together."""
    relative = os.path.relpath(path.resolve(), settings.BASE_DIR).replace(os.sep, "/")
    relative = os.fsencode(relative).decode(errors="replace")  # databases refuse a name in an old encoding
    if len(relative) > LONGEST_PLACE:
        relative = f"{sha256(relative.encode()).hexdigest()}/…{relative[-80:]}"
    return f"seed:{relative}"


def _known_as(source: str, story: Story) -> ImportRecord | None:
    """Return the import record of the same file, or of the same content under another name."""
    records = ImportRecord.objects.select_related("article__working_copy", "revision")
    imported = records.filter(source=source).first()
    if imported and not _is_one_story(imported, story):
        # A drop folder uses "today.txt" every day: yesterday's story must not become today's.
        imported.source = f"{source}#{imported.article_id}"
        imported.save(update_fields=["source"])
        imported = None
    return imported or records.filter(fingerprint=story.fingerprint).order_by("pk").first()


def _is_one_story(imported: ImportRecord, story: Story) -> bool:
    """Whether a file still holds the story of its import: the same headline, or a paragraph in common."""
    before = revisions.content_of(imported.revision)
    text = {body.clean(body.paragraphs(block.text)) for block in story.blocks if isinstance(block, Paragraph)}
    return fold(before["headline"]) == fold(story.headline) or not text.isdisjoint(before["body"].split("\n"))


def _create(story: Story, source: str, by, section) -> Outcome:
    notes = _notes(story)
    copy = workflow.start(by=by, **_content(story, section, {}, by, notes))
    ImportRecord.objects.create(
        source=source, fingerprint=story.fingerprint, article=copy.article, revision=copy.latest_revision
    )
    return Outcome(Result.CREATED, copy.article, notes)


def _update(story: Story, imported: ImportRecord, by, section) -> Outcome:
    """Update a working copy from its changed file, unless somebody has edited it since the last import."""
    copy, notes = imported.article.working_copy, _notes(story)
    if copy.latest_revision_id != imported.revision_id:
        return Outcome(Result.KEPT, imported.article, [_("changed by an editor since, left alone")])
    if imported.fingerprint == story.fingerprint:
        return Outcome(Result.UNCHANGED, imported.article, [])
    if imported.article.withdrawn_at:
        return Outcome(Result.KEPT, imported.article, [_("withdrawn from readers, left alone")])
    if copy.stage not in (Stage.DRAFT, Stage.NOTHING_PENDING):
        return Outcome(Result.KEPT, imported.article, [_("in the newsroom's hands, left alone")])
    with workflow.editing(copy, by=by, version=copy.version):
        uuids = {link.key: link.uuid for link in copy.related_links.all()}
        content = schema.plain(**_content(story, copy.section or section, uuids, by, notes))
        schema.assign(copy, content)
        schema.write_rows(copy, content)
    result = Result.UNCHANGED if copy.latest_revision_id == imported.revision_id else Result.UPDATED
    imported.fingerprint, imported.revision, imported.imported_at = (
        story.fingerprint,
        copy.latest_revision,
        timezone.now(),
    )
    imported.save()
    return Outcome(result, imported.article, notes)


def _publish(outcome: Outcome, at: datetime | None, by):
    """Publish the story, unless it is published already or an editor is working on it."""
    copy = outcome.article.working_copy
    if copy.stage == Stage.NOTHING_PENDING:
        return
    if copy.stage != Stage.DRAFT or outcome.article.withdrawn_at:
        outcome.notes.append(_("in the newsroom's hands, not published"))
    elif AuditEvent.objects.about(outcome.article).filter(kind__in=steps.PUBLISHED_BY_NEWSROOM).exists():
        outcome.notes.append(_("published by the newsroom before, so the new text waits as a draft"))
    else:
        try:
            workflow.publish_unread(copy, copy.latest_revision, by=by, at=at)
            outcome.published = True
        except workflow.Refused as refusal:
            outcome.refusal = str(refusal)


# From the content of a file to rows


def _notes(story: Story) -> list[str]:
    notes = list(story.notes)
    if story.interface_language:
        notes.append(_("a comment form in “%(code)s” was left out") % {"code": story.interface_language})
    return notes


def _content(story: Story, section: Section | None, uuids: dict, by, notes: list[str]) -> dict:
    """Return the content of the file by field name; `uuids` are those of an earlier version's links."""
    text, links = _body(story, uuids)
    return {
        "body": text,
        "related": links,
        "tags": _tags(story, by, notes),
        "authors": _authors(story, by, notes),
        "headline": story.headline,
        "dateline": _fitting(WorkingCopy, "dateline", story.dateline),
        "source": _fitting(WorkingCopy, "source", story.source),
        "language": _language(story, notes),
        "section": _section(story, section, notes),
    }


def _language(story: Story, notes: list[str]) -> str:
    """Return a language of the site, or "": then the story waits until somebody chooses one."""
    known = dict(settings.LANGUAGES)
    for code in (story.language or "", (story.language or "").partition("-")[0]):
        if code in known:
            return code
    if story.language:
        notes.append(_("“%(code)s” is not a language of this site") % {"code": story.language})
    return ""


def _section(story: Story, otherwise: Section | None, notes: list[str]) -> Section | None:
    """Return the section it names. A wrong name gives None, because a guess could be published in a wrong section."""
    if story.section:
        section = section_called(story.section)
        if section is None:
            notes.append(_("there is no section called “%(name)s”") % {"name": story.section})
        return section
    section = otherwise or Section.objects.first()
    if section and not otherwise:
        notes.append(_("it names no section and was put under “%(section)s”") % {"section": section})
    return section


def _tags(story: Story, by, notes: list[str]) -> list[Tag]:
    tags: dict[int, Tag] = {}
    for name in story.tags:
        tag = find(name)
        if tag is None:
            kind = Tag.Kind.HS if name.startswith("HS ") else Tag.Kind.TOPIC
            tag = get_or_create(_fitting(Tag, "name", name), kind=kind, by=by)
            notes.append(_("“%(tag)s” is a new tag") % {"tag": name})
        tags[tag.pk] = tag
    return list(tags.values())


def _authors(story: Story, by, notes: list[str]) -> list[Author]:
    """Return the authors named, separated by commas; create those who are new."""
    authors: dict[int, Author] = {}
    for name in story.author.split(","):
        if not (key := fold(name)):
            continue
        author = Author.objects.filter(key=key).first()
        if author is None:
            name = _fitting(Author, "name", name.strip())
            author = Author.objects.create(name=name, slug=_free_author_slug(name))
            renaming.record_addition(author, by=by)
            notes.append(_("“%(name)s” is a new author") % {"name": name})
        authors[author.pk] = author
    return list(authors.values())


def _free_author_slug(name: str) -> str:
    base = slugify(name) or "author"
    slug, number = base, 1
    while Author.objects.filter(slug=slug).exists() or renaming.is_login(slug):
        number += 1
        slug = f"{base}-{number}"
    return slug


def _body(story: Story, uuids: dict) -> tuple[str, list[dict]]:
    """Return the body HTML with a related marker for each READ line, and the links that the markers stand for.

    `uuids`, by folded headline, are those of an earlier version: a link that is still there has the same marker.
    """
    blocks, links, uuids = [], [], dict(uuids)
    for block in story.blocks:
        if isinstance(block, ReadLine):
            uuid = uuids.pop(fold(block.headline), None) or uuid4()
            links.append({"uuid": uuid, "label": block.headline, "placement": RelatedLink.Placement.INLINE})
            blocks.append(body.token(uuid))
        else:
            blocks.append(body.paragraphs(block.text))
    return "\n".join(blocks), links


def _fitting(model, field: str, value: str) -> str:
    longest = model._meta.get_field(field).max_length
    if len(value) > longest:
        raise Unreadable(
            _("“%(start)s…” is longer than the %(longest)d characters there is room for.")
            % {"start": value[:40], "longest": longest}
        )
    return value
