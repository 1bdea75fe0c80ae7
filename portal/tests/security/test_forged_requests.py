"""Forms nobody was given: fields and numbers their sender may not touch, far too much of everything, and buttons from
before the story moved on. What does not belong to them arrives nowhere; the answer says what to do, and keeps the text.
"""

import pytest

from comments.models import Comment
from news.editorial import steps, workflow
from news.models import Autosave, WorkingCopy
from news.tests.page_forms import fields_of
from portal.models import AuditEvent
from portal.tests.newsroom import TOKEN, changed, post, rows
from portal.tests.security import action_paths

pytestmark = pytest.mark.wide

STORIES, QUEUE = "/admin/news/workingcopy/", "/admin/comments/comment/"
# All that is written when a story is saved with another headline.
OF_THE_HEADLINE = {
    *("news_workingcopy.headline", "news_workingcopy.headline_key", "news_workingcopy.key"),
    *("news_workingcopy.version", "news_workingcopy.latest_revision_id", "news_workingcopy.saved_by_id"),
    *(
        "news_workingcopy.saved_at",
        "+news_revision",
        "+portal_auditevent",
        "portal_audithead.number",
        "portal_audithead.hash",
    ),
    "+news_autosave",
}
FORGED = {
    **{"stage": "approved", "approved_revision": "1", "approved_revision_id": "1"},
    **{"latest_revision": "1", "latest_revision_id": "1", "saved_by": "1"},
    **{
        "submitted_by": "1",
        "reviewed_revision": "1",
        "reviewed_revision_id": "1",
        "assigned_to": "1",
        "assign-to": "1",
    },
    **{
        "scheduled_revision": "1",
        "scheduled_for": "2030-01-01 12:00",
        "scheduled_by": "1",
        "planned_publish_at": "2030-01-01 12:00",
    },
    **{"live_from": "2020-01-01", "live_until": "2030-01-01", "withdrawn_at": "2020-01-01", "live_revision": "1"},
    **{
        "withdrawal_note": "Forged",
        "changed_at": "2020-01-01",
        "article": "1",
        "article_ptr": "1",
        "id": "1",
        "pk": "1",
    },
    **{"headline_key": "forged", "key": "forged", "is_superuser": "on", "expire-date": "2030-01-01"},
    **{
        "expire-time": "12:00",
        "reason-withdraw": "Forged",
        "reason-publish_alone": "Forged",
        "withdraw-note": "Forged",
    },
}
MUCH = "a" * 5_000_000
LONG = "word " * 2_000


def change(name):
    return f"{STORIES}{{{name}.pk}}/change/"


def opened(newsroom, person, address, form="workingcopy_form"):
    """A browser of this person, the address, and the fields of the form that is there."""
    browser, address = newsroom.browser_of(person), newsroom.fill_in(address)
    return browser, address, fields_of(browser.get(address), form)


def typing(sent, **fields):
    sent = sent.copy()
    for name, value in fields.items():
        sent[name] = value
    return sent


# ---- fields that are not theirs


@pytest.mark.parametrize("person", ["reporter", "editor", "chief", "admin"])
@pytest.mark.parametrize("story", ["draft", "mended"])
def test_columns_of_the_workflow_do_not_arrive_with_a_story_s_form(newsroom, person, story):
    browser, address, sent = opened(newsroom, person, change(story))
    before = rows()
    post(browser, address, typing(sent, **FORGED, headline="Honestly typed"))
    assert changed(before) == OF_THE_HEADLINE
    assert WorkingCopy.objects.get(pk=newsroom[story].pk).stage == "draft"


def test_a_new_story_begins_as_a_draft_whatever_is_sent_with_it(newsroom):
    browser, address, sent = opened(newsroom, "chief", STORIES + "add/")
    before = rows()
    post(browser, address, typing(sent, **FORGED, headline="Honestly typed"))
    written = {"+news_article", "+news_workingcopy", "+news_revision", "+portal_auditevent", "+news_autosave"}
    assert changed(before) == written | {"portal_audithead.number", "portal_audithead.hash"}
    copy = WorkingCopy.objects.get(headline="Honestly typed")
    assert (copy.stage, copy.assigned_to, copy.saved_by) == ("draft", None, newsroom["chief"])
    assert (copy.article.live_from, copy.article.live_revision) == (None, None)


