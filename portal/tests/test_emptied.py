"""What a test with transactions of its own leaves behind is gone before the next one, and the roles are there again."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.test import TransactionTestCase

from comments.tests.factories import make_comment
from conftest import STANDING
from news.tests.factories import make_live_article, make_tag, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def end_test():
    return TransactionTestCase()._fixture_teardown


def left():
    """How many rows each table holds, but for what Django makes after a flush."""
    models = apps.get_models(include_auto_created=True)
    counts = {model._meta.db_table: model._base_manager.count() for model in models if model._meta.managed}
    return {table: number for table, number in counts.items() if number and table not in STANDING}


def roles():
    return {group.name: set(group.permissions.values_list("codename", flat=True)) for group in Group.objects.all()}


def test_every_row_goes_and_permissions_and_roles_stay(end_test):
    before = roles(), Permission.objects.count()
    make_comment(make_live_article(tags=[make_tag()]), status="approved")
    assert len(left()) > 10
    end_test()
    assert left() == {} and (roles(), Permission.objects.count()) == before


def test_a_role_that_was_changed_or_deleted_is_as_it_was(end_test):
    before = roles()
    make_user("Editors").groups.get().permissions.clear()
    Group.objects.filter(name="Moderators").delete()
    Group.objects.create(name="Proofreaders")
    end_test()
    assert left() == {} and roles() == before
    make_user("Moderators")
    end_test()
    assert left() == {} and roles() == before
