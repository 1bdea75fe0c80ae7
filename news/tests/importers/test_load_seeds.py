"""Files become working copies, once; what the newsroom touched is left alone; a bad file keeps no other out."""

import csv
import json
import os
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.utils import timezone

from news import body
from news.editorial import checklist, workflow
from news.editorial.workflow import Stage
from news.importers import seed, vocabulary
from news.importers.seed import Result
from news.models import Article, Author, ImportRecord, Section, Tag, TagAlias, WorkingCopy, WorkingCopyRelated
from news.roles import system_user
from news.taxonomy.tags import find as find_tag
from news.tests.factories import make_live_article, make_section, make_tag, make_user
from portal.audit import verify
from portal.models import AuditEvent
from portal.pagecache import counters
from portal.text.folding import fold

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

REPOSITORY = Path(__file__).resolve().parents[3]
OURS = REPOSITORY / "seeds"
STORY = (
    "Language: en\nSection: tariffs\n\nDuty on steel rises\n\nBrussels: The duty rises.\n\nREAD  The quota is gone\n"
)


@pytest.fixture
def folder(tmp_path):
    """An empty folder for files of the test, and a newsroom with two sections and one place."""
    make_section(name="Tariffs", position=1)
    make_section(name="Origin", names={"pl": "Pochodzenie"}, position=2)
    make_tag("Brussels", kind=Tag.Kind.PLACE, names={"pl": "Bruksela"})
    return tmp_path


@pytest.fixture
def load(folder):
    """Write a story into its file, load it, and say what became of it."""

    def write_and_load(text=STORY, name="story.txt", **options):
        path = folder / name
        path.write_text(text, encoding="utf-8")
        return seed.load(path, by=system_user(), **options)

    return write_and_load


def copy_of(outcome):
    return WorkingCopy.objects.get(pk=outcome.article.pk)


def save(copy, by=None, **fields):
    with workflow.editing(copy, by=by or make_user(), version=copy.version):
        for name, value in fields.items():
            setattr(copy, name, value)


def load_seeds(*arguments, status=0):
    """Run the command; return what it said on stdout and on stderr, line by line."""
    said, complained = StringIO(), StringIO()
    arguments = [str(argument) for argument in arguments]
    try:
        call_command("load_seeds", *arguments, stdout=said, stderr=complained)
        ended = 0
    except SystemExit as end:
        ended = end.code
    assert ended == status, complained.getvalue()
    return said.getvalue().splitlines(), complained.getvalue().splitlines()


# From words to rows


def test_a_story_arrives_as_a_draft_of_the_system_user_and_readers_see_nothing(load):
    outcome = load()
    copy = copy_of(outcome)
    assert outcome.result == Result.CREATED
    assert (copy.headline, copy.dateline, copy.language) == ("Duty on steel rises", "Brussels", "en")
    assert (copy.section.slug, copy.stage, copy.saved_by) == ("tariffs", Stage.DRAFT, system_user())
    assert Article.objects.get().headline == ""
    assert not Article.objects.live().exists()


def test_read_lines_become_tokens_in_their_place_with_a_link_behind_each(load):
    copy = copy_of(load(STORY + "\nThen this.\n\nREAD  A third story\n"))
    first, second = copy.related_links.all()
    assert body.tokens(copy.body) == [first.uuid, second.uuid]
    assert (first.label, second.label) == ("The quota is gone", "A third story")
    assert {link.placement for link in (first, second)} == {"inline"}
    assert copy.body.split("\n") == [
        "<p>The duty rises.</p>",
        body.token(first.uuid),
        "<p>Then this.</p>",
        body.token(second.uuid),
    ]


def test_markup_in_a_file_is_text(load):
    copy = copy_of(load("R&D <b>tariffs</b>\n\nA <script>word</script> & more."))
    assert copy.headline == "R&D <b>tariffs</b>"
    assert copy.body == "<p>A &lt;script&gt;word&lt;/script&gt; &amp; more.</p>"


