import random
import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.db.models import Count
from django.utils import timezone, translation

from comments import jobs, moderation
from comments.models import Comment, Contact, Rules, Thread
from comments.moderation import Decision, Refused, SentAgain
from comments.tests.make import make_comment
from news import changes, history
from news.models import Article, Event, Slug
from news.tests.make import make_live_articles, make_user
from portal.jobs import HANDLERS
from portal.models import Job

pytestmark = pytest.mark.django_db

SAID = {"name": "Grażyna W.", "address": "grazyna@example.org", "body": "Two days is not enough."}


def counter(name):
    return changes.values({name})[name]


# Taking comments in


def test_every_comment_waits():
    comment = make_comment()
    assert comment.status == "pending"
    assert not Thread.objects.get().approved_count


def test_sent_twice_within_ten_minutes_it_is_one_comment():
    article = make_live_articles(1)[0]
    first = moderation.receive(article, **SAID)
    again = {**SAID, "body": "  two DAYS is not\nenough. ", "address": "Grazyna@EXAMPLE.org"}
    assert moderation.receive(article, **again) == first
    assert Comment.objects.count() == Contact.objects.count() == 1


@pytest.mark.parametrize("address", [SAID["address"], "jan@example.org"])
def test_after_ten_minutes_the_same_words_under_the_same_name_are_refused_whoever_sends_them(address):
    article = make_live_articles(1)[0]
    moderation.receive(article, **SAID, at=timezone.now() - timedelta(minutes=10))
    with pytest.raises(SentAgain, match="there already"):
        moderation.receive(article, **SAID | {"address": address, "body": "two days IS not enough."})
    assert Comment.objects.count() == 1


def test_what_was_put_into_the_trash_may_be_sent_again_and_another_name_may_say_the_same():
    article = make_live_articles(1)[0]
    before = moderation.receive(article, **SAID, at=timezone.now() - timedelta(minutes=10))
    moderation.receive(article, **SAID | {"name": "Jan"})
    moderation.trash(before, by=make_user("Moderators"))
    moderation.receive(article, **SAID | {"address": "jan@example.org"})
    assert Comment.objects.count() == 3


@pytest.mark.parametrize("other", [{"body": "Three days."}, {"name": "Jan"}])
def test_other_words_or_another_person_are_another_comment(other):
    article = make_live_articles(1)[0]
    moderation.receive(article, **SAID)
    moderation.receive(article, **SAID | other)
    assert Comment.objects.count() == 2


def test_the_same_words_elsewhere_are_another_comment():
    here, there = make_live_articles(2)
    parent = make_comment(here, status="approved")
    moderation.receive(here, **SAID)
    moderation.receive(here, **SAID, parent=parent)
    moderation.receive(there, **SAID)
    assert Comment.objects.filter(body=SAID["body"]).count() == 3


def test_a_closed_thread_takes_nothing():
    article = make_live_articles(1)[0]
    moderation.close(article, by=make_user("Moderators"))
    with pytest.raises(Refused, match="Comments on this story are closed"):
        moderation.receive(article, **SAID)
    assert not Comment.objects.exists()


def test_a_story_readers_do_not_see_takes_nothing():
    article = make_live_articles(1)[0]
    Article.objects.update(withdrawn_at=timezone.now())
    article.refresh_from_db()
    with pytest.raises(Refused, match="not on the site"):
        moderation.receive(article, **SAID)


@pytest.mark.parametrize("status", ["pending", "spam", "trash"])
def test_nobody_answers_a_comment_that_readers_do_not_see(status):
    article = make_live_articles(1)[0]
    parent = make_comment(article, status=status)
    with pytest.raises(Refused, match="no longer shown"):
        moderation.receive(article, **SAID, parent=parent)


def test_nobody_answers_a_comment_under_another_story():
    here, there = make_live_articles(2)
    parent = make_comment(there, status="approved")
    with pytest.raises(Refused, match="no longer shown"):
        moderation.receive(here, **SAID, parent=parent)


# Deciding


