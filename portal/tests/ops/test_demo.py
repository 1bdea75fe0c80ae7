"""The demo fills an empty newsroom once, and keeps what people have done in it since."""

import pytest
from django.apps import apps

from comments.models import Comment
from comments.moderation import decisions
from news.editorial import workflow
from news.models import Article, WorkingCopy
from portal.models import AuditEvent, User
from portal.ops import demo

pytestmark = pytest.mark.django_db


def rows():
    """{model: its rows as plain values}"""
    return {model: list(model._base_manager.order_by("pk").values()) for model in apps.get_models()}


def test_it_fills_every_stage_and_status():
    password = demo.prepare()
    assert all(User.objects.get(username=name).check_password(password) for name in demo.PEOPLE)
    stages = set(WorkingCopy.objects.values_list("stage", flat=True))
    assert stages == set(WorkingCopy.Stage) - {WorkingCopy.Stage.DISCARDED}
    assert Article.objects.exclude(withdrawn_at=None).count() == 1
    statuses = set(Comment.objects.values_list("status", flat=True))
    assert statuses >= {Comment.Status.PENDING, Comment.Status.APPROVED, Comment.Status.SPAM}
    assert Comment.objects.reported().count() == 1


def test_the_second_run_keeps_the_data_and_what_people_have_changed_since():
    demo.prepare("the first password")
    editor, moderator = (User.objects.get(username=name) for name in ("editor", "moderator"))
    copies = WorkingCopy.objects.select_related("article", "latest_revision")
    published = copies.filter(stage=WorkingCopy.Stage.NOTHING_PENDING).first()
    with workflow.editing(published, by=editor, version=published.version):
        published.headline = "Changed by somebody who tries the demo"
    decisions.approve(Comment.objects.waiting().first(), by=moderator)
    editor.set_password("a password of one's own")
    editor.save()
    before, events = rows(), AuditEvent.objects.count()

    assert demo.prepare("the second password") == ""

    assert AuditEvent.objects.count() == events
    after = rows()
    assert {model.__name__ for model in before if before[model] != after[model]} == set()
