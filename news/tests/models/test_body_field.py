"""The column of a story's text is clean whichever way Django writes it (invariant I5, docs/architecture.md).

But for a database expression (`Value("<script>")`), which a field never sees: rendering trusts no stored text either.
"""

import pytest
from django.core import serializers

from news.models import Article, WorkingCopy
from news.tests.factories import make_copy

pytestmark = pytest.mark.django_db
HOSTILE, CLEAN = '<p onclick="x()">Text<script>alert(1)</script></p>', "<p>Text</p>"


def stored(copy):
    return WorkingCopy.objects.values_list("body", flat=True).get(pk=copy.pk)


def test_saved_or_created_it_is_clean():
    copy = make_copy(body=HOSTILE)
    assert stored(copy) == CLEAN
    copy.body = HOSTILE
    copy.save(update_fields=["body"])
    assert stored(copy) == CLEAN


def test_written_in_bulk_it_is_clean():
    copy = WorkingCopy(article=Article.objects.create(), body=HOSTILE)
    WorkingCopy.objects.bulk_create([copy])
    assert stored(copy) == CLEAN
    copy.body = HOSTILE
    WorkingCopy.objects.bulk_update([copy], ["body"])
    assert stored(copy) == CLEAN


def test_updated_by_a_query_it_is_clean():
    copy = make_copy()
    WorkingCopy.objects.filter(pk=copy.pk).update(body=HOSTILE)
    assert stored(copy) == CLEAN


def test_loaded_from_a_fixture_it_is_clean():
    copy = make_copy()
    fixture = serializers.serialize("json", [copy]).replace("Text of", "<script>alert(1)</script>Text of")
    for row in serializers.deserialize("json", fixture):
        row.save()
    assert "<script>" not in stored(copy)
