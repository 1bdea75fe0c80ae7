"""Who else has a story open: said, never enforced, and forgotten as soon as nobody says so any more."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from news.editorial import presence
from news.jobs import purge_autosaves
from news.models import Presence
from news.tests.factories import make_copy, make_user
from news.tests.page_forms import said, send

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def at(copy, name="workingcopy_change"):
    return reverse(f"admin:news_{name}", args=[copy.pk])


@pytest.fixture
def anna():
    return make_user("Editors", first_name="Anna", last_name="Nowak")


@pytest.fixture
def marta(client):
    user = make_user("Reporters", first_name="Marta", last_name="Zielińska")
    client.force_login(user)
    return user


def announced(client, copy, person):
    return client.post(at(copy, "presence"), {"person": person.pk}, content_type="application/json").json()["others"]


def beside(person, copy, **options):
    return [there.person for there in Presence.objects.filter(story=copy).others(person, **options)]


def test_two_people_see_each_other_and_neither_is_kept_from_saving(client, anna, marta):
    copy, hers = make_copy(), Client()
    hers.force_login(anna)
    assert announced(client, copy, marta) == ""
    assert "Marta Zielińska" in announced(hers, copy, anna)
    assert "Anna Nowak" in announced(client, copy, marta)
    assert said(send(client, at(copy), headline="Saved all the same")) == ["Saved as revision 2."]


def test_the_page_says_who_is_there_when_it_is_opened_and_opening_it_announces_nobody(client, anna, marta):
    copy = make_copy()
    presence.heartbeat(anna, copy)
    page = client.get(at(copy)).content.decode()
    assert "<b>Anna Nowak</b> has had this open since" in page
    assert beside(anna, copy) == []


def test_somebody_unheard_for_a_minute_and_a_half_has_gone(anna, marta):
    copy, began = make_copy(), timezone.now()
    presence.heartbeat(anna, copy, now=began)
    assert beside(marta, copy, at=began + 89 * SECOND) == [anna]
    assert beside(marta, copy, at=began + 90 * SECOND) == []


def test_since_is_when_they_came_and_begins_anew_when_they_come_back(anna):
    copy, began = make_copy(), timezone.now()
    for seconds in [0, 30, 60, 140]:
        presence.heartbeat(anna, copy, now=began + seconds * SECOND)
    assert Presence.objects.get().since == began
    presence.heartbeat(anna, copy, now=began + 600 * SECOND)
    assert Presence.objects.get().since == began + 600 * SECOND


def test_one_story_says_nothing_of_another(client, anna, marta):
    presence.heartbeat(anna, make_copy())
    assert announced(client, make_copy(), marta) == ""


def test_a_name_is_shown_as_text(client, marta):
    copy = make_copy()
    presence.heartbeat(make_user("Editors", first_name="<script>x"), copy)
    assert "&lt;script&gt;x" in announced(client, copy, marta)


def test_it_says_so_in_the_reader_s_language_and_clocks(client, anna):
    copy = make_copy()
    presence.heartbeat(anna, copy)
    reader = make_user("Reporters", admin_language="pl", time_zone="Asia/Tokyo")
    client.force_login(reader)
    tokyo = timezone.localtime(Presence.objects.get().since, timezone.zoneinfo.ZoneInfo("Asia/Tokyo"))
    assert f'<time datetime="{tokyo.isoformat(timespec="seconds")}">' in announced(client, copy, reader)


def test_the_desk_says_what_others_write_to_those_who_see_stories(client, anna, marta):
    copy = make_copy(headline="Seals on barges")
    presence.heartbeat(anna, copy)
    presence.heartbeat(marta, make_copy(headline="My own"))
    (panel,) = client.get(reverse("admin:index")).context["dashboard"].side
    assert [(str(row), str(row.story)) for row in panel.context["rows"]] == [("Anna Nowak", "Seals on barges")]
    client.force_login(make_user("Moderators"))
    assert "Seals on barges" not in client.get(reverse("admin:index")).content.decode()


def test_yesterday_is_forgotten(anna, marta):
    copy = make_copy()
    presence.heartbeat(anna, copy, now=timezone.now() - timedelta(days=2))
    presence.heartbeat(marta, copy)
    purge_autosaves()
    assert [row.person for row in Presence.objects.all()] == [marta]


def test_saying_so_again_costs_the_same_for_one_or_five(client, marta, queries_of):
    copy = make_copy()
    announced(client, copy, marta)
    alone = queries_of(announced, client, copy, marta)
    for _ in range(5):
        presence.heartbeat(make_user("Editors"), copy)
    assert queries_of(announced, client, copy, marta) == alone
