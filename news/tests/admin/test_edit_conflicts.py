"""Two people save one story: what does not overlap is put together, the rest is chosen, nothing typed is ever gone."""

import re

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from django.utils.html import strip_tags

from news import body
from news.content import revisions, schema
from news.editorial import workflow
from news.importers import seed
from news.models import Revision, Tag, WorkingCopy
from news.roles import system_user
from news.tests.factories import (
    again,
    make_approved_copy,
    make_author,
    make_copy,
    make_live_article,
    make_section,
    make_tag,
    make_user,
    saved_again,
)
from news.tests.page_forms import editor_of, fields_of, said, send, send_fields

pytestmark = [pytest.mark.django_db, pytest.mark.wide]
Stage = WorkingCopy.Stage
ONE = "00000000-0000-4000-8000-000000000001"
TEXT = body.paragraphs("Lorries wait at the bridge.", "The duty is three per cent.", "Seals are blue.")
THEIR_TEXT = TEXT.replace("three", "four")
MY_TEXT = TEXT.replace("three", "five")


@pytest.fixture
def reporter(client):
    user = make_user("Reporters", first_name="Marta", last_name="Zielińska")
    client.force_login(user)
    return user


@pytest.fixture
def editor():
    return make_user("Editors", first_name="Joost", last_name="de Wit")


@pytest.fixture
def opened(client, reporter):
    """A story and what the reporter's form of it would send."""
    copy = make_copy(by=reporter, body=TEXT, standfirst="As it was", source="WCO", authors=[make_author("Anna")])
    return copy, fields_of(client.get(editor_of(copy)))


def questions(answer):
    return {question.label: question for question in answer.context["meeting"].questions}


def choices(answer, choice):
    return {question.name: choice for question in answer.context["meeting"].questions}


def value(answer, field):
    return answer.context["adminform"].form[field].value()


# ---- different places


def test_changes_in_different_places_are_saved_together_and_said(client, opened, editor):
    copy, typed = opened
    saved_again(copy, editor, body=THEIR_TEXT, source="WTO")
    answer = send_fields(
        client, editor_of(copy), typed, body=TEXT.replace("blue", "red"), standfirst="Mine", **{"tags-add": "new"}
    )
    kept = again(copy)
    assert kept.body == THEIR_TEXT.replace("blue", "red")
    assert (kept.source, kept.standfirst, [tag.name for tag in kept.tags.all()]) == ("WTO", "Mine", ["new"])
    assert (kept.latest_revision.number, kept.saved_by.username) == (3, answer.wsgi_request.user.username)
    first, second = said(answer)
    assert first == "Saved as revision 3."
    assert "Joost de Wit had saved revision 2" in second and "Text, paragraph 2, Source" in second
    assert reverse("admin:news_workingcopy_compare", args=[copy.pk]) + "?from=1&amp;to=3" in second
    assert revisions.content_of(Revision.objects.get(number=2))["body"] == THEIR_TEXT


def test_what_both_changed_in_the_same_way_is_no_question(client, opened, editor):
    copy, typed = opened
    saved_again(copy, editor, body=THEIR_TEXT)
    answer = send_fields(client, editor_of(copy), typed, body=THEIR_TEXT, source="WTO")
    assert said(answer)[0] == "Saved as revision 3."
    assert (again(copy).body, again(copy).source) == (THEIR_TEXT, "WTO")


def test_an_untouched_form_sent_late_changes_nothing(client, opened, editor):
    copy, typed = opened
    saved_again(copy, editor, body=THEIR_TEXT, standfirst="Theirs")
    send_fields(client, editor_of(copy), typed)
    assert (again(copy).body, again(copy).standfirst, again(copy).latest_revision.number) == (THEIR_TEXT, "Theirs", 2)


