"""Store a newsroom as rows beside the migrations it was made by, and bring one back into an empty database.

    python -m portal.tests.upgrade.stored_database store FILE    # the database of DATABASE_URL into FILE
    python -m portal.tests.upgrade.stored_database load FILE     # FILE into the empty database of DATABASE_URL

The file is gzipped JSON: `migrations` names the newest migration of each app, `rows` the columns of every table.
Loading migrates to exactly those migrations and writes the rows through the models as they were then, so that one
file serves SQLite and PostgreSQL alike. Store one for each release that changes a model; never change one that is
there: it stands for data people have.
"""

import gzip
import json
import sys
from datetime import datetime
from pathlib import Path

import django
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

APPS = ("contenttypes", "auth", "portal", "news", "comments")  # without sessions, which no upgrade has to keep
ROWS_AT_ONCE = 200


class Encoder(DjangoJSONEncoder):
    """Keeps microseconds, which Django's drops: audit events are signed with theirs."""

    def default(self, value: object) -> object:
        return value.isoformat() if isinstance(value, datetime) else super().default(value)


def store(path: Path) -> None:
    from django.apps import apps
    from django.db.migrations.loader import MigrationLoader

    leaves = MigrationLoader(connection).graph.leaf_nodes()
    rows = {
        model._meta.label_lower: list(model._base_manager.order_by("pk").values(*_columns(model)))
        for label in APPS
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }
    for user in rows["portal.user"]:
        user["password"] = "!"  # nobody logs in with what is stored
    text = json.dumps({"migrations": leaves, "rows": rows}, cls=Encoder, ensure_ascii=False, indent=0)
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


def load(path: Path) -> None:
    """Migrate the empty database to where the stored one was, then write its rows."""
    from django.db.migrations.executor import MigrationExecutor

    stored = json.loads(gzip.decompress(path.read_bytes()))
    targets = [tuple(target) for target in stored["migrations"]]
    executor = MigrationExecutor(connection)
    state = executor.migrate(targets)
    with transaction.atomic(), connection.constraint_checks_disabled():
        for label, rows in stored["rows"].items():
            model = state.apps.get_model(label)
            for start in range(0, len(rows), ROWS_AT_ONCE):
                batch = [_instance(model, row) for row in rows[start : start + ROWS_AT_ONCE]]
                model._base_manager.bulk_create(batch)
    with connection.cursor() as cursor:
        tables = [state.apps.get_model(label) for label in stored["rows"]]
        for statement in connection.ops.sequence_reset_sql(_no_style(), tables):
            cursor.execute(statement)


def _columns(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def _instance(model: type[models.Model], row: dict) -> models.Model:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return model(**{name: fields[name].to_python(value) for name, value in row.items()})


def _no_style():
    from django.core.management.color import no_style

    return no_style()


if __name__ == "__main__":
    django.setup()
    {"store": store, "load": load}[sys.argv[1]](Path(sys.argv[2]))
