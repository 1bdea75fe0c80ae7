from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from news.models.translated_name import TranslatedName


class Section(TranslatedName):
    """The part of the site an article belongs to: one each, listed in the masthead by `position`."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["position", "name"]

    __str__ = TranslatedName.__str__

    def get_absolute_url(self) -> str:
        return reverse("news:section", args=[self.slug])
