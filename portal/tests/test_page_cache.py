"""A kept page is the page: served without rendering while it is right, and never a moment longer."""

import gzip
import os
from datetime import UTC, datetime, time, timedelta

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from comments.tests.factories import make_comment
from news import page_counters
from news.body import paragraphs, token
from news.editorial import workflow
from news.models import Article, Section
from news.tests.factories import (
    make_approved_copy,
    make_article,
    make_live_article,
    make_live_articles,
    make_section,
    make_tag,
    make_user,
    published_again,
)
from portal.pagecache import counters, middleware
from portal.tests.markup import stands_in

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LINK = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def get(client, address):
    def request(path, language="en", **headers):
        return client.get(address(language, path), headers=headers)

    return request


@pytest.fixture
def is_kept(get):
    """Whether asking for an address now is answered without rendering anything."""

    def ask(path):
        return not get(path).templates

    return ask


@pytest.fixture
def stored(monkeypatch):
    """Every page that goes into the store, in turn."""
    pages, to_store = [], middleware._to_store

    def spy(key, page):
        pages.append(page)
        to_store(key, page)

    monkeypatch.setattr(middleware, "_to_store", spy)
    return pages


def path_of(article):
    return f"/news/{article.slug}/"


def withdraw(article):
    copy = article.working_copy
    copy.refresh_from_db()
    workflow.withdraw(copy, copy.latest_revision, by=make_user("Chief editors"), reason="Wrong.")


@pytest.fixture
def pages(get):
    """A story with its neighbours, and every page that shows it, each asked for once."""
    article = make_live_article(headline="Old words", section=make_section(name="Origin"), tags=[make_tag("Steel")])
    linking = make_live_article(
        body=paragraphs("See") + token(LINK), links=[{"uuid": LINK, "target": article, "placement": "inline"}]
    )
    paths = ["/", path_of(article), "/sections/origin/", "/tags/steel/", path_of(linking)]
    for path in paths:
        assert "Old words" in get(path).content.decode()
    return article, paths


# Served again


def test_a_kept_page_costs_one_query_for_its_counters_and_no_template(pages, get):
    for path in pages[1]:
        with CaptureQueriesContext(connection) as queries:
            response = get(path)
        assert response.templates == []
        assert [("portal_cachecounter" in query["sql"]) for query in queries] == [True]


def test_a_kept_page_is_the_rendered_page_to_the_byte(get, address, client):
    make_live_articles(3)
    rendered, kept = get("/"), get("/")
    assert rendered.templates and not kept.templates
    assert rendered.content == kept.content
    assert rendered.headers == kept.headers
    assert rendered.status_code == kept.status_code == 200


def test_interface_languages_are_kept_apart(get):
    make_live_articles(1)
    assert get("/", "en").content != get("/", "pl").content
    assert get("/", "en").content != get("/", "pl").content
    assert get("/", "pl").headers["Content-Language"] == "pl"


def test_a_gone_page_is_kept_as_gone(get, is_kept):
    article = make_live_article()
    withdraw(article)
    assert get(path_of(article)).status_code == 410
    assert is_kept(path_of(article))
    assert get(path_of(article)).status_code == 410


@pytest.mark.parametrize("path", ["/news/nothing/", "/sections/nothing/", "/tags/nothing/", "/nothing/"])
def test_an_address_nothing_stands_at_is_not_kept(get, stored, path):
    assert get(path).status_code == 404
    assert stored == []


def test_a_redirect_is_not_kept(get, stored):
    article = make_live_article(slug="first")
    published_again(article, slug="second")
    assert get("/news/first/").status_code == 301
    assert stored == []


@pytest.mark.parametrize("query", ["utm_source=x", "page=2&utm_source=x", "x", f"page={'1' * 400}"])
def test_a_page_with_unknown_parameters_is_shown_and_not_kept(get, stored, query):
    make_live_articles(21)
    section = Section.objects.get()
    response = get(f"/sections/{section.slug}/?{query}")
    assert response.status_code == (404 if "111" in query else 200)
    assert stored == []


def test_a_page_with_unknown_parameters_looks_like_the_kept_one(get):
    make_live_articles(1)
    plain, tagged = get("/"), get("/?utm_source=x")
    assert plain.content == tagged.content
    assert plain.headers == tagged.headers