def test_the_headers_name_tags_author_and_source(load):
    steel = make_tag("steel")
    TagAlias.objects.create(tag=steel, name="stal")
    outcome = load(f"Tags: STAL, Steel, quotas, HS 7208\nAuthor: Ola Nowik, Jan Bór\nSource: A wire\n{STORY}")
    copy = copy_of(outcome)
    assert {(tag.name, tag.kind) for tag in copy.tags.all()} == {
        ("steel", "topic"),
        ("quotas", "topic"),
        ("HS 7208", "hs"),
    }
    assert [byline.author.name for byline in copy.bylines.all()] == ["Ola Nowik", "Jan Bór"]
    assert copy.source == "A wire"
    assert AuditEvent.objects.about(Tag.objects.get(name="quotas")).get().actor_name == "system"
    assert "“quotas” is a new tag" in outcome.notes and "“Ola Nowik” is a new author" in outcome.notes


def test_an_author_we_know_is_not_made_twice(load):
    load(f"Author: Ola Nowik\n{STORY}")
    load(f"Author: OLA  NOWIK\n{STORY.replace('steel', 'zinc')}", "other.txt")
    assert Author.objects.count() == 1


def test_two_authors_whose_names_give_one_address_get_two(load):
    load(f"Author: Ola Nowik, Ola-Nowik\n{STORY}")
    assert set(Author.objects.values_list("slug", flat=True)) == {"ola-nowik", "ola-nowik-2"}


@pytest.mark.parametrize("written", ["origin", "ORIGIN", "pochodzenie"])
def test_a_section_is_found_by_its_address_or_a_name_in_any_language(load, written):
    assert copy_of(load(STORY.replace("tariffs", written))).section.slug == "origin"


def test_a_story_without_a_section_goes_to_the_first_and_that_is_said(load):
    outcome = load(STORY.replace("Section: tariffs\n", ""))
    assert copy_of(outcome).section.slug == "tariffs"
    assert "it names no section and was put under “Tariffs”" in outcome.notes


def test_the_section_asked_for_is_for_stories_that_name_none(load):
    origin = Section.objects.get(slug="origin")
    assert copy_of(load(STORY.replace("Section: tariffs\n", ""), section=origin)).section == origin
    assert copy_of(load(STORY + "More.", "other.txt", section=origin)).section.slug == "tariffs"


def test_a_story_in_a_section_we_do_not_have_waits_as_a_draft(load):
    outcome = load(STORY.replace("tariffs", "tarifs"), publish=True)
    assert "there is no section called “tarifs”" in outcome.notes
    assert (outcome.published, outcome.refusal) == (False, "Choose a section.")
    assert copy_of(outcome).section is None


@pytest.mark.parametrize(("written", "language"), [("en-GB", "en"), ("PL", "pl"), ("de", "")])
def test_a_language_is_one_of_the_site_or_left_open(load, written, language):
    outcome = load(STORY.replace("Language: en", f"Language: {written}"))
    assert copy_of(outcome).language == language
    assert ("“de” is not a language of this site" in outcome.notes) == (language == "")


@pytest.mark.parametrize(
    "header", ["Source: " + "s" * 301, "Dateline: " + "d" * 81, "Author: " + "a" * 121, "Tags: " + "t" * 101]
)
def test_a_header_there_is_no_room_for_is_refused_and_leaves_nothing_behind(load, header):
    with pytest.raises(seed.Unreadable, match="there is room for"):
        load(f"{header}\n{STORY}")
    assert not Article.objects.exists() and not Author.objects.exists()


def test_places_are_known_by_every_name_they_have(folder):
    TagAlias.objects.create(tag=Tag.objects.get(), name="Bruxelles")
    make_tag("steel")
    assert seed.places() == ["Bruksela", "Brussels", "Bruxelles"]


# Twice


def test_loading_twice_changes_nothing(load):
    load(publish=True)
    before = AuditEvent.objects.count()
    outcome = load(publish=True)
    assert (outcome.result, outcome.published, outcome.notes) == (Result.UNCHANGED, False, [])
    assert (Article.objects.count(), AuditEvent.objects.count()) == (1, before)


