"""Makes working copies of stories in the seed format, and may be run twice.

A story is known by its file and by the fingerprint of its words. It arrives as a draft; one that is to
be live goes through the workflow as the system user, and the event says that no second reader saw it.
What the newsroom touched since is never overwritten. How a file is read: `seed_format.py`.
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

from news import audit_kinds
from news.content import body, revisions, schema
from news.editorial import workflow
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
    """What became of one file. `refusal` is why it was not published although that was asked."""

    result: Result
    article: Article
    notes: list[str]  # each a remark without a full stop, as they stand in one line
    published: bool = False
    refusal: str = ""

    def __str__(self):
        done = str(PUBLISHED[self.result] if self.published else self.result.label)
        return f"{done} ({'; '.join(self.notes)})" if self.notes else done


@transaction.atomic
def load(path: Path, *, by, publish=False, section=None, language="", now=None) -> Outcome:
    """Bring one file in, or raise Unreadable. `section` and `language` are for a story that names none."""
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
    """Every name of every place in the vocabulary: what a dateline is recognised by."""
    known = Tag.objects.filter(kind=Tag.Kind.PLACE)
    names = {name for tag in known for name in (tag.name, *tag.names.values())}
    return sorted(names | set(TagAlias.objects.filter(tag__in=known).values_list("name", flat=True)))


def section_called(name: str) -> Section | None:
    """The section with this address, or this name in any language, however it is spelt."""
    wanted = fold(name)
    for section in Section.objects.all():
        if wanted in {section.slug, fold(section.name), *map(fold, section.names.values())}:
            return section
    return None


def source_of(path: Path) -> str:
    """Which file a story came from, said from the project's folder so that both may move house together."""
    place = os.path.relpath(path.resolve(), settings.BASE_DIR).replace(os.sep, "/")
    place = os.fsencode(place).decode(errors="replace")  # a name in an old encoding is no text a database takes
    if len(place) > LONGEST_PLACE:
        place = f"{sha256(place.encode()).hexdigest()}/…{place[-80:]}"
    return f"seed:{place}"


def _known_as(source: str, story: Story) -> ImportRecord | None:
    """The same file, or else the same words from a file that was moved or copied."""
    known = ImportRecord.objects.select_related("article__working_copy", "revision")
    imported = known.filter(source=source).first()
    if imported and not _is_one_story(imported, story):
        # A drop folder uses "today.txt" every day: yesterday's story must not become today's.
        imported.source = f"{source}#{imported.article_id}"
        imported.save(update_fields=["source"])
        imported = None
    return imported or known.filter(fingerprint=story.fingerprint).order_by("pk").first()


def _is_one_story(imported: ImportRecord, story: Story) -> bool:
    """Whether a file still tells the story it told: under the same headline, or with a paragraph in common."""
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
    """Bring the file's new words to a working copy that still says what the last import gave it."""
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
    """Show it to readers, unless they see it already or people have taken it into their hands."""
    copy = outcome.article.working_copy
    if copy.stage == Stage.NOTHING_PENDING:
        return
    if copy.stage != Stage.DRAFT or outcome.article.withdrawn_at:
        outcome.notes.append(_("in the newsroom's hands, not published"))
    elif AuditEvent.objects.about(outcome.article).filter(kind__in=audit_kinds.PUBLISHED_BY_NEWSROOM).exists():
        outcome.notes.append(_("published by the newsroom before, so the new text waits as a draft"))
    else:
        try:
            workflow.publish_unread(copy, copy.latest_revision, by=by, at=at)
            outcome.published = True
        except workflow.Refused as refusal:
            outcome.refusal = str(refusal)


# From the words of a file to rows


def _notes(story: Story) -> list[str]:
    notes = list(story.notes)
    if story.interface_language:
        notes.append(_("a comment form in “%(code)s” was left out") % {"code": story.interface_language})
    return notes


def _content(story: Story, section: Section | None, uuids: dict, by, notes: list[str]) -> dict:
    """What the file says, by the names of the content; `uuids` are those of the links an earlier version had."""
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
    """One the site publishes in, or none: then the story waits until somebody chooses."""
    known = dict(settings.LANGUAGES)
    for code in (story.language or "", (story.language or "").partition("-")[0]):
        if code in known:
            return code
    if story.language:
        notes.append(_("“%(code)s” is not a language of this site") % {"code": story.language})
    return ""


def _section(story: Story, otherwise: Section | None, notes: list[str]) -> Section | None:
    """The one it names; a wrong name leaves it open, since a guess could go live under the wrong heading."""
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
    """Those named, parted by commas; somebody we have not had before becomes an author."""
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
    """The text as body HTML with a token for each READ line, and the links behind the tokens.

    `uuids` by folded headline are those an earlier version had: a link that stays keeps its token.
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
