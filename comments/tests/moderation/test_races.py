"""Whatever is done with a comment or a person's at the moment somebody does something else with it: one is done, the
other is told, and nobody waits in a circle."""

from datetime import timedelta
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from comments import emails, tokens
from comments.models import Comment, CommenterEmail, CommentSettings, EmailPreference, Report, SenderRule, Thread
from comments.moderation import bulk, closing, decisions, refusals, sender_rules
from comments.moderation.decisions import Decision
from comments.moderation.refusals import Refused
from comments.notifications import delivery
from comments.personal_data import data_requests, purge, retention
from comments.personal_data.data_requests import DataSubject, ErasureScope
from comments.submission import submit
from comments.tests.factories import make_comment, without_limits
from news.tests import races
from news.tests.factories import make_live_articles, make_user
from portal.audit import verify
from portal.models import AuditEvent

pytestmark = pytest.mark.race
RACES = 10
ADDRESS = "grazyna@example.org"
LONG_AGO = timedelta(days=400)


@pytest.fixture
def track(transactional_db):
    """After the races: they met, and the history holds."""
    with races.track(refusal=Refused) as track:
        yield track
    track.they_met()
    assert verify.verify()[1] is None


@pytest.fixture
def article(transactional_db):
    without_limits()
    return make_live_articles(1)[0]


@pytest.fixture
def two(transactional_db):
    return [make_user("Moderators") for _ in range(2)]


def mine(article, **fields):
    return make_comment(article, name="Grażyna", address=ADDRESS, **fields)


def again(comment):
    return Comment.objects.get(pk=comment.pk)


def erasing(grade, by):
    """A yes to what was on the page before the race."""
    person = DataSubject(emails.lookup_hashes(ADDRESS))
    return partial(data_requests.erase, person, grade, by=by, expected=data_requests.plan(person, grade).digest)


def reported(article, by, **fields):
    """A comment that readers see, and that somebody has reported."""
    comment = make_comment(article, status="approved", by=by)
    submit.report(comment, reason="abusive", **fields)
    return again(comment)


def test_erasing_whoever_reported_a_comment_does_not_wait_for_the_decision_on_it_in_a_circle(track, article, two):
    for _ in range(RACES):
        mine(article)
        comment = reported(article, two[0], address=ADDRESS)
        erased, decided = track.race(
            erasing(ErasureScope.NAME, two[0]),
            partial(decisions.trash, comment, by=two[1], expected=comment.state_token),
        )
        assert isinstance(erased, data_requests.ErasurePlan) and decided is None
        assert not Report.objects.exclude(address="", is_open=False).exists()


def test_nor_for_a_decision_on_many(track, article, two):
    for _ in range(RACES):
        mine(article)
        comment = reported(article, two[0], address=ADDRESS)
        erased, decided = track.race(
            erasing(ErasureScope.NAME, two[0]),
            partial(bulk.decide_all, Comment.objects.filter(pk=comment.pk), Decision.TRASH, by=two[1]),
        )
        assert isinstance(erased, data_requests.ErasurePlan) and decided.count == 1


@pytest.mark.parametrize("decision", ["approve", "trash"])
def test_taking_a_decision_back_does_not_wait_in_a_circle_for_the_reports_that_are_forgotten(
    track, article, two, decision
):
    for _ in range(RACES):
        comment = reported(article, two[0], address=ADDRESS, at=timezone.now() - LONG_AGO)
        decisions.decide(decision, comment, by=two[0])
        _, undone = track.race(retention.purge_expired, partial(decisions.undo, again(comment), by=two[0]))
        assert undone is None and Report.objects.filter(comment=comment, is_open=True).exists()


def test_erasing_a_person_whose_addresses_are_forgotten_that_moment_waits_in_no_circle(track, article, two):
    for _ in range(RACES):
        sent = [mine(article, at=timezone.now() - LONG_AGO, notify_language="en") for _ in range(3)]
        track.race(erasing(ErasureScope.NAME, two[0]), retention.purge_expired)
        assert not CommenterEmail.objects.filter(comment__in=sent).exists()


