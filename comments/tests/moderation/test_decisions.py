import random
import threading

import pytest
from django.db import connection
from django.db.models import Count

from comments import page_counters
from comments.models import Comment, Thread
from comments.moderation import decisions
from comments.moderation.decisions import Decision
from comments.moderation.refusals import Refused
from comments.tests.factories import make_comment
from news.models import Slug
from news.tests.factories import make_live_articles, make_user
from portal.audit import verify
from portal.models import AuditEvent
from portal.pagecache import counters

pytestmark = pytest.mark.django_db


def counter(name):
    return counters.values({name})[name]


def test_approving_shows_it_counts_it_and_tells_every_page():
    article, moderator = make_live_articles(1)[0], make_user("Moderators")
    Slug.objects.create(slug="its-old-address", article=article)
    comment = make_comment(article)
    before = {
        name: counter(name)
        for name in ("home", "comments", page_counters.of_thread(article.slug), "thread:its-old-address")
    }
    decisions.approve(comment, by=moderator, expected="pending")
    comment.refresh_from_db()
    assert (comment.status, comment.decided_by) == ("approved", moderator)
    assert Thread.objects.get().approved_count == 1
    assert all(counter(name) == value + 1 for name, value in before.items())
    event = AuditEvent.objects.about(comment).get()
    assert (event.kind, event.actor_id) == ("comment.approved", moderator.pk)
    assert event.facts == f'{{"after":"approved","article":{article.pk},"before":"pending"}}'


@pytest.mark.parametrize(
    ("decide", "status", "kind"),
    [(decisions.mark_spam, "spam", "comment.marked_spam"), (decisions.trash, "trash", "comment.trashed")],
)
def test_what_readers_never_saw_goes_without_telling_any_page(decide, status, kind):
    article = make_live_articles(1)[0]
    comment = make_comment(article)
    before = counter(page_counters.of_thread(article.slug))
    decide(comment, by=make_user("Moderators"))
    comment.refresh_from_db()
    assert comment.status == status
    assert AuditEvent.objects.about(comment).get().kind == kind
    assert counter(page_counters.of_thread(article.slug)) == before


def test_a_rejection_has_a_reason_that_stays_in_history():
    comment = make_comment()
    decisions.reject(comment, by=make_user("Moderators"), reason="abusive")
    event = AuditEvent.objects.about(comment).get()
    assert (comment.status, event.kind) == ("trash", "comment.rejected")
    assert '"because":"abusive"' in event.facts


@pytest.mark.parametrize("reason", ["", "I felt like it"])
def test_no_rejection_without_one_of_the_reasons(reason):
    comment = make_comment()
    with pytest.raises(Refused, match="Choose a reason"):
        decisions.reject(comment, by=make_user("Moderators"), reason=reason)
    comment.refresh_from_db()
    assert comment.status == "pending"


def test_a_decision_may_be_changed_and_the_count_follows():
    article, moderator = make_live_articles(1)[0], make_user("Moderators")
    comment = make_comment(article, status="approved")
    before = counter(page_counters.of_thread(article.slug))
    decisions.mark_spam(comment, by=moderator, expected="approved")
    article.thread.refresh_from_db()
    assert article.thread.approved_count == 0
    assert counter(page_counters.of_thread(article.slug)) == before + 1


@pytest.mark.parametrize("role", ["Reporters", "Editors"])
@pytest.mark.parametrize("decision", Decision.values)
def test_other_roles_decide_nothing(role, decision):
    comment = make_comment()
    with pytest.raises(Refused, match="Your role does not moderate comments"):
        decisions.decide(Decision(decision), comment, "abusive", by=make_user(role))
    assert not AuditEvent.objects.about(comment).exists()


def test_the_slower_of_two_moderators_is_told_who_decided_what():
    comment = make_comment()
    late = Comment.objects.get(pk=comment.pk)
    first = make_user("Moderators", first_name="Ruth", last_name="Okafor")
    decisions.approve(comment, by=first)
    with pytest.raises(Refused, match="Decision by Ruth Okafor, .*: approved"):
        decisions.mark_spam(late, by=make_user("Moderators"), expected="pending")
    comment.refresh_from_db()
    assert comment.status == "approved"
    assert AuditEvent.objects.about(comment).count() == 1


def test_a_button_pressed_on_an_old_screen_is_refused():
    comment = make_comment(status="approved")
    with pytest.raises(Refused, match="Decision by .*: approved"):
        decisions.trash(comment, by=make_user("Moderators"), expected="pending")


def test_deciding_the_same_twice_is_refused_in_words():
    comment = make_comment(status="approved")
    with pytest.raises(Refused, match="It is approved already"):
        decisions.approve(comment, by=make_user("Moderators"))


def test_undo_brings_back_what_was():
    moderator = make_user("Moderators")
    comment = make_comment(status="approved")
    decisions.mark_spam(comment, by=moderator)
    assert decisions.last_decision(moderator) == comment
    decisions.undo(comment, by=moderator)
    comment.refresh_from_db()
    assert (comment.status, comment.article.thread.approved_count) == ("approved", 1)


def test_undoing_the_first_decision_lets_it_wait_again():
    moderator = make_user("Moderators")
    comment = make_comment(status="spam", by=moderator)
    decisions.undo(comment, by=moderator)
    comment.refresh_from_db()
    assert (comment.status, comment.decided_by, comment.decided_at) == ("pending", None, None)
    assert decisions.last_decision(moderator) is None


def test_nobody_undoes_somebody_elses_decision():
    comment = make_comment(status="spam")
    with pytest.raises(Refused, match="Decision by"):
        decisions.undo(comment, by=make_user("Moderators"))


def test_the_chain_holds_after_decisions():
    make_comment(status="approved")
    make_comment(status="spam")
    assert verify.verify()[1] is None


def test_after_any_decisions_the_counts_are_those_of_a_recount():
    chance = random.Random(7)
    articles, moderator = make_live_articles(3), make_user("Moderators")
    comments = [make_comment(chance.choice(articles)) for _ in range(8)]
    for _ in range(80):
        comment, decision = chance.choice(comments), chance.choice(Decision.values)
        try:
            decisions.decide(Decision(decision), comment, "other", by=moderator)
        except Refused:
            pass
    counted = dict(Comment.objects.approved().order_by().values_list("article").annotate(Count("pk")))
    assert {thread.pk: thread.approved_count for thread in Thread.objects.all()} == {
        thread.pk: counted.get(thread.pk, 0) for thread in Thread.objects.all()
    }


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


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_moderators_deciding_at_once_decide_each_comment_once_and_count_right():
    article = make_live_articles(1)[0]
    comments = [make_comment(article) for _ in range(4)]
    moderators = [make_user("Moderators") for _ in range(4)]

    def decide_each(index):
        for comment in comments:
            try:
                decisions.approve(Comment.objects.get(pk=comment.pk), by=moderators[index], expected="pending")
            except Refused:
                pass

    assert all_at_once(4, decide_each) == []
    assert Thread.objects.get().approved_count == 4
    assert AuditEvent.objects.filter(kind="comment.approved").count() == 4
    assert verify.verify()[1] is None
