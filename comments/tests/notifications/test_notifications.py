"""Who hears by mail what became of their comment: only who asked, only once, and never a word of the comment."""

import re
import smtplib
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.core import mail
from django.utils import timezone, translation

from comments import emails, jobs, tokens
from comments.models import Comment, CommenterEmail, EmailPreference, SentNotification, Subscription
from comments.moderation import answers, bulk, decisions
from comments.moderation.comment_settings import change_settings
from comments.notifications import delivery
from comments.personal_data import purge
from comments.submission import rate_limits, submit
from comments.tests.factories import form_of, make_comment
from news.tests.factories import make_user
from portal.jobs import in_short, run_one
from portal.models import AuditEvent, Job

pytestmark = pytest.mark.django_db
ADDRESS = "jan@example.org"
SECRET_WORDS = "Seals are blue."


@pytest.fixture
def comment(article):
    return asked_for(article)


def asked_for(article, **fields):
    said = {"name": "Jan", "address": ADDRESS, "body": SECRET_WORDS, "notify_language": "en"}
    return make_comment(article, **{**said, **fields})


def work(minutes=31):
    """What the worker does once so many minutes have passed: the hour of each decision is that much earlier."""
    for comment in Comment.objects.exclude(decided_at=None):
        earlier = comment.decided_at - timedelta(minutes=minutes)
        Comment.objects.filter(pk=comment.pk).update(decided_at=earlier)
    while run_one("a worker", now=timezone.now() + timedelta(minutes=minutes)):
        pass
    return [message for message in mail.outbox if message.to != ["moderators@newsroom.example"]]


def confirmed(comment):
    """The owner of the comment's address has confirmed it before."""
    delivery.confirm(Subscription.objects.get(pk=comment.pk))
    return comment


def answered(comment, **fields):
    return make_comment(comment.article, parent=comment, **{"name": "Ewa", "status": "approved", **fields})


def link_in(message, what):
    return next(line for line in message.body.splitlines() if f"/mail/{what}/" in line)


def box_in(response):
    """The tick box of the form, as its tag."""
    found = re.search('<input[^>]*id="tell"[^>]*>', response.content.decode())
    return found[0] if found else ""


def path_of(link, settings):
    return link.removeprefix(settings.SITE_URL)


# Asking


@pytest.mark.parametrize(("ticked", "expected"), [({}, 0), ({"tell": "yes"}, 1), ({"tell": ""}, 0)])
def test_only_who_ticks_the_box_has_asked(client, article, address, ticked, expected):
    path = address("en", f"/news/{article.slug}/")
    assert box_in(client.get(path)) and "checked" not in box_in(client.get(path))
    assert client.post(f"{path}comments/", form_of(article, **ticked)).status_code == 303
    assert Subscription.objects.count() == expected


def test_the_box_stays_ticked_when_something_else_is_wrong(client, article, address):
    response = client.post(address("en", f"/news/{article.slug}/comments/"), form_of(article, body="", tell="yes"))
    assert (
        response.status_code == 422
        and "checked"
        in response.content.decode().partition('id="tell"')[0][-200:]
        + (response.content.decode().partition('id="tell"')[2][:60])
    )


def test_the_language_is_that_of_the_page(client, article, address):
    client.post(address("pl", f"/news/{article.slug}/comments/"), form_of(article, tell="yes"))
    assert Subscription.objects.get().language == "pl"


@pytest.mark.parametrize("kind", ["console", "dummy"])
def test_where_no_mail_leaves_the_house_none_is_offered_and_nothing_fails(client, article, address, settings, kind):
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{kind}.EmailBackend"
    path = address("en", f"/news/{article.slug}/")
    assert not box_in(client.get(path))
    assert client.post(f"{path}comments/", form_of(article, tell="yes")).status_code == 303
    assert not Subscription.objects.exists()


# Before and after the first decision


def test_before_a_moderator_approves_nothing_goes_out(article, comment):
    assert work() == []
    delivery.send_decision(comment.pk)
    assert work() == [] and not SentNotification.objects.exists()


