"""Readers, editors, the queue and submit are told the same about closing, at every moment."""

from datetime import timedelta
from itertools import product

import pytest
from django.utils import timezone, translation

from comments.models import Comment, CommentSettings, Thread
from comments.moderation import closing
from comments.moderation.closing import Cause
from comments.moderation.refusals import Refused
from comments.submission import submit
from comments.templatetags.comments_admin import comments_on
from comments.tests.factories import make_comment, make_rules
from news.models import Article
from news.tests.factories import make_article, make_live_articles, make_user

pytestmark = pytest.mark.django_db

NOW = timezone.now()
DAY, TICK = timedelta(days=1), timedelta(microseconds=1)
SAID = {"name": "Grażyna W.", "address": "grazyna@example.org", "body": "Two days is not enough."}
AGES = [timedelta(), DAY - TICK, DAY, DAY + TICK, 400 * DAY]
CLOSED = "Readers see the comments and can send no more"


def cases():
    names = ("age", "days", "is_exempt", "by_hand", "is_open", "is_withdrawn")
    booleans = [False, True]
    return [dict(zip(names, case, strict=True)) for case in product(AGES, [0, 1, 2], *[booleans] * 4)]


def status_of(case):
    article = unsaved_article(case)
    thread = Thread(pk=article.pk, is_closed=case["by_hand"], stays_open=case["is_exempt"])
    comment_settings = CommentSettings(close_after_days=case["days"], is_open=case["is_open"])
    return closing.status(article, thread, comment_settings, at=NOW)


def unsaved_article(case):
    withdrawn_at = NOW - TICK if case["is_withdrawn"] else None
    return Article(pk=1, live_from=NOW - case["age"], withdrawn_at=withdrawn_at)


def test_the_sentences_for_readers_and_for_editors_agree_in_every_case():
    for case in cases():
        status = status_of(case)
        has_aged = case["days"] > 0 and not case["is_exempt"] and case["age"] >= case["days"] * DAY
        is_closed = case["is_withdrawn"] or case["by_hand"] or has_aged or not case["is_open"]
        assert status.is_open is (not is_closed), case
        assert bool(status.for_readers) is is_closed, case
        says_it_is_open = status.for_editors.startswith(("Readers can comment", "They stay open"))
        assert says_it_is_open is (not is_closed), (case, status.for_editors)
        if status.cause is Cause.AGE:
            ending = f"older than {case['days']} day{'s' if case['days'] > 1 else ''}."
            assert status.for_readers.endswith(ending) and status.for_editors.endswith(ending)


def test_the_first_cause_that_applies_is_the_one_both_are_told():
    case = {"age": 2 * DAY, "days": 1, "is_exempt": False, "by_hand": True, "is_open": False, "is_withdrawn": True}
    for change, cause, sentence in [
        ({}, Cause.NOT_LIVE, "This story is not on the site, so it takes no comments."),
        ({"is_withdrawn": False}, Cause.SITE, "We take no comments at the moment."),
        ({"is_open": True}, Cause.BY_HAND, "Comments on this story are closed."),
        ({"by_hand": False}, Cause.AGE, "Comments on this story are closed, because it is older than 1 day."),
        ({"is_exempt": True}, None, ""),
    ]:
        case |= change
        status = status_of(case)
        assert (status.cause, status.for_readers) == (cause, sentence)


def test_at_the_boundary_commenting_is_closed_and_a_microsecond_earlier_it_says_until_when():
    case = {"age": DAY - TICK, "days": 1, "is_exempt": False, "by_hand": False, "is_open": True, "is_withdrawn": False}
    before = status_of(case)
    assert before.is_open and before.closes_at == NOW + TICK
    assert before.for_editors.startswith("Readers can comment until ")
    at_the_boundary = status_of(case | {"age": DAY})
    assert at_the_boundary.closes_at == NOW and at_the_boundary.cause is Cause.AGE


def test_every_sentence_can_be_translated_whole():
    with translation.override("pl"):
        for case in cases():
            status = status_of(case)
            assert status.for_editors.strip() and bool(status.for_readers.strip()) is (not status.is_open)


@pytest.fixture
def old():
    """A story two days old, where comments close after one."""
    article = make_article(live_from=timezone.now() - 2 * DAY)
    make_rules(close_after_days=1)
    return article


def test_the_readers_form_and_submit_say_the_same_once_it_is_too_old(old, client, address):
    page = client.get(address("en", f"/news/{old.slug}/")).content.decode()
    assert "Comments on this story are closed, because it is older than 1 day." in page
    with pytest.raises(Refused, match="closed, because it is older than 1 day"):
        submit.submit(old, **SAID)
    assert not Comment.objects.exists()


def test_the_panel_of_a_story_asks_the_same_status(old):
    chief = make_user("Chief editors")
    assert comments_on(old, chief)["closing"].for_editors == f"{CLOSED}: the story is older than 1 day."
    closing.exempt(old, by=chief)
    assert comments_on(old, chief)["closing"].for_editors == "They stay open whatever the age of the story."
    closing.close(old, by=chief)
    assert comments_on(old, chief)["closing"].for_editors == f"{CLOSED}."
    assert comments_on(old, make_user("Reporters")) == {}


def test_the_queue_flags_a_story_that_is_closed_for_whatever_reason(desk):
    (article,) = make_live_articles(1)
    make_comment(article)
    queue = "/admin/comments/comment/"
    assert "nr-flag" not in desk.get(queue).content.decode()
    make_rules(is_open=False)
    assert '<span class="nr-flag">Comments closed</span>' in desk.get(queue).content.decode()
