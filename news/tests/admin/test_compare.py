"""The comparison screen: who may look, what it answers to anything, and the way back to a version."""

import json
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from news.admin.articles.compare import sameness
from news.editorial import workflow
from news.models import Article, Revision, WorkingCopy
from news.tests.content.test_diff import HOSTILE
from news.tests.factories import (
    again,
    make_approved_copy,
    make_author,
    make_copy,
    make_live_article,
    make_section,
    make_tag,
    make_user,
)
from news.tests.page_forms import as_, editor_of, fields_of, said, send_fields
from portal.models import AuditEvent, CacheCounter

pytestmark = [pytest.mark.django_db, pytest.mark.wide]
Stage = WorkingCopy.Stage
CHANGED = "Somebody changed this story since you opened this page. Look at the newest version first."


def at(copy, **query):
    return reverse("admin:news_workingcopy_compare", args=[copy.pk], query=query or None)


def saved(copy, by=None, **fields):
    with workflow.editing(copy, by=by or copy.saved_by, version=copy.version):
        for name, value in fields.items():
            setattr(copy, name, value)
    return copy


def three_versions():
    """Headlines one, two, three; nothing public."""
    copy = make_copy(headline="Version one")
    return saved(saved(copy, headline="Version two"), headline="Version three")


def back_button(copy, number):
    return f"{copy.pk}:{copy.article.revisions.get(number=number).pk}"


def bring_back(client, copy, number, page=None, **changed):
    page = page or client.get(at(copy, **{"from": number}))
    changed = {"_bring_back": back_button(copy, number), **changed}
    return send_fields(client, at(copy), fields_of(page, "compare_form"), **changed)


def everything_stored():
    models = (Article, WorkingCopy, Revision, AuditEvent, CacheCounter)
    return [list(Model.objects.order_by("pk").values()) for Model in models]


# ---- looking


def test_a_live_story_is_compared_from_what_readers_see_to_the_newest(client):
    copy = make_live_article(headline="As readers see it").working_copy
    saved(saved(copy, headline="Half way"), headline="As it may become")
    as_(client, "Reporters")
    page = client.get(at(copy))
    assert (page.context["before"].number, page.context["after"].number) == (1, 3)
    assert "readers see it" in page.content.decode()


def test_a_story_nobody_has_seen_is_compared_with_the_version_before(client):
    as_(client, "Reporters")
    page = client.get(at(three_versions()))
    assert (page.context["before"].number, page.context["after"].number) == (2, 3)
    assert "Version <del>two</del> <ins>three</ins>" in page.content.decode()


def test_any_two_versions_are_compared_and_backwards_too(client):
    copy = three_versions()
    as_(client, "Reporters")
    page = client.get(at(copy, **{"from": 3, "to": 1})).content.decode()
    assert "Version <del>three</del> <ins>one</ins>" in page


def test_the_same_is_shown_side_by_side(client):
    as_(client, "Reporters")
    page = client.get(at(three_versions(), view="side")).content.decode()
    assert "Version <del>two</del>" in page and "Version <ins>three</ins>" in page and "nr-diff--split" in page


def test_a_story_with_one_version_says_that_there_is_nothing_to_compare(client):
    copy = make_copy()
    as_(client, "Reporters")
    assert "This is one and the same version." in client.get(at(copy)).content.decode()
    assert at(copy) not in client.get(editor_of(copy)).content.decode()


def test_versions_that_only_differ_in_markup_say_so(client):
    copy = saved(make_copy(body="<p>a</p><p>b</p>"), body="<p>a</p>\n<p>b</p>")
    as_(client, "Reporters")
    assert "Both versions read the same; only their markup differs." in client.get(at(copy)).content.decode()


def test_names_of_tags_sections_authors_and_stories_are_told(client):
    target = make_live_article(headline="The other story")
    copy = make_copy(tags=[make_tag("Hanoi")])
    author, section = make_author("Tom Verhoeven"), make_section(name="Enforcement")
    with workflow.editing(copy, by=copy.saved_by, version=copy.version):
        copy.section = section
        copy.tags.set([make_tag("ASEAN")])
        copy.bylines.create(author=author)
        copy.related_links.create(target=target, uuid=uuid4())
    as_(client, "Reporters")
    page = client.get(at(copy)).content.decode()
    for shown in ("ASEAN", "Enforcement", "Tom Verhoeven", "The other story"):
        assert f"<ins>{shown}</ins>" in page
    assert "<del>Hanoi</del>" in page