def test_approving_shows_it_counts_it_and_tells_every_page():
    article, moderator = make_live_articles(1)[0], make_user("Moderators")
    Slug.objects.create(slug="its-old-address", article=article)
    comment = make_comment(article)
    before = {name: counter(name) for name in ("home", changes.story(article.slug), "story:its-old-address")}
    moderation.approve(comment, by=moderator, seen="pending")
    comment.refresh_from_db()
    assert (comment.status, comment.decided_by) == ("approved", moderator)
    assert Thread.objects.get().approved_count == 1
    assert all(counter(name) == value + 1 for name, value in before.items())
    event = Event.objects.about(comment).get()
    assert (event.kind, event.actor_id) == ("approve", moderator.pk)
    assert event.facts == f'{{"article":{article.pk},"was":"pending"}}'


@pytest.mark.parametrize(
    ("decide", "status", "kind"),
    [(moderation.mark_spam, "spam", "spam"), (moderation.trash, "trash", "trash")],
)
def test_what_readers_never_saw_goes_without_telling_any_page(decide, status, kind):
    article = make_live_articles(1)[0]
    comment = make_comment(article)
    before = counter(changes.story(article.slug))
    decide(comment, by=make_user("Moderators"))
    comment.refresh_from_db()
    assert comment.status == status
    assert Event.objects.about(comment).get().kind == kind
    assert counter(changes.story(article.slug)) == before


def test_a_rejection_has_a_reason_that_stays_in_history():
    comment = make_comment()
    moderation.reject(comment, by=make_user("Moderators"), reason="abusive")
    event = Event.objects.about(comment).get()
    assert (comment.status, event.kind) == ("trash", "reject")
    assert '"because":"abusive"' in event.facts


@pytest.mark.parametrize("reason", ["", "I felt like it"])
def test_no_rejection_without_one_of_the_reasons(reason):
    comment = make_comment()
    with pytest.raises(Refused, match="Choose a reason"):
        moderation.reject(comment, by=make_user("Moderators"), reason=reason)
    comment.refresh_from_db()
    assert comment.status == "pending"


def test_a_decision_may_be_changed_and_the_count_follows():
    article, moderator = make_live_articles(1)[0], make_user("Moderators")
    comment = make_comment(article, status="approved")
    before = counter(changes.story(article.slug))
    moderation.mark_spam(comment, by=moderator, seen="approved")
    article.thread.refresh_from_db()
    assert article.thread.approved_count == 0
    assert counter(changes.story(article.slug)) == before + 1


@pytest.mark.parametrize("role", ["Reporters", "Editors"])
@pytest.mark.parametrize("decision", Decision.values)
def test_other_roles_decide_nothing(role, decision):
    comment = make_comment()
    with pytest.raises(Refused, match="Your role does not moderate comments"):
        moderation.decide(Decision(decision), comment, "abusive", by=make_user(role))
    assert not Event.objects.about(comment).exists()


def test_the_slower_of_two_moderators_is_told_who_decided_what():
    comment = make_comment()
    late = Comment.objects.get(pk=comment.pk)
    first = make_user("Moderators", first_name="Ruth", last_name="Okafor")
    moderation.approve(comment, by=first)
    with pytest.raises(Refused, match="Decision by Ruth Okafor, .*: approved"):
        moderation.mark_spam(late, by=make_user("Moderators"), seen="pending")
    comment.refresh_from_db()
    assert comment.status == "approved"
    assert Event.objects.about(comment).count() == 1


def test_a_button_pressed_on_an_old_screen_is_refused():
    comment = make_comment(status="approved")
    with pytest.raises(Refused, match="Decision by .*: approved"):
        moderation.trash(comment, by=make_user("Moderators"), seen="pending")


def test_deciding_the_same_twice_is_refused_in_words():
    comment = make_comment(status="approved")
    with pytest.raises(Refused, match="It is approved already"):
        moderation.approve(comment, by=make_user("Moderators"))


def test_undo_brings_back_what_was():
    moderator = make_user("Moderators")
    comment = make_comment(status="approved")
    moderation.mark_spam(comment, by=moderator)
    assert moderation.last_decision(moderator) == comment
    moderation.undo(comment, by=moderator)
    comment.refresh_from_db()
    assert (comment.status, comment.article.thread.approved_count) == ("approved", 1)