def test_what_only_the_rules_let_through_tells_nobody_who_has_not_confirmed(article):
    change_settings({"hold_all": False}, by=make_user("Moderators"))
    comment = asked_for(article)
    assert comment.status == "approved" and Job.objects.filter(name="comments.send_decision_mail").exists()
    assert work() == []
    confirmed(comment)
    delivery.send_decision(comment.pk)
    assert len(work()) == 1


def test_approved_one_mail_says_so_links_it_and_asks_for_a_yes(comment, moderator, settings):
    decisions.approve(comment, by=moderator)
    (message,) = work()
    assert message.to == [ADDRESS] and message.subject.endswith("Your comment is on the site")
    with translation.override("en"):
        assert f"{settings.SITE_URL}{comment.get_absolute_url()}" in message.body
    assert "confirm" in message.body and "/mail/confirm/" in message.body
    assert SECRET_WORDS not in message.body and ADDRESS not in message.body and "Jan" not in message.body
    delivery.send_decision(comment.pk)
    assert len(work()) == 1


def test_whoever_has_not_asked_gets_nothing(article, moderator):
    comment = make_comment(article, address=ADDRESS)
    decisions.approve(comment, by=moderator)
    answered(comment)
    assert work() == []


def test_the_mail_waits_as_long_as_the_decision_can_be_taken_back(comment, moderator):
    decisions.approve(comment, by=moderator)
    assert work(minutes=29) == []
    job = Job.objects.get(name="comments.send_decision_mail")
    assert timedelta(minutes=29) < job.due_at - timezone.now() <= timedelta(minutes=30)
    comment.refresh_from_db()  # the clock was put on
    decisions.undo(comment, by=moderator)
    assert work(minutes=60) == []


def test_decided_anew_it_waits_anew(comment, moderator):
    decisions.approve(comment, by=moderator)
    Job.objects.filter(name="comments.send_decision_mail").update(due_at=timezone.now())
    jobs_done = [run_one("a worker") for _ in range(3)]
    assert jobs_done[0] and [message for message in mail.outbox if message.to == [ADDRESS]] == []
    again = Job.objects.get(name="comments.send_decision_mail", state="waiting")
    assert again.due_at > timezone.now() + timedelta(minutes=29)


def test_many_decided_at_once_are_told_and_taken_back_like_one(article, moderator):
    comments = [asked_for(article, address=f"r{number}@example.org", body=f"Words {number}.") for number in range(3)]
    batch = bulk.decide_all(Comment.objects.all(), decisions.Decision.APPROVE, by=moderator)
    assert Job.objects.filter(name="comments.send_decision_mail").count() == 3
    bulk.undo_all(batch, by=moderator)
    assert work() == []
    bulk.decide_all(Comment.objects.all(), decisions.Decision.APPROVE, by=moderator)
    assert {message.to[0] for message in work()} == {f"r{number}@example.org" for number in range(len(comments))}


def test_in_the_language_of_the_page(article, moderator, settings):
    decisions.approve(asked_for(article, notify_language="pl"), by=moderator)
    (message,) = work()
    prefix = "" if settings.LANGUAGE_CODE == "pl" else "/pl"
    assert f"{settings.SITE_URL}{prefix}/mail/confirm/" in message.body
    assert f"{settings.SITE_URL}{prefix}/news/" in message.body


# Rejections


@pytest.mark.parametrize("reason", decisions.Reason.values)
def test_a_rejection_and_its_reason_are_told_to_confirmed_addresses_alone(comment, moderator, reason):
    decisions.reject(comment, by=moderator, reason=reason)
    assert work() == []
    confirmed(comment)
    delivery.send_decision(comment.pk)
    (message,) = work()
    assert message.subject.endswith("Your comment is not on the site") and str(delivery.BECAUSE[reason]) in message.body
    assert SECRET_WORDS not in message.body


@pytest.mark.parametrize("language", ["en", "pl"])
def test_the_reason_is_in_the_language_of_its_reader_whatever_the_site_s(article, moderator, language):
    comment = confirmed(asked_for(article, notify_language=language))
    decisions.reject(comment, by=moderator, reason="advertising")
    (message,) = work()
    with translation.override(language):
        assert f"\n{delivery.BECAUSE['advertising']}\n" in message.body


