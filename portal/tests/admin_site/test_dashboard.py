"""The start page shows the panels that apps register, to those who have something in them."""

import pytest
from django.contrib import admin
from django.template.loader import get_template

from news.tests.factories import make_user
from portal.admin_site.dashboard import Dashboard
from portal.registry import dashboard
from portal.registry.dashboard import Area, PanelContent

pytestmark = pytest.mark.django_db


@pytest.fixture
def panels(monkeypatch):
    """An empty registry, to be filled by a test."""
    admin.autodiscover()  # what the apps register is registered before the list is replaced
    monkeypatch.setattr(dashboard, "_panels", [])


def names(panels):
    return [filled.panel.name for filled in panels]


def register(name, *, area=Area.MAIN, order=10, content=None):
    def function(person):
        return content

    function.__name__ = name
    return dashboard.panel(f"{name}.html", area=area, order=order)(function)


def test_each_area_shows_its_panels_in_their_order(panels):
    register("last", order=30, content=PanelContent({}))
    register("first", order=10, content=PanelContent({}))
    register("beside", area=Area.SIDE, content=PanelContent({}))
    register("alarm", area=Area.ALARMS, content=PanelContent({}))
    page = Dashboard(make_user())
    assert names(page.main) == ["first", "last"]
    assert (names(page.side), names(page.alarms), names(page.summary)) == (["beside"], ["alarm"], [])
    assert page.side_headings == "beside"


def test_a_panel_with_nothing_to_show_is_left_out_and_counts_nothing(panels):
    register("empty", content=None)
    register("full", content=PanelContent({"rows": [1, 2]}, count=2))
    register("for_information", content=PanelContent({"rows": [1]}))
    page = Dashboard(make_user())
    assert (names(page.main), page.count) == (["full", "for_information"], 2)


def test_a_panel_is_asked_once_about_the_person_who_looks(panels):
    asked = []

    @dashboard.panel("any.html", area=Area.MAIN, order=10)
    def any_panel(person):
        asked.append(person)
        return PanelContent({})

    person = make_user()
    page = Dashboard(person)
    assert (page.count, len(page.main), len(page.side)) == (0, 1, 0)
    assert asked == [person]


def test_the_page_says_what_a_panel_says(client, panels):
    waiting = PanelContent({"number": 3}, count=3)
    dashboard.panel("admin/comments/_panel_waiting.html", area=Area.SUMMARY, order=1)(lambda person: waiting)
    client.force_login(make_user())
    page = client.get("/admin/").content.decode()
    assert "3 things wait for you" in page and "3 comments wait for a decision" in page
    assert '<div id="content-main" class="nr-desk">' in page


def test_every_registered_panel_has_its_template_and_a_name_of_its_own():
    admin.autodiscover()
    registered = dashboard.panels()
    assert len({panel.name for panel in registered}) == len(registered) >= 11
    for panel in registered:
        get_template(panel.template)
