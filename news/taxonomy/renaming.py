"""Record changes of sections, tags and authors, which alter live pages without a workflow step.

The admin checks the permission. Each live article that shows a changed name gets an audit event, and the cached pages
that show it are invalidated, all in the transaction of the change.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from news import page_counters
from news.models import Article, Author, Section, Tag
from portal.audit import kinds, log
from portal.models import User
from portal.models.audit_subjects import subject_of
from portal.pagecache import counters

Named = Section | Tag | Author
# Shown on readers' pages, which are invalidated when one of these changes.
PUBLIC_FIELDS: dict[type[Named], tuple[str, ...]] = {
    Section: ("name", "names", "slug", "position"),
    Tag: ("name", "names", "slug", "kind"),
    Author: ("name", "slug"),
}
# Seen by the newsroom alone; recorded in the audit log like the others.
INTERNAL_FIELDS: dict[type[Named], tuple[str, ...]] = {Section: (), Tag: (), Author: ("user",)}
NAMES = {"name", "names", "slug"}
USED_BY: dict[type[Named], str] = {Section: "section", Tag: "tags", Author: "bylines__author"}


def recorded_fields(thing: Named) -> dict[str, Any]:
    """Return the audited fields as plain values. Call it before a change; `record_change` compares after it."""
    names = PUBLIC_FIELDS[type(thing)] + INTERNAL_FIELDS[type(thing)]
    return {name: _plain(getattr(thing, name)) for name in names}


@transaction.atomic
def record_change(thing: Named, before: Mapping[str, Any], *, by: User) -> None:
    """Record a saved change of the audited fields, and a changed name on each live article that shows it."""
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
        counters.bump(*page_counters.counters_for_name(thing, before))


@transaction.atomic
def record_addition(thing: Named, *, by: User) -> None:
    """Record a new section, tag or author. A section is in every masthead at once; the others show nowhere yet."""
    log.record(f"{subject_of(thing).label}.added", thing, by=by, name=thing.name)
    if isinstance(thing, Section):
        counters.bump(counters.SITE)


@transaction.atomic
def set_aliases(tag: Tag, aliases: Mapping[str, str], *, by: User) -> None:
    """Replace the tag's aliases (names by folded key), and invalidate its page, which lists them."""
    before = sorted(tag.aliases.values_list("name", flat=True))
    after = sorted(aliases.values())
    if before == after:
        return
    log.record("tag.aliases_changed", tag, by=by, name=tag.name, before=before, after=after)
    tag.aliases.exclude(key__in=aliases).delete()
    for key, name in aliases.items():
        tag.aliases.update_or_create(key=key, defaults={"name": name})
    counters.bump(page_counters.of_tag(tag.slug))


@transaction.atomic
def record_import(tags: Collection[Tag], *, by: User, source: str) -> None:
    """Record the tags that an import has created, as one event."""
    slugs = [tag.slug for tag in tags]
    log.record("vocabulary.imported", kinds.SITE, by=by, source=source, made=len(slugs), tags=slugs)


def is_login(slug: str) -> bool:
    """Whether somebody logs in by this name; an author's address is public and must not reveal it."""
    return get_user_model().objects.filter(username__iexact=slug).exists()


def _plain(value: Any) -> Any:
    """Return a user as their user name, which JSON can hold; anything else as it is."""
    return value.get_username() if isinstance(value, User) else value


def _difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, str]:
    """Return the name that differs, old and new: the name itself, or the first other language's."""
    if before["name"] == after["name"]:
        old, new = before.get("names", {}), after.get("names", {})
        for language in sorted(old | new):
            if old.get(language) != new.get(language):
                return old.get(language, before["name"]), new.get(language, after["name"])
    return before["name"], after["name"]
