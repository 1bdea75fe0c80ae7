"""What the rail and the desk say of a story: whose turn it is, what readers get, and only steps that are of use."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from news.admin.articles import status_badges, step_buttons
from news.editorial import workflow
from news.models import WorkingCopy
from news.roles import system_user
from news.tests.factories import make_approved_copy, make_copy, make_live_article, make_user, saved_again
from news.tests.page_forms import editor_of, said, send

pytestmark = pytest.mark.django_db


def button(step, copy):
    return f"{step}:{copy.pk}:{copy.latest_revision_id}"


def in_review(**fields):
    copy = make_copy(**fields)
    workflow.submit(copy, copy.latest_revision, by=copy.saved_by)
    return copy


def returned(**fields):
    copy = in_review(**fields)
    workflow.send_back(copy, copy.latest_revision, by=make_user("Editors"), reason="Who says so?")
    return copy


def live(**fields):
    return make_live_article(**fields).working_copy


def overdue():
    copy = live()
    saved_again(copy, make_user(), headline="Updated")
    workflow.submit(copy, copy.latest_revision, by=copy.saved_by)
    workflow.approve(copy, copy.latest_revision, by=make_user("Editors"))
    workflow.schedule(copy, copy.latest_revision, by=make_user("Chief editors"), at=timezone.now() + timedelta(hours=1))
    WorkingCopy.objects.filter(pk=copy.pk).update(scheduled_for=timezone.now() - timedelta(hours=1))
    return WorkingCopy.objects.get(pk=copy.pk)


@pytest.mark.parametrize(
    ("make", "said_to_others"),
    [
        (lambda: make_copy(by=make_user(first_name="Marta")), "waits for Marta"),
        (lambda: returned(by=make_user(first_name="Marta")), "waits for Marta"),
        (lambda: make_copy(by=system_user()), "waits for a writer"),
        (in_review, "waits for a reviewer"),
        (make_approved_copy, "waits for somebody who publishes"),
        (overdue, "waits for somebody who publishes"),
        (live, ""),
    ],
)
def test_it_is_said_whose_turn_it_is_to_those_who_have_to_wait(client, make, said_to_others):
    copy, waiting = make(), make_user()
    assert status_badges.whose_turn(copy, waiting) == said_to_others
    client.force_login(waiting)
    assert said_to_others in client.get(editor_of(copy)).content.decode()


def test_who_is_in_charge_is_waited_for_and_told_so():
    copy, marta = make_copy(), make_user(first_name="Marta")
    workflow.assign(copy, copy.latest_revision, by=make_user("Editors"), to=marta)
    assert status_badges.whose_turn(copy, copy.saved_by) == "waits for Marta"
    assert status_badges.whose_turn(copy, marta) == "your turn"


@pytest.mark.parametrize(
    ("make", "shown"),
    [
        (make_copy, ["submit", "approve", "publish", "assign", "publish_alone", "discard"]),
        (
            in_review,
            ["approve", "approve_and_publish", "schedule", "return", "assign", "publish_alone", "discard"],
        ),
        (make_approved_copy, ["publish", "schedule", "return", "assign", "discard"]),
        (live, ["assign", "expire", "withdraw"]),
    ],
)
def test_steps_that_lie_behind_or_are_of_no_use_are_left_out(make, shown):
    chief = make_user("Chief editors")
    assert [shown.step for shown in step_buttons.buttons(make(), by=chief, typed={})] == shown


def test_what_readers_of_a_withdrawn_story_are_told_stands_in_the_rail(client):
    copy, chief = live(), make_user("Chief editors")
    workflow.withdraw(copy, copy.latest_revision, by=chief, reason="A letter", note="The figures were <wrong>.")
    client.force_login(make_user())
    assert "Readers are told: “The figures were &lt;wrong&gt;.”" in client.get(editor_of(copy)).content.decode()
    workflow.restore(copy, copy.latest_revision, by=chief)
    assert "Readers are told" not in client.get(editor_of(copy)).content.decode()


def unfolded(page):
    return [shown.step for shown in page.context["steps"] if shown.is_unfolded]


def test_a_step_refused_for_want_of_a_reason_stands_open_again(client):
    copy = in_review()
    client.force_login(make_user("Editors"))
    assert unfolded(send(client, editor_of(copy), _step=button("return", copy))) == ["return"]
    assert unfolded(client.get(editor_of(copy))) == []


def test_an_end_that_is_refused_is_still_there_to_be_mended(client):
    copy = live()
    client.force_login(make_user("Chief editors"))
    hour = {"expire-date": "2020-01-31", "expire-time": "10:15"}
    page = send(client, editor_of(copy), _step=button("expire", copy), **hour)
    assert said(page) == ["That hour has passed. Choose one to come."]
    assert unfolded(page) == ["expire"]
    assert 'value="2020-01-31"' in page.content.decode() and 'value="10:15"' in page.content.decode()


def test_a_note_to_a_colleague_is_in_no_address(client):
    copy = make_copy()
    client.force_login(make_user("Editors"))
    fields = {"reason-return": "Between us"}
    page = send(client, editor_of(copy), _step=button("return", copy), **fields)
    assert "Your note was: Between us" in said(page)
    assert "Between" not in page.redirect_chain[-1][0]


@pytest.mark.parametrize("value", ["x" * 100_000, "return", "expire:1:2:3", "\n:1:1"])
def test_a_forged_step_leads_back_to_the_story(client, value):
    copy = make_copy()
    client.force_login(make_user("Chief editors"))
    page = send(client, editor_of(copy), _step=value, **{"expire-date": "9" * 100_000})
    assert page.status_code == 200 and len(page.redirect_chain[-1][0]) < 200


def test_what_somebody_else_published_alone_waits_for_the_others(client):
    copy, editor = live(headline="Border post opens"), make_user("Editors")
    saved_again(copy, editor, headline="Border posts open")
    workflow.fix_typo(copy, copy.latest_revision, by=editor)
    client.force_login(editor)
    page = client.get(reverse("admin:index")).content.decode()
    assert "Nothing waits for you" in page and "You published it alone; somebody else reads it now." in page
    client.force_login(make_user("Chief editors"))
    page = client.get(reverse("admin:index")).content.decode()
    assert "1 thing waits for you" in page and "You published it alone" not in page
