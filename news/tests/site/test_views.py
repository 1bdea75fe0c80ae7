"""What readers see at each address, and what they never do."""

import re
from datetime import timedelta
from html import unescape
from uuid import UUID, uuid4

import pytest
from django.template.loader import get_template
from django.utils import timezone

from news.body import paragraphs, token
from news.editorial import workflow
from news.editorial.workflow import editing
from news.models import Article, Section, Tag
from news.roles import system_user
from news.tests.factories import (
    make_approved_copy,
    make_article,
    make_author,
    make_copy,
    make_live_article,
    make_live_articles,
    make_section,
    make_tag,
    make_user,
    published_again,
)
from portal.pagecache import counters
from portal.tests.markup import stands_in

pytestmark = [pytest.mark.django_db, pytest.mark.wide]
HOUR = timedelta(hours=1)
LINK = UUID("00000000-0000-4000-8000-000000000001")


@pytest.fixture
def page(client, address):
    """The words of a page: `page("/news/x/")`, in English unless another language is asked for."""

    def get(path, language="en", status=200):
        response = client.get(address(language, path))
        assert response.status_code == status
        return unescape(response.content.decode())

    return get


def story_path(article):
    return f"/news/{article.slug}/"


def withdraw(article):
    copy = article.working_copy
    copy.refresh_from_db()
    workflow.withdraw(copy, copy.latest_revision, by=make_user("Chief editors"), reason="It was wrong.")


def change(pk, **columns):
    """Columns no step writes yet, such as an expiry."""
    Article.objects.filter(pk=pk).update(**columns)


# The story's own page


def test_a_story_shows_its_headline_once_as_the_only_h1(page):
    html = page(story_path(make_live_article(headline="Cells & packs")))
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", html) == ["Cells & packs"]


def test_a_story_shows_its_section_authors_and_source(page):
    section = make_section(name="Origin")
    article = make_live_article(section=section, source="Sample content", authors=[make_author("Helena Marzec")])
    html = page(story_path(article))
    assert ">Origin</a>" in html
    assert "<bdi>Helena Marzec</bdi>" in html
    assert "Sample content" in html


def test_a_story_without_authors_source_tags_or_links_shows_none_of_their_places(page):
    html = page(story_path(make_live_article()))
    for word in ('class="cap">By<', "sources", 'class="tags"', "Read on"):
        assert word not in html


def test_the_dateline_stands_before_the_first_words(page):
    html = page(story_path(make_live_article(dateline="Brussels", body="<p>For eleven years.</p>")))
    assert '<p><span class="dateline">Brussels</span> — For eleven years.</p>' in html


def test_a_dateline_is_words_not_markup(client, address):
    article = make_live_article(dateline="<b>Br</b>", body="<p>Text.</p>")
    html = client.get(address("en", story_path(article))).content.decode()
    assert '<span class="dateline">&lt;b&gt;Br&lt;/b&gt;</span>' in html


@pytest.mark.parametrize("field", ["headline", "standfirst", "source", "seo_title", "seo_description"])
def test_no_field_brings_markup_to_the_page(client, address, field):
    article = make_live_article(**{field: '"><script>alert(1)</script>'})
    for path in (story_path(article), "/"):
        assert b"<script>alert" not in client.get(address("en", path)).content


def test_changed_shows_only_after_a_later_publication(page):
    article = make_live_article()
    assert "Changed</dt>" not in page(story_path(article))
    assert "Changed</dt>" in page(story_path(published_again(article, body=paragraphs("Better."))))


@pytest.mark.parametrize(("words", "says"), [(3, "1 minute"), (500, "2 minutes"), (2200, "10 minutes")])
def test_the_reading_time_is_counted_from_the_words(page, words, says):
    assert re.search(rf">\s*{says}\s*<", page(story_path(make_live_article(body=paragraphs("word " * words)))))


def test_tags_stand_by_kind_and_hs_codes_as_codes(page):
    tags = [make_tag("HS 8507.60", kind=Tag.Kind.HS), make_tag("Poland", kind=Tag.Kind.COUNTRY)]
    html = page(story_path(make_live_article(tags=tags)))
    assert html.index("HS codes") < html.index("Countries")
    assert "<b>HS</b><span>8507.60</span></a>" in html
    assert ">Poland</a>" in html


def test_the_page_of_a_story_may_be_mailed_and_printed_with_its_address(page, settings, address):
    article = make_live_article(headline="A & B")
    html = page(story_path(article))
    full = f"{settings.SITE_URL}{address('en', story_path(article))}"
    assert f'<p class="print">{full}</p>' in html
    assert "mailto:?subject=A%20%26%20B&body=http" in html


