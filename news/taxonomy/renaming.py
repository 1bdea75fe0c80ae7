"""Names on live pages change without a step: of a section, a tag or an author.

Whoever renames has the permission to change that thing; each live story that shows the name gets an
event, and every page that shows it moves with its change counters, in the renaming's transaction.
"""

from django.contrib.auth import get_user_model
from django.db import transaction

from news import page_counters
from news.models import Article, Author, Section, Tag
from portal.audit import log
from portal.pagecache import counters

# What readers see of each: their pages are stale when one of these differs.
PUBLIC_FIELDS = {
    Section: ("name", "names", "slug", "position"),
    Tag: ("name", "names", "slug", "kind"),
    Author: ("name", "slug"),
}
USED_BY = {Section: "section", Tag: "tags", Author: "bylines__author"}


def public_fields(thing):
    """What readers see of it, to be taken before a change and given to `renamed` after."""
    return {name: getattr(thing, name) for name in PUBLIC_FIELDS[type(thing)]}


@transaction.atomic
def record_rename(thing, before, *, by):
    """It is saved under another name: say so in the history, and to every page that shows it."""
    after = public_fields(thing)
    if before == after:
        return
    changed = sorted(name for name in after if after[name] != before[name])
    was, now = _difference(before, after)
    facts = {"what": thing._meta.model_name, "id": thing.pk, "before": was, "after": now}
    log.record("rename", thing, by=by, changed=changed, **facts)
    if {"name", "names", "slug"} & set(changed):
        stories = Article.objects.live().filter(**{USED_BY[type(thing)]: thing})
        for article in stories.defer("body"):
            log.record("rename", article, by=by, **facts)
    counters.bump(*page_counters.counters_for_name(thing, before))


@transaction.atomic
def record_addition(thing, *, by):
    """A new section stands in every masthead at once; a new tag or author shows nowhere yet."""
    log.record("add", thing, by=by, name=thing.name)
    if isinstance(thing, Section):
        counters.bump(counters.SITE)


@transaction.atomic
def set_aliases(tag, wanted, *, by):
    """The tag's aliases are these, by their keys; its page says "Also known as"."""
    before = sorted(tag.aliases.values_list("name", flat=True))
    if before == sorted(wanted.values()):
        return
    log.record("alias", tag, by=by, before=before, after=sorted(wanted.values()))
    tag.aliases.exclude(key__in=wanted).delete()
    for key, name in wanted.items():
        tag.aliases.update_or_create(key=key, defaults={"name": name})
    counters.bump(page_counters.of_tag(tag.slug))


@transaction.atomic
def record_import(tags, *, by, source):
    """An import made these tags: one event for them all, about the vocabulary, which is no one tag (number 0)."""
    log.record("vocabulary", Tag(pk=0), by=by, source=source, made=len(tags), tags=[tag.slug for tag in tags])


def is_login(slug):
    """Whether somebody logs in by this name; an author's address is public, and would tell."""
    return get_user_model().objects.filter(username__iexact=slug).exists()


def _difference(before, after):
    """The name that differs, as it was and as it is: the name itself, or the first other language's."""
    if before["name"] == after["name"]:
        was, now = before.get("names", {}), after.get("names", {})
        for language in sorted(was | now):
            if was.get(language) != now.get(language):
                return was.get(language, before["name"]), now.get(language, after["name"])
    return before["name"], after["name"]
