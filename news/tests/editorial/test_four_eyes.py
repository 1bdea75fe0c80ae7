"""Ways around the second pair of eyes that somebody might find, each closed."""

import json
from datetime import timedelta
from unittest import mock

import pytest
from django.urls import reverse
from django.utils import timezone

from news import body
from news.body import paragraphs
from news.editorial import workflow
from news.editorial.workflow import Stage, Step
from news.models import Article, WorkingCopy
from news.tests.factories import make_copy, make_live_article, make_tag, make_user, saved_again
from news.tests.page_forms import said
from portal.audit import verify
from portal.models import AuditEvent

pytestmark = pytest.mark.django_db


def fresh(copy):
    return WorkingCopy.objects.select_related("article").get(pk=copy.pk)


def approved_update(article, **fields):
    """A live story with a change that two people have put their names under."""
    copy = fresh(article.working_copy)
    saved_again(copy, make_user(), **fields)
    workflow.submit(copy, copy.latest_revision, by=copy.saved_by)
    workflow.approve(copy, copy.latest_revision, by=make_user("Editors"))
    return copy


def approval_of(copy):
    return json.loads(AuditEvent.objects.about(copy.article).filter(kind="article.approved").first().facts)


def published_alone(copy, chief, words):
    saved_again(copy, chief, body=paragraphs(words))
    workflow.publish_alone(copy, copy.latest_revision, by=chief, reason="A fire")


# ---- whose words they are


def test_a_text_brought_back_by_another_is_still_its_writer_s_own():
    chief, reporter = make_user("Chief editors"), make_user()
    copy = fresh(make_live_article().working_copy)
    saved_again(copy, chief, body=paragraphs("Every word of this is the chief's own."))
    own = copy.latest_revision
    workflow.discard(copy, copy.latest_revision, by=chief)
    workflow.restore_revision(copy, own, by=reporter, version=copy.version)
    workflow.submit(copy, copy.latest_revision, by=reporter)
    assert "You alone wrote this text" in workflow.why_not(copy, Step.APPROVE, copy.latest_revision, by=chief)


def test_an_approver_who_only_took_words_out_worked_on_it_as_the_history_says(client):
    reporter, chief = make_user(), make_user("Chief editors")
    copy = make_copy(by=reporter, body=paragraphs("He is not guilty."))
    workflow.submit(copy, copy.latest_revision, by=reporter)
    saved_again(copy, chief, body=paragraphs("He is guilty."))
    workflow.approve(copy, copy.latest_revision, by=chief)
    assert (approval_of(copy)["words_by_approver"], approval_of(copy)["worked_on_it"]) == (0, True)
    client.force_login(chief)
    page = client.get(reverse("admin:news_workingcopy_change", args=[copy.pk])).content.decode()
    assert "having worked on it as well" in page


# ---- the second look is at what readers see


def test_a_second_look_is_offered_only_where_what_readers_see_can_be_read(client):
    chief, editor = make_user("Chief editors"), make_user("Editors")
    copy = fresh(make_live_article().working_copy)
    published_alone(copy, chief, "Published alone.")
    shown, compare = copy.latest_revision.number, reverse("admin:news_workingcopy_compare", args=[copy.pk])
    saved_again(copy, chief, body=paragraphs("A draft."))
    client.force_login(editor)
    form = client.get(reverse("admin:news_workingcopy_change", args=[copy.pk])).content.decode()
    assert "Published alone." not in form and "review_published:" not in form
    page = client.get(compare, {"from": shown - 1, "to": shown}).content.decode()
    button = f"review_published:{copy.pk}:{copy.article.live_revision_id}"
    assert "Published alone." in page and button in page

    published_alone(copy, chief, "Alone again, after the page was opened.")
    client.post(compare, {"_step": button})
    assert fresh(copy).is_unread()


# ---- what is scheduled, withdrawn, deleted meanwhile


def test_going_back_to_a_schedule_approves_nothing_that_has_changed_since():
    tag, article = make_tag("Doomed"), make_live_article()
    copy, reporter, chief = fresh(article.working_copy), make_user(), make_user("Chief editors")
    with workflow.editing(copy, by=reporter, version=copy.version):
        copy.tags.add(tag)
    workflow.submit(copy, copy.latest_revision, by=reporter)
    workflow.approve(copy, copy.latest_revision, by=make_user("Editors"))
    workflow.schedule(copy, copy.latest_revision, by=chief, at=timezone.now() + timedelta(days=1))
    with workflow.editing(copy, by=reporter, version=copy.version):
        copy.headline = "Other"
        copy.tags.remove(tag)
    tag.delete()
    workflow.discard(copy, copy.latest_revision, by=reporter)
    assert (copy.stage, copy.approved_revision, copy.is_scheduled()) == (Stage.DRAFT, None, True)
    assert verify.verify()[1] is None


def test_an_update_whose_hour_passed_while_the_story_was_withdrawn_does_not_go_out_when_it_is_shown_again():
    chief, later = make_user("Chief editors"), timezone.now() + timedelta(days=1)
    copy = approved_update(make_live_article(), headline="Update")
    workflow.schedule(copy, copy.latest_revision, by=chief, at=later)
    workflow.withdraw(copy, copy.latest_revision, by=chief, reason="A court")
    with mock.patch.object(timezone, "now", lambda: later + timedelta(hours=1)):
        copy = fresh(copy)
        workflow.restore(copy, copy.latest_revision, by=chief)
        assert workflow.publish_due(copy.pk) == ""
    assert (fresh(copy).stage, fresh(copy).is_scheduled()) == (Stage.APPROVED, False)
    assert Article.objects.get(pk=copy.pk).headline != "Update"
    assert [event.kind for event in AuditEvent.objects.about(copy.article)][:2] == [
        "article.restored",
        "article.update_held",
    ]


def test_a_withdrawn_story_does_not_come_back_among_many(client):
    chief = make_user("Chief editors")
    copy = approved_update(make_live_article(), headline="Update")
    workflow.withdraw(copy, copy.latest_revision, by=chief, reason="A court")
    client.force_login(chief)
    sent = {"action": ["publish_selected"], "index": "0", "shown": f"{copy.pk}:{copy.latest_revision_id}"}
    answer = client.post("/admin/news/workingcopy/", sent | {"_selected_action": [copy.pk]}, follow=True)
    assert said(answer) == ["Update: It is withdrawn. Open it to give it back to readers."]
    assert not fresh(copy).article.is_live()


@pytest.mark.parametrize("early", range(1, 9))
def test_taking_a_story_off_the_schedule_in_its_very_second_is_done_or_refused(early):
    copy, chief, at = make_copy(), make_user("Chief editors"), timezone.now() + timedelta(hours=1)
    workflow.submit(copy, copy.latest_revision, by=copy.saved_by)
    workflow.approve(copy, copy.latest_revision, by=make_user("Editors"))
    workflow.schedule(copy, copy.latest_revision, by=chief, at=at)
    moments = iter([at - timedelta(microseconds=1)] * early)
    copy = fresh(copy)
    with mock.patch.object(timezone, "now", lambda: next(moments, at)):
        try:
            workflow.unschedule(copy, copy.latest_revision, by=chief)
        except workflow.Refused as refusal:
            assert str(refusal) == "It is not scheduled."


# ---- long texts


def test_a_run_of_blanks_is_looked_at_once():
    """Looked at from each of its places, 60,000 of them would hold a process for a quarter of a minute."""
    blanks = "<p>a" + " " * 2_000_000 + "b</p>"
    assert body.spelt_alike(blanks) == "<p>a b</p>"
