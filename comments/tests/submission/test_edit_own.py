"""What the sender of a comment can do with it while it waits, and that nobody approves words they have not read."""

import json
import time
from functools import partial

import pytest
from django.core import signing

from comments import tokens
from comments.models import Comment, CommenterEmail, RateLimitHit, Thread
from comments.moderation import decisions, edits
from comments.moderation.refusals import Refused
from comments.screening import explanations
from comments.submission import rate_limits, submit
from comments.tests.factories import make_comment, make_rules, without_limits
from comments.tests.queue import QUEUE, offers, press
from news.tests import races
from news.tests.factories import make_live_articles, make_user
from portal.audit import verify
from portal.models import AuditEvent
from portal.tests.markup import stands_in

pytestmark = pytest.mark.django_db
RECEIPTS = ["1", "1:2:3", "x" * 5000, "١:a:b", "0", "-1", "%F0%9F%99%82"]


@pytest.fixture
def comment(article):
    return make_comment(article, name="Jan Kowal", address="jan@example.org", body="Seals are blue.")


@pytest.fixture
def change(client, article, path, comment):
    def changing(body="Seals are red.", *, receipt=None, headers=None, **changed):
        to = f"{path}comments/change/{receipt or tokens.receipt(comment)}/"
        said = {"body": body, "leave": "", "token": tokens.make(article), **changed}
        return client.post(to, said, headers=headers)

    return changing


@pytest.fixture
def take_back(client, article, path, comment):
    def taking(*, receipt=None, headers=None, **changed):
        to = f"{path}comments/take-back/{receipt or tokens.receipt(comment)}/"
        return client.post(to, {"token": tokens.make(article), **changed}, headers=headers)

    return taking


def later(monkeypatch, seconds):
    then = time.time() + seconds
    monkeypatch.setattr(signing.time, "time", lambda: then)


# Changing


def test_the_senders_view_leads_to_both_and_nobody_elses_does(client, path, comment):
    receipt = tokens.receipt(comment)
    html = client.get(path, {"held": receipt}).content.decode()
    assert f'href="{path}comments/change/{receipt}/"' in html and f'href="{path}comments/take-back/{receipt}/"' in html
    assert "comments/change" not in client.get(path).content.decode()


def test_the_page_has_the_words_and_nobody_keeps_it_finds_it_or_changes_anything_by_it(client, path, comment):
    response = client.get(f"{path}comments/change/{tokens.receipt(comment)}/")
    assert ">\nSeals are blue.</textarea>" in response.content.decode()
    assert response.headers["Cache-Control"] == "private, no-store" and "noindex" in response.headers["X-Robots-Tag"]
    assert not response.cookies and "jan@example.org" not in response.content.decode()
    comment.refresh_from_db()
    assert (comment.body, comment.edited_at) == ("Seals are blue.", None)


def test_the_new_words_are_there_and_the_first_ones_are_kept(client, change, comment):
    response = change("Seals are red.")
    assert response.status_code == 303
    assert "Seals are red." in client.get(response["Location"].partition("#")[0]).content.decode()
    change("Seals are green.")
    comment.refresh_from_db()
    assert (comment.body, comment.original, comment.status) == ("Seals are green.", "Seals are blue.", "pending")
    assert comment.edited_at and comment.edited_by is None
    told = AuditEvent.objects.about(comment).filter(kind="comment.rewritten").order_by("number")
    assert [event.reason for event in told] == ["Seals are blue.", "Seals are red."]
    assert not any("Seals" in event.facts or event.actor_id for event in told)
    assert verify.verify()[1] is None


def test_the_same_words_change_nothing_and_the_first_ones_again_count_as_never_changed(change, comment):
    assert change("Seals are blue.").status_code == 303
    assert not AuditEvent.objects.about(comment).exists()
    change("Seals are red.")
    change("Seals are blue.")
    comment.refresh_from_db()
    assert (comment.body, comment.original, comment.edited_at) == ("Seals are blue.", "", None)


def test_new_words_are_screened_like_the_first_and_what_is_found_is_marked_in_them(change, comment):
    make_rules(hold_wordlist="bribe*")
    change("A bribe, see https://a.example and https://b.example")
    comment.refresh_from_db()
    assert comment.status == "pending"
    assert {"held", "links"} <= {reason["rule"] for reason in comment.reasons}
    places = {comment.body[start:end] for _n, _s, ranges in explanations.sentences(comment) for start, end in ranges}
    assert "bribe" in places