@pytest.mark.parametrize(
    "button",
    [
        "publish:{update.pk}:{update.latest_revision_id}",  # another story, which could be published
        "publish:{draft.pk}:{update.latest_revision_id}",
        "publish:{update.pk}:{draft.latest_revision_id}",
        "publish_alone:{draft.pk}:{first.pk}",  # its own, of an older revision
        "publish_alone:{draft.pk}:",
        "publish_alone:{draft.pk}",
        "publish_unread:{draft.pk}:{draft.latest_revision_id}",
        "publish_alone:{draft.pk}:{draft.latest_revision_id}:1",
        "go_out:{draft.pk}:{draft.latest_revision_id}",
        "PUBLISH_ALONE:{draft.pk}:{draft.latest_revision_id}",
        "publish_alone:" + "9" * 5_000 + ":{draft.latest_revision_id}",
        "publish_alone:{draft.pk}:٣",
        "",
    ],
)
@pytest.mark.parametrize("screen", ["change", "compare"])
def test_a_button_that_is_none_of_this_story_s_newest_text_takes_no_step(newsroom, screen, button):
    form = "workingcopy_form" if screen == "change" else "compare_form"
    browser, address, sent = opened(newsroom, "chief", f"{STORIES}{{draft.pk}}/{screen}/", form)
    before = rows()
    response = post(browser, address, typing(sent, **FORGED, _step=newsroom.fill_in(button)))
    assert response.status_code == 302
    saved = {"news_workingcopy.version", "+news_autosave"} if screen == "change" else set()
    assert changed(before) == saved


def test_another_s_sheet_is_neither_read_replaced_nor_cleared(newsroom):
    left, before = newsroom["left"], Autosave.objects.filter(pk=newsroom["left"].pk).values().get()
    browser, address, sent = opened(newsroom, "chief", change("draft"))
    assert "Typed by the writer" not in browser.get(f"{address}?resume={left.session_id}").content.decode()
    says = {"person": newsroom["chief"].pk, "sheet": str(left.session_id), "fields": [["headline", "Mine"]], "stamp": 9}
    kept = browser.post(
        f"{STORIES}{left.story_id}/autosave/",
        says,
        "application/json",
        headers={"X-CSRFToken": TOKEN},
    )
    assert kept.json()["state"] == "kept"
    post(browser, address, typing(sent, sheet=str(left.session_id), headline="Saved under it"))
    post(browser, f"{STORIES}{left.story_id}/discard/", typing(sent, sheet=str(left.session_id)))
    assert Autosave.objects.filter(pk=left.pk).values().get() == before


@pytest.mark.parametrize("name", ["autosave", "presence"])
def test_nobody_speaks_for_another_person(newsroom, name):
    browser = newsroom.browser_of("chief")
    before = rows()
    says = {**action_paths.SHEET, "person": newsroom["writer"].pk}
    token = {"X-CSRFToken": TOKEN}
    address = newsroom.fill_in(f"{STORIES}{{draft.pk}}/{name}/")
    assert browser.post(address, says, "application/json", headers=token).status_code == 403
    assert changed(before) == set()


def test_a_reader_s_comment_waits_under_the_story_it_was_sent_to(newsroom):
    browser, _address, sent = opened(newsroom, "nobody", "/news/live/", "commentform")
    forged = {"status": "approved", "decided_by": "1", "decided_at": "2020-01-01", "article": newsroom["ending"].pk}
    forged |= {
        "created_at": "2020-01-01",
        "key": "forged",
        "name_search_key": "forged",
        "id": "1",
        "approved_count": "9",
    }
    typed = {"name": "Ola", "email": "ola@example.org", "body": "Is it so?"}
    before = rows()
    assert post(browser, "/news/live/comments/", typing(sent, **forged, **typed)).status_code == 303
    written = {
        "+comments_comment",
        "+comments_commenteremail",
        "+comments_ratelimithit",
        "+portal_job",
        "portal_job.due_at",
    }
    assert changed(before) <= written
    comment = Comment.objects.get(body="Is it so?")
    assert (comment.status, comment.article_id, comment.decided_by) == ("pending", newsroom["live"].pk, None)
    assert comment.created_at.year > 2020


@pytest.mark.parametrize("parent", ["pending_comment", "spam_comment", "under_closed"])
def test_nobody_answers_what_is_not_shown_or_elsewhere(newsroom, parent):
    browser, _address, sent = opened(newsroom, "nobody", "/news/live/", "commentform")
    typed = {"name": "Ola", "email": "ola@example.org", "body": "Is it so?", "parent": newsroom[parent].pk}
    before = rows()
    response = post(browser, "/news/live/comments/", typing(sent, **typed))
    assert response.status_code in {403, 422} and "Is it so?" in response.content.decode()
    assert changed(before) == set()


