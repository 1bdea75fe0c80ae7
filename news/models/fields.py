"""The column of a story's text, clean on every write path Django has."""

from ckeditor.fields import RichTextField

from news.content import body


class BodyField(RichTextField):
    """Rich text that is clean whenever it is stored: create, bulk_create, update, loaddata, restore.

    The one place that knows the editor: exchanging it later is this class, without a data migration.
    """

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return body.clean(value) if value else value

    def clean(self, value, instance):
        return super().clean(body.clean(value) if value else value, instance)
