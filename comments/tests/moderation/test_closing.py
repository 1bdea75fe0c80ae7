from datetime import timedelta

import pytest
from django.utils import timezone

from comments import page_counters
from comments.models import CommentSettings, Thread
from comments.moderation import closing
from comments.moderation.refusals import Refused
from comments.submission import submit
from news.models import Article
from news.tests.factories import make_live_articles, make_user
from portal.models import AuditEvent
from portal.pagecache import counters

pytestmark = pytest.mark.django_db

SAID = {"name": "Grażyna W.", "address": "grazyna@example.org", "body": "Two days is not enough."}


def counter(name):
    return counters.values({name})[name]


def test_closing_and_opening_a_thread_are_events_and_tell_the_page():
    article, moderator = make_live_articles(1)[0], make_user("Moderators")
    before = counter(page_counters.of_thread(article.slug))
    closing.close(article, by=moderator)
    assert closing.closed_because(article)
    with pytest.raises(Refused, match="closed already"):
        closing.close(article, by=moderator)
    closing.reopen(article, by=moderator)
    assert not closing.closed_because(article)
    assert counter(page_counters.of_thread(article.slug)) == before + 2
    assert [event.kind for event in AuditEvent.objects.about(article.thread)] == ["thread.reopened", "thread.closed"]


def test_an_editor_closes_nothing():
    with pytest.raises(Refused, match="does not moderate"):
        closing.close(make_live_articles(1)[0], by=make_user("Editors"))


def test_stopping_closes_every_story_at_once_tells_every_page_and_is_history():
    here, there = make_live_articles(2)
    moderator, before = make_user("Moderators"), counter(page_counters.FORM)
    closing.stop(by=moderator, banner="Back at noon.")
    for article in (here, there):
        assert closing.closed_because(article)
        with pytest.raises(Refused):
            submit.submit(article, **SAID)
    assert counter(page_counters.FORM) == before + 1
    assert (CommentSettings.current().is_open, CommentSettings.current().banner) == (False, "Back at noon.")
    event = AuditEvent.objects.get(subject_kind="comment_settings")
    assert event.actor_id == moderator.pk
    with pytest.raises(Refused, match="stopped already"):
        closing.stop(by=moderator)
    closing.resume(by=moderator, banner="")
    submit.submit(here, **SAID)
    assert CommentSettings.current().banner == ""
    with pytest.raises(Refused, match="taken already"):
        closing.resume(by=moderator)
    assert AuditEvent.objects.filter(subject_kind="comment_settings").count() == 2


def test_stopping_and_resuming_leave_a_closed_story_closed():
    article, moderator = make_live_articles(1)[0], make_user("Moderators")
    closing.close(article, by=moderator)
    closing.stop(by=moderator)
    closing.resume(by=moderator)
    assert closing.closed_because(article)


def test_a_notice_goes_up_alone_and_is_taken_down():
    moderator, before = make_user("Moderators"), counter(page_counters.FORM)
    closing.announce("We answer on Monday.", by=moderator)
    with pytest.raises(Refused, match="there already"):
        closing.announce("We answer on Monday.", by=moderator)
    closing.announce("", by=moderator)
    with pytest.raises(Refused, match="no notice"):
        closing.announce("", by=moderator)
    assert CommentSettings.current().is_open and counter(page_counters.FORM) == before + 2


@pytest.mark.parametrize("role", ["Reporters", "Editors"])
@pytest.mark.parametrize("step", ["stop", "resume", "announce"])
def test_other_roles_change_nothing_for_everybody(role, step):
    with pytest.raises(Refused, match="does not change the rules"):
        getattr(closing, step)(by=make_user(role), banner="Hacked")
    assert (
        CommentSettings.current().banner == ""
        and not AuditEvent.objects.filter(subject_kind="comment_settings").exists()
    )


def test_a_story_is_exempt_from_closing_with_age_and_ages_again():
    article, moderator = make_live_articles(1)[0], make_user("Moderators")
    CommentSettings.objects.create(pk=1, close_after_days=1)
    Article.objects.update(live_from=timezone.now() - timedelta(days=3))
    article.refresh_from_db()
    assert closing.closed_because(article)
    before = counter(page_counters.of_thread(article.slug))
    closing.exempt(article, by=moderator)
    assert not closing.closed_because(article)
    with pytest.raises(Refused, match="stay open already"):
        closing.exempt(article, by=moderator)
    closing.stop_exempting(article, by=moderator)
    assert closing.closed_because(article)
    assert counter(page_counters.of_thread(article.slug)) == before + 2
    assert [event.kind for event in AuditEvent.objects.about(article.thread)] == [
        "thread.exemption_ended",
        "thread.exempted",
    ]
    with pytest.raises(Refused, match="does not moderate"):
        closing.exempt(article, by=make_user("Editors"))


@pytest.mark.parametrize(
    ("thread", "rules", "says"),
    [
        ({}, {}, "Readers can comment."),
        ({"is_closed": True}, {"is_open": False}, "No story takes comments at the moment."),
        ({"is_closed": True}, {"close_after_days": 14}, "Readers see the comments and can send no more."),
        ({}, {"close_after_days": 1}, "Readers see the comments and can send no more: the story is older than 1 day."),
        ({}, {"close_after_days": 14}, "Readers can comment until "),
        ({"stays_open": True}, {"close_after_days": 14}, "They stay open whatever the age of the story."),
        ({"stays_open": True}, {}, "Readers can comment."),
    ],
)
def test_beside_a_story_one_sentence_says_how_open_its_comments_are(thread, rules, says):
    article = Article(live_from=timezone.now() - timedelta(days=1))
    comment_settings = CommentSettings(**{"is_open": True, "close_after_days": 0} | rules)
    assert closing.status(article, Thread(**thread), comment_settings).for_editors.startswith(says)
