"""After sending: for ten minutes the sender, and nobody else, sees what waits. Its page is nobody else's."""

import re
import time
from datetime import timedelta

import pytest
from django.core import signing

from comments import tokens
from comments.models import Comment
from comments.moderation import decisions
from comments.submission import submit
from comments.tests.factories import form_of, make_comment
from news.tests.factories import make_user
from portal.pagecache import middleware

pytestmark = pytest.mark.django_db
WORDS = "Two days is not enough."


@pytest.fixture
def held(client, article, path):
    """Where a sender is led."""
    return client.post(f"{path}comments/", form_of(article))["Location"].partition("#")[0]


@pytest.fixture
def stored(monkeypatch):
    keys = []
    monkeypatch.setattr(middleware, "_to_store", lambda key, page: keys.append(key))
    return keys


def test_the_sender_sees_their_comment_under_the_thanks(client, held):
    html = client.get(held).content.decode()
    assert WORDS in html
    assert "Thank you. Your comment is waiting for a moderator." in html
    assert "only you see it" in html


def test_nobody_keeps_or_finds_that_page_and_it_tells_no_other_site_of_itself(client, held, stored):
    response = client.get(held)
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "noindex" in response.headers["X-Robots-Tag"]
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert not response.cookies and "ETag" not in response.headers
    assert stored == []


def test_the_story_of_everybody_else_is_untouched_by_it(client, held, path):
    before = client.get(path).content
    client.get(held)
    after = client.get(path)
    assert after.content == before and WORDS.encode() not in after.content
    assert "private" not in after.headers["Cache-Control"]


def test_a_story_kept_before_is_not_served_to_the_sender(client, path, article):
    client.get(path)
    answer = client.post(f"{path}comments/", form_of(article))
    assert WORDS in client.get(answer["Location"].partition("#")[0]).content.decode()


def test_its_website_is_no_link_and_its_number_not_given_away_before_somebody_has_looked(client, article, path):
    answer = client.post(f"{path}comments/", form_of(article, website="https://firma.example/"))
    html = client.get(answer["Location"].partition("#")[0]).content.decode()
    assert "https://firma.example/" not in html
    assert f'id="comment-{Comment.objects.get().pk}"' not in html


def test_after_ten_minutes_the_address_shows_the_ordinary_story(client, held, path, monkeypatch):
    with monkeypatch.context() as later:
        ended = time.time() + 601
        later.setattr(signing.time, "time", lambda: ended)
        response = client.get(held)
    assert response.content == client.get(path).content
    assert response.headers["Cache-Control"] == client.get(path).headers["Cache-Control"]


@pytest.mark.parametrize("decision", ["approve", "trash"])
def test_once_decided_on_it_shows_the_ordinary_story(client, held, path, decision):
    decisions.decide(decisions.Decision(decision), Comment.objects.get(), by=make_user("Moderators"))
    assert client.get(held).content == client.get(path).content


def test_what_went_to_spam_looks_the_same_to_its_sender(client, article, path):
    answer = client.post(f"{path}comments/", form_of(article, leave="buy"))
    assert WORDS in client.get(answer["Location"].partition("#")[0]).content.decode()
    assert Comment.objects.get().status == "spam"


@pytest.mark.parametrize("receipt", ["", "1", "1:2:3", "x" * 5000, "\ud83d", "١:a:b", "0", "-1"])
def test_a_forged_receipt_shows_the_ordinary_story(client, path, receipt):
    assert client.get(path, {"held": receipt.encode("utf-8", "surrogatepass")}).content == client.get(path).content


def test_a_receipt_for_another_story_or_another_purpose_shows_nothing(client, path, article):
    elsewhere, here = make_comment(), make_comment(article)
    for forged in (tokens.receipt(elsewhere), tokens.commenter_token(here)):
        html = client.get(path, {"held": forged}).content.decode()
        assert here.body not in html and elsewhere.body not in html


def test_the_proof_is_on_the_senders_page_alone(client, held, path):
    proof = re.search(r'data-proof="([^"]+)"', client.get(held).content.decode())[1]
    assert tokens.comment_of_token(proof) == Comment.objects.get().pk
    assert "data-proof" not in client.get(path).content.decode()


def test_what_it_answers_is_named(client, article, path):
    parent = make_comment(article, name="Jan", status="approved")
    answer = client.post(f"{path}comments/", form_of(article, parent=parent.pk))
    html = client.get(answer["Location"].partition("#")[0]).content.decode()
    assert f'in reply to <a href="{parent.get_absolute_url()}"><bdi>Jan</bdi></a>' in html


def test_a_comment_let_through_at_once_is_where_its_sender_is_led(client, article, path, monkeypatch):
    comment = make_comment(article, status="approved")
    monkeypatch.setattr(submit, "submit", lambda *args, **said: submit.Received(comment))
    answer = client.post(f"{path}comments/", form_of(article))
    assert (answer.status_code, answer["Location"]) == (303, comment.get_absolute_url())


def test_the_receipt_is_good_for_ten_minutes_and_no_longer(monkeypatch):
    comment = make_comment()
    receipt = tokens.receipt(comment)
    assert tokens.of_receipt(receipt) == comment.pk
    monkeypatch.setattr(tokens, "RECEIPT_VALID", timedelta(seconds=-1))
    assert tokens.of_receipt(receipt) is None


@pytest.mark.parametrize("email", ["grazyna@example.org", "somebody.else@example.org"])
def test_whoever_sends_again_what_waits_gets_no_receipt_whatever_address_they_type(client, article, path, email):
    """With one they would have the comment, and a proof to be its writer; and know whose address it is."""
    client.post(f"{path}comments/", form_of(article))
    again = client.post(f"{path}comments/", form_of(article, email=email))
    assert (again.status_code, again["Location"]) == (303, f"{path}#received")
    assert Comment.objects.count() == 1
