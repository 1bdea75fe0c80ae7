"""The editor's form: the working copy's words and rows, and the version they began from."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.forms.widgets import Script
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from news import body
from news.admin import datetime_fields
from news.admin.articles import edit_conflicts, widgets
from news.content import schema
from news.content.fields import Field, Links, OrderedReferences, Reference, References, RichText
from news.editorial import checklist, steps
from news.editorial.checklist import ChecklistInput
from news.models import Author, Autosave, WorkingCopy
from portal.models import User


@dataclass(frozen=True)
class FormContext:
    """What a form has to know of the request it is made for."""

    by: User | None = None
    resumed: Autosave | None = None  # unsaved text to go on with
    asks_first: bool = False  # two texts are never put together unseen
    is_to_be_saved: bool = True  # a form only looked at meets nobody else's text


# Each works without the others; what they share they import.
SCRIPTS = ["names", "related-links", "planned-hour", "steps", "leaving", "fields", "checklist", "preview-links"]


class ArticleForm(forms.ModelForm):
    """The admin makes a subclass of it for each request, with its `context`."""

    context = FormContext()
    tags = widgets.TagsField(label=_("tags"), required=False)
    bylines = widgets.BylinesField(label=_("bylines"), required=False)
    related = widgets.RelatedField(label=_("related links"), required=False)
    # The hour it is meant to go out: no part of what it says, and nothing happens at it without a step.
    # What the page showed is sent along: another's hour is not undone by a form that was opened before it.
    planned_date = datetime_fields.DateField(label=_("Date"), show_hidden_initial=True)
    planned_time = datetime_fields.TimeField(label=_("Time"), show_hidden_initial=True)
    # The row's version, and the revision, this form began from (I4 in docs/architecture.md).
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    began = forms.IntegerField(widget=forms.HiddenInput, required=False)
    # Which opening of the form this is: what it keeps between two saves goes under that name.
    sheet = forms.Field(widget=forms.HiddenInput, required=False)

    class Media:
        js = [Script(f"news/editor/{name}.js", type="module") for name in SCRIPTS]

    class Meta:
        model = WorkingCopy
        fields = [field.name for field in schema.columns()]
        widgets = {
            "headline": forms.Textarea(attrs={"rows": 1, "class": "nr-headline", "placeholder": _("Headline")}),
            "standfirst": forms.Textarea(attrs={"rows": 2, "class": "nr-standfirst", "placeholder": _("Standfirst")}),
            "dateline": forms.TextInput(attrs={"class": "nr-dateline", "placeholder": _("Dateline, such as Brussels")}),
            "seo_description": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "slug": _("Empty: made from the headline. A new address takes effect when the story is published."),
            "seo_title": _("Empty: the headline."),
            "seo_description": _("Empty: the standfirst."),
        }

    def __init__(self, data=None, *args, **options):
        super().__init__(self.context.resumed.posted if self.context.resumed else data, *args, **options)
        self.label_suffix = ""
        self.meeting = None
        copy = self.instance
        if copy.pk:
            self.initial |= {
                "tags": [row.tag for row in copy.tag_rows.select_related("tag").order_by("tag__name")],
                "bylines": [row.author for row in copy.bylines.select_related("author")],
                "related": [widgets.Link.of(row) for row in copy.related_links.all()],
                "version": copy.version,
                "began": copy.latest_revision_id,
            }
            if copy.planned_publish_at:
                self.initial["planned_date"], self.initial["planned_time"] = datetime_fields.typed(
                    copy.planned_publish_at
                )
        else:
            self.initial = {
                "language": get_language(),
                "bylines": list(Author.objects.filter(user=self.context.by)),
                "version": 0,
                **self.initial,
                "tags": [],
                "related": [],
            }
        self.initial["sheet"] = uuid4()
        if "tags" in self.fields:
            self.fields["tags"].widget.may_add = self.context.by.has_perm("news.add_tag")
            self.fields["related"].widget.own = copy.pk

    def is_multipart(self) -> bool:
        """Sent as such, a long text in Polish letters is not three times as long on its way."""
        return True

    def clean_headline(self) -> str:
        return " ".join(self.cleaned_data["headline"].split())

    def clean_standfirst(self) -> str:
        return self.cleaned_data["standfirst"].replace("\r\n", "\n")

    def clean_body(self) -> str:
        """The stored bytes when it says the same: opening a story in an editor must not undo its approval."""
        typed = self.cleaned_data["body"]
        return self.instance.body if body.same_text(typed, self.instance.body) else typed

    def checklist_input(self) -> ChecklistInput:
        """What is typed so far, as it would be stored; what does not validate yet counts as it was typed."""
        typed = {name: self[name].value() or "" for name in self.fields} | self.cleaned_data
        return ChecklistInput.of_values({field.name: self._looked_at(field, typed) for field in schema.FIELDS})

    def _looked_at(self, field: Field, typed: dict[str, Any]) -> Any:
        """A field as the checklist looks at it; one that is not on the form as it is stored."""
        name = field.on_form
        if name not in typed:
            return checklist.stored(self.instance, field) if self.instance.pk else field.default
        match field:
            case RichText():
                return body.clean(typed[name])
            case Reference():
                return typed[name].pk if self.cleaned_data.get(name) else None
            case OrderedReferences():
                return [row.name for row in self._picked(name)]
            case References():
                return self._picked(name)
            case Links():
                return widgets.with_stories(typed[name], self.instance.pk)
            case _:
                return typed[name]

    def _picked(self, name: str) -> Iterable[Any]:
        """The rows of a field of names; while one of them cannot be found, at least those that were chosen."""
        if name in self.cleaned_data:
            return self.cleaned_data[name]
        return self.fields[name].widget.Row.objects.filter(pk__in=self[name].value().numbers)

    @property
    def plan_changed(self) -> bool:
        """Whether another hour was typed; one that has passed meanwhile is no reason not to save."""
        return not {"planned_date", "planned_time"}.isdisjoint(self.changed_data)

    def _clean_plan(self, cleaned):
        if "planned_date" in self.errors or "planned_time" in self.errors:
            return
        try:
            at = datetime_fields.instant(cleaned.get("planned_date"), cleaned.get("planned_time"))
        except ValidationError as error:
            self.add_error("planned_time", error)
            return
        if at and self.plan_changed and at <= timezone.now():
            self.add_error("planned_time", steps.PASSED)
            return
        cleaned["planned_publish_at"] = at if self.plan_changed else self.instance.planned_publish_at

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._clean_plan(cleaned)
        copy = self.instance
        shown = (cleaned.get("version"), cleaned.get("began"))
        if copy.pk and self.context.is_to_be_saved and shown != (copy.version, copy.latest_revision_id):
            self.meeting = edit_conflicts.EditConflict(self, cleaned, asks_first=self.context.asks_first)
            self.data = self.meeting.data
            if not self.meeting.is_resolved:
                raise ValidationError(self.meeting.sentence, code="conflict")
            cleaned |= self.meeting.resolved
        return cleaned
