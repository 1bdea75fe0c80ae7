from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.models.fields import SearchKeyField


class Author(models.Model):
    """A public byline, tied to a user or not; its slug is never a login."""

    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=120)
    key = SearchKeyField("name", unique=True)
    slug = models.SlugField(_("address"), max_length=120, unique=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="author", verbose_name=_("user")
    )

    class Meta:
        verbose_name = _("author")
        verbose_name_plural = _("authors")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Byline(models.Model):
    """An author's place among those who signed a story."""

    author = models.ForeignKey(Author, models.PROTECT, related_name="+", verbose_name=_("author"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return str(self.author)


class ArticleByline(Byline):
    content_object = models.ForeignKey("news.Article", models.CASCADE, related_name="bylines")

    class Meta(Byline.Meta):
        constraints = [models.UniqueConstraint("content_object", "author", name="article_signed_once")]


class WorkingCopyByline(Byline):
    content_object = models.ForeignKey("news.WorkingCopy", models.CASCADE, related_name="bylines")

    class Meta(Byline.Meta):
        verbose_name = _("byline")
        verbose_name_plural = _("bylines")
        constraints = [models.UniqueConstraint("content_object", "author", name="copy_signed_once")]