def test_of_both_verdicts_the_graver_one_stays_and_its_reason_too(change, article, comment):
    make_rules(spam_wordlist="casino*")
    response = change("Come to our casino.")
    comment.refresh_from_db()
    assert (response.status_code, comment.status) == (303, "spam")
    change("Seals are blue again.")
    comment.refresh_from_db()
    assert comment.status == "spam" and "refused" in {reason["rule"] for reason in comment.reasons}


def test_spam_looks_to_its_sender_like_a_comment_that_waits(client, change, take_back, comment, article, path):
    waits, receipt = change("Seals are red."), tokens.receipt(comment)
    Comment.objects.filter(pk=comment.pk).update(status="spam")
    page = client.get(f"{path}comments/change/{receipt}/")
    assert page.status_code == 200 and "spam" not in page.content.decode().casefold()
    assert change("Seals are grey.").status_code == waits.status_code
    assert take_back().status_code == 303


def test_whoever_fills_in_the_field_for_robots_goes_to_spam(change, comment):
    assert change(leave="x").status_code == 303
    comment.refresh_from_db()
    assert comment.status == "spam"


@pytest.mark.parametrize("body", ["", " \n", "x" * 5001, "\u200b"])
def test_words_that_cannot_stand_are_said_at_their_field_and_stay_typed(change, comment, body):
    response = change(body)
    html = response.content.decode()
    assert response.status_code == 422 and 'id="comment-err"' in html and f"\n{body.strip()}" in html
    comment.refresh_from_db()
    assert comment.body == "Seals are blue."


@pytest.mark.parametrize("body", ["\ud800 lone", "\u202eevil", "<script>alert(1)</script>", "a\r\nBcc: b@example.org"])
def test_hostile_words_become_clean_ones(client, change, comment, body):
    response = change(body.encode("utf-8", "surrogatepass"))
    assert response.status_code in {303, 400, 422}
    html = client.get(response["Location"].partition("#")[0]).content.decode() if response.status_code == 303 else ""
    assert "<script>alert" not in html


@pytest.mark.parametrize(
    "changed", [{"status": "approved"}, {"name": "The newsroom"}, {"parent": "1"}, {"article": "1"}]
)
def test_nothing_but_the_words_can_be_changed(change, comment, changed):
    before = Comment.objects.values("status", "name", "parent", "article", "website").get()
    change(**changed)
    assert Comment.objects.values("status", "name", "parent", "article", "website").get() == before


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
def test_from_another_site_neither_is_done_and_nothing_typed_is_lost(change, take_back, comment, headers):
    response = change("Typed elsewhere.", headers=headers)
    assert response.status_code == 403 and "Typed elsewhere." in response.content.decode()
    assert take_back(headers=headers).status_code == 403
    assert Comment.objects.get().body == "Seals are blue."


def test_without_a_good_token_neither_is_done(change, take_back, comment):
    response = change("Typed for long.", token="1-x")
    assert response.status_code == 422 and "Typed for long." in response.content.decode()
    assert take_back(token="1-x").status_code == 403
    assert Comment.objects.get().body == "Seals are blue."


def test_what_stands_there_under_the_same_name_is_not_said_again(change, article, comment):
    without_limits()
    make_comment(article, name="Jan Kowal", address="jan@example.org", body="Seals are red.")
    response = change("Seals are red.")
    assert response.status_code == 409 and "Seals are red." in response.content.decode()
    comment.refresh_from_db()
    assert comment.body == "Seals are blue."


def test_after_many_changes_one_waits_and_nothing_typed_is_lost(change, comment):
    for number in range(rate_limits.MOST_REWRITES):
        assert change(f"Wording {number}.").status_code == 303
    response = change("One more.")
    assert response.status_code == 429 and int(response.headers["Retry-After"]) > 0
    assert "One more." in response.content.decode()
    assert RateLimitHit.objects.count() == rate_limits.MOST_REWRITES


@pytest.mark.parametrize("decision", ["approve", "trash"])
def test_once_decided_neither_is_done_and_a_sentence_says_so(client, path, change, take_back, comment, decision):
    receipt = tokens.receipt(comment)
    decisions.decide(decisions.Decision(decision), comment, by=make_user("Moderators"))
    for response in (
        change("Too late."),
        take_back(),
        client.get(f"{path}comments/change/{receipt}/"),
        client.get(f"{path}comments/take-back/{receipt}/"),
    ):
        assert response.status_code == 403
        assert "A moderator has decided on this comment meanwhile" in response.content.decode()
    assert "Too late." in change("Too late.").content.decode()
    assert Comment.objects.get().body == "Seals are blue."


