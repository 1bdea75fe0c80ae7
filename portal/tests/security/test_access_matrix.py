"""Who may see and do what: each cell of the tables in access.py, and that no address is missing from them.

Reader pages also stand under another language's prefix; that is the same pattern, so the table has it once and both
addresses are asked. Whoever is refused sends what another role's page has in its form, with their own session and
token, and not a row of the database may differ afterwards; nor after any GET.
"""

import re

import pytest
from django.conf import settings
from django.contrib.admin import site
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.test import RequestFactory
from django.urls import get_resolver
from django.utils import translation

from news.editorial.steps import Step
from news.tests.page_forms import fields_of
from portal.tests.newsroom import changed, is_login, post, rows
from portal.tests.security import access_matrix, action_paths

pytestmark = pytest.mark.wide

SCREENS, ACTIONS = access_matrix.screens(), access_matrix.actions()
MEANS = {200: "+", 403: "-", 404: "?", 405: "x", 410: "g", 400: "!", 422: "!", 503: "!", 301: ">", 302: ">", 303: ">"}
# What stands in an address where the table names nothing, by how the address begins.
SUBJECTS = {
    "/admin/news/workingcopy/": "draft",
    "/admin/news/section/": "trade",
    "/admin/news/author/": "author",
    "/admin/news/tag/": "tag",
    "/admin/comments/comment/story/": "live",
    "/admin/comments/comment/": "pending_comment",
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


def of_the_site():
    """Every address, in the site's own language: that one stands without a prefix."""
    with translation.override(settings.LANGUAGE_CODE):
        return list(addresses(get_resolver()))


def test_every_address_of_the_site_stands_in_the_table():
    missing = set(of_the_site()) - set(map(plain, SCREENS))
    assert not missing, f"Nobody has said in access.py who gets {', '.join(sorted(missing))}."


def test_the_table_is_about_addresses_there_are():
    gone = set(map(plain, SCREENS)) - set(of_the_site())
    assert not gone, f"access.py speaks of {', '.join(sorted(gone))}, which the site does not have."


def filled(row, newsroom):
    """A row's address with something there is in it."""
    subject = next((name for begins, name in SUBJECTS.items() if row.startswith(begins)), "live")
    fillers = {"content_type_id": newsroom["article_type"].pk, "url": "nothing/here/"}
    keys = {"open": newsroom["open"].key, "revoked": newsroom["revoked"].key}
    keys |= {"held": newsroom["receipt"]}

    def fill(match):
        name, _equals, value = match[1].partition("=")
        if name in {"pk", "report_id"} and value:
            return str(newsroom[value].pk)
        return str(keys.get(value, value) if value else fillers.get(name, newsroom[subject].pk))

    return re.sub("<([^>]+)>", fill, row)


def cell(response, differs, method):
    """What somebody got, as the table says it; words where it has no sign for it."""
    if method == "POST" and response.status_code in {200, 302, 303} and differs:
        return "*"
    sign = "l" if is_login(response) else MEANS.get(response.status_code, str(response.status_code))
    return f"{sign} and wrote {', '.join(sorted(differs))}" if differs else sign


@pytest.mark.parametrize("row", SCREENS)
def test_each_person_gets_what_the_table_says(newsroom, row):
    address = filled(row, newsroom)
    before = rows()  # ahead of the first look, after which readers' pages are kept and their views not asked again
    form = fields_of(newsroom.browser_of("admin").get(address), form="")
    got = {"GET": {}, "POST": {}}
    browsers = {person: newsroom.browser_of(person) for person in access_matrix.PEOPLE.values()}
    for person, browser in browsers.items():
        got["GET"][person] = cell(browser.get(address), changed(before), "GET")
        with newsroom.undone():
            response = post(browser, address, form)
            got["POST"][person] = cell(response, changed(before), "POST")
    assert got == SCREENS[row]


@pytest.mark.parametrize("row", [row for row in SCREENS if not row.startswith(("/admin/", "/health/"))])
def test_readers_get_the_same_under_another_language_s_prefix(newsroom, row):
    other = next(code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE)
    response = newsroom.browser_of("nobody").get(f"/{other}{filled(row, newsroom)}")
    assert cell(response, set(), "GET") == SCREENS[row]["GET"]["nobody"]
    assert response.headers["Content-Language"] == other if response.status_code == 200 else True


# ---- actions

WAYS = action_paths.WAYS | {name: action_paths.step(name, "change") for name in action_paths.STEPS}
ON_COMPARING = {f"{name}, on comparing": action_paths.step(name, "compare") for name in action_paths.STEPS}
# What a save leaves that changed no word: a step refused on the story's form was sent with what is typed there.
OF_A_SAVE = {"news_workingcopy.version", "+news_autosave"}


def test_every_step_and_every_decision_stands_in_the_table():
    assert set(Step) <= set(ACTIONS) and set(ACTIONS) == set(WAYS)


def is_refusal(browser, response, level):
    """Not open to them, or an answer that says why nothing was done."""
    if response.status_code in {403, 404} or is_login(response):
        return True
    if any(message.level >= level for message in get_messages(response.wsgi_request)):
        return True
    if response.status_code == 302:  # sent to the desk, for one
        return is_login(browser.get(response.headers["Location"]))
    refused = {"address_refused", "reporter_refused"}
    return response.status_code == 200 and any(name in response.context for name in refused)


@pytest.mark.parametrize("action", WAYS | ON_COMPARING)
def test_an_action_is_open_to_those_the_table_names(newsroom, action):
    way = (WAYS | ON_COMPARING)[action]
    for person, may in ACTIONS[action.removesuffix(", on comparing")].items():
        if not may:
            continue
        with newsroom.undone():
            browser = newsroom.browser_of(person)
            if way.begun:
                way.begun(newsroom, newsroom[person])
            page, sent = way.filled_in(newsroom, person, browser)
            has_button = way.button or way.select or way.action
            assert not has_button or way.shows(newsroom, page), f"{person} has no button for it."
            response = way.send(newsroom, person, browser, sent)
            assert way.came_of_it(newsroom, person, response), f"Nothing came of it for {person}."
            assert not LogEntry.objects.exists(), "The audit log is the only one."


@pytest.mark.parametrize("action", WAYS | ON_COMPARING)
def test_an_action_is_closed_to_the_others_and_to_any_get(newsroom, action):
    way = (WAYS | ON_COMPARING)[action]
    may = ACTIONS[action.removesuffix(", on comparing")]
    somebody = next((person for person in ("chief", "moderator", "admin") if may[person]), "admin")
    if way.begun:
        way.begun(newsroom, newsroom[somebody])
    browser = newsroom.browser_of(somebody)
    _page, sent = way.filled_in(newsroom, somebody, browser)
    browsers = {person: newsroom.browser_of(person) for person in may if not may[person]}
    before = rows()
    browser.get(newsroom.fill_in(way.to or way.page), sent)
    assert changed(before) == set(), "A GET has written."
    for person, browser in browsers.items():
        with newsroom.undone():
            response = way.send(newsroom, person, browser, sent)
            saves = way.form == "workingcopy_form" and not way.to and ACTIONS["save a story"][person]
            assert changed(before) <= (OF_A_SAVE if saves else set()), f"{person} has changed something."
            assert is_refusal(browser, response, way.refused_as), f"{person} got {response.status_code} and no refusal."
            page = browser.get(newsroom.fill_in(way.page))
            if (way.button or way.action) and page.status_code == 200:
                assert not way.shows(newsroom, page), f"{person} has a button for what is refused."


# ---- what lists and header offer

LISTS = access_matrix.lists()


@pytest.mark.parametrize("person", LISTS)
def test_lists_and_header_offer_what_a_role_may_open_and_nothing_else(newsroom, person):
    page = newsroom.browser_of(person).get("/admin/all/")
    offered = {
        f"{app['app_label']}.{model['object_name']}": "".join(
            sorted(permission[0] for permission, may in model["perms"].items() if may)
        )
        for app in page.context["app_list"]
        for model in app["models"]
    }
    assert offered == LISTS[person]
    assert [link.address for link in page.context["navigation"]] == access_matrix.NAVIGATION[person]
    linked = set(re.findall(r'href="/admin/(\w+/\w+)/', page.content.decode()))
    assert linked == {model.replace(".", "/").lower() for model in LISTS[person]}, "A link to what is not open."


@pytest.mark.parametrize("person", LISTS)
def test_an_app_is_open_to_whom_one_of_its_lists_is(newsroom, person):
    request = RequestFactory().get("/admin/")
    request.user = newsroom[person]
    for model, model_admin in site._registry.items():
        has_any = any(name.startswith(f"{model._meta.app_label}.") for name in LISTS[person])
        # Audit events are of the app `portal` and moderators may read them, so the app alone opens nothing.
        if has_any:
            assert model_admin.has_module_permission(request)
        assert bool(any(model_admin.get_model_perms(request).values())) == (model._meta.label in LISTS[person])
    assert {model._meta.label for model in site._registry} == set(LISTS["admin"])