def test_tags_bylines_and_links_of_both_stay(client, opened, editor):
    copy, typed = opened
    tag, author = make_tag("Quotas"), make_author("Bartek")
    with workflow.editing(copy, by=editor, version=copy.version):
        content = {
            "tags": [tag],
            "authors": [*copy.bylines.values_list("author", flat=True), author],
            "related": [{"uuid": ONE, "label": "Theirs", "placement": "inline"}],
        }
        schema.write_rows(copy, schema.plain(**content))
        copy.body = TEXT + body.token(ONE)
    other = "00000000-0000-4000-8000-000000000002"
    row = {"related-row": other, f"related-{other}-label": "Mine", f"related-{other}-placement": "end"}
    send_fields(client, editor_of(copy), typed, body=MY_TEXT, **{"tags-add": "Seals", "bylines-add": ""}, **row)
    kept = again(copy)
    assert {tag.name for tag in kept.tags.all()} == {"Quotas", "Seals"}
    assert [str(byline) for byline in kept.bylines.all()] == ["Anna", "Bartek"]
    assert {(link.label, link.placement) for link in kept.related_links.all()} == {
        ("Theirs", "inline"),
        ("Mine", "end"),
    }
    assert body.tokens(kept.body) == [kept.related_links.get(label="Theirs").uuid] and "five" in kept.body


def test_an_hour_the_other_planned_is_not_undone_by_an_older_form(client, opened, editor):
    copy, typed = opened
    client.force_login(make_user("Chief editors"))
    send(client, editor_of(copy), planned_date="2099-05-04", planned_time="06:00", standfirst="Planned")
    planned = again(copy).planned_publish_at
    send_fields(client, editor_of(copy), typed, source="WTO")
    assert planned and (again(copy).planned_publish_at, again(copy).source) == (planned, "WTO")


# ---- the same place


def test_the_same_place_is_shown_both_ways_and_nothing_is_saved(client, opened, editor):
    copy, typed = opened
    saved_again(copy, editor, body=THEIR_TEXT, standfirst="The <editor's> words")
    answer = send_fields(client, editor_of(copy), typed, body=MY_TEXT, standfirst="The reporter's words", source="WTO")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Joost de Wit saved while you were writing" in page
    assert "Nothing is lost: their text is revision 2" in page and "2 places differ" in page
    assert "Yours, because only you changed it: Source." in page
    words = " ".join(strip_tags(page).split())
    assert re.search(r"Joost de Wit saved [\d:]+, revision 2 ?You", words)
    assert list(questions(answer)) == ["Standfirst", "Text, paragraph 2"]
    paragraph = questions(answer)["Text, paragraph 2"]
    assert paragraph.theirs == ["The duty is <mark>four</mark> per cent."]
    assert paragraph.mine == ["The duty is <mark>five</mark> per cent."]
    assert "&lt;editor" in page and "<editor" not in page
    assert (value(answer, "body"), value(answer, "standfirst")) == (MY_TEXT, "The reporter's words")
    assert again(copy).latest_revision.number == 2 and again(copy).body == THEIR_TEXT


@pytest.mark.parametrize("choice", ["theirs", "mine", "both"])
def test_what_is_chosen_is_saved_and_the_other_s_text_stays_in_the_history(client, opened, editor, choice):
    copy, typed = opened
    saved_again(copy, editor, body=THEIR_TEXT, dateline="Hanoi")
    answer = send_fields(client, editor_of(copy), typed, body=MY_TEXT.replace("blue", "red"), source="WTO")
    answer = send_fields(client, editor_of(copy), fields_of(answer), **choices(answer, choice))
    kept = again(copy)
    assert said(answer) == ["Saved as revision 3."]
    duty = {
        "theirs": ["The duty is four per cent."],
        "mine": ["The duty is five per cent."],
        "both": ["The duty is four per cent.", "The duty is five per cent."],
    }[choice]
    assert kept.body == body.paragraphs("Lorries wait at the bridge.", *duty, "Seals are red.")
    assert (kept.source, kept.dateline) == ("WTO", "Hanoi")
    assert revisions.content_of(Revision.objects.get(number=2))["body"] == THEIR_TEXT


def test_mine_is_ticked_at_first_so_that_pressing_on_loses_nothing_typed(client, opened, editor):
    copy, typed = opened
    saved_again(copy, editor, body=THEIR_TEXT, source="WTO")
    answer = send_fields(client, editor_of(copy), typed, body=MY_TEXT)
    send_fields(client, editor_of(copy), fields_of(answer))
    assert (again(copy).body, again(copy).source) == (MY_TEXT, "WTO")


