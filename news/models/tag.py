from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from taggit.models import ItemBase, TagBase

from news.models.translated_name import TranslatedName
from portal.models.fields import SearchKeyField, SearchKeysField
from portal.text.folding import slugify


class Tag(TranslatedName, TagBase):
    """What a story is about. Two tags whose names fold to one key cannot exist.

    `news/taxonomy/tags.py` finds and makes them.
    """

    class Kind(models.TextChoices):
        TOPIC = "topic", _("topic")
        ORGANISATION = "organisation", _("organisation")
        COUNTRY = "country", _("country")
        PERSON = "person", _("person")
        PLACE = "place", _("place")
        AGREEMENT = "agreement", _("agreement")
        PROCEDURE = "procedure", _("procedure")
        HS = "hs", _("HS code")

    # As in TagBase; declared again because the package speaks no Polish.
    name = models.CharField(_("name"), max_length=100, unique=True)
    slug = models.SlugField(pgettext_lazy("of a tag", "slug"), max_length=100, unique=True, allow_unicode=True)
    key = SearchKeyField("name", unique=True)
    keys = SearchKeysField()
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.TOPIC)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["name"]

    __str__ = TranslatedName.__str__

    def slugify(self, tag: str, i: int | None = None) -> str:
        """A name in other letters than ours ("Митниця") has no address of its own and gets a numbered one."""
        base = slugify(tag) or "tag"
        return base if i is None else f"{base}-{i}"

    def get_absolute_url(self) -> str:
        return reverse("news:tag", args=[self.slug])

    @property
    def code(self) -> str:
        """The figures of an HS code: "8507.60" of "HS 8507.60"."""
        return self.name.removeprefix("HS ")


class TagAlias(models.Model):
    """Another name under which a tag is found: an abbreviation, an older name, another spelling."""

    tag = models.ForeignKey(Tag, models.CASCADE, related_name="aliases")
    name = models.CharField(_("name"), max_length=100)
    key = SearchKeyField("name", unique=True)

    class Meta:
        verbose_name = _("alias")
        verbose_name_plural = _("aliases")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ArticleTag(ItemBase):
    tag = models.ForeignKey(Tag, models.PROTECT, related_name="article_tags")
    content_object = models.ForeignKey("news.Article", models.CASCADE, related_name="tag_rows")

    class Meta:
        constraints = [models.UniqueConstraint("content_object", "tag", name="article_tagged_once")]


class WorkingCopyTag(ItemBase):
    tag = models.ForeignKey(Tag, models.PROTECT, related_name="working_copy_tags")
    content_object = models.ForeignKey("news.WorkingCopy", models.CASCADE, related_name="tag_rows")

    class Meta:
        constraints = [models.UniqueConstraint("content_object", "tag", name="copy_tagged_once")]