def test_of_many_rejected_at_once_the_reason_is_told_too(comment, moderator):
    confirmed(comment)
    bulk.decide_all(Comment.objects.all(), decisions.Decision.REJECT, "abusive", by=moderator)
    (message,) = work()
    assert str(delivery.BECAUSE["abusive"]) in message.body


@pytest.mark.parametrize("decision", ["spam", "trash", "wait"])
def test_no_other_decision_is_told(article, moderator, decision):
    comment = confirmed(asked_for(article))
    if decision == "wait":
        decisions.approve(comment, by=moderator)
    decisions.decide(decisions.Decision(decision), comment, by=moderator)
    delivery.send_decision(comment.pk)
    assert work() == []


def test_rejected_and_then_marked_as_spam_nothing_is_told(comment, moderator):
    confirmed(comment)
    decisions.reject(comment, by=moderator, reason="abusive")
    decisions.mark_spam(comment, by=moderator)
    decisions.trash(comment, by=moderator)
    assert work() == []


# Answers


def test_an_answer_is_told_to_confirmed_addresses_once_however_often_it_is_approved(comment, moderator):
    confirmed(comment)
    decisions.approve(comment, by=moderator)
    work()
    answer = answered(comment, by=moderator, body="They are red.")
    message = work()[-1]
    assert message.subject.endswith("An answer to your comment") and "signed: Ewa" in message.body
    assert f"/comments/{answer.pk}/" in message.body and "They are red." not in message.body
    decisions.reset_to_pending(answer, by=moderator)
    decisions.approve(answer, by=moderator)
    assert len(work()) == 2


def test_without_a_yes_answers_are_not_told(comment, moderator):
    decisions.approve(comment, by=moderator)
    answered(comment, by=moderator)
    assert [message.subject.rpartition(": ")[2] for message in work()] == ["Your comment is on the site"]


def test_ones_own_answer_and_one_taken_away_again_and_one_further_down_are_not_told(comment, moderator):
    confirmed(comment)
    decisions.approve(comment, by=moderator)
    answered(comment, by=moderator, address="JAN@Example.org", body="Mine.")
    gone = answered(comment, by=moderator, body="Gone.")
    decisions.trash(gone, by=moderator)
    answered(answered(comment, by=moderator, body="Direct."), by=moderator, body="Further down.")
    assert [message.subject.rpartition(": ")[2] for message in work()] == [
        "Your comment is on the site",
        "An answer to your comment",
    ]


def test_the_newsroom_s_answer_is_told(comment, moderator):
    confirmed(comment)
    answers.answer(comment, "We asked.", by=moderator)
    assert any("signed: Ruth Okafor" in message.body for message in work())


def test_a_name_only_the_rules_have_read_is_not_passed_on(comment, moderator):
    confirmed(comment)
    decisions.approve(comment, by=moderator)
    change_settings({"hold_all": False}, by=moderator)
    make_comment(comment.article, parent=comment, name="Visit cheap.example now")
    message = work()[-1]
    assert message.subject.endswith("An answer to your comment") and "cheap.example" not in message.body


# What every mail has


def test_every_mail_can_be_ended_with_one_click_and_no_header_can_be_added(article, moderator, settings):
    settings.SITE_NAME = "Tariff\r\nBcc: evil@example.org"
    comment = asked_for(article, name="Jan\r\nBcc: evil@example.org")
    decisions.approve(comment, by=moderator)
    (message,) = work()
    sent = message.message()
    assert message.recipients() == [ADDRESS] and sent["Bcc"] is None
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert sent["List-Unsubscribe"] == f"<{link_in(message, 'stop')}>"
    assert sent["Auto-Submitted"] == "auto-generated" and sent.get_content_type() == "text/plain"
    assert ADDRESS not in sent["Subject"] + sent["List-Unsubscribe"]


