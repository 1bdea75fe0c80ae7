"""What people can ask for: all that is theirs is found, exported and erased, whole or not at all, and nothing else."""

import json

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import pgettext

from comments import emails
from comments.models import Comment, CommenterEmail, EmailPreference, Report, SenderRule, Thread
from comments.moderation import answers, decisions, edits, refusals, sender_rules
from comments.personal_data import data_requests
from comments.personal_data.data_requests import DataSubject, ErasureScope
from comments.submission import submit
from comments.templatetags.comments import thread_of
from comments.tests.factories import make_comment, without_limits
from news.tests.factories import make_live_articles, make_user
from portal.audit import log, verify
from portal.models import AuditEvent
from portal.tests.markup import stands_in

pytestmark = pytest.mark.django_db

ADDRESS = "grazyna@example.org"
PERSON = "/admin/comments/comment/person/"


@pytest.fixture
def article():
    without_limits()
    return make_live_articles(1)[0]


@pytest.fixture
def moderator():
    return make_user("Moderators")


def person():
    return DataSubject(emails.lookup_hashes(ADDRESS))


def erase(grade, by):
    return data_requests.erase(person(), grade, by=by, expected=data_requests.plan(person(), grade).digest)


def mine(article, **fields):
    said = {"name": "Grażyna", "website": "https://firma.pl/", "address": ADDRESS, "status": "approved"}
    return make_comment(article, **said | fields)


def columns(comment):
    comment.refresh_from_db()
    return comment.name, comment.name_search_key, comment.website, comment.body


# Erasing


def test_name_website_and_address_go_and_the_words_stay(article, moderator):
    comment, other = mine(article, body="My words."), make_comment(article, name="Jan", status="approved")
    before = Comment.objects.values().get(pk=other.pk)
    erase(ErasureScope.NAME, moderator)
    assert columns(comment) == ("", "", "", "My words.") and comment.status == "approved"
    assert set(CommenterEmail.objects.values_list("pk", flat=True)) == {other.pk}
    assert Comment.objects.values().get(pk=other.pk) == before
    assert Thread.objects.get().approved_count == 2


def test_reasons_that_quote_the_name_go_with_it(article, moderator):
    without_limits(hold_wordlist="Grażyna")
    comment = mine(article, status="pending")
    assert "Grażyna" in json.dumps(comment.reasons, ensure_ascii=False)
    erase(ErasureScope.NAME, moderator)
    comment.refresh_from_db()
    assert comment.reasons == []


@pytest.mark.parametrize("language", ["en", "pl"])
def test_the_neutral_name_is_in_the_language_of_whoever_reads_it(client, article, moderator, language):
    comment = mine(article)
    make_comment(article, parent=comment, status="approved", body="An answer.")
    erase(ErasureScope.NAME, moderator)
    comment.refresh_from_db()
    prefix = "" if language == settings.LANGUAGE_CODE else f"/{language}"
    with translation.override(language):
        name = pgettext("signature", "Anonymous")
    with translation.override(settings.LANGUAGE_CODE):
        addresses = [article.get_absolute_url(), reverse("comments:feed"), f"{comment.article.get_absolute_url()}"]
        addresses[2] += f"comments/reply/{comment.pk}/"
    for address in addresses:
        page = client.get(prefix + address).content.decode()
        assert name in page and "Grażyna" not in page and "firma.pl" not in page


def test_readers_pages_are_made_anew(client, article, moderator):
    comment = mine(article)
    assert "Grażyna" in client.get(article.get_absolute_url()).content.decode()
    erase(ErasureScope.NAME, moderator)
    assert "Grażyna" not in client.get(article.get_absolute_url()).content.decode()
    assert comment.body in client.get(article.get_absolute_url()).content.decode()


def test_words_go_too_and_those_with_answers_keep_their_place(client, article, moderator):
    answered, alone = mine(article, body="Answered words."), mine(article, body="Lonely words.")
    answer = make_comment(article, parent=answered, body="An answer.", status="approved")
    assert client.get(article.get_absolute_url()).content.decode().count("words.") == 2
    erase(ErasureScope.WORDS, moderator)
    assert columns(answered) == ("", "", "", "") and answered.status == "trash" and answered.previous_status == ""
    assert not Comment.objects.filter(pk=alone.pk).exists()
    assert Thread.objects.get().approved_count == 1
    (place,) = thread_of({}, article).comments
    assert place.comment is None and [shown.pk for shown in place.replies] == [answer.pk]
    page = client.get(article.get_absolute_url()).content.decode()
    assert "words." not in page and "An answer." in page
    assert not CommenterEmail.objects.filter(pk=answered.pk).exists()


