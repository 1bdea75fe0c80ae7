"""Each rule: what it holds, what it leaves alone, in which words it says so, and what of the text it means."""

import json
from datetime import timedelta

import pytest
from django.conf import settings as portal_settings
from django.utils import timezone, translation

from comments import page_counters, tokens
from comments.models import Comment, CommentSettings, RateLimitHit, Thread
from comments.moderation import closing, decisions
from comments.moderation.comment_settings import change_settings
from comments.moderation.refusals import Refused
from comments.screening import explanations, wordlist
from comments.screening.rules import Submission, screen
from comments.submission import submit
from comments.tests.factories import form_of, make_comment, make_rules
from news.tests.factories import make_article, make_author, make_live_articles, make_user
from portal.audit import verify
from portal.models import AuditEvent, Job
from portal.pagecache import counters

pytestmark = pytest.mark.django_db

SAID = {"name": "Jan", "body": "Two days is not enough.", "address": "jan@example.org"}
LETS_ALL_THROUGH = {"hold_all": False}


def verdict(settings=None, **sent):
    return screen(Submission(**SAID | sent), settings or CommentSettings(**LETS_ALL_THROUGH))


def said_by(settings=None, **sent):
    """The rules that had something to say."""
    return [reason["rule"] for reason in verdict(settings, **sent).reasons]


def shown(comment):
    """The sentences with the pieces of the body each is about."""
    return [
        (sentence, [comment.body[a:b] for a, b in spans])
        for _number, sentence, spans in explanations.sentences(comment)
    ]


def test_by_default_every_comment_waits_and_says_so():
    comment = make_comment()
    assert comment.status == "pending"
    assert shown(comment) == [("Every comment waits here.", [])]


def test_with_nothing_against_it_a_comment_is_let_through_where_not_all_are_held():
    assert (verdict().status, said_by()) == ("approved", ["nothing"])


def test_the_gravest_verdict_counts_and_every_reason_is_kept_in_order():
    settings = CommentSettings(hold_wordlist="enough")
    found = verdict(settings, filled_trap=True, seconds=0.4)
    assert found.status == "spam"
    assert [reason["rule"] for reason in found.reasons] == ["trap", "held", "quick", "all"]


def test_reasons_survive_as_json_and_are_numbered_with_what_they_mean():
    make_rules(hold_wordlist="złodziejskie\nopłaty*")
    body = "https://kurier.example/a i www.kurier.example – te ZLODZIEJSKIE opłaty, ola@example.org, +48 601 234 567."
    comment = make_comment(body=body)
    comment.refresh_from_db()
    assert shown(comment) == [
        ("Words to hold: złodziejskie, opłaty*.", ["ZLODZIEJSKIE", "opłaty"]),
        ("2 links.", ["https://kurier.example/a", "www.kurier.example"]),
        ("An email address in the text.", ["ola@example.org"]),
        ("Perhaps a telephone number in the text.", ["+48 601 234 567"]),
        ("Every comment waits here.", []),
    ]
    assert [number for number, _sentence, _spans in explanations.sentences(comment)] == [1, 2, 3, 4, 5]


def test_seconds_have_the_decimal_sign_of_the_language():
    make_rules(min_seconds=5)
    comment = make_comment(seconds=1.55)
    for language, said in (("en", "Sent 1.6 s after"), ("pl", "1,6 s po otwarciu strony")):
        with translation.override(language):
            assert said in explanations.sentences(comment)[0][1]


def test_an_edited_text_is_not_highlighted_and_strange_facts_harm_nobody():
    comment = make_comment(body="See https://a.example and https://b.example")
    assert shown(comment)[0][1]
    comment.edited_by = make_user("Moderators")
    assert not shown(comment)[0][1]
    comment.edited_by, comment.body = None, "See"
    comment.reasons = [*comment.reasons, {"rule": "of a later version"}, {}]
    assert shown(comment) == [("2 links.", []), ("Every comment waits here.", [])]


# The rules, one by one


def test_words_are_looked_for_in_the_text_the_name_and_the_web_address_and_never_in_the_address():
    settings = CommentSettings(spam_wordlist="casino", hold_all=False)
    for field in ("body", "name", "website"):
        found = verdict(settings, **{field: "https://casino.example/"})
        assert (found.status, found.reasons[0]["where"]) == ("spam", field)
    assert verdict(settings, address="casino@casino.example").status == "approved"
    for field in ("body", "name", "website"):
        (reason,) = verdict(CommentSettings(hold_wordlist="casino", hold_all=False), **{field: "casino"}).reasons
        assert explanations.SENTENCES[reason["rule"]](reason).endswith("casino.")