@pytest.mark.parametrize("path", ["/", "story"])
def test_a_page_number_where_there_are_no_pages_fills_no_store(get, stored, path):
    path = path_of(make_live_article()) if path == "story" else path
    assert get(f"{path}?page=7").status_code == 200
    assert stored == []


def test_the_pages_of_a_list_are_kept_apart(get, is_kept):
    make_live_articles(21)
    path = f"/sections/{Section.objects.get().slug}/"
    first, second = get(path).content, get(f"{path}?page=2").content
    assert first != second
    assert is_kept(path) and is_kept(f"{path}?page=2")
    assert get(f"{path}?page=2").content == second


# At its second, with no worker


@pytest.mark.parametrize(("seconds", "is_seen"), [(-1, False), (0, True), (1, True)])
def test_kept_pages_show_a_scheduled_story_at_its_second(get, is_kept, monkeypatch, seconds, is_seen):
    section, steel = make_section(name="Origin"), make_tag("Steel")
    copy = make_approved_copy(headline="At its hour", section=section, tags=[steel])
    linking = make_live_article(
        section=section, tags=[steel], links=[{"uuid": LINK, "label": "At its hour", "placement": "end"}]
    )
    paths = ["/", "/sections/origin/", "/tags/steel/", path_of(linking)]
    hour = timezone.now() + HOUR
    workflow.schedule(copy, copy.latest_revision, by=make_user("Chief editors"), at=hour)
    for path in paths:
        assert "At its hour" not in get(path).content.decode()
        assert is_kept(path)
    assert get(path_of(copy.article)).status_code == 404
    monkeypatch.setattr(timezone, "now", lambda: hour + timedelta(seconds=seconds))
    for path in paths:
        assert ("At its hour" in get(path).content.decode()) is is_seen, path
    assert get(path_of(copy.article)).status_code == (200 if is_seen else 404)


@pytest.mark.parametrize(("seconds", "is_seen"), [(-1, True), (0, False), (1, False)])
def test_kept_pages_lose_an_ending_story_at_its_second(pages, get, is_kept, monkeypatch, seconds, is_seen):
    article, paths = pages
    copy, end = article.working_copy, timezone.now() + HOUR
    copy.refresh_from_db()
    workflow.expire(copy, copy.latest_revision, by=make_user("Chief editors"), at=end)
    for path in paths:
        assert "Old words" in get(path).content.decode()
        assert is_kept(path)
    monkeypatch.setattr(timezone, "now", lambda: end + timedelta(seconds=seconds))
    for path in paths:
        assert ("Old words" in get(path).content.decode()) is is_seen, path
    assert get(path_of(article)).status_code == (200 if is_seen else 410)


def test_a_story_taken_off_the_schedule_appears_nowhere(get, monkeypatch):
    copy, hour = make_approved_copy(headline="Never to be"), timezone.now() + HOUR
    chief = make_user("Chief editors")
    workflow.schedule(copy, copy.latest_revision, by=chief, at=hour)
    slug = copy.article.slug
    get("/")
    workflow.unschedule(copy, copy.latest_revision, by=chief)
    monkeypatch.setattr(timezone, "now", lambda: hour)
    assert "Never to be" not in get("/").content.decode()
    assert get(f"/news/{slug}/").status_code == 404


# Wrong at once


def test_publishing_shows_on_every_page_at_once(pages, get):
    article, paths = pages
    published_again(article, headline="New words")
    for path in paths:
        html = get(path).content.decode()
        assert "New words" in html and "Old words" not in html


def test_withdrawing_takes_a_story_from_every_page_at_once(pages, get):
    article, paths = pages
    withdraw(article)
    for path in paths:
        assert "Old words" not in get(path).content.decode()
    assert get(path_of(article)).status_code == 410


def test_renaming_moves_the_story_and_every_link_to_it_at_once(pages, get, address):
    article, paths = pages
    published_again(article, slug="another-address")
    assert get(path_of(article)).headers["Location"] == address("en", "/news/another-address/")
    for path in set(paths) - {path_of(article)}:
        html = get(path).content.decode()
        assert "/news/another-address/" in html
        assert path_of(article) not in html


