"""The column of an article's body, sanitised on every write path Django has."""

from typing import Any

from ckeditor.fields import RichTextField
from django.db.models import Model

from news import body


class BodyField(RichTextField):
    """Rich text that is sanitised whenever it is stored: create, bulk_create, update, loaddata, restore.

    Nothing else knows the editor: replacing it means replacing the base class, without a data migration.
    """

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return body.clean(value) if value else value

    def clean(self, value: Any, instance: Model | None) -> Any:
        return super().clean(body.clean(value) if value else value, instance)