def test_the_same_words_in_another_file_are_the_same_story(load):
    first = load()
    assert load("\n" + STORY.replace("\n", "\r\n"), "copy.txt").article == first.article
    assert Article.objects.count() == 1


def test_files_of_one_name_in_two_folders_are_two_stories(load, folder):
    (folder / "deeper").mkdir()
    assert load().article != load(STORY.replace("steel", "zinc"), "deeper/story.txt").article


def test_new_words_in_the_file_update_the_draft_and_keep_the_tokens_that_stay(load):
    first = load()
    token = copy_of(first).related_links.get().uuid
    outcome = load(f"Tags: steel\n{STORY}\nMore text.\n\nREAD  Another one\n".replace("rises.", "rises again."))
    copy = copy_of(outcome)
    assert (outcome.result, outcome.article) == (Result.UPDATED, first.article)
    assert copy.latest_revision.number == 2
    assert "rises again." in copy.body and "More text." in copy.body
    assert [link.label for link in copy.related_links.all()] == ["The quota is gone", "Another one"]
    assert body.tokens(copy.body) == [link.uuid for link in copy.related_links.all()]
    assert copy.related_links.first().uuid == token
    assert [tag.name for tag in copy.tags.all()] == ["steel"]
    assert load(
        f"Tags: steel\n{STORY}\nMore text.\n\nREAD  Another one\n".replace("rises.", "rises again.")
    ).result == (Result.UNCHANGED)


def test_a_corrected_headline_is_the_same_story_while_the_text_is(load):
    first = load()
    outcome = load(STORY.replace("Duty on steel rises", "Steel: the duty “rises” & falls"))
    assert (outcome.result, outcome.article) == (Result.UPDATED, first.article)


def test_another_story_under_the_name_of_an_old_file_is_a_story_of_its_own(load):
    yesterday = load(publish=True).article
    today = load("Language: en\nSection: origin\n\nZinc is free\n\nNo duty on zinc.\n", publish=True)
    assert (today.result, Article.objects.live().count()) == (Result.CREATED, 2)
    assert Article.objects.get(pk=yesterday.pk).headline == "Duty on steel rises"
    assert load("Language: en\nSection: origin\n\nZinc is free\n\nNo duty on zinc.\n").result == Result.UNCHANGED
    assert load().article == yesterday


def test_where_a_story_came_from_is_said_from_the_project_and_fits(tmp_path):
    assert seed.source_of(OURS / "umowa-z-wietnamem.txt") == "seed:seeds/umowa-z-wietnamem.txt"
    deep = tmp_path.joinpath(*["a-long-name-of-a-folder"] * 9)
    one, other = seed.source_of(deep / "one" / "story.txt"), seed.source_of(deep / "other" / "story.txt")
    assert one != other and max(len(one), len(other)) < 190
    assert one.endswith("/story.txt")


def test_a_change_that_says_nothing_new_makes_no_revision(load):
    load()
    outcome = load(f"Published: -3d\n{STORY}")
    assert outcome.result == Result.UNCHANGED
    assert copy_of(outcome).latest_revision.number == 1


def test_an_updated_story_stays_in_the_section_it_has(load):
    load(STORY.replace("Section: tariffs\n", ""))
    make_section(name="Agreements", position=0)  # now the first
    outcome = load(STORY.replace("Section: tariffs\n", "") + "\nMore.")
    assert (outcome.result, copy_of(outcome).section.slug) == (Result.UPDATED, "tariffs")


@pytest.mark.parametrize("publish", [False, True])
@pytest.mark.parametrize("text", [STORY, STORY + "\nMore."])
def test_what_an_editor_changed_since_is_never_overwritten(load, text, publish):
    copy = copy_of(load(publish=publish))
    save(copy, headline="Duty on steel rises, at last")
    outcome = load(text, publish=publish)
    assert (outcome.result, outcome.notes) == (Result.KEPT, ["changed by an editor since, left alone"])
    assert not outcome.published
    assert not Article.objects.live().filter(headline="Duty on steel rises, at last").exists()
    assert copy_of(outcome).headline == "Duty on steel rises, at last"
    assert copy_of(outcome).latest_revision.number == 2