def test_nobody_brings_back_what_was_erased(article, moderator):
    answered = mine(article)
    make_comment(article, parent=answered, status="approved")
    stale = Comment.objects.get(pk=answered.pk)
    erase(ErasureScope.WORDS, moderator)
    answered.refresh_from_db()
    for comment in (answered, stale):
        for decision in ("approve", "spam", "wait"):
            with pytest.raises(refusals.Refused):
                decisions.decide(decisions.Decision(decision), comment, by=moderator)
    with pytest.raises(refusals.Refused):
        decisions.undo(answered, by=moderator)
    assert Comment.objects.get(pk=answered.pk).status == "trash"


def test_nor_does_a_decision_that_was_on_its_way_from_the_trash(article, moderator):
    answered = mine(article)
    make_comment(article, parent=answered, status="approved")
    decisions.trash(answered, by=moderator)
    stale = Comment.objects.get(pk=answered.pk)
    erase(ErasureScope.WORDS, moderator)
    with pytest.raises(refusals.Refused):
        decisions.approve(stale, by=moderator)
    assert Comment.objects.get(pk=answered.pk).status == "trash"


def test_ones_own_answers_to_oneself_go_whole(article, moderator):
    first = mine(article)
    second = mine(article, parent=first)
    mine(article, parent=second)
    erase(ErasureScope.WORDS, moderator)
    assert not Comment.objects.exists() and Thread.objects.get().approved_count == 0


def test_a_place_is_kept_for_a_place_that_is_kept(article, moderator):
    first = mine(article)
    second = mine(article, parent=first)
    make_comment(article, parent=second, status="approved", body="Somebody else.")
    leaf = mine(article, parent=first)
    doing = erase(ErasureScope.WORDS, moderator)
    assert (doing.emptied, doing.deleted) == (sorted([first.pk, second.pk]), [leaf.pk])
    assert set(Comment.objects.values_list("body", flat=True)) == {"", "Somebody else."}


@pytest.mark.parametrize("status", ["pending", "spam", "trash"])
def test_it_is_the_same_whatever_has_become_of_the_comment(article, moderator, status):
    mine(article, status=status)
    erase(ErasureScope.WORDS, moderator)
    assert not Comment.objects.exists() and Thread.objects.get().approved_count == 0


@pytest.mark.parametrize(("grade", "words"), [(ErasureScope.NAME, "What they wrote"), (ErasureScope.WORDS, "")])
def test_their_reports_lose_the_address_and_stay_open(article, moderator, grade, words):
    comment = make_comment(article, status="approved")
    report = submit.report(comment, reason="personal", text="What they wrote", address=ADDRESS)
    other = submit.report(comment, reason="abusive", address="jan@example.org")
    erase(grade, moderator)
    report.refresh_from_db()
    other.refresh_from_db()
    assert (report.address, report.address_hash, report.text, report.is_open) == ("", "", words, True)
    assert other.address and other.address_hash


def test_earlier_wordings_in_the_history_go_and_the_chain_holds(article, moderator):
    comment = mine(article, body="I am Grażyna Wójcik.")
    edits.edit(comment, "I am.", by=moderator, expected=comment.state_token)
    assert AuditEvent.objects.get(kind="comment.edited").reason
    erase(ErasureScope.WORDS, moderator)
    assert AuditEvent.objects.get(kind="comment.edited").reason == ""
    assert verify.verify()[1] is None


def test_the_event_says_who_and_how_many_and_names_nobody(article, moderator):
    comment = mine(article)
    erase(ErasureScope.NAME, moderator)
    event = AuditEvent.objects.get(kind="data_subject.erased")
    facts = json.loads(event.facts)
    assert event.actor_id == moderator.pk and event.reason == ""
    assert facts == {
        "grade": "name",
        "count": 1,
        "deleted": 0,
        "comments": log.digest(str(comment.pk)),
        "reports": 0,
    }


