"""Roles: apps register what each may do; groups are made after every migration and only ever gain permissions."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from portal import roles

pytestmark = pytest.mark.django_db


def codenames(role):
    return set(Group.objects.get(name=role).permissions.values_list("content_type__app_label", "codename"))


def test_every_app_s_permissions_are_given_and_every_registered_one_exists():
    assert {"portal", "news", "comments"} == set(roles._codenames)
    for app_label, by_role in roles._codenames.items():
        for role, registered in by_role.items():
            granted = {codename for app, codename in codenames(role) if app == app_label}
            assert granted == set(registered), f"{role} of {app_label}"


def test_nothing_is_taken_away_that_an_admin_gave():
    extra = Permission.objects.get(content_type__app_label="news", codename="publish_workingcopy")
    Group.objects.get(name=roles.REPORTERS).permissions.add(extra)
    roles.ensure_roles()
    assert ("news", "publish_workingcopy") in codenames(roles.REPORTERS)


def test_what_is_missing_comes_back_with_the_next_migration():
    Group.objects.get(name=roles.MODERATORS).delete()
    Group.objects.get(name=roles.EDITORS).permissions.clear()
    call_command("migrate", verbosity=0)
    assert ("comments", "moderate_comment") in codenames(roles.MODERATORS)
    assert ("news", "review_workingcopy") in codenames(roles.EDITORS)


def test_an_app_registers_once():
    with pytest.raises(ValueError, match="news are registered twice"):
        roles.register("news", {})


def test_a_group_that_is_no_role_of_ours_is_called_by_its_name():
    assert roles.label(Group(name="Chief editors")) == "Chief editor"
    assert roles.label(Group(name="Interns")) == "Interns"
