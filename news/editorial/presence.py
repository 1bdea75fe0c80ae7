"""Who has which story open, as their browsers say: shown to the others, and never a lock."""

from datetime import datetime, timedelta

from django.utils import timezone

from news.models import Presence, WorkingCopy
from portal.models import User

LIFETIME = timedelta(days=1)


def heartbeat(person: User, story: WorkingCopy, *, now: datetime | None = None) -> None:
    """Record that a person has the story open; `since` begins anew for somebody who had gone."""
    now = now or timezone.now()
    presence = Presence.objects.filter(person=person, story=story)
    if not presence.active(at=now).update(seen_at=now):
        Presence.objects.update_or_create(person=person, story=story, defaults={"since": now, "seen_at": now})


def purge(*, now: datetime | None = None) -> None:
    """Delete presences of yesterday and before."""
    Presence.objects.filter(seen_at__lt=(now or timezone.now()) - LIFETIME).delete()
