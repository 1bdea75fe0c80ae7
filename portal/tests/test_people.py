"""The people of the newsroom: who is let in, and what happens to words typed across a login."""

import re

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from comments.tests.factories import make_comment
from news.editorial import workflow
from news.tests.factories import make_copy, make_live_article, make_user
from news.tests.page_forms import send
from portal.models import User
from portal.tests.markup import tight

pytestmark = pytest.mark.django_db


def test_a_role_lets_its_people_in(client):
    client.force_login(make_user("Editors", is_superuser=True))
    person = User.objects.create_user("ola", admin_language="en")
    role = Group.objects.get(name="Reporters")
    send(client, reverse("admin:portal_user_change", args=[person.pk]), "user_form", groups=[role.pk])
    person.refresh_from_db()
    assert person.is_staff and person.has_perm("news.add_workingcopy")


def test_a_form_from_before_the_last_login_says_what_to_do():
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user())
    response = client.post(reverse("admin:news_workingcopy_add"), {"headline": "Typed"})
    assert response.status_code == 403
    assert "what you typed is still in your browser" in response.content.decode()


@pytest.mark.parametrize(("role", "counted"), [("Moderators", 1), ("Chief editors", 2), ("Reporters", 0)])
def test_a_desk_counts_the_comments_of_whoever_decides_on_them_beside_the_stories(client, role, counted):
    copy = make_copy()
    workflow.submit(copy, copy.latest_revision, by=copy.saved_by)
    make_comment(article=make_live_article())
    client.force_login(make_user(role))
    headline = re.search("<h1>(.*)</h1>", tight(client.get("/admin/").content.decode()))[1]
    assert headline == ["Nothing waits for you", "1 thing waits for you", "2 things wait for you"][counted]


def test_a_session_lasts_a_working_day_from_the_last_request(client):
    client.force_login(make_user())
    assert client.get("/admin/").cookies["sessionid"]["max-age"] == 12 * 60 * 60
