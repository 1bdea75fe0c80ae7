"""What is typed between two saves: kept for its writer alone, offered again, gone with the save, and never a save."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from news.editorial import autosave
from news.jobs import purge_autosaves
from news.models import Autosave, Revision, WorkingCopy
from news.tests.factories import make_copy, make_live_article, make_tag, make_user, saved_again
from news.tests.page_forms import fields_of, said, send, send_fields
from portal.models import AuditEvent

pytestmark = [pytest.mark.django_db, pytest.mark.wide]
ADD = reverse("admin:news_workingcopy_add")


def at(copy, name="change"):
    if name == "change":
        return reverse("admin:news_workingcopy_change", args=[copy.pk]) if copy else ADD
    return reverse(f"admin:news_{name}", args=[copy.pk]) if copy else reverse(f"admin:news_{name}_new")


@pytest.fixture
def reporter(client):
    user = make_user("Reporters", first_name="Marta", last_name="Zielińska")
    client.force_login(user)
    return user


def post(client, address, person, **message):
    return client.post(address, {"person": person.pk, **message}, content_type="application/json")


def typed(client, person, copy, stamp=1, address=None, **changed):
    """Open the form, type, and be kept by the script; returns the fields and the sheet they are on."""
    form = fields_of(client.get(address or at(copy)))
    for name, value in changed.items():
        form.setlist(name, value if isinstance(value, list) else [value])
    answer = kept(client, person, copy, form, stamp)
    assert answer.json()["state"] == "kept"
    return form


def kept(client, person, copy, form, stamp=1, **more):
    fields = [[name, value] for name, values in form.lists() for value in values]
    return post(client, at(copy, "autosave"), person, sheet=form["sheet"], stamp=stamp, fields=fields, **more)


def offered(client, copy):
    return [offer.autosave.posted["headline"] for offer in client.get(at(copy)).context["left"]]


def take_up(copy, form):
    return f"{at(copy)}?resume={form['sheet']}"


def everything_but_unsaved_text():
    copies = list(WorkingCopy.objects.values())
    return copies, Revision.objects.count(), AuditEvent.objects.count()


# ---- keeping


def test_what_is_kept_is_no_save(client, reporter):
    copy = make_live_article(headline="As it was").working_copy
    before = everything_but_unsaved_text()
    typed(client, reporter, copy, headline="As it is being written")
    assert everything_but_unsaved_text() == before


def test_the_answer_says_when_by_the_person_s_own_clocks(client, reporter):
    reporter.time_zone = "Asia/Tokyo"
    reporter.save()
    form = fields_of(client.get(ADD))
    answer = kept(client, reporter, None, form).json()
    hour = timezone.localtime(Autosave.objects.get().saved_at, timezone.zoneinfo.ZoneInfo("Asia/Tokyo"))
    assert answer["time"][:5] == f"{hour:%H:%M}"


@pytest.mark.parametrize("is_new", [True, False])
def test_text_left_behind_is_offered_and_taken_up_whole(client, reporter, is_new):
    copy = None if is_new else make_copy(headline="Stored")
    tag = make_tag("Seals")
    link = uuid4()
    form = typed(
        client,
        reporter,
        copy,
        headline="Typed, not saved",
        body="<p>Long work</p>",
        tags=[str(tag.pk)],
        **{"tags-add": "WCO; ros", "related-row": [str(link)], f"related-{link}-label": "A headline to come"},
    )
    assert offered(client, copy) == ["Typed, not saved"]
    answer = client.get(take_up(copy, form))
    again = fields_of(answer)
    assert (again["headline"], again["body"]) == ("Typed, not saved", "<p>Long work</p>")
    assert (again["tags"], again["tags-add"], again[f"related-{link}-label"]) == (
        str(tag.pk),
        "WCO; ros",
        "A headline to come",
    )
    assert again["sheet"] == form["sheet"]
    assert answer.context["left"] == []
    assert "data-typed" in answer.content.decode()


def test_taking_it_up_changes_nothing_and_saving_it_makes_one_revision(client, reporter):
    copy = make_copy(headline="Stored")
    form = typed(client, reporter, copy, headline="Typed")
    before, rows = everything_but_unsaved_text(), list(Autosave.objects.values())
    again = fields_of(client.get(take_up(copy, form)))
    assert (everything_but_unsaved_text(), list(Autosave.objects.values())) == (before, rows)
    answer = send_fields(client, take_up(copy, form), again)
    assert said(answer) == ["Saved as revision 2."]
    assert WorkingCopy.objects.get().headline == "Typed"
    assert answer.redirect_chain[-1][0] == at(copy)
    assert offered(client, copy) == []


def test_text_begun_on_an_older_version_meets_the_other_s_when_it_is_taken_up(client, reporter):
    copy = make_copy(headline="Stored", standfirst="As it was")
    form = typed(client, reporter, copy, headline="Mine")
    saved_again(copy, make_user(), headline="Theirs", standfirst="Theirs too")
    answer = client.get(take_up(copy, form))
    assert [(conflict.theirs, conflict.mine) for conflict in answer.context["meeting"].merge.conflicts] == [
        ("Theirs", "Mine")
    ]
    again = fields_of(answer)
    assert again["headline"] == "Mine"
    assert said(send_fields(client, at(copy), again)) == ["Saved as revision 3."]
    copy = WorkingCopy.objects.get(pk=copy.pk)
    assert (copy.headline, copy.standfirst) == ("Mine", "Theirs too")


def test_what_is_wrong_with_it_is_said_when_it_is_taken_up(client, reporter):
    copy = make_copy()
    form = typed(client, reporter, copy, slug="not an address!", headline="Typed")
    answer = client.get(take_up(copy, form))
    assert "slug" in answer.context["adminform"].form.errors
    assert fields_of(answer)["slug"] == "not an address!"


def test_a_note_begun_beside_a_step_is_taken_up_too(client, reporter):
    client.force_login(editor := make_user("Editors"))
    copy = make_copy()
    send(client, at(copy), _step=f"submit:{copy.pk}:{copy.latest_revision_id}")
    form = typed(client, editor, copy, **{"reason-return": "Name the port in the first"})
    assert "Name the port in the first" in client.get(take_up(copy, form)).content.decode()


def test_throwing_away_asks_nothing_and_takes_only_this_text(client, reporter):
    copy = make_copy()
    form, _other = typed(client, reporter, copy, headline="One"), typed(client, reporter, copy, headline="Two")
    answer = client.post(at(copy, "discard_autosave"), {"sheet": form["sheet"]}, follow=True)
    assert said(answer) == ["The unsaved text is thrown away."]
    assert offered(client, copy) == ["Two"]
    assert said(client.get(take_up(copy, form))) == ["There is no such text any more."]


def test_looking_at_these_addresses_changes_nothing(client, reporter):
    copy = make_copy()
    form = typed(client, reporter, copy, headline="One")
    for name in ["autosave", "presence", "discard_autosave"]:
        assert client.get(f"{at(copy, name)}?sheet={form['sheet']}").status_code == 405
    assert offered(client, copy) == ["One"]


def test_what_is_typed_now_never_replaces_what_was_left_earlier(client, reporter):
    copy = make_copy()
    typed(client, reporter, copy, headline="Left on Monday")
    typed(client, reporter, copy, headline="Typed on Tuesday, without a look at the banner")
    assert set(offered(client, copy)) == {"Left on Monday", "Typed on Tuesday, without a look at the banner"}


def test_of_one_sheet_the_text_typed_last_stays_in_whatever_order_it_arrives(client, reporter):
    copy = make_copy()
    form = typed(client, reporter, copy, stamp=20, headline="Later")
    form["headline"] = "Earlier"
    assert kept(client, reporter, copy, form, stamp=10).json()["state"] == "kept"
    assert offered(client, copy) == ["Later"]


def test_what_was_undone_is_not_kept(client, reporter):
    copy = make_copy()
    form = typed(client, reporter, copy, headline="Typed and undone")
    answer = post(client, at(copy, "autosave"), reporter, sheet=form["sheet"], stamp=2, fields=[])
    assert answer.json() == {"state": "nothing"}
    assert offered(client, copy) == []


def test_the_token_of_the_form_is_never_stored(client, reporter):
    form = fields_of(client.get(ADD))
    form["csrfmiddlewaretoken"] = "a-secret"
    kept(client, reporter, None, form)
    assert "a-secret" not in Autosave.objects.get().fields


# ---- saved, and gone


@pytest.mark.parametrize("is_new", [True, False])
def test_a_save_clears_what_it_saved_and_nothing_else(client, reporter, is_new):
    copy = None if is_new else make_copy()
    elsewhere = make_copy()
    typed(client, reporter, copy, headline="Left earlier")
    typed(client, reporter, elsewhere, headline="Another story's")
    form = typed(client, reporter, copy, headline="Saved now")
    send_fields(client, at(copy), form)
    assert offered(client, copy) == ["Left earlier"]
    assert offered(client, elsewhere) == ["Another story's"]


def test_text_that_arrives_after_its_save_is_not_offered_as_unsaved(client, reporter):
    copy = make_copy()
    form = fields_of(client.get(at(copy)))
    form["headline"] = "Saved"
    send_fields(client, at(copy), form)
    answer = kept(client, reporter, copy, form, stamp=10**12).json()
    assert answer["state"] == "closed" and answer["sheet"] != form["sheet"]
    assert offered(client, copy) == []


def test_a_save_that_is_refused_or_undone_clears_nothing(client, reporter, monkeypatch):
    copy = make_copy()
    form = typed(client, reporter, copy, headline="Typed", slug="not an address!")
    send_fields(client, at(copy), form)
    assert offered(client, copy) == ["Typed"]

    form["slug"] = ""
    settle = autosave.mark_saved

    def settle_and_fail(*args):
        settle(*args)
        raise RuntimeError

    monkeypatch.setattr(autosave, "mark_saved", settle_and_fail)
    with pytest.raises(RuntimeError):
        send_fields(client, at(copy), form)
    assert offered(client, copy) == ["Typed"]


@pytest.mark.parametrize("sheet", ["", "nonsense", "\x00", "7" * 5000])
def test_a_form_whose_sheet_is_not_known_is_saved_like_any(client, reporter, sheet):
    copy = make_copy()
    assert said(send(client, at(copy), headline="Typed", sheet=sheet)) == ["Saved as revision 2."]


def test_a_month_later_it_is_forgotten(client, reporter):
    copy = make_copy()
    old, recent = typed(client, reporter, copy, headline="Old"), typed(client, reporter, copy, headline="Recent")
    saved = fields_of(client.get(at(copy)))
    send_fields(client, at(copy), saved)
    for form, days in [(old, 31), (recent, 29), (saved, 3)]:
        row = Autosave.objects.filter(session_id=form["sheet"])
        assert row.update(saved_at=timezone.now() - timedelta(days=days))
    purge_autosaves()
    assert [str(row.session_id) for row in Autosave.objects.all()] == [recent["sheet"]]


def test_of_one_story_no_more_than_ten_are_kept_the_oldest_go(client, reporter):
    copy, elsewhere = make_copy(), make_copy()
    typed(client, reporter, elsewhere, headline="Another story's")
    for number in range(12):
        typed(client, reporter, copy, headline=f"Text {number}")
    assert offered(client, copy) == [f"Text {number}" for number in range(11, 1, -1)]
    assert offered(client, elsewhere) == ["Another story's"]


def test_the_newest_is_in_sight_and_the_rest_is_folded(client, reporter):
    copy = make_copy()
    typed(client, reporter, copy, headline="On Monday")
    assert "more text" not in client.get(at(copy)).content.decode()
    typed(client, reporter, copy, headline="On Tuesday")
    typed(client, reporter, copy, headline="On Wednesday")
    in_sight, _tag, folded = client.get(at(copy)).content.decode().partition('<details class="nr-moreleft">')
    folded = folded.partition("</details>")[0]
    assert "<b>On Wednesday</b>" in in_sight and in_sight.count("data-left=") == 1
    assert "2 more texts you left here" in folded and folded.count("data-left=") == 2
    assert folded.index("<b>On Tuesday</b>") < folded.index("<b>On Monday</b>")


# ---- for its writer alone


@pytest.mark.parametrize("other", ["editor", "superuser"])
def test_nobody_else_reads_takes_up_replaces_or_throws_away(client, reporter, other):
    copy = make_copy()
    form = typed(client, reporter, copy, headline="Only mine to see")
    person = make_user("Chief editors", is_superuser=other == "superuser")
    theirs = Client()
    theirs.force_login(person)
    assert "Only mine" not in theirs.get(at(copy)).content.decode()
    assert theirs.get(at(copy)).context["left"] == []
    assert "Only mine" not in theirs.get(take_up(copy, form), follow=True).content.decode()
    theirs.post(at(copy, "discard_autosave"), {"sheet": form["sheet"]})
    kept(theirs, person, copy, form, stamp=99, beside=str(uuid4()))
    send_fields(theirs, at(copy), form, headline="Saved by another on the same sheet")
    assert offered(client, copy) == ["Only mine to see"]


def test_a_tab_opened_by_somebody_else_keeps_nothing_under_the_name_of_who_is_logged_in_now(client, reporter):
    copy = make_copy()
    form = fields_of(client.get(at(copy)))
    client.force_login(make_user("Editors"))
    for answer in (kept(client, reporter, copy, form), post(client, at(copy, "presence"), reporter)):
        assert answer.status_code == 403
        assert answer.json()["sentence"] == "Somebody else is logged in with this browser now."
    assert not Autosave.objects.exists()


@pytest.fixture
def onlooker(client):
    """Somebody who may look at stories and write none."""
    user = make_user("Moderators")
    user.user_permissions.add(Permission.objects.get(codename="view_workingcopy"))
    client.force_login(user)
    return user


@pytest.mark.parametrize("name", ["autosave", "presence", "discard_autosave"])
def test_whoever_may_not_write_is_refused_in_a_sentence(client, onlooker, name):
    for copy in [make_copy(), *([None] if name != "presence" else [])]:
        answer = post(client, at(copy, name), onlooker, sheet=str(uuid4()), stamp=1, fields=[["headline", "x"]])
        assert (answer.status_code, answer.json()) == (403, {"sentence": "Your role does not edit stories."})
    assert not Autosave.objects.exists()


def test_whoever_may_not_write_gets_neither_script_nor_banner(client, onlooker):
    copy = make_copy(headline="Stored")
    sheet = uuid4()
    autosave.save(onlooker, copy, sheet, fields=[["headline", "From when I could write"]], client_time=1)
    page = client.get(f"{at(copy)}?resume={sheet}").content.decode()
    assert "autosave.js" not in page and "data-keep" not in page and "data-left" not in page
    assert "From when I could write" not in page and "nr-meeting" not in page
    client.force_login(make_user("Reporters"))
    assert "autosave.js" in client.get(at(copy)).content.decode()


def test_somebody_logged_out_is_sent_to_the_login(client, reporter):
    copy = make_copy()
    form = fields_of(client.get(at(copy)))
    client.logout()
    answer = kept(client, reporter, copy, form)
    assert answer.status_code == 302 and reverse("admin:login") in answer["Location"]


def test_without_the_token_nothing_is_kept(reporter):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(reporter)
    copy = make_copy()
    form = fields_of(strict.get(at(copy)))
    assert kept(strict, reporter, copy, form).status_code == 403
    # What the script sends: the browser's own token, in a header.
    message = {"person": reporter.pk, "sheet": form["sheet"], "stamp": 1, "fields": [["headline", "x"]]}
    header = {"x-csrftoken": strict.cookies["csrftoken"].value}
    answer = strict.post(at(copy, "autosave"), message, content_type="application/json", headers=header)
    assert answer.json()["state"] == "kept"


# ---- bad input


@pytest.mark.parametrize("pk", [0, 10**17, 10**30])
def test_a_story_that_is_not_there_is_not_found(client, reporter, pk):
    for name in ["autosave", "presence", "discard"]:
        address = f"/admin/news/workingcopy/{pk}/{name}/"
        message = {"sheet": str(uuid4()), "stamp": 1, "fields": [["headline", "x"]]}
        assert post(client, address, reporter, **message).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"sheet": None},
        {"sheet": 7},
        {"sheet": "nonsense"},
        {"stamp": "1"},
        {"stamp": -1},
        {"stamp": 2**63},
        {"stamp": 1.5},
        {"stamp": True},
        {"fields": None},
        {"fields": {"headline": "x"}},
        {"fields": ["headline", "x"]},
        {"fields": [["headline"]]},
        {"fields": [["headline", 7]]},
        {"fields": [["headline", None]]},
        {"fields": [["headline", "a\x00b"]]},
        {"fields": [["a\x00b", "x"]]},
        {"fields": [["headline", "x"]] * 1001},
    ],
)
def test_what_the_script_never_sends_is_refused(client, reporter, wrong):
    message = {"sheet": str(uuid4()), "stamp": 1, "fields": [["headline", "x"]], **wrong}
    answer = post(client, at(make_copy(), "autosave"), reporter, **message)
    assert answer.status_code == 400
    assert answer.json()["sentence"] == "The newsroom could not read what your browser sent."
    assert not Autosave.objects.exists()


@pytest.mark.parametrize(
    "sent", [b"", b"{", b"[]", b"7", b'"x"', b"null", b"{}", b"\xff", b"[" * 100_000, b'{"person": NaN}', b"\x00"]
)
@pytest.mark.parametrize("name", ["autosave", "presence"])
def test_garbage_is_refused(client, reporter, sent, name):
    answer = client.generic("POST", at(make_copy(), name), sent, content_type="application/json")
    assert answer.status_code in {400, 403} and answer.json()["sentence"]


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        ("application/x-www-form-urlencoded", b"sheet=x"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="sheet"\r\n\r\nx\r\n--x--'),
        ("text/plain", b"{}"),
    ],
)
def test_another_kind_of_message_is_refused(client, reporter, kind, sent):
    assert client.generic("POST", at(make_copy(), "autosave"), sent, content_type=kind).status_code == 400


def test_half_a_character_does_not_break_the_page_it_comes_back_on(client, reporter):
    sheet, copy = str(uuid4()), make_copy()
    fields = [["headline", "Half \ud83d of it"], ["version", "1"]]
    raw = json.dumps({"person": reporter.pk, "sheet": sheet, "stamp": 1, "fields": fields})
    client.generic("POST", at(copy, "autosave"), raw.encode(), content_type="application/json")
    assert client.get(at(copy)).status_code == 200
    assert "Half ? of it" in client.get(f"{at(copy)}?resume={sheet}").content.decode()


def test_what_is_too_long_to_keep_is_said_and_what_a_save_takes_is_kept(client, reporter):
    copy = make_copy()
    form = fields_of(client.get(at(copy)))
    form["body"] = f"<p>{'x' * 1_900_000}</p>"
    assert kept(client, reporter, copy, form).status_code == 200
    form["body"] = f"<p>{'x' * 2_000_000}</p>"
    answer = kept(client, reporter, copy, form, stamp=2)
    assert answer.status_code == 413
    assert answer.json()["sentence"] == "This text is too long to be kept between two saves."
    assert len(Autosave.objects.get().posted["body"]) == 1_900_007


@pytest.mark.parametrize("asked", ["", "nonsense", "00000000-0000-0000-0000-000000000000", "x" * 5000])
def test_a_text_nobody_left_is_not_there_to_be_taken_up(client, reporter, asked):
    copy = make_copy(headline="Stored")
    answer = client.get(at(copy), {"resume": asked})
    assert said(answer) == ["There is no such text any more."]
    assert fields_of(answer)["headline"] == "Stored"


@pytest.mark.parametrize(
    "fields", [[["version", "nonsense"], ["began", "9" * 40]], [["nonsense", "x"]], [["headline", "x" * 300_000]]]
)
def test_forged_fields_are_taken_up_like_anything_posted(client, reporter, fields):
    copy, sheet = make_copy(), str(uuid4())
    post(client, at(copy, "autosave"), reporter, sheet=sheet, stamp=1, fields=fields)
    assert client.get(f"{at(copy)}?resume={sheet}").status_code == 200
    assert client.get(at(copy)).status_code == 200


def test_a_sheet_of_one_story_is_not_taken_over_to_another(client, reporter):
    copy, other = make_copy(), make_copy()
    form = typed(client, reporter, copy, headline="Here")
    assert kept(client, reporter, other, form, stamp=2).json()["state"] == "closed"
    assert (offered(client, copy), offered(client, other)) == (["Here"], [])
    own = fields_of(client.get(at(other)))
    assert said(send_fields(client, at(other), own, sheet=form["sheet"]))  # nor is it cleared by a save of the other
    assert offered(client, copy) == ["Here"]


# ---- text that a browser kept while there was no connection


def test_text_from_a_browser_comes_with_the_banner_that_offers_it(client, reporter):
    copy = make_copy()
    form = fields_of(client.get(at(copy)))
    form["headline"] = "<b>Typed on a train</b>"
    left = kept(client, reporter, copy, form, beside=str(uuid4())).json()["left"]
    assert form["sheet"] in left and "csrfmiddlewaretoken" in left
    assert "&lt;b&gt;Typed on a train" in left


def test_text_from_a_browser_stands_before_what_was_left_earlier_and_not_beside_itself(client, reporter):
    copy = make_copy()
    form = typed(client, reporter, copy, headline="Before the eyes")
    typed(client, reporter, copy, headline="Left on Monday")
    train = fields_of(client.get(at(copy)))
    train["headline"] = "Typed on a train"
    left = kept(client, reporter, copy, train, beside=form["sheet"]).json()["left"]
    in_sight, folded = left.split("<details")
    assert "Typed on a train" in in_sight and "Left on Monday" in folded
    assert "1 more text you left here" in folded and "Before the eyes" not in left
    assert "left" not in kept(client, reporter, copy, train, stamp=2).json()


# ---- what it costs


def test_opening_the_form_costs_two_questions_more_however_much_was_left(client, reporter, queries_of, monkeypatch):
    copy = make_copy()
    with monkeypatch.context() as without:
        without.setattr("news.admin.articles.autosave.form_context", lambda *args: {})
        before = queries_of(client.get, at(copy))
    assert queries_of(client.get, at(copy)) - before <= 2
    for _ in range(3):
        typed(client, reporter, copy, headline="Left")
    assert queries_of(client.get, at(copy)) - before <= 2