@pytest.mark.parametrize(("seconds", "held"), [(None, False), (0, True), (2.99, True), (3, False), (100_000, False)])
def test_what_was_typed_in_a_breath_waits_and_silence_proves_nothing(seconds, held):
    assert ("quick" in said_by(seconds=seconds)) == held


@pytest.mark.parametrize(
    ("body", "held"),
    [
        ("https://a.example", False),
        ("https://a.example https://b.example", True),
        ("HTTPS://A.example, http://b.example.", True),
        ("https://a.example/ and https://a.example", False),
        ('<a href="https://a.example">https://a.example</a>', False),
        ("www.a.example www.b.example", True),
        (f"{portal_settings.SITE_URL}/news/x/ {portal_settings.SITE_URL}/news/y/ https://a.example", False),
        ("http://[::1 http://]", False),  # which nobody could follow
    ],
)
def test_each_link_counts_once_and_our_own_not_at_all(body, held):
    assert ("links" in said_by(body=body)) == held
    assert "links" not in said_by(CommentSettings(hold_all=False, max_links=0), body=body)


@pytest.mark.parametrize(
    ("body", "piece"),
    [
        ("Write to jan.kowalski+x@example.co.uk, now", "jan.kowalski+x@example.co.uk"),
        ("(jan@example.org)", "jan@example.org"),
        ("jan\uff20example\uff0eorg", "jan\uff20example\uff0eorg"),
        ("call +48 601 234 567!", "+48 601 234 567"),
        ("0048601234567", "0048601234567"),
        ("601-234-567", "601-234-567"),
        ("(22) 601 23 45", "(22) 601 23 45"),
        ("tel. 226012345", "tel. 226012345"),
        ("Phone: 0171 2345678", "Phone: 0171 2345678"),
        ("zadzwoń na 601 234 567, po szóstej", "601 234 567"),
        ("TEL: 226 012 345", "TEL: 226 012 345"),
    ],
)
def test_an_address_or_a_telephone_number_is_found(body, piece):
    found = verdict(body=body)
    assert found.status == "pending"
    assert [body[start:end] for start, end in found.reasons[0]["spans"]] == [piece]


@pytest.mark.parametrize(
    "body",
    [
        "HS 8517.62.00 and CN 8517 62 00, since 24.11.2026, 2026-11-24 08:40",
        "EORI PL123456789000, Regulation (EU) 952/2013, EUR 1 000 000, 1234567890",
        "@jan says 5 @ 3 EUR",
        "50% of 12,345,678.90",
        "Case C-123/45, OJ L 269, 10.10.2013, p. 1-101",
        "250 000 000 zł, limit 150 000 000, 1 234 567 890 t and a quota of 12 500 00 00",
        "120 345 678 EUR or 120 345 678 kg",
        "EORI PL 123 456 789 00000, VAT 123 456 789, REGON: 123-456-789",
        "kom. 5 000 000 000, call 2024/12 34567",
        "https://example.com/@jan.kowalski/post, at EUR@1.20",
    ],
)
def test_codes_dates_and_amounts_are_no_telephone_numbers(body):
    assert said_by(body=body) == ["nothing"]


@pytest.mark.parametrize(
    "name", ["Ruth Okafor", "ruth  OKAFOR", "Ruth \u041ek\u0430for", "R\u200buth_Okaf0r", "Łucja Żak"]
)
def test_nobody_signs_as_somebody_of_the_newsroom(name):
    make_user("Editors", first_name="Ruth", last_name="Okafor")
    make_author("Łucja Żak")
    assert said_by(name=name) == ["staff"]
    assert said_by(name="Ruth") == ["nothing"]


def test_nobody_signs_as_the_site():
    assert said_by(name=portal_settings.SITE_NAME.upper()) == ["staff"]


def test_staff_names_are_folded_once_and_a_changed_one_anew(monkeypatch):
    folded, readings = [], wordlist.readings
    monkeypatch.setattr(wordlist, "readings", lambda name: folded.append(name) or readings(name))
    zenobia = make_user("Moderators", first_name="Zenobia", last_name="Quist")
    for _comment in range(3):
        assert said_by(name="ZENOBIA QU1ST") == ["staff"]
    assert folded.count("Zenobia Quist") == 1
    zenobia.last_name = "Nowak"
    zenobia.save()
    assert said_by(name="Zenobia Quist") == ["nothing"]
    assert said_by(name="zenobia nowak") == ["staff"]