def test_the_editor_and_each_save_lead_to_what_changed(client):
    copy = three_versions()
    as_(client, "Reporters")
    page = client.get(editor_of(copy)).content.decode()
    assert f'href="{at(copy)}"' in page
    for before, after in ((1, 2), (2, 3)):
        assert f'href="{at(copy)}?from={before}&amp;to={after}"' in page
    assert "?from=0" not in page


@pytest.mark.parametrize("role", ["Reporters", "Editors", "Chief editors"])
def test_the_newsroom_may_compare(client, role):
    as_(client, role)
    assert client.get(at(three_versions())).status_code == 200


def test_moderators_and_strangers_may_not(client):
    copy = three_versions()
    assert client.get(at(copy)).status_code == 302
    as_(client, "Moderators")
    assert client.get(at(copy)).status_code == 403
    assert client.post(at(copy), {"_bring_back": back_button(copy, 1), "version": copy.version}).status_code == 403


def test_who_may_only_look_has_no_buttons_and_changes_nothing(client):
    copy = three_versions()
    user = make_user("Moderators")
    user.user_permissions.add(Permission.objects.get(codename="view_workingcopy"))
    client.force_login(user)
    page = client.get(at(copy)).content.decode()
    assert "<ins>three</ins>" in page and "_bring_back" not in page and 'name="_step"' not in page
    before = everything_stored()
    assert client.post(at(copy), {"_bring_back": back_button(copy, 1), "version": copy.version}).status_code == 403
    assert everything_stored() == before


# ---- bad input


@pytest.mark.parametrize("query", [{"from": 9}, {"to": 9}, {"from": 0}, {"from": "1", "to": "99999999999999999"}])
def test_a_version_the_story_does_not_have_is_not_found(client, query):
    as_(client, "Reporters")
    assert client.get(at(three_versions(), **query)).status_code == 404


def test_the_versions_of_another_story_are_not_found(client):
    copy, other = make_copy(), three_versions()
    as_(client, "Reporters")
    assert client.get(at(copy, **{"to": other.latest_revision.number})).status_code == 404


@pytest.mark.parametrize("pk", ["0", "999999", "9" * 30, "abc", "-1"])
def test_a_story_that_does_not_exist_is_not_found(client, pk):
    as_(client, "Reporters")
    assert client.get(f"/admin/news/workingcopy/{pk}/compare/", follow=True).status_code in {200, 404}
    assert client.get(f"/admin/news/workingcopy/{pk}/compare/").status_code in {302, 404}


@pytest.mark.parametrize("garbage", ["abc", "-1", "1.5", "١", "9" * 40, "1 OR 1=1", "<script>", "1,2"])
def test_garbage_for_a_number_is_answered_with_the_versions_there_are(client, garbage):
    as_(client, "Reporters")
    for name in ("from", "to"):
        answer = client.get(at(three_versions(), **{name: garbage}))
        page = answer.content.decode()
        assert answer.status_code == 400
        assert "Choose two versions" in page and '<select name="from">' in page and "<script>x" not in page


def test_empty_numbers_are_the_usual_ones(client):
    as_(client, "Reporters")
    assert client.get(at(three_versions(), **{"from": "", "to": "", "view": "nonsense"})).status_code == 200


