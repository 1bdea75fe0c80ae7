"""Erasing a person, or deciding about one, at the moment somebody does something else with what is theirs."""

import pytest

from comments import moderation, privacy, rights, standing
from comments.models import Comment, Contact, Standing, Thread
from comments.rights import Grade, Person
from comments.tests.make import make_comment, without_limits
from news import history
from news.models import Event
from news.tests import races
from news.tests.make import make_live_articles, make_user

RACES = 10
ADDRESS = "grazyna@example.org"


@pytest.fixture
def track(transactional_db):
    """After the races: they met, and the history holds."""
    with races.track(refusal=moderation.Refused) as track:
        yield track
    track.they_met(share=0.5)
    assert history.verify()[1] is None


@pytest.fixture
def article(transactional_db):
    without_limits()
    return make_live_articles(1)[0]


@pytest.fixture
def two(transactional_db):
    return [make_user("Moderators") for _ in range(2)]


def person():
    return Person(privacy.lookups(ADDRESS))


def mine(article, **fields):
    return make_comment(article, name="Gra\u017cyna", address=ADDRESS, **fields)


def erasing(grade, by):
    """A yes to what was on the page before the race."""
    seen = rights.plan(person(), grade).digest
    return lambda: rights.erase(person(), grade, by=by, seen=seen)


def nothing_is_kept_of(*comments):
    kept = Comment.objects.filter(pk__in=[comment.pk for comment in comments])
    assert not Contact.objects.filter(comment__in=kept).exists()
    assert not kept.exclude(name="", name_key="", website="", original="").exists()
    counted = Thread.objects.values_list("article", "approved_count")
    assert all(Comment.objects.approved().filter(article=article).count() == count for article, count in counted)


@pytest.mark.parametrize("grade", Grade.values)
def test_of_two_who_erase_the_same_person_one_does_and_the_other_is_told(track, article, two, grade):
    for _ in range(RACES):
        theirs = [mine(article, status="approved", by=two[0]), mine(article)]
        make_comment(article, parent=theirs[0], status="approved", by=two[0])
        track.one_wins(*(erasing(grade, by) for by in two))
        nothing_is_kept_of(*theirs)
    assert Event.objects.filter(kind="erase").count() == RACES


def test_a_decision_that_meets_an_erasure_brings_nothing_back(track, article, two):
    for _ in range(RACES):
        theirs = mine(article)
        stale = Comment.objects.get(pk=theirs.pk)
        erased, decided = track.race(
            erasing(Grade.WORDS, two[0]), lambda stale=stale: moderation.approve(stale, by=two[1], seen=stale.seen)
        )
        assert isinstance(erased, rights.Plan)
        assert decided is None or str(decided)
        nothing_is_kept_of(theirs)
        assert not Comment.objects.exists()


def test_an_answer_that_meets_an_erasure_finds_the_place_kept_or_is_told(track, article, two):
    for _ in range(RACES):
        theirs = mine(article, status="approved", by=two[0])
        erased, answered = track.race(
            erasing(Grade.WORDS, two[0]), lambda parent=theirs: make_comment(article, parent=parent)
        )
        if isinstance(answered, Comment):  # it came first: what would happen has changed, so nothing did
            assert isinstance(erased, moderation.Refused)
            erasing(Grade.WORDS, two[0])()
            assert Comment.objects.get(pk=answered.pk).parent == theirs
        else:
            assert isinstance(erased, rights.Plan) and not Comment.objects.filter(pk=theirs.pk).exists()
        nothing_is_kept_of(theirs)


def test_what_they_send_while_they_are_erased_is_kept_whole_or_was_part_of_the_question(track, article, two):
    for _ in range(RACES):
        theirs = mine(article)
        erased, sent = track.race(erasing(Grade.NAME, two[0]), lambda: mine(article))
        assert isinstance(sent, Comment) and Contact.objects.filter(comment=sent).exists()
        assert Comment.objects.get(pk=sent.pk).name == "Gra\u017cyna"
        if isinstance(erased, rights.Plan):
            nothing_is_kept_of(theirs)
        erasing(Grade.NAME, two[0])()
        nothing_is_kept_of(theirs, sent)


def test_of_two_who_decide_about_a_person_one_does_and_the_other_is_told(track, article, two):
    marks = privacy.marks_of(mine(article))
    first, second = two
    for _ in range(RACES):
        track.one_wins(
            lambda: standing.decide(marks, "hold", by=first, seen=""),
            lambda: standing.decide(marks, "spam", by=second, seen=""),
        )
        kind = Standing.objects.get().kind
        track.one_wins(*(lambda by=by, kind=kind: standing.lift(marks, by=by, seen=kind) for by in two))
        assert not Standing.objects.exists()
