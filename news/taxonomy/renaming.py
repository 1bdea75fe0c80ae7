"""Names on live pages change without a step: of a section, a tag or an author.

Whoever renames has the permission to change that thing; each live story that shows the name gets an
event, and every page that shows it moves with its change counters, in the renaming's transaction.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from news.models import Article, Author, Section, Tag
from portal.audit import kinds, log
from portal.models import User
from portal.models.audit_subjects import subject_of
from portal.pagecache import counters

Named = Section | Tag | Author
# What stands on readers' pages: they are stale when one of these differs.
PUBLIC_FIELDS: dict[type[Named], tuple[str, ...]] = {
    Section: ("name", "names", "slug", "position"),
    Tag: ("name", "names", "slug", "kind"),
    Author: ("name", "slug"),
}
# What only the newsroom sees, and the audit log all the same.
INTERNAL_FIELDS: dict[type[Named], tuple[str, ...]] = {Section: (), Tag: (), Author: ("user",)}
NAMES = {"name", "names", "slug"}
USED_BY: dict[type[Named], str] = {Section: "section", Tag: "tags", Author: "bylines__author"}


def recorded_fields(thing: Named) -> dict[str, Any]:
    """Return what the audit log keeps of it as plain values: take them before a change, for `record_change` after."""
    names = PUBLIC_FIELDS[type(thing)] + INTERNAL_FIELDS[type(thing)]
    return {name: _plain(getattr(thing, name)) for name in names}


@transaction.atomic
def record_change(thing: Named, before: Mapping[str, Any], *, by: User) -> None:
    """Record a saved change of these fields, on the thing and on each live story that shows its name."""
    after = recorded_fields(thing)
    changes = {name: [before[name], after[name]] for name in after if after[name] != before[name]}
    if not changes:
        return
    label = subject_of(thing).label
    if NAMES & changes.keys():
        old, new = _difference(before, after)
        log.record(f"{label}.renamed", thing, by=by, before=old, after=new, changes=changes)
        articles = Article.objects.live().filter(**{USED_BY[type(thing)]: thing})
        for article in articles.defer("body"):
            log.record("article.name_changed", article, by=by, what=label, id=thing.pk, before=old, after=new)
    else:
        log.record(f"{label}.changed", thing, by=by, name=thing.name, changes=changes)
    if changes.keys() & set(PUBLIC_FIELDS[type(thing)]):
        counters.bump(counters.SITE)  # names stand on every kind of page


@transaction.atomic
def record_addition(thing: Named, *, by: User) -> None:
    """Record a new section, which stands in every masthead at once, or a new tag or author, which shows nowhere yet."""
    log.record(f"{subject_of(thing).label}.added", thing, by=by, name=thing.name)
    if isinstance(thing, Section):
        counters.bump(counters.SITE)


@transaction.atomic
def set_aliases(tag: Tag, aliases: Mapping[str, str], *, by: User) -> None:
    """Replace the tag's aliases by these, given by their keys; its page says "Also known as"."""
    before = sorted(tag.aliases.values_list("name", flat=True))
    after = sorted(aliases.values())
    if before == after:
        return
    log.record("tag.aliases_changed", tag, by=by, name=tag.name, before=before, after=after)
    tag.aliases.exclude(key__in=aliases).delete()
    for key, name in aliases.items():
        tag.aliases.update_or_create(key=key, defaults={"name": name})
    counters.bump(counters.tag(tag.slug))


@transaction.atomic
def record_import(tags: Collection[Tag], *, by: User, source: str) -> None:
    """Record the tags an import made, as one event for them all."""
    slugs = [tag.slug for tag in tags]
    log.record("vocabulary.imported", kinds.SITE, by=by, source=source, made=len(slugs), tags=slugs)


def is_login(slug: str) -> bool:
    """Whether somebody logs in by this name; an author's address is public, and would tell."""
    return get_user_model().objects.filter(username__iexact=slug).exists()


def _plain(value: Any) -> Any:
    """A person by their user name, which stays readable; anything else as it is."""
    return value.get_username() if isinstance(value, User) else value


def _difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, str]:
    """Return the name that differs, old and new: the name itself, or the first other language's."""
    if before["name"] == after["name"]:
        old, new = before.get("names", {}), after.get("names", {})
        for language in sorted(old | new):
            if old.get(language) != new.get(language):
                return old.get(language, before["name"]), new.get(language, after["name"])
    return before["name"], after["name"]
