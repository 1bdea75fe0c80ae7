"""Find tags by any of their names (in any language, or an alias), and create each only once.

No two tags share a name. The database holds the main name unique; whoever writes another name or an alias
checks it with `find`, under the lock on the audit log, so that two writers cannot pass each other.
"""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q, QuerySet

from news.models import Tag
from news.taxonomy import renaming
from portal.audit import log
from portal.models import User
from portal.text.folding import fold


def find(name: str, *, other_than: Tag | None = None) -> Tag | None:
    """Return the tag that has exactly this name, whatever its case or diacritics, or None."""
    key = fold(name)
    matches = Tag.objects.filter(Q(keys__contains=f"\n{key}\n") | Q(aliases__key=key))
    return matches.exclude(pk=other_than.pk).first() if other_than else matches.first()


@transaction.atomic
def get_or_create(name: str, *, by: User, kind: str = Tag.Kind.TOPIC) -> Tag:
    """Return the tag that has this name; create it, with an audit event, where there is none."""
    log.lock()  # or somebody else creates it between our look and our write
    if tag := find(name):
        return tag
    tag = Tag.objects.create(name=" ".join(name.split()), kind=kind)
    renaming.record_addition(tag, by=by)
    return tag


def search(words: str) -> QuerySet[Tag]:
    """Return the tags one of whose names contains the words."""
    key = fold(words)
    return Tag.objects.filter(Q(keys__contains=key) | Q(aliases__key__contains=key)).distinct()


def suggest(words: str, count: int = 10) -> Sequence[Tag]:
    """Return tags one of whose names contains the words, those with a name that begins with them first."""
    key = fold(words)
    if not key:
        return []
    return sorted(search(words)[:200], key=lambda tag: (f"\n{key}" not in tag.keys, len(tag.key), tag.key))[:count]
