"""Fields that a later version of the newsroom may have: added to the schema and the database while a test runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from django.apps import apps
from django.db import connection, models

from news.content import schema
from news.content.fields import Field, OrderedReferences, Panel, Text
from news.models import Article, Author, WorkingCopy

OWNERS = (Article, WorkingCopy)
KICKER = Text(name="kicker", label="Kicker", panel=Panel.TEXT)
REVIEWERS = OrderedReferences(
    name="reviewers",
    label="Reviewers",
    panel=Panel.BYLINES,
    model="news.Author",
    accessor="reviewers",
    column="author",
)


@contextmanager
def text_added() -> Iterator[None]:
    """A line above the headline, with a column of its own."""
    for owner in OWNERS:
        models.CharField("kicker", max_length=80, blank=True, default="").contribute_to_class(owner, "kicker")
        _execute(f"ALTER TABLE {owner._meta.db_table} ADD COLUMN kicker varchar(80) NOT NULL DEFAULT ''")
    try:
        with _in_schema(KICKER):
            yield
    finally:
        for owner in OWNERS:
            owner._meta.local_fields.remove(owner._meta.get_field("kicker"))
            del owner.kicker
        apps.clear_cache()


@contextmanager
def rows_added() -> Iterator[None]:
    """Authors who checked the facts, in their order: rows that the form does not know."""
    row_models = [_row_model(owner) for owner in OWNERS]
    try:
        for model in row_models:
            editor = connection.schema_editor()
            editor.deferred_sql = []
            _execute(*editor.table_sql(model))
        with _in_schema(REVIEWERS):
            yield
    finally:
        for owner, model in zip(OWNERS, row_models, strict=True):
            del apps.all_models["news"][model._meta.model_name], owner.reviewers
        apps.clear_cache()


def _in_schema(field: Field):
    return patch.object(schema, "FIELDS", (*schema.FIELDS, field))


def _row_model(owner: type[models.Model]) -> type[models.Model]:
    columns = {
        "author": models.ForeignKey(Author, models.PROTECT, related_name="+"),
        "position": models.PositiveSmallIntegerField(default=0),
        "content_object": models.ForeignKey(owner, models.CASCADE, related_name="reviewers"),
        "Meta": type("Meta", (), {"app_label": "news", "ordering": ["position", "pk"]}),
        "__module__": __name__,
    }
    return type(f"{owner.__name__}Reviewer", (models.Model,), columns)


def _execute(sql: str, params: object = None) -> None:
    connection.check_constraints()  # PostgreSQL changes no table that still has to be checked
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
