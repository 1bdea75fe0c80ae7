"""Addresses are forgotten after the days of the rules; what relied on them goes on without."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from comments import emails, jobs, tokens
from comments.models import Comment, CommenterEmail, Report
from comments.moderation import decisions
from comments.personal_data import retention
from comments.submission import submit
from comments.tests.factories import make_comment, make_rules, without_limits
from news.tests.factories import make_live_articles, make_user
from portal.audit import log
from portal.jobs import HANDLERS, name_of
from portal.models import AuditEvent

pytestmark = pytest.mark.django_db

ADDRESS = "grazyna@example.org"


@pytest.fixture
def article():
    without_limits()
    return make_live_articles(1)[0]


def sent_before(row, days):
    row.__class__.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(days=days))
    return row


def kept():
    return set(CommenterEmail.objects.values_list("pk", flat=True))


@pytest.mark.parametrize("status", ["pending", "approved", "spam", "trash"])
def test_after_a_year_an_address_is_forgotten_and_the_comment_stays(article, status):
    old = sent_before(make_comment(article, status=status, name="Grażyna"), 366)
    new = sent_before(make_comment(article, status=status), 364)
    before = Comment.objects.values().get(pk=old.pk)
    jobs.purge_emails()
    assert kept() == {new.pk}
    assert Comment.objects.values().get(pk=old.pk) == before


def test_after_as_many_days_as_the_rules_say(article):
    make_rules(email_retention_days=30)
    old, new = (sent_before(make_comment(article), days) for days in (31, 29))
    retention.purge_expired()
    assert kept() == {new.pk} != {old.pk}


def test_no_days_mean_never(article):
    make_rules(email_retention_days=0)
    comment = sent_before(make_comment(article), 4000)
    retention.purge_expired()
    assert kept() == {comment.pk}


def test_of_a_report_it_is_forgotten_once_somebody_has_decided(article):
    comment, moderator = make_comment(article, status="approved"), make_user("Moderators")
    report = submit.report(comment, reason="personal", address=ADDRESS)
    sent_before(report, 400)
    retention.purge_expired()
    assert emails.address_of_reporter(Report.objects.get(), by=moderator) == ADDRESS
    decisions.approve(comment, by=moderator)  # keeps it
    retention.purge_expired()
    report.refresh_from_db()
    assert (report.address, report.address_hash, report.reason) == ("", "", "personal")


def test_a_young_report_keeps_it_though_it_is_decided_on(article):
    comment = make_comment(article, status="approved")
    report = submit.report(comment, reason="personal", address=ADDRESS)
    decisions.approve(comment, by=make_user("Moderators"))
    retention.purge_expired()
    report.refresh_from_db()
    assert report.address and report.address_hash


def test_the_event_says_how_many_and_proves_which(article):
    comment = sent_before(make_comment(article), 400)
    retention.purge_expired()
    facts = json.loads(AuditEvent.objects.get(kind="emails.purged").facts)
    assert facts == {"count": 1, "numbers": log.digest(str(comment.pk)), "of": "comments"}
    retention.purge_expired()
    assert AuditEvent.objects.filter(kind="emails.purged").count() == 1  # nothing to forget, nothing to tell


def test_thousands_are_a_few_statements(article, queries_of, monkeypatch):
    comment = make_comment(article)
    rows = [Comment(article=article, name="x", body="y", created_at=comment.created_at) for _ in range(2500)]
    Comment.objects.bulk_create(rows)
    CommenterEmail.objects.all().delete()
    sealed = emails.encrypted_columns(ADDRESS)
    CommenterEmail.objects.bulk_create(
        CommenterEmail(comment_id=pk, **sealed) for pk in Comment.objects.values_list("pk", flat=True)
    )
    Comment.objects.update(created_at=timezone.now() - timedelta(days=400))
    assert queries_of(retention.purge_expired) <= 80
    assert kept() == set()


def test_the_worker_does_it_every_day():
    assert HANDLERS[name_of(jobs.purge_emails)].every == timedelta(days=1)


# What relied on the address


def test_the_queue_says_that_nobody_can_tell_any_more_who_it_was(client, article):
    comment = make_comment(article, address=ADDRESS)
    make_comment(article, address=ADDRESS, status="approved")
    emails.forget([comment.pk])
    moderator = make_user("Moderators")
    client.force_login(moderator)
    with translation.override("en"):
        page = client.get(f"/admin/comments/comment/?c={comment.pk}").content.decode()
    assert "No address is kept with this comment" in page
    assert "approved before" not in page and 'name="look"' not in page
    with pytest.raises(emails.EmailUnavailable):
        emails.address_of(comment, by=moderator)


def test_the_record_counts_what_is_known_and_says_for_how_long(client, article):
    old, new = (make_comment(article, address=ADDRESS, status="approved") for _ in range(2))
    now = make_comment(article, address=ADDRESS)
    emails.forget([old.pk])
    client.force_login(make_user("Moderators"))
    page = client.get(f"/admin/comments/comment/?c={now.pk}")
    assert page.context["comment_context"].record["approved"] == 1
    assert list(page.context["comment_context"].earlier) == [new]
    assert "365" in page.content.decode()


def test_a_proof_ends_with_the_address_of_its_comment_and_the_next_one_counts(article):
    without_limits(hold_all=False, trust_approved_commenters=True)
    old = make_comment(article, address=ADDRESS, status="approved")
    emails.forget([old.pk])
    again = make_comment(article, address=ADDRESS, commenter_token=tokens.commenter_token(old))
    assert again.status == "pending"
    decisions.approve(again, by=make_user("Moderators"))
    assert make_comment(article, address=ADDRESS, commenter_token=tokens.commenter_token(again)).status == "approved"


def test_a_name_whose_addresses_are_forgotten_is_nobodys_again(article):
    without_limits(hold_all=False)
    old = [make_comment(article, name="Jan", address=ADDRESS) for _ in range(3)]
    assert make_comment(article, name="Jan", address="other@example.org").status == "pending"
    assert make_comment(article, name="Jan", address=ADDRESS).status == "pending"  # the address alone proves nothing
    emails.forget([comment.pk for comment in old])
    for address in (ADDRESS, "third@example.org"):
        assert make_comment(article, name="Jan", address=address).status == "approved"


def test_a_double_click_is_still_one_comment(article):
    said = {"address": ADDRESS, "name": "Grażyna", "body": "Once."}
    comment = make_comment(article, **said)
    retention.purge_expired()
    assert make_comment(article, **said) == comment


# What readers and moderators are told


@pytest.mark.parametrize(("days", "told"), [(0, False), (1, True), (365, True)])
def test_the_privacy_page_tells_the_truth(client, days, told):
    make_rules(email_retention_days=days)
    with translation.override("en"):
        page = " ".join(client.get(reverse("comments:privacy")).content.decode().split())
    assert ("its email address as long as the comment" in page) is not told
    assert (f"is forgotten {days} day" in page) is told
