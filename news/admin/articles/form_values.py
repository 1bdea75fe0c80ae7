"""The content of a story as the editor's form has it, and as a revision does.

What the form calls cleaned data are rows and links with what is shown of them; a revision has plain values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from news.admin.articles import widgets
from news.content import schema
from news.content.fields import ContentData, Field, Links, OrderedReferences, Reference, References, primary_key
from news.models import Tag
from news.taxonomy.tags import get_or_create

if TYPE_CHECKING:
    from portal.models import User


def plain_values(cleaned: Mapping[str, Any]) -> ContentData:
    """The plain values of what was typed; a field that did not validate, or is not on the form, is left out.

    A new tag has no primary key yet, and stands there by its name.
    """
    return {field.name: _plain(field, cleaned[field.on_form]) for field in schema.FIELDS if field.on_form in cleaned}


def cleaned_values(content: Mapping[str, Any], new: Iterable[Tag] = ()) -> dict[str, Any]:
    """What a content is as cleaned data of the form; `new` are tags that are not saved yet."""
    return {field.on_form: _cleaned(field, content[field.name], new) for field in schema.FIELDS}


def rows_typed(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed of the fields that are rows, by their names in the content."""
    return {field.name: cleaned[field.on_form] for field in schema.rows() if field.on_form in cleaned}


def content_to_save(cleaned: Mapping[str, Any], *, by: User) -> ContentData:
    """The plain values of what was typed; a tag that is new is made."""
    saved = {
        field.on_form: [tag if tag.pk else get_or_create(tag.name, by=by) for tag in cleaned[field.on_form]]
        for field in schema.rows()
        if field.model == "news.Tag" and field.on_form in cleaned
    }
    return plain_values({**cleaned, **saved})


def _plain(field: Field, typed: Any) -> Any:
    match field:
        case Reference():
            return primary_key(typed)
        case OrderedReferences():
            return [row.pk for row in typed]
        case References():
            return [row.pk or row.name for row in typed]
        case Links():
            return [{**link.plain(), "target": link.target or None} for link in typed]
        case _:
            return typed


def _cleaned(field: Field, value: Any, new: Iterable[Tag]) -> Any:
    match field:
        case Reference():
            return field.rows_named._default_manager.filter(pk=value).first() if value else None
        case References():
            numbers = [pk for pk in value if isinstance(pk, int)]
            rows = {**field.rows_named._default_manager.in_bulk(numbers), **{tag.name: tag for tag in new}}
            return [rows[one] for one in value if one in rows]
        case Links():
            return [widgets.Link(**{**link, "uuid": UUID(link["uuid"])}) for link in value]
        case _:
            return value
