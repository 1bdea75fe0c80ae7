"""Who may take which step, from where, and what follows."""

import json
from datetime import timedelta
from unittest import mock
from uuid import uuid4

import pytest
from django.utils import timezone

from news.editorial import steps, workflow
from news.editorial.workflow import Stage, Step
from news.models import Article, WorkingCopy
from news.roles import system_user
from news.tests.factories import (
    make_approved_copy,
    make_author,
    make_copy,
    make_live_article,
    make_tag,
    make_user,
    published_again,
    saved_again,
)
from portal.audit import verify
from portal.models import AuditEvent

pytestmark = pytest.mark.django_db


def test_a_story_goes_from_draft_to_readers_through_three_people():
    reporter, editor, chief = make_user("Reporters"), make_user("Editors"), make_user("Chief editors")
    copy = make_copy(by=reporter, headline="Zażółć cło")
    workflow.submit(copy, copy.latest_revision, by=reporter)
    workflow.approve(copy, copy.latest_revision, by=editor)
    workflow.publish(copy, copy.latest_revision, by=chief)

    article = copy.article
    article.refresh_from_db()
    assert article.is_live()
    assert (article.headline, article.slug) == ("Zażółć cło", "zazolc-clo")
    assert copy.stage == Stage.NOTHING_PENDING
    assert [event.kind for event in AuditEvent.objects.about(article)] == [
        "article.published",
        "article.approved",
        "article.submitted",
        "article.saved",
    ]


def test_saving_touches_the_working_copy_and_never_what_readers_see():
    article = make_live_article(headline="As it was")
    copy = article.working_copy
    saved_again(copy, make_user(), headline="As it may become")
    article.refresh_from_db()
    assert article.headline == "As it was"
    assert copy.stage == Stage.DRAFT


def test_a_save_that_changes_nothing_makes_no_revision_and_no_event():
    copy = make_copy()
    newest, events = copy.latest_revision, AuditEvent.objects.count()
    saved_again(copy, make_user(), headline=copy.headline)
    assert (copy.latest_revision, AuditEvent.objects.count()) == (newest, events)


def test_a_save_takes_the_approval_back():
    copy = make_approved_copy()
    saved_again(copy, make_user("Editors"), headline="One word more")
    assert (copy.approved_revision, copy.stage) == (None, Stage.IN_REVIEW)
    refusal = workflow.why_not(copy, Step.PUBLISH, copy.latest_revision, by=make_user("Chief editors"))
    assert refusal == "It needs approval first."


def test_the_submitter_does_not_approve():
    editor = make_user("Editors")
    copy = make_copy(by=make_user())
    workflow.submit(copy, copy.latest_revision, by=editor)
    assert "You submitted this text" in workflow.why_not(copy, Step.APPROVE, copy.latest_revision, by=editor)


def test_the_only_author_does_not_approve():
    editor = make_user("Editors")
    copy = make_copy(by=editor)
    workflow.submit(copy, copy.latest_revision, by=make_user())
    assert "You alone wrote this text" in workflow.why_not(copy, Step.APPROVE, copy.latest_revision, by=editor)


def test_how_much_the_approver_wrote_is_in_the_event():
    editor = make_user("Editors")
    copy = make_copy(headline="Two words", body="<p>three more words</p>")
    workflow.submit(copy, copy.latest_revision, by=copy.saved_by)
    saved_again(copy, editor, headline="Two words indeed")
    workflow.approve(copy, copy.latest_revision, by=editor)
    facts = AuditEvent.objects.about(copy.article).first().facts
    assert '"words_by_approver":1,"words_changed":6' in facts


def test_words_that_are_gone_again_when_it_is_approved_are_not_counted():
    editor = make_user("Editors")
    copy = make_copy(headline="Two words", body="<p>three more words</p>")
    workflow.submit(copy, copy.latest_revision, by=copy.saved_by)
    saved_again(copy, editor, headline="Two words and a great many more")
    saved_again(copy, editor, headline="Two words indeed", body="<p>three words</p>")
    workflow.approve(copy, copy.latest_revision, by=editor)
    facts = AuditEvent.objects.about(copy.article).first().facts
    assert '"words_by_approver":1,"words_changed":5' in facts