def test_until_somebody_comments_the_comments_fact_leads_to_the_form(page):
    assert stands_in('<a href="#respond">none yet</a>', page(story_path(make_live_article())))


# What search engines read


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"seo_description": "For engines.", "standfirst": "For readers."}, "For engines."),
        ({"standfirst": "For readers."}, "For readers."),
        ({"body": paragraphs("Only the text says it.")}, "Only the text says it."),
    ],
)
def test_the_description_is_the_best_there_is(page, fields, says):
    assert stands_in(f'<meta name="description" content="{says}">', page(story_path(make_live_article(**fields))))


def test_the_title_for_search_engines_replaces_the_headline_in_the_title_only(page, settings):
    html = page(story_path(make_live_article(headline="Long and witty", seo_title="Short")))
    assert f"<title>Short – {settings.SITE_NAME}</title>" in html
    assert ">Long and witty</h1>" in html


def test_nothing_but_errors_asks_not_to_be_indexed(page):
    article = make_live_article()
    for path in ("/", story_path(article), f"/sections/{article.section.slug}/"):
        assert "noindex" not in page(path)


# READ lines and links at the end


def linking(target=None, placement="inline", body=None, **link):
    """A live story with one related link, in the text unless placed at the end."""
    link = {"uuid": LINK, "placement": placement, "target": target, **link}
    text = paragraphs("Before.") + token(LINK) + paragraphs("After.") if placement == "inline" else paragraphs("Text.")
    return make_live_article(body=body or text, links=[link])


def test_a_read_line_links_its_live_story_between_the_paragraphs(page):
    html = page(story_path(linking(make_live_article(headline="One pack, three codes"))))
    line = re.search(r'<p>Before\.</p>\s*<p class="read">(.*?)</p>\s*<p>After\.</p>', html, re.DOTALL)[1]
    assert ">Read</span>" in line
    assert ">One pack, three codes</a>" in line


@pytest.mark.parametrize("placement", ["inline", "end"])
@pytest.mark.parametrize("state", ["never public", "scheduled", "expired", "withdrawn", "unresolved"])
def test_a_link_is_not_shown_at_all_while_its_story_is_not_live(page, placement, state):
    now = timezone.now()
    windows = {
        "never public": {"live_from": None, "live_revision": None},
        "scheduled": {"live_from": now + HOUR},
        "expired": {"live_from": now - 2 * HOUR, "live_until": now - HOUR},
        "withdrawn": {"withdrawn_at": now},
    }
    target = make_article(headline="Unseen story", **windows[state]) if state in windows else None
    html = page(story_path(linking(target, placement, label="Unseen story")))
    assert "Unseen story" not in html
    assert 'class="read"' not in html
    assert "Read on" not in html


def test_a_link_comes_back_when_its_story_does(page):
    target = make_live_article(headline="Back again")
    article = linking(target)
    withdraw(target)
    assert "Back again" not in page(story_path(article))
    published_again(target, body=paragraphs("Mended."))
    assert "Back again" in page(story_path(article))


def test_a_bare_headline_becomes_a_link_when_the_story_arrives(page):
    article = linking(label="Still to be written")
    assert "Still to be written" not in page(story_path(article))
    make_live_article(headline="Still to be written")
    assert ">Still to be written</a>" in page(story_path(article))


@pytest.mark.parametrize("placement", ["inline", "end"])
def test_a_link_to_a_page_elsewhere_is_shown(page, placement):
    html = page(story_path(linking(placement=placement, url="https://www.wcoomd.org/en", label="WCO")))
    assert stands_in('<a href="https://www.wcoomd.org/en" rel="noopener">WCO</a>', html)


def test_a_link_elsewhere_without_words_is_called_by_its_host(page):
    assert ">wcoomd.org</a>" in page(story_path(linking(url="https://www.wcoomd.org/en")))


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", " javascript:alert(1)", "//evil.example"])
def test_a_link_elsewhere_that_is_no_web_page_is_not_shown(page, url):
    assert url not in page(story_path(linking(url=url, label="Click")))


def test_links_at_the_end_stand_under_read_on_and_those_in_the_text_do_not(page):
    inline, end = make_live_article(headline="In the text"), make_live_article(headline="At the end")
    other = uuid4()
    article = make_live_article(
        body=paragraphs("Before.") + token(LINK),
        links=[
            {"uuid": LINK, "target": inline, "placement": "inline"},
            {"uuid": other, "target": end, "placement": "end"},
        ],
    )
    before, after = page(story_path(article)).split("Read on")
    assert "In the text" in before and "In the text" not in after
    assert "At the end" in after and "At the end" not in before


def test_a_token_without_a_row_leaves_nothing_behind(page):
    html = page(story_path(make_live_article(body=paragraphs("Before.") + token(uuid4()))))
    assert "data-related" not in html


