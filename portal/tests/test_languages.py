"""The path alone says which language a reader's page is in."""

import re

import pytest

from news.tests.factories import make_live_article, make_section, make_tag
from portal.i18n.languages import path_in
from portal.tests.markup import stands_in, tight

pytestmark = pytest.mark.django_db


@pytest.fixture
def paths():
    article = make_live_article(section=make_section(name="Origin"), tags=[make_tag("Steel")])
    return ["/", f"/news/{article.slug}/", "/sections/origin/", "/tags/steel/"]


@pytest.mark.parametrize("language", ["en", "pl"])
def test_every_page_says_its_language(client, address, paths, language):
    for path in [*paths, "/nothing/"]:
        response = client.get(address(language, path))
        assert f'<html lang="{language}" dir="ltr">' in response.content.decode()
        assert response.headers["Content-Language"] == language


def test_the_language_of_the_browser_changes_nothing(client, address, paths):
    for path in paths:
        plain = client.get(address("en", path))
        polish = client.get(address("en", path), headers={"accept-language": "pl"})
        assert plain.content == polish.content
        assert "Accept-Language" not in plain.headers["Vary"]


def test_the_sites_own_language_has_no_second_address_under_a_prefix(client, settings, paths):
    for path in paths:
        assert client.get(f"/{settings.LANGUAGE_CODE}{path}").status_code == 404


@pytest.mark.parametrize("prefix", ["/fr", "/PL", "/pl-pl", "/xx"])
def test_a_language_the_site_does_not_speak_is_a_404(client, paths, prefix):
    for path in paths:
        assert client.get(f"{prefix}{path}").status_code == 404


@pytest.mark.parametrize("language", ["en", "pl"])
def test_each_page_leads_to_itself_in_the_other_languages(client, address, paths, language):
    for path in paths:
        html = client.get(address(language, path)).content.decode()
        links = dict(re.findall(r'<a href="([^"]*)" lang="(\w+)" hreflang', tight(html)))
        assert links == {address(code, path): code for code in ("en", "pl")}
        assert stands_in(f'lang="{language}" hreflang="{language}" aria-current="true"', html)


@pytest.mark.parametrize("language", ["en", "pl"])
def test_links_on_a_page_stay_in_its_language(client, address, paths, settings, language):
    other = {"en": "pl", "pl": "en"}[language]
    for path in paths:
        html = client.get(address(language, path)).content.decode()
        html = re.sub(r"<nav aria-label=[^>]*>\s*<ul>.*?</ul>", "", html, count=1, flags=re.DOTALL)  # the languages
        internal = [link for link in re.findall(r'<a [^>]*href="(/[^"]*)"', html) if not link.startswith("/static/")]
        assert internal
        assert not [link for link in internal if address(other, path_in(settings.LANGUAGE_CODE, link)) == link]


def test_an_error_page_leads_home_in_each_language(client, address):
    html = client.get(address("en", "/nothing/")).content.decode()
    assert dict(re.findall(r'<a href="([^"]*)" lang="(\w+)" hreflang', tight(html))) == {
        address("en", "/"): "en",
        address("pl", "/"): "pl",
    }


@pytest.mark.parametrize("interface", ["en", "pl"])
@pytest.mark.parametrize("written_in", ["en", "pl"])
def test_a_story_is_canonical_under_its_own_language(client, address, settings, interface, written_in):
    article = make_live_article(language=written_in)
    html = client.get(address(interface, f"/news/{article.slug}/")).content.decode()
    own = f"{settings.SITE_URL}{address(written_in, f'/news/{article.slug}/')}"
    assert re.findall(r'<link rel="canonical" href="([^"]*)">', html) == [own]


@pytest.mark.parametrize("language", ["en", "pl"])
def test_lists_are_canonical_in_the_language_of_the_interface(client, address, settings, paths, language):
    for path in ("/", "/sections/origin/", "/tags/steel/"):
        html = client.get(f"{address(language, path)}?utm_source=x").content.decode()
        assert f'<link rel="canonical" href="{settings.SITE_URL}{address(language, path)}">' in html


def test_doubles_of_the_interface_are_no_translations(client, address, paths):
    """hreflang in the head is for versions of a story, not for the same story with other buttons."""
    for path in paths:
        assert "hreflang" not in client.get(address("pl", path)).content.decode().partition("</head>")[0]


def test_sections_and_tags_are_called_what_the_interface_calls_them(client, address):
    section = make_section(name="Origin", names={"pl": "Pochodzenie"})
    article = make_live_article(section=section, tags=[make_tag("Steel", names={"pl": "Stal"})])
    for path in ("/", f"/news/{article.slug}/", "/sections/origin/", "/tags/steel/"):
        polish, english = (client.get(address(code, path)).content.decode() for code in ("pl", "en"))
        assert "Pochodzenie" in polish and ">Origin<" not in polish
        assert ">Origin<" in english and "Pochodzenie" not in english
    assert "<h1" in client.get(address("pl", "/tags/steel/")).content.decode().partition(">Stal</h1>")[0]


@pytest.mark.parametrize("path", ["/", "/news/x/", "/sections/x/?page=2", "/plain/", "/polish/"])
@pytest.mark.parametrize("language", ["en", "pl"])
def test_the_same_page_is_found_from_any_language(address, path, language):
    for other in ("en", "pl"):
        assert path_in(language, address(other, path)) == address(language, path)