def test_a_step_on_a_revision_that_is_no_longer_the_newest_is_refused():
    copy = make_copy()
    old = copy.latest_revision
    saved_again(copy, make_user(), headline="Newer")
    with pytest.raises(workflow.Refused, match="A newer version"):
        workflow.submit(copy, old, by=copy.saved_by)


def test_whoever_saves_second_gets_a_conflict():
    copy = make_copy()
    stale = type(copy).objects.get(pk=copy.pk)
    saved_again(copy, make_user(), headline="First")
    with pytest.raises(workflow.Conflict):
        saved_again(stale, make_user(), headline="Second")
    copy.refresh_from_db()
    assert copy.headline == "First"


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ({"headline": ""}, "The story has no headline."),
        ({"body": "<p> </p>"}, "The story has no text."),
        ({"language": ""}, "Choose the language the story is written in."),
        ({"section": None}, "Choose a section."),
    ],
)
def test_an_incomplete_story_may_be_saved_but_not_approved(missing, sentence):
    copy = make_copy()
    workflow.submit(copy, copy.latest_revision, by=copy.saved_by)
    saved_again(copy, copy.saved_by, **missing)
    assert workflow.why_not(copy, Step.APPROVE, copy.latest_revision, by=make_user("Editors")) == sentence


@pytest.mark.parametrize("step", [Step.RETURN, Step.APPROVE, Step.PUBLISH, Step.WITHDRAW, Step.PUBLISH_UNREAD])
def test_a_reporter_reviews_publishes_and_withdraws_nothing(step):
    copy = make_copy()
    refusal = workflow.why_not(copy, step, copy.latest_revision, by=make_user("Reporters"))
    assert refusal == str(steps.RULES[step].not_allowed)


def test_an_editor_does_not_publish():
    copy = make_approved_copy()
    with pytest.raises(workflow.Refused, match="Your role does not publish"):
        workflow.publish(copy, copy.latest_revision, by=make_user("Editors"))


def test_returning_needs_a_reason():
    copy = make_copy()
    workflow.submit(copy, copy.latest_revision, by=copy.saved_by)
    editor = make_user("Editors")
    with pytest.raises(workflow.Refused, match="Say why"):
        workflow.send_back(copy, copy.latest_revision, by=editor, reason="  ")
    workflow.send_back(copy, copy.latest_revision, by=editor, reason="Who hosted?")
    assert copy.stage == Stage.CHANGES_REQUESTED
    assert AuditEvent.objects.about(copy.article).first().reason == "Who hosted?"


def test_withdrawing_takes_a_live_story_from_readers_and_publishing_again_brings_it_back():
    article = make_live_article()
    copy, chief = article.working_copy, make_user("Chief editors")
    workflow.withdraw(copy, copy.latest_revision, by=chief, reason="Wrong figures")
    article.refresh_from_db()
    assert not article.is_live()

    saved_again(copy, make_user(), headline="Right figures")
    workflow.submit(copy, copy.latest_revision, by=copy.saved_by)
    workflow.approve(copy, copy.latest_revision, by=make_user("Editors"))
    workflow.publish(copy, copy.latest_revision, by=chief)
    article.refresh_from_db()
    assert (article.is_live(), article.headline) == (True, "Right figures")


def test_a_withdrawn_story_is_shown_again_as_readers_last_saw_it():
    article = make_live_article(headline="As it was")
    copy, chief = article.working_copy, make_user("Chief editors")
    workflow.withdraw(copy, copy.latest_revision, by=chief, reason="A doubt")
    assert "Show it to readers again" in workflow.why_not(copy, Step.PUBLISH, copy.latest_revision, by=chief)
    saved_again(copy, make_user(), headline="Under way")
    with pytest.raises(workflow.Refused, match="Your role does not publish"):
        workflow.restore(copy, copy.latest_revision, by=make_user("Editors"))
    workflow.restore(copy, copy.latest_revision, by=chief)
    article.refresh_from_db()
    assert (article.is_live(), article.headline, copy.stage) == (True, "As it was", Stage.DRAFT)
    assert workflow.why_not(copy, Step.RESTORE, copy.latest_revision, by=chief) == "It is not withdrawn."


def test_an_import_is_nobodys_pair_of_eyes():
    editor = make_user("Editors")
    copy = make_copy(by=system_user())
    saved_again(copy, editor, headline="All new", body="<p>Every word of it.</p>")
    workflow.submit(copy, copy.latest_revision, by=make_user())
    assert "You alone wrote this text" in workflow.why_not(copy, Step.APPROVE, copy.latest_revision, by=editor)


