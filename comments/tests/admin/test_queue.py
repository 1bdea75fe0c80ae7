"""The moderators' queue, used the way a person uses it: by the buttons on the page."""

import json
import re
from html import unescape

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from comments.models import Comment, CommentSettings, Thread
from comments.moderation import decisions
from comments.tests.factories import make_comment, make_comments
from comments.tests.queue import QUEUE, offers, press, press_shown
from news.tests.factories import make_user
from portal.models import AuditEvent
from portal.tests.markup import tight

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


def shown(client, query=""):
    response = client.get(QUEUE + query)
    assert response.status_code == 200
    return unescape(response.content.decode())


def listed(page):
    """The list alone: beside the comment in question stands also what was said around it."""
    return page.partition('<ul class="nr-q"')[2].partition('<div class="nr-qdetail">')[0]


def decide(client, comment, decision, query=""):
    return press_shown(client, "decide", comment.pk, value=decision, decision=decision, query=query)


def switch(client, value, **typed):
    """Press a button of the form at the top, which has an address of its own."""
    page = shown(client)
    assert f'name="switch" value="{value}"' in page and f'action="{QUEUE}switch/?' in page
    return press(client, "switch", switch=value, **typed)


# Seeing


def test_the_newest_waiting_comment_stands_open(desk, article):
    make_comment(article, body="Older words.")
    newest = make_comment(article, body="Newest words.", name="Bartek")
    page = shown(desk)
    assert f'id="comment-{newest.pk}"' in page
    assert "1 of 2" in page and article.headline in page and "Live" in page


def test_views_are_counted_and_show_one_status_each(desk, article):
    for status, number in {"pending": 1, "approved": 2, "spam": 3, "trash": 0}.items():
        for _ in range(number):
            make_comment(article, status=status, body=f"Words of {status}.")
    page = shown(desk)
    counts = re.findall(r'<span class="nr-n">(\d+)</span>', tight(page))
    assert counts == ["1", "0", "2", "3", "0"]
    assert "Words of pending." in listed(page) and "Words of spam." not in listed(page)
    spam = listed(shown(desk, "?view=spam"))
    assert "Words of spam." in spam and "Words of pending." not in spam


@pytest.mark.parametrize("query", ["?c=x", "?c=999999", "?c=" + "9" * 40, "?view=nonsense", "?c=-1", "?c=٣"])
def test_strange_addresses_show_the_queue(desk, article, query):
    make_comment(article, body="Some words.")
    assert "Some words." in shown(desk, query)


def test_an_empty_view_says_so(desk):
    assert "Nothing here." in shown(desk, "?view=trash")


def test_the_comment_answered_stands_above(desk, article):
    parent = make_comment(article, name="Anna", body="A question?", status="approved")
    make_comment(article, name="Bartek", body="An answer.", parent=parent)
    page = shown(desk)
    assert "A question?" in page and "answers Anna" in page


def test_one_sees_how_often_the_person_wrote_without_seeing_who(desk, article):
    for number, status in enumerate(["approved", "approved", "spam"]):
        make_comment(article, address="jan@example.org", status=status, body=f"Earlier {status} {number}.")
    make_comment(article, address="jan@example.org")
    page = shown(desk)
    assert "<b>2</b> approved" in page and "<b>1</b> spam" in page and "Earlier spam 2." in page
    assert "jan@" not in page


def test_words_are_shown_as_typed(desk, article):
    make_comment(article, name="<i>Jan</i>", body="<script>alert(1)</script>", website="https://firma.pl/")
    page = desk.get(QUEUE).content.decode()
    assert "<script>alert" not in page and "<i>Jan" not in page
    assert 'href="https://firma.pl/"' not in page


@pytest.mark.parametrize("words", ["GRAZYNA", "grażyna lodz", "łódź"])
def test_search_finds_words_and_names_whatever_their_case_and_accents(desk, article, words):
    make_comment(article, name="Grażyna", body="W Łodzi, czyli Łódź, tak samo: lodz.")
    make_comment(article, name="Bartek", body="Something else.")
    page = shown(desk, f"?q={words}")
    assert "Grażyna" in listed(page) and "Something else." not in listed(page)


def test_a_second_search_asks_for_its_own_words(desk, article):
    make_comment(article)
    page = shown(desk, "?view=spam&q=first&c=1")
    assert page.count('name="q"') == 1
    assert '<input type="hidden" name="view" value="spam">' in page and 'name="c"' not in page


@pytest.mark.parametrize("words", ["jan@example.org", "example.org"])
def test_search_never_finds_by_address(desk, article, words):
    make_comment(article, body="Some words.", address="jan@example.org")
    assert "No comment here has these words." in shown(desk, f"?q={words}")


