"""The page of the rules, as moderators meet it."""

import re

import pytest
from django.urls import reverse
from django.utils import translation

from comments.admin.settings_form import EFFECTS, CommentSettingsForm
from comments.models import Comment, CommentSettings
from comments.moderation.comment_settings import edition
from comments.tests.factories import make_comment, make_rules
from news.tests.factories import make_user
from portal.models import AuditEvent

pytestmark = pytest.mark.django_db
PAGE = "admin:comments_commentsettings_changelist"


@pytest.fixture
def moderator(client):
    user = make_user("Moderators")
    client.force_login(user)
    return user


def posted(**changed):
    """What the page sends when nothing was touched; `changed` says otherwise, None for an unticked box."""
    rules = CommentSettings.current()
    sent = {
        name: "on" if getattr(rules, name) is True else getattr(rules, name) for name in CommentSettingsForm.base_fields
    }
    sent = {name: value for name, value in (sent | changed).items() if value is not None and value is not False}
    return {"began_from": edition(rules), **sent}


def send(client, **changed):
    return client.post(reverse(PAGE), posted(**changed))


def test_every_rule_is_there_with_its_effect(client, moderator):
    with translation.override("en"):
        text = client.get(reverse(PAGE)).content.decode()
        for name in EFFECTS:
            assert f'name="{name}"' in text and f'id="id_{name}_helptext"' in text
            assert f'aria-describedby="id_{name}_helptext"' in text
    assert (
        set(EFFECTS)
        == set(CommentSettingsForm.base_fields)
        == {field.name for field in CommentSettings._meta.fields} - {"id"}
    )
    assert all(str(effect) for effect in EFFECTS.values())


def test_saved_rules_hold_and_say_so(client, moderator):
    response = send(client, hold_all=None, close_after_days=30, hold_wordlist="casino\r\npoker*", banner="Be kind.")
    assert response.status_code == 302
    rules = CommentSettings.objects.get()
    assert (rules.hold_all, rules.close_after_days, rules.banner) == (False, 30, "Be kind.")
    assert rules.hold_wordlist == "casino\npoker*"
    assert AuditEvent.objects.get(kind="comment_settings.changed").actor_id == moderator.pk
    assert make_comment(body="A casino.").reasons[0]["words"] == ["casino"]


@pytest.mark.parametrize(
    "changed",
    [
        {"page_size": 0},
        {"page_size": "many"},
        {"close_after_days": -1},
        {"max_per_hour_per_network": 10**9},
        {"min_seconds": 121},
        {"banner": "x" * 301},
        {"hold_wordlist": "po*er"},
        {"spam_wordlist": "***"},
        {"hold_wordlist": "a\x00b"},
        {"spam_retention_days": ""},
    ],
)
def test_what_cannot_work_is_said_at_its_field_and_nothing_is_saved_or_lost(client, moderator, changed):
    response = send(client, **{"banner": "My notice"} | changed)
    assert response.status_code == 200
    assert not CommentSettings.objects.exists()
    (name,) = changed
    assert response.context["form"].errors.keys() == {name}
    assert changed.get("banner", "My notice") in response.content.decode()


def test_somebody_elses_change_is_not_overwritten(client, moderator):
    stale = posted(banner="Mine")
    make_rules(banner="Theirs", max_links=5)
    response = client.post(reverse(PAGE), stale)
    assert response.status_code == 200 and response.context["refusal"]
    assert "Mine" in response.content.decode()
    assert CommentSettings.current().banner == "Theirs"
    again = stale | {"began_from": response.context["began_from"]}
    assert client.post(reverse(PAGE), again).status_code == 302
    assert CommentSettings.current().banner == "Mine"


def test_trying_counts_and_shows_and_changes_nothing(client, moderator):
    make_comment(body="The best C\u0410S1NO in town")
    make_comment(name="Casino King", status="approved")
    make_comment(body="A pill for everything and a casino")
    make_comment(body="Nothing")
    with translation.override("en"):
        response = send(client, **{"hold_wordlist": "casino", "spam_wordlist": "pill*", "try": "1"})
        text = response.content.decode()
    trial = response.context["trial"]
    assert (trial.comment_count, trial.held, trial.refused) == (4, 2, 1)
    assert [(comment.name, words, spam) for comment, words, spam in trial.caught][1] == ("Casino King", "casino", False)
    assert "pill*" in text and text.count("nr-trial-words") == 3
    assert (
        not CommentSettings.objects.exists() and not AuditEvent.objects.filter(kind="comment_settings.changed").exists()
    )
    assert Comment.objects.filter(status="pending").count() == 3


def test_trying_costs_the_same_for_one_comment_or_twenty(client, moderator, queries_of):
    def trying():
        send(client, **{"hold_wordlist": "casino", "try": "1"})

    make_comment(body="casino")
    trying()
    one = queries_of(trying)
    for _ in range(20):
        make_comment(body="casino")
    assert queries_of(trying) == one


def test_an_untried_list_with_a_mistake_is_not_tried(client, moderator):
    response = send(client, **{"hold_wordlist": "*", "try": "1"})
    assert "trial" not in response.context and response.context["form"].errors


@pytest.mark.parametrize("role", ["Reporters", "Editors"])
def test_other_roles_have_no_such_page(client, role):
    client.force_login(make_user(role))
    assert client.get(reverse(PAGE)).status_code == 403
    assert send(client, is_open=None).status_code == 403
    assert CommentSettings.current().is_open


def test_there_is_no_second_row_and_no_way_to_delete_it(client, moderator):
    make_rules(banner="x")
    assert client.get(reverse("admin:comments_commentsettings_add")).status_code == 403
    assert client.get(reverse("admin:comments_commentsettings_change", args=[1]))["Location"] == reverse(PAGE)
    assert client.get(reverse("admin:comments_commentsettings_history", args=[1])).status_code == 404
    assert client.post(reverse("admin:comments_commentsettings_delete", args=[1]), {"post": "yes"}).status_code == 403
    assert CommentSettings.objects.count() == 1


def test_the_page_is_among_the_places_of_the_newsroom(client, moderator):
    text = client.get(reverse("admin:everything")).content.decode()
    assert re.search(f'href="{reverse(PAGE)}"', text)