def test_a_section_that_changes_its_name_changes_every_masthead(pages, get):
    Section.objects.filter(slug="origin").update(name="Provenance")
    counters.bump(counters.SITE)
    for path in pages[1]:
        assert "Provenance</a>" in get(path).content.decode()


def test_an_approved_comment_shows_at_once(pages, get):
    article, _paths = pages
    comment = make_comment(article, body="Words of a reader.")
    assert "Words of a reader." not in get(path_of(article)).content.decode()
    comment = make_comment(article, body="Approved words.", status="approved")
    assert comment.body in get(path_of(article)).content.decode()
    assert "1 comment" in get(path_of(article)).content.decode()
    assert "Most discussed" in get("/").content.decode()


def test_a_change_of_one_story_leaves_the_page_of_another_kept(get, is_kept):
    one, other = make_live_article(section=make_section()), make_live_article(section=make_section())
    get(path_of(other))
    published_again(one, headline="New words")
    assert is_kept(path_of(other))


def test_a_change_that_is_rolled_back_leaves_pages_kept(get, is_kept):
    article = make_live_article()
    get(path_of(article))
    try:
        with transaction.atomic():
            counters.bump(page_counters.of_article(article.slug))
            raise KeyError
    except KeyError:
        pass
    assert is_kept(path_of(article))


def test_a_page_made_while_its_story_was_being_published_is_never_served_again(get, monkeypatch):
    article = make_live_article(headline="Old words")
    cacheable = counters.PageDependencies.cacheable

    def cacheable_after_a_commit(dependencies, response, **options):
        monkeypatch.undo()
        published_again(article, headline="New words")
        return cacheable(dependencies, response, **options)

    monkeypatch.setattr(counters.PageDependencies, "cacheable", cacheable_after_a_commit)
    assert "Old words" in get(path_of(article)).content.decode()
    assert "New words" in get(path_of(article)).content.decode()


def test_a_gone_page_made_while_its_story_came_back_is_never_served_again(get, monkeypatch):
    """The page turns out to need another counter late; what it knew before must not be read anew."""
    article = make_live_article(headline="Back again")
    withdraw(article)
    add = counters.PageDependencies.add

    def add_after_a_commit(dependencies, *names):
        monkeypatch.undo()
        published_again(article, body=paragraphs("Mended."))
        return add(dependencies, *names)

    monkeypatch.setattr(counters.PageDependencies, "add", add_after_a_commit)
    assert get(path_of(article)).status_code == 410
    assert get(path_of(article)).status_code == 200


# Wrong by the clock


def assert_ends(page, moment):
    assert page.until == moment
    assert page.stands(at=moment - timedelta(microseconds=1))
    assert not page.stands(at=moment)


def soon(**more):
    """A moment before the day ends on the site's clock."""
    now = timezone.now()
    return now + (midnight() - now) / 2 + timedelta(**more)


def midnight():
    zone = timezone.get_default_timezone()
    return datetime.combine(timezone.localtime(timezone.now(), zone).date() + timedelta(days=1), time.min, zone)


@pytest.fixture
def origin_and_steel():
    """A section and a tag with a story each readers see."""
    origin, steel = make_section(name="Origin"), make_tag("Steel")
    make_live_article(section=origin, tags=[steel])
    return origin, steel


@pytest.mark.parametrize("path", ["/", "/sections/origin/", "/tags/steel/"])
def test_a_list_is_kept_until_the_next_story_of_its_own_appears_or_goes(get, stored, origin_and_steel, path):
    origin, steel = origin_and_steel
    appears, goes = soon(), soon(seconds=1)
    for article in (make_article(live_from=appears, section=origin), make_article(live_until=goes, section=origin)):
        article.tags.add(steel)
    get(path)
    assert_ends(stored[-1], appears)


@pytest.mark.parametrize("path", ["/sections/origin/", "/tags/steel/"])
def test_what_appears_in_another_list_ends_no_list(get, stored, origin_and_steel, path):
    make_article(live_from=soon(), section=make_section()).tags.add(make_tag())
    get(path)
    assert stored[-1].until == midnight()