def test_people_choose_their_language_and_clock_and_nothing_else_about_themselves(newsroom):
    browser, address, sent = opened(newsroom, "reporter", "/admin/preferences/", "")
    forged = {"is_superuser": "on", "is_staff": "", "is_active": "", "username": "root", "groups": "1"}
    forged |= {"user_permissions": "1", "password": "x", "email": "x@example.org", "id": newsroom["admin"].pk}
    before = rows()
    post(browser, address, typing(sent, **forged, time_zone="Asia/Tokyo"))
    event = {"+portal_auditevent", "portal_audithead.number", "portal_audithead.hash"}
    assert changed(before) == {"portal_user.time_zone"} | event


def test_an_address_once_chosen_is_not_changed_with_a_name(newsroom):
    for kind, name in [("section", "trade"), ("author", "author"), ("tag", "tag")]:
        browser, address, sent = opened(newsroom, "chief", f"/admin/news/{kind}/{{{name}.pk}}/change/", f"{kind}_form")
        before = rows()
        post(browser, address, typing(sent, slug="forged", key="forged", id="1"))
        assert changed(before) == set(), f"More of the {kind} has changed."


@pytest.mark.parametrize("person", ["chief", "moderator"])
def test_a_moderator_changes_no_word_of_a_comment(newsroom, person):
    browser, address, sent = opened(newsroom, person, QUEUE + "?c={pending_comment.pk}", "changelist-form")
    forged = {"body": "Forged", "name": "Forged", "status": "approved", "form-0-body": "Forged", "_save": "Save"}
    before = rows()
    post(browser, address, typing(sent, **forged))
    assert changed(before) == set()


@pytest.mark.parametrize("share", [{"share-days": "3650"}, {"share-days": ""}, {"share-days": "-1"}, {}])
def test_a_preview_works_no_longer_than_what_is_offered(newsroom, share):
    browser, address, sent = opened(newsroom, "reporter", change("draft"))
    sent.pop("share-days", None)
    before = rows()
    post(browser, address, typing(sent, _share="", **share))
    assert "+news_previewlink" not in changed(before)


def test_a_preview_of_another_story_is_not_revoked_from_this_one(newsroom):
    browser, address, sent = opened(newsroom, "chief", change("live"))
    before = rows()
    post(browser, address, typing(sent, _unshare=newsroom["open"].pk))
    assert not {word for word in changed(before) if "previewlink" in word}


# ---- far too much


@pytest.mark.parametrize(
    "to",
    [
        *("/admin/login/", "/admin/preferences/", QUEUE, "/news/live/comments/", STORIES, STORIES + "add/"),
        *(f"{STORIES}{{draft.pk}}/{screen}/" for screen in ("change", "preview", "checks", "compare")),
    ],
)
def test_five_megabytes_are_refused_in_words_and_nothing_is_written(newsroom, to):
    browser, _address, sent = opened(newsroom, "chief", change("draft"))
    before = rows()
    response = post(browser, newsroom.fill_in(to), typing(sent, body=MUCH))
    assert response.status_code == 400 and "<h1" in response.content.decode()
    assert changed(before) == set()


@pytest.mark.parametrize("to", ["add", "{draft.pk}"])
def test_five_megabytes_are_not_kept_between_two_saves_and_the_script_is_told(newsroom, to):
    browser = newsroom.browser_of("chief")
    before = rows()
    says = {**action_paths.SHEET, "person": newsroom["chief"].pk, "fields": [["body", MUCH]]}
    response = browser.post(
        newsroom.fill_in(f"{STORIES}{to}/autosave/"), says, "application/json", headers={"X-CSRFToken": TOKEN}
    )
    assert response.status_code == 413 and response.json()["sentence"]
    assert changed(before) == set()


@pytest.mark.parametrize("address", [STORIES + "add/", change("draft"), change("live")])
@pytest.mark.parametrize("button", ["_save", "_step", "_share"])
def test_a_headline_of_ten_thousand_letters_is_said_at_its_field_and_all_typed_is_still_there(
    newsroom,
    address,
    button,
):
    browser, address, sent = opened(newsroom, "chief", address)
    typed = {"headline": LONG.strip(), "standfirst": "Typed with care", "body": "<p>Half an hour of thought</p>"}
    before = rows()
    response = post(browser, address, typing(sent, **typed, **{button: "submit:1:1"}))
    assert response.status_code == 200 and list(response.context["errors"])
    assert list(response.context["adminform"].form.errors) == ["headline"]
    again = fields_of(response)
    assert {name: again[name].strip() for name in typed} == typed
    assert changed(before) == set()


