"""Two at once: one wins, the other is told and loses nothing, and no approval ever lands on a text nobody read."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from news.body import paragraphs
from news.editorial import workflow
from news.jobs import publish_due
from news.models import WorkingCopy
from news.tests import races
from news.tests.factories import make_copy, make_live_article, make_user, saved_again
from news.tests.page_forms import fields_of
from portal.audit import verify
from portal.models import AuditEvent

pytestmark = pytest.mark.race
Stage = WorkingCopy.Stage
HOUR = timedelta(hours=1)
# How often each pair meets: five hundred races in all.
SAVES, READS, APPROVALS, RETURNS, WITHDRAWALS, SCHEDULES, CLOCKS = 40, 20, 120, 110, 100, 70, 50
assert sum([SAVES, READS, APPROVALS, RETURNS, WITHDRAWALS, SCHEDULES, CLOCKS]) >= 500


@pytest.fixture
def track(transactional_db):
    """After the races: they met, each had one winner and one who was told, and the history holds."""
    with races.track() as track:
        yield track
    track.they_met()
    assert track.winners == track.conflicts == track.tries
    assert verify.verify()[1] is None


@pytest.fixture
def staff(transactional_db):
    return {role: make_user(role) for role in ("Reporters", "Editors", "Chief editors")}


def again(copy):
    revisions = ("latest_revision", "approved_revision", "scheduled_revision")
    return WorkingCopy.objects.select_related("article", *revisions).get(pk=copy.pk)


def logged_in(user):
    client = Client()
    client.force_login(user)
    return client


def step(name, copy, by, **options):
    """A press on a button of the page as it was before the race: a row of one's own, the version seen."""
    mine = again(copy)
    return lambda: workflow.perform(workflow.Step(name), mine, mine.latest_revision, by=by, **options)


def save(copy, by, **fields):
    mine = again(copy)
    return lambda: saved_again(mine, by, **fields)


def approved(copy, staff, headline):
    """A new text of the story, approved."""
    saved_again(copy := again(copy), staff["Reporters"], headline=headline)
    workflow.submit(copy, copy.latest_revision, by=staff["Reporters"])
    workflow.approve(copy, copy.latest_revision, by=staff["Editors"])
    return copy


# ---- through the newsroom's form, as browsers do it


def press(client, copy, sent, **typed):
    """Send the form somebody has open, with what they typed."""
    sent = sent.copy()
    for name, value in typed.items():
        sent[name] = value
    address = reverse("admin:news_workingcopy_change", args=[copy.pk])
    return lambda: client.post(address, sent.urlencode(), content_type="application/x-www-form-urlencoded")


def opened(client, copy):
    return fields_of(client.get(reverse("admin:news_workingcopy_change", args=[copy.pk])))


def words_of(who, number):
    text = [f"{who} wrote sentence {place} of race {number}, and “nothing” of it is < lost." for place in range(40)]
    return {"headline": f"{who}'s headline {number}", "body": paragraphs(*text)}


def test_two_saves_of_one_version_keep_one_and_show_the_loser_all_they_typed(track, staff):
    copy = make_copy(by=staff["Reporters"])
    clients = [logged_in(staff["Reporters"]), logged_in(staff["Editors"])]
    for number in range(SAVES):
        sent = opened(clients[0], copy)
        typed = [words_of("Marta", number), words_of("Joost", number)]
        deeds = [press(client, copy, sent, **words) for client, words in zip(clients, typed, strict=True)]
        answers = track.race(*deeds)
        assert sorted(answer.status_code for answer in answers) == [200, 302]
        winner = [answer.status_code for answer in answers].index(302)
        track.score(winners=1, conflicts=1)
        kept, left = again(copy), fields_of(answers[1 - winner])
        assert {name: getattr(kept, name) for name in ("headline", "body")} == typed[winner]
        assert {name: left[name] for name in ("headline", "body")} == typed[1 - winner]
        assert kept.latest_revision.number == number + 2


def test_an_approval_pressed_while_a_save_is_sent_is_of_the_text_that_was_read(track, staff):
    copy = make_copy(by=staff["Reporters"])
    reporter, editor = logged_in(staff["Reporters"]), logged_in(staff["Editors"])
    for number in range(READS):
        copy = again(copy)
        workflow.submit(copy, copy.latest_revision, by=staff["Reporters"])
        read, sent = copy.latest_revision, opened(editor, copy)
        button, typed = f"approve:{copy.pk}:{read.pk}", words_of("Marta", number)
        answers = track.race(press(editor, copy, sent, _step=button), press(reporter, copy, sent, **typed))
        assert sorted(answer.status_code for answer in answers) == [200, 302]
        copy = again(copy)
        if answers[0].status_code == 302:
            assert (copy.stage, copy.approved_revision, copy.latest_revision) == (Stage.APPROVED, read, read)
            left = fields_of(answers[1])
            assert {name: left[name] for name in ("headline", "body")} == typed
        else:
            assert (copy.stage, copy.approved_revision, copy.headline) == (Stage.IN_REVIEW, None, typed["headline"])
        track.score(winners=1, conflicts=1)
        workflow.send_back(copy, copy.latest_revision, by=staff["Editors"], reason="Once more")