def test_a_story_in_the_other_language_is_marked_as_such(page):
    html = page(story_path(make_live_article(headline="Cło", language="pl")))
    assert stands_in('<header class="val head" lang="pl"><h1', html)
    assert stands_in('<div class="body" lang="pl">', html)
    assert stands_in("Language of the article</dt><dd>Polish", html)


# Addresses


@pytest.mark.parametrize("path", ["/news/never-was/", "/sections/never-was/", "/tags/never-was/", "/nonsense/"])
@pytest.mark.parametrize("language", ["en", "pl"])
def test_an_address_nothing_ever_stood_at_is_a_404_with_a_way_on(client, address, path, language):
    make_live_article(headline="The latest")
    response = client.get(address(language, path))
    assert response.status_code == 404
    assert "The latest" in response.content.decode()
    assert b"noindex" in response.content


def test_a_draft_answers_like_an_address_that_never_was(client, address):
    make_copy(headline="Secret draft", slug="secret-draft")
    make_approved_copy(headline="Secret approved", slug="secret-approved")
    answers = {
        client.get(address("en", f"/news/{slug}/")).content for slug in ("secret-draft", "secret-approved", "nothing")
    }
    assert len(answers) == 1


def test_a_scheduled_story_is_a_404_until_its_hour(page):
    article = make_article(live_from=timezone.now() + HOUR)
    assert "Page not found" in page(story_path(article), status=404)


def test_a_withdrawn_story_is_gone_and_its_words_with_it(page):
    article = make_live_article(headline="Wrong from start to end")
    withdraw(article)
    html = page(story_path(article), status=410)
    assert "This article has been withdrawn" in html
    assert "Wrong from start to end" not in html
    assert "noindex" in html


def test_an_expired_story_is_gone_without_being_called_withdrawn(page):
    now = timezone.now()
    article = make_article(live_from=now - 2 * HOUR, live_until=now - HOUR)
    html = page(story_path(article), status=410)
    assert "This article is no longer available" in html
    assert "withdrawn" not in html


def test_a_gone_page_shows_the_latest_stories(page):
    article = make_live_article()
    make_live_article(headline="Something newer")
    withdraw(article)
    assert "Something newer" in page(story_path(article), status=410)


@pytest.mark.parametrize("language", ["en", "pl"])
def test_an_old_address_leads_to_the_new_one_in_the_same_language_and_not_for_long(client, address, language):
    article = make_live_article(slug="first")
    for slug in ("second", "third"):
        published_again(article, slug=slug)
    for old in ("first", "second"):
        response = client.get(address(language, f"/news/{old}/"))
        assert (response.status_code, response["Location"]) == (301, address(language, "/news/third/"))
        assert response["Cache-Control"] == "public, max-age=300"
    assert client.get(address(language, "/news/third/")).status_code == 200


def test_an_old_address_of_a_withdrawn_story_is_gone(page):
    article = make_live_article(slug="first")
    withdraw(published_again(article, slug="second"))
    page("/news/first/", status=410)
    page("/news/second/", status=410)


def test_a_wished_address_does_not_lead_anywhere_before_it_is_published(page):
    article = make_live_article(slug="first")
    copy = article.working_copy
    with editing(copy, by=make_user(), version=copy.version):
        copy.slug = "second"
    page("/news/second/", status=404)
    page("/news/first/")


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_reader_pages_are_only_read(client, address, method):
    article = make_live_article()
    for path in ("/", story_path(article), f"/sections/{article.section.slug}/"):
        assert getattr(client, method)(address("en", path)).status_code == 405


# The front page and lists


def test_a_site_without_stories_says_so(page):
    assert "There is no story here yet." in page("/")


def test_the_newest_story_leads_and_the_rest_follow_in_order(page):
    headlines = [article.headline for article in make_live_articles(8)]
    html = page("/")
    lead = re.search(r'<h2 class="xl"><a [^>]*>(.*?)</a>', html)[1]
    assert lead == headlines[-1]
    latest = html[html.index(">Latest<") : html.index(">Also new<")]
    assert re.findall(r"<h3><a [^>]*>(.*?)</a>", latest) == headlines[-2:-7:-1]


def test_a_section_block_shows_its_newest_and_not_what_stands_large_above(page):
    section = make_section(name="Origin")
    make_live_articles(6, section=section)
    lead = Article.objects.latest_first().first()
    html = page("/")
    block = html[html.index(f'id="in-{section.slug}"') :]
    assert lead.headline not in block
    assert block.count("<h3") == 4


def test_a_section_without_stories_stands_in_the_masthead_and_has_no_block(page):
    make_live_article(section=make_section(name="Tariffs"))
    make_section(name="Origin", slug="origin")
    html = page("/")
    assert ">Origin</a>" in html
    assert "in-origin" not in html


