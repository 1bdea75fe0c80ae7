"""Who may see and do what: each cell of the tables in access.py, and that no address is missing from them.

Reader pages also stand under another language's prefix; that is the same pattern, so the table has it once and both
addresses are asked. Whoever is refused sends what another role's page has in its form, with their own session and
token, and not a row of the database may differ afterwards; nor after any GET.
"""

import re

import pytest
from django.conf import settings
from django.urls import get_resolver, reverse

from news.tests.forms import fields_of
from portal.tests import access
from portal.tests.newsroom import changed, everything, is_login, newsroom, post, rows  # noqa: F401 - fixtures

SCREENS = access.screens()
MEANS = {200: "+", 403: "-", 404: "?", 405: "x", 410: "g", 400: "!", 422: "!", 503: "!", 301: ">", 302: ">", 303: ">"}
# What stands in an address where the table names nothing, by how the address begins.
SUBJECTS = {
    "/admin/news/workingcopy/": "draft",
    "/admin/news/section/": "trade",
    "/admin/news/author/": "author",
    "/admin/news/tag/": "tag",
    "/admin/comments/comment/": "pending",
    "/admin/portal/job/": "job",
    "/admin/portal/user/": "writer",
    "/admin/auth/group/": "group",
}


def addresses(resolver, before="/"):
    """Every address of the site as the table writes it: without converters, regular expressions as what they name."""
    for pattern in resolver.url_patterns:
        route = re.sub(r"\(\?P(<\w+>)[^)]*\)", r"\1", str(pattern.pattern)).strip("^$")
        address = before + re.sub(r"<\w+:(\w+)>", r"<\1>", route)
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern, address)
        else:
            yield address


def plain(row):
    return re.sub(r"=[\w-]+>", ">", row)


def test_every_address_of_the_site_stands_in_the_table():
    missing = set(addresses(get_resolver())) - set(map(plain, SCREENS))
    assert not missing, f"Nobody has said in access.py who gets {', '.join(sorted(missing))}."


def test_the_table_is_about_addresses_there_are():
    gone = set(map(plain, SCREENS)) - set(addresses(get_resolver()))
    assert not gone, f"access.py speaks of {', '.join(sorted(gone))}, which the site does not have."


def filled(row, newsroom):  # noqa: F811
    """A row's address with something there is in it."""
    subject = next((name for begins, name in SUBJECTS.items() if row.startswith(begins)), "live")
    fillers = {"content_type_id": newsroom["article_type"].pk, "url": "nothing/here/"}
    keys = {"open": newsroom["open"].key, "revoked": newsroom["revoked"].key}

    def fill(match):
        name, _equals, value = match[1].partition("=")
        return str(keys.get(value, value) if value else fillers.get(name, newsroom[subject].pk))

    return re.sub("<([^>]+)>", fill, row)


def cell(response, differs, method):
    """What somebody got, as the table says it; words where it has no sign for it."""
    if method == "POST" and response.status_code in {200, 302} and differs:
        return "*"
    sign = "l" if is_login(response) else MEANS.get(response.status_code, str(response.status_code))
    return f"{sign} and wrote {', '.join(sorted(differs))}" if differs else sign


@pytest.mark.parametrize("row", SCREENS)
def test_each_person_gets_what_the_table_says(newsroom, row):  # noqa: F811
    address = filled(row, newsroom)
    form = fields_of(newsroom.browser_of("admin").get(address), form="")
    got = {"GET": {}, "POST": {}}
    browsers = {person: newsroom.browser_of(person) for person in newsroom.people}
    before = rows()
    for person, browser in browsers.items():
        got["GET"][person] = cell(browser.get(address), changed(before), "GET")
        with newsroom.undone():
            response = post(browser, address, form)
            got["POST"][person] = cell(response, changed(before), "POST")
    assert got == SCREENS[row]


@pytest.mark.parametrize("row", [row for row in SCREENS if not row.startswith(("/admin/", "/health/"))])
def test_readers_get_the_same_under_another_language_s_prefix(newsroom, row):  # noqa: F811
    other = next(code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE)
    response = newsroom.browser_of("nobody").get(f"/{other}{filled(row, newsroom)}")
    assert cell(response, set(), "GET") == SCREENS[row]["GET"]["nobody"]
    assert response.headers["Content-Language"] == other if response.status_code == 200 else True