def test_a_version_changed_outside_the_newsroom_is_not_compared(client):
    copy = three_versions()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE news_revision SET content = %s WHERE article_id = %s AND number = 2", ["{", copy.pk])
    as_(client, "Reporters")
    answer = client.get(at(copy))
    assert answer.status_code == 400
    assert "The stored text of revision 2 was changed outside the newsroom" in answer.content.decode()
    answer = bring_back(client, copy, 2, page=client.get(at(copy, **{"from": 1})))
    assert "changed outside the newsroom" in said(answer)[0]
    assert again(copy).latest_revision.number == 3


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_people_wrote_is_shown_and_never_run(client, hostile):
    hostile = hostile.replace("\x00", "")
    name = {"first_name": hostile[:100]}
    copy = make_copy(by=make_user("Editors", **name), headline=hostile, standfirst=hostile, body=f"<p>{hostile}</p>")
    saved(copy, headline=f"{hostile} x", standfirst="y", body="<p>z</p>", source=hostile, dateline=hostile[:80])
    as_(client, "Reporters")
    for query in ({}, {"view": "side"}, {"from": 2, "to": 1}):
        page = client.get(at(copy, **query)).content.decode()
        for forbidden in (
            "<script>alert",
            "<img src=x",
            "<svg onload",
            'javascript:alert(1)"',
            "<style>*",
            "not ours</ins>",
        ):
            assert forbidden not in page


def test_the_page_costs_the_same_however_long_the_story_s_history(client):
    copy = make_live_article().working_copy
    saved(copy, headline="One")
    as_(client, "Chief editors")
    with CaptureQueriesContext(connection) as few:
        client.get(at(copy))
    for number in range(6):
        saved(copy, headline=f"Version {number}", by=make_user())
    with CaptureQueriesContext(connection) as many:
        client.get(at(copy))
    assert len(many) == len(few) <= 22


def test_looking_changes_nothing(client):
    copy = make_live_article().working_copy
    saved(copy, headline="Changed")
    as_(client, "Chief editors")
    before = everything_stored()
    client.get(
        at(
            copy,
            _bring_back=back_button(copy, 1),
            version=copy.version,
            _step=f"discard:{copy.pk}:{copy.latest_revision_id}",
        )
    )
    assert everything_stored() == before


# ---- bringing a version back


def test_a_version_is_brought_back_as_a_new_one_and_readers_see_no_change(client):
    article = make_live_article(headline="As readers see it")
    copy = saved(article.working_copy, headline="Second thought")
    saved(copy, headline="Third thought")
    user = as_(client, "Reporters")
    counters, public = list(CacheCounter.objects.values()), Article.objects.filter(pk=article.pk).values().get()
    answer = bring_back(client, copy, 2)
    assert said(answer) == ["Revision 2 is back, as revision 4."]
    copy = again(copy)
    assert (copy.headline, copy.latest_revision.number, copy.saved_by, copy.stage) == (
        "Second thought",
        4,
        user,
        Stage.DRAFT,
    )
    assert list(CacheCounter.objects.values()) == counters
    assert Article.objects.filter(pk=article.pk).values().get() == public
    assert json.loads(AuditEvent.objects.about(article).first().facts)["restored_from"] == 2
    assert "brought revision 2 back as revision 4" in client.get(editor_of(copy)).content.decode()


def test_bringing_back_is_refused_when_somebody_saved_meanwhile(client):
    copy = three_versions()
    as_(client, "Reporters")
    page = client.get(at(copy))
    saved(again(copy), by=make_user(), headline="Newer")
    assert said(bring_back(client, copy, 1, page=page)) == [CHANGED]
    assert (again(copy).headline, again(copy).latest_revision.number) == ("Newer", 4)


def test_an_approval_does_not_outlive_bringing_a_version_back(client):
    copy = saved(make_copy(headline="First"), headline="Second")
    workflow.submit(copy, copy.latest_revision, by=copy.saved_by)
    workflow.approve(copy, copy.latest_revision, by=make_user("Editors"))
    as_(client, "Reporters")
    bring_back(client, copy, 1)
    assert (again(copy).stage, again(copy).approved_revision) == (Stage.IN_REVIEW, None)


def test_the_newest_version_has_no_button_and_is_refused(client):
    copy = three_versions()
    as_(client, "Reporters")
    page = client.get(at(copy))
    assert [revision.number for revision in page.context["brings_back"]] == [2]
    assert said(bring_back(client, copy, 3, page=page)) == ["The working copy says exactly this already."]
    assert again(copy).latest_revision.number == 3


@pytest.mark.parametrize("value", ["", ":", "1", "x:y", "1:1:1", "{other}", "{crossed}", "{own}:9"])
def test_a_button_nobody_made_is_refused(client, value):
    copy, other = three_versions(), three_versions()
    value = value.format(
        other=back_button(other, 1), crossed=f"{copy.pk}:{other.article.revisions.first().pk}", own=copy.pk
    )
    as_(client, "Reporters")
    before = everything_stored()
    answer = bring_back(client, copy, 1, _bring_back=value)
    assert said(answer) == ["This button is not known; load the page again."]
    assert everything_stored() == before


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40])
def test_a_version_nobody_was_shown_is_refused(client, version):
    copy = three_versions()
    as_(client, "Reporters")
    before = everything_stored()
    bring_back(client, copy, 1, version=version)
    assert everything_stored() == before


