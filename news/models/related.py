from typing import TYPE_CHECKING
from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.models.fields import SearchKeyField

if TYPE_CHECKING:
    from news.models.article import Article


class RelatedLink(models.Model):
    """From one story to another, to a page elsewhere, or to a headline that is not here yet.

    In the text it stands where the body's token with its `uuid` is. `label` is what the line says until it has a
    target, and what it is matched by when a story with that headline arrives (`matched_article`).
    """

    class Placement(models.TextChoices):
        INLINE = "inline", _("in the text")
        END = "end", _("at the end")

    uuid = models.UUIDField(default=uuid4)
    target = models.ForeignKey(
        "news.Article", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("story")
    )
    url = models.URLField(_("page elsewhere"), max_length=500, blank=True)
    label = models.CharField(_("headline"), max_length=300, blank=True)
    key = SearchKeyField("label", db_index=True)
    placement = models.CharField(_("place"), max_length=6, choices=Placement, default=Placement.END)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    # Not content: the story a bare headline was found to name. Set by news/links/related.py, never by a form.
    matched_article = models.ForeignKey("news.Article", models.SET_NULL, null=True, editable=False, related_name="+")

    class Meta:
        abstract = True
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.label or str(self.story or self.url)

    @property
    def story(self) -> "Article | None":
        """The story it leads to, chosen by an editor or matched by its headline; None where it leads elsewhere."""
        return self.target or self.matched_article

    @property
    def is_unresolved(self) -> bool:
        return not (self.story or self.url)


class ArticleRelated(RelatedLink):
    content_object = models.ForeignKey("news.Article", models.CASCADE, related_name="related_links")

    class Meta(RelatedLink.Meta):
        constraints = [models.UniqueConstraint("content_object", "uuid", name="article_related_uuid")]


class WorkingCopyRelated(RelatedLink):
    content_object = models.ForeignKey("news.WorkingCopy", models.CASCADE, related_name="related_links")

    class Meta(RelatedLink.Meta):
        verbose_name = _("related link")
        verbose_name_plural = _("related links")
        constraints = [models.UniqueConstraint("content_object", "uuid", name="copy_related_uuid")]