def test_a_tag_an_editor_added_counts_as_a_change(load):
    copy = copy_of(load())
    with workflow.editing(copy, by=make_user(), version=copy.version):
        copy.tags.add(make_tag("steel"))
    assert load(STORY + "\nMore.").result == Result.KEPT


def test_a_story_in_review_is_left_alone_by_new_words_and_by_publishing(load):
    outcome = load()
    copy = copy_of(outcome)
    workflow.submit(copy, copy.latest_revision, by=make_user())
    same, other = load(publish=True), load(STORY + "\nMore.", publish=True)
    assert (same.result, same.published, same.refusal) == (Result.UNCHANGED, False, "")
    assert same.notes == ["in the newsroom's hands, not published"]
    assert (other.result, other.published) == (Result.KEPT, False)
    assert copy_of(outcome).stage == Stage.IN_REVIEW


def withdraw(outcome):
    copy = copy_of(outcome)
    workflow.withdraw(copy, copy.latest_revision, by=make_user("Chief editors"), reason="Wrong figures")


def test_a_withdrawn_story_is_not_brought_back(load):
    withdraw(load(publish=True))
    same, other = load(publish=True), load(STORY + "\nMore.", publish=True)
    assert (same.result, same.published, same.refusal) == (Result.UNCHANGED, False, "")
    assert (other.result, other.notes) == (Result.KEPT, ["withdrawn from readers, left alone"])
    assert not Article.objects.live().exists()


def test_a_story_withdrawn_while_its_update_waited_is_not_brought_back(load):
    load(publish=True)
    withdraw(load(STORY + "\nMore."))
    outcome = load(STORY + "\nMore.", publish=True)
    assert (outcome.published, outcome.notes) == (False, ["in the newsroom's hands, not published"])
    assert not Article.objects.live().exists()


# To readers


def test_publishing_goes_through_the_workflow_and_says_that_no_second_reader_saw_it(load):
    outcome = load(publish=True)
    assert outcome.published and str(outcome) == "created and published"
    assert Article.objects.live().get().headline == "Duty on steel rises"
    event = AuditEvent.objects.about(outcome.article).first()
    assert (event.kind, event.actor_name) == ("article.imported", "system")
    assert json.loads(event.facts)["second_reader"] is False
    assert verify.verify() == (2, None)


def test_a_published_story_has_the_hour_its_file_names(load):
    outcome = load(f"Published: -3d 08:30\n{STORY}", publish=True)
    live_from = timezone.localtime(Article.objects.get().live_from, timezone.get_default_timezone())
    assert outcome.published
    assert (live_from.hour, live_from.minute) == (8, 30)
    assert (timezone.localdate(timezone=timezone.get_default_timezone()) - live_from.date()).days == 3


def test_an_hour_still_to_come_leaves_a_draft_and_is_said(load):
    outcome = load(f"Published: 2999-01-01\n{STORY}", publish=True)
    assert not outcome.published
    assert outcome.refusal == "Its hour of publication has not come yet."
    assert copy_of(outcome).stage == Stage.DRAFT


def test_a_draft_loaded_before_can_be_published_by_loading_it_again(load):
    load()
    outcome = load(publish=True)
    assert str(outcome) == "unchanged, published now"
    assert Article.objects.live().count() == 1


def test_an_update_of_what_only_imports_published_reaches_readers(load):
    load(publish=True)
    outcome = load(STORY + "\nMore.", publish=True)
    assert str(outcome) == "updated and published"
    assert "More." in Article.objects.live().get().body


def test_an_update_without_publish_waits_as_a_draft(load):
    load(publish=True)
    copy = copy_of(load(STORY + "\nMore."))
    assert copy.stage == Stage.DRAFT
    assert "More." not in Article.objects.live().get().body


