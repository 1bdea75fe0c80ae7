"""Names on live pages change without a step: of a section, a tag or an author.

Whoever renames has the permission to change that thing; each live story that shows the name gets an
event, and every page that shows it moves with its change counters, in the renaming's transaction.
"""

from django.contrib.auth import get_user_model
from django.db import transaction

from news import changes, history
from news.models import Article, Author, Section, Tag

# What readers see of each: their pages are stale when one of these differs.
SHOWN = {
    Section: ("name", "names", "slug", "position"),
    Tag: ("name", "names", "slug", "kind"),
    Author: ("name", "slug"),
}
USED_BY = {Section: "section", Tag: "tags", Author: "bylines__author"}


def shown(thing):
    """What readers see of it, to be taken before a change and given to `renamed` after."""
    return {name: getattr(thing, name) for name in SHOWN[type(thing)]}


@transaction.atomic
def renamed(thing, before, *, by):
    """It is saved under another name: say so in the history, and to every page that shows it."""
    after = shown(thing)
    if before == after:
        return
    changed = sorted(name for name in after if after[name] != before[name])
    was, now = _difference(before, after)
    facts = {"what": thing._meta.model_name, "id": thing.pk, "before": was, "after": now}
    history.append("rename", thing, by=by, changed=changed, **facts)
    if {"name", "names", "slug"} & set(changed):
        stories = Article.objects.live().filter(**{USED_BY[type(thing)]: thing})
        for article in stories.defer("body"):
            history.append("rename", article, by=by, **facts)
    changes.move(changes.SITE)  # names stand on every kind of page


@transaction.atomic
def added(thing, *, by):
    """A new section stands in every masthead at once; a new tag or author shows nowhere yet."""
    history.append("add", thing, by=by, name=thing.name)
    if isinstance(thing, Section):
        changes.move(changes.SITE)


@transaction.atomic
def known_as(tag, wanted, *, by):
    """The tag's aliases are these, by their keys; its page says "Also known as"."""
    before = sorted(tag.aliases.values_list("name", flat=True))
    if before == sorted(wanted.values()):
        return
    history.append("alias", tag, by=by, before=before, after=sorted(wanted.values()))
    tag.aliases.exclude(key__in=wanted).delete()
    for key, name in wanted.items():
        tag.aliases.update_or_create(key=key, defaults={"name": name})
    changes.move(changes.tag(tag.slug))


@transaction.atomic
def brought_in(tags, *, by, source):
    """An import made these tags: one event for them all, about the vocabulary, which is no one tag (number 0)."""
    history.append("vocabulary", Tag(pk=0), by=by, source=source, made=len(tags), tags=[tag.slug for tag in tags])


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
