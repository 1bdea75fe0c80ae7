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
from news.tests.factories import make_user
from portal.models import AuditEvent

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

QUEUE = "/admin/comments/comment/"


def shown(client, query=""):
    response = client.get(QUEUE + query)
    assert response.status_code == 200
    return unescape(response.content.decode())


def listed(page):
    """The list alone: beside the comment in question stands also what was said around it."""
    return page.partition('<ul class="nr-q"')[2].partition('<div class="nr-qdetail">')[0]


def press(client, name, value, query="", **others):
    """Press a button that is on the page, or the test is about nothing a person could do."""
    page = shown(client, query)
    assert f'name="{name}" value="{value}"' in page
    upcoming = re.search(r'name="next" value="(\d*)"', page)
    return client.post(QUEUE + query, {name: value, "next": upcoming[1] if upcoming else "", **others}, follow=True)


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
    counts = re.findall(r'<span class="nr-n">(\d+)</span>', page)
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
    response = press(desk, "decide", f"{decision}@{comment.pk}:{comment.state_token}")
    comment.refresh_from_db()
    assert (comment.status, comment.decided_by) == (status, moderator)
    page = unescape(response.content.decode())
    assert f'id="comment-{following.pk}"' in page
    assert "the comment by “Bartek”" in page and f'name="undo" value="{comment.pk}:{status}"' in page


def test_undo_is_on_the_page_and_takes_the_decision_back(desk, article):
    comment = make_comment(article)
    press(desk, "decide", f"approve@{comment.pk}:{comment.state_token}")
    press(desk, "undo", f"{comment.pk}:approved")
    comment.refresh_from_db()
    assert comment.status == "pending"
    assert Thread.objects.get().approved_count == 0
    assert 'name="undo"' not in shown(desk)


def test_an_approved_comment_may_become_spam_or_wait_again(desk, article):
    comment = make_comment(article, status="approved")
    press(desk, "decide", f"spam@{comment.pk}:{comment.state_token}", "?view=approved")
    comment.refresh_from_db()
    press(desk, "decide", f"wait@{comment.pk}:{comment.state_token}", "?view=spam")
    comment.refresh_from_db()
    assert comment.status == "pending"


def test_decided_meanwhile_by_somebody_else_it_says_who_and_what(desk, article):
    comment = make_comment(article)
    page = shown(desk, f"?c={comment.pk}")
    assert f"spam@{comment.pk}:pending" in page
    decisions.approve(comment, by=make_user("Moderators", first_name="Anna", last_name="Nowak"))
    response = desk.post(f"{QUEUE}?c={comment.pk}", {"decide": f"spam@{comment.pk}:pending"}, follow=True)
    comment.refresh_from_db()
    assert comment.status == "approved"
    page = unescape(response.content.decode())
    assert page.count("Decision by Anna Nowak") == 2  # as the answer, and on the card
    assert 'name="decide"' not in page


@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"decide": ""},
        {"decide": "approve"},
        {"decide": "approve@x:pending"},
        {"decide": "approve@999999:pending"},
        {"decide": "delete@1:pending"},
        {"decide": "approve@" + "9" * 50},
        {"decide": "reject.nonsense@1:pending"},
        {"undo": "x"},
        {"close": "x"},
        {"look": "x"},
        {"bulk": "approve"},
        {"bulk": "delete", "_selected_action": "1:pending"},
        {"bulk": "approve", "_selected_action": ["x", "999999:pending"]},
        {"action": "delete_selected", "_selected_action": "1"},
    ],
)
def test_forged_posts_change_nothing_and_crash_nothing(desk, article, posted):
    make_comment(article)
    before, events = list(Comment.objects.values()), AuditEvent.objects.count()
    assert desk.post(QUEUE, posted, follow=True).status_code == 200
    assert list(Comment.objects.values()) == before
    assert AuditEvent.objects.count() == events


def test_get_changes_nothing(desk, article):
    comment = make_comment(article)
    before, events = Comment.objects.values().get(), AuditEvent.objects.count()
    for query in (f"?decide=approve@{comment.pk}:pending", f"?look={comment.pk}", f"?undo={comment.pk}", "?close=1"):
        desk.get(QUEUE + query, follow=True)
    assert Comment.objects.values().get() == before
    assert AuditEvent.objects.count() == events


