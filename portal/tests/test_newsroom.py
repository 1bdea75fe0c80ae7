"""That whatever is written is noticed: the tests of who may do what believe that nothing was, where it is not."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, connections
from django.utils import timezone

from news.models import Section, Tag, WorkingCopy
from portal.models import AuditEvent, Job
from portal.tests.newsroom import changed, rows


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize(
    ("write", "words"),
    [
        (lambda row: Section.objects.create(name="Ports", slug="ports"), {"+news_section"}),
        (
            lambda row: Tag.objects.bulk_create([Tag(name="One", slug="one"), Tag(name="Two", slug="two")]),
            {"+news_tag"},
        ),
        (lambda row: WorkingCopy.objects.filter(pk=row["draft"].pk).update(version=99), {"news_workingcopy.version"}),
        (lambda row: row["job"].delete(), {"-portal_job"}),
        (lambda row: row["group"].user_set.add(row["writer"]), {"+portal_user_groups"}),
        (lambda row: run("update news_section set position = 77"), {"news_section.position"}),
        (lambda row: run("/* told */ DELETE FROM portal_job"), {"-portal_job"}),
        (lambda row: run("WITH old AS (SELECT 1) DELETE FROM portal_job"), {"-portal_job"}),
    ],
)
def test_what_is_written_is_noticed(newsroom, write, words):
    before = rows()
    write(newsroom)
    assert changed(before) == words


def test_a_write_that_was_undone_is_none_and_hides_no_other(newsroom):
    before = rows()
    with newsroom.undone():
        Job.objects.all().delete()
        assert changed(before) == {"-portal_job"}
    assert changed(before) == set()
    Section.objects.update(position=77)
    with newsroom.undone():
        Job.objects.all().delete()
    assert changed(before) == {"news_section.position"}


def test_reading_and_a_session_that_goes_on_are_no_writes(newsroom, queries_of):
    before = rows()
    list(AuditEvent.objects.all())
    Session.objects.update(expire_date=timezone.now() + timedelta(days=1))
    assert newsroom.browser_of("chief").get("/admin/news/workingcopy/").status_code == 200
    assert queries_of(changed, before) == 0 and changed(before) == set()


def test_nobody_compares_rows_without_counting_what_is_written(newsroom, monkeypatch):
    monkeypatch.setattr(connections["default"], "execute_wrappers", [])
    with pytest.raises(AssertionError, match="Nobody counts"):
        rows()
