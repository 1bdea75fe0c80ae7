"""What the clock does: updates in place once, in time or hours late, whoever asks and however often."""

import json
import os
import sqlite3
import subprocess
import sys
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from news.editorial import workflow
from news.jobs import publish_due
from news.models import Article, Revision, WorkingCopy
from news.querysets import PATIENCE
from news.tests.editorial.test_schedule import again, approved_update, save, scheduled
from news.tests.factories import make_live_article, make_user
from portal.audit import verify
from portal.env import BASE_DIR
from portal.models import AuditEvent

pytestmark = pytest.mark.django_db
Stage = WorkingCopy.Stage
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@pytest.fixture
def at(monkeypatch):
    """Let the clock show a moment."""
    return lambda moment: monkeypatch.setattr(timezone, "now", lambda: moment)


def update(**fields):
    return scheduled(approved_update(make_live_article(headline="As it was"), **fields))


def kinds(copy):
    return [event.kind for event in AuditEvent.objects.about(copy.article).order_by("number")]


def test_an_update_is_put_in_place_at_its_hour_and_not_before(at):
    copy = update()
    at(copy.scheduled_for - SECOND)
    assert not publish_due()
    assert Article.objects.get(pk=copy.pk).headline == "As it was"
    at(copy.scheduled_for)
    assert publish_due() == {"article.published": 1}
    assert Article.objects.get(pk=copy.pk).headline == "As it will be"
    assert (again(copy).stage, again(copy).scheduled_revision) == (Stage.NOTHING_PENDING, None)
    assert verify.verify()[1] is None


def test_the_event_says_who_scheduled_it_for_when_and_how_late_it_was(at):
    copy = update()
    at(copy.scheduled_for + 5 * HOUR)
    publish_due()
    event = AuditEvent.objects.about(copy.article).first()
    facts = json.loads(event.facts)
    assert (event.kind, event.actor_name, facts["revision"], facts["late"]) == (
        "article.published",
        "system",
        2,
        5 * 3600,
    )
    assert facts["scheduled_by"] == copy.scheduled_by.username
    assert datetime.fromisoformat(facts["due"]) == copy.scheduled_for.replace(microsecond=0)


def test_the_scheduled_revision_goes_out_while_a_newer_one_is_being_written(at):
    copy = update()
    save(copy, headline="Revision three")
    at(copy.scheduled_for)
    publish_due()
    copy = again(copy)
    assert (copy.article.headline, copy.article.live_revision.number) == ("As it will be", 2)
    assert (copy.headline, copy.stage, copy.scheduled_revision) == ("Revision three", Stage.DRAFT, None)


def test_asked_twice_it_does_it_once(at):
    copy = update()
    at(copy.scheduled_for)
    assert [sum(publish_due().values()), sum(publish_due().values())] == [1, 0]
    assert kinds(copy).count("article.published") == 2  # the first publication, and this


def test_a_new_story_s_appearance_is_noted_once(at):
    copy = scheduled()
    at(copy.scheduled_for + HOUR)
    assert publish_due() == {"article.went_live": 1}
    assert not publish_due()
    assert kinds(copy)[-1] == "article.went_live"
    assert (again(copy).stage, again(copy).scheduled_revision) == (Stage.NOTHING_PENDING, None)
    assert Article.objects.get(pk=copy.pk).live_from == copy.scheduled_for


def test_what_was_moved_or_taken_off_meanwhile_does_not_go_out(at):
    moved, off = update(), update()
    old = moved.scheduled_for
    scheduled(moved, at=old + HOUR)
    workflow.unschedule(off, off.latest_revision, by=make_user("Chief editors"))
    at(old + SECOND)
    assert not publish_due()
    assert workflow.publish_due(off.pk) == workflow.publish_due(moved.pk) == ""


def test_an_update_of_a_withdrawn_story_stays_in_and_says_why_once(at):
    copy = update()
    workflow.withdraw(copy, copy.latest_revision, by=make_user("Chief editors"), reason="Wrong")
    at(copy.scheduled_for)
    assert publish_due() == {"article.update_held": 1}
    assert not publish_due()
    copy = again(copy)
    assert (copy.stage, copy.scheduled_revision, copy.article.headline) == (Stage.APPROVED, None, "As it was")
    event = AuditEvent.objects.about(copy.article).first()
    assert (event.kind, json.loads(event.facts)["why"]) == ("article.update_held", "withdrawn")


