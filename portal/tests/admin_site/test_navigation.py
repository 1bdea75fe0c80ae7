"""The header links to the lists that apps register, for those who may open them."""

import pytest
from django.contrib import admin

from comments.models import Comment
from comments.tests.factories import make_comment
from news.tests.factories import make_user
from portal.registry import navigation
from portal.registry.navigation import NavigationEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def entries(monkeypatch):
    """An empty registry, to be filled by a test."""
    admin.autodiscover()
    monkeypatch.setattr(navigation, "_entries", [])


def header(client, person, path="/admin/"):
    client.force_login(person)
    context = client.get(path).context
    return context["navigation"], context["add_links"]


def test_entries_stand_in_their_order_whatever_was_registered_first(client, entries):
    navigation.register(NavigationEntry("news.Tag", label="Second", order=2))
    navigation.register(NavigationEntry("news.Section", label="First", order=1))
    links, add_links = header(client, make_user("Chief editors"))
    assert [(link.label, link.address) for link in links] == [
        ("First", "/admin/news/section/"),
        ("Second", "/admin/news/tag/"),
    ]
    assert add_links == []


def test_who_may_not_open_a_list_gets_no_link_and_costs_no_count(client, entries):
    def count():
        raise AssertionError("Nobody is shown this.")

    navigation.register(NavigationEntry("comments.Comment", label="Comments", order=1, count=count))
    assert header(client, make_user("Reporters")) == ([], [])


def test_the_number_that_waits_stands_beside_the_label(client):
    make_comment(status=Comment.Status.PENDING)
    links, _ = header(client, make_user("Moderators"))
    assert [(str(link.label), link.count) for link in links] == [("Comments", 1)]


def test_the_place_one_is_at_is_marked(client):
    links, _ = header(client, make_user("Reporters"), "/admin/news/tag/")
    assert [link.address for link in links if link.is_here] == ["/admin/news/tag/"]


@pytest.mark.parametrize(("role", "may"), [("Reporters", True), ("Chief editors", True), ("Moderators", False)])
def test_the_button_for_a_new_article_is_for_those_who_may_begin_one(client, role, may):
    _, add_links = header(client, make_user(role))
    assert [link.address for link in add_links] == ["/admin/news/workingcopy/add/"] * may
    assert ("New article" in client.get("/admin/").content.decode()) == may
