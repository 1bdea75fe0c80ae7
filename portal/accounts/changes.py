"""Audit events of people and roles: what changed, from what to what; never a password or its hash.

Whoever changes an account does it within `recording_account`, a role within `recording_role`. The lock on the log
comes before any row, as everywhere.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import QuerySet

from portal.audit import log
from portal.models import User

ACCOUNT_FIELDS = ("username", "first_name", "last_name", "email", "time_zone", "admin_language", "is_active")
RIGHTS_FIELDS = ("is_staff", "is_superuser")
Changes = dict[str, list[Any]]  # field: [before, after]


@dataclass(frozen=True)
class AccountState:
    """What an account is at one moment, as plain values."""

    account: Mapping[str, Any]
    rights: Mapping[str, Any]
    password: str = field(repr=False)  # to be compared, never recorded


@contextmanager
def recording_account(user: User, *, by: User | None) -> Iterator[None]:
    """Record what the block changes of an account that is there already. One transaction."""
    with transaction.atomic():
        log.lock()
        before = _account_state(user.pk)
        yield
        after = _account_state(user.pk)
        if changes := _changes(before.account, after.account):
            log.record("user.changed", user, by=by, username=after.account["username"], changes=changes)
        if changes := _changes(before.rights, after.rights):
            log.record("user.roles_changed", user, by=by, username=after.account["username"], changes=changes)
        if before.password != after.password:
            record_password(User.objects.get(pk=user.pk), by=by)


def record_password(user: User, *, by: User | None) -> None:
    """Record that a person's password was changed or disabled, in the caller's transaction."""
    kind = "user.password_changed" if user.has_usable_password() else "user.password_disabled"
    log.record(kind, user, by=by, username=user.get_username())


@transaction.atomic
def record_new_account(user: User, *, by: User | None) -> None:
    """Record a new account with its fields, roles and permissions, leaving out empty ones."""
    state = _account_state(user.pk)
    fields = {name: value for name, value in {**state.account, **state.rights}.items() if value}
    log.record("user.created", user, by=by, **fields)


@contextmanager
def recording_role(role: Group, *, by: User) -> Iterator[None]:
    """Record what the block changes of a role that is there already. One transaction."""
    with transaction.atomic():
        log.lock()
        before = _role_state(role.pk)
        yield
        after = _role_state(role.pk)
        if changes := _changes(before, after):
            log.record("role.changed", role, by=by, name=after["name"], changes=changes)


@transaction.atomic
def record_new_role(role: Group, *, by: User) -> None:
    """Record a new role and what it may do."""
    log.record("role.created", role, by=by, **_role_state(role.pk))


@transaction.atomic
def delete_roles(roles: Iterable[Group], *, by: User) -> None:
    """Delete roles; each event says who had the role and what it allowed."""
    log.lock()
    for role in roles:
        people = sorted(User.objects.filter(groups=role).values_list("username", flat=True))
        log.record("role.deleted", role, by=by, people=people, **_role_state(role.pk))
        role.delete()


def _account_state(pk: int) -> AccountState:
    user = User.objects.get(pk=pk)
    rights = {name: getattr(user, name) for name in RIGHTS_FIELDS}
    rights["groups"] = sorted(user.groups.values_list("name", flat=True))
    rights["user_permissions"] = _codenames(Permission.objects.filter(user=user))
    return AccountState({name: getattr(user, name) for name in ACCOUNT_FIELDS}, rights, user.password)


def _role_state(pk: int) -> dict[str, Any]:
    role = Group.objects.get(pk=pk)
    return {"name": role.name, "permissions": _codenames(Permission.objects.filter(group=role))}


def _codenames(permissions: QuerySet[Permission]) -> list[str]:
    """Return permissions as code names them: `news.change_tag`."""
    rows = permissions.values_list("content_type__app_label", "codename")
    return sorted(f"{app_label}.{codename}" for app_label, codename in rows)


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Changes:
    return {name: [before[name], after[name]] for name in after if before[name] != after[name]}
