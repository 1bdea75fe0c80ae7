from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone, translation

from comments import jobs
from comments.models import Comment, CommenterEmail, Thread
from comments.moderation import closing, decisions
from comments.moderation.refusals import Refused
from comments.submission import submit
from comments.submission.submit import DuplicateComment
from comments.tests.factories import make_comment
from comments.tests.moderation.test_decisions import all_at_once
from news.models import Article
from news.tests.factories import make_live_articles, make_user
from portal.jobs import HANDLERS, name_of
from portal.models import Job

pytestmark = pytest.mark.django_db

SAID = {"name": "Grażyna W.", "address": "grazyna@example.org", "body": "Two days is not enough."}


def test_every_comment_waits():
    comment = make_comment()
    assert comment.status == "pending"
    assert not Thread.objects.get().approved_count


def test_sent_twice_within_ten_minutes_it_is_one_comment():
    article = make_live_articles(1)[0]
    first = submit.submit(article, **SAID)
    again = {**SAID, "body": "  two DAYS is not\nenough. ", "address": "Grazyna@EXAMPLE.org"}
    assert submit.submit(article, **again) == submit.Received(first.comment, is_duplicate=True)
    assert not first.is_duplicate
    assert Comment.objects.count() == CommenterEmail.objects.count() == 1


@pytest.mark.parametrize("address", [SAID["address"], "jan@example.org"])
def test_after_ten_minutes_the_same_words_under_the_same_name_are_refused_whoever_sends_them(address):
    article = make_live_articles(1)[0]
    submit.submit(article, **SAID, at=timezone.now() - timedelta(minutes=10))
    with pytest.raises(DuplicateComment, match="there already"):
        submit.submit(article, **SAID | {"address": address, "body": "two days IS not enough."})
    assert Comment.objects.count() == 1


def test_what_was_put_into_the_trash_may_be_sent_again_and_another_name_may_say_the_same():
    article = make_live_articles(1)[0]
    before = submit.submit(article, **SAID, at=timezone.now() - timedelta(minutes=10))
    submit.submit(article, **SAID | {"name": "Jan"})
    decisions.trash(before.comment, by=make_user("Moderators"))
    submit.submit(article, **SAID | {"address": "jan@example.org"})
    assert Comment.objects.count() == 3


@pytest.mark.parametrize("other", [{"body": "Three days."}, {"name": "Jan"}])
def test_other_words_or_another_person_are_another_comment(other):
    article = make_live_articles(1)[0]
    submit.submit(article, **SAID)
    submit.submit(article, **SAID | other)
    assert Comment.objects.count() == 2


def test_the_same_words_elsewhere_are_another_comment():
    here, there = make_live_articles(2)
    parent = make_comment(here, status="approved")
    submit.submit(here, **SAID)
    submit.submit(here, **SAID, parent=parent)
    submit.submit(there, **SAID)
    assert Comment.objects.filter(body=SAID["body"]).count() == 3


def test_a_closed_thread_takes_nothing():
    article = make_live_articles(1)[0]
    closing.close(article, by=make_user("Moderators"))
    with pytest.raises(Refused, match="Comments on this story are closed"):
        submit.submit(article, **SAID)
    assert not Comment.objects.exists()


def test_a_story_readers_do_not_see_takes_nothing():
    article = make_live_articles(1)[0]
    Article.objects.update(withdrawn_at=timezone.now())
    article.refresh_from_db()
    with pytest.raises(Refused, match="not on the site"):
        submit.submit(article, **SAID)


@pytest.mark.parametrize("status", ["pending", "spam", "trash"])
def test_nobody_answers_a_comment_that_readers_do_not_see(status):
    article = make_live_articles(1)[0]
    parent = make_comment(article, status=status)
    with pytest.raises(Refused, match="no longer shown"):
        submit.submit(article, **SAID, parent=parent)


def test_nobody_answers_a_comment_under_another_story():
    here, there = make_live_articles(2)
    parent = make_comment(there, status="approved")
    with pytest.raises(Refused, match="no longer shown"):
        submit.submit(here, **SAID, parent=parent)


# The moderators' mail


def digests():
    return Job.objects.filter(name=name_of(jobs.notify_moderators))


def test_however_many_comments_come_one_digest_waits(settings):
    article, before = make_live_articles(1)[0], timezone.now()
    for _ in range(3):
        make_comment(article)
    digest = digests().get()
    assert digest.due_at >= before + timedelta(minutes=settings.MODERATORS_DIGEST_MINUTES)
    assert digest.payload == "{}"
    assert digest.name in HANDLERS


def test_spam_calls_nobody():
    make_comment(is_spam=True)
    assert not digests().exists()


def test_the_digest_says_how_many_and_where_and_nothing_about_anybody(settings):
    article = make_live_articles(1)[0]
    make_comment(article, **SAID)
    make_comment(article)
    with translation.override("pl"):  # a worker's own language must not matter
        jobs.notify_moderators()
    (message,) = mail.outbox
    assert message.to == [settings.MODERATORS_EMAIL]
    assert f"{settings.SITE_URL}/admin/comments/comment/" in message.body
    assert "2" in message.body and "2" in message.subject
    for word in [SAID["name"], SAID["address"], SAID["body"], "Grażyna", article.headline]:
        assert word not in f"{message.message()}{message.subject}{message.body}"


def test_what_readers_report_is_told_in_the_same_digest_and_alone_where_nothing_waits(settings):
    comment = make_comment(status="approved")
    digests().delete()
    submit.report(comment, reason="abusive", text="He insults Ewa.", address="ewa@example.org")
    assert digests().count() == 1
    jobs.notify_moderators()
    make_comment(comment.article)
    jobs.notify_moderators()
    alone, both = mail.outbox
    queue = f"{settings.SITE_URL}/admin/comments/comment/"
    assert f"{queue}?view=reported\n" in alone.body and f"{queue}\n" not in alone.body
    assert f"{queue}?view=reported\n" in both.body and f"{queue}\n" in both.body
    about_reports = alone.subject.partition(": ")[2]
    assert "1" in about_reports and both.subject.endswith(f"; {about_reports}")
    assert not any(word in f"{alone.message()}{both.message()}" for word in ("insults", "ewa@", comment.body))


def test_no_mail_when_nothing_waits_or_nobody_is_named(settings):
    make_comment(status="approved")
    jobs.notify_moderators()
    make_comment()
    settings.MODERATORS_EMAIL = ""
    jobs.notify_moderators()
    assert mail.outbox == []


# At the same moment


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_the_same_comment_sent_many_times_at_once_is_one_row():
    article = make_live_articles(1)[0]
    assert all_at_once(8, lambda index: submit.submit(article, **SAID)) == []
    assert Comment.objects.count() == CommenterEmail.objects.count() == digests().count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_different_words_sent_at_once_are_as_many_rows():
    article = make_live_articles(1)[0]
    assert all_at_once(8, lambda index: submit.submit(article, **SAID | {"body": f"Word {index}."})) == []
    assert Comment.objects.count() == 8
