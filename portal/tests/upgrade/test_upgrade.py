"""A newsroom stored at each earlier state comes to the present one by `manage.py migrate`, and works there."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection

from portal.env import BASE_DIR

STORED = sorted((Path(__file__).parent / "stored").glob("*.json.gz"))


@pytest.fixture
def empty_database(tmp_path, django_db_setup, django_db_blocker):
    """The DATABASE_URL of a database of its own, of the kind the tests run on; dropped afterwards."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path / 'stored.sqlite3'}"
        return
    name, url = f"upgrade_{uuid4().hex[:12]}", os.environ["DATABASE_URL"]
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    yield f"{url.rpartition('/')[0]}/{name}"
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def run(empty_database, tmp_path):
    """Run Python on that database and return what it prints; a failure shows all it said."""

    def python(*arguments):
        environment = os.environ | {"DATABASE_URL": empty_database, "VAR_DIR": str(tmp_path), "LOG_LEVEL": "ERROR"}
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return python


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("stored", STORED, ids=lambda path: path.name.removesuffix(".json.gz"))
def test_a_stored_newsroom_is_upgraded_and_nothing_is_lost(stored, run):
    run("-m", "portal.tests.upgrade.stored_database", "load", str(stored))
    run("manage.py", "migrate", "-v0")
    assert "No planned migration operations" in run("manage.py", "migrate", "--plan")
    assert "The history holds" in run("manage.py", "verify_history")

    report = json.loads(run("-m", "portal.tests.upgrade.site_check"))
    rows = json.loads(gzip.decompress(stored.read_bytes()))["rows"]
    assert set(report["pages"].values()) == set(report["screens"].values()) == {200}
    assert len(report["pages"]) > 8 and len(report["screens"]) > 8
    assert report["approvals_that_stand"] == report["working_copies"]
    assert report["addresses"] and all(report["addresses"])
    assert report["counts"]["articles"] == len(rows["news.article"])
    assert report["counts"]["revisions"] == len(rows["news.revision"])
    assert report["counts"]["comments"] == len(rows["comments.comment"])
    assert report["counts"]["events"] >= len(rows["portal.auditevent"])  # looking at an address is an event


def test_there_is_a_stored_newsroom_to_upgrade():
    assert STORED