@pytest.fixture
def regular():
    """Somebody with three approved comments; the last of them is returned."""
    article, by = make_live_articles(1)[0], make_user("Moderators")
    return [
        make_comment(article, name="Żaneta Kos", address="kos@example.org", status="approved", by=by) for _ in range(3)
    ][-1]


@pytest.mark.parametrize("name", ["Żaneta Kos", "zaneta kos", "\u017b\u0430neta K\u043es"])
def test_a_name_somebody_made_here_is_held_when_another_uses_it(regular, name):
    assert said_by(name=name) == ["name"]
    assert said_by(CommentSettings(), name=name) == ["name", "all"]
    assert said_by(name="Żaneta") == ["nothing"]


def test_an_address_typed_right_makes_no_difference_that_can_be_seen(regular):
    for address in ("kos@example.org", "KOS@example.org", "thief@example.org"):
        found = verdict(name="Żaneta Kos", address=address)
        assert found.status == "pending"
    assert said_by(CommentSettings(), name="Żaneta Kos", address="kos@example.org") == ["all"]


def test_whose_browser_proves_it_may_use_their_own_name(regular):
    mine = {"name": "Żaneta Kos", "address": "kos@example.org", "commenter_token": tokens.commenter_token(regular)}
    assert said_by(**mine) == ["nothing"]
    assert said_by(**mine | {"address": "thief@example.org"}) == ["name"]


def test_two_comments_do_not_make_a_name():
    article = make_live_articles(1)[0]
    for _ in range(2):
        make_comment(article, name="Żaneta Kos", address="kos@example.org", status="approved")
    assert said_by(name="Żaneta Kos") == ["nothing"]


# Approved before


TRUSTING = {"hold_all": False, "trust_approved_commenters": True}


def test_who_was_approved_is_let_through_by_proof_and_by_nothing_else(regular):
    settings = CommentSettings(**TRUSTING)
    proof = tokens.commenter_token(regular)
    own = {"name": "Somebody", "address": "kos@example.org"}
    assert verdict(settings, **own, commenter_token=proof).status == "approved"
    assert said_by(settings, **own, commenter_token=proof) == ["known"]
    for other in (
        {},
        {"commenter_token": "forged"},
        {"commenter_token": f"{regular.pk}:1:x"},
        {"commenter_token": tokens.receipt(regular)},
        {"commenter_token": proof, "address": "other@example.org"},
        {"commenter_token": proof[:-1]},
        {"commenter_token": "\ufffd" * 100_000},
    ):
        assert said_by(settings, **own | other) == ["new"]
    assert said_by(CommentSettings(trust_approved_commenters=True), **own, commenter_token=proof) == ["all"]
    assert said_by(
        CommentSettings(**LETS_ALL_THROUGH, max_links=1), **own, commenter_token=proof, body="https://a.example"
    ) == ["links"]


@pytest.mark.parametrize("status", ["pending", "spam", "trash"])
def test_a_proof_ends_when_its_comment_is_taken_away(regular, status):
    decisions.decide(decisions.BACK_TO[decisions.Status(status)], regular, "other", by=make_user("Moderators"))
    assert said_by(
        CommentSettings(**TRUSTING), address="kos@example.org", commenter_token=tokens.commenter_token(regular)
    ) == ["new"]


def test_a_proof_is_good_for_a_year(regular, monkeypatch):
    proof = tokens.commenter_token(regular)
    later = {"seconds": 0}
    now = timezone.now().timestamp()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + later["seconds"])
    assert tokens.comment_of_token(proof) == regular.pk
    later["seconds"] = 366 * 86_400
    assert tokens.comment_of_token(proof) is None


# What comes of it


def test_what_is_let_through_is_counted_shown_and_in_the_history(client, address):
    make_rules(**LETS_ALL_THROUGH)
    (article,) = make_live_articles(1)
    path = address("en", f"/news/{article.slug}/")
    client.get(path)
    comment = make_comment(article, body="Straight in.")
    assert (comment.status, comment.decided_by) == ("approved", None)
    assert Thread.objects.get(pk=article.pk).approved_count == 1
    assert "Straight in." in client.get(path).content.decode()
    event = AuditEvent.objects.about(comment).get()
    assert (event.kind, event.actor_id, json.loads(event.facts)["why"]) == ("comment.auto_approved", None, ["nothing"])
    assert verify.verify()[1] is None
    assert not Job.objects.filter(key="moderators-digest").exists()