def test_what_is_emptied_and_forgotten_in_the_same_night_waits_in_no_circle(track, article, two):
    for _ in range(RACES):
        sent = [
            mine(article, at=timezone.now() - LONG_AGO, notify_language="en", status="spam", by=two[0])
            for _ in range(3)
        ]
        Comment.objects.update(decided_at=timezone.now() - LONG_AGO)
        track.race(purge.purge, retention.purge_expired)
        assert not Comment.objects.filter(pk__in=[one.pk for one in sent]).exists()


def test_nobody_takes_back_what_another_has_decided_at_that_moment(track, article, two):
    for _ in range(RACES):
        comment = reported(article, two[0])
        by_first, by_second = again(comment), again(comment)
        kept = partial(decisions.approve, by_second, by=two[1], expected=by_second.state_token)
        winner = track.one_wins(partial(decisions.undo, by_first, by=two[0], expected=by_first.state_token), kept)
        stands = again(comment)
        assert (stands.status, stands.decided_by) == (("pending", None) if winner == 0 else ("approved", two[1]))


def test_of_two_who_keep_a_reported_comment_one_has_decided_also_where_one_decides_on_many(track, article, two):
    for _ in range(RACES):
        comment = reported(article, two[0])
        winner = track.one_wins(
            partial(decisions.approve, comment, by=two[0], expected=comment.state_token),
            partial(bulk.decide_all, Comment.objects.filter(pk=comment.pk), Decision.APPROVE, by=two[1]),
        )
        assert again(comment).decided_by == two[winner]


@pytest.mark.parametrize("many", [False, True])
def test_a_report_that_meets_the_decision_is_answered_by_it_or_is_not_taken(track, article, two, many):
    for _ in range(RACES):
        comment = reported(article, two[0])
        decide = partial(decisions.trash, again(comment), by=two[1])
        if many:
            decide = partial(bulk.decide_all, Comment.objects.filter(pk=comment.pk), Decision.TRASH, by=two[1])
        track.race(partial(submit.report, comment, reason="other"), decide)
        assert again(comment).status == "trash"
        assert not Report.objects.filter(comment=comment, is_open=True).exists()


def test_of_two_who_stop_comments_with_notices_of_their_own_one_does_and_the_other_is_told(track, two):
    chiefs = [make_user("Chief editors") for _ in range(2)]
    for _ in range(RACES):
        winner = track.one_wins(*(partial(closing.stop, by=by, banner=by.username) for by in chiefs))
        assert CommentSettings.current().banner == chiefs[winner].username
        closing.resume(by=chiefs[0])


def test_erasing_a_person_who_is_told_of_an_answer_that_moment_succeeds(track, article, two, mailoutbox):
    EmailPreference.objects.create(address_hash=emails.lookup_hashes(ADDRESS)[0], confirmed_at=timezone.now())
    for _ in range(RACES):
        asked = mine(article, status="approved", by=two[0], notify_language="en")
        answer = make_comment(article, parent=asked, status="approved", by=two[0])
        Comment.objects.update(decided_at=timezone.now() - LONG_AGO)
        erased, _ = track.race(erasing(ErasureScope.WORDS, two[0]), partial(delivery.send_answer, answer.pk))
        assert (
            isinstance(erased, data_requests.ErasurePlan) and not CommenterEmail.objects.filter(comment=asked).exists()
        )
        assert Thread.objects.get(pk=article.pk).approved_count == Comment.objects.approved().count()


@pytest.mark.parametrize("page", ["confirm", "stop"])
def test_a_link_in_a_mail_followed_while_its_reader_is_erased_is_answered_in_words(track, article, two, page):
    key_for = {"confirm": tokens.confirmation, "stop": tokens.ending}[page]
    for _ in range(RACES):
        asked = mine(article, status="approved", by=two[0], notify_language="en")
        address = reverse(f"comments:mail-{page}", args=[key_for(asked.commenter_email.subscription)])
        erased, response = track.race(
            erasing(ErasureScope.WORDS, two[0]), lambda address=address: Client().post(address, {"end": "all"})
        )
        assert isinstance(erased, data_requests.ErasurePlan) and response.status_code in {200, 404}


