"""Tags by name: found under every name they are known by (in any language, or an alias), made once.

No two tags share one of those names. The one that a tag is called by is unique in the database; the
others are looked at by whoever writes them, and writers of names take turns.
"""

from django.db import transaction
from django.db.models import Q

from news.models import Tag
from news.taxonomy import renaming
from portal.audit import log
from portal.text.folding import fold


def find(name, *, other_than=None):
    """The tag known by just this name, however it is spelt; or None."""
    key = fold(name)
    known = Tag.objects.filter(Q(keys__contains=f"\n{key}\n") | Q(aliases__key=key))
    return known.exclude(pk=other_than.pk).first() if other_than else known.first()


@transaction.atomic
def get_or_create(name, *, by, kind=Tag.Kind.TOPIC):
    """The tag known by this name; a new one is in the history."""
    log.lock()  # or somebody makes it between our look and our write
    if tag := find(name):
        return tag
    tag = Tag.objects.create(name=" ".join(name.split()), kind=kind)
    renaming.record_addition(tag, by=by)
    return tag


def search(words):
    """Tags one of whose names has the words."""
    key = fold(words)
    return Tag.objects.filter(Q(keys__contains=key) | Q(aliases__key__contains=key)).distinct()


def suggest(words, count=10):
    """Tags one of whose names has the words, those called by a name that begins with them first."""
    key = fold(words)
    if not key:
        return []
    return sorted(search(words)[:200], key=lambda tag: (f"\n{key}" not in tag.keys, len(tag.key), tag.key))[:count]
