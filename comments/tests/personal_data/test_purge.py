"""Spam and trash empty themselves: what is old enough goes with everything about it, and threads hold."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from comments import jobs
from comments.models import Comment, CommenterEmail, CommentSettings, Report, Thread
from comments.moderation import decisions, edits, refusals
from comments.personal_data import purge
from comments.templatetags.comments import thread_of
from comments.tests.factories import make_comment
from news.tests.factories import make_live_articles, make_user
from portal.audit import log, verify
from portal.jobs import HANDLERS, name_of
from portal.models import AuditEvent

pytestmark = pytest.mark.django_db


def aged(comment, days):
    """Sent and decided so many days ago."""
    at = timezone.now() - timedelta(days=days)
    decided = {"decided_at": at} if comment.decided_by_id else {}
    Comment.objects.filter(pk=comment.pk).update(created_at=at, **decided)
    return comment


def there():
    return set(Comment.objects.values_list("pk", flat=True))


def test_after_their_days_spam_and_trash_are_gone_and_nothing_else_is():
    article = make_live_articles(1)[0]
    CommentSettings.objects.create(pk=1, spam_retention_days=10, trash_retention_days=20)
    gone = {
        aged(make_comment(article, status="spam"), 11),
        aged(make_comment(article, is_spam=True, status="spam"), 11),  # by the filter: nobody has decided
        aged(make_comment(article, status="trash"), 21),
    }
    for status, days in (("spam", 9), ("trash", 11), ("pending", 400), ("approved", 400)):
        aged(make_comment(article, status=status), days)
    before = there()
    jobs.purge_spam_and_trash()
    assert there() == before - {comment.pk for comment in gone}
    assert CommenterEmail.objects.count() == 4


def test_the_hour_of_the_decision_counts_and_not_that_of_the_comment():
    comment = make_comment(status="trash")
    Comment.objects.filter(pk=comment.pk).update(created_at=timezone.now() - timedelta(days=400))
    purge.purge()
    assert there() == {comment.pk}


@pytest.mark.parametrize("status", ["spam", "trash"])
def test_no_days_mean_never(status):
    comment = aged(make_comment(status=status), 4000)
    CommentSettings.objects.create(pk=1, spam_retention_days=0, trash_retention_days=0)
    purge.purge()
    assert there() == {comment.pk}


def test_a_comment_with_replies_keeps_its_place_and_nothing_else():
    article, moderator = make_live_articles(1)[0], make_user("Moderators")
    parent = make_comment(article, name="Bartek", body="Rude words.", website="https://firma.pl/", status="approved")
    reply = make_comment(article, parent=parent, body="An answer.", status="approved")
    edits.edit(parent, "Words.", by=moderator, expected=parent.state_token)
    Report.objects.create(comment=parent, reason="abusive", text="Bartek again")
    decisions.trash(parent, by=moderator)
    aged(parent, 31)
    purge.purge()
    parent.refresh_from_db()
    left = {
        name: getattr(parent, name) for name in ("name", "name_search_key", "body", "search_key", "website", "original")
    }
    assert set(left.values()) == {""} and parent.reasons == []
    assert not CommenterEmail.objects.filter(pk=parent.pk).exists() and not parent.reports.exists()
    removed = thread_of({}, article).comments[0]
    assert removed.comment is None and [answer.pk for answer in removed.replies] == [reply.pk]
    assert Thread.objects.get().approved_count == 1


def test_what_is_left_of_it_is_in_no_list_and_nobody_decides_on_it(client):
    article, moderator = make_live_articles(1)[0], make_user("Moderators")
    parent = make_comment(article, status="approved")
    make_comment(article, parent=parent, status="approved")
    decisions.trash(parent, by=moderator)
    aged(parent, 31)
    purge.purge()
    parent.refresh_from_db()
    client.force_login(moderator)
    assert 'class="nr-qi' not in client.get("/admin/comments/comment/?view=trash").content.decode()
    with pytest.raises(refusals.Refused, match="only its place is left"):
        decisions.approve(parent, by=moderator)


def test_it_goes_too_once_its_last_reply_has_gone():
    article = make_live_articles(1)[0]
    parent = make_comment(article, status="approved")
    reply = make_comment(article, parent=parent, status="approved")
    for comment in (parent, reply):
        decisions.trash(comment, by=make_user("Moderators"))
    aged(parent, 31)
    purge.purge()
    assert there() == {parent.pk, reply.pk}
    aged(reply, 31)
    purge.purge()
    assert there() == set()


def test_a_whole_thread_of_spam_goes_at_once():
    article = make_live_articles(1)[0]
    chain = [make_comment(article, status="approved")]
    for _ in range(4):
        chain.append(make_comment(article, parent=chain[-1], status="approved"))
    for comment in chain:
        decisions.mark_spam(comment, by=make_user("Moderators"))
        aged(comment, 31)
    purge.purge()
    assert there() == set()


def test_the_event_says_how_many_and_proves_which_and_texts_in_history_are_erased():
    moderator, comment = make_user("Moderators"), make_comment(body="Call Jan on 600 100 200.")
    edits.edit(comment, "Call Jan.", by=moderator, expected=comment.state_token)
    assert AuditEvent.objects.get(kind="comment.edited").reason == "Call Jan on 600 100 200."
    decisions.trash(comment, by=moderator)
    aged(comment, 31)
    purge.purge()
    event = AuditEvent.objects.get(kind="comments.purged")
    facts = json.loads(event.facts)
    assert facts == {
        "comments": log.digest(str(comment.pk)),
        "count": 1,
        "status": "trash",
        "leaves_placeholders": False,
    }
    assert AuditEvent.objects.get(kind="comment.edited").reason == ""
    assert verify.verify()[1] is None


def test_with_nothing_to_empty_nothing_is_told():
    make_comment(status="spam")
    events = AuditEvent.objects.count()
    purge.purge()
    assert AuditEvent.objects.count() == events


def test_ten_thousand_go_in_a_few_statements(queries_of, monkeypatch):
    from comments.tests.moderation.test_bulk import make_wave

    make_wave(10_000, make_live_articles(1)[0], status="spam")
    Comment.objects.update(created_at=timezone.now() - timedelta(days=31))
    assert queries_of(purge.purge) <= 300
    assert there() == set()


def test_the_worker_does_it_every_day():
    handler = HANDLERS[name_of(jobs.purge_spam_and_trash)]
    assert handler.every == timedelta(days=1)
