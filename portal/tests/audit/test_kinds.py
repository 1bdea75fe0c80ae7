"""The registry: only what an app has registered can be recorded, under labels that do not depend on class names."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import transaction
from django.utils.functional import Promise

from news.tests.factories import make_copy, make_tag, make_user
from portal.audit import kinds, log
from portal.models import AuditEvent, audit_subjects
from portal.models.audit_subjects import Subject

CODE = [
    path
    for app in ("portal", "news", "comments")
    for path in sorted(Path(settings.BASE_DIR, app).rglob("*.py"))
    if "tests" not in path.parts and "migrations" not in path.parts
]


@pytest.mark.django_db
def test_a_kind_nobody_registered_is_refused_by_name():
    copy = make_copy()
    events = AuditEvent.objects.count()
    with pytest.raises(ValueError, match=r"Nobody registered an audit kind called article\.eaten\."):
        log.record("article.eaten", copy.article, by=make_user())
    assert AuditEvent.objects.count() == events


@pytest.mark.django_db
def test_a_kind_about_another_subject_is_refused():
    with pytest.raises(ValueError, match=r"An event article\.saved is not about “tag”\."):
        log.record("article.saved", make_tag(), by=make_user())
    with pytest.raises(ValueError, match=r"An event comments\.purged is not about “comment”\."):
        log.record("comments.purged", Subject("comment", 1), by=None)


@pytest.mark.django_db
def test_a_subject_nobody_registered_is_refused():
    with pytest.raises(ValueError, match=r"Nobody registered auth\.Permission as the subject of audit events\."):
        log.record("article.saved", Permission.objects.first(), by=None)
    with pytest.raises(ValueError, match="Nobody registered"):
        AuditEvent.objects.about(Permission.objects.first())


@pytest.mark.parametrize(
    "name", ["saved", "article.", "Article.saved", "article.saved.twice", "article saved", "a.b" * 20]
)
def test_a_name_that_is_not_noun_and_verb_is_refused(name):
    with pytest.raises(ValueError, match="is no name of an audit kind"):
        kinds.register("article", sentences={name: ""})
    assert name not in kinds.registered()


def test_a_kind_is_registered_once():
    with pytest.raises(ValueError, match=r"There are two audit kinds called article\.saved\."):
        kinds.register("article", sentences={"article.saved": ""})


def test_a_label_is_registered_once_and_fits_its_column():
    with pytest.raises(ValueError, match="two labels for one audit subject"):
        audit_subjects.register("article", Permission)
    with pytest.raises(ValueError, match="longer than 20 characters"):
        audit_subjects.register("permission_to_do_something", Permission)
    assert AuditEvent._meta.get_field("subject_kind").max_length == audit_subjects.LONGEST_LABEL
    assert AuditEvent._meta.get_field("kind").max_length == kinds.LONGEST_NAME


def test_every_kind_has_a_sentence_that_can_be_translated_and_a_subject_with_a_label():
    labels = set(audit_subjects._labels.values()) | {kinds.SITE.label}
    for kind in kinds.registered().values():
        assert isinstance(kind.sentence, Promise) and str(kind.sentence), kind.name
        assert kind.subjects and kind.subjects <= labels, kind.name


@pytest.mark.django_db
def test_a_label_stays_when_the_class_is_called_otherwise(monkeypatch):
    copy = make_copy()
    monkeypatch.setattr(type(copy.article)._meta, "model_name", "publishedarticle")
    with transaction.atomic():
        event = log.record("article.reopened", copy.article, by=make_user())
    assert event.subject_kind == "article"
    assert AuditEvent.objects.about(copy.article).first() == event


def test_every_kind_that_code_records_is_registered_and_every_registered_one_is_recorded():
    """As far as it stands in the code as a string: names put together from a noun and a verb are looked for as such."""
    nouns = {name.partition(".")[0] for name in kinds.registered()}
    pattern = re.compile(rf'"((?:{"|".join(sorted(nouns))})\.[a-z_]+)"')
    registries = {path for path in CODE if path.name == "audit_kinds.py"}
    written = {match for path in CODE if path not in registries for match in pattern.findall(path.read_text())}
    constants = {match for path in registries for match in re.findall(r'^[A-Z_]+ = "(.+)"', path.read_text(), re.M)}
    put_together = {
        f"{noun}.{verb}" for noun in ("section", "tag", "author") for verb in ("added", "renamed", "changed")
    }
    recorded = written | constants | put_together
    assert set(kinds.registered()) - recorded == set()
    assert {name for name in written if name.partition(".")[2].endswith("ed")} - set(kinds.registered()) == set()
