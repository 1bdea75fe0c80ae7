"""Going out at an hour, and ending at one: exact by the rule of dependencies, whatever is being written meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from news.admin import datetime_fields
from news.body import paragraphs
from news.editorial import workflow
from news.models import Article, ArticleRelated, Slug, WorkingCopy
from news.roles import system_user
from news.tests.factories import again, make_approved_copy, make_copy, make_live_article, make_user
from portal.audit import verify
from portal.i18n import timezones
from portal.models import AuditEvent

pytestmark = pytest.mark.django_db
Stage = WorkingCopy.Stage
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def approved_update(article, **fields):
    copy, by = again(article.working_copy), make_user()
    with workflow.editing(copy, by=by, version=copy.version):
        for name, value in (fields or {"headline": "As it will be"}).items():
            setattr(copy, name, value)
    workflow.submit(copy, copy.latest_revision, by=by)
    workflow.approve(copy, copy.latest_revision, by=make_user("Editors"))
    return copy


def scheduled(copy=None, at=None, **fields):
    copy = copy or make_approved_copy(**fields)
    workflow.schedule(copy, copy.latest_revision, by=make_user("Chief editors"), at=at or timezone.now() + HOUR)
    return copy


def save(copy, **fields):
    with workflow.editing(copy, by=make_user(), version=copy.version):
        for name, value in fields.items():
            setattr(copy, name, value)


def refusal(step, copy, **options):
    by = options.pop("by", None) or make_user("Chief editors")
    with pytest.raises(workflow.Refused) as refused:
        workflow.perform(step, copy, copy.latest_revision, by=by, **options)
    return str(refused.value)


def test_a_new_story_appears_at_its_second_by_reading_alone():
    hour = timezone.now() + HOUR
    article = scheduled(at=hour, headline="At ten").article
    assert (article.headline, article.live_from) == ("At ten", hour)
    for moment, seen in ((hour - SECOND, False), (hour, True), (hour + SECOND, True)):
        assert article.is_live(at=moment) is seen
        assert Article.objects.live(at=moment).contains(article) is seen


def test_an_update_leaves_readers_the_text_they_have():
    article = make_live_article(headline="As it was")
    copy = scheduled(approved_update(article))
    article.refresh_from_db()
    assert (article.headline, article.live_revision.number) == ("As it was", 1)
    assert (copy.stage, copy.scheduled_revision.number) == (Stage.SCHEDULED, 2)


def test_a_save_meanwhile_leaves_the_scheduled_revision_on_its_way():
    copy = scheduled(approved_update(make_live_article()))
    save(copy, headline="Later still")
    assert (copy.stage, copy.approved_revision, copy.scheduled_revision.number, copy.latest_revision.number) == (
        Stage.DRAFT,
        None,
        2,
        3,
    )


def test_a_save_on_a_scheduled_new_story_leaves_what_readers_will_see():
    copy = scheduled(headline="As approved")
    save(copy, headline="Later still")
    copy.article.refresh_from_db()
    assert (copy.article.headline, copy.stage) == ("As approved", Stage.DRAFT)


def test_whoever_approves_after_a_save_must_be_a_second_reader_still():
    copy = scheduled(approved_update(make_live_article()))
    editor = make_user("Editors")
    with workflow.editing(copy, by=editor, version=copy.version):
        copy.headline = "Mine"
    workflow.submit(copy, copy.latest_revision, by=editor)
    assert refusal("approve", copy, by=editor) == "You submitted this text; somebody else approves it."


def test_off_the_schedule_a_new_story_is_as_if_it_never_had_been():
    copy = scheduled(headline="Never seen", slug="never-seen")
    workflow.unschedule(copy, copy.latest_revision, by=make_user("Chief editors"))
    article = Article.objects.get(pk=copy.pk)
    assert (article.headline, article.slug, article.live_from, article.live_revision) == ("", "", None, None)
    assert not Slug.objects.filter(article=article).exists()
    assert (again(copy).stage, again(copy).approved_revision) == (Stage.APPROVED, copy.latest_revision)
    other = make_live_article(slug="never-seen")
    assert other.slug == "never-seen"
    assert verify.verify()[1] is None


def test_off_the_schedule_a_headline_that_had_found_the_story_has_not():
    uuid = "00000000-0000-4000-8000-000000000001"
    links = [{"uuid": uuid, "label": "To come", "placement": "end"}]
    linking = make_live_article(links=links)
    copy = scheduled(headline="To come")
    assert ArticleRelated.objects.get(content_object=linking).matched_article == copy.article
    workflow.unschedule(copy, copy.latest_revision, by=make_user("Chief editors"))
    assert ArticleRelated.objects.get(content_object=linking).matched_article is None


def test_off_the_schedule_an_update_leaves_the_draft_after_it_a_draft():
    copy = scheduled(approved_update(make_live_article()))
    save(copy, headline="Later still")
    workflow.unschedule(copy, copy.latest_revision, by=make_user("Chief editors"))
    assert (copy.stage, copy.scheduled_revision, copy.scheduled_for) == (Stage.DRAFT, None, None)
    assert '"revision":2' in AuditEvent.objects.about(copy.article).first().facts


def test_a_story_is_moved_to_another_hour():
    copy, later = scheduled(), timezone.now() + 3 * HOUR
    scheduled(copy, at=later)
    assert (copy.scheduled_for, Article.objects.get(pk=copy.pk).live_from) == (later, later)


def test_moved_before_anybody_saw_it_a_story_frees_the_address_it_was_to_have():
    copy = scheduled(slug="first")
    save(copy, slug="second")
    workflow.submit(copy, copy.latest_revision, by=copy.saved_by)
    workflow.approve(copy, copy.latest_revision, by=make_user("Editors"))
    scheduled(copy)
    assert list(copy.article.slugs.values_list("slug", flat=True)) == ["second"]


@pytest.mark.parametrize("is_new", [True, False])
def test_publishing_now_clears_the_schedule(is_new):
    copy = scheduled(None if is_new else approved_update(make_live_article()))
    workflow.publish(copy, copy.latest_revision, by=make_user("Chief editors"))
    assert copy.article.is_live()
    assert (copy.stage, copy.scheduled_revision, copy.planned_publish_at) == (Stage.NOTHING_PENDING, None, None)


def test_publishing_a_newer_revision_before_the_hour_clears_the_schedule():
    copy = scheduled(approved_update(make_live_article()))
    save(copy, headline="Newest")
    workflow.submit(copy, copy.latest_revision, by=copy.saved_by)
    workflow.approve(copy, copy.latest_revision, by=make_user("Editors"))
    assert copy.scheduled_revision is not None
    workflow.publish(copy, copy.latest_revision, by=make_user("Chief editors"))
    assert (copy.scheduled_revision, copy.article.headline) == (None, "Newest")


# Refusals


@pytest.mark.parametrize("before", [timedelta(0), SECOND, HOUR])
def test_an_hour_gone_by_is_refused(before):
    said = refusal("schedule", make_approved_copy(), at=timezone.now() - before)
    assert said == "That hour has passed. Choose one to come."


def test_an_hour_is_asked_for():
    assert refusal("schedule", make_approved_copy()) == "Choose the date and the time first."
    assert refusal("schedule", make_copy()) == "It needs approval first."


@pytest.mark.parametrize("role", ["Reporters", "Editors"])
def test_who_may_not_publish_does_not_schedule(role):
    copy, at = make_approved_copy(), timezone.now() + HOUR
    assert refusal("schedule", copy, by=make_user(role), at=at) == "Your role does not publish stories."
    scheduled(copy)
    assert refusal("unschedule", copy, by=make_user(role)) == "Your role does not publish stories."


def test_a_withdrawn_story_is_shown_again_before_a_change_is_scheduled():
    copy = approved_update(make_live_article())
    workflow.withdraw(copy, copy.latest_revision, by=make_user("Chief editors"), reason="Wrong")
    said = refusal("schedule", copy, at=timezone.now() + HOUR)
    assert said == "The story is withdrawn. Show it to readers again first."


def test_what_is_not_scheduled_is_not_taken_off():
    assert refusal("unschedule", make_approved_copy()) == "It is not scheduled."


def test_the_same_hour_twice_is_refused():
    copy = scheduled()
    assert refusal("schedule", copy, at=copy.scheduled_for) == "It is scheduled for that hour already."


def test_a_scheduled_story_is_not_returned_or_reviewed_under_its_hour():
    copy = scheduled()
    assert refusal("return", copy, reason="x") == "It is scheduled. Take it off the schedule first."
    assert refusal("submit", copy) == "It is approved and scheduled already."
    assert refusal("withdraw", copy, reason="x") == "Readers do not see it."


def test_an_address_another_story_has_is_refused_before_the_night():
    make_live_article(slug="taken")
    copy = approved_update(make_live_article(), slug="taken")
    assert "belongs to another story" in refusal("schedule", copy, at=timezone.now() + HOUR)
    assert again(copy).scheduled_revision is None


def test_once_its_second_has_come_a_story_is_not_taken_off_or_published_again(monkeypatch):
    copy = scheduled()
    monkeypatch.setattr(timezone, "now", lambda: copy.scheduled_for)
    assert refusal("unschedule", copy) == "It is not scheduled."
    assert refusal("publish", copy) == "Readers see exactly this text already."


def test_an_import_leaves_a_scheduled_story_alone():
    copy = scheduled()
    save(copy, headline="Draft again")
    assert "an import leaves it alone" in workflow.why_not(
        copy, "publish_unread", copy.latest_revision, by=system_user()
    )


def test_the_first_save_after_the_second_notes_that_the_story_went_live(monkeypatch):
    copy = scheduled()
    monkeypatch.setattr(timezone, "now", lambda hour=copy.scheduled_for: hour)
    copy = again(copy)
    assert copy.stage_at() == Stage.NOTHING_PENDING
    save(copy, headline="Mended")
    assert (copy.stage, copy.scheduled_revision) == (Stage.DRAFT, None)
    assert [event.kind for event in AuditEvent.objects.about(copy.article)[:2]] == [
        "article.saved",
        "article.went_live",
    ]


# The end


def test_a_story_ends_at_its_second():
    article = make_live_article()
    copy, end = again(article.working_copy), timezone.now() + HOUR
    workflow.expire(copy, copy.latest_revision, by=make_user("Chief editors"), at=end)
    for moment, seen in ((end - SECOND, True), (end, False), (end + SECOND, False)):
        assert copy.article.is_live(at=moment) is seen
        assert Article.objects.live(at=moment).contains(article) is seen
    workflow.clear_expiry(copy, copy.latest_revision, by=make_user("Chief editors"))
    assert copy.article.is_live(at=end)


@pytest.mark.parametrize(
    ("make", "offset", "sentence"),
    [
        (make_live_article, -HOUR, "That hour has passed. Choose one to come."),
        (
            lambda: make_approved_copy().article,
            HOUR,
            "Readers have no hour to see it from. Publish or schedule it first.",
        ),
        (
            lambda: scheduled().article,
            HOUR / 2,
            "It is scheduled to go out after that hour. Choose a later end, or take it off the schedule first.",
        ),
    ],
)
def test_an_end_that_cannot_be_is_refused(make, offset, sentence):
    copy = again(make().working_copy)
    assert refusal("expire", copy, at=timezone.now() + offset) == sentence


def test_nobody_but_who_withdraws_sets_an_end():
    copy = again(make_live_article().working_copy)
    said = refusal("expire", copy, by=make_user("Editors"), at=timezone.now() + HOUR)
    assert said == "Your role does not withdraw stories."
    assert refusal("clear_expiry", copy) == "It has no end."


def test_nothing_is_scheduled_for_after_the_end():
    copy = approved_update(make_live_article())
    workflow.expire(copy, copy.latest_revision, by=make_user("Chief editors"), at=timezone.now() + HOUR)
    assert refusal("schedule", copy, at=timezone.now() + 2 * HOUR) == (
        "Its end for readers comes before that hour. Clear its end first, or choose an earlier hour."
    )


@pytest.mark.parametrize("step", ["restore", "publish"])
def test_an_ended_story_comes_back_without_its_old_end(step, monkeypatch):
    copy, end = approved_update(make_live_article()), timezone.now() + HOUR
    workflow.expire(copy, copy.latest_revision, by=make_user("Chief editors"), at=end)
    monkeypatch.setattr(timezone, "now", lambda: end + SECOND)
    assert not copy.article.is_live()
    workflow.perform(step, copy, copy.latest_revision, by=make_user("Chief editors"))
    assert copy.article.is_live() and copy.article.live_until is None


# Clocks


@pytest.fixture
def brussels():
    """The site's zone whatever the environment says of it."""
    assert str(timezones.site_zone()) == "Europe/Brussels"