def test_the_queue_costs_the_same_for_two_comments_or_forty(desk, article, queries_of):
    make_comments(2, article, status="pending")
    shown(desk)
    few = queries_of(desk.get, QUEUE)
    make_comments(38, article, status="pending")
    assert queries_of(desk.get, QUEUE) == few
    assert few <= 26


# Deciding


@pytest.mark.parametrize(
    ("decision", "status"),
    [("approve", "approved"), ("reject.abusive", "trash"), ("spam", "spam"), ("trash", "trash")],
)
def test_a_button_decides_and_the_next_comment_is_there(desk, article, moderator, decision, status):
    following = make_comment(article, body="Following words.")
    comment = make_comment(article, name="Bartek")
    response = decide(desk, comment, decision)
    comment.refresh_from_db()
    assert (comment.status, comment.decided_by) == (status, moderator)
    page = unescape(response.content.decode())
    assert f'id="comment-{following.pk}"' in page
    assert "the comment by “Bartek”" in page and offers(page, "undo", comment.pk, value=status)


def test_undo_is_on_the_page_and_takes_the_decision_back(desk, article):
    comment = make_comment(article)
    decide(desk, comment, "approve")
    press_shown(desk, "undo", comment.pk, status="approved")
    comment.refresh_from_db()
    assert comment.status == "pending"
    assert Thread.objects.get().approved_count == 0
    assert "/undo/" not in shown(desk)


def test_an_approved_comment_may_become_spam_or_wait_again(desk, article):
    comment = make_comment(article, status="approved")
    decide(desk, comment, "spam", "?view=approved")
    comment.refresh_from_db()
    decide(desk, comment, "wait", "?view=spam")
    comment.refresh_from_db()
    assert comment.status == "pending"


def test_decided_meanwhile_by_somebody_else_it_says_who_and_what(desk, article):
    comment = make_comment(article)
    page = shown(desk, f"?c={comment.pk}")
    assert offers(page, "decide", comment.pk, value="spam")
    decisions.approve(comment, by=make_user("Moderators", first_name="Anna", last_name="Nowak"))
    response = press(desk, "decide", comment.pk, query=f"?c={comment.pk}", decision="spam", state="pending")
    comment.refresh_from_db()
    assert comment.status == "approved"
    page = unescape(response.content.decode())
    assert page.count("Decision by Anna Nowak") == 2  # as the answer, and on the card
    assert not offers(page, "decide", comment.pk)


@pytest.mark.parametrize(
    ("address", "posted"),
    [
        ("", {}),
        ("", {"decide": "approve@1:pending"}),
        ("", {"action": "delete_selected", "_selected_action": "1"}),
        ("{}/decide/", {}),
        ("{}/decide/", {"decision": ""}),
        ("{}/decide/", {"decision": "approve"}),  # without what its moderator saw
        ("{}/decide/", {"decision": "approve", "state": "approved"}),
        ("{}/decide/", {"decision": "delete", "state": "pending"}),
        ("{}/decide/", {"decision": "reject.nonsense", "state": "pending"}),
        ("{}/decide/", {"decision": "\0", "state": "\0", "next": "9" * 50}),
        ("x/decide/", {"decision": "approve", "state": "pending"}),  # a comment has no such page: to the queue
        ("999999/decide/", {"decision": "approve", "state": "pending"}),
        ("9" * 50 + "/decide/", {"decision": "approve", "state": "pending"}),
        ("999999/undo/", {"status": "approved"}),
        ("{}/undo/", {}),
        ("999999/edit/", {"words": "Mine."}),
        ("999999/answer/", {"answer": "Mine."}),
        ("999999/close-thread/", {}),
        ("999999/address/", {}),
        ("999999/sender-rule/", {"kind": "hold"}),
        ("{}/sender-rule/", {"kind": "forgive"}),
        ("bulk/decide/", {"decision": "approve"}),
        ("bulk/decide/", {"decision": "delete", "_selected_action": "1:pending"}),
        ("bulk/decide/", {"decision": "approve", "_selected_action": ["x", "999999:pending"]}),
        ("bulk/999999/undo/", {}),
    ],
)
def test_forged_posts_change_nothing_and_crash_nothing(desk, article, address, posted):
    comment = make_comment(article)
    before, events = list(Comment.objects.values()), AuditEvent.objects.count()
    response = desk.post(QUEUE + address.format(comment.pk), posted, follow=True)
    assert response.status_code == 200
    assert list(Comment.objects.values()) == before
    assert AuditEvent.objects.count() == events