def test_decided_in_the_same_moment_the_decision_stands(comment, moderator):
    stale = Comment.objects.get(pk=comment.pk)
    decisions.approve(comment, by=moderator)
    for late in (lambda: submit.rewrite(stale, "Too late."), lambda: submit.take_back(stale)):
        with pytest.raises(Refused, match="decided on this comment meanwhile"):
            late()
    assert Comment.objects.get().body == "Seals are blue." and Thread.objects.get().approved_count == 1


def test_what_a_moderator_has_edited_its_writer_can_only_take_back(change, take_back, comment, moderator):
    edits.edit(comment, "Seals.", by=moderator, expected=comment.state_token)
    response = change("Something else.")
    assert response.status_code == 403 and "A moderator has edited this comment" in response.content.decode()
    assert take_back().status_code == 303


def test_a_link_that_has_ended_still_shows_what_was_typed(change, take_back, comment, monkeypatch):
    receipt = tokens.receipt(comment)
    with monkeypatch.context() as context:
        later(context, 30 * 60)
        assert change("Typed for half an hour.", receipt=receipt).status_code == 303
        later(context, 41 * 60)
        response = change("Typed too long.", receipt=receipt)
        assert response.status_code == 404 and "Typed too long." in response.content.decode()
        assert take_back(receipt=receipt).status_code == 404
    assert Comment.objects.get().body == "Typed for half an hour."


@pytest.mark.parametrize("act", ["change", "take-back"])
@pytest.mark.parametrize("receipt", RECEIPTS)
def test_a_forged_receipt_leads_to_nobodys_comment(client, path, article, comment, act, receipt):
    for method in (client.get, client.post):
        response = method(f"{path}comments/{act}/{receipt}/", {"token": tokens.make(article), "body": "x"})
        assert response.status_code == 404 and "Seals" not in response.content.decode()
    assert Comment.objects.get().body == "Seals are blue."


@pytest.mark.parametrize("act", ["change", "take-back"])
def test_a_receipt_for_another_story_or_another_purpose_opens_nothing(client, path, article, comment, act):
    for forged in (tokens.receipt(make_comment()), tokens.commenter_token(comment)):
        to = f"{path}comments/{act}/{forged}/"
        assert client.post(to, {"token": tokens.make(article), "body": "x"}).status_code == 404
    assert Comment.objects.count() == 2


# Taking back


def test_it_asks_first_and_then_words_and_address_are_gone_for_good(client, path, take_back, change, comment):
    change("Seals are red.")
    page = client.get(f"{path}comments/take-back/{tokens.receipt(comment)}/")
    assert "Seals are red." in page.content.decode() and Comment.objects.exists()
    response = take_back()
    assert response.status_code == 303 and "deleted" in client.get(response["Location"]).content.decode()
    assert not Comment.objects.exists() and not CommenterEmail.objects.exists()
    events = AuditEvent.objects.filter(subject_kind="comment", subject_id=comment.pk)
    assert {event.kind for event in events} == {"comment.rewritten", "comment.retracted"}
    assert not any("Seals" in event.reason + event.facts for event in events)
    last = events.get(kind="comment.retracted")
    assert (last.actor_id, json.loads(last.facts)) == (None, {"article": comment.article_id})
    assert verify.verify()[1] is None


def test_taken_back_twice_it_is_gone_and_said_so(take_back):
    assert [take_back().status_code for _ in range(2)] == [303, 404]


def test_replies_keep_the_place_of_what_is_taken_back(take_back, article, comment, moderator):
    decisions.approve(comment, by=moderator)
    reply = make_comment(article, parent=comment, status="approved", by=moderator)
    decisions.reset_to_pending(comment, by=moderator)
    assert take_back().status_code == 303
    comment.refresh_from_db()
    assert (comment.body, comment.name, comment.status) == ("", "", "trash")
    assert list(CommenterEmail.objects.values_list("pk", flat=True)) == [reply.pk]


def test_a_moderator_who_decides_on_what_is_gone_is_told(desk, comment, moderator):
    stale = Comment.objects.get(pk=comment.pk)
    submit.take_back(comment)
    with pytest.raises(Refused, match="not there any more"):
        decisions.approve(stale, by=moderator)
    page = press(desk, "decide", stale.pk, decision="approve", state=stale.state_token).content.decode()
    assert "This comment is not there any more." in page