def test_without_the_csrf_token_nothing_is_decided(article, moderator):
    from django.test import Client

    client, comment = Client(enforce_csrf_checks=True), make_comment(article)
    client.force_login(moderator)
    assert client.post(QUEUE, {"decide": f"approve@{comment.pk}:pending"}).status_code == 403
    comment.refresh_from_db()
    assert comment.status == "pending"


# Many at once


def test_a_selection_is_one_decision_with_one_event_and_one_way_back(desk, article):
    comments = [make_comment(article) for _ in range(3)]
    selected = [f"{comment.pk}:pending" for comment in comments[:2]]
    response = press(desk, "bulk", "approve", _selected_action=selected)
    assert [comment.status for comment in Comment.objects.order_by("pk")] == ["approved", "approved", "pending"]
    assert Thread.objects.get().approved_count == 2
    assert "Decided: 2 comments." in response.content.decode()
    event = AuditEvent.objects.get(kind="approve")
    assert (event.subject_kind, json.loads(event.facts)["count"]) == ("bulkdecision", 2)
    press(desk, "undo_all", event.subject_id)
    assert set(Comment.objects.values_list("status", flat=True)) == {"pending"}
    assert Thread.objects.get().approved_count == 0


def test_one_refusal_in_a_selection_is_told_and_the_rest_goes_through(desk, article):
    taken, free = make_comment(article, name="Taken"), make_comment(article)
    decisions.approve(taken, by=make_user("Moderators", first_name="Anna", last_name="Nowak"))
    response = press(desk, "bulk", "spam", _selected_action=[f"{taken.pk}:pending", f"{free.pk}:pending"])
    taken.refresh_from_db()
    free.refresh_from_db()
    assert (taken.status, free.status) == ("approved", "spam")
    page = response.content.decode()
    assert "Taken: Decision by Anna Nowak" in page and "Decided: 1 comment." in page


def test_a_selection_is_rejected_with_its_reason(desk, article):
    comment = make_comment(article)
    press(desk, "bulk", "reject.off-topic", _selected_action=[f"{comment.pk}:pending"])
    comment.refresh_from_db()
    assert comment.status == "trash"
    assert '"because":"off-topic"' in AuditEvent.objects.about(comment.batch).get().facts


# The address


def test_the_address_is_shown_on_demand_and_the_look_is_history(desk, article, moderator):
    comment = make_comment(article, address="jan@example.org")
    assert "jan@" not in shown(desk)
    response = press(desk, "look", comment.pk)
    assert "jan@example.org" in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    event = AuditEvent.objects.about(comment).get()
    assert (event.kind, event.actor_id) == ("look", moderator.pk)
    assert "jan@" not in shown(desk)


def test_without_the_permission_there_is_no_button_and_no_address(client, article):
    client.force_login(make_user("Chief editors"))
    comment = make_comment(article, address="jan@example.org")
    assert 'name="look"' not in shown(client)
    page = client.post(QUEUE, {"look": comment.pk}).content.decode()
    assert "jan@" not in page and "Your role does not see addresses." in page
    assert not AuditEvent.objects.about(comment).exists()


def test_without_its_key_the_page_says_so(desk, article, settings):
    comment = make_comment(article, address="jan@example.org")
    settings.DATA_KEYS = ["b3RoZXIta2V5LW90aGVyLWtleS1vdGhlci1rZXktISE="]
    assert "a key that DATA_KEYS no longer holds" in press(desk, "look", comment.pk).content.decode()


# The thread


def test_comments_under_a_story_are_closed_and_opened_from_here(desk, article):
    comment = make_comment(article)
    press(desk, "close", comment.pk)
    assert Thread.objects.get().is_closed
    press(desk, "reopen", comment.pk, f"?c={comment.pk}")
    assert not Thread.objects.get().is_closed


# Who may


@pytest.mark.parametrize("role", ["Reporters", "Editors"])
def test_other_roles_do_not_see_the_queue(client, article, role):
    comment = make_comment(article)
    client.force_login(make_user(role))
    assert client.get(QUEUE).status_code == 403
    assert client.post(QUEUE, {"decide": f"approve@{comment.pk}:pending"}).status_code == 403
    comment.refresh_from_db()
    assert comment.status == "pending"