def test_one_click_ends_it_from_anywhere_without_cookie_or_redirect(client, comment, moderator, settings):
    decisions.approve(comment, by=moderator)
    (message,) = work()
    path, headers = path_of(link_in(message, "stop"), settings), {"Origin": "null", "Sec-Fetch-Site": "cross-site"}
    response = client.post(path, {"List-Unsubscribe": "One-Click"}, headers=headers)
    assert response.status_code == 200 and not response.cookies
    assert Subscription.objects.get().ended_at
    was_confirmed = EmailPreference.objects.exists()
    answered(comment, by=moderator)
    assert len(work()) == 1 and not was_confirmed


def test_looking_at_the_links_changes_nothing(client, comment, moderator, settings):
    decisions.approve(comment, by=moderator)
    (message,) = work()
    for what in ("confirm", "stop"):
        for method in (client.get, client.head):
            response = method(path_of(link_in(message, what), settings))
            assert response.status_code == 200 and response.headers["Cache-Control"] == "private, no-store"
            assert "noindex" in response.headers["X-Robots-Tag"] and ADDRESS not in response.content.decode()
    assert Subscription.objects.get().ended_at is None and not EmailPreference.objects.exists()


def test_a_yes_is_for_all_comments_of_the_address_and_kept_by_its_hash_alone(client, comment, moderator, settings):
    decisions.approve(comment, by=moderator)
    (message,) = work()
    response = client.post(path_of(link_in(message, "confirm"), settings))
    assert "You will be told" in response.content.decode()
    mailbox = EmailPreference.objects.get()
    assert mailbox.address_hash in emails.lookup_hashes(ADDRESS) and "jan" not in mailbox.address_hash
    second = asked_for(comment.article, body="Other words.")
    decisions.approve(second, by=moderator)
    assert "/mail/confirm/" not in work()[-1].body


def test_all_mail_ends_also_for_what_somebody_types_the_address_under_later(client, comment, moderator, settings):
    confirmed(comment)
    decisions.approve(comment, by=moderator)
    (message,) = work()
    page = client.post(path_of(link_in(message, "stop"), settings), {"end": "all"}).content.decode()
    assert "No mail about comments goes from here" in page
    later = asked_for(comment.article, body="Later words.")
    decisions.approve(later, by=moderator)
    answered(comment, by=moderator)
    assert len(work()) == 1


def test_whoever_ended_this_conversation_still_hears_of_others(client, comment, moderator, settings):
    confirmed(comment)
    decisions.approve(comment, by=moderator)
    (message,) = work()
    client.post(path_of(link_in(message, "stop"), settings), {"end": "one"})
    decisions.approve(asked_for(comment.article, body="Other words."), by=moderator)
    answered(comment, by=moderator)
    assert len(work()) == 2


@pytest.mark.parametrize("what", ["confirm", "stop"])
@pytest.mark.parametrize("key", ["1", "1:2:3", "x" * 3000, "١:a:b", "%F0%9F%99%82"])
def test_a_forged_link_is_nobodys(client, address, comment, what, key):
    for method in (client.get, client.post):
        assert method(address("en", f"/mail/{what}/{key}/")).status_code == 404
    assert Subscription.objects.get().ended_at is None and not EmailPreference.objects.exists()


def test_a_link_is_good_for_one_purpose_and_a_year(client, address, comment, monkeypatch):
    subscription = Subscription.objects.get()
    ending, confirmation = tokens.ending(subscription), tokens.confirmation(subscription)
    assert client.post(address("en", f"/mail/confirm/{ending}/")).status_code == 404
    assert client.post(address("en", f"/mail/stop/{confirmation}/")).status_code == 404
    assert client.post(address("en", f"/mail/confirm/{tokens.receipt(comment)}/")).status_code == 404
    assert timedelta(days=365) == tokens.MAIL_VALID
    monkeypatch.setattr(tokens, "MAIL_VALID", timedelta(seconds=-1))
    assert client.get(address("en", f"/mail/stop/{ending}/")).status_code == 404


# When addresses go, and when mail does not