# Nobody approves what they have not read


@pytest.mark.parametrize("decision", ["approve", "reject.abusive"])
def test_words_changed_meanwhile_are_not_decided_on_unread(desk, comment, decision):
    page = desk.get(QUEUE).content.decode()
    assert f'name="state" value="{comment.state_token}"' in page and offers(page, "decide", comment.pk)
    seen = comment.state_token
    submit.rewrite(comment, "Buy my seals.")
    page = press(desk, "decide", comment.pk, query=f"?c={comment.pk}", decision=decision, state=seen)
    comment.refresh_from_db()
    assert comment.status == "pending"
    assert "Meanwhile its writer has changed the words." in page.content.decode()
    press(desk, "decide", comment.pk, decision=decision, state=comment.state_token)
    comment.refresh_from_db()
    assert comment.status != "pending"


def test_changed_in_the_very_moment_they_are_not_approved_either(comment, moderator):
    stale = Comment.objects.get(pk=comment.pk)
    submit.rewrite(comment, "Buy my seals.")
    with pytest.raises(Refused, match="its writer has changed the words"):
        decisions.approve(stale, by=moderator, expected=stale.state_token)
    comment.refresh_from_db()
    assert comment.status == "pending"


def test_of_many_selected_those_changed_meanwhile_are_left_and_named(desk, article, comment):
    other = make_comment(article)
    page = desk.get(QUEUE).content.decode()
    assert stands_in(f'name="_selected_action" value="{comment.pk}:{comment.state_token}"', page)
    selected = [f"{one.pk}:{one.state_token}" for one in (comment, other)]
    submit.rewrite(comment, "Buy my seals.")
    page = press(desk, "decide_many", decision="approve", _selected_action=selected).content.decode()
    assert dict(Comment.objects.values_list("pk", "status")) == {comment.pk: "pending", other.pk: "approved"}
    assert "Jan Kowal: Meanwhile its writer has changed the words." in page


def test_nobody_answers_or_edits_what_they_have_not_read(desk, comment):
    seen = comment.state_token
    submit.rewrite(comment, "Buy my seals.")
    for action, typed in (("answer", {"answer": "Yes."}), ("edit", {"words": "Yes."})):
        response = press(desk, action, comment.pk, query=f"?c={comment.pk}", state=seen, about=comment.pk, **typed)
        assert response.status_code == 422 and "its writer has changed the words" in response.content.decode()
    comment.refresh_from_db()
    assert (comment.status, comment.body) == ("pending", "Buy my seals.") and Comment.objects.count() == 1


def test_whoever_has_it_before_their_eyes_is_told_while_they_look(desk, comment):
    seen = comment.state_token
    submit.rewrite(comment, "Buy my seals.")
    told = desk.post(f"{QUEUE}{comment.pk}/claim/", {"seen": seen}).json()["told"]
    assert told.startswith("Meanwhile its writer has changed the words.")


def test_moderators_see_both_wordings_and_readers_who_changed_it(desk, path, comment, moderator):
    submit.rewrite(comment, "Seals are red.")
    page = desk.get(QUEUE).content.decode()
    assert "<del>blue</del>" in page and "<ins>red</ins>" in page and "Changed by its writer" in page
    decisions.approve(comment, by=moderator)
    html = desk.get(path).content.decode()
    assert "Changed by its writer before it was published" in html and "Edited by the newsroom" not in html


# While a moderator looks at it


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_changed_and_approved_at_once_one_is_done_and_the_other_told_and_neither_waits_for_ever():
    without_limits()
    (article,), moderator = make_live_articles(1), make_user("Moderators")
    with races.track(refusal=Refused) as track:
        for number in range(15):
            sent = make_comment(article)
            theirs, seen = Comment.objects.get(pk=sent.pk), Comment.objects.get(pk=sent.pk)
            winner = track.one_wins(
                partial(submit.rewrite, theirs, f"Other words {number}."),
                partial(decisions.approve, seen, by=moderator, expected=seen.state_token),
            )
            sent.refresh_from_db()
            changed = sent.status == "pending" and sent.body == f"Other words {number}."
            approved = sent.status == "approved" and sent.body != f"Other words {number}."
            assert (changed, approved) == ((True, False) if winner == 0 else (False, True))
    track.they_met()
    assert verify.verify()[1] is None
