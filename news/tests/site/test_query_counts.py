"""What a page costs the database: no more than its ceiling, and no more for many rows than for one.

Counted in a warm process with an empty store: the masthead and the coming boundaries are remembered.
"""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from news.models import Article, Section
from news.tests.factories import (
    make_article,
    make_author,
    make_live_article,
    make_live_articles,
    make_section,
    make_tag,
)
from portal.pagecache import counters

pytestmark = [pytest.mark.django_db, pytest.mark.wide]
HOME, LIST, ARTICLE, GONE = 6, 5, 7, 7


@pytest.fixture
def cost_of(client, address, queries_of):
    """Queries of one page in a warm process that keeps no page."""

    def cost(path):
        assert client.get(address("en", path)).status_code in {200, 410}
        cache.clear()
        return queries_of(client.get, address("en", path))

    return cost


def add_live_rows(number, *tags, **fields):
    """Live stories as bare rows: what a page costs does not depend on the steps that made them."""
    for _number in range(number):
        article = make_article(**fields)
        article.tags.add(*tags)
    counters.bump(counters.SITE)


def test_the_front_page_costs_the_same_for_one_story_or_fifty(cost_of):
    make_live_articles(1)
    one = cost_of("/")
    for _number in range(5):
        add_live_rows(10, section=make_section())
    assert cost_of("/") == one <= HOME


def test_the_front_page_stays_under_its_ceiling_with_everything_on_it(cost_of):
    make_live_articles(9)
    make_live_article(authors=[make_author(), make_author()], tags=[make_tag("HS 8507", kind="hs"), make_tag()])
    assert cost_of("/") <= HOME


@pytest.mark.parametrize("kind", ["sections", "tags"])
def test_a_list_costs_the_same_for_one_story_or_fifty(cost_of, kind):
    section, tag = make_section(name="Steel"), make_tag("Steel")
    tag.aliases.create(name="Iron")
    make_live_articles(1, section=section, tags=[tag])
    one = cost_of(f"/{kind}/steel/")
    add_live_rows(49, tag, section=section)
    assert cost_of(f"/{kind}/steel/") == one <= LIST
    assert cost_of(f"/{kind}/steel/?page=3") == one


def test_a_story_costs_the_same_for_one_tag_or_twelve(cost_of):
    few = make_live_article(tags=[make_tag()])
    many = make_live_article(tags=[make_tag(kind=kind) for kind in ("hs", "topic", "country") for _number in range(4)])
    one = cost_of(f"/news/{few.slug}/")
    assert cost_of(f"/news/{many.slug}/") == one <= ARTICLE


def test_a_story_costs_the_same_for_one_link_or_ten(cost_of):
    def story(number):
        links = [{"target": target, "placement": "end"} for target in make_live_articles(number)]
        return make_live_article(links=links, authors=[make_author() for _number in range(number)])

    few, many = story(1), story(10)
    assert cost_of(f"/news/{many.slug}/") == cost_of(f"/news/{few.slug}/") <= ARTICLE


def test_coming_stories_cost_nothing_more(cost_of):
    make_live_articles(1)
    one = cost_of("/")
    for hours in range(1, 20):
        make_article(live_from=timezone.now() + timedelta(hours=hours))
    assert cost_of("/") == one


def test_sections_cost_nothing_more(cost_of):
    (article,) = make_live_articles(1)
    one = cost_of(f"/news/{article.slug}/")
    Section.objects.bulk_create(Section(name=f"S{number}", slug=f"s{number}") for number in range(12))
    assert cost_of(f"/news/{article.slug}/") == one


def test_a_gone_page_and_a_wrong_address_are_cheap(cost_of, client, address, queries_of):
    (article,) = make_live_articles(1)
    Article.objects.filter(pk=article.pk).update(withdrawn_at=timezone.now())
    assert cost_of(f"/news/{article.slug}/") <= GONE
    client.get(address("en", "/nonsense/"))
    assert queries_of(client.get, address("en", "/nonsense/")) == 2


def test_no_list_reads_a_whole_body(client, address):
    make_live_articles(3, tags=[make_tag("Steel")])
    for path in ("/", "/tags/steel/", f"/sections/{Section.objects.get().slug}/"):
        with CaptureQueriesContext(connection) as queries:
            client.get(address("en", path))
        asked = " ".join(re.sub(r'(SUBSTR|LEFT)\("news_article"."body"', "", query["sql"]) for query in queries)
        assert '"news_article"."body"' not in asked


def test_every_page_reads_its_counters_before_anything_else(client, address):
    """Else a commit between a page's dependencies and its counters would be hidden for good."""
    (article,) = make_live_articles(1, tags=[make_tag("Steel")])
    for path in ("/", f"/news/{article.slug}/", "/tags/steel/", f"/sections/{article.section.slug}/"):
        with CaptureQueriesContext(connection) as queries:
            client.get(address("en", path))
        assert "portal_cachecounter" in queries[0]["sql"]
