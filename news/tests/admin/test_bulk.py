"""Several stories at once: what is asked first, each row alone, each refusal said."""

import pytest
from django.urls import reverse

from news.editorial import workflow
from news.models import Article, WorkingCopy
from news.tests.factories import make_copy, make_live_article, make_section, make_user, saved_again
from news.tests.page_forms import said
from portal.models import AuditEvent

pytestmark = pytest.mark.django_db
LIST = "/admin/news/workingcopy/"


@pytest.fixture
def chief(client):
    user = make_user("Chief editors")
    client.force_login(user)
    return user


def press(client, action, copies, **typed):
    """Press a button of the selection bar; with `typed`, answer the page that asks."""
    rows = [f"{copy.pk}:{copy.latest_revision_id}" for copy in copies]
    sent = {"action": [action], "index": "0", "select_across": "0", "shown": rows, **typed}
    sent |= {"_asked": "1"} if typed else {}
    return client.post(LIST, sent | {"_selected_action": [copy.pk for copy in copies]}, follow=True)


def fresh(copy):
    return WorkingCopy.objects.select_related("article").get(pk=copy.pk)


@pytest.mark.parametrize("action", ["withdraw_selected", "move_selected", "assign_selected"])
def test_what_needs_an_answer_asks_on_a_page_that_lists_the_stories_and_changes_nothing(client, chief, action):
    copies = [make_live_article().working_copy for _ in range(2)]
    events = AuditEvent.objects.count()
    page = press(client, action, copies)
    text = page.content.decode()
    assert page.status_code == 200 and all(copy.headline in text for copy in copies)
    assert AuditEvent.objects.count() == events and all(fresh(copy).article.is_live() for copy in copies)


def test_several_are_withdrawn_with_one_reason_and_one_note(client, chief):
    copies = [make_live_article().working_copy for _ in range(2)]
    press(client, "withdraw_selected", copies, reason="One source was forged", note="We are checking a source.")
    for copy in copies:
        event = AuditEvent.objects.about(copy.article).first()
        assert (event.kind, event.reason, event.actor_id) == ("article.withdrawn", "One source was forged", chief.pk)
        assert fresh(copy).article.withdrawal_note == "We are checking a source."


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"reason": " ", "note": "Kept"}, "Say why, so that the others know what to do."),
        ({"reason": "x\0y", "note": ""}, "Null characters"),
    ],
)
def test_without_a_reason_nothing_is_withdrawn_and_what_was_typed_is_still_there(client, chief, typed, sentence):
    copy = make_live_article().working_copy
    page = press(client, "withdraw_selected", [copy], **typed)
    if page.status_code == 200:  # a NUL never gets as far as the form
        assert sentence in page.content.decode() and (typed["note"] in page.content.decode())
    assert page.status_code in {200, 400} and fresh(copy).article.is_live()


def test_a_refused_row_is_named_and_the_others_go_on(client, chief):
    live, draft, stale = make_live_article().working_copy, make_copy(), make_live_article().working_copy
    rows = [live, draft, WorkingCopy.objects.get(pk=stale.pk)]
    saved_again(stale, make_user(), headline="Changed meanwhile")
    answer = press(client, "withdraw_selected", rows, reason="Why")
    assert said(answer) == [
        f"“{live}” is withdrawn; readers do not see it any more.",
        f"{draft}: Readers do not see it.",
        "Changed meanwhile: A newer version of this story was saved since you opened it. Look at it first.",
    ]
    assert [fresh(copy).article.is_live() for copy in rows] == [False, False, True]


def test_moving_to_a_section_is_a_new_version_and_readers_see_no_change(client, chief):
    article, section = make_live_article(), make_section()
    press(client, "move_selected", [article.working_copy], section=section.pk)
    copy = fresh(article.working_copy)
    assert (copy.section, copy.latest_revision.number, copy.stage) == (section, 2, workflow.Stage.DRAFT)
    assert Article.objects.get(pk=article.pk).section == article.section


def test_moving_takes_an_approval_back_like_any_save(client, chief):
    copy = make_copy()
    workflow.submit(copy, copy.latest_revision, by=copy.saved_by)
    workflow.approve(copy, copy.latest_revision, by=make_user("Editors"))
    press(client, "move_selected", [copy], section=make_section().pk)
    assert (fresh(copy).stage, fresh(copy).approved_revision) == (workflow.Stage.IN_REVIEW, None)


@pytest.mark.parametrize("index", ["x", "5", "-9", ""])
def test_a_forged_number_of_a_button_is_answered(client, chief, index):
    copy = make_live_article().working_copy
    sent = {"action": ["withdraw_selected"], "index": index, "shown": f"{copy.pk}:{copy.latest_revision_id}"}
    assert client.post(LIST, sent | {"_selected_action": [copy.pk]}, follow=True).status_code == 200


def test_a_note_too_long_for_readers_comes_back_with_the_reason(client, chief):
    copy = make_live_article().working_copy
    page = press(client, "withdraw_selected", [copy], reason="A letter", note="x" * 301)
    assert page.status_code == 200 and "A letter" in page.content.decode() and "x" * 301 in page.content.decode()
    assert fresh(copy).article.is_live()


@pytest.mark.parametrize("garbage", ["", "0", "x", "999999"])
def test_a_section_that_is_none_is_said_at_its_field(client, chief, garbage):
    copy = make_copy()
    page = press(client, "move_selected", [copy], section=garbage)
    assert page.status_code == 200 and "errorlist" in page.content.decode()
    assert fresh(copy).latest_revision.number == 1


def test_somebody_is_put_in_charge_of_several(client, chief):
    copies, reporter = [make_copy(), make_copy()], make_user()
    answer = press(client, "assign_selected", copies, to=reporter.pk)
    assert [fresh(copy).assigned_to for copy in copies] == [reporter, reporter]
    assert len(said(answer)) == 2
    press(client, "assign_selected", [fresh(copy) for copy in copies], to="")
    assert [fresh(copy).assigned_to for copy in copies] == [None, None]


@pytest.mark.parametrize(
    ("role", "action", "typed"),
    [
        ("Reporters", "withdraw_selected", {"reason": "Why"}),
        ("Editors", "withdraw_selected", {"reason": "Why"}),
        ("Reporters", "assign_selected", {"to": ""}),
        ("Moderators", "move_selected", {"section": "1"}),
    ],
)
def test_a_forged_action_that_is_not_ones_own_does_nothing(client, role, action, typed):
    copy = make_live_article().working_copy
    client.force_login(make_user(role))
    events = AuditEvent.objects.count()
    press(client, action, [copy], **typed)
    assert AuditEvent.objects.count() == events and fresh(copy).article.is_live()


def test_nobody_approves_in_bulk(client, chief):
    copy = make_copy()
    workflow.submit(copy, copy.latest_revision, by=copy.saved_by)
    assert b"approve_selected" not in client.get(LIST).content
    for action in ("approve", "approve_selected", "approve_and_publish"):
        press(client, action, [copy])
    assert fresh(copy).stage == workflow.Stage.IN_REVIEW


def test_discarded_stories_are_only_in_their_own_view(client, chief):
    copy = make_copy(headline="Put aside")
    workflow.discard(copy, copy.latest_revision, by=chief)
    assert "Put aside" not in client.get(LIST).content.decode()
    for there in ("?view=discarded", "?stage=discarded"):
        assert "Put aside" in client.get(reverse("admin:news_workingcopy_changelist") + there).content.decode()
