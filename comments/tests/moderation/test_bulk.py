"""Many comments at once: ten thousand in a few statements, one event, one way back, and counts that stay right."""

import json
import random
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from comments import page_counters
from comments.models import BulkDecision, Comment, Report, Thread
from comments.moderation import answers, bulk, decisions, edits
from comments.moderation.decisions import Decision
from comments.moderation.refusals import Refused
from comments.personal_data import purge
from comments.tests.factories import make_comment
from comments.tests.moderation.test_decisions import all_at_once
from comments.tests.queue import QUEUE, offers, press
from news.page_counters import HOME
from news.tests.factories import make_live_articles, make_user
from portal.audit import log, verify
from portal.models import AuditEvent
from portal.pagecache import counters
from portal.tests.markup import stands_in

pytestmark = pytest.mark.django_db


def make_wave(number, article, status="pending"):
    """A wave of comments straight into the table: receiving is not what these tests are about."""
    row = {
        "article": article,
        "name": "cheap_visa",
        "status": status,
        "search_key": "visa",
        "name_search_key": "cheap_visa",
    }
    return Comment.objects.bulk_create(
        [Comment(**row, body=f"Visa {place}", created_at=timezone.now()) for place in range(number)], batch_size=2000
    )


def recount():
    return dict(Comment.objects.approved().order_by().values_list("article").annotate(Count("pk")))


def counts():
    return {article: count for article, count in Thread.objects.values_list("pk", "approved_count") if count}


def counter(name):
    return counters.values({name})[name]


def test_ten_thousand_comments_go_in_a_few_statements_with_one_event(queries_of):
    article, moderator = make_live_articles(1)[0], make_user("Moderators")
    comments = make_wave(10_000, article)
    begun = time.perf_counter()
    queries = queries_of(bulk.decide_all, Comment.objects.waiting(), Decision.SPAM, by=moderator)
    print(f"\n10,000 comments: {queries} statements, {time.perf_counter() - begun:.2f} s")
    assert queries <= 40
    assert Comment.objects.filter(status="spam", decided_by=moderator).count() == 10_000
    event, batch = AuditEvent.objects.get(subject_kind="bulk_decision"), BulkDecision.objects.get()
    facts = json.loads(event.facts)
    assert (event.kind, facts["count"], facts["before"]) == ("comments.marked_spam", 10_000, {"pending": 10_000})
    assert batch.comment_ids.split(",") == [str(number) for number in sorted(comment.pk for comment in comments)]
    assert facts["comments"] == log.digest(batch.comment_ids)
    assert verify.verify()[1] is None


def test_ten_thousand_comments_come_back_in_a_few_statements(queries_of):
    article, moderator = make_live_articles(1)[0], make_user("Moderators")
    make_wave(10_000, article, status="approved")
    Thread.objects.create(article=article, approved_count=10_000)
    batch = bulk.decide_all(Comment.objects.approved(), Decision.SPAM, by=moderator)
    assert counts() == {}
    assert queries_of(bulk.undo_all, batch, by=moderator) <= 60
    assert counts() == recount() == {article.pk: 10_000}


def test_threads_and_pages_of_all_the_stories_follow():
    here, there, elsewhere = make_live_articles(3)
    moderator = make_user("Moderators")
    for article in (here, there):
        make_wave(3, article)
    make_comment(elsewhere, status="approved")
    before = {article: counter(page_counters.of_thread(article.slug)) for article in (here, there, elsewhere)}
    bulk.decide_all(Comment.objects.waiting(), Decision.APPROVE, by=moderator)
    assert counts() == recount() == {here.pk: 3, there.pk: 3, elsewhere.pk: 1}
    moved = [counter(page_counters.of_thread(article.slug)) - stood for article, stood in before.items()]
    assert moved == [1, 1, 0]


def test_what_readers_never_saw_tells_no_page():
    article = make_live_articles(1)[0]
    make_wave(3, article)
    before = counter(HOME)
    bulk.decide_all(Comment.objects.waiting(), Decision.TRASH, by=make_user("Moderators"))
    assert counter(HOME) == before


def test_taking_back_brings_each_to_where_it_was_and_leaves_what_was_decided_since():
    article, moderator = make_live_articles(1)[0], make_user("Moderators")
    waited, shown, saved = (make_comment(article, status=status) for status in ("pending", "approved", "pending"))
    batch = bulk.decide_all(Comment.objects.all(), Decision.SPAM, by=moderator)
    saved.refresh_from_db()
    decisions.approve(saved, by=make_user("Moderators"))
    assert bulk.undo_all(batch, by=moderator) == 2
    statuses = {comment.pk: comment.status for comment in Comment.objects.all()}
    assert statuses == {waited.pk: "pending", shown.pk: "approved", saved.pk: "approved"}
    assert counts() == recount() == {article.pk: 2}
    waited.refresh_from_db()
    assert (waited.decided_by, waited.decided_at) == (None, None)


