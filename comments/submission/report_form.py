"""The form to report a comment, guarded like the comment form."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.debug import sensitive_variables

from comments.models import Comment, Report
from comments.submission import submit
from comments.submission.forms import LEFT, CommentForm, CommentTextField, SingleLineField


class ReportForm(CommentForm):
    """A reason, and optionally a text and an address for an answer."""

    first_control = "reason"
    body = name = website = tell = parent = started = proof = None  # of the comment form, and not of this one

    reason = forms.ChoiceField(
        label=pgettext_lazy("report", "What is wrong with this comment?"),
        choices=[("", pgettext_lazy("report", "Choose…")), *Report.Reason.choices],
        widget=forms.Select(attrs={"id": "reason"}),
        error_messages={
            "required": gettext_lazy("Choose what is wrong with the comment"),
            "invalid_choice": gettext_lazy("Choose what is wrong with the comment"),
        },
    )
    words = CommentTextField(
        label=pgettext_lazy("report", "In your words"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"id": "words", "rows": 4, "data-left": LEFT}),
        error_messages={"max_length": gettext_lazy("Shorten this to 1000 characters; now it has %(show_value)d")},
    )
    email = SingleLineField(
        label=pgettext_lazy("comment form", "Email"),
        max_length=100,
        required=False,
        widget=forms.EmailInput(attrs={"id": "email", "autocomplete": "email", "dir": "ltr"}),
        help_text=gettext_lazy("Only if you want an answer; moderators alone see it."),
        error_messages={
            "max_length": gettext_lazy("Type an address of at most 100 characters; now it has %(show_value)d"),
        },
        validators=[EmailValidator(gettext_lazy("Type a full address, such as name@company.com"))],
    )
    field_order = ["reason", "words", "email"]

    def clean_words(self) -> str:
        words = self.cleaned_data["words"]
        if not words and self.cleaned_data.get("reason") == Report.Reason.OTHER:
            raise ValidationError(_("Say what is wrong with the comment"), code="required")
        return words

    @sensitive_variables()
    def send(self, comment: Comment, *, network: str = "") -> None:
        """Submit a valid report; a robot's is dropped, and thanked all the same."""
        cleaned = self.cleaned_data
        if not cleaned["leave"]:
            submit.report(
                comment, reason=cleaned["reason"], text=cleaned["words"], address=cleaned["email"], network=network
            )
