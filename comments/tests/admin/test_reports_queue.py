"""What readers report is in the queue with its reasons, and whoever decides on the comment has answered them."""

import json
import re
from html import unescape

import pytest

from comments import emails
from comments.models import Comment, Report
from comments.moderation import bulk, decisions
from comments.moderation.decisions import Decision
from comments.moderation.refusals import Refused
from comments.tests.factories import make_comment
from comments.tests.queue import QUEUE, offers, press
from news.tests.factories import make_live_articles, make_user
from portal.models import AuditEvent
from portal.tests.markup import tight

pytestmark = pytest.mark.django_db


@pytest.fixture
def reported():
    comment = make_comment(make_live_articles(1)[0], status="approved", body="He lives at Polna 7.")
    address = emails.encrypt("complains@example.org")
    Report.objects.create(comment=comment, reason="personal", text="<b>My</b> neighbour!", address=address)
    Report.objects.create(comment=comment, reason="other")
    return comment


def shown(client, query="?view=reported"):
    return unescape(client.get(QUEUE + query).content.decode())


def open_reports():
    return Report.objects.filter(is_open=True).count()


def test_a_reported_comment_is_listed_once_whatever_its_status_and_counted(desk, reported):
    waiting = make_comment(reported.article, body="Waits and is reported.")
    Report.objects.create(comment=waiting, reason="abusive")
    page = shown(desk)
    assert page.count('<li class="nr-qi') == 2
    assert re.findall(r'<span class="nr-n">(\d+)</span>', tight(page)) == ["1", "2", "1", "0", "0"]


def test_its_reports_are_shown_as_typed(desk, reported):
    page = desk.get(f"{QUEUE}?view=reported").content.decode()
    assert "Reported by 2 readers" in page
    assert "Gives away personal details" in page and "&lt;b&gt;My&lt;/b&gt; neighbour!" in page


def test_the_reporters_address_is_hidden_and_a_look_at_it_is_history(desk, reported, moderator):
    report = reported.reports.get(reason="personal")
    page = shown(desk)
    assert "complains@" not in page and offers(page, "reporter_address", report.pk)
    response = press(desk, "reporter_address", report.pk, query="?view=reported")
    assert "complains@example.org" in response.content.decode() and "no-store" in response["Cache-Control"]
    event = AuditEvent.objects.about(report).get()
    assert (event.kind, event.actor_id) == ("email.viewed", moderator.pk)
    assert "complains" not in event.facts and "complains@" not in shown(desk)


def test_without_the_permission_nobody_sees_the_reporters_address(client, reported):
    client.force_login(make_user("Chief editors"))
    report = reported.reports.get(reason="personal")
    assert not offers(shown(client), "reporter_address", report.pk)
    page = press(client, "reporter_address", report.pk, query="?view=reported").content.decode()
    assert "complains@" not in page and "Your role does not see addresses." in page
    assert not AuditEvent.objects.about(report).exists()


@pytest.mark.parametrize("number", ["x", "0", "999999", "9" * 40])
def test_forged_looks_show_nothing(desk, reported, number):
    assert "complains@" not in desk.post(f"{QUEUE}report/{number}/address/", follow=True).content.decode()


def test_keeping_it_answers_the_reports_and_changes_nothing_readers_see(desk, reported, moderator):
    assert offers(shown(desk), "decide", reported.pk, value="approve") and "Keep" in shown(desk)
    press(desk, "decide", reported.pk, query="?view=reported", decision="approve", state="approved")
    reported.refresh_from_db()
    assert (reported.status, reported.article.thread.approved_count) == ("approved", 1)
    assert open_reports() == 0
    event = AuditEvent.objects.about(reported).first()
    assert (event.kind, event.actor_id, json.loads(event.facts)["reports"]) == ("comment.kept", moderator.pk, 2)
    assert "You kept the comment by" in shown(desk)


@pytest.mark.parametrize("decision", ["spam", "trash", "reject.personal"])
def test_taking_it_away_answers_the_reports_too(desk, reported, decision):
    press(desk, "decide", reported.pk, query="?view=reported", decision=decision, state="approved")
    reported.refresh_from_db()
    assert reported.status != "approved" and open_reports() == 0


def test_back_to_waiting_is_no_answer_to_the_reports(reported, moderator):
    decisions.reset_to_pending(reported, by=moderator)
    assert open_reports() == 2


@pytest.mark.parametrize("decide", [decisions.approve, decisions.mark_spam, decisions.trash])
def test_undo_brings_the_reports_back(reported, moderator, decide):
    decide(reported, by=moderator)
    reported.refresh_from_db()
    decisions.undo(reported, by=moderator)
    reported.refresh_from_db()
    assert (reported.status, reported.article.thread.approved_count, open_reports()) == ("approved", 1, 2)
    assert decisions.last_decision(moderator) is None


def test_undo_leaves_reports_answered_earlier(reported, moderator):
    decisions.approve(reported, by=make_user("Moderators"))
    Report.objects.create(comment=reported, reason="abusive")
    reported.refresh_from_db()
    decisions.trash(reported, by=moderator)
    reported.refresh_from_db()
    decisions.undo(reported, by=moderator)
    assert open_reports() == 1


def test_the_slower_of_two_who_keep_it_is_told(reported, moderator):
    late = Comment.objects.get(pk=reported.pk)
    decisions.approve(reported, by=make_user("Moderators"))
    with pytest.raises(Refused, match="approved already"):
        decisions.approve(late, by=moderator, expected="approved")
    assert AuditEvent.objects.about(reported).count() == 2  # approved before, kept now


def test_many_reported_ones_are_kept_at_once_and_come_back_at_once(reported, moderator):
    other = make_comment(reported.article, status="approved")
    Report.objects.create(comment=other, reason="other")
    batch = bulk.decide_all(Comment.objects.reported(), Decision.APPROVE, by=moderator)
    assert open_reports() == 0 and batch.count == 2
    assert json.loads(AuditEvent.objects.about(batch).get().facts)["reports"] == 3
    bulk.undo_all(batch, by=moderator)
    assert open_reports() == 3
    assert set(Comment.objects.values_list("status", flat=True)) == {"approved"}


def test_somebody_who_answered_it_meanwhile_is_named(desk, reported):
    decisions.approve(reported, by=make_user("Moderators", first_name="Anna", last_name="Nowak"))
    page = shown(desk, f"?view=reported&c={reported.pk}")
    assert "Decision by Anna Nowak" in page and 'name="decide"' not in page


def test_the_desk_counts_what_is_reported(desk, reported):
    page = unescape(desk.get("/admin/").content.decode())
    assert "1 comment is reported by readers" in page and "1 thing waits for you" in page