def test_what_was_deleted_meanwhile_is_left_out_and_said_so(client):
    tags, author, section = [make_tag("Kept"), make_tag("Gone")], make_author(), make_section()
    copy = make_copy(tags=tags, authors=[author], section=section)
    with workflow.editing(copy, by=copy.saved_by, version=copy.version):
        copy.tags.set(tags[:1])
        copy.bylines.all().delete()
        copy.section = make_section()
    for row in (tags[1], author, section):
        row.delete()
    as_(client, "Reporters")
    assert said(bring_back(client, copy, 1)) == [
        "Revision 1 is back, as revision 3.",
        "Its section has been deleted since; choose another one.",
        "1 of its tags has been deleted since and is left out.",
        "1 of its authors has been deleted since and is left out.",
    ]
    copy = again(copy)
    assert (list(copy.tags.all()), copy.section, copy.bylines.count()) == (tags[:1], None, 0)


# ---- steps, where one reads


def test_a_reviewer_decides_where_they_read(client):
    copy = three_versions()
    workflow.submit(copy, copy.latest_revision, by=copy.saved_by)
    as_(client, "Editors")
    page = client.get(at(copy))
    fields = fields_of(page, "compare_form")
    answer = send_fields(client, at(copy), fields, _step=f"approve:{copy.pk}:{copy.latest_revision_id}")
    assert said(answer) == ["“Version three” is approved."]
    assert again(copy).stage == Stage.APPROVED and again(copy).latest_revision.number == 3


def test_steps_are_only_offered_beside_the_text_they_are_about(client):
    copy = three_versions()
    as_(client, "Editors")
    assert 'name="_step"' in client.get(at(copy)).content.decode()
    assert 'name="_step"' not in client.get(at(copy, **{"from": 1, "to": 2})).content.decode()


def test_a_step_on_a_text_that_is_no_longer_the_newest_is_refused(client):
    copy = three_versions()
    workflow.submit(copy, copy.latest_revision, by=copy.saved_by)
    as_(client, "Editors")
    fields, button = fields_of(client.get(at(copy)), "compare_form"), f"approve:{copy.pk}:{copy.latest_revision_id}"
    saved(copy, headline="Under the reviewer's eyes")
    answer = send_fields(client, at(copy), fields, _step=button)
    assert said(answer) == ["A newer version of this story was saved since you opened it. Look at it first."]
    assert again(copy).stage == Stage.IN_REVIEW


def test_a_form_without_a_button_is_answered(client):
    copy = three_versions()
    as_(client, "Editors")
    before = everything_stored()
    assert said(client.post(at(copy), {}, follow=True)) == ["This button is not known; load the page again."]
    assert everything_stored() == before


# ---- discarding


def test_a_change_under_way_is_discarded_after_a_second_press_and_readers_see_no_change(client):
    article = make_live_article(headline="As readers see it")
    copy = saved(article.working_copy, headline="A bad idea")
    as_(client, "Reporters")
    page = client.get(editor_of(copy))
    assert "Discard this working copy…" in page.content.decode()
    counters, public = list(CacheCounter.objects.values()), Article.objects.filter(pk=article.pk).values().get()
    answer = send_fields(client, editor_of(copy), fields_of(page), _step=f"discard:{copy.pk}:{copy.latest_revision_id}")
    assert said(answer) == ["What was new in “As readers see it” is discarded; the history keeps it."]
    assert (again(copy).headline, again(copy).stage) == ("As readers see it", Stage.NOTHING_PENDING)
    assert list(CacheCounter.objects.values()) == counters
    assert Article.objects.filter(pk=article.pk).values().get() == public
    page = answer.content.decode()
    assert "discarded revision 2 and went back to what readers saw last" in page
    assert f"{at(copy)}?from=2&amp;to=3" in page


def test_a_story_readers_never_saw_has_nothing_to_discard(client):
    copy = make_approved_copy()
    as_(client, "Chief editors")
    assert "Discard this working copy" not in client.get(editor_of(copy)).content.decode()


def test_a_story_at_rest_has_nothing_to_discard(client):
    copy = make_live_article().working_copy
    as_(client, "Chief editors")
    assert "Discard this working copy" not in client.get(editor_of(copy)).content.decode()


@pytest.mark.parametrize(
    ("says_the_same", "is_same", "is_one", "says"),
    [
        (False, False, False, ""),
        (True, True, True, "This is one and the same version."),
        (True, True, False, "Both versions say exactly the same."),
        (True, False, False, "Both versions read the same; only their markup differs."),
    ],
)
def test_one_sentence_says_why_there_is_nothing_to_show(says_the_same, is_same, is_one, says):
    assert sameness(SimpleNamespace(says_the_same=says_the_same, is_same=is_same), is_one=is_one) == says
