"""Two moderators at one queue: each is told what the other looks at, and nobody is kept from deciding."""

from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from comments.models import Comment
from comments.moderation import claims, decisions
from comments.tests.factories import make_comment
from comments.tests.queue import QUEUE, press
from news.tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna():
    return make_user("Moderators", first_name="Anna", last_name="Nowak")


@pytest.fixture
def tom():
    return make_user("Moderators", first_name="Tom", last_name="Verhoeven")


def at_desk(person):
    client = Client()
    client.force_login(person)
    return client


def claimed(client, comment, expected=None):
    return client.post(f"{QUEUE}{comment.pk}/claim/", {"seen": expected or comment.status})


def shown(client, query=""):
    return unescape(client.get(QUEUE + query).content.decode())


def test_the_other_sees_who_looks_at_it_in_the_list_and_on_the_card(article, anna, tom):
    comment = make_comment(article)
    assert claimed(at_desk(anna), comment).json() == {"told": ""}
    page = shown(at_desk(tom), f"?c={comment.pk}")
    assert "Anna Nowak is looking at it" in page and "Anna Nowak is looking at this comment." in page
    assert claimed(at_desk(tom), comment).json() == {"told": "Anna Nowak is looking at this comment."}
    assert "is looking at" not in shown(at_desk(anna), f"?c={comment.pk}")


def test_the_queue_opens_at_a_comment_nobody_looks_at(article, anna, tom):
    older, newest = make_comment(article), make_comment(article)
    claimed(at_desk(anna), newest)
    assert f'id="comment-{older.pk}"' in shown(at_desk(tom))
    assert f'id="comment-{newest.pk}"' in shown(at_desk(anna))


def test_after_a_decision_the_next_comment_is_one_nobody_looks_at(article, anna, tom):
    free, taken, mine = (make_comment(article) for _ in range(3))
    claimed(at_desk(anna), taken)
    assert f'name="next" value="{free.pk}"' in shown(at_desk(tom), f"?c={mine.pk}")
    assert f'?c={taken.pk}" data-key="j"' in shown(at_desk(tom), f"?c={mine.pk}")  # J goes on in order


def test_a_claim_never_keeps_anybody_from_deciding(article, anna, tom):
    comment = make_comment(article)
    claimed(at_desk(anna), comment)
    press(at_desk(tom), "decide", comment.pk, decision="approve", state="pending")
    comment.refresh_from_db()
    assert (comment.status, comment.claimed_by) == ("approved", None)
    told = claimed(at_desk(anna), comment, expected="pending").json()["told"]
    assert told.startswith("Decision by Tom Verhoeven") and told.endswith("approved.")


def test_a_claim_ends_by_itself_and_is_renewed_by_whoever_has_it(article, anna, tom):
    comment, now = make_comment(article), timezone.now()
    assert claims.claim(comment, by=anna, now=now)
    assert not claims.claim(comment, by=tom, now=now + claims.CLAIM_DURATION - timedelta(seconds=1))
    assert claims.claim(comment, by=anna, now=now + timedelta(minutes=1))
    assert not claims.claim(comment, by=tom, now=now + claims.CLAIM_DURATION)
    assert claims.claim(comment, by=tom, now=now + timedelta(minutes=1) + claims.CLAIM_DURATION)


def test_nobody_looks_at_two_comments_at_once(article, anna):
    first, second = make_comment(article), make_comment(article)
    for comment in (first, second):
        claims.claim(comment, by=anna)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.claimed_by, second.claimed_by) == (None, anna)


def test_looking_by_get_claims_nothing(article, anna):
    comment = make_comment(article)
    assert at_desk(anna).get(f"{QUEUE}{comment.pk}/claim/").status_code == 405
    shown(at_desk(anna), f"?c={comment.pk}")
    assert not Comment.objects.exclude(claimed_by=None).exists()


@pytest.mark.parametrize("role", ["Reporters", "Editors"])
def test_other_roles_claim_nothing(article, role):
    comment = make_comment(article)
    assert claimed(at_desk(make_user(role)), comment).status_code == 403
    comment.refresh_from_db()
    assert comment.claimed_by is None


def test_one_that_is_gone_says_so(anna):
    assert "not there any more" in at_desk(anna).post(f"{QUEUE}99999/claim/").json()["told"]


def test_without_the_csrf_token_nothing_is_claimed(article, anna):
    client, comment = Client(enforce_csrf_checks=True), make_comment(article)
    client.force_login(anna)
    assert claimed(client, comment).status_code == 403
    comment.refresh_from_db()
    assert comment.claimed_by is None


def test_a_claim_is_no_event_and_no_decision(article, anna):
    comment = make_comment(article)
    claims.claim(comment, by=anna)
    assert decisions.last_decision(anna) is None
    assert not comment.decided_by_id
