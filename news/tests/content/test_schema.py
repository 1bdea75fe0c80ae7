"""Revisions of each past shape, and fields added since: an old story goes every way that a story can go."""

import json
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from news.content import revisions, schema
from news.content.fields import Code, Panel
from news.editorial import preview, preview_links, workflow
from news.jobs import publish_due
from news.models import Article, Author, Section, Tag, WorkingCopy
from news.tests.content.later_fields import rows_added, text_added
from news.tests.factories import again, make_copy, make_live_article, make_user, saved_again
from news.tests.page_forms import as_, editor_of, fields_of, said, send, send_fields
from portal.audit import verify
from portal.audit.log import canonical

pytestmark = pytest.mark.django_db
Stage = WorkingCopy.Stage
SHAPES = Path(__file__).parent / "revisions"
encode = revisions.encode
# How the software of each time wrote a content.
ENCODERS = {"1-every-field": canonical, "2-without-defaults": encode}
ADDED = {"text": text_added, "rows": rows_added}
NUMBER = 9001  # of the rows that the stored revisions name


@dataclass
class OldNewsroom:
    """Stories written by an older version of the newsroom; `upgrade` puts today's in its place."""

    text: str  # of a stored revision
    upgrade: Any
    later: str  # the field that was added since; one that nobody had filled in, where none was
    value: Any  # what somebody fills in there

    def draft(self, *, by=None):
        content = {name: field.loaded(value) for field, name, value in self._fields()}
        copy = workflow.start(by=by or make_user(), **content)
        assert copy.latest_revision.content == self.text  # the file is what was written then
        return copy

    def _fields(self):
        return [(schema.field_named(name), name, value) for name, value in json.loads(self.text).items()]

    def approved(self, copy=None):
        copy = copy or self.draft()
        workflow.submit(copy, copy.latest_revision, by=copy.saved_by)
        workflow.approve(copy, copy.latest_revision, by=make_user("Editors"))
        return copy

    def live(self):
        copy = self.approved()
        workflow.publish(copy, copy.latest_revision, by=make_user("Chief editors"))
        return copy

    def scheduled(self, copy=None):
        copy = self.approved(copy)
        at = timezone.now() + timedelta(hours=1)
        workflow.schedule(copy, copy.latest_revision, by=make_user("Chief editors"), at=at)
        return copy

    def fill_in(self, copy, by=None):
        """Somebody fills in the field that was added since."""
        copy = again(copy)
        with workflow.editing(copy, by=by or make_user(), version=copy.version):
            schema.assign(copy, {self.later: self.value})
            schema.write_rows(copy, {self.later: self.value})
        return copy

    def said_in(self, owner):
        """What a row says there, or a preview prints."""
        return schema.field_named(self.later).read(type(owner).objects.get(pk=owner.pk))

    def is_blank(self, owner):
        return self.said_in(owner) == schema.field_named(self.later).default


CASES = [
    ("1-every-field", ""),
    ("1-every-field", "text"),
    ("2-without-defaults", "text"),
    ("2-without-defaults", "rows"),
]


@pytest.fixture(params=CASES, ids="-".join)
def old(request, monkeypatch):
    """An older newsroom; whatever became of its stories, the history proves what readers see."""
    shape, added = request.param
    Section.objects.create(pk=NUMBER, name="Barges", slug="barges")
    for pk in (NUMBER, NUMBER + 1):
        Tag.objects.create(pk=pk, name=f"Tag {pk}")
        Author.objects.create(pk=pk, name=f"Author {pk}", slug=f"author-{pk}")
    Article.objects.create(pk=NUMBER)
    text = (SHAPES / f"{shape}.json").read_text(encoding="utf-8").rstrip("\n")
    monkeypatch.setattr(revisions, "encode", ENCODERS[shape])
    with ExitStack() as since:

        def upgrade():
            monkeypatch.setattr(revisions, "encode", encode)
            if added:
                since.enter_context(ADDED[added]())

        later, value = {"": ("seo_title", "Seals"), "text": ("kicker", "Seen"), "rows": ("reviewers", [NUMBER])}[added]
        yield OldNewsroom(text, upgrade, later, value)
        assert verify.verify()[1] is None


@pytest.fixture
def clock(monkeypatch):
    """Let the clock show a moment."""
    return lambda moment: monkeypatch.setattr(timezone, "now", lambda: moment)


def compare_page(client, copy, before, after):
    page = reverse("admin:news_workingcopy_compare", args=[copy.pk])
    return client.get(page, {"from": before, "to": after})


# ---- every path of an old revision