def test_what_was_decided_about_them_stays_without_its_words(article, moderator):
    comment = mine(article)
    sender_rules.decide(emails.hashes_of(comment), "hold", by=moderator, reason="Grażyna again")
    erase(ErasureScope.NAME, moderator)
    assert (SenderRule.objects.get().kind, SenderRule.objects.get().reason) == ("hold", "")


def test_what_came_meanwhile_is_not_erased_unseen_and_nothing_else_is(article, moderator):
    mine(article)
    seen = data_requests.plan(person(), ErasureScope.WORDS).digest
    later = mine(article)
    with pytest.raises(refusals.Refused):
        data_requests.erase(person(), ErasureScope.WORDS, by=moderator, expected=seen)
    assert Comment.objects.count() == CommenterEmail.objects.count() == 2
    make_comment(article, parent=later, status="approved")  # an answer changes what would happen, too
    seen_before_the_answer = data_requests.plan(person(), ErasureScope.WORDS).digest
    assert seen_before_the_answer != seen


def test_of_two_at_once_the_second_is_told(article, moderator):
    mine(article)
    seen = data_requests.plan(person(), ErasureScope.NAME).digest
    data_requests.erase(person(), ErasureScope.NAME, by=moderator, expected=seen)
    with pytest.raises(refusals.Refused):
        data_requests.erase(person(), ErasureScope.NAME, by=moderator, expected=seen)
    assert AuditEvent.objects.filter(kind="data_subject.erased").count() == 1


def test_a_yes_to_one_grade_is_none_to_the_other(article, moderator):
    comment = mine(article)
    seen = data_requests.plan(person(), ErasureScope.NAME).digest
    with pytest.raises(refusals.Refused):
        data_requests.erase(person(), ErasureScope.WORDS, by=moderator, expected=seen)
    comment.refresh_from_db()
    assert comment.body and comment.name


def test_where_one_statement_fails_nothing_is_erased(article, moderator, monkeypatch):
    comment = mine(article)
    before = Comment.objects.values().get(pk=comment.pk)

    def fails(*args, **facts):
        raise RuntimeError

    monkeypatch.setattr(data_requests.log, "record", fails)
    with pytest.raises(RuntimeError):
        erase(ErasureScope.WORDS, moderator)
    assert (
        Comment.objects.values().get(pk=comment.pk) == before and CommenterEmail.objects.filter(pk=comment.pk).exists()
    )


def test_an_answer_on_its_way_to_what_is_gone_is_refused_in_words(article, moderator):
    parent = mine(article)
    stale = Comment.objects.get(pk=parent.pk)
    erase(ErasureScope.WORDS, moderator)
    with pytest.raises(refusals.Refused):
        make_comment(article, parent=stale)
    newsroom = make_user("Moderators", first_name="Ewa", last_name="Lis")
    with pytest.raises(refusals.Refused):
        answers.answer(stale, "We asked.", by=newsroom)
    with pytest.raises(refusals.Refused):
        decisions.trash(stale, by=moderator)
    with pytest.raises(refusals.Refused):
        edits.edit(stale, "Other words.", by=moderator, expected=stale.state_token)


def test_thousands_are_a_few_statements(article, moderator, queries_of):
    rows = [Comment(article=article, name="x", body="y", status="approved") for _ in range(2500)]
    Comment.objects.bulk_create(rows)
    sealed = emails.encrypted_columns(ADDRESS)
    CommenterEmail.objects.bulk_create(
        CommenterEmail(comment_id=pk, **sealed) for pk in Comment.objects.values_list("pk", flat=True)
    )
    plan = data_requests.plan(person(), ErasureScope.WORDS)
    assert (
        queries_of(lambda: data_requests.erase(person(), ErasureScope.WORDS, by=moderator, expected=plan.digest)) <= 150
    )
    assert not Comment.objects.exists()


def test_after_a_change_of_keys_old_and_new_go_together(article, moderator, settings):
    mine(article)
    settings.DATA_KEYS = [Fernet.generate_key().decode(), *settings.DATA_KEYS]
    later = mine(article)
    found = data_requests.subject_of(f"comment:{later.pk}", by=moderator)
    assert found.comments.count() == 2
    erase(ErasureScope.NAME, moderator)
    assert not CommenterEmail.objects.exists()


