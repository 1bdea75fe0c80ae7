"""The comment form: the same for everybody, without a session; what was typed is shown again when something is wrong.

Lengths are characters, as readers count them. What comes in is normalised before it is measured: NFC, one kind
of line end, no control characters, names on one line.
"""

import re
import unicodedata
from urllib.parse import unquote

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from comments import tokens
from comments.models import Comment
from comments.notifications import delivery
from comments.screening import wordlist
from comments.submission import submit
from portal.http.numbers import plain_number

BIGGEST_NUMBER = 2**63 - 1
SURROGATES = re.compile("[\ud800-\udfff]")
# Whatever may stand in a text, except line ends and tabs: these are commands to a terminal, not letters.
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# Some tools of some hosts show these reversed or break lines at them; a name has no need of them.
NOT_IN_NAMES = re.compile("[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
MAX_COMBINING_MARKS = 30
LEFT = gettext_lazy("Characters left: ")


def readable(text: str) -> str:
    """Replace what a page cannot show or a database cannot store."""
    return SURROGATES.sub("\ufffd", CONTROLS.sub("", text))


def _limit_combining_marks(text):
    """Keep at most MAX_COMBINING_MARKS on one letter (UAX #15, Stream-Safe Text Format).

    Normalisation orders them in quadratic time, and people cannot read more anyway.
    """
    letters, run = [], 0
    for letter in text:
        run = run + 1 if unicodedata.combining(letter) else 0
        if run <= MAX_COMBINING_MARKS:
            letters.append(letter)
    return "".join(letters)


class CommentTextField(forms.CharField):
    """Multi-line text, normalised: NFC, one kind of line end, not blank to the eye."""

    def to_python(self, value) -> str:
        value = re.sub("\r\n?|\u2028|\u2029", "\n", super().to_python(value))
        return unicodedata.normalize("NFC", _limit_combining_marks(value)).strip()

    def validate(self, value) -> None:
        super().validate(value)
        if self.required and not any(map(_is_visible, value)):
            raise ValidationError(self.error_messages["required"], code="required")


def _is_visible(letter):
    return unicodedata.category(letter)[0] in "LNPS" and letter not in wordlist.INVISIBLE


class SingleLineField(CommentTextField):
    """The same on one line, without directional controls."""

    def to_python(self, value) -> str:
        return re.sub(r"\s+", " ", NOT_IN_NAMES.sub("", super().to_python(value))).strip()


def _decoded(text):
    """Decode text as people and robots read it: NFKC, and %40 is @ however often it was escaped."""
    while (plain := unicodedata.normalize("NFKC", unquote(text))) != text:
        text = plain
    return text


class WebsiteField(forms.URLField):
    """A URL without an email address, neither before the host nor after it: it would be published.

    `/@jan` is none: profiles stand at such addresses.
    """

    default_validators = [URLValidator(schemes=["http", "https"])]

    def to_python(self, value) -> str:
        return super().to_python(_limit_combining_marks(value or ""))

    def clean(self, value) -> str:
        value = super().clean(value)
        if re.search("[^/]@", _decoded(value).partition("://")[2]):
            raise ValidationError(self.error_messages["address"], code="address")
        return value


class DescribedField(forms.BoundField):
    """A bound field with `aria-describedby` for its hint and error, by the ids of templates/comments/_field.html."""

    @property
    def id(self) -> str:
        return self.field.widget.attrs["id"]

    def build_widget_attrs(self, attrs, widget=None) -> dict:
        described = ["email-notes"] if self.name == "email" else []
        described += [f"{self.id}-hint"] if self.help_text else []
        described += [f"{self.id}-err"] if self.errors else []
        extra = {"aria-describedby": " ".join(described)} if described else {}
        return super().build_widget_attrs(attrs | extra, widget)


class CommentForm(forms.Form):
    bound_field_class = DescribedField
    first_control = "comment"  # where a problem of no field of its own leads

    body = CommentTextField(
        label=pgettext_lazy("comment form", "Comment"),
        max_length=5000,
        widget=forms.Textarea(attrs={"id": "comment", "rows": 8, "cols": 45, "data-left": LEFT}),
        help_text=gettext_lazy("At most 5000 characters. We read comments before we publish them."),
        error_messages={
            "required": gettext_lazy("Type your comment"),
            "max_length": gettext_lazy("Shorten your comment to 5000 characters; now it has %(show_value)d"),
        },
    )
    name = SingleLineField(
        label=pgettext_lazy("comment form", "Name"),
        max_length=245,
        widget=forms.TextInput(attrs={"id": "author", "size": 30, "autocomplete": "name"}),
        error_messages={
            "required": gettext_lazy("Type the name to sign your comment with"),
            "max_length": gettext_lazy("Shorten your name to 245 characters; now it has %(show_value)d"),
        },
    )
    email = SingleLineField(
        label=pgettext_lazy("comment form", "Email"),
        max_length=100,
        widget=forms.EmailInput(attrs={"id": "email", "size": 30, "autocomplete": "email", "dir": "ltr"}),
        help_text=gettext_lazy("We use it only to write to you about this comment."),
        error_messages={
            "required": gettext_lazy("Type your email address"),
            "max_length": gettext_lazy("Type an address of at most 100 characters; now it has %(show_value)d"),
        },
        validators=[EmailValidator(gettext_lazy("Type a full address, such as name@company.com"))],
    )
    website = WebsiteField(
        label=pgettext_lazy("comment form", "Website"),
        max_length=200,
        required=False,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"id": "url", "size": 30, "autocomplete": "url", "dir": "ltr"}),
        error_messages={
            "invalid": gettext_lazy("Type a web address, such as https://company.com, or leave it empty"),
            "address": gettext_lazy("Type a web address without an email address in it: it is published"),
            "max_length": gettext_lazy("Type a web address of at most 200 characters; now it has %(show_value)d"),
        },
    )
    tell = forms.BooleanField(
        label=gettext_lazy("Email me when a moderator has decided and when somebody answers"),
        required=False,
        widget=forms.CheckboxInput(attrs={"id": "tell", "value": "yes"}),
        help_text=gettext_lazy("Every such mail has a link that ends them."),
    )
    # People do not see it and robots fill it in; the answer is the same, the comment goes to spam.
    leave = forms.CharField(required=False)
    parent = forms.IntegerField(required=False, min_value=1, max_value=BIGGEST_NUMBER)
    token = forms.CharField(required=False)
    started = forms.CharField(required=False)  # milliseconds between opening the page and sending, from its script
    proof = forms.CharField(required=False)  # what the browser kept of an earlier comment

    def __init__(self, article, data=None, *, refusal=""):
        self.article, self.refusal = article, refusal
        super().__init__(None if data is None else self._readable(data), auto_id=False, label_suffix="")
        if not delivery.is_possible():
            self.fields.pop("tell", None)
        # Sent again from the page that shows what was wrong, it works for another two weeks.
        self.fresh_token = tokens.make(article)

    def _readable(self, data):
        """Return one string per field, which a page can show again whatever was sent."""
        texts = {name: str(data.get(name) or "") for name in self.base_fields}
        return {name: readable(text) for name, text in texts.items()}

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if re.search(r"\S@\S+\.\S", _decoded(name)):  # it would be published under the promise that it is not
            raise ValidationError(_("Type a name here, not an email address: names are published"), code="address")
        return name

    def clean_parent(self) -> Comment | None:
        number = self.cleaned_data["parent"]
        if number is None:
            return None
        parent = Comment.objects.filter(pk=number).first() or Comment()  # one of no story, which nobody can answer
        if refusal := submit.no_reply_because(self.article, parent):
            raise ValidationError(refusal, code="parent")
        return parent

    def clean_token(self) -> str:
        if not tokens.is_good(self.cleaned_data["token"], self.article):
            raise ValidationError(_("This page was open for a long time. Your text is still here: send it again."))
        return ""

    def clean_started(self) -> float | None:
        """Return seconds, or None for anything our script would not have sent: it proves nothing either way."""
        milliseconds = plain_number(self.cleaned_data["started"], longest=9)
        return None if milliseconds is None else milliseconds / 1000

    @property
    def shown_parent(self) -> str | int:
        """Return the parent id to send with the form again; "" when that comment cannot be answered."""
        return "" if "parent" in self.errors else (self["parent"].value() or "")

    @cached_property
    def problems(self) -> list[tuple[str, str]]:
        """Return the errors in the order of the form, as (id of the control to mend, message)."""
        if self.refusal:
            return [(self.first_control, self.refusal)]
        return [
            (self.fields[name].widget.attrs.get("id") or self.first_control, error)
            for name in self.fields
            for error in self.errors.get(name, [])
        ]

    @sensitive_variables()
    def send(self, *, network: str | None = None) -> submit.Received:
        """Submit a valid form, sent from this network."""
        cleaned = self.cleaned_data
        return submit.submit(
            self.article,
            name=cleaned["name"],
            address=cleaned["email"],
            body=cleaned["body"],
            website=cleaned["website"],
            parent=cleaned["parent"],
            is_spam=bool(cleaned["leave"]),
            seconds=cleaned["started"],
            commenter_token=cleaned["proof"],
            network=network,
            notify_language=get_language() if cleaned.get("tell") else "",
        )