@pytest.mark.parametrize("path", ["/sections/origin/", "/tags/steel/"])
def test_what_is_published_in_another_list_leaves_a_list_kept(get, is_kept, origin_and_steel, path):
    get(path)
    make_live_article(section=make_section(), tags=[make_tag()])
    get(path)  # for the new section in the masthead
    make_live_article(section=Section.objects.last(), tags=[make_tag()])
    assert is_kept(path)


def test_a_story_is_kept_until_it_expires(get, stored):
    article, goes = make_live_article(), soon()
    Article.objects.filter(pk=article.pk).update(live_until=goes)
    get(path_of(article))
    assert_ends(stored[-1], goes)


@pytest.mark.parametrize("column", ["live_from", "live_until"])
def test_a_story_is_kept_until_one_it_links_appears_or_goes(get, stored, column):
    moment = soon()
    target = make_article(**{column: moment})
    article = make_live_article(links=[{"target": target, "placement": "end"}])
    get(path_of(article))
    assert_ends(stored[-1], moment)


def test_no_page_outlives_the_day_it_shows(get, stored):
    article = make_live_article()
    for path in ("/", path_of(article)):
        get(path)
        assert_ends(stored[-1], midnight())


@pytest.mark.parametrize(
    ("day", "before", "after"),
    [((2026, 3, 29), "UTC+1", "UTC+2"), ((2026, 10, 25), "UTC+2", "UTC+1")],
)
def test_a_page_ends_when_the_clock_is_changed(get, is_kept, stored, settings, monkeypatch, day, before, after):
    settings.TIME_ZONE = "Europe/Brussels"
    make_live_article()
    change = datetime(*day, 1, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: change - timedelta(seconds=90))
    assert before in get("/").content.decode()
    assert_ends(stored[-1], change)
    monkeypatch.setattr(timezone, "now", lambda: change)
    assert not is_kept("/")
    assert after in get("/").content.decode()
    assert_ends(stored[-1], midnight())


def test_a_withdrawn_storys_coming_hour_ends_no_page(get, stored):
    make_live_article()
    make_article(live_from=soon(), withdrawn_at=timezone.now())
    get("/")
    assert stored[-1].until == midnight()


# As it travels


def test_browsers_ask_again_and_are_told_nothing_is_new(get):
    make_live_articles(1)
    etag = get("/").headers["ETag"]
    response = get("/", if_none_match=etag)
    assert response.status_code == 304
    assert response.content == b""
    assert response.headers["ETag"] == etag
    assert response.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert "Content-Security-Policy" in response.headers


def test_an_old_validator_gets_the_new_page(get):
    article = make_live_article(headline="Old words")
    etag = get(path_of(article)).headers["ETag"]
    published_again(article, headline="New words")
    response = get(path_of(article), if_none_match=etag)
    assert response.status_code == 200
    assert response.headers["ETag"] != etag


@pytest.mark.parametrize("accepts", ["gzip", "br, gzip;q=0.5", "GZIP", "deflate, gzip; q=1.0, *;q=0.5"])
def test_whoever_takes_gzip_gets_gzip(get, accepts):
    make_live_articles(1)
    plain = get("/")
    for _rendered_then_kept in range(2):
        response = get("/", accept_encoding=accepts)
        assert response.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(response.content) == plain.content
        assert response.headers["Content-Length"] == str(len(response.content))
        assert response.headers["ETag"] == plain.headers["ETag"]


@pytest.mark.parametrize("accepts", ["", "br", "gzip;q=0", "gzip; q=0.000", "identity", "notgzip"])
def test_whoever_does_not_take_gzip_gets_plain_bytes(get, accepts):
    make_live_articles(1)
    for _rendered_then_kept in range(2):
        response = get("/", accept_encoding=accepts)
        assert "Content-Encoding" not in response.headers
        assert b"</html>" in response.content


def test_head_says_what_get_says_without_the_words(client, address, get):
    make_live_articles(1)
    for _rendered_then_kept in range(2):
        head = client.head(address("en", "/"))
        assert head.content == b""
        assert head.headers == get("/").headers


