"""The step buttons of the form: each is about the revision it carries, and says why when it is not open."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from news.editorial import workflow
from news.models import WorkingCopy
from news.tests.factories import again, make_approved_copy, make_copy, make_live_article, make_user
from news.tests.page_forms import as_, editor_of, fields_of, said, send, send_fields
from portal.audit import kinds, log, verify
from portal.models import AuditEvent
from portal.tests.markup import stands_in

pytestmark = [pytest.mark.django_db, pytest.mark.wide]
Stage = WorkingCopy.Stage
NEWER = "A newer version of this story was saved since you opened it. Look at it first."


def button(step, copy):
    return f"{step}:{copy.pk}:{copy.latest_revision_id}"


def in_review(**fields):
    copy = make_copy(**fields)
    workflow.submit(copy, copy.latest_revision, by=copy.saved_by)
    return copy


def test_a_story_goes_from_a_draft_to_readers_through_three_people(client):
    copy = make_copy()
    client.force_login(copy.saved_by)
    answer = send(client, editor_of(copy), headline="Final", _step=button("submit", copy))
    assert said(answer) == ["Saved as revision 2.", "“Final” waits for review."]
    as_(client, "Editors")
    assert said(send(client, editor_of(copy), _step=button("approve", again(copy)))) == ["“Final” is approved."]
    as_(client, "Chief editors")
    assert said(send(client, editor_of(copy), _step=button("publish", again(copy)))) == ["Readers see “Final” now."]
    copy = again(copy)
    assert (copy.article.headline, copy.article.is_live(), copy.stage) == ("Final", True, Stage.NOTHING_PENDING)
    assert verify.verify() == (5, None)


def test_pressing_a_step_keeps_what_was_typed_even_when_the_step_is_refused(client):
    copy = make_approved_copy(headline="As approved")
    as_(client, "Chief editors")
    answer = send(client, editor_of(copy), headline="Changed at the last minute", _step=button("publish", copy))
    assert said(answer) == ["Saved as revision 2.", "It needs approval first."]
    copy = again(copy)
    assert (copy.headline, copy.stage) == ("Changed at the last minute", Stage.IN_REVIEW)
    assert not copy.article.was_public()


def test_publishing_through_the_form_publishes_what_was_approved(client):
    copy = make_approved_copy(standfirst="Two\nlines", body="<p>One</p>\n<h2>Two</h2>\n<p>Three</p>")
    as_(client, "Chief editors")
    send(client, editor_of(copy), standfirst="Two\r\nlines", _step=button("publish", copy))
    assert again(copy).article.is_live()


def test_a_story_goes_back_with_a_note(client):
    copy = in_review()
    as_(client, "Editors")
    fields = {"reason-return": "Who owns the drones?"}
    assert said(send(client, editor_of(copy), _step=button("return", copy), **fields)) == [
        f"“{copy}” went back with your note."
    ]
    assert again(copy).stage == Stage.CHANGES_REQUESTED
    page = client.get(editor_of(copy)).content.decode()
    assert "Who owns the drones?" in page and "asked for changes" in page


@pytest.mark.parametrize("note", ["", "   "])
def test_a_step_that_needs_a_reason_is_refused_without_one(client, note):
    copy = in_review()
    as_(client, "Editors")
    answer = send(client, editor_of(copy), _step=button("return", copy), **{"reason-return": note})
    assert said(answer) == ["Say why, so that the others know what to do."]
    assert again(copy).stage == Stage.IN_REVIEW


def test_a_note_is_not_lost_when_its_step_is_refused(client):
    copy = make_copy()
    as_(client, "Editors")
    answer = send(client, editor_of(copy), _step=button("return", copy), **{"reason-return": "Half an hour of thought"})
    assert said(answer) == ["It has not been submitted yet.", "Your note was: Half an hour of thought"]


def test_a_story_is_withdrawn_with_a_reason(client):
    copy = make_live_article().working_copy
    as_(client, "Chief editors")
    send(client, editor_of(copy), _step=button("withdraw", copy), **{"reason-withdraw": "The source was wrong"})
    assert not again(copy).article.is_live()
    assert AuditEvent.objects.about(copy.article).first().reason == "The source was wrong"


@pytest.mark.parametrize(
    ("role", "step", "sentence"),
    [
        ("Reporters", "approve", "Your role does not review stories."),
        ("Reporters", "return", "Your role does not review stories."),
        ("Reporters", "publish", "Your role does not publish stories."),
        ("Editors", "publish", "Your role does not publish stories."),
        ("Editors", "withdraw", "Your role does not withdraw stories."),
        ("Chief editors", "publish_unread", "Only imports publish without a second reader."),
    ],
)
def test_a_step_outside_the_role_has_no_button_and_is_refused(client, role, step, sentence):
    copy = in_review()
    as_(client, role)
    assert f'value="{step}:' not in client.get(editor_of(copy)).content.decode()
    assert said(send(client, editor_of(copy), _step=button(step, copy), **{f"reason-{step}": "x"})) == [sentence]
    copy = again(copy)
    assert copy.stage == Stage.IN_REVIEW and not copy.article.was_public()


def test_another_story_s_button_is_refused(client):
    copy, other = make_copy(), make_copy()
    as_(client, "Reporters")
    assert said(send(client, editor_of(copy), _step=button("submit", other))) == [NEWER]
    crossed = f"submit:{copy.pk}:{other.latest_revision_id}"
    assert said(send(client, editor_of(copy), _step=crossed)) == [NEWER]
    assert again(copy).stage == again(other).stage == Stage.DRAFT


def test_a_button_with_an_older_revision_is_refused(client):
    copy = make_copy()
    old = button("submit", copy)
    as_(client, "Reporters")
    send(client, editor_of(copy), headline="Newer")
    assert said(send(client, editor_of(copy), _step=old)) == [NEWER]
    assert again(copy).stage == Stage.DRAFT


def test_a_step_pressed_on_a_page_that_is_too_old_is_not_taken(client):
    copy = in_review()
    as_(client, "Editors")
    opened = fields_of(client.get(editor_of(copy)))
    with workflow.editing(copy, by=copy.saved_by, version=copy.version):
        copy.headline = "Changed under the reviewer's eyes"
    answer = send_fields(client, editor_of(copy), opened, _step=button("approve", copy))
    assert "saved while you were writing" in answer.content.decode()
    assert again(copy).stage == Stage.IN_REVIEW


def test_a_note_is_still_there_when_the_page_comes_back(client):
    copy = in_review()
    as_(client, "Editors")
    fields = {"_step": button("return", copy), "reason-return": "Half an hour of thought", "slug": "not an address!"}
    page = send(client, editor_of(copy), **fields).content.decode()
    assert "Half an hour of thought" in page and again(copy).stage == Stage.IN_REVIEW


@pytest.mark.parametrize("value", ["", "submit", "submit:1", "fly:1:1", "submit:x:y", "submit:1:1:1", "::"])
def test_a_button_nobody_made_is_refused(client, value):
    copy = make_copy()
    as_(client, "Reporters")
    assert said(send(client, editor_of(copy), _step=value)) == ["This button is not known; load the page again."]


def test_the_writer_s_own_approval_is_greyed_with_the_reason(client):
    copy = make_copy(by=as_(client, "Editors"))
    workflow.submit(copy, copy.latest_revision, by=copy.saved_by)
    page = client.get(editor_of(copy)).content.decode()
    assert "You submitted this text; somebody else approves it." in page
    assert stands_in('aria-disabled="true" aria-describedby="why-approve"', page)


def test_a_blocking_point_greys_the_step_and_leads_to_its_field(client):
    copy = in_review(section=None)
    as_(client, "Editors")
    page = client.get(editor_of(copy)).content.decode()
    assert "Choose a section." in page and 'href="#id_section"' in page and "nr-chk--block" in page
    assert "1 to fix" in page
    assert said(send(client, editor_of(copy), _step=button("approve", copy))) == ["Choose a section."]


def test_only_the_next_safe_step_is_filled(client):
    as_(client, "Chief editors")
    for copy, step in ((make_copy(), "submit"), (in_review(), "approve"), (make_approved_copy(), "publish")):
        filled = [shown.step for shown in client.get(editor_of(copy)).context["steps"] if shown.is_filled]
        assert filled == [step]


def test_a_live_story_at_rest_says_so_once(client):
    copy = make_live_article().working_copy
    as_(client, "Chief editors")
    page = client.get(editor_of(copy))
    assert [shown.step for shown in page.context["steps"]] == ["assign", "expire", "withdraw"]
    assert "Readers see exactly this text." in page.content.decode()


def test_the_history_tells_how_much_the_approver_wrote(client):
    copy = in_review(headline="One two three", body="<p>four</p>")
    editor = as_(client, "Editors")
    with workflow.editing(copy, by=editor, version=copy.version):
        copy.standfirst = "five six"
    workflow.approve(copy, copy.latest_revision, by=editor)
    page = client.get(editor_of(copy)).content.decode()
    assert "approved revision 2, having written 2 of its 6 new words" in page


def test_the_history_escapes_what_people_wrote(client):
    copy = in_review()
    workflow.send_back(
        copy,
        copy.latest_revision,
        by=make_user("Editors", first_name="<i>", last_name="{0}"),
        reason="<script>x</script>",
    )
    as_(client, "Reporters")
    page = client.get(editor_of(copy)).content.decode()
    assert "<script>x" not in page and "<i>" not in page and "&lt;script&gt;x" in page


def test_an_event_of_a_kind_nobody_knows_any_more_is_still_a_line(client, monkeypatch):
    copy = make_copy()
    with monkeypatch.context() as once:
        once.setitem(kinds._kinds, "article.embargoed", kinds.Kind("article.embargoed", frozenset({"article"}), ""))
        log.record("article.embargoed", copy.article, by=copy.saved_by)
    as_(client, "Reporters")
    assert "article.embargoed" in client.get(editor_of(copy)).content.decode()


# The hour


def tomorrow_at(clock="10:00"):
    """A date and a time as a browser sends them, and how the newsroom says them."""
    day = timezone.localtime(timezone=timezone.get_default_timezone()).date() + timedelta(days=1)
    return {"planned_date": day.isoformat(), "planned_time": clock}


def filled(page):
    return [shown.step for shown in page.context["steps"] if shown.is_filled]


def test_the_hour_typed_beside_the_button_is_the_hour_it_schedules_for(client):
    copy = make_approved_copy()
    as_(client, "Chief editors")
    answer = send(client, editor_of(copy), _step=button("schedule", copy), **tomorrow_at())
    assert f"“{copy}” goes out on" in said(answer)[0]
    copy = again(copy)
    local = timezone.localtime(copy.scheduled_for, timezone.get_default_timezone())
    assert (copy.stage, f"{local:%H:%M}") == (Stage.SCHEDULED, "10:00")
    assert "nr-stage--scheduled" in answer.content.decode() and "scheduled revision 1 for" in answer.content.decode()


def test_a_saved_hour_schedules_nothing_and_the_next_step_says_so(client):
    copy = make_approved_copy()
    as_(client, "Chief editors")
    assert filled(client.get(editor_of(copy))) == ["publish"]
    answer = send(client, editor_of(copy), **tomorrow_at("06:00"))
    assert "Readers get nothing then until it is approved and scheduled." in said(answer)[0]
    assert again(copy).scheduled_revision is None and again(copy).stage == Stage.APPROVED
    assert filled(answer) == ["schedule"]
    label = next(shown.label for shown in answer.context["steps"] if shown.step == "schedule")
    assert label.startswith("Schedule: ") and label.endswith(", 06:00")


def test_another_hour_saved_on_a_scheduled_story_does_not_move_it_and_says_so(client):
    copy = make_approved_copy()
    as_(client, "Chief editors")
    send(client, editor_of(copy), _step=button("schedule", copy), **tomorrow_at("10:00"))
    hour = again(copy).scheduled_for
    assert "It still goes out on" in said(send(client, editor_of(copy), **tomorrow_at("11:00")))[0]
    assert again(copy).scheduled_for == hour
    send(client, editor_of(copy), _step=button("schedule", copy))
    assert again(copy).scheduled_for == hour + timedelta(hours=1)


def test_an_hour_gone_by_is_refused_beside_its_field_and_what_was_typed_is_kept(client):
    copy = make_approved_copy()
    as_(client, "Chief editors")
    typed = {"planned_date": "2020-01-01", "planned_time": "10:00", "headline": "Typed meanwhile"}
    page = send(client, editor_of(copy), _step=button("schedule", copy), **typed).content.decode()
    assert "That hour has passed. Choose one to come." in page
    assert "Typed meanwhile" in page and "2020-01-01" in page
    assert again(copy).scheduled_revision is None


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"planned_date": "2099-01-01", "planned_time": ""}, "Choose the time as well."),
        ({"planned_date": "", "planned_time": "10:00"}, "Choose the date as well."),
        ({"planned_date": "2099-02-30", "planned_time": "10:00"}, "Enter a valid date."),
    ],
)
def test_half_an_hour_is_refused(client, typed, sentence):
    copy = make_approved_copy()
    as_(client, "Chief editors")
    assert sentence in send(client, editor_of(copy), _step=button("schedule", copy), **typed).content.decode()
    assert again(copy).scheduled_revision is None


def test_without_an_hour_the_step_asks_for_one(client):
    copy = make_approved_copy()
    as_(client, "Chief editors")
    assert said(send(client, editor_of(copy), _step=button("schedule", copy))) == [
        "Choose the date and the time first."
    ]


def test_a_plan_whose_hour_has_passed_does_not_stand_in_the_way_of_saving(client):
    copy = make_approved_copy()
    WorkingCopy.objects.filter(pk=copy.pk).update(planned_publish_at=timezone.now() - timedelta(hours=1))
    as_(client, "Chief editors")
    assert said(send(client, editor_of(copy), headline="Saved all the same"))[0] == "Saved as revision 2."


@pytest.mark.parametrize("step", ["schedule", "unschedule", "expire", "clear_expiry"])
@pytest.mark.parametrize("role", ["Reporters", "Editors"])
def test_the_hour_is_not_set_by_a_forged_button(client, role, step):
    copy = make_live_article().working_copy if step in {"expire", "clear_expiry"} else make_approved_copy()
    events = AuditEvent.objects.about(copy.article).count()
    as_(client, role)
    forged = {"_step": button(step, copy), **tomorrow_at(), "expire-date": "2099-01-01", "expire-time": "10:00"}
    answer = said(send(client, editor_of(copy), **forged))
    assert any("Your role does not" in sentence for sentence in answer)
    copy = again(copy)
    assert (copy.scheduled_revision, copy.article.live_until) == (None, None)
    assert AuditEvent.objects.about(copy.article).count() == events


def test_columns_of_the_workflow_are_not_taken_from_a_form(client):
    copy = make_approved_copy()
    as_(client, "Reporters")
    forged = {"scheduled_revision": str(copy.latest_revision_id), "scheduled_for": "2099-01-01", "scheduled_by": "1"}
    send(client, editor_of(copy), **forged)
    assert again(copy).scheduled_revision is None


def test_a_scheduled_story_is_taken_off(client):
    copy = make_approved_copy()
    as_(client, "Chief editors")
    send(client, editor_of(copy), _step=button("schedule", copy), **tomorrow_at())
    answer = send(client, editor_of(copy), _step=button("unschedule", copy))
    assert said(answer) == [f"“{copy}” is off the schedule; it stays approved."]
    assert again(copy).stage == Stage.APPROVED


def test_an_end_is_set_and_cleared(client):
    copy = make_live_article().working_copy
    as_(client, "Chief editors")
    end = {"expire-date": "2099-06-01", "expire-time": "12:00"}
    assert "until Mon 1 Jun 2099, 12:00" in said(send(client, editor_of(copy), _step=button("expire", copy), **end))[0]
    assert "nr-pub--expiring" in client.get(editor_of(copy)).content.decode()
    assert said(send(client, editor_of(copy), _step=button("clear_expiry", copy))) == [f"“{copy}” has no end any more."]


@pytest.mark.parametrize(
    ("day", "clock", "sentence"),
    [
        ("2020-01-01", "12:00", "That hour has passed. Choose one to come."),
        ("", "", "Choose the date and the time first."),
        ("nonsense", "12:00", "Enter a valid date."),
    ],
)
def test_an_end_that_is_none_is_refused(client, day, clock, sentence):
    copy = make_live_article().working_copy
    as_(client, "Chief editors")
    typed = {"expire-date": day, "expire-time": clock}
    assert said(send(client, editor_of(copy), _step=button("expire", copy), **typed)) == [sentence]
    assert again(copy).article.live_until is None


def test_an_editor_elsewhere_is_told_what_their_own_clocks_show(client):
    copy = make_approved_copy()
    as_(client, "Chief editors", time_zone="Asia/Ho_Chi_Minh")
    page = send(client, editor_of(copy), _step=button("schedule", copy), **tomorrow_at("10:00")).content.decode()
    assert "where you are)" in page and "Your own clocks (Ho Chi Minh)" in page
    local = timezone.localtime(again(copy).scheduled_for, timezone.get_default_timezone())
    assert f"{local:%H:%M}" == "10:00"


def test_publishing_in_bulk_leaves_what_is_scheduled_to_its_hour(client):
    copy = make_approved_copy()
    as_(client, "Chief editors")
    send(client, editor_of(copy), _step=button("schedule", copy), **tomorrow_at())
    sent = {"action": ["publish_selected"], "index": "0", "shown": [f"{copy.pk}:{copy.latest_revision_id}"]}
    answer = client.post(
        reverse("admin:news_workingcopy_changelist"), sent | {"_selected_action": [copy.pk]}, follow=True
    )
    assert said(answer) == [f"{copy}: It goes out at its hour. Open it to publish it earlier."]
