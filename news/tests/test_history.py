"""The chain: what is appended stays, and what was meddled with shows."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from news import history
from news.models import Event
from news.models.history import Unchangeable
from news.tests.make import make_copy, make_live_article, make_user


@pytest.mark.django_db
def test_a_history_of_steps_holds():
    make_live_article()
    assert history.verify() == (4, None)


@pytest.mark.django_db
def test_events_and_revisions_are_never_rewritten_or_removed_through_models():
    copy = make_copy()
    for row in (Event.objects.get(), copy.newest):
        with pytest.raises(Unchangeable):
            row.save()
        with pytest.raises(Unchangeable):
            row.delete()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("meddle", "what"),
    [
        (lambda events: events.filter(number=2).update(actor_name="somebody"), "event 2 was changed"),
        (lambda events: events.filter(number=2).update(facts="{}"), "event 2 was changed"),
        (lambda events: events.filter(number=2).update(reason="another"), "reason of event 2 was changed"),
        (lambda events: events.filter(number=2).delete(), "event 2 is missing"),
        (lambda events: events.filter(number=4).delete(), "the head names event 4"),
        (lambda events: events.filter(number=3).update(key_id="lost"), "signed with the key lost"),
    ],
)
def test_what_was_meddled_with_is_named(meddle, what):
    make_live_article()
    meddle(Event.objects.all())
    _, broken = history.verify()
    assert what in broken.what


@pytest.mark.django_db
def test_erasing_a_reason_does_not_break_the_chain():
    copy = make_copy()
    with transaction.atomic():
        history.append("return", copy.article, by=make_user(), reason="names a person")
    Event.objects.filter(kind="return").update(reason="")
    assert history.verify() == (2, None)


@pytest.mark.django_db(transaction=True)
def test_a_removed_tail_shows_because_heads_are_written_down_outside():
    make_live_article()
    tail = Event.objects.get(number=4)
    Event.objects.filter(pk=tail.pk).delete()
    history.HistoryHead.objects.update(number=3, hash=tail.previous_hash)
    _, broken = history.verify()
    assert broken.what == "event 4 was written down outside, the database ends at 3"
    with pytest.raises(CommandError, match="does not hold"):
        call_command("verify_history")


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused():
    copy = make_copy()
    with pytest.raises(transaction.TransactionManagementError):
        history.append("save", copy.article, by=make_user())


APPEND = """
import django; django.setup()
from django.db import transaction
from news import history
from news.models import Article
article = Article.objects.get()
for number in range(25):
    with transaction.atomic():
        history.append("test", article, by=None, number=number)
"""


@pytest.mark.django_db(transaction=True)
def test_four_processes_append_at_once_and_none_is_lost_and_nothing_forks(tmp_path):
    make_copy()
    database = connection.settings_dict
    url = f"sqlite:///{database['NAME']}"
    if connection.vendor == "postgresql":
        url = f"postgres://{database['USER']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    environment = os.environ | {"DATABASE_URL": url, "VAR_DIR": str(tmp_path)}
    writers = [
        subprocess.Popen([sys.executable, "-c", APPEND], env=environment, cwd=settings.BASE_DIR, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    errors = [writer.communicate()[1].decode() for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * 4, errors
    assert history.verify() == (101, None)
