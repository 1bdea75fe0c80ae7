"""The checklist beside the form follows what is typed, and keeps nothing of it."""

from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from news.body import paragraphs, token
from news.editorial import workflow
from news.models import WorkingCopy
from news.tests.factories import (
    make_approved_copy,
    make_author,
    make_copy,
    make_live_article,
    make_section,
    make_tag,
    make_user,
    saved_again,
)
from news.tests.page_forms import fields_of, said, send

pytestmark = [pytest.mark.django_db, pytest.mark.wide]
ADD = reverse("admin:news_workingcopy_add")
ADD_CHECKS = reverse("admin:news_workingcopy_add_checks")


def at(copy, page="change"):
    return reverse(f"admin:news_workingcopy_{page}", args=[copy.pk])


@pytest.fixture
def reporter(client):
    user = make_user("Reporters")
    client.force_login(user)
    return user


def typed(client, copy=None, **changed):
    """What the list says of the form with these fields changed, by the field that mends it."""
    sent = fields_of(client.get(at(copy) if copy else ADD))
    for name, value in changed.items():
        sent.setlist(name, value if isinstance(value, list) else [value])
    address = at(copy, "checks") if copy else ADD_CHECKS
    return client.post(address, sent.urlencode(), content_type="application/x-www-form-urlencoded")


def fields(answer):
    return [place.removeprefix("id_") for _point, place in answer.context["points"]]


def everything():
    """Every row of every table, as values."""
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.label != "sessions.Session"]
    return {model: list(model._base_manager.order_by("pk").values()) for model in models}


def test_the_list_follows_what_is_typed(client, reporter):
    copy = make_copy(headline="", body="", section=None)
    assert {"headline", "body", "section"} <= set(fields(typed(client, copy)))
    answer = typed(
        client,
        copy,
        headline="Seals on barges",
        body="<p>Ian Saunders spoke. What Sanders meant is open.</p>",
        section=str(make_section().pk),
        standfirst="Why",
        source="WCO",
        tags=[str(make_tag().pk)],
    )
    assert fields(answer) == ["body"] and "Sanders" in answer.content.decode()
    assert answer.context["words"] == 8