@pytest.mark.parametrize("choice", ["", "nonsense", None])
def test_a_place_nobody_chose_at_is_asked_again(client, opened, editor, choice):
    copy, typed = opened
    saved_again(copy, editor, body=THEIR_TEXT)
    answer = send_fields(client, editor_of(copy), typed, body=MY_TEXT)
    sent = fields_of(answer)
    for name in choices(answer, ""):
        if choice is None:
            del sent[name]
        else:
            sent[name] = choice
    answer = send_fields(client, editor_of(copy), sent)
    assert list(questions(answer)) == ["Text, paragraph 2"] and again(copy).latest_revision.number == 2


def test_what_is_typed_on_that_page_counts_as_mine(client, opened, editor):
    copy, typed = opened
    saved_again(copy, editor, body=THEIR_TEXT)
    answer = send_fields(client, editor_of(copy), typed, body=MY_TEXT)
    typed_on = MY_TEXT.replace("blue", "green")
    send_fields(client, editor_of(copy), fields_of(answer), body=typed_on, source="WTO", **choices(answer, "theirs"))
    assert (again(copy).body, again(copy).source) == (THEIR_TEXT.replace("blue", "green"), "WTO")


def test_a_place_changed_by_hand_after_choosing_theirs_is_asked_again(client, opened, editor):
    copy, typed = opened
    saved_again(copy, editor, body=THEIR_TEXT)
    answer = send_fields(client, editor_of(copy), typed, body=MY_TEXT)
    by_hand = TEXT.replace("three", "between four and five")
    answer = send_fields(client, editor_of(copy), fields_of(answer), body=by_hand, **choices(answer, "theirs"))
    (question,) = questions(answer).values()
    assert "between" in question.mine[0] and value(answer, "body") == by_hand
    assert again(copy).body == THEIR_TEXT


def test_a_third_person_s_save_is_met_in_the_same_way_with_everything_typed_and_chosen_kept(client, opened, editor):
    copy, typed = opened
    saved_again(copy, editor, body=THEIR_TEXT, standfirst="Theirs")
    answer = send_fields(client, editor_of(copy), typed, body=MY_TEXT, standfirst="Mine")
    chosen = fields_of(answer)
    chosen[questions(answer)["Text, paragraph 2"].name] = "theirs"
    third = make_user("Chief editors", first_name="Ines", last_name="Costa")
    saved_again(copy, third, standfirst="The third's", source="EU")
    answer = send_fields(client, editor_of(copy), chosen)
    assert "Ines Costa saved while you were writing" in answer.content.decode()
    assert questions(answer)["Text, paragraph 2"].chosen == "theirs"
    assert [*questions(answer)["Standfirst"].theirs] == ["<mark>The third&#x27;s</mark>"]
    assert (value(answer, "body"), value(answer, "standfirst")) == (MY_TEXT, "Mine")
    assert again(copy).latest_revision.number == 3
    send_fields(client, editor_of(copy), fields_of(answer))
    kept = again(copy)
    assert (kept.body, kept.standfirst, kept.source, kept.latest_revision.number) == (THEIR_TEXT, "Mine", "EU", 4)


def test_a_read_line_is_shown_by_its_headline_and_chosen_with_its_link(client, reporter, editor):
    line = body.token(ONE)
    link = {"uuid": ONE, "label": "Medyka opens a lane", "placement": "inline"}
    copy = make_copy(by=reporter, body=f"<p>Before it.</p>\n{line}", links=[link])
    typed = fields_of(client.get(editor_of(copy)))
    with workflow.editing(copy, by=editor, version=copy.version):
        copy.body = "<p>Before it.</p>"
        copy.related_links.all().delete()
    answer = send_fields(
        client, editor_of(copy), typed, body=line, **{f"related-{ONE}-label": "Medyka opens two lanes"}
    )
    (question,) = questions(answer).values()
    assert question.label == "Related links"
    assert question.theirs == [] and "Medyka opens two lanes" in question.mine[0]
    send_fields(client, editor_of(copy), fields_of(answer), **choices(answer, "mine"))
    kept = again(copy).related_links.get()
    assert (kept.label, kept.placement, body.tokens(again(copy).body)) == ("Medyka opens two lanes", "end", [])

    typed = fields_of(client.get(editor_of(copy)))
    with workflow.editing(again(copy), by=editor, version=again(copy).version) as theirs:
        theirs.body = "<p>Something.</p>" + line
        theirs.related_links.update(placement="inline")
    answer = send_fields(client, editor_of(copy), typed, body="<p>Another thing altogether.</p>")
    assert "READ: <mark>Medyka opens two lanes</mark>" in answer.content.decode()


