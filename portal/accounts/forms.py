"""Forms of the newsroom that belong to no app."""

from django import forms

from portal.models import User


class PreferencesForm(forms.ModelForm):
    """What a person may change about themselves: how the newsroom speaks to them and which clock it shows."""

    class Meta:
        model = User
        fields = ["admin_language", "time_zone"]

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.label_suffix = ""
