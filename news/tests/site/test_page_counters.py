"""Which counters a change bumps: those of the pages that show it, and no others."""

from datetime import timedelta

import pytest
from django.utils import timezone

from news import page_counters
from news.body import paragraphs
from news.editorial import workflow
from news.models import Article
from news.tests.factories import (
    make_article,
    make_author,
    make_copy,
    make_live_article,
    make_section,
    make_tag,
    published_again,
)
from portal.pagecache import counters

pytestmark = pytest.mark.django_db
NOW = timezone.now()
EARLIER, LATER = NOW - timedelta(hours=1), NOW + timedelta(hours=1)


@pytest.fixture
def bumped(monkeypatch):
    """The names that were bumped since the last time this was asked, of the pages of news alone."""
    monkeypatch.setattr(page_counters, "_contributions", [])
    names = []
    bump = counters.bump
    monkeypatch.setattr(counters, "bump", lambda *more: (names.extend(more), bump(*more))[1])

    def ask():
        asked = set(names)
        names.clear()
        return asked

    return ask


@pytest.mark.parametrize("live_from", [None, EARLIER, NOW, LATER])
@pytest.mark.parametrize("state", [{}, {"withdrawn_at": EARLIER}, {"live_until": EARLIER}, {"live_until": LATER}])
def test_the_two_forms_of_live_or_coming_agree(state, live_from):
    if live_from is None or state.get("live_until", LATER + timedelta(hours=1)) <= live_from:
        state = {}
    article = make_article(**state, live_from=live_from)
    for moment in (EARLIER - timedelta(hours=1), EARLIER, NOW, LATER, LATER + timedelta(hours=1)):
        assert article.is_live_or_coming(at=moment) == Article.objects.live_or_coming(at=moment).contains(article)


def test_a_story_that_moves_bumps_the_section_it_leaves_and_the_one_it_comes_to(bumped):
    here, there, elsewhere = (make_section(name=name) for name in ("Here", "There", "Elsewhere"))
    steel, iron = make_tag("Steel"), make_tag("Iron")
    make_live_article(section=elsewhere, tags=[iron])
    article = make_live_article(section=here, tags=[steel])
    bumped()
    published_again(article, section=there)
    names = bumped()
    assert {"section:here", "section:there", "home", page_counters.of_article(article.slug)} == names


def test_words_that_no_list_prints_bump_the_story_s_own_page_alone(bumped):
    article = make_live_article(standfirst="Short.", tags=[make_tag("Steel")])
    bumped()
    published_again(article, seo_title="For engines")
    assert bumped() == {page_counters.of_article(article.slug)}


def test_a_headline_bumps_every_page_that_names_the_story(bumped):
    article = make_live_article(section=make_section(name="Here"), tags=[make_tag("Steel")])
    linking = make_live_article(links=[{"target": article, "placement": "end"}])
    bumped()
    published_again(article, headline="Another")
    own = {page_counters.of_article(slug) for slug in (article.slug, linking.slug)}
    assert bumped() == {*own, "home", "latest", "section:here", "tag:steel"}


def test_drafts_bump_nothing(bumped):
    copy = make_copy(section=make_section(name="Here"), body=paragraphs("Draft."))
    workflow.submit(copy, copy.latest_revision, by=copy.saved_by)
    assert bumped() == set()


def test_a_field_added_to_what_a_story_says_is_taken_to_be_shown_in_every_list(monkeypatch):
    article = make_live_article(tags=[make_tag("Steel")])
    monkeypatch.setattr(page_counters, "CONTENT_FIELDS", [*page_counters.CONTENT_FIELDS, "newly_added"])
    monkeypatch.setattr(Article, "newly_added", "before", raising=False)
    before = page_counters.counters_for(article)
    monkeypatch.setattr(Article, "newly_added", "after")
    assert {"home", "latest", "tag:steel"} <= page_counters.changed_since(before, article)


def test_names_bump_the_pages_they_stand_on():
    tag, code, author, section = make_tag("Steel"), make_tag("HS 7208", kind="hs"), make_author(), make_section()
    article = make_live_article(tags=[tag, code], authors=[author], section=section)
    own = page_counters.of_article(article.slug)
    names = {thing: page_counters.counters_for_name(thing, vars(thing)) for thing in (tag, code, author, section)}
    assert names == {
        tag: {own, "tag:steel"},
        code: {own, page_counters.of_tag(code.slug), "home"},
        author: {own, "home"},
        section: {"site"},
    }
    assert page_counters.counters_for_name(make_author(), {}) == set()


def test_more_names_than_a_statement_takes_are_bumped_in_parts():
    names = [f"name:{number}" for number in range(2 * counters.AT_ONCE + 1)]
    counters.bump(*names)
    assert set(counters.values(names[:400]).values()) == {1} == set(counters.values(names[-400:]).values())
    counters.bump()