def test_an_untouched_save_keeps_the_approval_and_makes_no_revision(client, old):
    copy = old.approved()
    old.upgrade()
    as_(client, "Editors")
    assert "Nothing had changed" in said(send(client, editor_of(copy)))[0]
    copy = again(copy)
    assert (copy.stage, copy.latest_revision.number) == (Stage.APPROVED, 1)
    assert copy.approved_revision == copy.latest_revision
    workflow.publish(copy, copy.latest_revision, by=make_user("Chief editors"))
    assert copy.article.is_live() and old.is_blank(copy.article)


def test_an_old_revision_is_brought_back_with_its_very_hash(old):
    copy = old.draft()
    first = copy.latest_revision
    old.upgrade()
    copy = old.fill_in(copy)
    assert old.said_in(copy) == old.value
    left_out = workflow.restore_revision(copy, first, by=make_user(), version=copy.version)
    assert not any(left_out.missing.values()) and not left_out.unknown
    assert copy.latest_revision.number == 3 and copy.latest_revision.content_hash == first.content_hash
    assert old.is_blank(copy)


def test_bringing_back_what_it_says_already_is_refused(old):
    copy = old.draft()
    old.upgrade()
    with pytest.raises(workflow.Refused, match="exactly this already"):
        workflow.restore_revision(again(copy), copy.latest_revision, by=make_user(), version=copy.version)


def test_an_old_revision_is_previewed(client, old):
    copy = old.draft()
    old.upgrade()
    old.fill_in(copy)
    as_(client, "Editors")
    address = reverse("admin:news_workingcopy_preview", args=[copy.pk])
    for number in (1, 2):
        assert "Seals on barges" in client.get(address, {"revision": number}).content.decode()
    proof = preview.of_revision(again(copy), copy.latest_revision)
    assert not getattr(proof, old.later)
    assert [row.tag.pk for row in proof.tag_rows] == [NUMBER, NUMBER + 1]
    assert [row.author.pk for row in proof.bylines] == [NUMBER + 1, NUMBER]


def test_a_preview_link_shows_an_old_revision(client, old):
    copy = old.draft()
    old.upgrade()
    link = preview_links.create(again(copy), by=make_user("Editors"), days=1, revision=copy.latest_revision)
    assert "Seals on barges" in client.get(link.get_absolute_url()).content.decode()


def test_an_old_revision_is_compared_with_a_new_one(client, old):
    copy = old.draft()
    old.upgrade()
    old.fill_in(copy)
    as_(client, "Editors")
    comparison = compare_page(client, copy, 1, 2).context["comparison"]
    assert [field.label for field in comparison.fields] == [str(schema.field_named(old.later).label)]
    assert comparison.headline.is_kept and all(block.is_kept for block in comparison.blocks)
    assert compare_page(client, copy, 1, 1).context["comparison"].is_same


def test_two_people_who_wrote_at_an_old_revision_are_put_together(client, old):
    reporter = as_(client, "Reporters")
    copy = old.draft(by=reporter)
    typed = fields_of(client.get(editor_of(copy)))
    old.upgrade()
    old.fill_in(copy, by=make_user("Editors"))
    send_fields(client, editor_of(copy), typed, headline="Mine")
    assert again(copy).headline == "Mine"
    assert old.said_in(copy) == old.value


def test_an_old_update_goes_out_at_its_hour(old, clock):
    live = old.live()
    copy = old.scheduled(saved_again(again(live), make_user(), headline="As it will be"))
    old.upgrade()
    clock(copy.scheduled_for)
    assert publish_due() == {"article.published": 1}
    article = Article.objects.get(pk=copy.pk)
    assert article.headline == "As it will be" and old.is_blank(article)
    assert again(copy).stage == Stage.NOTHING_PENDING


def test_a_new_story_that_was_scheduled_appears_at_its_hour(old, clock):
    copy = old.scheduled()
    old.upgrade()
    clock(copy.scheduled_for)
    assert publish_due() == {"article.went_live": 1}
    assert Article.objects.get(pk=copy.pk).is_live()


def test_a_story_taken_off_the_schedule_is_blank(old):
    copy = old.scheduled()
    old.upgrade()
    copy = again(copy)
    workflow.unschedule(copy, copy.latest_revision, by=make_user("Chief editors"))
    article = Article.objects.get(pk=copy.pk)
    assert revisions.snapshot(article) == schema.complete({})


def test_a_change_is_discarded_and_the_old_text_is_there_again(old):
    copy = old.live()
    old.upgrade()
    copy = old.fill_in(copy)
    workflow.discard(copy, copy.latest_revision, by=copy.saved_by)
    assert (again(copy).stage, again(copy).latest_revision.content) == (Stage.NOTHING_PENDING, old.text)
    assert old.is_blank(copy)


