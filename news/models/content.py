from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from news.models.fields import BodyField
from portal.models.fields import SearchKeyField


def languages() -> list[tuple[str, str]]:
    """The languages a story may be in: those of the site. A function, so that adding one needs no migration."""
    return settings.LANGUAGES


class Content(models.Model):
    """What a story says: the same columns for the text being edited and the text readers see.

    What else it says is rows beside it. `news/content/schema.py` has an entry for each of these fields.
    """

    headline = models.CharField(_("headline"), max_length=200, blank=True)
    standfirst = models.TextField(_("standfirst"), max_length=400, blank=True)
    dateline = models.CharField(_("dateline"), max_length=80, blank=True)
    body = BodyField(_("text"), blank=True)
    language = models.CharField(_("language"), max_length=10, choices=languages, blank=True)
    section = models.ForeignKey(
        "news.Section", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("section")
    )
    slug = models.SlugField(_("address"), max_length=100, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    seo_title = models.CharField(_("title for search engines"), max_length=120, blank=True)
    seo_description = models.CharField(_("description for search engines"), max_length=300, blank=True)
    headline_key = SearchKeyField("headline", db_index=True)
    key = SearchKeyField("headline", "standfirst")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.headline or str(_("Untitled"))
