"""The querysets of the models: each question about many rows is asked here, not filtered by hand elsewhere.

Imports no model: the models import this module.
"""

from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import F, Q, Window
from django.db.models.functions import Left, RowNumber
from django.utils import timezone

from portal.models.immutable import ImmutableQuerySet
from portal.models.user import User
from portal.text.folding import fold

# Characters of the stored body: room for a first sentence, its markup and a READ line before it.
OPENING_LENGTH = 900
# The worker runs every minute; an update not published three minutes after its time needs a person.
PATIENCE = timedelta(minutes=3)
# A browser sends a heartbeat every half minute while a story is open; after three missing ones the person has left.
HEARD_WITHIN = timedelta(seconds=90)


class ArticleQuerySet(models.QuerySet):
    def live(self, *, at: datetime | None = None) -> Self:
        """Return what readers may see at a moment. Keep in step with Article.is_live()."""
        at = at or timezone.now()
        return self.filter(live_from__lte=at, withdrawn_at=None).exclude(live_until__lte=at)

    def coming(self, *, at: datetime | None = None) -> Self:
        """Return the articles that go live later than this moment."""
        return self.filter(live_from__gt=at or timezone.now())

    def live_or_coming(self, *, at: datetime | None = None) -> Self:
        """Return what is live or will be by the clock alone. Keep in step with Article.is_live_or_coming()."""
        return self.filter(live_from__isnull=False, withdrawn_at=None).exclude(live_until__lte=at or timezone.now())

    def ended(self, *, at: datetime | None = None) -> Self:
        """Return what readers no longer see because its end, `live_until`, has come."""
        return self.filter(live_until__lte=at or timezone.now(), withdrawn_at=None)

    def latest_first(self) -> Self:
        return self.order_by("-live_from", "-pk")

    def for_cards(self) -> Self:
        """Load what templates/news/_story.html and _line.html print, and only the beginning of the body."""
        return self.select_related("section").defer("body").annotate(opening_html=Left("body", OPENING_LENGTH))

    def newest_in_each_section(self, count: int) -> Self:
        """Return the `count` newest of every section, in one query."""
        rank = Window(RowNumber(), partition_by=F("section"), order_by=[F("live_from").desc(), F("pk").desc()])
        return self.annotate(rank=rank).filter(rank__lte=count)

    def next_boundaries(self, *, after: datetime) -> list[datetime]:
        """Return the later moments at which one of the articles goes live or ends, soonest first."""
        articles = self.filter(withdrawn_at=None).filter(Q(live_from__gt=after) | Q(live_until__gt=after))
        windows = articles.values_list("live_from", "live_until")
        return sorted({moment for window in windows for moment in window if moment and moment > after})


class SlugQuerySet(models.QuerySet):
    def taken(self, slug: str, *, by_others_than: models.Model) -> bool:
        """Whether a slug belongs, or once belonged, to another article."""
        return self.filter(slug=slug).exclude(article=by_others_than).exists()


class WorkingCopyQuerySet(models.QuerySet):
    def for_list(self) -> Self:
        """Load what the newsroom's list prints, without the bodies."""
        return self.select_related("article", "section", "saved_by", "latest_revision").defer("body", "article__body")

    def scheduled(self, *, at: datetime | None = None) -> Self:
        """Return what is still to be published: new stories before their time, updates until applied; soonest first.

        Keep in step with WorkingCopy.is_scheduled().
        """
        waiting = self.exclude(scheduled_revision=None).exclude(
            scheduled_for__lte=at or timezone.now(), article__live_revision=F("scheduled_revision")
        )
        return waiting.order_by("scheduled_for", "pk")

    def due(self, *, at: datetime | None = None) -> Self:
        """Return what is scheduled for this moment or earlier and waits for `publish_due`, oldest first."""
        return self.filter(scheduled_for__lte=at or timezone.now()).order_by("scheduled_for", "pk")

    def overdue(self, *, at: datetime | None = None) -> Self:
        """Return updates that should be published by now. A new story is never late: it appears by the clock."""
        at = at or timezone.now()
        return self.scheduled(at=at).filter(scheduled_for__lte=at - PATIENCE)

    def unread(self) -> Self:
        """Return stories that one person published alone. Keep in step with WorkingCopy.is_unread()."""
        return self.filter(unreviewed_since__isnull=False)

    def with_reviewed_revisions(self) -> Self:
        """Load the live and the reviewed revision of each story, without their content."""
        copies = self.select_related("article__live_revision", "reviewed_revision")
        return copies.defer("article__live_revision__content", "reviewed_revision__content")

    def found_by(self, words: str) -> Self:
        """Return stories whose headline or standfirst has all the words, whatever their case or diacritics."""
        copies = self
        for word in fold(words).split():
            copies = copies.filter(key__contains=word)
        return copies


class PreviewLinkQuerySet(models.QuerySet):
    def open(self, *, at: datetime | None = None) -> Self:
        """Return the links that are neither revoked nor expired."""
        return self.filter(revoked_at=None, expires_at__gt=at or timezone.now())


class RevisionQuerySet(ImmutableQuerySet):
    def since(self, revision: Any) -> Self:
        """Return the revisions after this `Revision` (all of them for None), oldest first."""
        return self.filter(number__gt=revision.number if revision else 0).order_by("number")


class AutosaveQuerySet(models.QuerySet):
    def of(self, person: User, story: models.Model | None) -> Self:
        """Return the texts of a person in a story (None for a new one) that may be resumed, newest first."""
        return self.filter(person=person, story=story).exclude(fields="").order_by("-saved_at", "-pk")


class PresenceQuerySet(models.QuerySet):
    def active(self, *, at: datetime | None = None) -> Self:
        """Return the rows with a recent heartbeat."""
        return self.filter(seen_at__gt=(at or timezone.now()) - HEARD_WITHIN)

    def others(self, person: User, *, at: datetime | None = None) -> Self:
        """Return the active rows of other people, those who opened the story first in front."""
        return self.active(at=at).exclude(person=person).select_related("person").order_by("since", "pk")