def test_a_change_to_what_is_scheduled_is_discarded_and_its_approval_stands(old):
    copy = old.scheduled()
    old.upgrade()
    copy = old.fill_in(copy)
    workflow.discard(copy, copy.latest_revision, by=copy.saved_by)
    assert again(copy).stage == Stage.SCHEDULED
    assert again(copy).approved_revision == again(copy).latest_revision


def test_a_typo_in_an_old_story_is_mended_by_one_person(old):
    copy = old.live()
    old.upgrade()
    copy = again(copy)
    saved_again(copy, make_user("Editors"), body=copy.body.replace("Bordre", "Border"))
    workflow.fix_typo(copy, copy.latest_revision, by=make_user("Chief editors"))
    assert "Border" in Article.objects.get(pk=copy.pk).body


def test_a_field_added_since_is_more_than_a_typo(old):
    copy = old.live()
    old.upgrade()
    copy = old.fill_in(copy)
    with pytest.raises(workflow.Refused, match="More than words changed"):
        workflow.fix_typo(copy, copy.latest_revision, by=make_user("Chief editors"))


def test_a_field_added_since_goes_to_readers_and_into_the_history(old):
    copy = old.live()
    old.upgrade()
    copy = old.fill_in(copy)
    copy = old.approved(again(copy))
    workflow.publish(copy, copy.latest_revision, by=make_user("Chief editors"))
    assert old.said_in(Article.objects.get(pk=copy.pk)) == old.value


# ---- the canonical JSON


def test_defaults_are_left_out_and_read_again():
    copy = make_copy(headline="Only this", body="", language="", section=None, links=[{"label": "To come"}])
    stored = json.loads(copy.latest_revision.content)
    assert stored.keys() == {"headline", "related"} and stored["related"][0].keys() == {"uuid", "label"}
    content = revisions.content_of(copy.latest_revision)
    assert content == revisions.snapshot(copy) and content["tags"] == [] and content["section"] is None
    assert content["related"][0]["placement"] == "end"


def test_a_default_that_is_not_blank_is_left_out_and_read_again_like_any_other(monkeypatch):
    kind = Code(name="kind", label="Kind", panel=Panel.PLACE, default_code="news")
    copy = make_copy()
    before = revisions.snapshot(copy)
    monkeypatch.setattr(schema, "FIELDS", (*schema.FIELDS, kind))
    assert revisions.content_of(copy.latest_revision) == {**before, "kind": "news"}
    assert revisions.encode({**before, "kind": "news"}) == copy.latest_revision.content
    assert json.loads(revisions.encode({**before, "kind": "opinion"}))["kind"] == "opinion"


def test_every_field_of_the_content_is_a_column_or_rows_of_both_owners():
    """And no column of the content is forgotten in the schema."""
    computed = {"headline_key", "key"}
    for owner in (Article, WorkingCopy):
        for field in schema.FIELDS:
            assert hasattr(owner, getattr(field, "accessor", field.name))
    abstract = {field.name for field in WorkingCopy.__base__._meta.get_fields()}
    assert abstract - computed == {field.name for field in schema.columns()}


def test_content_with_an_unknown_name_is_refused():
    with pytest.raises(LookupError, match="no field 'kicker'"):
        workflow.start(by=make_user(), kicker="Seen")


# ---- revisions that newer software wrote


@pytest.fixture
def newer(monkeypatch):
    """A revision with a field, and a part of its links, that this software does not know."""

    def written(content):
        stored = json.loads(encode(content))
        links = [{**link, "note": "new"} for link in stored.get("related", [])]
        return canonical({**stored, "related": links, "kicker": "Seen"})

    monkeypatch.setattr(revisions, "encode", written)
    copy = make_copy(headline="From tomorrow", links=[{"label": "To come"}])
    monkeypatch.setattr(revisions, "encode", encode)
    return copy


def test_fields_nobody_here_knows_are_named(newer):
    assert revisions.unknown_in(newer.latest_revision) == ["kicker", "related.note"]
    assert revisions.content_of(newer.latest_revision) == revisions.snapshot(newer)


def test_an_untouched_save_of_such_a_revision_makes_one_that_says_what_readers_would_get(client, newer):
    as_(client, "Editors")
    send(client, editor_of(newer))
    latest = again(newer).latest_revision
    assert latest.number == 2 and revisions.unknown_in(latest) == []


def test_what_is_left_out_of_such_a_revision_is_said_when_it_comes_back(client, newer, caplog):
    saved_again(newer, make_user(), headline="Today")
    as_(client, "Editors")
    page = compare_page(client, newer, 1, 2)
    assert [field.label for field in page.context["comparison"].fields] == ["Not compared"]
    sent = fields_of(page, None)
    first = newer.article.revisions.get(number=1)
    sent["_bring_back"] = f"{newer.pk}:{first.pk}"
    answer = send_fields(client, page.request["PATH_INFO"], sent)
    assert any("kicker, related.note" in sentence for sentence in said(answer))
    assert "kicker" in caplog.text
    newest = again(newer).latest_revision
    assert (newest.number, again(newer).headline) == (3, "From tomorrow")
    assert revisions.unknown_in(newest) == []