def test_an_update_of_what_people_published_waits_for_people(load):
    copy = copy_of(load())
    workflow.submit(copy, copy.latest_revision, by=make_user())
    workflow.approve(copy, copy.latest_revision, by=make_user("Editors"))
    workflow.publish(copy, copy.latest_revision, by=make_user("Chief editors"))
    outcome = load(STORY + "\nMore.", publish=True)
    assert (outcome.result, outcome.published) == (Result.UPDATED, False)
    assert "published by the newsroom before, so the new text waits as a draft" in outcome.notes
    assert "More." not in Article.objects.live().get().body


# READ lines and the stories they name


def test_a_read_line_leads_to_a_story_that_is_there_however_its_headline_is_spelt(load):
    target = make_live_article(headline="The  QUOTA is gone")
    assert copy_of(load()).related_links.get().story == target


def test_a_read_line_finds_its_story_when_that_arrives_later(load):
    outcome = load(publish=True)
    assert copy_of(outcome).related_links.get().is_unresolved
    target = load("Language: en\nSection: origin\n\nThe quota is gone\n\nAll of it.", "later.txt", publish=True).article
    assert copy_of(outcome).related_links.get().story == target
    assert Article.objects.get(pk=outcome.article.pk).related_links.get().story == target


# Sections and tags