def test_looking_writes_nothing_anywhere(client, reporter):
    target = make_live_article()
    copy, uuid = make_copy(tags=[make_tag()], authors=[make_author()]), uuid4()
    sent = fields_of(client.get(at(copy)))
    for name, value in {
        "headline": "Another",
        "body": f"<p>Another text</p>{token(uuid)}",
        "tags-add": "a tag nobody knows yet",
        "related-row": str(uuid),
        f"related-{uuid}-target": str(target.pk),
        f"related-{uuid}-placement": "inline",
        "planned_date": "2099-01-01",
        "planned_time": "10:00",
        "_step": f"submit:{copy.pk}:{copy.latest_revision_id}",
    }.items():
        sent[name] = value
    before = everything()
    for address in (at(copy, "checks"), ADD_CHECKS):
        with CaptureQueriesContext(connection) as queries:
            answer = client.post(address, sent.urlencode(), content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 200
        asked = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
        assert asked and all(sql.startswith("SELECT") or "django_session" in sql for sql in asked)  # who is at work
    assert everything() == before


def test_typed_links_are_looked_at_like_stored_ones(client, reporter):
    live, draft = make_live_article(headline="On the site"), make_copy(headline="Half-written")
    copy = make_copy(standfirst="S", source="S", tags=[make_tag()])
    rows = [str(uuid4()) for _ in range(4)]
    links = {"related-row": rows} | {f"related-{row}-placement": "end" for row in rows}
    links |= {f"related-{rows[0]}-target": str(live.pk), f"related-{rows[1]}-target": str(draft.pk)}
    links |= {f"related-{rows[2]}-label": "Not here yet", f"related-{rows[3]}-label": "on the  SITE"}
    sentences = [point.sentence for point, _place in typed(client, copy, **links).context["points"]]
    assert len(sentences) == 2
    assert "Half-written" in sentences[0] and "Not here yet" in sentences[1]
    body = f"{copy.body}{token(uuid4())}"
    assert fields(typed(client, copy, body=body)) == ["body"]


def test_what_is_typed_and_saved_gives_the_same_list(client, reporter):
    copy, uuid = make_copy(standfirst="As it was"), str(uuid4())
    changed = {
        "headline": "",
        "standfirst": "",
        "body": "<p>With Ian Saunders.</p><div>As Sanders said.<br><br>Then.</div>",
        "related-row": [uuid],
        f"related-{uuid}-label": "Not here yet",
    }
    live = typed(client, copy, **changed)
    send(client, at(copy), **changed)
    stored = client.get(at(copy))
    assert fields(live) == fields(stored) and len(fields(live)) >= 6
    assert [p.sentence for p, _ in live.context["points"]] == [p.sentence for p, _ in stored.context["points"]]


def test_the_form_of_a_new_story_has_a_list_as_soon_as_something_is_typed(client, reporter):
    panel = client.get(ADD).content.decode().split('class="nr-panel nr-check"')[1].split(">")[0]
    assert f'data-checks="{ADD_CHECKS}"' in panel and panel.split()[-1] == "hidden"
    assert "headline" not in fields(typed(client, headline="Seals"))
    assert "headline" in fields(typed(client, body="<p>Seals</p>"))


def test_what_does_not_validate_yet_counts_as_it_was_typed(client, reporter):
    copy = make_copy(tags=[make_tag()], standfirst="S", source="S")
    assert fields(typed(client, copy, headline="x" * 10_000)) == ["headline"]
    assert fields(typed(client, copy, **{"tags-add": "nobody knows it", "bylines-add": "nobody"})) == []
    assert fields(typed(client, copy, slug="no address!", planned_time="25:61")) == []
    assert fields(typed(client, copy, section="999999", language="xx")) == ["section"]
    uuid = str(uuid4())
    links = {"related-row": [uuid], f"related-{uuid}-url": "no address", f"related-{uuid}-placement": "end"}
    assert fields(typed(client, copy, **links)) == []


@pytest.mark.parametrize("target", ["own", "999999", "x", "-3", "²", "1" * 40])
def test_forged_numbers_are_survived(client, reporter, target):
    copy, uuid = make_copy(), str(uuid4())
    number = str(copy.pk) if target == "own" else target
    forged = {"related-row": [uuid, "no uuid"], f"related-{uuid}-target": number, "tags": [number], "bylines": [number]}
    answer = typed(client, copy, version=number, began=number, **forged)
    assert answer.status_code == 200


def test_a_list_is_given_although_somebody_else_saved_meanwhile(client, reporter):
    copy = make_copy()
    sent = fields_of(client.get(at(copy)))
    saved_again(copy, make_user("Editors"), headline="Theirs", section=None)
    answer = client.post(at(copy, "checks"), sent)
    assert answer.status_code == 200 and "section" not in fields(answer)


def test_only_who_may_write_is_answered(client):
    copy = make_copy()
    addresses = [at(copy, "checks"), ADD_CHECKS]
    for address in addresses:
        assert client.post(address).status_code == 302  # to the login
    client.force_login(make_user("Moderators"))
    assert [client.post(address).status_code for address in addresses] == [403, 403]
    looker = make_user("Moderators")
    looker.user_permissions.set(Permission.objects.filter(codename="view_workingcopy"))
    client.force_login(looker)
    assert [client.post(address).status_code for address in addresses] == [403, 403]
    assert "data-checks" not in client.get(at(copy)).content.decode()


def test_what_is_not_there_is_not_found_and_get_is_not_answered(client, reporter):
    for pk in ("999999", "9" * 40):
        assert client.post(f"/admin/news/workingcopy/{pk}/checks/").status_code == 404
    assert client.get(at(make_copy(), "checks")).status_code == client.get(ADD_CHECKS).status_code == 405


def test_a_form_without_its_token_is_refused(reporter):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(reporter)
    assert strict.post(ADD_CHECKS, {"headline": "x"}).status_code == 403


@pytest.mark.parametrize("field", ["headline", "body", "tags-add", "planned_date", "version", "language", "section"])
def test_a_nul_is_a_bad_request(client, reporter, field):
    assert typed(client, make_copy(), **{field: "a\0b"}).status_code == 400


def test_five_megabytes_are_refused_and_not_read(client, reporter):
    copy = make_copy()
    assert typed(client, copy, body="<p>" + "word " * 1_000_000).status_code in {400, 413}
    multipart = {**fields_of(client.get(at(copy))).dict(), "body": "<p>" + "word " * 1_000_000}
    assert client.post(at(copy, "checks"), multipart).status_code in {400, 413}


@pytest.mark.parametrize("body", ["<p" * 5000, "<script>alert(1)</script>", "&#xd800;\ufffe", "<p>" * 5000])
def test_odd_texts_are_answered(client, reporter, body):
    answer = typed(client, make_copy(), body=body, standfirst="<b>'\"&amp;")
    assert answer.status_code == 200 and "<script>" not in answer.content.decode()


def test_a_list_comes_in_polish_too(client):
    client.force_login(make_user("Reporters", admin_language="pl"))
    answer = typed(client, make_copy(headline=""))
    assert answer.headers["Content-Language"] == "pl" and "Przed publikacją" in answer.content.decode()


# ---- the same list elsewhere


def test_a_bulk_refusal_says_all_that_is_missing(client):
    copy = make_approved_copy(headline="Half")
    WorkingCopy.objects.filter(pk=copy.pk).update(section=None, language="")
    client.force_login(make_user("Chief editors"))
    changelist = reverse("admin:news_workingcopy_changelist")
    chosen = {"action": "publish_selected", "index": "0", "select_across": "0", "_selected_action": [str(copy.pk)]}
    answer = client.post(changelist, {**chosen, "shown": f"{copy.pk}:{copy.latest_revision_id}"}, follow=True)
    assert said(answer) == ["Half: Choose the language the story is written in. Choose a section."]


def test_an_update_to_a_live_story_has_the_list(client, reporter):
    copy = make_live_article(headline="As published").working_copy
    assert "headline" in fields(typed(client, copy, headline=""))
    assert "nr-check" in client.get(at(copy)).content.decode()


# ---- why it came back


def returned(client, copy):
    return client.get(at(copy)).context["returned"]


def test_why_a_story_came_back_stands_above_it_until_it_is_submitted_again(client, reporter):
    copy = make_copy(by=reporter)
    editor = make_user("Editors", first_name="Joost", last_name="de Wit")
    workflow.submit(copy, copy.latest_revision, by=reporter)
    assert returned(client, copy) is None
    workflow.send_back(copy, copy.latest_revision, by=editor, reason="Who hosted?\nName the <country>.")
    page = client.get(at(copy)).content.decode()
    above = page.split('class="nr-returned"')[1].split("</section>")[0]
    assert "Joost de Wit" in above and "<time " in above and "Who hosted?<br>Name the &lt;country&gt;." in above
    saved_again(copy, reporter, headline="Mended")
    assert returned(client, copy).reason == "Who hosted?\nName the <country>."
    workflow.submit(copy, copy.latest_revision, by=reporter)
    assert returned(client, copy) is None


def test_the_newest_of_two_returns_is_shown(client, reporter):
    copy = make_copy(by=reporter)
    for reason in ("First", "Second"):
        workflow.submit(copy, copy.latest_revision, by=reporter)
        workflow.send_back(copy, copy.latest_revision, by=make_user("Editors"), reason=reason)
    assert returned(client, copy).reason == "Second"
    assert client.get(at(copy)).content.decode().count('class="nr-returned"') == 1


def test_paragraphs_are_typed_as_the_browser_sends_them(client, reporter):
    """A text that says the same is judged as it is stored, as it would be saved."""
    copy = make_copy(body=paragraphs("One", "Two"), standfirst="S", source="S", tags=[make_tag()])
    assert fields(typed(client, copy, body="<p>One</p>\r\n\r\n<p>Two</p>\r\n")) == []