def test_get_changes_nothing(desk, article):
    comment = make_comment(article)
    before, events = Comment.objects.values().get(), AuditEvent.objects.count()
    for path in ("decide", "address", "undo", "edit", "answer", "close-thread", "sender-rule", "sender-rule/lift"):
        response = desk.get(f"{QUEUE}{comment.pk}/{path}/?decision=approve&state=pending&view=pending")
        assert response["Location"].startswith(f"{QUEUE}?") and "view=pending" in response["Location"]
    for path in ("bulk/decide/", "bulk/1/undo/", "switch/", "report/1/address/"):
        assert desk.get(QUEUE + path).status_code == 302
    assert Comment.objects.values().get() == before
    assert AuditEvent.objects.count() == events


def test_without_the_csrf_token_nothing_is_decided(article, moderator):
    from django.test import Client

    client, comment = Client(enforce_csrf_checks=True), make_comment(article)
    client.force_login(moderator)
    assert press(client, "decide", comment.pk, decision="approve", state="pending").status_code == 403
    comment.refresh_from_db()
    assert comment.status == "pending"


# Many at once


def test_a_selection_is_one_decision_with_one_event_and_one_way_back(desk, article):
    comments = [make_comment(article) for _ in range(3)]
    selected = [f"{comment.pk}:pending" for comment in comments[:2]]
    response = press_shown(desk, "decide_many", value="approve", decision="approve", _selected_action=selected)
    assert [comment.status for comment in Comment.objects.order_by("pk")] == ["approved", "approved", "pending"]
    assert Thread.objects.get().approved_count == 2
    assert "Decided: 2 comments." in response.content.decode()
    event = AuditEvent.objects.get(kind="comments.approved")
    assert (event.subject_kind, json.loads(event.facts)["count"]) == ("bulk_decision", 2)
    press_shown(desk, "undo_many", event.subject_id)
    assert set(Comment.objects.values_list("status", flat=True)) == {"pending"}
    assert Thread.objects.get().approved_count == 0


def test_one_refusal_in_a_selection_is_told_and_the_rest_goes_through(desk, article):
    taken, free = make_comment(article, name="Taken"), make_comment(article)
    decisions.approve(taken, by=make_user("Moderators", first_name="Anna", last_name="Nowak"))
    selected = [f"{taken.pk}:pending", f"{free.pk}:pending"]
    response = press_shown(desk, "decide_many", value="spam", decision="spam", _selected_action=selected)
    taken.refresh_from_db()
    free.refresh_from_db()
    assert (taken.status, free.status) == ("approved", "spam")
    page = response.content.decode()
    assert "Taken: Decision by Anna Nowak" in page and "Decided: 1 comment." in page


def test_a_selection_is_rejected_with_its_reason(desk, article):
    comment = make_comment(article)
    selected = [f"{comment.pk}:pending"]
    press_shown(desk, "decide_many", value="reject.off-topic", decision="reject.off-topic", _selected_action=selected)
    comment.refresh_from_db()
    assert comment.status == "trash"
    assert '"because":"off-topic"' in AuditEvent.objects.about(comment.batch).get().facts


# The address


def test_the_address_is_shown_on_demand_and_the_look_is_history(desk, article, moderator):
    comment = make_comment(article, address="jan@example.org")
    assert "jan@" not in shown(desk)
    response = press_shown(desk, "address", comment.pk)
    assert "jan@example.org" in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    event = AuditEvent.objects.about(comment).get()
    assert (event.kind, event.actor_id) == ("email.viewed", moderator.pk)
    assert "jan@" not in shown(desk)


def test_without_the_permission_there_is_no_button_and_no_address(client, article):
    client.force_login(make_user("Chief editors"))
    comment = make_comment(article, address="jan@example.org")
    assert not offers(shown(client), "address", comment.pk)
    page = press(client, "address", comment.pk).content.decode()
    assert "jan@" not in page and "Your role does not see addresses." in page
    assert not AuditEvent.objects.about(comment).exists()


def test_without_its_key_the_page_says_so(desk, article, settings):
    comment = make_comment(article, address="jan@example.org")
    settings.DATA_KEYS = ["b3RoZXIta2V5LW90aGVyLWtleS1vdGhlci1rZXktISE="]
    assert "a key that DATA_KEYS no longer holds" in press_shown(desk, "address", comment.pk).content.decode()


# The thread


def test_comments_under_a_story_are_closed_and_opened_from_here(desk, article):
    comment = make_comment(article)
    press_shown(desk, "close", comment.pk)
    assert Thread.objects.get().is_closed
    press_shown(desk, "reopen", comment.pk, query=f"?c={comment.pk}")
    assert not Thread.objects.get().is_closed


# Who may


@pytest.mark.parametrize("role", ["Reporters", "Editors"])
def test_other_roles_do_not_see_the_queue(client, article, role):
    comment = make_comment(article)
    client.force_login(make_user(role))
    assert client.get(QUEUE).status_code == 403
    assert press(client, "decide", comment.pk, decision="approve", state="pending").status_code == 403
    comment.refresh_from_db()
    assert comment.status == "pending"