def write(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_vocabulary_is_made_once(folder):
    sections = write(folder, "sections.csv", "slug,en,pl\nfines,Fines,Kary\nports,Ports,Porty\n")
    tags = write(folder, "tags.csv", "kind,slug,en,pl,aliases\nplace,lodz,Łódź,Łódź,Lodz|Lódź\ntopic,duty,duty,cło,\n")
    by = system_user()
    assert (vocabulary.load(sections, by=by), vocabulary.load(tags, by=by)) == (2, 2)
    assert (vocabulary.load(sections, by=by), vocabulary.load(tags, by=by)) == (0, 0)
    duty = Tag.objects.get(slug="duty")
    assert (duty.name, duty.names, find_tag("CŁO")) == ("duty", {"pl": "cło"}, duty)
    assert not duty.aliases.exists()  # it is known by its names as it is
    assert not TagAlias.objects.filter(tag__slug="lodz").exists()  # both fold to the name itself


def test_new_sections_are_in_the_history_and_move_what_every_page_depends_on(folder):
    before = counters.values([counters.SITE])[counters.SITE]
    vocabulary.load(write(folder, "sections.csv", "slug,en,pl\nfines,Fines,Kary\n"), by=system_user())
    assert counters.values([counters.SITE])[counters.SITE] > before
    assert AuditEvent.objects.about(Section.objects.get(slug="fines")).get().kind == "section.added"


def test_the_new_tags_of_a_file_are_one_line_of_history(folder):
    tags = write(folder, "tags.csv", "kind,slug,en,pl,aliases\ntopic,duty,duty,cło,\ntopic,quota,quota,,\n")
    vocabulary.load(tags, by=system_user())
    vocabulary.load(tags, by=system_user())
    event = AuditEvent.objects.get()
    assert (event.kind, event.subject_kind, event.subject_id, event.actor_name) == (
        "vocabulary.imported",
        "site",
        0,
        "system",
    )
    assert json.loads(event.facts) == {"source": "tags.csv", "made": 2, "tags": ["duty", "quota"]}
    assert verify.verify() == (1, None)


@pytest.mark.parametrize(("name", "polish", "alias"), [("Cło", "", ""), ("X", "clo", ""), ("X", "", "CŁO")])
def test_a_tag_the_newsroom_knows_by_any_of_its_names_is_not_made_again(folder, name, polish, alias):
    tag = make_tag(name, names={"pl": polish})
    if alias:
        tag.aliases.create(name=alias)
    tags = write(folder, "tags.csv", "kind,slug,en,pl,aliases\ntopic,duty,duty,cło,tariff\ntopic,levy,levy,,cło\n")
    assert vocabulary.load(tags, by=system_user()) == 1
    assert not Tag.objects.filter(slug="duty").exists() and Tag.objects.filter(slug="levy").exists()
    assert find_tag("cło") == tag and not TagAlias.objects.exclude(tag=tag).exists()


def test_a_story_s_tag_is_found_by_its_name_in_another_language(load):
    duty = make_tag("duty", names={"pl": "cło"})
    assert list(copy_of(load(f"Tags: CLO\n{STORY}")).tags.all()) == [duty]
    assert Tag.objects.filter(kind=Tag.Kind.TOPIC).get() == duty


def test_an_author_s_address_is_no_login(load):
    make_user(username="Ola-Nowik")
    load(f"Author: Ola Nowik\n{STORY}")
    assert Author.objects.get().slug == "ola-nowik-2"


def test_what_an_editor_made_of_a_section_or_tag_is_left_alone(folder):
    sections = write(folder, "sections.csv", "slug,en,pl\nfines,Fines,Kary\nports,Ports,Porty\n")
    tags = write(folder, "tags.csv", "kind,slug,en,pl,aliases\ntopic,duty,duty,cło,tariff\ntopic,quota,quota,,\n")
    vocabulary.load(sections, by=system_user())
    vocabulary.load(tags, by=system_user())
    Section.objects.filter(slug="fines").update(name="Penalties", names={}, position=9)
    Section.objects.filter(slug="ports").update(slug="harbours")
    duty = Tag.objects.get(slug="duty")
    duty.name = "customs duty"
    duty.save()
    duty.aliases.all().delete()
    Tag.objects.filter(slug="quota").update(slug="quotas")

    assert (vocabulary.load(sections, by=system_user()), vocabulary.load(tags, by=system_user())) == (0, 0)
    assert Section.objects.filter(slug="fines", name="Penalties", names={}, position=9).exists()
    assert not Section.objects.filter(slug="ports").exists()
    assert not TagAlias.objects.exists() and not Tag.objects.filter(name="duty").exists()


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("tags.csv", "slug,en\n", "The first line must be: kind,slug,en,pl,aliases"),
        ("tags.csv", "", "The first line must be: kind,slug,en,pl,aliases"),
        ("tags.csv", "kind,slug,en,pl,aliases\ntopic,a\n", "Line 2 does not fit the columns"),
        ("tags.csv", "kind,slug,en,pl,aliases\ntopic,a,b,c,d,e\n", "Line 2 does not fit the columns"),
        ("tags.csv", "kind,slug,en,pl,aliases\ntopic,a,a,,\nthing,b,b,,\n", "Line 3: "),
        ("tags.csv", "kind,slug,en,pl,aliases\ntopic,not a slug,a,,\n", "Line 2: "),
        ("tags.csv", "kind,slug,en,pl,aliases\ntopic,a,,,\n", "Line 2: "),
        ("tags.csv", f"kind,slug,en,pl,aliases\ntopic,a,a,,{'x' * 101}\n", "Line 2: "),
        ("tags.csv", f"kind,slug,en,pl,aliases\ntopic,a,a,{'x' * 101},\n", "Line 2: "),
        (
            "tags.csv",
            "kind,slug,en,pl,aliases\ntopic,a,a,cło,\ntopic,b,clo,,\n",
            "Line 3: Another line has the name “clo”",
        ),
        ("sections.csv", f"slug,en,pl\na,{'x' * 61},\n", "Line 2: "),
    ],
)
def test_a_malformed_vocabulary_is_refused_by_its_line_and_makes_nothing(tmp_path, name, text, reason):
    with pytest.raises(seed.Unreadable) as refused:
        vocabulary.load(write(tmp_path, name, text), by=system_user())
    assert str(refused.value).startswith(reason)
    assert not Tag.objects.exists() and not Section.objects.exists()