@pytest.mark.parametrize("state", ["scheduled", "expired", "withdrawn"])
def test_no_list_shows_a_story_that_is_not_live(page, state):
    now = timezone.now()
    window = {
        "scheduled": {"live_from": now + HOUR},
        "expired": {"live_from": now - 2 * HOUR, "live_until": now - HOUR},
        "withdrawn": {"withdrawn_at": now},
    }[state]
    tag = make_tag("Steel")
    article = make_live_article(headline="Not to be seen", tags=[tag])
    change(article.pk, **window)
    for path in ("/", f"/sections/{article.section.slug}/", "/tags/steel/"):
        assert "Not to be seen" not in page(path)


def test_a_draft_of_a_live_story_shows_nowhere(page):
    article = make_live_article(headline="Approved words", tags=[make_tag("Steel")])
    copy = article.working_copy
    with editing(copy, by=make_user(), version=copy.version):
        copy.headline = "Unapproved words"
    for path in ("/", story_path(article), f"/sections/{article.section.slug}/", "/tags/steel/"):
        assert "Unapproved words" not in page(path)


def test_lists_show_stories_of_every_language_and_mark_the_foreign_ones(page):
    tag = make_tag("Steel")
    polish, english = make_live_article(language="pl", tags=[tag]), make_live_article(language="en", tags=[tag])
    for path in ("/tags/steel/", f"/sections/{polish.section.slug}/", "/"):
        html = page(path)
        assert polish.headline in html and english.headline in html
        assert "Polish" in html and 'lang="pl"' in html


def test_a_list_shows_only_its_own_stories(page):
    steel, wine = make_tag("Steel"), make_tag("Wine")
    make_live_article(headline="About steel", tags=[steel], section=make_section(name="A"))
    make_live_article(headline="About wine", tags=[wine], section=make_section(name="B"))
    for path in ("/tags/steel/", "/sections/a/"):
        assert "About steel" in page(path)
        assert "About wine" not in page(path)


def test_a_tag_without_stories_says_so_and_stays_out_of_search_engines(page):
    make_tag("Steel")
    html = page("/tags/steel/")
    assert "There is no story here yet." in html
    assert "noindex" in html


def test_a_tag_page_tells_its_other_names(page):
    make_tag("World Customs Organization", slug="wco").aliases.create(name="WCO")
    assert "<bdi>WCO</bdi>" in page("/tags/wco/")


def test_a_long_list_goes_on_over_pages_and_shows_each_story_once(page, settings, address):
    headlines = {article.headline for article in make_live_articles(41)}
    path = f"/sections/{Section.objects.get().slug}/"
    shown = []
    for number in (1, 2, 3):
        html = page(path if number == 1 else f"{path}?page={number}")
        shown += re.findall(r"<h3><a [^>]*>(.*?)</a>", html)
        assert stands_in(f'aria-label="Page {number}" aria-current="page"', html)
        own = settings.SITE_URL + address("en", path) + (f"?page={number}" if number > 1 else "")
        assert f'<link rel="canonical" href="{own}">' in html
    assert len(shown) == 41
    assert set(shown) == headlines


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", "page=", "page=01", "page=2", "page=1&page=1", "page=1.0", "page=٢"]
)
def test_a_page_that_is_not_there_is_a_404(client, address, query):
    section = make_section(name="Origin")
    make_live_article(section=section)
    assert client.get(address("en", f"/sections/origin/?{query}")).status_code == 404


def test_the_site_name_is_set_with_its_ampersand_in_italics(client, address, settings):
    settings.SITE_NAME = "A & <B>"
    assert b"A <i>&amp;</i> &lt;B&gt;</a>" in client.get(address("en", "/")).content


def test_the_failure_page_needs_no_database_and_no_request():
    html = get_template("500.html").render()
    assert "Something went wrong on our side" in html
    assert "/static/site/site.css" in html


def test_a_failure_shows_the_static_page(client, address, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr(counters, "values", lambda names: 1 / 0)
    response = client.get(address("en", "/"))
    assert response.status_code == 500
    assert b"Something went wrong on our side" in response.content


def test_no_page_brings_its_own_script_or_style(client, address):
    article = make_live_article(tags=[make_tag("Steel")])
    paths = ["/", story_path(article), f"/sections/{article.section.slug}/", "/tags/steel/", "/nonsense/"]
    for path in paths:
        html = client.get(address("en", path)).content.decode()
        assert not re.search(r"<style|<script(?![^>]* src=)|\son[a-z]+=|\sstyle=", html)


def test_story_published_by_the_import_looks_like_any_other(page):
    (article,) = make_live_articles(1)
    assert system_user().get_username() not in page(story_path(article))
