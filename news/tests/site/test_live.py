"""What is live: a question of approval and time, with one answer in SQL and its twin in Python."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from news.models import Article
from news.tests.factories import make_article

pytestmark = pytest.mark.django_db
NOW = timezone.now()
EARLIER, LATER = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
MUCH_EARLIER = NOW - timedelta(hours=2)


@pytest.mark.parametrize("live_from", [MUCH_EARLIER, NOW, LATER])
@pytest.mark.parametrize("state", [{}, {"withdrawn_at": EARLIER}, {"live_until": EARLIER}, {"live_until": LATER}])
def test_the_two_forms_of_live_agree(state, live_from):
    if state.get("live_until", LATER) <= live_from:
        state = {"live_until": live_from + timedelta(seconds=1)}
    article = make_article(**state, live_from=live_from)
    for moment in (MUCH_EARLIER, EARLIER, NOW, LATER, LATER + timedelta(hours=1)):
        assert article.is_live(at=moment) == Article.objects.live(at=moment).contains(article)


@pytest.mark.parametrize(("seconds", "expected"), [(-1, False), (0, True), (1, True)])
def test_a_story_appears_at_its_second(seconds, expected):
    article = make_article(live_from=NOW)
    moment = NOW + timedelta(seconds=seconds)
    assert article.is_live(at=moment) is expected
    assert Article.objects.live(at=moment).exists() is expected


@pytest.mark.parametrize(("seconds", "expected"), [(-1, True), (0, False), (1, False)])
def test_a_story_goes_at_its_second(seconds, expected):
    article = make_article(live_from=EARLIER, live_until=NOW)
    moment = NOW + timedelta(seconds=seconds)
    assert article.is_live(at=moment) is expected
    assert Article.objects.live(at=moment).exists() is expected


def test_an_article_without_a_revision_cannot_be_live_even_from_a_shell():
    article = Article.objects.create()
    with pytest.raises(IntegrityError), transaction.atomic():
        Article.objects.filter(pk=article.pk).update(live_from=NOW)


def test_two_articles_cannot_share_an_address():
    make_article(slug="one")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_article(slug="one")


def test_the_next_boundaries_are_the_hours_still_to_come_soonest_first():
    make_article(live_from=EARLIER)
    make_article(live_from=LATER)
    make_article(live_from=EARLIER, live_until=NOW + timedelta(minutes=1))
    make_article(live_from=EARLIER, live_until=LATER, withdrawn_at=NOW)
    assert Article.objects.next_boundaries(after=NOW) == [NOW + timedelta(minutes=1), LATER]
