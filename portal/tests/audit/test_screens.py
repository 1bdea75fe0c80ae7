"""Whatever is changed on a screen of the newsroom is one audit event, and nothing in Django's own log.

A screen that joins needs a line in SCREENS: what is done there, and the kind of event it leaves.
"""

import json

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group

from portal.audit import kinds, log
from portal.audit.model_admin import AuditedAdmin
from portal.models import AuditEvent
from portal.tests.newsroom import PASSWORD, changed, rows
from portal.tests.security.action_paths import NEW_PASSWORD, WAYS

SCREENS = {
    "news.WorkingCopy": {"begin a story": "article.saved", "save a story": "article.saved"},
    "news.Section": {"add a section": "section.added", "rename a section": "section.renamed"},
    "news.Author": {"add an author": "author.added", "rename an author": "author.renamed"},
    "news.Tag": {"add a tag": "tag.added", "rename a tag": "tag.renamed"},
    "comments.Comment": {"approve a comment": "comment.approved", "look at an address": "email.viewed"},
    "comments.CommentSettings": {"change the rules for comments": "comment_settings.changed"},
    "portal.Job": {"try a job again": "job.retried", "set a job aside": "job.set_aside"},
    "portal.User": {
        "add a person": "user.created",
        "change a person": "user.changed",
        "set another's password": "user.password_changed",
    },
    "auth.Group": {
        "add a role": "role.created",
        "change a role": "role.changed",
        "delete a role": "role.deleted",
        "delete several roles": "role.deleted",
    },
    "one's own account": {
        "choose one's language": "user.changed",
        "choose one's own password": "user.password_changed",
    },
}
ACTIONS = {action: kind for screen in SCREENS.values() for action, kind in screen.items()}


def test_every_screen_stands_in_the_table():
    assert {model._meta.label for model in admin.site._registry} == set(SCREENS) - {"one's own account"}


def test_no_screen_writes_django_s_own_log():
    for model_admin in admin.site._registry.values():
        assert isinstance(model_admin, AuditedAdmin)
        assert model_admin.history_view.__func__ is AuditedAdmin.history_view


def send(newsroom, action, **other):
    """Fill in a form as the admin does, with some fields otherwise (lists of values), and return the answer."""
    way, browser = WAYS[action], newsroom.browser_of("admin")
    _page, sent = way.filled_in(newsroom, "admin", browser)
    for name, values in other.items():
        sent.setlist(name, values)
    return way.send(newsroom, "admin", browser, sent)


def done(newsroom, action):
    """Do it as the admin does, and return the events that came of it, without those on stories that show a name."""
    before = AuditEvent.objects.count()
    response = send(newsroom, action)
    assert WAYS[action].came_of_it(newsroom, "admin", response), action
    events = AuditEvent.objects.filter(number__gt=before).exclude(kind="article.name_changed")
    return list(events.order_by("number"))


@pytest.mark.parametrize("action", ACTIONS)
def test_what_is_done_on_a_screen_is_exactly_one_event_by_whoever_did_it(newsroom, action):
    events = done(newsroom, action)
    assert [(event.kind, event.actor_id) for event in events] == [(ACTIONS[action], newsroom["admin"].pk)]
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize(
    ("action", "secret"), [("set another's password", NEW_PASSWORD), ("choose one's own password", NEW_PASSWORD)]
)
def test_no_event_holds_a_password_or_its_hash(newsroom, action, secret):
    (event,) = done(newsroom, action)
    newsroom["writer"].refresh_from_db()
    newsroom["admin"].refresh_from_db()
    for word in (secret, PASSWORD, newsroom["writer"].password, newsroom["admin"].password):
        assert word not in event.facts + event.reason
    assert set(json.loads(event.facts)) == {"username"}


