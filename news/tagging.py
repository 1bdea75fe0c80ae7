"""Tags by name: found under any of their names, made once."""

from django.db.models import Q

from news.folding import fold
from news.models import Tag


def find(name):
    """The tag known by this name, its own or an alias, however it is spelt; or None."""
    key = fold(name)
    return Tag.objects.filter(Q(key=key) | Q(aliases__key=key)).first()


def find_or_make(name):
    return find(name) or Tag.objects.create(name=" ".join(name.split()))


def suggest(words, count=10):
    """Tags whose name or alias has the words, those beginning with them first."""
    key = fold(words)
    if not key:
        return []
    matching = Tag.objects.filter(Q(key__contains=key) | Q(aliases__key__contains=key)).distinct()
    return sorted(matching[:200], key=lambda tag: (not tag.key.startswith(key), len(tag.key), tag.key))[:count]
