"""Who has which story open: said by their browsers, shown to the others, and never a lock."""

from datetime import timedelta

from django.utils import timezone

from news.models import Presence

FORGET_AFTER = timedelta(days=1)


def heartbeat(person, story, *, now=None):
    """This person has the story open; `since` begins anew for somebody who had gone."""
    now = now or timezone.now()
    mine = Presence.objects.filter(person=person, story=story)
    if not mine.there(at=now).update(seen_at=now):
        Presence.objects.update_or_create(person=person, story=story, defaults={"since": now, "seen_at": now})


def purge(*, now=None):
    Presence.objects.filter(seen_at__lt=(now or timezone.now()) - FORGET_AFTER).delete()