def test_an_import_that_comes_again_says_when_it_changed_not_when_it_first_went_out():
    system, hour = system_user(), timezone.now() - timedelta(days=3)
    copy = make_copy(by=system)
    workflow.publish_unread(copy, copy.latest_revision, by=system, at=hour)
    assert (copy.article.live_from, copy.article.changed_at) == (hour, hour)
    saved_again(copy, system, headline="Said better")
    workflow.publish_unread(copy, copy.latest_revision, by=system, at=hour)
    assert copy.article.live_from == hour
    assert copy.article.changed_at > hour


def test_a_headline_not_here_yet_is_found_when_it_arrives_and_stays_found_when_that_story_is_renamed():
    linking = make_live_article(links=[{"label": "Coming soon", "placement": "end"}])
    assert linking.related_links.get().is_unresolved
    target = make_live_article(headline="coming  SOON")
    assert linking.related_links.get().story == target
    published_again(target, headline="Here now")
    published_again(linking, headline="Linking still")
    assert linking.related_links.get().story == target


def test_of_two_stories_with_one_headline_the_live_one_is_found():
    gone = make_live_article(headline="One headline")
    workflow.withdraw(
        gone.working_copy, gone.working_copy.latest_revision, by=make_user("Chief editors"), reason="Wrong"
    )
    here = make_live_article(headline="One headline")
    linking = make_live_article(links=[{"label": "One headline", "placement": "end"}])
    assert linking.related_links.get().story == here


def test_what_readers_do_not_see_cannot_be_withdrawn():
    copy = make_copy()
    refusal = workflow.why_not(copy, Step.WITHDRAW, copy.latest_revision, by=make_user("Chief editors"))
    assert refusal == "Readers do not see it."


def test_an_address_that_belonged_to_another_story_is_refused():
    make_live_article(headline="Quota watch")
    copy = make_approved_copy(slug="quota-watch")
    with pytest.raises(workflow.Refused, match="belongs to another story"):
        workflow.publish(copy, copy.latest_revision, by=make_user("Chief editors"))


def test_two_stories_with_one_headline_get_two_addresses():
    first, second = make_live_article(headline="Quota watch"), make_live_article(headline="Quota watch")
    assert (first.slug, second.slug) == ("quota-watch", "quota-watch-2")


def test_an_address_changes_at_publication_and_the_old_one_stays_ours():
    article = make_live_article(headline="Old words")
    copy, reporter = article.working_copy, make_user()
    saved_again(copy, reporter, slug="new-words")
    article.refresh_from_db()
    assert article.slug == "old-words"
    workflow.submit(copy, copy.latest_revision, by=reporter)
    workflow.approve(copy, copy.latest_revision, by=make_user("Editors"))
    workflow.publish(copy, copy.latest_revision, by=make_user("Chief editors"))
    article.refresh_from_db()
    assert article.slug == "new-words"
    assert set(article.slugs.values_list("slug", flat=True)) == {"old-words", "new-words"}


# ---- discarding the working copy, and bringing a version back


def words_readers_see(article):
    return (
        Article.objects.filter(pk=article.pk).values().get(),
        list(article.tag_rows.values("tag")),
        live_links(article),
    )


def live_links(row):
    return list(row.related_links.values("uuid", "label", "target", "matched_article", "url", "placement"))


@pytest.mark.parametrize("role", ["Reporters", "Editors", "Chief editors"])
def test_whoever_edits_may_discard_what_readers_have_not_seen(role):
    article = make_live_article(headline="As it was", tags=[make_tag()])
    copy, before, by = article.working_copy, words_readers_see(article), make_user(role)
    with workflow.editing(copy, by=make_user(), version=copy.version):
        copy.headline, copy.standfirst = "Given up", "Too"
        copy.tags.set([make_tag()])
    workflow.discard(copy, copy.latest_revision, by=by)
    copy.refresh_from_db()
    assert (copy.headline, copy.standfirst, copy.stage) == ("As it was", "", Stage.NOTHING_PENDING)
    assert (copy.latest_revision.number, copy.latest_revision.author, copy.saved_by) == (3, by, by)
    assert copy.latest_revision.content_hash == article.live_revision.content_hash
    assert words_readers_see(article) == before
    event = AuditEvent.objects.about(article).first()
    assert (event.kind, json.loads(event.facts)["discarded"], json.loads(event.facts)["revision"]) == (
        "article.discarded",
        2,
        3,
    )
    assert verify.verify()[1] is None