def test_it_ends_with_the_address(client, address, comment, moderator):
    key = tokens.ending(Subscription.objects.get())
    decisions.approve(comment, by=moderator)
    CommenterEmail.objects.filter(pk=comment.pk).delete()
    assert not Subscription.objects.exists()
    assert work() == [] and client.get(address("en", f"/mail/stop/{key}/")).status_code == 404


def test_it_ends_with_a_comment_that_is_emptied_or_taken_back(article, comment, moderator):
    submit.take_back(comment)
    decisions.trash(gone := asked_for(article), by=moderator)
    Comment.objects.filter(pk=gone.pk).update(decided_at=timezone.now() - timedelta(days=400))
    purge.purge()
    assert not Subscription.objects.exists() and work() == []


def test_a_yes_about_no_comment_is_forgotten_and_a_no_is_kept(article, comment):
    confirmed(comment)
    delivery.unsubscribe_all(
        Subscription.objects.get(pk=asked_for(article, address="no@example.org", body="Other words.").pk)
    )
    jobs.purge_email_preferences()
    assert EmailPreference.objects.count() == 2
    Comment.objects.all().delete()
    jobs.purge_email_preferences()
    assert EmailPreference.objects.get().stopped_at


def test_sending_is_no_look_and_no_event_holds_the_address(comment, moderator):
    confirmed(comment)
    decisions.approve(comment, by=moderator)
    work()
    assert not AuditEvent.objects.filter(kind="email.viewed").exists()
    assert not any(ADDRESS in event.facts + event.reason for event in AuditEvent.objects.all())


def test_a_server_that_is_away_is_tried_again_and_its_words_are_not_repeated(comment, moderator, monkeypatch, caplog):
    decisions.approve(comment, by=moderator)

    def refuses(message):
        raise smtplib.SMTPServerDisconnected(f"no mail for {ADDRESS}")

    with monkeypatch.context() as away:
        away.setattr(emails.EmailMessage, "send", refuses)
        assert work() == []
    job = Job.objects.get(name="comments.send_decision_mail")
    assert job.state == "waiting" and ADDRESS not in job.last_error + job.payload + job.key + caplog.text
    assert not SentNotification.objects.exists()
    assert len(work(minutes=600)) == 1


def test_an_address_that_is_none_ends_the_subscription_and_leaves_no_dead_job(comment, moderator, monkeypatch):
    decisions.approve(comment, by=moderator)

    def refuses(message):
        raise smtplib.SMTPRecipientsRefused({ADDRESS: (550, b"no such user")})

    monkeypatch.setattr(emails.EmailMessage, "send", refuses)
    work()
    assert Job.objects.get(name="comments.send_decision_mail").state == "done"
    assert Subscription.objects.get().ended_at


def test_for_now_refused_it_is_tried_again(comment, moderator, monkeypatch):
    def refuses(message):
        raise smtplib.SMTPRecipientsRefused({ADDRESS: (450, b"later")})

    monkeypatch.setattr(emails.EmailMessage, "send", refuses)
    with pytest.raises(emails.DeliveryFailed) as refusal:
        emails.send(comment, "Subject", "Text", {})
    assert ADDRESS not in in_short(refusal.value) + str(refusal.value) and refusal.value.__suppress_context__


def test_after_a_change_of_keys_a_yes_and_a_no_still_count(comment, moderator, settings):
    confirmed(comment)
    settings.DATA_KEYS = [Fernet.generate_key().decode(), *settings.DATA_KEYS]
    assert delivery.is_confirmed(Subscription.objects.get())
    delivery.unsubscribe_all(Subscription.objects.get())
    assert EmailPreference.objects.get().stopped_at
    decisions.approve(asked_for(comment.article, body="Later words."), by=moderator)
    assert work() == []


def test_without_the_key_of_an_address_nothing_fails(comment, moderator, settings):
    decisions.approve(comment, by=moderator)
    settings.DATA_KEYS = [Fernet.generate_key().decode()]
    assert work() == []
    assert not Job.objects.dead().exists()


def test_every_reason_has_its_words_for_the_writer():
    assert set(delivery.BECAUSE) == set(decisions.Reason.values)
    assert decisions.UNDO_WITHIN <= delivery.DELAY and rate_limits.MOST_REWRITES
