"""Names people read in several languages: of sections and tags."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class TranslatedName(models.Model):
    """Has a `name` and, where it differs, the name in other interface languages."""

    names = models.JSONField(_("names in other languages"), default=dict, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name_in(get_language())

    def name_in(self, language: str) -> str:
        return self.names.get(language) or self.name