def test_only_ones_own_batch_is_taken_back_and_only_once():
    article, moderator = make_live_articles(1)[0], make_user("Moderators")
    make_wave(2, article)
    batch = bulk.decide_all(Comment.objects.waiting(), Decision.SPAM, by=moderator)
    with pytest.raises(Refused, match="Only your own decision"):
        bulk.undo_all(batch, by=make_user("Moderators"))
    bulk.undo_all(batch, by=moderator)
    with pytest.raises(Refused, match="only once"):
        bulk.undo_all(batch, by=moderator)
    assert bulk.last_batch(moderator) is None
    assert AuditEvent.objects.filter(kind="comments.decision_undone").count() == 1


def test_one_of_a_batch_is_not_undone_as_if_it_had_been_decided_alone():
    article, moderator = make_live_articles(1)[0], make_user("Moderators")
    comment = make_comment(article, status="approved", by=moderator)
    bulk.decide_all(Comment.objects.all(), Decision.SPAM, by=moderator)
    comment.refresh_from_db()
    with pytest.raises(Refused, match="together with others"):
        decisions.undo(comment, by=moderator)
    assert decisions.last_decision(moderator) is None


def test_nothing_left_to_decide_is_said_and_leaves_no_trace():
    make_comment(status="spam")
    events = AuditEvent.objects.count()
    with pytest.raises(Refused, match="None of these comments"):
        bulk.decide_all(Comment.objects.all(), Decision.SPAM, by=make_user("Moderators"))
    assert AuditEvent.objects.count() == events and not BulkDecision.objects.exists()


@pytest.mark.parametrize("role", ["Reporters", "Editors"])
def test_other_roles_decide_nothing(role):
    comment = make_comment()
    with pytest.raises(Refused, match="Your role does not moderate"):
        bulk.decide_all(Comment.objects.all(), Decision.SPAM, by=make_user(role))
    comment.refresh_from_db()
    assert comment.status == "pending"


def test_no_rejection_of_many_without_a_reason():
    make_comment()
    with pytest.raises(Refused, match="Choose a reason"):
        bulk.decide_all(Comment.objects.all(), Decision.REJECT, "", by=make_user("Moderators"))


# In the queue


@pytest.fixture
def desk(client):
    client.force_login(make_user("Moderators"))
    return client


def test_all_that_a_search_finds_go_over_every_page_and_nothing_else(desk):
    article = make_live_articles(1)[0]
    other = make_comment(article, body="A question about seals.")
    make_wave(120, article)
    page = desk.get(f"{QUEUE}?q=visa").content.decode()
    assert "All 120, on every page" in page
    newest = Comment.objects.latest("pk").pk
    assert stands_in(f'name="all" value="{newest}:120"', page)
    late = make_wave(1, article)[0]
    page = press(desk, "decide_many", query="?q=visa", decision="spam", all=f"{newest}:120").content.decode()
    assert Comment.objects.filter(status="spam").count() == 120
    assert "You marked 120 comments as spam." in page and offers(page, "undo_many", BulkDecision.objects.get().pk)
    for kept in (other, late):  # not found, and not there yet when its moderator looked
        kept.refresh_from_db()
        assert kept.status == "pending"
    press(desk, "undo_many", BulkDecision.objects.get().pk)
    assert Comment.objects.filter(status="pending").count() == 122


def test_a_list_that_has_changed_meanwhile_is_looked_at_again(desk):
    wave = make_wave(3, make_live_articles(1)[0])
    newest, by = Comment.objects.latest("pk").pk, make_user("Moderators")
    decisions.approve(Comment.objects.get(pk=wave[0].pk), by=by)
    for query, shown in (("", f"{newest}:3"), ("", str(newest)), ("?bogus=1", f"{newest}:2")):
        page = press(desk, "decide_many", query=query, decision="spam", all=shown)
        assert "This list has changed meanwhile." in page.content.decode(), (query, shown)
    assert not BulkDecision.objects.exists()
    press(desk, "decide_many", decision="spam", all=f"{newest}:2")
    assert BulkDecision.objects.get().count == 2


def test_whoever_lost_the_role_takes_nothing_back_and_nobody_does_after_long():
    moderator, article = make_user("Moderators"), make_live_articles(1)[0]
    make_wave(2, article)
    batch = bulk.decide_all(Comment.objects.waiting(), Decision.SPAM, by=moderator)
    with pytest.raises(Refused, match="Your role does not moderate"):
        bulk.undo_all(batch, by=make_user("Editors"))
    batch.at -= timedelta(hours=1)
    with pytest.raises(Refused, match="too late"):
        bulk.undo_all(batch, by=moderator)
    assert not Comment.objects.waiting().exists()