def test_a_moderator_takes_back_what_was_let_through():
    make_rules(**LETS_ALL_THROUGH)
    comment = make_comment()
    decisions.trash(comment, by=make_user("Moderators"), expected="approved")
    assert Thread.objects.get(pk=comment.article_id).approved_count == 0


@pytest.mark.parametrize(
    ("started", "held"),
    [
        ("", False),
        ("900", True),
        ("0", True),
        ("12000", False),
        ("-5", False),
        ("x", False),
        ("9" * 50, False),
        ("٣", False),
    ],
)
def test_the_forms_clock_and_proof_reach_the_rules(client, address, started, held):
    make_rules(**LETS_ALL_THROUGH)
    (article,) = make_live_articles(1)
    sent = form_of(article, started=started, proof="\x00junk")
    assert client.post(address("en", f"/news/{article.slug}/comments/"), sent).status_code == 303
    assert (Comment.objects.get().reasons[0]["rule"] == "quick") == held


def test_the_same_words_again_are_409_with_the_text_kept(client, address):
    (article,) = make_live_articles(1)
    path, sent = address("en", f"/news/{article.slug}/comments/"), form_of(article)
    client.post(path, sent)
    Comment.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    RateLimitHit.objects.all().delete()
    response = client.post(path, sent)
    assert response.status_code == 409
    assert response.headers["Cache-Control"] == "no-store"
    assert "Two days is not enough." in response.content.decode() and "there already" in response.content.decode()
    assert Comment.objects.count() == 1


# When commenting ends


def closed_by_rules(article, **changed):
    make_rules(**changed)
    return closing.closed_because(article)


def test_commenting_ends_so_many_days_after_the_first_publication():
    old = make_article(live_from=timezone.now() - timedelta(days=14, seconds=1))
    young = make_article(live_from=timezone.now() - timedelta(days=13, hours=23))
    assert not closing.closed_because(old)
    assert "older than 14 days" in closed_by_rules(old, close_after_days=14)
    assert not closing.closed_because(young)
    Thread.objects.create(article=old, stays_open=True)
    assert not closing.closed_because(old)
    Thread.objects.update(is_closed=True)
    assert closing.closed_because(old) == "Comments on this story are closed."
    with pytest.raises(Refused):
        submit.submit(old, **SAID)


def test_one_switch_closes_every_story():
    (article,) = make_live_articles(1)
    Thread.objects.create(article=article, stays_open=True)
    assert "no comments at the moment" in closed_by_rules(article, is_open=False)
    with pytest.raises(Refused, match="at the moment"):
        submit.submit(article, **SAID)


def test_a_kept_page_does_not_outlive_the_end_of_commenting(client, address, monkeypatch):
    now = timezone.now()
    article = make_article(live_from=now - timedelta(days=14) + timedelta(seconds=40))
    make_rules(close_after_days=14)
    path = address("en", f"/news/{article.slug}/")
    assert 'id="commentform"' in client.get(path).content.decode()
    later = now + timedelta(seconds=41)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert 'id="commentform"' not in client.get(path).content.decode()


def test_other_rules_make_every_kept_page_anew_and_are_in_the_history(client, address):
    (article,) = make_live_articles(1)
    path, by = address("en", f"/news/{article.slug}/"), make_user("Moderators")
    assert 'id="commentform"' in client.get(path).content.decode()
    before = counters.values({page_counters.FORM})
    change_settings({"is_open": False, "hold_wordlist": "casino\npoker", "page_size": 50}, by=by)
    assert 'id="commentform"' not in client.get(path).content.decode()
    assert counters.values({page_counters.FORM}) != before
    event = AuditEvent.objects.get(kind="comment_settings.changed")
    assert json.loads(event.facts) == {"changed": {"is_open": [True, False], "hold_wordlist": [0, 2]}}
    assert verify.verify()[1] is None
    change_settings({"is_open": False}, by=by)
    assert AuditEvent.objects.filter(kind="comment_settings.changed").count() == 1


def test_who_may_not_change_the_rules_does_not():
    with pytest.raises(Refused, match="Your role"):
        change_settings({"is_open": False}, by=make_user("Reporters"))
    assert CommentSettings.current().is_open


@pytest.mark.parametrize("language", ["en", "pl"])
def test_every_reason_has_a_sentence_in_every_language(language):
    facts = {"where": "name", "words": ["x"], "seconds": 1.2, "count": 2}
    facts |= {"kind": "hold", "since": timezone.now().isoformat()}
    with translation.override(language):
        assert all(sentence(facts).strip() for sentence in explanations.SENTENCES.values())
