"""The content of a story: one entry per field, and everything that handles content takes its fields from here.

To add a field, add its column (or its rows) to the models and one entry below. Stored revisions do not name it; they
are read with its default, and their hashes and approvals stand (docs/decisions/0011-content-schema.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from news.content.fields import (
    Code,
    Column,
    ContentData,
    Field,
    Links,
    OrderedReferences,
    Panel,
    Reference,
    References,
    RichText,
    Rows,
    Text,
)

if TYPE_CHECKING:
    from news.content.fields import Owner

# In the order of the editor's form.
FIELDS: tuple[Field, ...] = (
    Text(name="headline", label=_("Headline"), panel=Panel.TEXT, is_story=True, compared_as="h2"),
    Text(name="standfirst", label=_("Standfirst"), panel=Panel.TEXT, is_story=True, compared_as="p"),
    Text(name="dateline", label=_("Dateline"), panel=Panel.TEXT, is_story=True),
    RichText(name="body", label=_("text"), panel=Panel.TEXT),
    Reference(name="section", label=_("Section"), panel=Panel.PLACE, model="news.Section"),
    Code(
        name="language",
        label=_("Language"),
        panel=Panel.PLACE,
        shares_line=True,
        choices=lambda: settings.LANGUAGES,
    ),
    Text(name="source", label=_("Source"), panel=Panel.PLACE),
    Code(name="slug", label=_("Address"), panel=Panel.PLACE),
    References(name="tags", label=_("Tags"), panel=Panel.TAGS, model="news.Tag", accessor="tag_rows", column="tag"),
    OrderedReferences(
        name="authors",
        label=_("Bylines"),
        panel=Panel.BYLINES,
        form_name="bylines",
        model="news.Author",
        accessor="bylines",
        column="author",
    ),
    Links(name="related", label=_("Related links"), panel=Panel.LINKS, model="news.Article", accessor="related_links"),
    Text(name="seo_title", label=_("Title for search engines"), panel=Panel.SEARCH),
    Text(name="seo_description", label=_("Description for search engines"), panel=Panel.SEARCH),
)


def columns() -> list[Column]:
    """The fields that are a column of the story."""
    return [field for field in FIELDS if isinstance(field, Column)]


def rows() -> list[Rows]:
    """The fields that are rows beside the story."""
    return [field for field in FIELDS if isinstance(field, Rows)]


def story_texts() -> list[Text]:
    """The fields, beside the body, whose words readers see as the story's own."""
    return [field for field in FIELDS if isinstance(field, Text) and field.is_story]


def field_named(name: str) -> Field:
    """The entry of this name; LookupError where there is none."""
    for field in FIELDS:
        if field.name == name:
            return field
    raise LookupError(f"The content of a story has no field {name!r}.")


def complete(content: Mapping[str, Any]) -> ContentData:
    """A content with the default of every field that it does not name."""
    return {field.name: content.get(field.name, field.default) for field in FIELDS}


def plain(**content: Any) -> ContentData:
    """The plain values of content that names rows, or their primary keys."""
    return {name: field_named(name).plain(value) for name, value in content.items()}


def assign(owner: Owner, content: Mapping[str, Any]) -> None:
    """Set the columns of an article or a working copy that a content names. Saves nothing."""
    for field in columns():
        if field.name in content:
            field.assign(owner, content[field.name])


def write_rows(owner: Owner, content: Mapping[str, Any]) -> None:
    """Make the rows of an article or a working copy say what a content names, and leave the others alone."""
    for field in rows():
        if field.name in content:
            field.write(owner, content[field.name])