@pytest.mark.parametrize("role", ["Editors", "Chief editors"])
def test_who_may_not_see_addresses_does_none_of_it(article, role):
    comment, by = mine(article), make_user(role)
    events = AuditEvent.objects.count()
    for deed in (
        lambda: data_requests.search(ADDRESS, by=by),
        lambda: data_requests.subject_of(f"comment:{comment.pk}", by=by),
        lambda: data_requests.reload(f"comment:{comment.pk}", by=by),
        lambda: data_requests.export(person(), by=by),
        lambda: erase(ErasureScope.NAME, by),
    ):
        with pytest.raises(refusals.Refused):
            deed()
    assert AuditEvent.objects.count() == events and columns(comment)[0] == "Grażyna"


# Export


def test_the_export_has_all_of_theirs_and_nothing_of_others(article, moderator):
    comment = mine(article, body="My words.", status="spam")
    other = make_comment(article, name="Jan", body="Words of Jan.", status="approved")
    submit.report(other, reason="personal", text="That is my number", address=ADDRESS)
    exported = data_requests.export(person(), by=moderator)
    (told,) = exported["comments"]
    assert (told["name"], told["website"], told["words"], told["status"]) == (
        "Grażyna",
        "https://firma.pl/",
        "My words.",
        "spam",
    )
    assert told["story"] == str(article) and told["sent"] == comment.created_at.isoformat(timespec="seconds")
    assert [report["words"] for report in exported["reports"]] == ["That is my number"]
    assert "Jan" not in json.dumps(exported)
    event = AuditEvent.objects.get(kind="data_subject.exported")
    assert event.actor_id == moderator.pk and "Gra" not in event.facts


def test_the_export_says_what_they_wanted_of_mail_and_what_was_decided_about_them(article, moderator):
    comment = mine(article)
    assert data_requests.export(person(), by=moderator)["mail"] == {}
    sender_rules.decide(emails.hashes_of(comment), "hold", by=moderator, reason="Insults")
    now = timezone.now()
    EmailPreference.objects.create(address_hash=emails.lookup_hashes(ADDRESS)[0], stopped_at=now)
    EmailPreference.objects.create(address_hash=emails.lookup_hashes("jan@example.org")[0], confirmed_at=now)
    exported = data_requests.export(person(), by=moderator)
    assert exported["mail"] == {"no_more": now.isoformat(timespec="seconds")}
    assert (exported["sender_rule"]["decision"], exported["sender_rule"]["reason"]) == ("hold", "Insults")
    assert moderator.username not in json.dumps(exported)


def test_export_costs_the_same_for_one_comment_or_twenty(article, moderator, queries_of):
    def exporting():
        data_requests.export(person(), by=moderator)

    mine(article, status="pending")
    exporting()
    one = queries_of(exporting)
    for _ in range(19):
        mine(article, status="pending")
    assert queries_of(exporting) == one


# The page


def send(desk, **posted):
    return desk.post(PERSON, posted)


def test_a_typed_address_finds_everything_and_stands_nowhere_afterwards(desk, article):
    comment = mine(article, body="My words.")
    page = send(desk, address=" Grazyna@Example.ORG ")
    text = page.content.decode()
    assert page.status_code == 200 and "My words." in text and f'value="comment:{comment.pk}"' in text
    assert "no-store" in page["Cache-Control"]
    assert "example.org" not in text.lower() and not any(mark in text for mark in emails.lookup_hashes(ADDRESS))
    assert desk.session.keys() <= {"_auth_user_id", "_auth_user_backend", "_auth_user_hash"}
    event = AuditEvent.objects.get(kind="data_subject.searched")
    assert json.loads(event.facts)["count"] == 1 and "example" not in event.facts


def test_an_address_nobody_wrote_from_is_told_at_its_field(desk, article):
    mine(article)
    page = send(desk, address="jan@example.org")
    assert page.status_code == 422 and page.context["form"].errors["address"]
    assert 'value="jan@example.org"' in page.content.decode() and "Gra" not in page.content.decode()
    assert (
        AuditEvent.objects.filter(kind="data_subject.searched").count() == 1
    )  # also that nothing is here is something to know


