"""Approved comments as feeds: well-formed whatever was typed, kept, and without an address."""

from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.utils import timezone

from comments.models import Comment
from comments.moderation import decisions
from comments.tests.factories import make_comment
from news.models import Article, Slug
from news.tests.factories import make_live_articles, make_user
from portal.tests.markup import stands_in

pytestmark = pytest.mark.django_db
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"


@pytest.fixture
def path(article, address):
    return address("en", f"/news/{article.slug}/comments/feed/")


@pytest.fixture
def read(client):
    def items(path):
        response = client.get(path)
        assert response.status_code == 200
        assert response.headers["Content-Type"].startswith("application/rss+xml")
        return ElementTree.fromstring(response.content).findall("channel/item")

    return items


def test_newest_first_with_name_words_and_an_address_that_outlives_pages(read, path, article):
    at = timezone.now()
    make_comment(article, name="Jan", body="First.", status="approved", at=at - timedelta(hours=1))
    second = make_comment(article, name="Ola", body="Second <b>.\n\nhttps://port.example/", status="approved", at=at)
    items = read(path)
    assert [item.findtext(CREATOR) for item in items] == ["Ola", "Jan"]
    assert items[0].findtext("title") == str(second)
    assert items[0].findtext("link") == items[0].findtext("guid") == settings.SITE_URL + second.get_absolute_url()
    assert '<p dir="auto">Second &lt;b&gt;.</p>' in items[0].findtext("description")
    assert 'rel="nofollow ugc noopener"' in items[0].findtext("description")


@pytest.mark.parametrize("language", ["en", "pl"])
def test_it_says_which_language_its_own_words_are_in(client, address, article, language):
    for path in (f"/news/{article.slug}/comments/feed/", "/comments/feed/"):
        feed = ElementTree.fromstring(client.get(address(language, path)).content)
        assert feed.findtext("channel/language") == language


@pytest.mark.parametrize("status", ["pending", "spam", "trash"])
def test_only_what_readers_see(read, address, path, article, status):
    make_comment(article, status=status)
    assert read(path) == read(address("en", "/comments/feed/")) == []


def test_one_for_the_whole_site_of_stories_that_are_live(read, address):
    here, gone = make_live_articles(2)
    shown, hidden = make_comment(here, status="approved"), make_comment(gone, status="approved")
    feed = address("en", "/comments/feed/")
    assert {item.findtext("title") for item in read(feed)} == {str(shown), str(hidden)}
    Article.objects.filter(pk=gone.pk).update(live_until=timezone.now())
    decisions.trash(make_comment(here, status="approved"), by=make_user("Moderators"))  # moves the counters
    assert [item.findtext("title") for item in read(feed)] == [str(shown)]


def test_kept_and_asked_for_again_like_every_public_page(client, path, address, article):
    comment = make_comment(article, body="Fresh words.")
    for feed in (path, address("en", "/comments/feed/")):
        first = client.get(feed)
        assert first.templates == [] and not first.cookies
        assert client.get(feed, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
        assert b"Fresh words." not in first.content
    decisions.approve(comment, by=make_user("Moderators"))
    for feed in (path, address("en", "/comments/feed/")):
        assert b"Fresh words." in client.get(feed).content


def test_as_many_queries_for_one_comment_or_six(queries_of, client, path, article):
    moderator = make_user("Moderators")
    make_comment(article, status="approved", by=moderator)
    client.get(path)
    one = queries_of(client.get, f"{path}?again")
    for _ in range(5):
        make_comment(article, status="approved", by=moderator)
    assert queries_of(client.get, f"{path}?again") == one


@pytest.mark.parametrize("words", ["]]>", "<![CDATA[", "&#0;", "\ufffe\uffff", "\x00\x0b\x1f", "\u202e", "😀"])
def test_the_feed_is_well_formed_whatever_was_typed(read, path, article, words):
    make_comment(article, name="x", status="approved")
    Comment.objects.update(name=f"n {words.replace(chr(0), '')}", body=f"b {words.replace(chr(0), '')}")
    (item,) = read(path)
    assert item.findtext(CREATOR).startswith("n ")


def test_the_story_and_the_front_page_lead_to_their_feeds(client, address, path, article):
    page = client.get(address("en", f"/news/{article.slug}/")).content.decode()
    link = f'type="application/rss+xml" title="Comments on “{article.headline}”" href="{path}"'
    assert stands_in(link, page.replace("&quot;", '"'))
    home = client.get(address("en", "/")).content.decode()
    assert stands_in(f'href="{address("en", "/comments/feed/")}">', home)


def test_an_old_address_leads_to_the_feed_and_a_story_that_is_gone_has_none(client, address, article, path):
    Slug.objects.create(slug="an-old-address", article=article)
    response = client.get(address("en", "/news/an-old-address/comments/feed/"))
    assert (response.status_code, response["Location"]) == (301, path)
    Article.objects.filter(pk=article.pk).update(withdrawn_at=timezone.now())
    assert client.get(f"{path}?again").status_code == 410
    assert client.get(address("en", "/news/nowhere/comments/feed/")).status_code == 404