def test_scripts_in_either_text_are_only_words_on_the_page(client, opened, editor):
    copy, typed = opened
    saved_again(copy, editor, body="<p>&lt;script&gt;theirs()&lt;/script&gt;</p>", headline="<script>a()</script>")
    answer = send_fields(
        client, editor_of(copy), typed, body="<p>&lt;img onerror=b()&gt;<script>x()</script></p>", headline="<b>"
    )
    meeting = answer.content.decode().partition('class="nr-edit"')[0]
    assert "<script>a" not in meeting and "<script>theirs" not in meeting and "<img" not in meeting


# ---- steps, and what else came between


def test_a_stale_step_is_refused_with_the_text_kept_and_can_be_pressed_again(client, opened, editor):
    copy, typed = opened
    saved_again(copy, editor, source="WTO")
    stale = f"submit:{copy.pk}:{Revision.objects.get(number=1).pk}"
    answer = send_fields(client, editor_of(copy), typed, body=MY_TEXT, _step=stale)
    page = answer.content.decode()
    assert "The step you pressed was not taken" in page and "Taken from both" in page
    assert value(answer, "body") == MY_TEXT
    assert (again(copy).stage, again(copy).latest_revision.number) == (Stage.DRAFT, 2)
    fresh = next(step.value for step in answer.context["steps"] if step.step == "submit")
    send_fields(client, editor_of(copy), fields_of(answer), _step=fresh)
    assert (again(copy).stage, again(copy).body, again(copy).source) == (Stage.IN_REVIEW, MY_TEXT, "WTO")


def test_a_reason_typed_with_a_stale_step_is_still_there(client, editor):
    reporter, chief = make_user("Reporters"), make_user("Chief editors")
    copy = make_copy(by=reporter)
    workflow.submit(copy, copy.latest_revision, by=reporter)
    client.force_login(chief)
    typed = fields_of(client.get(editor_of(copy)))
    saved_again(again(copy), editor, source="WTO")
    step = f"return:{copy.pk}:{copy.latest_revision_id}"
    answer = send_fields(client, editor_of(copy), typed, _step=step, **{"reason-return": "How many lorries?"})
    assert "How many lorries?" in answer.content.decode() and again(copy).stage == Stage.IN_REVIEW


def test_a_step_taken_meanwhile_is_said_and_the_text_kept(client, opened, reporter):
    copy, typed = opened
    workflow.submit(copy, copy.latest_revision, by=reporter)
    answer = send_fields(client, editor_of(copy), typed, standfirst="More")
    assert "Somebody took a step with this story" in answer.content.decode()
    send_fields(client, editor_of(copy), fields_of(answer))
    assert (again(copy).standfirst, again(copy).stage) == ("More", Stage.IN_REVIEW)


def test_an_approval_given_meanwhile_is_not_taken_back_unseen(client, opened, reporter, editor):
    copy, typed = opened
    saved_again(copy, make_user("Editors"), source="WTO")
    workflow.submit(copy, copy.latest_revision, by=reporter)
    workflow.approve(copy, copy.latest_revision, by=editor)
    answer = send_fields(client, editor_of(copy), typed, standfirst="More")
    assert answer.context["meeting"].questions == [] and value(answer, "standfirst") == "More"
    assert again(copy).stage == Stage.APPROVED and again(copy).standfirst == "As it was"


def test_a_late_save_brings_no_text_back_unseen_that_was_discarded_meanwhile(client, reporter, editor):
    copy = saved_again(make_live_article(source="WCO").working_copy, editor, source="WTO")
    typed = fields_of(client.get(editor_of(copy)))
    workflow.discard(again(copy), again(copy).latest_revision, by=editor)
    answer = send_fields(client, editor_of(copy), typed, standfirst="Mine")
    assert answer.context["meeting"].taken == "Source" and value(answer, "standfirst") == "Mine"
    assert again(copy).stage == Stage.NOTHING_PENDING


def test_a_story_withdrawn_meanwhile_says_so_and_keeps_the_text(client, reporter):
    copy = make_live_article().working_copy
    typed = fields_of(client.get(editor_of(copy)))
    workflow.withdraw(again(copy), again(copy).latest_revision, by=make_user("Chief editors"), reason="Wrong")
    answer = send_fields(client, editor_of(copy), typed, standfirst="Long work")
    assert "The story is withdrawn from readers now." in answer.content.decode()
    send_fields(client, editor_of(copy), fields_of(answer))
    assert again(copy).standfirst == "Long work" and again(copy).article.withdrawn_at


