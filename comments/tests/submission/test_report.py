"""Readers say that a comment should not stand: what joins the queue, and what does not."""

import pytest

from comments import emails, tokens
from comments.models import RateLimitHit, Report
from comments.moderation import refusals
from comments.submission import rate_limits, submit
from comments.tests.factories import make_comment
from portal.tests.markup import stands_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def comment(article):
    return make_comment(article, name="Jan Kowal", body="Reported words.", status="approved")


@pytest.fixture
def path(address, article, comment):
    return address("en", f"/news/{article.slug}/comments/report/{comment.pk}/")


@pytest.fixture
def send(client, article, path):
    def sending(headers=None, **changed):
        filled = {"reason": "abusive", "words": "He insults.", "email": "", "leave": "", "token": tokens.make(article)}
        return client.post(path, {**filled, **changed}, headers=headers)

    return sending


def test_every_comment_has_a_link_to_report_it_and_its_page_shows_the_comment(client, path, address, article):
    page = client.get(address("en", f"/news/{article.slug}/")).content.decode()
    assert stands_in(f'<a href="{path}" rel="nofollow">Report', page)
    response = client.get(path)
    html = response.content.decode()
    assert "Reported words." in html and 'name="reason"' in html
    assert response.headers["Cache-Control"] == "private, no-store" and not response.cookies


def test_a_report_joins_the_queue_and_its_sender_is_thanked(client, send, comment):
    response = send(email="anna@example.org")
    assert response.status_code == 303
    assert "Thank you for your report" in client.get(response["Location"]).content.decode()
    report = Report.objects.get()
    assert (report.comment, report.reason, report.text, report.is_open) == (comment, "abusive", "He insults.", True)
    assert "anna" not in report.address
    assert emails.decrypt(report.address) == "anna@example.org"


def test_without_an_address_none_is_kept(send):
    send()
    assert Report.objects.get().address == ""


@pytest.mark.parametrize(
    ("id", "changed"),
    [
        ("reason", {"reason": ""}),
        ("reason", {"reason": "forged"}),
        ("words", {"reason": "other", "words": " "}),
        ("words", {"words": "a" * 1001}),
        ("email", {"email": "anna@"}),
    ],
)
def test_what_is_wrong_is_named_and_nothing_typed_is_lost(send, id, changed):
    typed = {"words": "Typed <words>.", **changed}
    response = send(**typed)
    html = response.content.decode()
    assert response.status_code == 422 and "no-store" in response.headers["Cache-Control"]
    assert f'<a href="#{id}">' in html and f'id="{id}-err"' in html
    assert "Your report was not sent" in html
    assert "Typed &lt;words&gt;." in html or "words" in changed
    assert not Report.objects.exists()


@pytest.mark.parametrize("token", ["", "forged", "1-2-3"])
def test_without_a_good_token_the_form_comes_back(send, token):
    assert send(token=token).status_code == 422
    assert not Report.objects.exists()


def test_sent_from_another_site_it_is_refused(send):
    response = send(headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 403 and "He insults." in response.content.decode()
    assert not Report.objects.exists()


def test_a_robot_in_the_trap_is_thanked_and_nothing_is_kept(send):
    assert send(leave="buy", words="Buy.")["Location"] == send()["Location"]
    assert Report.objects.get().text == "He insults."


def test_forged_columns_change_nothing(send, comment):
    send(is_open="", comment="77", address="clear@example.org", comment_id="77")
    report = Report.objects.get()
    assert (report.comment, report.is_open, report.address) == (comment, True, "")


@pytest.mark.parametrize("status", ["pending", "spam", "trash"])
def test_what_is_not_shown_cannot_be_reported(client, address, article, status):
    hidden = make_comment(article, status=status)
    path = address("en", f"/news/{article.slug}/comments/report/{hidden.pk}/")
    filled = {"reason": "abusive", "token": tokens.make(article)}
    assert client.get(path).status_code == client.post(path, filled).status_code == 404
    with pytest.raises(refusals.Refused):
        submit.report(hidden, reason="abusive")
    assert not Report.objects.exists()


def test_the_same_again_is_kept_once(send):
    assert send().status_code == send().status_code == 303
    assert Report.objects.count() == 1
    send(words="Something else.")
    assert Report.objects.count() == 2


def test_of_a_flood_a_moderators_worth_is_kept_and_the_rest_thanked(comment):
    for number in range(submit.MOST_REPORTS + 5):
        submit.report(comment, reason="abusive", text=f"Number {number}.")
    assert Report.objects.count() == submit.MOST_REPORTS
    Report.objects.update(is_open=False)
    submit.report(comment, reason="abusive", text="Later.")
    assert Report.objects.filter(is_open=True).count() == 1


def test_one_network_reports_no_more_than_anybody_finds(article):
    comments = [make_comment(article, status="approved") for _ in range(3)]
    for number in range(rate_limits.MOST_REPORTS_AN_HOUR + 5):
        submit.report(comments[number % 3], reason="abusive", text=f"Number {number}.", network="192.0.2.0/24")
    assert Report.objects.count() == rate_limits.MOST_REPORTS_AN_HOUR
    submit.report(comments[0], reason="abusive", network="198.51.100.0/24")
    assert Report.objects.count() == rate_limits.MOST_REPORTS_AN_HOUR + 1
    assert not RateLimitHit.objects.filter(key__contains="192").exists()
