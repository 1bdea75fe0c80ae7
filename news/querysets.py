"""Questions about many rows, asked in one place each. No step and no page filters by hand.

Imports no model: the models import this module.
"""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q, Window
from django.db.models.functions import Left, RowNumber
from django.utils import timezone

from portal.models.immutable import ImmutableQuerySet
from portal.text.folding import fold

# Of the body as it is stored: room for a first sentence, its markup and a READ line before it.
OPENING_LENGTH = 900
# The worker comes round every minute; what is not in place after three needs a person.
PATIENCE = timedelta(minutes=3)
# A browser says every half minute that its story is open; three times unheard, somebody has gone.
HEARD_WITHIN = timedelta(seconds=90)


class ArticleQuerySet(models.QuerySet):
    def live(self, *, at=None):
        """What readers may see at a moment. Keep in step with Article.is_live()."""
        at = at or timezone.now()
        return self.filter(live_from__lte=at, withdrawn_at=None).exclude(live_until__lte=at)

    def coming(self, *, at=None):
        """What readers get at an hour still to come."""
        return self.filter(live_from__gt=at or timezone.now())

    def ended(self, *, at=None):
        """What readers no longer see because the end somebody set has come."""
        return self.filter(live_until__lte=at or timezone.now(), withdrawn_at=None)

    def latest_first(self):
        return self.order_by("-live_from", "-pk")

    def for_cards(self):
        """Load what templates/news/_story.html and _line.html print, and of the body only its beginning."""
        return self.select_related("section").defer("body").annotate(opening_html=Left("body", OPENING_LENGTH))

    def newest_in_each_section(self, count):
        """The `count` newest of every section, in one query."""
        place = Window(RowNumber(), partition_by=F("section"), order_by=[F("live_from").desc(), F("pk").desc()])
        return self.annotate(place=place).filter(place__lte=count)

    def next_boundaries(self, *, after):
        """The coming moments at which some story appears or goes, soonest first."""
        moments = self.filter(withdrawn_at=None).filter(Q(live_from__gt=after) | Q(live_until__gt=after))
        windows = moments.values_list("live_from", "live_until")
        return sorted({moment for window in windows for moment in window if moment and moment > after})


class SlugQuerySet(models.QuerySet):
    def taken(self, slug, *, by_others_than):
        """Whether an address belongs, or once belonged, to another story."""
        return self.filter(slug=slug).exclude(article=by_others_than).exists()


class WorkingCopyQuerySet(models.QuerySet):
    def for_list(self):
        """Load what the newsroom's list prints, and leave the text behind."""
        return self.select_related("article", "section", "saved_by", "latest_revision").defer("body", "article__body")

    def scheduled(self, *, at=None):
        """What is still to go out: new stories before their hour, updates until they are in place, soonest first.

        Keep in step with WorkingCopy.is_scheduled().
        """
        waiting = self.exclude(scheduled_revision=None).exclude(
            scheduled_for__lte=at or timezone.now(), article__live_revision=F("scheduled_revision")
        )
        return waiting.order_by("scheduled_for", "pk")

    def due(self, *, at=None):
        """Stories and updates whose hour has come and that `publish_due` has not dealt with, longest first."""
        return self.filter(scheduled_for__lte=at or timezone.now()).order_by("scheduled_for", "pk")

    def overdue(self, *, at=None):
        """Updates that should long be in place. A new story is never late: readers see it at its second."""
        at = at or timezone.now()
        return self.scheduled(at=at).filter(scheduled_for__lte=at - PATIENCE)

    def unread(self):
        """Stories of which one person alone gave readers what they see. Keep in step with WorkingCopy.is_unread()."""
        return self.filter(unreviewed_since__isnull=False)

    def with_reviewed_revisions(self):
        """Load which version readers see and which two people have read, and leave their text behind."""
        loaded = self.select_related("article__live_revision", "reviewed_revision")
        return loaded.defer("article__live_revision__content", "reviewed_revision__content")

    def found_by(self, words):
        """Stories whose headline or standfirst has all the words, whatever their case or diacritics."""
        found = self
        for word in fold(words).split():
            found = found.filter(key__contains=word)
        return found


class PreviewLinkQuerySet(models.QuerySet):
    def open(self, *, at=None):
        """Links that still show something."""
        return self.filter(revoked_at=None, expires_at__gt=at or timezone.now())


class RevisionQuerySet(ImmutableQuerySet):
    def since(self, revision):
        """What was saved after a revision (after None: all of it), oldest first."""
        return self.filter(number__gt=revision.number if revision else 0).order_by("number")


class AutosaveQuerySet(models.QuerySet):
    def of(self, person, story):
        """What this person left at this story (None: at a new one) and may take up, newest first."""
        return self.filter(person=person, story=story).exclude(fields="").order_by("-saved_at", "-pk")


class PresenceQuerySet(models.QuerySet):
    def active(self, *, at=None):
        """Those whose browser has said so lately."""
        return self.filter(seen_at__gt=(at or timezone.now()) - HEARD_WITHIN)

    def others(self, person, *, at=None):
        """Who else has it open, longest first."""
        return self.active(at=at).exclude(person=person).select_related("person").order_by("since", "pk")