def test_an_update_whose_story_was_shown_again_in_time_goes_out(at):
    copy = update()
    workflow.withdraw(copy, copy.latest_revision, by=make_user("Chief editors"), reason="Wrong")
    workflow.restore(copy, copy.latest_revision, by=make_user("Chief editors"))
    at(copy.scheduled_for)
    assert publish_due() == {"article.published": 1}


def test_an_update_whose_address_was_taken_stays_overdue_and_says_why_once(at, client):
    copy = update(slug="wanted")
    make_live_article(slug="wanted")
    at(copy.scheduled_for + PATIENCE)
    assert [publish_due()["article.update_held"], publish_due()["article.update_held"]] == [1, 0]
    assert kinds(copy).count("article.update_held") == 1
    assert again(copy).is_overdue()
    assert client.get("/health/jobs").json()["overdue"] == 1


def test_a_revision_changed_outside_the_newsroom_does_not_go_out(at):
    copy = update()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE news_revision SET content = %s WHERE id = %s", ["{}", copy.scheduled_revision_id])
    at(copy.scheduled_for)
    assert publish_due() == {"article.update_held": 1}
    assert Article.objects.get(pk=copy.pk).headline == "As it was"


def test_one_that_fails_keeps_no_other_waiting(at, monkeypatch):
    bad, good = update(), update()
    give = workflow._apply_to_article

    def fail(copy, *args, **options):
        if copy.pk == bad.pk:
            raise KeyError("whatever")
        return give(copy, *args, **options)

    monkeypatch.setattr(workflow, "_apply_to_article", fail)
    at(max(bad.scheduled_for, good.scheduled_for))
    assert publish_due() == {"failed": 1, "article.published": 1}
    assert again(bad).scheduled_revision is not None and kinds(bad).count("article.published") == 1


def test_an_update_is_late_after_a_few_minutes_and_everybody_sees_it(at, client):
    copy = update()
    client.force_login(make_user("Chief editors"))
    at(copy.scheduled_for + PATIENCE - SECOND)
    assert client.get("/health/jobs").json()["overdue"] == 0
    assert "nr-alarm" not in client.get(reverse("admin:index")).content.decode()
    at(copy.scheduled_for + PATIENCE)
    answer = client.get("/health/jobs")
    assert (answer.status_code, answer.json()["overdue"]) == (503, 1)
    desk = client.get(reverse("admin:index")).content.decode()
    assert "nr-alarm" in desk and "Readers still see the old text." in desk
    assert "nr-stage--overdue" in client.get(reverse("admin:news_workingcopy_changelist")).content.decode()
    publish_due()
    assert client.get("/health/jobs").json()["overdue"] == 0


def test_a_new_story_is_never_late(at, client):
    at(scheduled().scheduled_for + 5 * HOUR)
    assert client.get("/health/jobs").json()["overdue"] == 0


def test_the_command_says_what_it_did(at):
    at(update().scheduled_for)
    out = StringIO()
    call_command("publish_due", stdout=out)
    assert out.getvalue() == "1 updates in place, 0 stories gone live, 0 held back.\n"


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_publish_once(tmp_path):
    """Real processes on a database of their own: a file of SQLite, or the PostgreSQL the tests run on."""
    copy = update()
    WorkingCopy.objects.filter(pk=copy.pk).update(scheduled_for=timezone.now() - HOUR)
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        path = tmp_path / "race.sqlite3"
        with sqlite3.connect(path) as file:
            connection.connection.backup(file)
        url = f"sqlite:///{path}"
    else:
        url = os.environ["DATABASE_URL"].rpartition("/")[0] + "/" + settings["NAME"]
    environment = {**os.environ, "DATABASE_URL": url, "VAR_DIR": str(tmp_path)}
    command = [sys.executable, "manage.py", "publish_due"]
    running = [
        subprocess.Popen(
            command, cwd=BASE_DIR, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0, 0], said
    assert sorted(out[0] for out, _err in said) == ["0", "1"]
    if connection.vendor == "sqlite":
        with sqlite3.connect(path) as file:
            kinds = [
                row[0] for row in file.execute("SELECT kind FROM portal_auditevent WHERE subject_id = ?", [copy.pk])
            ]
    else:
        kinds = list(AuditEvent.objects.about(copy.article).values_list("kind", flat=True))
    assert kinds.count("article.published") == 2  # the first publication, and one more
    assert Revision.objects.filter(article=copy.article).count() == 2