def test_who_may_not_write_any_more_gets_the_text_back(client, opened, reporter):
    copy, typed = opened
    reporter.groups.clear()
    reporter.user_permissions.set(Permission.objects.filter(codename="view_workingcopy"))
    answer = send_fields(
        client, editor_of(copy), typed, body=MY_TEXT + "<script>x()</script>", standfirst="Long <work>"
    )
    page = answer.content.decode()
    assert answer.status_code == 403 and "Your role does not edit stories any more" in page
    assert "five per cent" in page and "Long &lt;work&gt;" in page and "<script>x" not in page
    assert again(copy).body == TEXT
    reporter.groups.set(Group.objects.filter(name="Moderators"))
    assert "five per cent" in send_fields(client, editor_of(copy), typed, body=MY_TEXT).content.decode()


# ---- what a form cannot do


@pytest.mark.parametrize("version", ["", "x", "1", "999", "-1"])
def test_a_version_that_is_not_the_row_s_is_never_written(client, reporter, version):
    copy = make_copy(headline="As it is")
    answer = send(client, editor_of(copy), version=version, headline="Forced")
    assert answer.status_code == 200
    assert again(copy).headline == "As it is"
    assert value(answer, "headline") == "Forced"


@pytest.mark.parametrize("version", ["", "x", "999", "-1"])
def test_two_texts_are_put_together_unseen_only_for_a_form_that_really_was_opened(client, opened, editor, version):
    copy, typed = opened
    saved_again(copy, editor, source="WTO")
    answer = send_fields(client, editor_of(copy), typed, version=version, standfirst="Mine")
    assert value(answer, "standfirst") == "Mine" and again(copy).standfirst == "As it was"


@pytest.mark.parametrize("began", ["", "x", "999999", "-3", "9" * 30, "other"])
def test_where_nobody_knows_the_beginning_everything_that_differs_is_asked(client, opened, editor, began):
    copy, typed = opened
    began = str(make_copy(standfirst="Mine").latest_revision_id) if began == "other" else began
    saved_again(copy, editor, body=THEIR_TEXT, source="WTO")
    answer = send_fields(client, editor_of(copy), typed, began=began, standfirst="Mine", **{"tags-add": "Seals"})
    assert list(questions(answer)) == ["Standfirst", "Text, paragraph 2", "Source", "Tags"]
    assert again(copy).latest_revision.number == 2
    send_fields(client, editor_of(copy), fields_of(answer), **choices(answer, "theirs"))
    assert (again(copy).body, again(copy).standfirst, again(copy).source) == (THEIR_TEXT, "As it was", "WTO")
    assert not Tag.objects.exists()


def test_a_field_that_is_wrong_in_a_late_form_loses_nothing(client, opened, editor):
    copy, typed = opened
    saved_again(copy, editor, body=THEIR_TEXT, source="WTO")
    wrong = {"slug": "not an address!", "related-row": ONE, f"related-{ONE}-url": "javascript:x"}
    answer = send_fields(client, editor_of(copy), typed, body=MY_TEXT, standfirst="Mine", **wrong)
    page = answer.content.decode()
    assert "not an address!" in page and "javascript:x" in page and 'href="#id_slug"' in page
    assert (value(answer, "body"), value(answer, "standfirst")) == (MY_TEXT, "Mine")
    sent = fields_of(answer)
    sent[questions(answer)["Text, paragraph 2"].name] = "theirs"
    mended = {"slug": "an-address", f"related-{ONE}-url": "https://wto.org/"}
    send_fields(client, editor_of(copy), sent, **mended)
    kept = again(copy)
    assert (kept.body, kept.standfirst, kept.source, kept.slug) == (THEIR_TEXT, "Mine", "WTO", "an-address")
    assert kept.related_links.get().url == "https://wto.org/"


