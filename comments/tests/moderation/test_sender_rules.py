"""What is decided about everything from one person: it holds from their next comment on, and tells them nothing."""

import json
from html import unescape

import pytest
from cryptography.fernet import Fernet
from django.urls import reverse
from django.utils import translation

from comments import emails, tokens
from comments.models import Comment, CommenterEmail, SenderRule
from comments.moderation import answers, refusals, sender_rules
from comments.screening import explanations
from comments.tests import queue
from comments.tests.factories import form_of, make_comment, without_limits
from comments.tests.queue import QUEUE
from news.tests.factories import make_live_articles, make_user
from portal.models import AuditEvent

pytestmark = pytest.mark.django_db

ADDRESS = "grazyna@example.org"


@pytest.fixture
def article():
    without_limits(hold_all=False, min_seconds=0)
    return make_live_articles(1)[0]


@pytest.fixture
def moderator():
    return make_user("Moderators")


def stand(comment, kind, by, reason=""):
    return sender_rules.decide(emails.hashes_of(comment), kind, by=by, reason=reason)


def press(desk, comment, action, **typed):
    query = f"?c={comment.pk}&view={comment.status}"
    return queue.press(desk, action, comment.pk, query=query, about=comment.pk, **typed)


@pytest.mark.parametrize(("kind", "status"), [("hold", "pending"), ("spam", "spam")])
def test_from_then_on_everything_from_this_person_is_held_or_spam_and_says_why(article, moderator, kind, status):
    first = make_comment(article, address=ADDRESS)
    assert first.status == "approved"
    decided = stand(first, kind, moderator, "Third round of insults")
    later = make_comment(article, address=" Grazyna@Example.org", name="Somebody else")
    assert later.status == status
    assert later.reasons[0]["rule"] == "person"
    since = decided.at.year
    ((_number, sentence, _places),) = explanations.sentences(later)
    assert str(since) in sentence and "Third round of insults" in sentence
    assert make_comment(article, address="jan@example.org").status == "approved"
    first.refresh_from_db()
    assert first.status == "approved"  # what is there already is decided on as ever


def test_without_a_reason_the_sentence_is_whole_all_the_same(article, moderator):
    stand(make_comment(article, address=ADDRESS), "hold", moderator)
    with translation.override("en"):
        ((_number, sentence, _places),) = explanations.sentences(make_comment(article, address=ADDRESS))
    assert sentence.startswith("Comments from this person are held, since ") and sentence.endswith(".")


def test_held_wins_over_a_proof_that_they_were_approved_before(article, moderator):
    without_limits(hold_all=False, trust_approved_commenters=True)
    first = make_comment(article, address=ADDRESS, status="approved")
    assert make_comment(article, address=ADDRESS, commenter_token=tokens.commenter_token(first)).status == "approved"
    stand(first, "hold", moderator)
    assert make_comment(article, address=ADDRESS, commenter_token=tokens.commenter_token(first)).status == "pending"


def test_lifted_it_is_as_if_it_had_never_been(article, moderator):
    comment = make_comment(article, address=ADDRESS)
    stand(comment, "hold", moderator)
    sender_rules.lift(emails.hashes_of(comment), by=moderator, expected="hold")
    assert make_comment(article, address=ADDRESS).status == "approved"
    assert not SenderRule.objects.exists()


def test_no_address_is_kept_for_it_and_the_history_names_nobody(article, moderator):
    comment = make_comment(article, address=ADDRESS)
    decided = stand(comment, "spam", moderator, "Rude to Jan")
    sender_rules.lift(emails.hashes_of(comment), by=moderator)
    assert ADDRESS not in str(vars(decided))
    told = AuditEvent.objects.filter(subject_kind="sender_rule").order_by("number")
    assert [(event.kind, event.actor_id, event.reason) for event in told] == [
        ("sender_rule.set", moderator.pk, ""),
        ("sender_rule.lifted", moderator.pk, ""),
    ]
    assert json.loads(told[0].facts) == {"before": "", "after": "spam"}
    for event in told:
        assert not set(emails.lookup_hashes(ADDRESS)) & set(json.loads(event.facts).values())


def test_it_outlives_the_change_of_keys_and_is_lifted_after_it(article, moderator, settings):
    comment = make_comment(article, address=ADDRESS)
    stand(comment, "hold", moderator)
    settings.DATA_KEYS = [Fernet.generate_key().decode(), *settings.DATA_KEYS]
    later = make_comment(article, address=ADDRESS)
    assert later.status == "pending"
    assert sender_rules.rule_for(emails.hashes_of(later)).kind == "hold"
    stand(later, "spam", moderator)
    assert SenderRule.objects.get().address_hash == emails.lookup_hashes(ADDRESS)[0]  # under the key of today now
    assert sender_rules.rule_for(emails.hashes_of(comment)).kind == "spam"
    sender_rules.lift(emails.hashes_of(comment), by=moderator)
    assert make_comment(article, address=ADDRESS).status == "approved"


def test_after_a_change_of_keys_the_record_still_counts_what_came_before(desk, article, settings):
    make_comment(article, address=ADDRESS, status="approved")
    settings.DATA_KEYS = [Fernet.generate_key().decode(), *settings.DATA_KEYS]
    later = make_comment(article, address=ADDRESS, status="spam")
    page = desk.get(f"{QUEUE}?c={later.pk}&view=spam")
    assert page.context["comment_context"].record["approved"] == 1


