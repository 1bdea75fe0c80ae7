"""The step buttons of the form: each is about the revision it carries, and says why when it is not open."""

import pytest
from django.urls import reverse

from news import history, workflow
from news.models import Event, WorkingCopy
from news.tests.forms import fields_of, said, send, send_fields
from news.tests.make import make_approved_copy, make_copy, make_live_article, make_user

pytestmark = pytest.mark.django_db
Stage = WorkingCopy.Stage
NEWER = "A newer version of this story was saved since you opened it. Look at it first."


def at(copy):
    return reverse("admin:news_workingcopy_change", args=[copy.pk])


def again(copy):
    return WorkingCopy.objects.get(pk=copy.pk)


def button(step, copy):
    return f"{step}:{copy.pk}:{copy.newest_id}"


def as_(client, role, **fields):
    user = make_user(role, **fields)
    client.force_login(user)
    return user


def in_review(**fields):
    copy = make_copy(**fields)
    workflow.submit(copy, copy.newest, by=copy.saved_by)
    return copy


def test_a_story_goes_from_a_draft_to_readers_through_three_people(client):
    copy = make_copy()
    client.force_login(copy.saved_by)
    answer = send(client, at(copy), headline="Final", _step=button("submit", copy))
    assert said(answer) == ["Saved as revision 2.", "“Final” waits for review."]
    as_(client, "Editors")
    assert said(send(client, at(copy), _step=button("approve", again(copy)))) == ["“Final” is approved."]
    as_(client, "Chief editors")
    assert said(send(client, at(copy), _step=button("publish", again(copy)))) == ["Readers see “Final” now."]
    copy = again(copy)
    assert (copy.article.headline, copy.article.is_live(), copy.stage) == ("Final", True, Stage.NOTHING_PENDING)
    assert history.verify() == (5, None)


def test_pressing_a_step_keeps_what_was_typed_even_when_the_step_is_refused(client):
    copy = make_approved_copy(headline="As approved")
    as_(client, "Chief editors")
    answer = send(client, at(copy), headline="Changed at the last minute", _step=button("publish", copy))
    assert said(answer) == ["Saved as revision 2.", "It needs approval first."]
    copy = again(copy)
    assert (copy.headline, copy.stage) == ("Changed at the last minute", Stage.IN_REVIEW)
    assert not copy.article.was_public()


def test_publishing_through_the_form_publishes_what_was_approved(client):
    copy = make_approved_copy(standfirst="Two\nlines", body="<p>One</p>\n<h2>Two</h2>\n<p>Three</p>")
    as_(client, "Chief editors")
    send(client, at(copy), standfirst="Two\r\nlines", _step=button("publish", copy))
    assert again(copy).article.is_live()


def test_a_story_goes_back_with_a_note(client):
    copy = in_review()
    as_(client, "Editors")
    fields = {"reason-return": "Who owns the drones?"}
    assert said(send(client, at(copy), _step=button("return", copy), **fields)) == [
        f"“{copy}” went back with your note."
    ]
    assert again(copy).stage == Stage.CHANGES_REQUESTED
    page = client.get(at(copy)).content.decode()
    assert "Who owns the drones?" in page and "asked for changes" in page


@pytest.mark.parametrize("note", ["", "   "])
def test_a_step_that_needs_a_reason_is_refused_without_one(client, note):
    copy = in_review()
    as_(client, "Editors")
    answer = send(client, at(copy), _step=button("return", copy), **{"reason-return": note})
    assert said(answer) == ["Say why, so that the others know what to do."]
    assert again(copy).stage == Stage.IN_REVIEW


def test_a_note_is_not_lost_when_its_step_is_refused(client):
    copy = make_copy()
    as_(client, "Editors")
    answer = send(client, at(copy), _step=button("return", copy), **{"reason-return": "Half an hour of thought"})
    assert said(answer) == ["It has not been submitted yet.", "Your note was: Half an hour of thought"]


def test_a_story_is_withdrawn_with_a_reason(client):
    copy = make_live_article().working_copy
    as_(client, "Chief editors")
    send(client, at(copy), _step=button("withdraw", copy), **{"reason-withdraw": "The source was wrong"})
    assert not again(copy).article.is_live()
    assert Event.objects.about(copy.article).first().reason == "The source was wrong"


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
    assert f'value="{step}:' not in client.get(at(copy)).content.decode()
    assert said(send(client, at(copy), _step=button(step, copy), **{f"reason-{step}": "x"})) == [sentence]
    copy = again(copy)
    assert copy.stage == Stage.IN_REVIEW and not copy.article.was_public()