@pytest.mark.parametrize("stage", [Stage.DRAFT, Stage.IN_REVIEW, Stage.CHANGES_REQUESTED, Stage.APPROVED])
def test_a_change_is_discarded_from_any_stage_and_its_approval_is_void(stage):
    article = make_live_article()
    copy, reporter, editor = article.working_copy, make_user(), make_user("Editors")
    saved_again(copy, reporter, headline="Given up")
    if stage != Stage.DRAFT:
        workflow.submit(copy, copy.latest_revision, by=reporter)
    if stage == Stage.CHANGES_REQUESTED:
        workflow.send_back(copy, copy.latest_revision, by=editor, reason="No")
    if stage == Stage.APPROVED:
        workflow.approve(copy, copy.latest_revision, by=editor)
    assert copy.stage == stage
    workflow.discard(copy, copy.latest_revision, by=reporter)
    copy.refresh_from_db()
    assert (copy.stage, copy.approved_revision, copy.submitted_by) == (Stage.NOTHING_PENDING, None, None)


def test_a_change_that_was_taken_back_by_hand_is_discarded_without_a_new_revision():
    copy = make_live_article(headline="As it was").working_copy
    saved_again(copy, make_user(), headline="Changed")
    saved_again(copy, make_user(), headline="As it was")
    workflow.discard(copy, copy.latest_revision, by=make_user())
    assert (copy.latest_revision.number, copy.stage) == (3, Stage.NOTHING_PENDING)


def test_a_withdrawn_story_goes_back_to_what_readers_saw_last_and_stays_withdrawn():
    article = make_live_article(headline="As it was")
    copy, chief = article.working_copy, make_user("Chief editors")
    workflow.withdraw(copy, copy.latest_revision, by=chief, reason="A doubt")
    saved_again(copy, make_user(), headline="Given up")
    workflow.discard(copy, copy.latest_revision, by=make_user())
    article.refresh_from_db()
    assert (copy.headline, article.is_live(), article.withdrawn_at is None) == ("As it was", False, False)


def test_a_draft_readers_never_saw_is_put_aside_and_can_be_taken_up_again():
    reporter, copy = make_user(), make_copy(section=None)
    workflow.submit(copy, copy.latest_revision, by=reporter)
    workflow.discard(copy, copy.latest_revision, by=reporter)
    assert (copy.stage, copy.is_ahead, copy.submitted_by) == (Stage.DISCARDED, False, None)
    assert (
        workflow.why_not(copy, Step.SUBMIT, copy.latest_revision, by=reporter)
        == "It is discarded. Take it up again first."
    )
    workflow.reopen(copy, copy.latest_revision, by=reporter)
    assert copy.stage == Stage.DRAFT and copy.latest_revision.number == 1


def test_whoever_writes_on_a_story_put_aside_takes_it_up():
    copy = make_copy()
    workflow.discard(copy, copy.latest_revision, by=make_user())
    saved_again(copy, make_user(), headline="Once more")
    assert copy.stage == Stage.DRAFT


def test_a_newer_draft_is_discarded_and_what_is_scheduled_still_goes_out():
    article, later = make_live_article(), timezone.now() + timedelta(hours=1)
    copy = article.working_copy
    saved_again(copy, make_user(), headline="For Friday")
    workflow.submit(copy, copy.latest_revision, by=copy.saved_by)
    workflow.approve(copy, copy.latest_revision, by=make_user("Editors"))
    chief = make_user("Chief editors")
    workflow.schedule(copy, copy.latest_revision, by=chief, at=later)
    assert workflow.why_not(copy, Step.DISCARD, copy.latest_revision, by=chief) == (
        "It is scheduled. Take it off the schedule first."
    )
    saved_again(copy, make_user(), headline="Second thoughts")
    workflow.discard(copy, copy.latest_revision, by=make_user())
    assert (copy.headline, copy.stage, copy.scheduled_for) == ("For Friday", Stage.SCHEDULED, later)
    with mock.patch.object(timezone, "now", lambda: later):
        assert workflow.publish_due(copy.pk) == "article.published"
    copy, article = WorkingCopy.objects.get(pk=copy.pk), Article.objects.get(pk=copy.pk)
    assert (article.headline, copy.stage) == ("For Friday", Stage.NOTHING_PENDING)