def test_undoing_the_first_decision_lets_it_wait_again():
    moderator = make_user("Moderators")
    comment = make_comment(status="spam", by=moderator)
    moderation.undo(comment, by=moderator)
    comment.refresh_from_db()
    assert (comment.status, comment.decided_by, comment.decided_at) == ("pending", None, None)
    assert moderation.last_decision(moderator) is None


def test_nobody_undoes_somebody_elses_decision():
    comment = make_comment(status="spam")
    with pytest.raises(Refused, match="Decision by"):
        moderation.undo(comment, by=make_user("Moderators"))


def test_closing_and_opening_a_thread_are_events_and_tell_the_page():
    article, moderator = make_live_articles(1)[0], make_user("Moderators")
    before = counter(changes.story(article.slug))
    moderation.close(article, by=moderator)
    assert moderation.closed_because(article)
    with pytest.raises(Refused, match="closed already"):
        moderation.close(article, by=moderator)
    moderation.reopen(article, by=moderator)
    assert not moderation.closed_because(article)
    assert counter(changes.story(article.slug)) == before + 2
    assert [event.kind for event in Event.objects.about(article.thread)] == ["reopen", "close"]


def test_an_editor_closes_nothing():
    with pytest.raises(Refused, match="does not moderate"):
        moderation.close(make_live_articles(1)[0], by=make_user("Editors"))


def test_the_chain_holds_after_decisions():
    make_comment(status="approved")
    make_comment(status="spam")
    assert history.verify()[1] is None


def test_after_any_decisions_the_counts_are_those_of_a_recount():
    chance = random.Random(7)
    articles, moderator = make_live_articles(3), make_user("Moderators")
    comments = [make_comment(chance.choice(articles)) for _ in range(8)]
    for _ in range(80):
        comment, decision = chance.choice(comments), chance.choice(Decision.values)
        try:
            moderation.decide(Decision(decision), comment, "other", by=moderator)
        except Refused:
            pass
    counted = dict(Comment.objects.approved().order_by().values_list("article").annotate(Count("pk")))
    assert {thread.pk: thread.approved_count for thread in Thread.objects.all()} == {
        thread.pk: counted.get(thread.pk, 0) for thread in Thread.objects.all()
    }


# The moderators' mail


def digests():
    return Job.objects.filter(name=jobs.notify_moderators.job_name)


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
    moderation.report(comment, reason="abusive", words="He insults Ewa.", address="ewa@example.org")
    assert digests().count() == 1
    jobs.notify_moderators()
    make_comment(comment.article)
    jobs.notify_moderators()
    alone, both = mail.outbox
    queue = f"{settings.SITE_URL}/admin/comments/comment/"
    assert f"{queue}?view=reported\n" in alone.body and f"{queue}\n" not in alone.body
    assert f"{queue}?view=reported\n" in both.body and f"{queue}\n" in both.body
    assert "1" in alone.subject and alone.subject != both.subject
    assert not any(word in f"{alone.message()}{both.message()}" for word in ("insults", "ewa@", comment.body))


def test_no_mail_when_nothing_waits_or_nobody_is_named(settings):
    make_comment(status="approved")
    jobs.notify_moderators()
    make_comment()
    settings.MODERATORS_EMAIL = ""
    jobs.notify_moderators()
    assert mail.outbox == []


# At the same moment


def all_at_once(number, work):
    """Do `work(0)`, `work(1)`, … in threads that start together; return what went wrong."""
    start, wrong = threading.Barrier(number), []

    def run(index):
        try:
            start.wait(timeout=10)
            work(index)
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[index]) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return wrong


@pytest.mark.django_db(transaction=True)
def test_the_same_comment_sent_many_times_at_once_is_one_row():
    article = make_live_articles(1)[0]
    assert all_at_once(8, lambda index: moderation.receive(article, **SAID)) == []
    assert Comment.objects.count() == Contact.objects.count() == digests().count() == 1