def typed(day, clock):
    return datetime_fields.instant(datetime.fromisoformat(day).date(), datetime.fromisoformat(f"{day}T{clock}").time())


def test_an_hour_is_one_on_the_site_s_clocks(brussels):
    with timezone.override("Asia/Ho_Chi_Minh"):
        assert typed("2026-11-25", "06:00") == datetime(2026, 11, 25, 5, tzinfo=UTC)
        assert typed("2026-07-25", "06:00") == datetime(2026, 7, 25, 4, tzinfo=UTC)


@pytest.mark.parametrize("clock", ["02:00", "02:30", "02:59"])
def test_a_time_the_clocks_leap_over_is_refused(brussels, clock):
    with pytest.raises(ValidationError, match=f"There is no {clock} on that day"):
        typed("2027-03-28", clock)
    assert typed("2027-03-28", "03:00") == datetime(2027, 3, 28, 1, tzinfo=UTC)


def test_of_a_time_that_comes_twice_the_first_is_meant(brussels):
    at = typed("2027-10-31", "02:30")
    assert at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC) and datetime_fields.comes_twice(at)
    assert not datetime_fields.comes_twice(typed("2027-10-31", "03:00"))


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_dates_at_the_ends_of_time_are_answered(brussels, day):
    try:
        typed(day, "00:00")
    except ValidationError as error:
        assert error.messages == ["Choose a date nearer to today."]


def test_half_an_hour_is_none():
    with pytest.raises(ValidationError, match="Choose the time as well"):
        datetime_fields.instant(timezone.now().date(), None)
    assert datetime_fields.instant(None, None) is None


def test_the_columns_and_their_twins_agree():
    now = timezone.now()
    for made in (
        make_approved_copy(),
        scheduled(),
        scheduled(approved_update(make_live_article(body=paragraphs("x")))),
    ):
        for moment in (now, now + HOUR + SECOND, now + 2 * HOUR):
            copy = again(made)
            assert copy.is_scheduled(at=moment) == WorkingCopy.objects.scheduled(at=moment).contains(copy)
            assert copy.is_overdue(at=moment) == WorkingCopy.objects.overdue(at=moment).contains(copy)