def test_a_late_form_that_is_only_wrong_is_not_saved_by_putting_together(client, opened, editor):
    copy, typed = opened
    saved_again(copy, editor, source="WTO")
    answer = send_fields(
        client, editor_of(copy), typed, standfirst="Mine", **{"tags-add": "???", "bylines-add": "Nobody"}
    )
    assert answer.context["adminform"].form.errors.keys() == {"tags", "bylines", "__all__"}
    assert answer.context["meeting"].taken == "Source" and value(answer, "standfirst") == "Mine"
    assert again(copy).latest_revision.number == 2


def test_losing_the_row_at_the_last_moment_is_the_same_page(client, opened, editor, monkeypatch):
    """Between reading the row and winning it somebody else saves: on PostgreSQL nothing keeps them out."""
    copy, typed = opened
    begin_save = workflow.begin_save
    site = type(site_admin())
    changeform, attempts = site._changeform_view, []

    def theirs():
        saved_again(again(copy), editor, standfirst="The editor's words")

    def beaten(mine, **options):
        monkeypatch.setattr(workflow, "begin_save", begin_save)
        theirs()
        begin_save(mine, **options)

    # The other's save is undone with the first attempt's transaction here, so it is made once more before the second.
    def counted(self, *args, **options):
        attempts.append(1)
        if len(attempts) == 2:
            theirs()
        return changeform(self, *args, **options)

    monkeypatch.setattr(workflow, "begin_save", beaten)
    monkeypatch.setattr(site, "_changeform_view", counted)
    answer = send_fields(client, editor_of(copy), typed, source="WTO", body=MY_TEXT)
    assert len(attempts) == 2 and answer.status_code == 200
    assert "Standfirst" in answer.context["meeting"].taken, "shown, not put together unseen a second time"
    assert (value(answer, "body"), again(copy).body, again(copy).latest_revision.number) == (MY_TEXT, TEXT, 2)


def site_admin():
    from django.contrib import admin

    return admin.site.get_model_admin(WorkingCopy)


# ---- other paths


def test_a_late_bulk_row_is_refused_and_the_story_stays_as_it_is(client, editor):
    copy, other = make_approved_copy(), make_approved_copy()
    client.force_login(make_user("Chief editors"))
    rows = [f"{copy.pk}:{copy.latest_revision_id}", f"{other.pk}:{other.latest_revision_id}"]
    saved_again(again(copy), editor, standfirst="Newer")
    address = reverse("admin:news_workingcopy_changelist")
    sent = {"action": "publish_selected", "_selected_action": [copy.pk, other.pk], "shown": rows, "index": "0"}
    answer = client.post(address, sent, follow=True)
    assert any("A newer version of this story was saved since you opened it." in sentence for sentence in said(answer))
    assert (again(copy).standfirst, again(copy).article.was_public(), again(other).article.is_live()) == (
        "Newer",
        False,
        True,
    )


@pytest.fixture
def imported(tmp_path, reporter):
    make_section(name="Tariffs")
    path = tmp_path / "story.txt"
    path.write_text("Duty on steel rises\n\nThe duty is three per cent.\n", encoding="utf-8")
    return path, seed.load(path, by=system_user()).article.working_copy


def test_an_import_meets_an_editor_s_text_with_a_sentence_and_both_stay(imported, editor):
    path, copy = imported
    saved_again(copy, editor, standfirst="The editor's words")
    path.write_text(path.read_text() + "\nAnd a second paragraph.\n", encoding="utf-8")
    outcome = seed.load(path, by=system_user())
    assert str(outcome) == "kept (changed by an editor since, left alone)"
    assert again(copy).standfirst == "The editor's words" and again(copy).latest_revision.number == 2
    assert "second paragraph" in path.read_text()


def test_an_editor_s_late_save_meets_an_import_like_anybody_s(client, imported):
    path, copy = imported
    typed = fields_of(client.get(editor_of(copy)))
    path.write_text(path.read_text().replace("three", "four") + "\nAnd a second paragraph.\n", encoding="utf-8")
    seed.load(path, by=system_user())
    answer = send_fields(
        client, editor_of(copy), typed, body=again(copy).body.replace("four", "five"), dateline="Brussels"
    )
    (question,) = questions(answer).values()
    assert question.theirs == ["The duty is <mark>four</mark> per cent."]
    send_fields(client, editor_of(copy), fields_of(answer), **choices(answer, "theirs"))
    assert "four" in again(copy).body and "second paragraph" in again(copy).body
    assert again(copy).dateline == "Brussels"
