"""What somebody with the whole database and no key does to revisions and articles is named."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from news.editorial import verify_articles, workflow
from news.models import Article, Revision, WorkingCopy
from news.tests.editorial.test_schedule import approved_update, scheduled
from news.tests.factories import make_approved_copy, make_copy, make_live_article, make_tag, make_user, published_again
from news.tests.tampering import TamperedNewsroom, first_failure, put_back, rows
from portal.audit import log, verify

pytestmark = [pytest.mark.django_db, pytest.mark.wide]
HOUR = timedelta(hours=1)


@pytest.fixture
def newsroom(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        newsroom = TamperedNewsroom()
    yield newsroom
    put_back(newsroom.today)  # else the database itself complains about what was torn


# ---- revisions


def test_an_edited_revision_is_named_whichever_column(newsroom):
    live, other = newsroom.live.pk, newsroom.other.pk
    forged = {
        "article": (other, f"revision 2 of story {live} is missing, event 8 made it"),
        "number": (9, f"revision 2 of story {live} is missing, event 8 made it"),
        "content": ("{}", f"revision 2 of story {live} is not what event 8 is about"),
        "content_hash": (log.digest("{}"), f"revision 2 of story {live} is not what event 8 is about"),
        "author": (make_user().pk, f"revision 2 of story {live} is not by whom event 8 says"),
        "created_at": (timezone.now() - HOUR, f"revision 2 of story {live} is not of the hour of event 8"),
    }
    assert set(forged) == {field.name for field in Revision._meta.fields} - {"id"}
    for column, (value, what) in forged.items():
        rows(Revision, article=live, number=2).update(**{column: value})
        assert first_failure() == what
        put_back(newsroom.today)
    both = {"content": "{}", "content_hash": log.digest("{}")}
    rows(Revision, article=live, number=2).update(**both)
    assert first_failure() == f"revision 2 of story {live} is not what event 8 is about"


def test_a_removed_revision_is_named(newsroom):
    rows(Revision, article=newsroom.live.pk, number=1).delete()
    assert first_failure() == f"revision 1 of story {newsroom.live.pk} is missing, event 1 made it"


def test_a_revision_that_no_event_made_is_named(newsroom):
    (first,) = rows(Revision, article=newsroom.other.pk).values()
    rows(Revision).bulk_create([Revision(**first | {"id": None, "number": 2, "author_id": make_user("Editors").pk})])
    assert first_failure() == f"story {newsroom.other.pk} has 2 revisions, the history tells of 1"


# ---- what readers see

UNREAD = "what readers see of story {} is not revision 2: {}"
# Nothing readers are told: our own notes, and columns made of others to find stories by.
NOT_PROVEN = {"id", "created_at", "changed_at", "headline_key", "key"}


WORDS = {
    "headline": "Bought",
    "standfirst": "Bought",
    "dateline": "Elsewhere",
    "body": "<p>Bought</p>",
    "language": "pl",
    "section": None,
    "slug": "bought",
    "source": "Nobody",
    "seo_title": "Bought",
    "seo_description": "Bought",
}


def test_words_no_approved_revision_says_are_named(newsroom):
    for column, value in WORDS.items():
        rows(Article, pk=newsroom.live.pk).update(**{column: value})
        assert first_failure() == UNREAD.format(newsroom.live.pk, column)
        put_back(newsroom.today, Article)


def test_a_body_that_only_our_cleaning_would_mend_is_named(newsroom):
    with connection.cursor() as cursor:  # past the column's own cleaning
        cursor.execute("UPDATE news_article SET body = body || '<script>x</script>' WHERE id = %s", [newsroom.live.pk])
    assert first_failure() == UNREAD.format(newsroom.live.pk, "body")


def test_tags_and_links_no_approved_revision_has_are_named(newsroom):
    newsroom.live.tag_rows.create(tag=make_tag())
    newsroom.live.related_links.create(label="Buy here", url="https://shop.example/")
    assert first_failure() == UNREAD.format(newsroom.live.pk, "tags, related")


def test_the_hours_and_the_withdrawal_of_a_story_are_those_of_its_events(newsroom):
    live, now = newsroom.live, timezone.now()
    first = rows(Revision).get(article=live, number=1)
    says = f"the history says that story {live.pk} is not withdrawn, the database says otherwise"
    forged = {
        "live_from": (
            live.live_from - HOUR,
            f"story {live.pk} is live from {live.live_from - HOUR}, the history says ",
        ),
        "live_until": (now, f"story {live.pk} is live until {now}, the history says None"),
        "withdrawn_at": (now, says),
        "withdrawal_note": (
            "Ask elsewhere",
            f"the note to readers of story {live.pk} is not the one it was withdrawn with",
        ),
        "live_revision": (first, f"story {live.pk} shows revision 1, the history says 2"),
    }
    assert set(WORDS) | set(forged) | NOT_PROVEN == {field.name for field in Article._meta.fields}
    for column, (value, what) in forged.items():
        rows(Article, pk=live.pk).update(**{column: value})
        assert first_failure().startswith(what)
        put_back(newsroom.today)


def test_a_withdrawn_story_put_before_readers_again_is_named():
    copy = make_live_article().working_copy
    workflow.withdraw(copy, copy.latest_revision, by=make_user("Chief editors"), reason="Wrong")
    rows(Article, pk=copy.pk).update(withdrawn_at=None)
    assert first_failure() == f"the history says that story {copy.pk} is withdrawn, the database says otherwise"


def test_a_story_shown_before_its_hour_is_named():
    copy = scheduled()
    assert verify.verify()[1] is None
    rows(Article, pk=copy.pk).update(live_from=timezone.now())
    assert first_failure().startswith(f"story {copy.pk} is live from ")


def test_an_update_put_before_readers_ahead_of_its_hour_is_named():
    copy = scheduled(approved_update(make_live_article()))
    rows(Article, pk=copy.pk).update(headline="As it will be", live_revision=copy.scheduled_revision)
    assert first_failure() == f"story {copy.pk} shows revision 2, the history says 1"


def test_an_approval_that_nobody_gave_is_named_once_readers_see_the_text():
    copy = make_copy()
    rows(WorkingCopy, pk=copy.pk).update(stage="approved", approved_revision=copy.latest_revision)
    copy = WorkingCopy.objects.get(pk=copy.pk)
    workflow.publish(copy, copy.latest_revision, by=make_user("Chief editors"))
    assert first_failure() == f"readers see revision 1 of story {copy.pk}, and nobody has let it out"


def test_a_draft_put_before_readers_without_a_step_is_named(newsroom):
    copy = newsroom.other
    rows(Article, pk=copy.pk).update(
        live_from=timezone.now(), live_revision=copy.latest_revision, headline=copy.headline
    )
    assert first_failure() == f"story {copy.pk} shows revision 1, the history says None"


def test_a_removed_story_is_named(newsroom):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM news_article WHERE id = %s", [newsroom.other.pk])
    assert first_failure() == f"story {newsroom.other.pk} is missing"


def test_every_way_a_story_comes_before_readers_and_goes_again_is_proven():
    chief = make_user("Chief editors")
    copy = scheduled(make_approved_copy())
    workflow.expire(copy, copy.latest_revision, by=chief, at=timezone.now() + 2 * HOUR)
    assert verify.verify()[1] is None
    workflow.publish(copy, copy.latest_revision, by=chief)
    workflow.clear_expiry(copy, copy.latest_revision, by=chief)
    workflow.withdraw(copy, copy.latest_revision, by=chief, reason="Wrong")
    workflow.restore(copy, copy.latest_revision, by=chief)
    scheduled(approved_update(copy.article))
    off = scheduled(make_approved_copy())
    workflow.unschedule(off, off.latest_revision, by=chief)
    assert verify.verify()[1] is None


def test_a_step_taken_while_articles_are_read_is_no_failure(newsroom, monkeypatch):
    replayed = verify_articles._replayed

    def replayed_and_overtaken(article_ids):
        monkeypatch.setattr(verify_articles, "_replayed", replayed)
        before = replayed(article_ids)
        published_again(newsroom.live, headline="As it will be")
        return before

    monkeypatch.setattr(verify_articles, "_replayed", replayed_and_overtaken)
    assert verify.verify()[1] is None


def test_articles_are_verified_a_few_at_a_time(newsroom, monkeypatch):
    monkeypatch.setattr(verify_articles, "ARTICLES", 1)
    assert verify.verify() == (12, None)
    rows(Article, pk=newsroom.other.pk).update(withdrawal_note="Ask elsewhere")
    assert first_failure() == f"the note to readers of story {newsroom.other.pk} is not the one it was withdrawn with"