@pytest.mark.parametrize(
    ("person", "address", "form", "name"),
    [
        ("chief", "/admin/news/section/add/", "section_form", "name"),
        ("chief", "/admin/news/section/{trade.pk}/change/", "section_form", "name"),
        ("chief", "/admin/news/author/{author.pk}/change/", "author_form", "name"),
        ("chief", "/admin/news/tag/add/", "tag_form", "name"),
        ("chief", "/admin/news/tag/{tag.pk}/change/", "tag_form", "other_names"),
        ("admin", "/admin/portal/user/{writer.pk}/change/", "user_form", "username"),
        ("admin", "/admin/auth/group/{group.pk}/change/", "group_form", "name"),
        ("staff", "/admin/preferences/", "", "time_zone"),
    ],
)
def test_ten_thousand_letters_in_a_short_field_are_said_there(newsroom, person, address, form, name):
    browser, address, sent = opened(newsroom, person, address, form)
    before = rows()
    response = post(browser, address, typing(sent, **{name: "x" * 10_000}))
    assert response.status_code == 200
    errors = response.context["form"] if "form" in response.context else response.context["adminform"].form
    assert name in errors.errors
    assert changed(before) == set()


# ---- buttons from before


MOVED_ON = [name for name in action_paths.STEPS if name != "publish_unread"]


@pytest.mark.parametrize("screen", ["change", "compare"])
@pytest.mark.parametrize("name", MOVED_ON)
def test_a_step_on_a_text_that_is_not_the_newest_any_more_is_not_taken(newsroom, name, screen):
    way = action_paths.step(name, screen)
    browser = newsroom.browser_of("chief")
    _page, sent = way.filled_in(newsroom, "chief", browser)
    copy = newsroom.again(action_paths.STEPS[name][0])
    with workflow.editing(copy, by=newsroom["writer"], version=copy.version):
        copy.standfirst = "Written meanwhile"
    before = rows()
    response = way.send(newsroom, "chief", browser, sent)
    assert response.status_code in {200, 302} and changed(before) == set()
    assert not AuditEvent.objects.filter(actor_id=newsroom["chief"].pk).exists()


@pytest.mark.parametrize("screen", ["change", "compare"])
@pytest.mark.parametrize("step", ["publish", "withdraw", "expire", "schedule", "discard"])
def test_a_story_withdrawn_meanwhile_stays_withdrawn_and_whoever_did_not_see_it_is_told(
    newsroom,
    screen,
    step,
):
    browser = newsroom.browser_of("chief")
    form = "workingcopy_form" if screen == "change" else "compare_form"
    address = newsroom.fill_in(f"{STORIES}{{update.pk}}/{screen}/")
    sent = fields_of(browser.get(address), form)
    asked = {"reason-withdraw": "Wrong", "expire-date": "2030-01-01", "expire-time": "12:00"}
    asked |= {"planned_date": "2030-01-01", "planned_time": "12:00"} if screen == "change" else {}
    workflow.withdraw(
        newsroom.again("update"), newsroom["update"].latest_revision, by=newsroom["publisher"], reason="Wrong"
    )
    before = rows()
    button = newsroom.fill_in(f"{step}:{{update.pk}}:{{update.latest_revision_id}}")
    response = post(browser, address, typing(sent, **asked, _step=button))
    assert response.status_code in {200, 302} and changed(before) == set()


def test_what_was_withdrawn_meanwhile_is_not_published_with_several(newsroom):
    way = action_paths.bulk("publish_selected", "update")
    browser = newsroom.browser_of("chief")
    _page, sent = way.filled_in(newsroom, "chief", browser)
    workflow.withdraw(
        newsroom.again("update"), newsroom["update"].latest_revision, by=newsroom["publisher"], reason="Wrong"
    )
    before = rows()
    way.send(newsroom, "chief", browser, sent)
    assert changed(before) == set()


def test_whoever_lost_their_role_meanwhile_takes_no_step(newsroom):
    way = action_paths.step("publish", "change")
    browser = newsroom.browser_of("chief")
    _page, sent = way.filled_in(newsroom, "chief", browser)
    newsroom["chief"].groups.clear()
    before = rows()
    assert way.send(newsroom, "chief", browser, sent).status_code == 403
    assert changed(before) == set()
    assert steps.may(newsroom.again("chief"), steps.Step.PUBLISH) is False