def test_another_story_s_button_is_refused(client):
    copy, other = make_copy(), make_copy()
    as_(client, "Reporters")
    assert said(send(client, at(copy), _step=button("submit", other))) == [NEWER]
    crossed = f"submit:{copy.pk}:{other.newest_id}"
    assert said(send(client, at(copy), _step=crossed)) == [NEWER]
    assert again(copy).stage == again(other).stage == Stage.DRAFT


def test_a_button_with_an_older_revision_is_refused(client):
    copy = make_copy()
    old = button("submit", copy)
    as_(client, "Reporters")
    send(client, at(copy), headline="Newer")
    assert said(send(client, at(copy), _step=old)) == [NEWER]
    assert again(copy).stage == Stage.DRAFT


def test_a_step_pressed_on_a_page_that_is_too_old_is_not_taken(client):
    copy = in_review()
    as_(client, "Editors")
    opened = fields_of(client.get(at(copy)))
    with workflow.editing(copy, by=copy.saved_by, version=copy.version):
        copy.headline = "Changed under the reviewer's eyes"
    answer = send_fields(client, at(copy), opened, _step=button("approve", copy))
    assert "saved this story" in answer.content.decode()
    assert again(copy).stage == Stage.IN_REVIEW


def test_a_note_is_still_there_when_the_page_comes_back(client):
    copy = in_review()
    as_(client, "Editors")
    fields = {"_step": button("return", copy), "reason-return": "Half an hour of thought", "slug": "not an address!"}
    page = send(client, at(copy), **fields).content.decode()
    assert "Half an hour of thought" in page and again(copy).stage == Stage.IN_REVIEW


@pytest.mark.parametrize("value", ["", "submit", "submit:1", "fly:1:1", "submit:x:y", "submit:1:1:1", "::"])
def test_a_button_nobody_made_is_refused(client, value):
    copy = make_copy()
    as_(client, "Reporters")
    assert said(send(client, at(copy), _step=value)) == ["This button is not known; load the page again."]


def test_the_writer_s_own_approval_is_greyed_with_the_reason(client):
    copy = make_copy(by=as_(client, "Editors"))
    workflow.submit(copy, copy.newest, by=copy.saved_by)
    page = client.get(at(copy)).content.decode()
    assert "You submitted this text; somebody else approves it." in page
    assert 'aria-disabled="true" aria-describedby="why-approve"' in page


def test_a_blocking_point_greys_the_step_and_leads_to_its_field(client):
    copy = in_review(section=None)
    as_(client, "Editors")
    page = client.get(at(copy)).content.decode()
    assert "Choose a section." in page and 'href="#id_section"' in page and "nr-chk--block" in page
    assert "1 to fix" in page
    assert said(send(client, at(copy), _step=button("approve", copy))) == ["Choose a section."]


def test_only_the_next_safe_step_is_filled(client):
    as_(client, "Chief editors")
    for copy, step in ((make_copy(), "submit"), (in_review(), "approve"), (make_approved_copy(), "publish")):
        filled = [shown.step for shown in client.get(at(copy)).context["steps"] if shown.is_filled]
        assert filled == [step]


def test_a_live_story_at_rest_says_so_once(client):
    copy = make_live_article().working_copy
    as_(client, "Chief editors")
    page = client.get(at(copy))
    assert [shown.step for shown in page.context["steps"]] == ["expire", "withdraw"]
    assert "Readers see exactly this text." in page.content.decode()


def test_the_history_tells_how_much_the_approver_wrote(client):
    copy = in_review(headline="One two three", body="<p>four</p>")
    editor = as_(client, "Editors")
    with workflow.editing(copy, by=editor, version=copy.version):
        copy.standfirst = "five six"
    workflow.approve(copy, copy.newest, by=editor)
    page = client.get(at(copy)).content.decode()
    assert "approved revision 2, having written 2 of its 6 new words" in page


def test_the_history_escapes_what_people_wrote(client):
    copy = in_review()
    workflow.send_back(
        copy, copy.newest, by=make_user("Editors", first_name="<i>", last_name="{0}"), reason="<script>x</script>"
    )
    as_(client, "Reporters")
    page = client.get(at(copy)).content.decode()
    assert "<script>x" not in page and "<i>" not in page and "&lt;script&gt;x" in page


def test_an_event_of_a_kind_nobody_foresaw_is_still_a_line(client):
    copy = make_copy()
    history.append("embargo", copy.article, by=copy.saved_by)
    as_(client, "Reporters")
    assert "embargo" in client.get(at(copy)).content.decode()