def test_whoever_may_only_see_has_no_buttons_and_decides_nothing(client, article):
    person, comment = make_user("Reporters"), make_comment(article)
    person.user_permissions.add(Permission.objects.get(codename="view_comment"))
    client.force_login(person)
    page = shown(client)
    assert "/decide/" not in page and "-thread/" not in page and "/undo/" not in page and "/edit/" not in page
    decide = press(client, "decide", comment.pk, decision="approve", state="pending")
    for response in (decide, press(client, "close", comment.pk)):
        assert "Your role does not moderate comments." in response.content.decode()
    comment.refresh_from_db()
    assert comment.status == "pending" and not Thread.objects.get().is_closed


def test_comments_are_neither_added_nor_edited_nor_deleted_here(desk, article):
    comment = make_comment(article)
    assert desk.get(f"{QUEUE}add/").status_code == 403
    assert desk.post(f"{QUEUE}{comment.pk}/delete/", {"post": "yes"}).status_code == 403
    response = desk.post(f"{QUEUE}{comment.pk}/change/", {"status": "approved"})
    assert response["Location"] == f"{reverse('admin:comments_comment_changelist')}?c={comment.pk}"
    assert desk.post(f"{QUEUE}{comment.pk}/history/", {"status": "approved"}).status_code == 404
    comment.refresh_from_db()
    assert comment.status == "pending"


# From a story's form, and for everybody


@pytest.mark.parametrize(
    ("pressed", "column", "value"),
    [("close", "is_closed", True), ("exempt", "stays_open", True)],
)
def test_a_storys_form_closes_its_comments_or_keeps_them_open(client, article, pressed, column, value):
    CommentSettings.objects.create(pk=1, close_after_days=30)
    client.force_login(make_user("Chief editors"))
    form = f"/admin/news/workingcopy/{article.pk}/change/"
    page = client.get(form).content.decode()
    path = f"{QUEUE}story/{article.pk}/{pressed}/"
    (button,) = [button for button in re.findall(r"<button\b[^>]*>", page) if f'formaction="{path}"' in button]
    assert 'form="comments-on-story"' in button
    response = client.post(path)
    assert response["Location"] == form
    assert getattr(Thread.objects.get(), column) is value


@pytest.mark.parametrize("role", ["Reporters", "Editors"])
def test_who_does_not_moderate_sees_no_buttons_there_and_presses_none(client, article, role):
    client.force_login(make_user(role))
    assert (
        'form="comments-on-story"' not in client.get(f"/admin/news/workingcopy/{article.pk}/change/").content.decode()
    )
    page = client.post(f"{QUEUE}story/{article.pk}/close/", follow=True).content.decode()
    assert "Your role does not moderate comments." in page
    assert not Thread.objects.filter(is_closed=True).exists()


def test_stories_are_closed_by_post_only_and_forged_ones_are_refused(desk, article):
    for step in ("close", "reopen", "exempt", "end-exemption"):
        assert desk.get(f"{QUEUE}story/{article.pk}/{step}/").status_code == 405
        assert desk.post(f"{QUEUE}story/999999/{step}/").status_code == 302
    assert desk.post(f"{QUEUE}story/{article.pk}/explode/", follow=True).status_code in (200, 404)
    assert not Thread.objects.filter(is_closed=True).exists()


def test_the_switch_is_at_the_top_for_those_who_may_and_asks_first(desk, client, article):
    page = switch(desk, "stop", banner="Back at noon.").content.decode()
    assert "No story takes comments at the moment." in page and "Back at noon." in page
    assert not CommentSettings.current().is_open
    page = switch(desk, "resume", banner="").content.decode()
    assert CommentSettings.current().is_open and "No story takes comments" not in page and "Back at noon." not in page


def test_taking_comments_again_can_take_the_notice_away_with_it(desk, article):
    switch(desk, "stop", banner="Back at noon.")
    switch(desk, "resume_bare", banner="Back at noon.")
    assert (CommentSettings.current().is_open, CommentSettings.current().banner) == (True, "")


@pytest.mark.parametrize("posted", [{"switch": "explode"}, {"switch": "stop", "banner": "x" * 301}])
def test_a_notice_too_long_or_a_forged_switch_changes_nothing_and_stays_typed(desk, posted):
    response = press(desk, "switch", **posted)
    assert response.status_code == 422
    assert posted.get("banner", "") in response.content.decode()
    assert CommentSettings.current().is_open


def test_whoever_may_not_change_the_rules_has_no_switch(client, article):
    person = make_user("Reporters")
    person.user_permissions.add(*Permission.objects.filter(codename__in=["view_comment", "moderate_comment"]))
    client.force_login(person)
    assert 'name="switch"' not in shown(client)
    page = press(client, "switch", switch="stop").content.decode()
    assert "does not change the rules" in page and CommentSettings.current().is_open
