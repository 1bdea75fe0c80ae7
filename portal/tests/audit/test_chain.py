"""The chain: what is appended stays, and what was meddled with shows."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import QuerySet

from news.editorial import workflow
from news.models import Revision
from news.tests.factories import make_approved_copy, make_copy, make_live_article, make_user
from portal.audit import log, verify
from portal.models import AuditEvent, ImmutableRow


def behind_our_back(model):
    """The rows as somebody with full access to the database reaches them."""
    return QuerySet(model)


@pytest.mark.django_db
def test_a_history_of_steps_holds():
    make_live_article()
    assert verify.verify() == (4, None)


@pytest.mark.django_db
def test_events_and_revisions_are_never_rewritten_or_removed_through_models():
    copy = make_copy()
    for row in (AuditEvent.objects.get(), copy.latest_revision):
        with pytest.raises(ImmutableRow):
            row.save()
        with pytest.raises(ImmutableRow):
            row.delete()
        with pytest.raises(ImmutableRow):
            type(row).objects.update(pk=row.pk)
        with pytest.raises(ImmutableRow):
            type(row).objects.all().delete()


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
    meddle(behind_our_back(AuditEvent))
    _, broken = verify.verify()
    assert what in broken.what


@pytest.mark.django_db
def test_erasing_a_reason_does_not_break_the_chain():
    copy = make_copy()
    with transaction.atomic():
        log.record("article.returned", copy.article, by=make_user(), reason="names a person")
    behind_our_back(AuditEvent).filter(kind="article.returned").update(reason="")
    assert verify.verify() == (2, None)


@pytest.mark.django_db(transaction=True)
def test_a_removed_tail_shows_because_heads_are_written_down_outside():
    make_live_article()
    tail = AuditEvent.objects.get(number=4)
    behind_our_back(AuditEvent).filter(pk=tail.pk).delete()
    log.AuditHead.objects.update(number=3, hash=tail.previous_hash)
    _, broken = verify.verify()
    assert broken.what == (
        "the database ends at event 3, but 4 was written down outside:"
        " it looks restored from a backup, or its tail was removed"
    )
    with pytest.raises(CommandError, match="does not hold"):
        call_command("verify_history")


@pytest.mark.django_db(transaction=True)
def test_a_removed_tail_still_shows_when_the_chain_has_grown_past_it():
    copy = make_live_article().working_copy
    tail = AuditEvent.objects.get(number=4)
    behind_our_back(AuditEvent).filter(pk=tail.pk).delete()
    log.AuditHead.objects.update(number=3, hash=tail.previous_hash)
    for headline in ("One", "Two"):
        with workflow.editing(copy, by=copy.saved_by, version=copy.version):
            copy.headline = headline
    assert verify.verify()[1].what.startswith("event 4 is not the one written down outside: ")


@pytest.mark.django_db
@pytest.mark.parametrize("line", ["", "4", "four " + "0" * 64, "4 torn"])
def test_a_line_outside_that_is_no_head_is_named(line):
    log.HEADS.write_text(f"{line}\n")
    assert "line 1 of" in verify.verify()[1].what


@pytest.mark.django_db
def test_letters_cannot_move_between_a_reason_and_its_salt():
    copy = make_copy()
    with transaction.atomic():
        event = log.record("article.returned", copy.article, by=make_user(), reason="not approved")
    behind_our_back(AuditEvent).filter(pk=event.pk).update(salt=event.salt[:-1], reason=event.salt[-1] + event.reason)
    assert verify.verify()[1].what == "the reason of event 2 was changed after it was written"


@pytest.mark.django_db
def test_a_revision_that_was_rewritten_is_named_and_never_shown():
    copy = make_approved_copy(headline="Approved words")
    forged = copy.latest_revision.content.replace("Approved words", "Forged words")
    behind_our_back(Revision).filter(pk=copy.latest_revision.pk).update(content=forged)
    assert verify.verify()[1].what == f"revision 1 of story {copy.pk} is not what event 1 is about"
    copy = type(copy).objects.get(pk=copy.pk)
    with pytest.raises(workflow.Refused, match="changed outside the newsroom"):
        workflow.publish(copy, copy.latest_revision, by=make_user("Chief editors"))
    copy.article.refresh_from_db()
    assert copy.article.headline == ""


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused():
    copy = make_copy()
    with pytest.raises(transaction.TransactionManagementError):
        log.record("article.saved", copy.article, by=make_user())


APPEND = """
import django; django.setup()
from django.db import transaction
from portal.audit import kinds, log
from news.models import Article
kinds.register("article", sentences={"article.tried": ""})
article = Article.objects.get()
for number in range(25):
    with transaction.atomic():
        log.record("article.tried", article, by=None, number=number)
"""


@pytest.mark.race
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
    assert verify.verify() == (101, None)