# ---- through the steps themselves, as anything else does it


def test_an_approval_and_a_save_never_both_win(track, staff):
    copy = make_copy(by=staff["Reporters"])
    workflow.submit(copy, copy.latest_revision, by=staff["Reporters"])
    for number in range(APPROVALS):
        read = again(copy).latest_revision
        winner = track.one_wins(
            step("approve", copy, staff["Editors"]), save(copy, staff["Reporters"], headline=f"Save {number}")
        )
        copy = again(copy)
        if winner == 0:
            assert (copy.stage, copy.approved_revision, copy.latest_revision) == (Stage.APPROVED, read, read)
            workflow.send_back(copy, copy.latest_revision, by=staff["Editors"], reason="Once more")
            workflow.submit(copy, copy.latest_revision, by=staff["Reporters"])
        else:
            assert (copy.stage, copy.approved_revision, copy.headline) == (Stage.IN_REVIEW, None, f"Save {number}")


def test_a_story_is_approved_or_returned_but_not_both(track, staff):
    copy = make_copy(by=staff["Reporters"])
    other = make_user("Editors")
    workflow.submit(copy, copy.latest_revision, by=staff["Reporters"])
    for _ in range(RETURNS):
        winner = track.one_wins(step("approve", copy, staff["Editors"]), step("return", copy, other, reason="Too long"))
        copy = again(copy)
        assert copy.stage == (Stage.CHANGES_REQUESTED if winner else Stage.APPROVED)
        assert bool(copy.approved_revision) == (winner == 0)
        if winner == 0:
            workflow.send_back(copy, copy.latest_revision, by=other, reason="Once more")
        workflow.submit(copy, copy.latest_revision, by=staff["Reporters"])


def test_an_update_is_published_or_its_story_withdrawn_but_not_both_from_one_page(track, staff):
    chief, other = staff["Chief editors"], make_user("Chief editors")
    copy = approved(make_live_article(headline="As it was").working_copy, staff, "Update 0")
    for number in range(WITHDRAWALS):
        before, update = copy.article.live_revision_id, copy.latest_revision
        winner = track.one_wins(step("publish", copy, chief), step("withdraw", copy, other, reason="Wrong"))
        copy = again(copy)
        shown = (copy.article.live_revision_id, copy.article.withdrawn_at is None)
        assert shown == ((before, False) if winner else (update.pk, True))
        if winner:
            workflow.restore(copy, copy.latest_revision, by=chief)
        else:
            copy = approved(copy, staff, f"Update {number + 1}")
        copy = again(copy)


def test_an_update_is_scheduled_or_published_but_not_both(track, staff):
    chief, other = staff["Chief editors"], make_user("Chief editors")
    copy = approved(make_live_article(headline="As it was").working_copy, staff, "Update 0")
    for number in range(SCHEDULES):
        winner = track.one_wins(step("schedule", copy, chief, at=timezone.now() + HOUR), step("publish", copy, other))
        copy = again(copy)
        assert copy.is_scheduled() == (winner == 0)
        assert (copy.article.headline == f"Update {number}") == (winner == 1)
        if winner:
            copy = approved(copy, staff, f"Update {number + 1}")
        else:
            workflow.unschedule(copy, copy.latest_revision, by=chief)
            saved_again(copy, staff["Reporters"], headline=f"Update {number + 1}")
            workflow.approve(copy, copy.latest_revision, by=staff["Editors"])


def test_two_workers_put_an_update_in_place_once(track, staff):
    chief = staff["Chief editors"]
    copy = make_live_article(headline="As it was").working_copy
    for number in range(CLOCKS):
        copy = approved(copy, staff, f"Update {number}")
        workflow.schedule(copy, copy.latest_revision, by=chief, at=timezone.now() + HOUR)
        WorkingCopy.objects.filter(pk=copy.pk).update(scheduled_for=timezone.now())  # the hour has come
        answers = track.race(publish_due, publish_due)
        assert [sum(done[word] for done in answers) for word in ("article.published", "failed")] == [1, 0]
        copy = again(copy)
        assert (copy.article.headline, copy.scheduled_revision) == (f"Update {number}", None)
        track.score(winners=1, conflicts=1)
    published = AuditEvent.objects.about(copy.article).filter(kind="article.published")
    assert published.count() == CLOCKS + 1
