"""Names on live pages change without a step: of a section, a tag or an author.

Whoever renames has the permission to change that thing; each live story that shows the name gets an
event, and every page that shows it moves with its change counters, in the renaming's transaction.
"""

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
    facts = {"what": thing._meta.model_name, "id": thing.pk, "before": before["name"], "after": after["name"]}
    history.append(
        "rename", thing, by=by, changed=sorted(name for name in after if after[name] != before[name]), **facts
    )
    moved = {changes.SITE}
    for article in Article.objects.live().filter(**{USED_BY[type(thing)]: thing}).select_related("section"):
        history.append("rename", article, by=by, **facts)
        moved |= changes.names_for(article)
    changes.move(*moved)


@transaction.atomic
def added(thing, *, by):
    """A new section stands in every masthead at once; a new tag or author shows nowhere yet."""
    history.append("add", thing, by=by, name=thing.name)
    if isinstance(thing, Section):
        changes.move(changes.SITE)