def test_such_a_revision_is_previewed_and_goes_to_readers_once_it_is_saved_anew(newer):
    assert preview.of_revision(newer, newer.latest_revision).headline == "From tomorrow"
    workflow.submit(newer, newer.latest_revision, by=newer.saved_by)
    with pytest.raises(workflow.Refused, match="A newer version of this site wrote this version"):
        workflow.approve(newer, newer.latest_revision, by=make_user("Editors"))
    with workflow.editing(newer, by=newer.saved_by, version=newer.version):
        pass
    workflow.approve(newer, newer.latest_revision, by=make_user("Editors"))
    workflow.publish(newer, newer.latest_revision, by=make_user("Chief editors"))
    assert newer.article.is_live() and verify.verify()[1] is None


def scheduled_by_other_software(monkeypatch, written):
    """A live story with an update scheduled by software that writes its revisions in another way, and knows them."""
    copy, reporter = WorkingCopy.objects.get(pk=make_live_article().pk), make_user()
    with monkeypatch.context() as there:
        there.setattr(revisions, "encode", written)
        there.setattr(revisions, "unknown_in", lambda revision: [])
        copy = saved_again(copy, reporter, headline="As scheduled")
        workflow.submit(copy, copy.latest_revision, by=reporter)
        workflow.approve(copy, copy.latest_revision, by=make_user("Editors"))
        hour = timezone.now() + timedelta(hours=1)
        workflow.schedule(copy, copy.latest_revision, by=make_user("Chief editors"), at=hour)
    return again(copy)


def with_another_field(content):
    return canonical({**json.loads(encode(content)), "kicker": "Seen"})


def test_going_back_to_what_newer_software_scheduled_approves_nothing_it_left_out(monkeypatch):
    copy = scheduled_by_other_software(monkeypatch, with_another_field)
    copy = saved_again(copy, make_user(), headline="Something else")
    workflow.discard(copy, copy.latest_revision, by=make_user())
    assert (again(copy).stage, again(copy).approved_revision) == (WorkingCopy.Stage.DRAFT, None)
    assert verify.verify()[1] is None


def test_what_is_typed_back_by_hand_is_what_was_approved_however_it_was_written_then(monkeypatch):
    copy = scheduled_by_other_software(monkeypatch, canonical)
    for headline in ("Something else", "As scheduled"):
        copy = saved_again(copy, make_user(), headline=headline)
    assert copy.latest_revision.content_hash == copy.scheduled_revision.content_hash
    workflow.discard(copy, copy.latest_revision, by=make_user())
    copy = again(copy)
    workflow.publish(copy, copy.latest_revision, by=make_user("Chief editors"))
    assert verify.verify()[1] is None


@pytest.mark.parametrize("written", [encode, canonical])
def test_whoever_gave_their_change_up_is_no_second_author_whatever_the_text_was_written_by(monkeypatch, written):
    with monkeypatch.context() as there:
        there.setattr(revisions, "encode", written)
        copy = WorkingCopy.objects.get(pk=make_live_article(headline="As it is").pk)
    alone, other = make_user("Editors"), make_user()
    for person, headline in ((other, "An idea"), (other, "As it is"), (alone, "All of it new")):
        copy = saved_again(copy, person, headline=headline)
    workflow.submit(copy, copy.latest_revision, by=make_user())
    refusal = workflow.why_not(copy, workflow.Step.APPROVE, copy.latest_revision, by=alone)
    assert refusal == "You alone wrote this text; somebody else approves it."


# ---- one way to write rows


def test_rows_that_say_the_same_are_left_alone():
    article = make_live_article(headline="Alpha")
    copy = make_copy(links=[{"label": "Alpha"}, {"label": "Beta"}])
    content, link = revisions.snapshot(copy), copy.related_links.first()
    assert link.matched_article == article
    schema.write_rows(copy, content)
    assert list(copy.related_links.values_list("pk", "matched_article"))[0] == (link.pk, article.pk)
    content["related"][0] |= {"label": "Gamma"}
    schema.write_rows(copy, {"related": content["related"][:1]})
    assert list(copy.related_links.values_list("pk", "label", "matched_article")) == [(link.pk, "Gamma", None)]


def test_rows_of_which_nothing_is_said_stay():
    copy = make_copy(links=[{"label": "Alpha"}])
    schema.write_rows(copy, {"tags": []})
    assert copy.related_links.count() == 1