def test_what_was_emptied_since_does_not_come_back():
    moderator, article = make_user("Moderators"), make_live_articles(1)[0]
    shown = make_comment(article, status="approved")
    make_comment(article, parent=shown, status="approved")
    batch = bulk.decide_all(Comment.objects.filter(pk=shown.pk), Decision.TRASH, by=moderator)
    Comment.objects.filter(pk=shown.pk).update(decided_at=timezone.now() - timedelta(days=40))
    purge.purge()
    bulk.undo_all(batch, by=moderator)
    shown.refresh_from_db()
    assert (shown.status, shown.body) == ("trash", "")
    assert counts() == recount()


@pytest.mark.parametrize("posted", [{"all": "x"}, {"all": "9" * 40}, {"all": "-1"}, {"all": "0"}])
def test_forged_limits_decide_nothing(desk, posted):
    make_comment()
    assert press(desk, "decide_many", decision="spam", **posted).status_code == 200
    assert not BulkDecision.objects.exists()


@pytest.mark.parametrize("number", ["x", "", "999999", "9" * 40])
def test_forged_batches_are_no_batches(desk, number):
    assert desk.post(f"{QUEUE}bulk/{number}/undo/", follow=True).status_code in (200, 404)
    assert not AuditEvent.objects.filter(kind="comments.decision_undone").exists()


# At the same moment


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_wave_and_a_single_decision_at_once_decide_no_comment_twice_and_count_right():
    """Round after round, because a count gone wrong would be mended by the next one."""
    rounds = 60 if connection.vendor == "postgresql" else 15
    article, one, many = make_live_articles(1)[0], make_user("Moderators"), make_user("Moderators")
    shown = [make_comment(article, status="approved") for _ in range(2)]
    for turn in range(rounds):
        contested, other = make_comment(article), make_comment(article)
        of_the_wave = [contested.pk, shown[turn % 2].pk]
        batches, refusals = [], []

        def wave(numbers=of_the_wave, batches=batches):
            batches.append(bulk.decide_all(Comment.objects.filter(pk__in=numbers), Decision.SPAM, by=many))

        def single(comments=[(other, contested), (contested, other)][turn // 2 % 2], refusals=refusals):
            for comment in comments:
                try:
                    decisions.approve(Comment.objects.get(pk=comment.pk), by=one, expected="pending")
                except Refused:
                    refusals.append(comment.pk)

        assert all_at_once(2, lambda place, deeds=(wave, single): deeds[place]()) == []
        assert counts().get(article.pk, 0) == recount().get(article.pk, 0)
        was_waiting = json.loads(AuditEvent.objects.about(batches[0]).get().facts)["before"].get("pending", 0)
        assert len(refusals) == was_waiting  # whoever came second knew what the first had decided
        bulk.undo_all(batches[0], by=many)
        assert counts().get(article.pk, 0) == recount().get(article.pk, 0)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_after_a_thousand_decisions_at_once_the_counts_are_those_of_a_recount():
    """One by one, many at once, taken back, edited and answered, by four moderators who all want the same comments."""
    people, rounds = 4, 250 if connection.vendor == "postgresql" else 40
    articles = make_live_articles(3)
    comments = [make_comment(articles[place % 3]).pk for place in range(24)]
    for number in comments[::4]:
        Report.objects.create(comment_id=number, reason="other")
    moderators = [make_user("Moderators", first_name="Ruth", last_name=f"No. {place}") for place in range(people)]
    start, wrong, done = threading.Barrier(people), [], []

    def decide(place):
        chance, by = random.Random(place), moderators[place]
        try:
            start.wait(timeout=20)
            for _ in range(rounds):
                try:
                    one_of_all(chance, by)
                    done.append(place)
                except Refused:
                    pass
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    def one_of_all(chance, by):
        kind, decision = chance.random(), Decision(chance.choice(Decision.values))
        if kind < 0.1:
            some = Comment.objects.filter(pk__in=chance.sample(comments, 8))
            bulk.decide_all(some, decision, "other", by=by)
        elif kind < 0.2 and (batch := bulk.last_batch(by)):
            bulk.undo_all(batch, by=by)
        elif kind < 0.3 and (last := decisions.last_decision(by)):
            decisions.undo(last, by=by)
        else:
            comment = Comment.objects.select_related("article").get(pk=chance.choice(comments))
            if kind < 0.35:
                answers.answer(comment, f"Answer {chance.random()}", by=by)
            elif kind < 0.4:
                edits.edit(comment, f"Words {chance.random()}", by=by, expected=comment.state_token)
            else:
                decisions.decide(decision, comment, "other", by=by)

    threads = [threading.Thread(target=decide, args=[place]) for place in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=240)
    assert wrong == []
    assert len(done) > people * rounds / 4
    assert counts() == recount()
    assert verify.verify()[1] is None