@pytest.mark.parametrize("path", ["news/workingcopy/{draft.pk}", "portal/user/{writer.pk}", "auth/group/{group.pk}"])
def test_django_s_pages_of_history_are_gone_and_nothing_links_to_them(newsroom, path):
    browser, page = newsroom.browser_of("admin"), newsroom.fill_in(f"/admin/{path}/")
    assert browser.get(f"{page}history/").status_code == 404
    assert browser.get("/admin/portal/user/999999/history/").status_code == 404
    for address in (f"{page}change/", "/admin/"):
        assert "/history/" not in browser.get(address).content.decode()


def test_a_form_that_is_refused_leaves_no_event(newsroom):
    before = rows()
    assert send(newsroom, "change a person", username=[""]).status_code == 200
    assert send(newsroom, "set another's password", password2=["another"]).status_code == 200
    assert send(newsroom, "choose one's own password", old_password=["another"]).status_code == 200
    assert send(newsroom, "change a role", name=[""]).status_code == 200
    assert changed(before) == set()


def test_a_form_saved_as_it_stands_leaves_no_event(newsroom):
    before = AuditEvent.objects.count()
    send(newsroom, "change a person", first_name=[newsroom["writer"].first_name])
    for action, subject in (
        ("change a role", "group"),
        ("rename a section", "trade"),
        ("rename an author", "author"),
        ("rename a tag", "tag"),
    ):
        assert send(newsroom, action, name=[newsroom[subject].name]).status_code == 302
    assert AuditEvent.objects.count() == before


def test_roles_and_account_are_two_events_that_say_from_what_to_what(newsroom):
    send(newsroom, "change a person", groups=[Group.objects.get(name="Editors").pk])
    account, roles = AuditEvent.objects.about(newsroom["writer"]).order_by("number")
    changes = json.loads(account.facts)["changes"]
    assert (account.kind, changes["first_name"][1]) == ("user.changed", "Olga")
    assert (roles.kind, json.loads(roles.facts)["changes"]["groups"]) == (
        "user.roles_changed",
        [["Reporters"], ["Editors"]],
    )
    page = newsroom.browser_of("admin").get(newsroom.fill_in("/admin/portal/user/{writer.pk}/change/")).content.decode()
    assert "Admin Tested changed what this person may do (" in page and "+ Editors, − Reporters" in page


def test_events_of_columns_and_kinds_there_are_no_more_are_still_lines(newsroom, monkeypatch):
    writer, kind = newsroom["writer"], "user.knighted"
    with monkeypatch.context() as once:
        once.setitem(kinds._kinds, kind, kinds.Kind(kind, frozenset({"user"}), ""))
        log.record(kind, writer, by=newsroom["admin"])
    log.record("user.changed", writer, by=None, username="writer", changes={"title": ["", "<i>Sir</i>"]})
    page = newsroom.browser_of("admin").get(newsroom.fill_in("/admin/portal/user/{writer.pk}/change/")).content.decode()
    assert "Admin Tested: user.knighted" in page
    assert "Somebody changed this account (title: – → &lt;i&gt;Sir&lt;/i&gt;)" in page


def test_a_password_taken_away_is_an_event_of_its_own(newsroom):
    writer = newsroom["writer"]
    writer.set_password(PASSWORD)
    writer.save()
    send(newsroom, "set another's password", **{"usable_password": ["false"], "unset-password": ["1"]})
    writer.refresh_from_db()
    assert not writer.has_usable_password()
    assert AuditEvent.objects.about(writer).get().kind == "user.password_disabled"


def test_a_deleted_role_says_who_had_it_and_what_it_allowed(newsroom):
    newsroom["writer"].groups.add(newsroom["group"])
    (event,) = done(newsroom, "delete a role")
    assert json.loads(event.facts) == {"name": "Proofreaders", "people": ["writer"], "permissions": []}


def test_a_job_that_is_not_dead_any_more_leaves_no_event(newsroom):
    job = newsroom["job"]
    type(job).objects.filter(pk=job.pk).update(state="done")
    send(newsroom, "try a job again")
    assert not AuditEvent.objects.about(job).exists()