# A person erased, or decided about


def nothing_is_kept_of(*comments):
    kept = Comment.objects.filter(pk__in=[comment.pk for comment in comments])
    assert not CommenterEmail.objects.filter(comment__in=kept).exists()
    assert not kept.exclude(name="", name_search_key="", website="", original="").exists()
    counted = Thread.objects.values_list("article", "approved_count")
    assert all(Comment.objects.approved().filter(article=article).count() == count for article, count in counted)


@pytest.mark.parametrize("grade", ErasureScope.values)
def test_of_two_who_erase_the_same_person_one_does_and_the_other_is_told(track, article, two, grade):
    for _ in range(RACES):
        theirs = [mine(article, status="approved", by=two[0]), mine(article)]
        make_comment(article, parent=theirs[0], status="approved", by=two[0])
        track.one_wins(*(erasing(grade, by) for by in two))
        nothing_is_kept_of(*theirs)
    assert AuditEvent.objects.filter(kind="data_subject.erased").count() == RACES


def test_a_decision_that_meets_an_erasure_brings_nothing_back(track, article, two):
    for _ in range(RACES):
        theirs = mine(article)
        stale = Comment.objects.get(pk=theirs.pk)
        erased, decided = track.race(
            erasing(ErasureScope.WORDS, two[0]),
            lambda stale=stale: decisions.approve(stale, by=two[1], expected=stale.state_token),
        )
        assert isinstance(erased, data_requests.ErasurePlan)
        assert decided is None or str(decided)
        nothing_is_kept_of(theirs)
        assert not Comment.objects.exists()


def test_an_answer_that_meets_an_erasure_finds_the_place_kept_or_is_told(track, article, two):
    for _ in range(RACES):
        theirs = mine(article, status="approved", by=two[0])
        erased, answered = track.race(
            erasing(ErasureScope.WORDS, two[0]), lambda parent=theirs: make_comment(article, parent=parent)
        )
        if isinstance(answered, Comment):  # it came first: what would happen has changed, so nothing did
            assert isinstance(erased, refusals.Refused)
            erasing(ErasureScope.WORDS, two[0])()
            assert Comment.objects.get(pk=answered.pk).parent == theirs
        else:
            assert isinstance(erased, data_requests.ErasurePlan) and not Comment.objects.filter(pk=theirs.pk).exists()
        nothing_is_kept_of(theirs)


def test_what_they_send_while_they_are_erased_is_kept_whole_or_was_part_of_the_question(track, article, two):
    for _ in range(RACES):
        theirs = mine(article)
        erased, sent = track.race(erasing(ErasureScope.NAME, two[0]), lambda: mine(article))
        assert isinstance(sent, Comment) and CommenterEmail.objects.filter(comment=sent).exists()
        assert Comment.objects.get(pk=sent.pk).name == "Gra\u017cyna"
        if isinstance(erased, data_requests.ErasurePlan):
            nothing_is_kept_of(theirs)
        erasing(ErasureScope.NAME, two[0])()
        nothing_is_kept_of(theirs, sent)


def test_of_two_who_decide_about_a_person_one_does_and_the_other_is_told(track, article, two):
    marks = emails.hashes_of(mine(article))
    first, second = two
    for _ in range(RACES):
        track.one_wins(
            lambda: sender_rules.decide(marks, "hold", by=first, expected=""),
            lambda: sender_rules.decide(marks, "spam", by=second, expected=""),
        )
        kind = SenderRule.objects.get().kind
        track.one_wins(*(lambda by=by, kind=kind: sender_rules.lift(marks, by=by, expected=kind) for by in two))
        assert not SenderRule.objects.exists()