@pytest.mark.parametrize("typed", ["", "jan", "a\x00b@", "\ud800@example.org", "x" * 200 + "@example.org"])
def test_what_is_no_address_is_told_at_its_field(desk, typed):
    page = desk.post(PERSON, {"address": typed.encode("utf-8", "surrogatepass").decode("utf-8", "replace")})
    assert page.status_code == 422 and page.context["form"].errors["address"]
    assert not AuditEvent.objects.filter(kind="data_subject.searched").exists()


def test_the_address_in_a_link_finds_nothing(desk, article):
    mine(article)
    page = desk.get(PERSON, {"address": ADDRESS, "of": "comment:1"})
    assert page.status_code == 200 and "person" not in page.context and "Gra" not in page.content.decode()
    assert not AuditEvent.objects.filter(kind="data_subject.searched").exists()


@pytest.mark.parametrize("handle", ["", "comment", "comment:x", "comment:99999999", "user:1", "comment:" + "9" * 40])
def test_forged_handles_are_told_that_nothing_is_there(desk, article, handle):
    page = send(desk, person=handle, export="1")
    assert page.status_code == 422 and page.context["refusal"]


def test_the_queue_leads_there_and_its_look_is_history(desk, article):
    comment = mine(article)
    page = desk.get(f"/admin/comments/comment/?c={comment.pk}&view=approved").content.decode()
    assert stands_in(f'name="of" value="comment:{comment.pk}" formaction="{PERSON}"', page)
    assert send(desk, of=f"comment:{comment.pk}").context["comment_count"] == 1
    assert AuditEvent.objects.about(comment).filter(kind="data_subject.searched").exists()


def test_before_erasing_it_says_what_will_happen_and_does_nothing(desk, article):
    answered = mine(article)
    mine(article)
    make_comment(article, parent=answered, status="approved")
    submit.report(answered, reason="personal", address=ADDRESS)
    before = list(Comment.objects.values())
    with translation.override("en"):
        page = send(desk, person=f"comment:{answered.pk}", ask="words")
    assert len(page.context["plan"]["sentences"]) == 3
    assert all("1 " in sentence for sentence in map(str, page.context["plan"]["sentences"]))
    assert list(Comment.objects.values()) == before
    seen = page.context["plan"]["digest"]
    page = send(desk, person=f"comment:{answered.pk}", erase="words", seen=seen)
    assert page.status_code == 200 and "person" not in page.context
    assert Comment.objects.exclude(body="").count() == 1
    page = send(desk, person=f"comment:{answered.pk}", erase="words", seen=seen)
    assert page.status_code == 422 and page.context["refusal"]


def test_erasing_without_being_asked_asks_and_erases_nothing(desk, article):
    comment = mine(article)
    page = send(desk, person=f"comment:{comment.pk}", erase="name")
    assert page.status_code == 422 and page.context["plan"]["sentences"]
    assert columns(comment)[0] == "Grażyna"


def test_the_export_is_a_file_nobody_keeps(desk, article):
    comment = mine(article)
    answer = send(desk, person=f"comment:{comment.pk}", export="1")
    assert answer["Content-Type"] == "application/json" and "no-store" in answer["Cache-Control"]
    assert answer["Content-Disposition"].startswith('attachment; filename="comments-')
    assert json.loads(answer.content)["comments"][0]["name"] == "Grażyna"


def test_what_was_decided_about_somebody_without_comments_is_found_and_lifted(desk, article, moderator):
    comment = mine(article)
    sender_rules.decide(emails.hashes_of(comment), "spam", by=moderator)
    erase(ErasureScope.WORDS, moderator)
    page = send(desk, address=ADDRESS)
    handle = page.context["handle"]
    assert handle.startswith("sender_rule:")
    page = send(desk, person=handle, lift="spam")
    assert page.status_code == 200 and not SenderRule.objects.exists()


def test_who_only_reported_is_found_by_that(desk, article):
    report = submit.report(make_comment(article, status="approved"), reason="personal", address=ADDRESS)
    page = send(desk, address=ADDRESS)
    assert page.context["handle"] == f"report:{report.pk}" and page.context["report_count"] == 1
    assert not Report.objects.filter(address_hash="").exists()


def test_the_page_costs_the_same_for_one_comment_or_forty(desk, article, queries_of):
    comment = mine(article)

    def looking():
        send(desk, person=f"comment:{comment.pk}", show="1")

    looking()
    one = queries_of(looking)
    for _ in range(39):
        mine(article, status="pending")
    assert queries_of(looking) == one