def test_pages_are_cookie_free_and_the_same_for_everyone(get, address):
    article = make_live_article(tags=[make_tag("Steel")])
    editor = Client(headers={"accept-language": "pl", "cookie": "sessionid=x; csrftoken=y"})
    editor.force_login(make_user())
    for path in ("/", path_of(article), f"/sections/{article.section.slug}/", "/tags/steel/"):
        cache.clear()
        theirs = editor.get(address("en", path))
        for response in (theirs, get(path)):
            assert not response.cookies
            assert response.headers["Vary"] == "Accept-Encoding"
            assert response.content == theirs.content


@pytest.mark.parametrize("path", ["/nothing/", "/news/nothing/"])
def test_error_pages_are_cookie_free_too(get, path):
    response = get(path)
    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")


@pytest.mark.parametrize("kept", [False, True])
def test_the_policy_and_the_other_headers_are_on_every_answer(get, kept):
    make_live_articles(1)
    if kept:
        get("/")
    headers = get("/").headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    for name, value in {
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }.items():
        assert headers[name] == value
    assert "Permissions-Policy" in headers


@pytest.mark.parametrize("kept", [False, True])
def test_another_host_is_refused_whether_or_not_the_page_is_kept(get, kept):
    make_live_articles(1)
    if kept:
        get("/")
    assert get("/", host="evil.example").status_code == 400


# The store


class Broken:
    def get(self, *args, **options):
        raise ConnectionError("down")

    set = get


def test_without_a_store_pages_are_rendered(get, monkeypatch, caplog):
    make_live_articles(1)
    monkeypatch.setattr(middleware, "cache", Broken())
    for _time in range(2):
        response = get("/")
        assert response.status_code == 200
        assert response.templates
    assert "The page store does not answer" in caplog.text


def test_a_store_that_lost_its_pages_costs_a_rendering(get, is_kept):
    make_live_articles(1)
    get("/")
    cache.clear()
    assert not is_kept("/")
    assert is_kept("/")


def test_pages_are_kept_in_files_where_no_server_is_named(get, is_kept, settings, tmp_path):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": str(tmp_path)}
    }
    make_live_articles(1)
    get("/")
    assert is_kept("/")
    assert list(tmp_path.glob("*.djcache"))


def test_another_edition_of_the_code_does_not_serve_the_last_ones_pages(get, client, address, monkeypatch):
    make_live_articles(1)
    get("/")
    monkeypatch.setattr(middleware, "_edition", lambda: "another")
    assert Client().get(address("en", "/")).templates


@pytest.mark.parametrize("name", ["SITE_NAME", "SITE_URL", "TIME_ZONE", "SECRET_KEY"])
def test_settings_that_show_on_pages_are_part_of_the_edition(settings, name):
    before = middleware._edition()
    setattr(settings, name, "Europe/Warsaw" if name == "TIME_ZONE" else "https://other.example")
    assert middleware._edition() != before


def test_a_file_that_goes_while_the_site_starts_does_not_stop_it(monkeypatch):
    gone = middleware.BASE_DIR / "portal" / "gone.py"
    monkeypatch.setattr(type(gone), "glob", lambda folder, pattern: [gone])
    assert f"{gone} None" in middleware._files.__wrapped__()


@pytest.mark.parametrize("pattern", middleware.CODE)
def test_a_changed_file_makes_another_edition(monkeypatch, tmp_path, pattern):
    page = tmp_path / "news" / pattern.replace("**/", "").replace("*", "page")
    page.parent.mkdir(parents=True)
    page.touch()
    monkeypatch.setattr(middleware, "BASE_DIR", tmp_path)
    before = middleware._files.__wrapped__()
    os.utime(page, (0, 0))
    assert before != middleware._files.__wrapped__() != []


def test_what_somebody_typed_is_never_kept(client, address, stored):
    article = make_live_article()
    response = client.post(
        address("en", f"{path_of(article)}comments/"), {"body": "Only mine", "name": "", "email": ""}
    )
    assert response.status_code in {403, 422}
    html = response.content.decode()
    assert "Only mine" in html
    assert stands_in("<title>Error: ", html)
    assert "noindex" in html
    assert response.headers["Cache-Control"] == "no-store"
    assert stored == []
    assert b"Only mine" not in client.get(address("en", path_of(article))).content
