"""The newsroom's list of stories, its bulk action, and the frame around every screen."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from news.editorial import workflow
from news.models import WorkingCopy
from news.tests.factories import (
    make_approved_copy,
    make_author,
    make_copy,
    make_live_article,
    make_live_articles,
    make_section,
    make_user,
)
from portal.accounts.forms import PreferencesForm
from portal.models import AuditEvent

pytestmark = [pytest.mark.django_db, pytest.mark.wide]
LIST = reverse("admin:news_workingcopy_changelist")
INDEX = reverse("admin:index")
Stage = WorkingCopy.Stage


@pytest.fixture
def as_(client):
    def enter(role, **fields):
        user = make_user(role, **fields)
        client.force_login(user)
        return user

    return enter


def headlines(response):
    return {copy.headline for copy in response.context["cl"].result_list}


def bulk(client, *copies, shown=None, action="publish_selected"):
    rows = shown or [f"{copy.pk}:{copy.latest_revision_id}" for copy in copies]
    sent = {"action": [action], "index": "0", "select_across": "0", "shown": rows}
    return client.post(LIST, sent | {"_selected_action": [copy.pk for copy in copies]}, follow=True)


def said(response):
    return [str(message) for message in response.context["messages"]]


def test_a_row_says_what_readers_see_and_how_far_the_working_copy_is(client, as_):
    article = make_live_article(headline="Seals on barges", authors=[make_author("Anna Nowak")])
    make_copy(headline="A draft")
    as_("Editors")
    page = client.get(LIST).content.decode()
    assert "nr-pub--live" in page and "nr-pub--never" in page
    assert "Nothing pending" in page and "nr-stage--draft" in page
    assert "Anna Nowak" in page and str(article.section) in page


def test_the_list_costs_the_same_for_one_story_or_fifty(client, as_, queries_of):
    as_("Chief editors")
    make_live_article(authors=[make_author()])
    client.get(LIST)
    one = queries_of(client.get, LIST)
    make_live_articles(49, authors=[make_author()])
    assert queries_of(client.get, LIST) == one
    assert one <= 15


def test_words_are_found_whatever_their_case_and_diacritics(client, as_):
    make_copy(headline="Cło na łodzie")
    make_copy(headline="Something else")
    as_("Reporters")
    assert headlines(client.get(LIST, {"q": "LODZIE clo"})) == {"Cło na łodzie"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("view=drafts", {"draft"}),
        ("view=review", {"review"}),
        ("view=approved", {"approved"}),
        ("view=ahead", {"ahead"}),
        ("view=mine", {"mine"}),
        ("public=live", {"live", "ahead"}),
        ("public=withdrawn", {"withdrawn"}),
        ("public=never", {"draft", "review", "approved", "mine"}),
        ("stage=none", {"live", "withdrawn"}),
        ("language=pl", {"draft"}),
    ],
)
def test_views_and_filters_show_what_they_say(client, as_, query, expected):
    make_copy(headline="draft", language="pl")
    review = make_copy(headline="review")
    workflow.submit(review, review.latest_revision, by=review.saved_by)
    make_approved_copy(headline="approved")
    make_live_article(headline="live")
    ahead = make_live_article(headline="ahead").working_copy
    with workflow.editing(ahead, by=make_user(), version=ahead.version):
        ahead.standfirst = "More"
    gone = make_live_article(headline="withdrawn").working_copy
    workflow.withdraw(gone, gone.latest_revision, by=make_user("Chief editors"), reason="Wrong")
    make_copy(headline="mine", by=as_("Editors"))
    shown = headlines(client.get(f"{LIST}?{query}"))
    if query == "view=drafts":
        expected = expected | {"mine", "ahead"}
    assert shown == expected


def test_the_section_filter_shows_one_section(client, as_):
    ports, tariffs = make_section(name="Ports"), make_section(name="Tariffs")
    make_copy(headline="Quay", section=ports)
    make_copy(headline="Duty", section=tariffs)
    as_("Reporters")
    assert headlines(client.get(LIST, {"section": ports.pk})) == {"Quay"}
    assert headlines(client.get(LIST, {"section": "x"})) == {"Quay", "Duty"}


def test_approved_stories_are_published_in_bulk_each_on_its_own(client, as_):
    approved, draft, other = make_approved_copy(), make_copy(), make_approved_copy()
    as_("Chief editors")
    answer = bulk(client, approved, draft, other)
    approved.article.refresh_from_db()
    other.article.refresh_from_db()
    draft.article.refresh_from_db()
    assert approved.article.is_live() and other.article.is_live() and not draft.article.is_live()
    assert sorted(said(answer)) == sorted(
        [
            f"Readers see “{approved}” now.",
            f"{draft}: It needs approval first.",
            f"Readers see “{other}” now.",
        ]
    )


@pytest.mark.parametrize("shown", ["{copy}:{older}", "{copy}:", "{copy}:999999", "999999:{newest}", "nonsense"])
def test_a_bulk_row_that_showed_another_revision_is_refused(client, as_, shown):
    copy = make_copy()
    older = copy.latest_revision_id
    with workflow.editing(copy, by=copy.saved_by, version=copy.version):
        copy.standfirst = "Newer"
    workflow.submit(copy, copy.latest_revision, by=copy.saved_by)
    workflow.approve(copy, copy.latest_revision, by=make_user("Editors"))
    as_("Chief editors")
    answer = bulk(client, copy, shown=[shown.format(copy=copy.pk, older=older, newest=copy.latest_revision_id)])
    copy.article.refresh_from_db()
    assert not copy.article.was_public()
    assert said(answer) == [f"{copy}: A newer version of this story was saved since you opened it. Look at it first."]


@pytest.mark.parametrize("role", ["Reporters", "Editors"])
def test_who_does_not_publish_has_no_bulk_publishing(client, as_, role):
    copy = make_approved_copy()
    as_(role)
    assert b"publish_selected" not in client.get(LIST).content
    bulk(client, copy)
    copy.article.refresh_from_db()
    assert not copy.article.was_public()


def test_no_bulk_action_deletes(client):
    client.force_login(get_user_model().objects.create_superuser("root", admin_language="en"))
    copy = make_approved_copy()
    assert b"delete_selected" not in client.get(LIST).content
    bulk(client, copy, action="delete_selected")
    assert WorkingCopy.objects.filter(pk=copy.pk).exists()


def test_moderators_do_not_open_articles(client, as_):
    as_("Moderators")
    assert client.get(LIST).status_code == 403
    page = client.get(INDEX).content.decode()
    assert LIST not in page
    assert reverse("admin:news_workingcopy_add") not in page


def test_the_policy_is_strict_on_every_screen_without_the_editor(client, as_):
    copy = make_copy()
    as_("Chief editors")
    for address in (LIST, INDEX, reverse("admin:news_tag_changelist"), reverse("admin:preferences")):
        assert "unsafe" not in client.get(address).headers["Content-Security-Policy"]
    policy = client.get(reverse("admin:news_workingcopy_change", args=[copy.pk])).headers["Content-Security-Policy"]
    assert "script-src-attr 'unsafe-inline'" in policy
    assert "script-src 'self'" in policy


def test_looking_changes_nothing(client, as_):
    make_approved_copy()
    as_("Chief editors")
    before, events = list(WorkingCopy.objects.values()), AuditEvent.objects.count()
    for address in (LIST, f"{LIST}?view=mine&q=story", INDEX, reverse("admin:everything")):
        assert client.get(address).status_code == 200
    assert (list(WorkingCopy.objects.values()), AuditEvent.objects.count()) == (before, events)


def test_the_desk_names_what_waits_for_whom(client, as_):
    reporter = make_user(first_name="Marta", last_name="Z")
    returned, review = make_copy(by=reporter, headline="Returned"), make_copy(by=reporter, headline="To review")
    make_copy(by=reporter, headline="A draft")
    for copy in (returned, review):
        workflow.submit(copy, copy.latest_revision, by=reporter)
    workflow.send_back(returned, returned.latest_revision, by=make_user("Editors"), reason="Who owns the drones?")
    client.force_login(reporter)
    page = client.get(INDEX).content.decode()
    assert "1 thing waits for you" in page and "Who owns the drones?" in page and "A draft" in page
    assert "To review" not in page
    as_("Editors")
    page = client.get(INDEX).content.decode()
    assert "1 thing waits for you" in page and "To review" in page and "A draft" not in page


def test_one_s_own_story_in_review_is_listed_but_not_counted(client, as_):
    copy = make_copy(by=as_("Editors"), headline="Mine")
    workflow.submit(copy, copy.latest_revision, by=copy.saved_by)
    page = client.get(INDEX).content.decode()
    assert "Nothing waits for you" in page and "You submitted it; somebody else approves it." in page


def test_a_person_sets_their_own_language_and_time_zone_and_nothing_else(client, as_):
    user = as_("Reporters")
    sent = {"admin_language": "pl", "time_zone": "Europe/Warsaw", "is_superuser": "1", "username": "root"}
    assert client.post(reverse("admin:preferences"), sent).status_code == 302
    user.refresh_from_db()
    assert (user.admin_language, user.time_zone, user.is_superuser) == ("pl", "Europe/Warsaw", False)
    assert user.username != "root"
    client.post(reverse("admin:preferences"), {"time_zone": "Mars/Olympus"})
    user.refresh_from_db()
    assert user.time_zone == "Europe/Warsaw"


def test_own_settings_do_not_undo_what_an_administrator_does_meanwhile(client, as_, monkeypatch):
    user, everyone = as_("Reporters"), get_user_model().objects
    valid = PreferencesForm.is_valid

    def is_valid(form):  # the person is read already, and not yet written
        everyone.filter(pk=user.pk).update(is_active=False, last_name="Nowak")
        return valid(form)

    monkeypatch.setattr(PreferencesForm, "is_valid", is_valid)
    client.post(reverse("admin:preferences"), {"admin_language": "pl", "time_zone": ""})
    user.refresh_from_db()
    assert (user.admin_language, user.is_active, user.last_name) == ("pl", False, "Nowak")


def test_everyone_leaves_by_a_form(client, as_):
    as_("Reporters")
    assert client.get(reverse("admin:logout")).status_code == 405
    assert client.post(reverse("admin:logout")).status_code == 200
    assert client.get(INDEX).status_code == 302


def test_app_pages_list_what_a_person_may_open(client, as_):
    as_("Chief editors")
    page = client.get("/admin/news/")
    assert page.status_code == 200 and reverse("admin:news_section_changelist") in page.content.decode()