@pytest.mark.django_db(transaction=True)
def test_different_words_sent_at_once_are_as_many_rows():
    article = make_live_articles(1)[0]
    assert all_at_once(8, lambda index: moderation.receive(article, **SAID | {"body": f"Word {index}."})) == []
    assert Comment.objects.count() == 8


@pytest.mark.django_db(transaction=True)
def test_moderators_deciding_at_once_decide_each_comment_once_and_count_right():
    article = make_live_articles(1)[0]
    comments = [make_comment(article) for _ in range(4)]
    moderators = [make_user("Moderators") for _ in range(4)]

    def decide_each(index):
        for comment in comments:
            try:
                moderation.approve(Comment.objects.get(pk=comment.pk), by=moderators[index], seen="pending")
            except Refused:
                pass

    assert all_at_once(4, decide_each) == []
    assert Thread.objects.get().approved_count == 4
    assert Event.objects.filter(kind="approve", subject_kind="comment").count() == 4
    assert history.verify()[1] is None


# Open and closed, here and everywhere


def test_stopping_closes_every_story_at_once_tells_every_page_and_is_history():
    here, there = make_live_articles(2)
    moderator, before = make_user("Moderators"), counter(changes.SITE)
    moderation.stop(by=moderator, banner="Back at noon.")
    for article in (here, there):
        assert moderation.closed_because(article)
        with pytest.raises(Refused):
            moderation.receive(article, **SAID)
    assert counter(changes.SITE) == before + 1
    assert (Rules.current().is_open, Rules.current().banner) == (False, "Back at noon.")
    event = Event.objects.get(subject_kind="rules")
    assert event.actor_id == moderator.pk
    with pytest.raises(Refused, match="stopped already"):
        moderation.stop(by=moderator)
    moderation.resume(by=moderator, banner="")
    moderation.receive(here, **SAID)
    assert Rules.current().banner == ""
    with pytest.raises(Refused, match="taken already"):
        moderation.resume(by=moderator)
    assert Event.objects.filter(subject_kind="rules").count() == 2


def test_stopping_and_resuming_leave_a_closed_story_closed():
    article, moderator = make_live_articles(1)[0], make_user("Moderators")
    moderation.close(article, by=moderator)
    moderation.stop(by=moderator)
    moderation.resume(by=moderator)
    assert moderation.closed_because(article)


def test_a_notice_goes_up_alone_and_is_taken_down():
    moderator, before = make_user("Moderators"), counter(changes.SITE)
    moderation.announce("We answer on Monday.", by=moderator)
    with pytest.raises(Refused, match="there already"):
        moderation.announce("We answer on Monday.", by=moderator)
    moderation.announce("", by=moderator)
    with pytest.raises(Refused, match="no notice"):
        moderation.announce("", by=moderator)
    assert Rules.current().is_open and counter(changes.SITE) == before + 2


@pytest.mark.parametrize("role", ["Reporters", "Editors"])
@pytest.mark.parametrize("step", ["stop", "resume", "announce"])
def test_other_roles_change_nothing_for_everybody(role, step):
    with pytest.raises(Refused, match="does not change the rules"):
        getattr(moderation, step)(by=make_user(role), banner="Hacked")
    assert Rules.current().banner == "" and not Event.objects.filter(subject_kind="rules").exists()


def test_a_story_is_exempt_from_closing_with_age_and_ages_again():
    article, moderator = make_live_articles(1)[0], make_user("Moderators")
    Rules.objects.create(pk=1, closes_after_days=1)
    Article.objects.update(live_from=timezone.now() - timedelta(days=3))
    article.refresh_from_db()
    assert moderation.closed_because(article)
    before = counter(changes.story(article.slug))
    moderation.exempt(article, by=moderator)
    assert not moderation.closed_because(article)
    with pytest.raises(Refused, match="stay open already"):
        moderation.exempt(article, by=moderator)
    moderation.let_age(article, by=moderator)
    assert moderation.closed_because(article)
    assert counter(changes.story(article.slug)) == before + 2
    assert [event.kind for event in Event.objects.about(article.thread)] == ["let age", "exempt"]
    with pytest.raises(Refused, match="does not moderate"):
        moderation.exempt(article, by=make_user("Editors"))
