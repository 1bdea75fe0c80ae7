"""Who may take which step, from where, and what follows."""

from datetime import timedelta

import pytest
from django.utils import timezone

from news import workflow
from news.models import Event
from news.roles import system_user
from news.tests.make import make_approved_copy, make_copy, make_live_article, make_user, published_again, saved_again
from news.workflow import Stage, Step

pytestmark = pytest.mark.django_db


def test_a_story_goes_from_draft_to_readers_through_three_people():
    reporter, editor, chief = make_user("Reporters"), make_user("Editors"), make_user("Chief editors")
    copy = make_copy(by=reporter, headline="Zażółć cło")
    workflow.submit(copy, copy.newest, by=reporter)
    workflow.approve(copy, copy.newest, by=editor)
    workflow.publish(copy, copy.newest, by=chief)

    article = copy.article
    article.refresh_from_db()
    assert article.is_live()
    assert (article.headline, article.slug) == ("Zażółć cło", "zazolc-clo")
    assert copy.stage == Stage.NOTHING_PENDING
    assert [event.kind for event in Event.objects.about(article)] == ["publish", "approve", "submit", "save"]


def test_saving_touches_the_working_copy_and_never_what_readers_see():
    article = make_live_article(headline="As it was")
    copy = article.working_copy
    saved_again(copy, make_user(), headline="As it may become")
    article.refresh_from_db()
    assert article.headline == "As it was"
    assert copy.stage == Stage.DRAFT


def test_a_save_that_changes_nothing_makes_no_revision_and_no_event():
    copy = make_copy()
    newest, events = copy.newest, Event.objects.count()
    saved_again(copy, make_user(), headline=copy.headline)
    assert (copy.newest, Event.objects.count()) == (newest, events)


def test_a_save_takes_the_approval_back():
    copy = make_approved_copy()
    saved_again(copy, make_user("Editors"), headline="One word more")
    assert (copy.approved, copy.stage) == (None, Stage.IN_REVIEW)
    refusal = workflow.why_not(copy, Step.PUBLISH, copy.newest, by=make_user("Chief editors"))
    assert refusal == "It needs approval first."


def test_the_submitter_does_not_approve():
    editor = make_user("Editors")
    copy = make_copy(by=make_user())
    workflow.submit(copy, copy.newest, by=editor)
    assert "You submitted this text" in workflow.why_not(copy, Step.APPROVE, copy.newest, by=editor)


def test_the_only_author_does_not_approve():
    editor = make_user("Editors")
    copy = make_copy(by=editor)
    workflow.submit(copy, copy.newest, by=make_user())
    assert "You alone wrote this text" in workflow.why_not(copy, Step.APPROVE, copy.newest, by=editor)


def test_how_much_the_approver_wrote_is_in_the_event():
    editor = make_user("Editors")
    copy = make_copy(headline="Two words", body="<p>three more words</p>")
    workflow.submit(copy, copy.newest, by=copy.saved_by)
    saved_again(copy, editor, headline="Two words indeed")
    workflow.approve(copy, copy.newest, by=editor)
    facts = Event.objects.about(copy.article).first().facts
    assert '"words_by_approver":1,"words_changed":6' in facts


def test_a_step_on_a_revision_that_is_no_longer_the_newest_is_refused():
    copy = make_copy()
    old = copy.newest
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
def test_an_incomplete_story_may_be_saved_and_submitted_but_not_approved(missing, sentence):
    copy = make_copy(**missing)
    workflow.submit(copy, copy.newest, by=copy.saved_by)
    assert workflow.why_not(copy, Step.APPROVE, copy.newest, by=make_user("Editors")) == sentence


@pytest.mark.parametrize("step", [Step.RETURN, Step.APPROVE, Step.PUBLISH, Step.WITHDRAW, Step.PUBLISH_UNREAD])
def test_a_reporter_reviews_publishes_and_withdraws_nothing(step):
    copy = make_copy()
    refusal = workflow.why_not(copy, step, copy.newest, by=make_user("Reporters"))
    assert refusal == str(workflow.REFUSALS[step])


def test_an_editor_does_not_publish():
    copy = make_approved_copy()
    with pytest.raises(workflow.Refused, match="Your role does not publish"):
        workflow.publish(copy, copy.newest, by=make_user("Editors"))