def test_whoever_may_only_see_has_no_buttons_and_decides_nothing(client, article):
    person, comment = make_user("Reporters"), make_comment(article)
    person.user_permissions.add(Permission.objects.get(codename="view_comment"))
    client.force_login(person)
    page = shown(client)
    assert 'name="decide"' not in page and 'name="bulk"' not in page and 'name="close"' not in page
    for posted in ({"decide": f"approve@{comment.pk}:pending"}, {"close": comment.pk}):
        assert "Your role does not moderate comments." in client.post(QUEUE, posted, follow=True).content.decode()
    comment.refresh_from_db()
    assert comment.status == "pending" and not Thread.objects.get().is_closed


def test_comments_are_neither_added_nor_edited_nor_deleted_here(desk, article):
    comment = make_comment(article)
    assert desk.get(f"{QUEUE}add/").status_code == 403
    assert desk.post(f"{QUEUE}{comment.pk}/delete/", {"post": "yes"}).status_code == 403
    for path in (f"{QUEUE}{comment.pk}/change/", f"{QUEUE}{comment.pk}/history/"):
        response = desk.post(path, {"status": "approved"})
        assert response["Location"] == f"{reverse('admin:comments_comment_changelist')}?c={comment.pk}"
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
    assert f'form="comments-on-story" name="comments" value="{pressed}"' in page
    assert f'action="{QUEUE}story/{article.pk}/"' in page
    response = client.post(f"{QUEUE}story/{article.pk}/", {"comments": pressed})
    assert response["Location"] == form
    assert getattr(Thread.objects.get(), column) is value


@pytest.mark.parametrize("role", ["Reporters", "Editors"])
def test_who_does_not_moderate_sees_no_buttons_there_and_presses_none(client, article, role):
    client.force_login(make_user(role))
    assert (
        'form="comments-on-story"' not in client.get(f"/admin/news/workingcopy/{article.pk}/change/").content.decode()
    )
    page = client.post(f"{QUEUE}story/{article.pk}/", {"comments": "close"}, follow=True).content.decode()
    assert "Your role does not moderate comments." in page
    assert not Thread.objects.filter(is_closed=True).exists()


def test_stories_are_closed_by_post_only_and_forged_ones_are_refused(desk, article):
    assert desk.get(f"{QUEUE}story/{article.pk}/").status_code == 405
    for number, step in ((article.pk, "explode"), (999999, "close"), (article.pk, "")):
        assert desk.post(f"{QUEUE}story/{number}/", {"comments": step}).status_code == 302
    assert not Thread.objects.filter(is_closed=True).exists()


def test_the_switch_is_at_the_top_for_those_who_may_and_asks_first(desk, client, article):
    page = press(desk, "switch", "stop", banner="Back at noon.").content.decode()
    assert "No story takes comments at the moment." in page and "Back at noon." in page
    assert not CommentSettings.current().is_open
    page = press(desk, "switch", "resume", banner="").content.decode()
    assert CommentSettings.current().is_open and "No story takes comments" not in page and "Back at noon." not in page


def test_taking_comments_again_can_take_the_notice_away_with_it(desk, article):
    press(desk, "switch", "stop", banner="Back at noon.")
    press(desk, "switch", "resume_bare", banner="Back at noon.")
    assert (CommentSettings.current().is_open, CommentSettings.current().banner) == (True, "")


@pytest.mark.parametrize("posted", [{"switch": "explode"}, {"switch": "stop", "banner": "x" * 301}])
def test_a_notice_too_long_or_a_forged_switch_changes_nothing_and_stays_typed(desk, posted):
    response = desk.post(QUEUE, posted)
    assert response.status_code == 422
    assert posted.get("banner", "") in response.content.decode()
    assert CommentSettings.current().is_open


def test_whoever_may_not_change_the_rules_has_no_switch(client, article):
    person = make_user("Reporters")
    person.user_permissions.add(*Permission.objects.filter(codename__in=["view_comment", "moderate_comment"]))
    client.force_login(person)
    assert 'name="switch"' not in shown(client)
    page = client.post(QUEUE, {"switch": "stop"}, follow=True).content.decode()
    assert "does not change the rules" in page and CommentSettings.current().is_open
