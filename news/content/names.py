"""What the values of a content are called now: sections, tags, authors, stories, languages."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from news.content import schema
from news.content.diff.beside import Names
from news.content.fields import Code, Field, Links
from news.models import Article


def names_of(contents: Sequence[Mapping[str, Any]]) -> Names:
    """By the name of the field, what each value in these contents is called. One query for each kind of row."""
    return {field.name: _names(field, [content[field.name] for content in contents]) for field in schema.FIELDS}


def _names(field: Field, values: Sequence[Any]) -> Mapping[Any, str]:
    if isinstance(field, Code):
        return {code: str(_(str(name))) for code, name in field.choices()}
    if not field.model:
        return {}
    named = {pk for value in values for pk in field.references(value)}
    if isinstance(field, Links):
        stories = Article.objects.filter(pk__in=named).values_list("pk", "headline", "working_copy__headline")
        return {pk: public or working for pk, public, working in stories}
    return {pk: str(row) for pk, row in field.rows_named._default_manager.in_bulk(named).items()}
