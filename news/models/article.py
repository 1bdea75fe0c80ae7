from datetime import datetime

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager

from news.models.content import Content
from news.models.tag import ArticleTag
from news.querysets import ArticleQuerySet, SlugQuerySet


class Article(Content):
    """A story as readers see it. Only workflow steps write its content, each from a named revision.

    Until its first publication the content is blank; once public it is never deleted, only withdrawn.
    """

    tags = TaggableManager(through=ArticleTag, blank=True, related_name="articles")
    live_from = models.DateTimeField(_("live from"), null=True, editable=False)
    live_until = models.DateTimeField(_("live until"), null=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, editable=False)
    withdrawal_note = models.CharField(_("note for readers"), max_length=300, blank=True, editable=False)
    live_revision = models.ForeignKey("news.Revision", models.PROTECT, null=True, editable=False, related_name="+")
    changed_at = models.DateTimeField(_("changed"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        indexes = [
            models.Index("live_from", name="article_live_from"),
            models.Index("section", "live_from", name="article_section_live_from"),
        ]
        constraints = [
            models.UniqueConstraint("slug", condition=~Q(slug=""), name="article_address"),
            models.CheckConstraint(
                condition=Q(live_from=None) | Q(live_revision__isnull=False), name="live_means_a_revision"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(live_from__isnull=False), name="withdrawn_means_once_public"
            ),
            models.CheckConstraint(
                condition=Q(live_until=None) | Q(live_until__gt=models.F("live_from")), name="live_ends_after_it_begins"
            ),
        ]

    def is_live(self, *, at: datetime | None = None) -> bool:
        """Whether readers may see it at a moment. Keep in step with ArticleQuerySet.live()."""
        at = at or timezone.now()
        return self.was_public(at=at) and not self.has_ended(at=at) and self.withdrawn_at is None

    def is_live_or_coming(self, *, at: datetime | None = None) -> bool:
        """Whether it is live or will be by the clock alone. Keep in step with ArticleQuerySet.live_or_coming()."""
        return self.live_from is not None and self.withdrawn_at is None and not self.has_ended(at=at)

    def has_ended(self, *, at: datetime | None = None) -> bool:
        """Whether its end, `live_until`, has come."""
        return self.live_until is not None and self.live_until <= (at or timezone.now())

    def was_public(self, *, at: datetime | None = None) -> bool:
        """Whether readers could see it at some time up to this moment, so its address must answer 410, not 404."""
        return self.live_from is not None and self.live_from <= (at or timezone.now())

    def boundaries(self, *, after: datetime) -> list[datetime]:
        """Return the later moments at which it goes live or ends."""
        if self.withdrawn_at:
            return []
        return [moment for moment in (self.live_from, self.live_until) if moment and moment > after]

    def get_absolute_url(self) -> str:
        return reverse("news:article", args=[self.slug])


class Slug(models.Model):
    """Every address a story has or had: unique, and never freed once public."""

    slug = models.SlugField(max_length=100, primary_key=True)
    article = models.ForeignKey(Article, models.PROTECT, related_name="slugs")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SlugQuerySet.as_manager()

    def __str__(self) -> str:
        return self.slug