def test_our_vocabulary_has_no_name_twice_and_knows_all_our_stories_name():
    with (OURS / "tags.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    keys = {}
    for row in rows:
        for name in {fold(name) for name in (row["en"], row["pl"], *row["aliases"].split("|")) if name}:
            assert keys.setdefault(name, row["slug"]) == row["slug"], name
    assert len({row["slug"] for row in rows}) == len(rows) >= 80
    with (OURS / "sections.csv").open(encoding="utf-8") as file:
        sections = {row["slug"] for row in csv.DictReader(file)}
    for path in OURS.glob("*.txt"):
        story = seed.read(path.read_bytes())
        assert story.section in sections
        assert [tag for tag in story.tags if fold(tag) not in keys] == []


# The command


def test_the_command_fills_an_empty_newsroom_and_changes_nothing_the_second_time():
    said, complained = load_seeds("--publish")
    assert complained == []
    assert said[-1] == "created 8, updated 0, unchanged 0, kept 0, failed 0"
    assert [line for line in said if "the link waits" in line] == [
        "parts-is-not-a-description.txt: “Forty words customs never wants to see again” is not here yet; "
        "the link waits for it."
    ]
    assert Article.objects.live().count() == 8
    assert Section.objects.count() == 6
    before = rows_in_every_table()
    said, _complained = load_seeds("--publish")
    assert said[-1] == "created 0, updated 0, unchanged 8, kept 0, failed 0"
    assert rows_in_every_table() == before


def test_a_link_to_a_draft_does_not_count_as_waiting():
    said, _complained = load_seeds()
    assert len([line for line in said if "the link waits" in line]) == 1


def test_our_stories_lead_to_each_other_and_need_no_mending():
    load_seeds("--publish")
    waiting = [link.label for link in WorkingCopyRelated.objects.all() if link.is_unresolved]
    assert waiting == ["Forty words customs never wants to see again"]
    for copy in WorkingCopy.objects.all():
        assert copy.dateline and copy.source == "Tariff & Transit sample content"
        warnings = {point.field for point in checklist.items(checklist.ChecklistInput.of(copy))}
        assert warnings <= {"standfirst", "related"}


def rows_in_every_table():
    return {model.__name__: model._default_manager.count() for model in apps.get_models(include_auto_created=True)}


@pytest.mark.parametrize("arguments", [[], ["--publish"], [OURS / "umowa-z-wietnamem.txt"]])
def test_a_dry_run_says_what_would_happen_and_writes_nothing(arguments):
    before = rows_in_every_table()
    said, _complained = load_seeds("--dry-run", *arguments)
    assert rows_in_every_table() == before
    assert said[-2].startswith("created ") and not said[-2].startswith("created 0")
    assert said[-1] == "Nothing was written: this was a dry run."


def test_a_dry_run_tells_of_bad_files_too(folder):
    write(folder, "bad.txt", " \n")
    _said, complained = load_seeds("--dry-run", folder, status=1)
    assert complained == ["bad.txt: The file is blank."]


BAD_FILES = {
    "binary.txt": (b"PK\x03\x04\x00", "The file is binary, not a text."),
    "blank.txt": (b" \n\n", "The file is blank."),
    "empty.txt": (b"", "The file is empty."),
    "headless.txt": (b"Tags: one\n\n", "There are headers but no headline."),
    "undecodable.txt": (
        b"\x81\x8d\x8f",
        "The text is neither UTF-8 nor recognisable as Polish in cp1250; save it as UTF-8.",
    ),
}


def test_each_bad_file_is_named_with_its_reason_and_the_others_load(folder):
    for name, (data, _reason) in BAD_FILES.items():
        (folder / name).write_bytes(data)
    write(folder, "a-good-one.txt", STORY)
    write(folder, "the-last.TXT", STORY.replace("steel", "zinc"))
    write(folder, "notes.md", "not a story")
    said, complained = load_seeds(folder, folder / "missing.txt", status=1)
    assert complained == [
        *(f"{name}: {reason}" for name, (_data, reason) in BAD_FILES.items()),
        "missing.txt: No such file or directory",
    ]
    assert said[-1] == "created 2, updated 0, unchanged 0, kept 0, failed 6"


def test_a_story_that_could_not_be_published_is_named_and_stays_a_draft(folder):
    write(folder, "story.txt", STORY.replace("Language: en", "Language: de"))
    said, complained = load_seeds("--publish", folder, status=1)
    assert complained == ["story.txt: not published: Choose the language the story is written in."]
    assert said[0] == "story.txt: created (“de” is not a language of this site)"


def test_a_file_whose_name_is_no_text_loads_all_the_same(folder):
    path = Path(os.fsdecode(os.fsencode(folder) + b"/c\xb3o.txt"))
    path.write_text(STORY, encoding="utf-8")
    said, complained = load_seeds(folder)
    assert (said[0], complained) == ("c\ufffdo.txt: created", [])


def test_a_vocabulary_named_by_itself_is_no_story(folder):
    said, _complained = load_seeds(OURS / "tags.csv")
    assert said[0] == "tags.csv: 84 new"  # Brussels is there
    assert not Article.objects.exists()


def test_a_folder_without_stories_is_named(folder):
    _said, complained = load_seeds(folder, status=1)
    assert complained == [f"{folder.name}: There is no story in this folder."]


def test_a_file_named_twice_is_loaded_once(folder):
    path = write(folder, "story.txt", STORY)
    said, _complained = load_seeds(path, folder)
    assert said[-1] == "created 1, updated 0, unchanged 0, kept 0, failed 0"


def test_section_and_language_can_be_given_for_stories_that_name_none(folder):
    path = write(folder, "story.txt", "Cło\n\nTak.")
    load_seeds(path, "--section", "Pochodzenie", "--language", "pl")
    copy = WorkingCopy.objects.get()
    assert (copy.section.slug, copy.language) == ("origin", "pl")


@pytest.mark.parametrize(
    ("option", "value", "reason"),
    [
        ("--section", "sport", "There is no section “sport”; choose one of tariffs, origin."),
        ("--language", "de", "“de” is not a language of this site; choose one of en, pl."),
    ],
)
def test_a_section_or_language_we_do_not_have_stops_the_command(folder, option, value, reason):
    path = write(folder, "story.txt", STORY)
    with pytest.raises(CommandError) as stopped:
        load_seeds(path, option, value)
    assert str(stopped.value) == reason
    assert not Article.objects.exists()


def test_a_folder_brings_its_own_sections_and_tags_before_its_stories(tmp_path):
    write(tmp_path, "sections.csv", "slug,en,pl\nfines,Fines,Kary\n")
    write(tmp_path, "tags.csv", "kind,slug,en,pl,aliases\nplace,ruritania,Ruritania,Rurytania,\n")
    write(tmp_path, "a.txt", STORY.replace("tariffs", "kary").replace("Brussels", "Rurytania"))
    load_seeds(tmp_path, "--publish")
    assert list(Section.objects.values_list("slug", flat=True)) == ["fines"]
    assert Article.objects.live().get().dateline == "Rurytania"


# The page as it comes, into a newsroom that has nothing yet

as_it_comes = [pytest.param("our equivalent", id="our equivalent")]
as_it_comes += [
    pytest.param(path, id=path.name) for path in sorted((REPOSITORY.parent / "shared" / "seeds").glob("*.txt"))
]


@pytest.mark.parametrize("path", as_it_comes)
def test_a_copied_page_can_be_published_as_it_comes(tmp_path, path):
    if path == "our equivalent":
        from news.tests.importers.test_seed_format import COPIED_PAGE

        path = write(tmp_path, "page.txt", COPIED_PAGE)
    said, _complained = load_seeds(path, "--publish")
    assert f"{path.name}: created and published (a comment form in “pl” was left out; it names no section" in said[2]
    article = Article.objects.live().get()
    assert (article.headline, article.dateline, article.language) == (
        path.read_text(encoding="utf-8").splitlines()[0],
        "Brussels",
        "en",
    )
    blocks = article.body.split("\n")
    assert len(blocks) == 6 and [block[:3] for block in blocks] == ["<p>"] * 4 + ["<di"] + ["<p>"]
    assert article.related_links.get().is_unresolved
    assert "komentarz" not in article.body and "@" not in article.body and "*" not in article.body
    assert ImportRecord.objects.get().source.endswith(f"/{path.name}")