def test_there_is_nothing_to_discard_when_nothing_is_pending():
    reporter, resting = make_user(), make_live_article().working_copy
    assert workflow.why_not(resting, Step.DISCARD, resting.latest_revision, by=reporter) == (
        "Readers see exactly this text; there is nothing to discard."
    )


def test_discarding_is_refused_to_who_does_not_edit_and_on_an_older_revision():
    copy = make_live_article().working_copy
    old = copy.latest_revision
    saved_again(copy, make_user(), headline="Newer")
    with pytest.raises(workflow.Refused, match="Your role does not edit"):
        workflow.discard(copy, copy.latest_revision, by=make_user("Moderators"))
    with pytest.raises(workflow.Refused, match="A newer version"):
        workflow.discard(copy, old, by=make_user())
    stale = type(copy).objects.get(pk=copy.pk)
    saved_again(copy, make_user(), headline="Newer still")
    with pytest.raises(workflow.Refused):
        workflow.discard(stale, copy.latest_revision, by=make_user())
    copy.refresh_from_db()
    assert (copy.headline, copy.stage) == ("Newer still", Stage.DRAFT)


def test_the_author_of_a_discarded_change_is_no_second_pair_of_eyes_on_the_next_one():
    copy, editor = make_live_article().working_copy, make_user("Editors")
    saved_again(copy, make_user(), headline="Given up")
    workflow.discard(copy, copy.latest_revision, by=make_user())
    saved_again(copy, editor, headline="All the editor's own")
    workflow.submit(copy, copy.latest_revision, by=make_user())
    assert "You alone wrote this text" in workflow.why_not(copy, Step.APPROVE, copy.latest_revision, by=editor)


def test_a_version_is_brought_back_with_its_rows_and_what_they_were_found_to_name():
    target = make_live_article(headline="Coming soon")
    tag, author = make_tag(), make_author()
    copy = make_copy(
        headline="First", tags=[tag], authors=[author], links=[{"uuid": uuid4(), "label": "Coming soon"}], slug="first"
    )
    before = live_links(copy)
    assert before[0]["matched_article"] == target.pk
    published_again(target, headline="Here now")
    first = copy.latest_revision
    with workflow.editing(copy, by=make_user(), version=copy.version):
        copy.headline, copy.slug = "Second", "second"
        copy.tags.clear()
        copy.bylines.all().delete()
    by = make_user()
    left_out = workflow.restore_revision(copy, first, by=by, version=copy.version)
    copy.refresh_from_db()
    assert not any(left_out.missing.values()) and not left_out.unknown
    assert (copy.headline, copy.slug, list(copy.tags.all())) == ("First", "first", [tag])
    assert [byline.author for byline in copy.bylines.all()] == [author]
    assert live_links(copy) == before
    assert (copy.latest_revision.number, copy.latest_revision.content_hash, copy.saved_by) == (
        3,
        first.content_hash,
        by,
    )
    facts = json.loads(AuditEvent.objects.about(copy.article).first().facts)
    assert (facts["revision"], facts["restored_from"]) == (3, 1)
    assert verify.verify()[1] is None


def test_bringing_back_is_refused_with_a_sentence_and_changes_nothing():
    copy, other = make_copy(), make_copy()
    first = copy.latest_revision
    saved_again(copy, make_user(), headline="Newer")
    version = copy.version
    refusals = [
        (first, make_user("Moderators"), version, "Your role does not edit stories."),
        (first, make_user(), version - 1, "Somebody else has just changed this story."),
        (copy.latest_revision, make_user(), version, "The working copy says exactly this already."),
        (other.latest_revision, make_user(), version, "This version belongs to another story."),
    ]
    for revision, by, at, sentence in refusals:
        with pytest.raises(workflow.Refused, match=sentence):
            workflow.restore_revision(type(copy).objects.get(pk=copy.pk), revision, by=by, version=at)
        copy.refresh_from_db()
        assert (copy.headline, copy.version, copy.latest_revision.number) == ("Newer", version, 2)