def test_returning_needs_a_reason():
    copy = make_copy()
    workflow.submit(copy, copy.newest, by=copy.saved_by)
    editor = make_user("Editors")
    with pytest.raises(workflow.Refused, match="Say why"):
        workflow.send_back(copy, copy.newest, by=editor, reason="  ")
    workflow.send_back(copy, copy.newest, by=editor, reason="Who hosted?")
    assert copy.stage == Stage.CHANGES_REQUESTED
    assert Event.objects.about(copy.article).first().reason == "Who hosted?"


def test_withdrawing_takes_a_live_story_from_readers_and_publishing_again_brings_it_back():
    article = make_live_article()
    copy, chief = article.working_copy, make_user("Chief editors")
    workflow.withdraw(copy, copy.newest, by=chief, reason="Wrong figures")
    article.refresh_from_db()
    assert not article.is_live()

    saved_again(copy, make_user(), headline="Right figures")
    workflow.submit(copy, copy.newest, by=copy.saved_by)
    workflow.approve(copy, copy.newest, by=make_user("Editors"))
    workflow.publish(copy, copy.newest, by=chief)
    article.refresh_from_db()
    assert (article.is_live(), article.headline) == (True, "Right figures")


def test_a_withdrawn_story_is_shown_again_as_readers_last_saw_it():
    article = make_live_article(headline="As it was")
    copy, chief = article.working_copy, make_user("Chief editors")
    workflow.withdraw(copy, copy.newest, by=chief, reason="A doubt")
    assert "Show it to readers again" in workflow.why_not(copy, Step.PUBLISH, copy.newest, by=chief)
    saved_again(copy, make_user(), headline="Under way")
    with pytest.raises(workflow.Refused, match="Your role does not publish"):
        workflow.restore(copy, copy.newest, by=make_user("Editors"))
    workflow.restore(copy, copy.newest, by=chief)
    article.refresh_from_db()
    assert (article.is_live(), article.headline, copy.stage) == (True, "As it was", Stage.DRAFT)
    assert workflow.why_not(copy, Step.RESTORE, copy.newest, by=chief) == "It is not withdrawn."


def test_an_import_is_nobodys_pair_of_eyes():
    editor = make_user("Editors")
    copy = make_copy(by=system_user())
    saved_again(copy, editor, headline="All new", body="<p>Every word of it.</p>")
    workflow.submit(copy, copy.newest, by=make_user())
    assert "You alone wrote this text" in workflow.why_not(copy, Step.APPROVE, copy.newest, by=editor)


def test_an_import_that_comes_again_says_when_it_changed_not_when_it_first_went_out():
    system, hour = system_user(), timezone.now() - timedelta(days=3)
    copy = make_copy(by=system)
    workflow.publish_unread(copy, copy.newest, by=system, at=hour)
    assert (copy.article.live_from, copy.article.changed_at) == (hour, hour)
    saved_again(copy, system, headline="Said better")
    workflow.publish_unread(copy, copy.newest, by=system, at=hour)
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
    workflow.withdraw(gone.working_copy, gone.working_copy.newest, by=make_user("Chief editors"), reason="Wrong")
    here = make_live_article(headline="One headline")
    linking = make_live_article(links=[{"label": "One headline", "placement": "end"}])
    assert linking.related_links.get().story == here


def test_what_readers_do_not_see_cannot_be_withdrawn():
    copy = make_copy()
    refusal = workflow.why_not(copy, Step.WITHDRAW, copy.newest, by=make_user("Chief editors"))
    assert refusal == "Readers do not see it."


def test_an_address_that_belonged_to_another_story_is_refused():
    make_live_article(headline="Quota watch")
    copy = make_approved_copy(slug="quota-watch")
    with pytest.raises(workflow.Refused, match="belongs to another story"):
        workflow.publish(copy, copy.newest, by=make_user("Chief editors"))


def test_two_stories_with_one_headline_get_two_addresses():
    first, second = make_live_article(headline="Quota watch"), make_live_article(headline="Quota watch")
    assert (first.slug, second.slug) == ("quota-watch", "quota-watch-2")


def test_an_address_changes_at_publication_and_the_old_one_stays_ours():
    article = make_live_article(headline="Old words")
    copy, reporter = article.working_copy, make_user()
    saved_again(copy, reporter, slug="new-words")
    article.refresh_from_db()
    assert article.slug == "old-words"
    workflow.submit(copy, copy.newest, by=reporter)
    workflow.approve(copy, copy.newest, by=make_user("Editors"))
    workflow.publish(copy, copy.newest, by=make_user("Chief editors"))
    article.refresh_from_db()
    assert article.slug == "new-words"
    assert set(article.slugs.values_list("slug", flat=True)) == {"old-words", "new-words"}
