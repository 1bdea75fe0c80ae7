"""What steps ask for beside their reason: one small form each, on a story's page and for several stories at once."""

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from news.editorial import steps
from news.roles import SYSTEM


class PersonForm(forms.Form):
    """Who is to be in charge of a story: anybody who edits, or nobody."""

    to = forms.ModelChoiceField(label=_("In charge"), queryset=None, required=False, empty_label=_("Nobody"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        people = get_user_model().objects.with_perm("news.change_workingcopy").exclude(username=SYSTEM)
        self.fields["to"].queryset = people.order_by("first_name", "last_name", "username")


class NoteForm(forms.Form):
    """What readers are told on the page of a story that was withdrawn."""

    note = forms.CharField(
        label=_("A short note for readers, if they need one"),
        required=False,
        widget=forms.TextInput(attrs={"maxlength": steps.LONGEST_NOTE}),
    )