@pytest.mark.parametrize("role", ["Editors", "Reporters"])
def test_other_roles_decide_about_nobody(article, moderator, role):
    comment = make_comment(article, address=ADDRESS)
    with pytest.raises(refusals.Refused):
        stand(comment, "hold", make_user(role))
    stand(comment, "hold", moderator)
    with pytest.raises(refusals.Refused):
        sender_rules.lift(emails.hashes_of(comment), by=make_user(role))
    assert SenderRule.objects.get().kind == "hold" and AuditEvent.objects.filter(kind="sender_rule.lifted").count() == 0


def test_twice_the_same_and_lifting_nothing_are_refused_with_a_sentence(article, moderator):
    comment = make_comment(article, address=ADDRESS)
    with pytest.raises(refusals.Refused, match=r"\."):
        sender_rules.lift(emails.hashes_of(comment), by=moderator)
    stand(comment, "hold", moderator)
    with pytest.raises(refusals.Refused, match=r"\."):
        stand(comment, "hold", moderator)
    with pytest.raises(refusals.Refused, match=r"\."):
        stand(comment, "burn", moderator)
    assert AuditEvent.objects.filter(subject_kind="sender_rule").count() == 1


def test_what_another_moderator_decided_meanwhile_is_not_overrun_unseen(desk, article):
    comment = make_comment(article, address=ADDRESS, status="pending", by=make_user("Moderators"))
    stand(comment, "spam", make_user("Moderators", username="ewa"), "Old friend")
    page = unescape(press(desk, comment, "sender_rule", kind="hold", rule="", note="My own reason").content.decode())
    assert SenderRule.objects.get().kind == "spam"
    assert 'value="My own reason"' in page and 'id="note-refused"' in page and "ewa" in page
    press(desk, comment, "lift_rule", rule="hold")
    assert SenderRule.objects.get().kind == "spam"


def test_the_queue_offers_it_shows_it_and_lifts_it(desk, article):
    comment = make_comment(article, address=ADDRESS)
    page = unescape(press(desk, comment, "sender_rule", kind="hold", rule="", note="Rude").content.decode())
    assert SenderRule.objects.get().reason == "Rude"
    assert queue.offers(page, "lift_rule", comment.pk) and 'name="rule" value="hold"' in page and "Rude" in page
    assert queue.offers(page, "sender_rule", comment.pk, value="spam")
    assert not queue.offers(page, "sender_rule", comment.pk, value="hold")
    page = press(desk, comment, "lift_rule", rule="hold").content.decode()
    assert not SenderRule.objects.exists() and queue.offers(page, "sender_rule", comment.pk, value="hold")


def test_a_reason_too_long_is_said_at_its_field_and_kept(desk, article):
    comment = make_comment(article, address=ADDRESS)
    response = press(desk, comment, "sender_rule", kind="hold", rule="", note="x" * 201)
    assert response.status_code == 422 and "x" * 201 in response.content.decode()
    assert not SenderRule.objects.exists()


def test_a_reason_not_sent_yet_is_not_thrown_away_by_another_button(desk, article):
    comment = make_comment(article, address=ADDRESS)
    response = press(desk, comment, "decide", decision="spam", state="approved", note="Rude")
    assert response.status_code == 422 and 'value="Rude"' in response.content.decode()
    comment.refresh_from_db()
    assert comment.status == "approved"


@pytest.mark.parametrize("whose", ["staff", "forgotten"])
def test_without_an_address_nothing_is_decided_and_the_page_says_so(desk, article, moderator, whose):
    comment = make_comment(article, address=ADDRESS)
    if whose == "staff":
        comment = answers.answer(comment, "We asked.", by=make_user("Moderators", first_name="Ewa", last_name="Lis"))
    else:
        emails.forget([comment.pk])
    page = desk.get(f"{QUEUE}?c={comment.pk}&view=approved").content.decode()
    assert not queue.offers(page, "sender_rule", comment.pk) and 'name="of"' not in page
    press(desk, comment, "sender_rule", kind="hold", rule="")
    assert not SenderRule.objects.exists()


def test_their_spam_looks_to_them_exactly_like_waiting(client, article, moderator):
    answers = {}
    for kind, address in (("hold", "a@example.org"), ("spam", "b@example.org")):
        stand(make_comment(article, address=address), kind, moderator)
        body = f"Words of {kind}."
        answers[kind] = client.post(
            reverse("comments:comments", args=[article.slug]), form_of(article, email=address, body=body)
        )
    assert Comment.objects.get(body="Words of spam.").status == "spam"
    for kind, answer in answers.items():
        assert answer.status_code == 303 and "?held=" in answer["Location"]
        assert f"Words of {kind}." in client.get(answer["Location"]).content.decode()


def test_where_every_comment_is_held_the_answer_does_not_depend_on_it(client, article, moderator):
    without_limits(hold_all=True)
    stand(make_comment(article, address=ADDRESS, status="pending"), "spam", moderator)
    for address in (ADDRESS, "nobody@example.org"):
        post = form_of(article, email=address, body=f"From {len(address)}.")
        answer = client.post(reverse("comments:comments", args=[article.slug]), post)
        assert answer.status_code == 303 and "?held=" in answer["Location"]


def test_it_stays_when_every_comment_is_gone(article, moderator):
    comment = make_comment(article, address=ADDRESS)
    stand(comment, "hold", moderator)
    Comment.objects.all().delete()
    assert not CommenterEmail.objects.exists()
    assert make_comment(article, address=ADDRESS).status == "pending"
