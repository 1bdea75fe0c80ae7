"""The editor's form: nothing typed is lost, nothing forged is kept, and two people see each other's texts."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from news import body
from news.models import Article, Revision, Tag, WorkingCopy
from news.tests.factories import again, make_author, make_copy, make_live_article, make_section, make_tag, make_user
from news.tests.page_forms import editor_of, said, send
from portal.models import AuditEvent

pytestmark = [pytest.mark.django_db, pytest.mark.wide]
ADD = reverse("admin:news_workingcopy_add")
Stage = WorkingCopy.Stage


@pytest.fixture
def reporter(client):
    user = make_user("Reporters", first_name="Marta", last_name="Zielińska")
    client.force_login(user)
    return user


# ---- writing


def test_a_new_story_begins_as_a_draft_nobody_outside_sees(client, reporter):
    section, tag = make_section(), make_tag("Seals")
    answer = send(
        client, ADD, headline="  Seals on\r\nbarges ", body="<p>Text</p>", section=str(section.pk), tags=[str(tag.pk)]
    )
    copy = WorkingCopy.objects.get()
    assert answer.redirect_chain[-1][0] == editor_of(copy)
    assert (copy.headline, copy.stage, copy.latest_revision.number, copy.saved_by) == (
        "Seals on barges",
        "draft",
        1,
        reporter,
    )
    assert list(copy.tags.all()) == [tag]
    assert Article.objects.get().headline == ""
    assert AuditEvent.objects.get().kind == "article.saved"


def test_a_half_written_story_can_be_kept(client, reporter):
    send(client, ADD, headline="Only a headline", language="")
    copy = WorkingCopy.objects.get()
    assert (copy.headline, copy.section, copy.language) == ("Only a headline", None, "")


def test_a_new_story_is_signed_by_the_author_who_writes_it(client, reporter):
    author = make_author("Marta Zielińska", user=reporter)
    send(client, ADD, headline="Signed")
    assert [byline.author for byline in WorkingCopy.objects.get().bylines.all()] == [author]


def test_saving_keeps_a_revision_and_never_changes_what_readers_see(client, reporter):
    article = make_live_article(headline="As published")
    answer = send(client, editor_of(article.working_copy), headline="As rewritten")
    article.refresh_from_db()
    copy = again(article.working_copy)
    assert (article.headline, copy.headline, copy.stage) == ("As published", "As rewritten", Stage.DRAFT)
    assert said(answer) == ["Saved as revision 2."]


def test_saving_unchanged_makes_no_revision(client, reporter):
    copy = make_copy(
        tags=[make_tag(), make_tag()], authors=[make_author()], links=[{"uuid": uuid4(), "label": "Elsewhere"}]
    )
    answer = send(client, editor_of(copy))
    assert said(answer) == ["Nothing had changed since revision 1."]
    assert Revision.objects.count() == 1


@pytest.mark.parametrize(
    "typed",
    [
        "<p>One</p>\r\n\r\n<p>Two</p>\r\n",
        "\n<p>One</p>\n\n\t<p>Two</p>",
        "<p>\n\tOne</p><p>Two</p>",
    ],
)
def test_blanks_that_a_browser_s_editor_adds_between_blocks_are_no_change(client, reporter, typed):
    copy = make_copy(body=body.paragraphs("One", "Two"))
    send(client, editor_of(copy), body=typed)
    assert Revision.objects.count() == 1 and again(copy).body == body.paragraphs("One", "Two")


def test_a_blank_between_words_is_a_change(client, reporter):
    copy = make_copy(body="<p><strong>a</strong><em>b</em></p>")
    send(client, editor_of(copy), body="<p><strong>a</strong> <em>b</em></p>")
    assert again(copy).body == "<p><strong>a</strong> <em>b</em></p>"


def test_what_is_typed_is_cleaned(client, reporter):
    copy = make_copy()
    send(client, editor_of(copy), body='<p onclick="x()">Fine<script>alert(1)</script></p><a href="javascript:x">y</a>')
    assert "script" not in again(copy).body and "onclick" not in again(copy).body and "Fine" in again(copy).body


def test_a_field_that_is_wrong_loses_nothing_else(client, reporter):
    copy = make_copy(headline="Before")
    answer = send(client, editor_of(copy), headline="After", slug="not an address!", body="<p>Long work</p>")
    assert answer.status_code == 200
    form = answer.context["adminform"].form
    assert (form["headline"].value(), form["body"].value()) == ("After", "<p>Long work</p>")
    assert "not an address!" in answer.content.decode()
    assert again(copy).headline == "Before"


# ---- rows


def test_tags_may_be_typed_separated_by_commas_or_semicolons_under_any_name(client, reporter):
    wco, vietnam = make_tag("World Customs Organization"), make_tag("Viet Nam")
    wco.aliases.create(name="WCO")
    copy = make_copy()
    send(client, editor_of(copy), **{"tags-add": "wco, VIET  NAM; rules of origin"})
    made = Tag.objects.get(name="rules of origin")
    assert set(again(copy).tags.all()) == {wco, vietnam, made}
    assert made.kind == Tag.Kind.TOPIC
    assert AuditEvent.objects.about(made).get().kind == "tag.added"
    assert AuditEvent.objects.about(made).get().actor_name == reporter.username


@pytest.mark.parametrize("name", ["cło", "CLO", "Cło na granicy; clo"])
def test_a_tag_typed_by_its_name_in_another_language_is_that_tag(client, reporter, name):
    duty = make_tag("Duty", names={"pl": "Cło"})
    copy = make_copy()
    send(client, editor_of(copy), **{"tags-add": name})
    assert duty in again(copy).tags.all()
    assert set(Tag.objects.exclude(pk=duty.pk).values_list("name", flat=True)) <= {"Cło na granicy"}


def test_the_same_tag_by_two_spellings_is_one(client, reporter):
    copy = make_copy()
    send(client, editor_of(copy), **{"tags-add": "Cło; clo; CŁO"})
    assert [tag.name for tag in Tag.objects.all()] == ["Cło"]
    assert again(copy).tags.count() == 1


def test_who_may_not_add_tags_is_told_and_keeps_what_was_typed(client):
    user = make_user("Reporters")
    user.groups.clear()
    codenames = ["view_workingcopy", "change_workingcopy"]
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    copy = make_copy()
    answer = send(client, editor_of(copy), headline="Kept", **{"tags-add": "quotas"})
    page = answer.content.decode()
    assert "There is no tag “quotas”. Choose one from the list." in page
    assert answer.context["adminform"].form["headline"].value() == "Kept" and 'value="quotas"' in page
    assert not Tag.objects.exists()


@pytest.mark.parametrize("name", ["???", "x" * 101])
def test_what_cannot_be_a_tag_is_refused(client, reporter, name):
    copy = make_copy()
    answer = send(client, editor_of(copy), **{"tags-add": name})
    assert "cannot be the name of a tag" in answer.content.decode()
    assert not Tag.objects.exists()


@pytest.mark.parametrize("number", ["-1", "0", "999999", "x", "²", "1" * 40, ""])
def test_numbers_of_rows_that_do_not_exist_are_left_out(client, reporter, number):
    copy = make_copy()
    assert send(client, editor_of(copy), tags=[number], bylines=[number], headline="Saved").status_code == 200
    assert again(copy).headline == "Saved" and not again(copy).tags.exists()


def test_bylines_keep_their_order(client, reporter):
    anna, marta = make_author("Anna"), make_author("Marta")
    copy = make_copy(authors=[anna, marta])
    send(client, editor_of(copy), bylines=[str(marta.pk), str(anna.pk)])
    assert [str(byline) for byline in again(copy).bylines.all()] == ["Marta", "Anna"]
    send(client, editor_of(copy), bylines=[], **{"bylines-add": "anna"})
    assert [str(byline) for byline in again(copy).bylines.all()] == ["Anna"]


def test_nobody_signs_who_is_not_an_author(client, reporter):
    answer = send(client, editor_of(make_copy()), **{"bylines-add": "Nobody"})
    assert "There is no author “Nobody”." in answer.content.decode()


def link(uuid, **parts):
    parts = {"target": "", "label": "", "url": "", "placement": "end"} | parts
    return {f"related-{uuid}-{part}": str(value) for part, value in parts.items()}


def test_a_related_link_is_a_story_a_page_elsewhere_or_a_headline_to_come(client, reporter):
    story, copy = make_live_article(headline="On the site"), make_copy()
    one, two, three = uuid4(), uuid4(), uuid4()
    fields = link(one, target=story.pk, placement="inline") | link(two, url="https://wto.org/x", label="WTO")
    send(
        client,
        editor_of(copy),
        body="<p>Text</p>" + body.token(one),
        **{"related-row": [str(one), str(two), str(three)]},
        **fields,
        **link(three, label="Yet to come"),
    )
    rows = list(again(copy).related_links.all())
    assert [(row.uuid, row.target, row.url, row.label, row.placement) for row in rows] == [
        (one, story, "", "On the site", "inline"),
        (two, None, "https://wto.org/x", "WTO", "end"),
        (three, None, "", "Yet to come", "end"),
    ]
    assert body.tokens(again(copy).body) == [one]


def test_links_move_and_go_without_losing_the_others(client, reporter):
    links = [{"uuid": uuid4(), "label": label} for label in ("a", "b", "c")]
    copy = make_copy(links=links)
    a, b, c = [str(row["uuid"]) for row in links]
    send(client, editor_of(copy), **{"related-row": [c, a, b], "related-remove": [a]})
    assert [row.label for row in again(copy).related_links.all()] == ["c", "b"]


def test_a_bare_headline_that_is_on_the_site_finds_its_story(client, reporter):
    story, copy, uuid = make_live_article(headline="Cło na łodzie"), make_copy(), uuid4()
    send(client, editor_of(copy), **{"related-row": [str(uuid)]}, **link(uuid, label="clo na LODZIE"))
    assert again(copy).related_links.get().matched_article == story
    send(client, editor_of(copy), **link(uuid, label="Something else"))
    assert again(copy).related_links.get().matched_article is None


def shown_links(answer):
    return answer.context["adminform"].form["related"].as_widget().split("<template")[0]


def test_a_found_story_is_shown_with_its_dot_also_when_it_is_called_otherwise_by_now(client, reporter):
    """The form, the checklist and the page readers see agree about where a bare headline leads."""
    story = make_live_article(headline="Beta story")
    copy = make_copy(links=[{"label": "Beta story"}])
    Article.objects.filter(pk=story.pk).update(headline="Gamma story", headline_key="gamma story")
    make_live_article(headline="Beta story")  # a later one; the first found stays
    uuid = copy.related_links.get().uuid
    answer = client.get(editor_of(copy))
    assert "Gamma story" in shown_links(answer) and "nr-pub--live" in shown_links(answer)
    assert "Not on the site yet" not in shown_links(answer)
    assert not [point for point, _ in answer.context["points"] if point.field == "related" and "live" in point.sentence]
    refused = send(client, editor_of(copy), slug="not an address!")
    assert "Gamma story" in shown_links(refused)
    changed = send(client, editor_of(copy), slug="not an address!", **link(uuid, label="Another headline"))
    assert "Gamma story" not in shown_links(changed) and "Not on the site yet" in shown_links(changed)


def test_a_bare_headline_never_leads_to_its_own_story(client, reporter):
    copy = WorkingCopy.objects.get(pk=make_live_article(headline="Beta story", links=[{"label": "Beta story"}]).pk)
    answer = client.get(editor_of(copy))
    assert "Not on the site yet" in shown_links(answer)
    assert [point.field for point, _ in answer.context["points"] if "not on the site" in point.sentence] == ["related"]


@pytest.mark.parametrize("is_first_withdrawn", [False, True])
def test_a_headline_not_saved_yet_shows_the_story_it_will_lead_to(client, reporter, is_first_withdrawn):
    stories = [make_live_article(headline="Beta story") for _ in range(2)]
    if is_first_withdrawn:
        Article.objects.filter(pk=stories[0].pk).update(withdrawn_at=stories[0].live_from)
    copy, uuid = make_copy(), uuid4()
    row = {"related-row": [str(uuid)], **link(uuid, label="Beta story")}
    refused = send(client, editor_of(copy), slug="not an address!", **row)
    assert "nr-pub--live" in shown_links(refused)
    send(client, editor_of(copy), **row)
    assert again(copy).related_links.get().matched_article == stories[is_first_withdrawn]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://x.example/", "no address", "https://" + "x" * 600])
def test_a_link_leads_to_a_page_or_is_refused(client, reporter, url):
    copy, uuid = make_copy(), uuid4()
    answer = send(client, editor_of(copy), **{"related-row": [str(uuid)]}, **link(uuid, url=url))
    assert answer.context["adminform"].form.errors["related"]
    assert not again(copy).related_links.exists()


@pytest.mark.parametrize("target", ["own", "999999", "x", "-3", "²", "1" * 40])
def test_a_link_to_no_story_or_to_itself_is_refused(client, reporter, target):
    copy, uuid = make_copy(), uuid4()
    target = copy.pk if target == "own" else target
    answer = send(client, editor_of(copy), **{"related-row": [str(uuid)]}, **link(uuid, target=target))
    assert answer.context["adminform"].form.errors["related"]
    assert not again(copy).related_links.exists()


def test_rows_without_words_or_identity_are_left_out(client, reporter):
    copy, uuid = make_copy(), uuid4()
    send(client, editor_of(copy), headline="Saved", **{"related-row": [str(uuid), "no uuid"]}, **link(uuid))
    assert again(copy).headline == "Saved" and not again(copy).related_links.exists()


def test_characters_no_text_needs_are_survived(client, reporter):
    copy, uuid = make_copy(), uuid4()
    row = {"related-row": [str(uuid)]} | link(uuid, label="Nul\x00l")
    answer = send(client, editor_of(copy), **{"tags-add": "quo\x00tas", "_step": "return:\x00:1", **row})
    assert answer.status_code == 200
    assert [tag.name for tag in again(copy).tags.all()] == ["quotas"]
    assert send(client, editor_of(copy), headline="Nul\x00l").context["adminform"].form.errors["headline"]


# ---- what a form cannot do


def test_forged_fields_change_nothing(client, reporter):
    copy, other = make_copy(), make_copy()
    send(
        client,
        editor_of(copy),
        headline="Written",
        stage="approved",
        approved_revision=str(copy.latest_revision_id),
        latest_revision=str(other.latest_revision_id),
        submitted_by=str(reporter.pk),
        article=str(other.pk),
        live_from="2020-01-01",
    )
    copy = again(copy)
    assert (copy.headline, copy.stage, copy.approved_revision, copy.submitted_by) == (
        "Written",
        Stage.DRAFT,
        None,
        None,
    )
    assert copy.latest_revision.article_id == copy.pk and again(other).headline == other.headline
    assert not copy.article.was_public()


def test_get_changes_nothing(client, reporter):
    copy = make_copy()
    before = WorkingCopy.objects.values().get(pk=copy.pk)
    client.get(editor_of(copy), {"headline": "Forged", "_step": f"submit:{copy.pk}:{copy.latest_revision_id}"})
    client.get(ADD, {"headline": "Forged"})
    assert WorkingCopy.objects.values().get() == before
    assert AuditEvent.objects.count() == 1


def test_moderators_neither_open_nor_write_stories(client):
    client.force_login(make_user("Moderators"))
    copy = make_copy()
    assert client.get(editor_of(copy)).status_code == client.post(editor_of(copy), {}).status_code == 403
    assert client.get(ADD).status_code == client.post(ADD, {}).status_code == 403
    for name in ("tags", "authors", "stories"):
        assert client.get(reverse(f"admin:news_lookup_{name}"), {"q": "a"}).status_code == 403


def test_who_may_only_look_sees_the_story_and_no_button(client):
    user = make_user("Reporters")
    user.groups.clear()
    user.user_permissions.set(Permission.objects.filter(codename="view_workingcopy"))
    client.force_login(user)
    copy = make_copy(headline="To be read", authors=[make_author("Anna")], links=[{"uuid": uuid4(), "label": "More"}])
    page = client.get(editor_of(copy)).content.decode()
    assert "To be read" in page and "Anna" in page and "More" in page
    assert "data-save" not in page and 'name="_step"' not in page
    assert client.post(editor_of(copy), {"headline": "x", "version": copy.version}).status_code == 403


def test_a_story_is_never_deleted(client, reporter):
    copy = make_copy()
    assert client.post(reverse("admin:news_workingcopy_delete", args=[copy.pk]), {"post": "yes"}).status_code == 403
    assert WorkingCopy.objects.filter(pk=copy.pk).exists()


def test_the_form_costs_the_same_for_one_tag_or_twelve(client, reporter, queries_of):
    def story(count):
        return make_copy(
            tags=[make_tag() for _ in range(count)],
            authors=[make_author() for _ in range(count)],
            links=[{"uuid": uuid4(), "target": make_live_article()} for _ in range(count)],
        )

    one, twelve = story(1), story(12)
    client.get(editor_of(one))
    assert queries_of(client.get, editor_of(one)) == queries_of(client.get, editor_of(twelve)) <= 40


# ---- look-ups


def test_tags_are_suggested_by_any_of_their_names(client, reporter):
    wco = make_tag("World Customs Organization", kind="organisation", names={"pl": "Światowa Organizacja Celna"})
    wco.aliases.create(name="WCO")
    for words, is_exact in (("swiat", False), ("ŚWIATOWA  organizacja celna", True)):
        found = client.get(reverse("admin:news_lookup_tags"), {"q": words}).json()["results"]
        assert [(tag["id"], tag["exact"]) for tag in found] == [(wco.pk, is_exact)]
    answer = client.get(reverse("admin:news_lookup_tags"), {"q": "wc"})
    assert answer.json()["results"] == [{"id": wco.pk, "name": wco.name, "note": "organisation", "exact": False}]
    assert client.get(reverse("admin:news_lookup_tags"), {"q": "WCO"}).json()["results"][0]["exact"]
    assert "no-store" in answer.headers["Cache-Control"]


def test_stories_are_suggested_live_or_on_their_way_but_never_the_own(client, reporter):
    live, coming = make_live_article(headline="Cło one"), make_copy(headline="Cło two")
    own = make_copy(headline="Cło three")
    answer = client.get(reverse("admin:news_lookup_stories"), {"q": "clo", "not": own.pk})
    assert [(story["id"], story["look"]) for story in answer.json()["results"]] == [
        (live.pk, "live"),
        (coming.pk, "never"),
    ]


@pytest.mark.parametrize("words", ["", "   ", "%", "x" * 5000])
def test_odd_questions_have_empty_answers(client, reporter, words):
    make_copy(headline="Something")
    for name in ("tags", "authors", "stories"):
        assert client.get(reverse(f"admin:news_lookup_{name}"), {"q": words, "not": "²"}).json() == {"results": []}


def test_looking_up_needs_somebody_of_the_newsroom(client):
    assert client.get(reverse("admin:news_lookup_tags"), {"q": "a"}).status_code == 302
