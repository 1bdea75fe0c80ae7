"""The screens of sections, tags and authors, whose names stand on live pages: renamed, never deleted."""

from typing import Any, TypeAlias

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin import ShowFacets
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from taggit import admin as taggit_admin
from taggit.models import Tag as ForeignTag

from news.models import Author, Section, Tag, TagAlias
from news.taxonomy import renaming, tags
from portal.audit.last_events import last_events
from portal.audit.model_admin import AuditedAdmin, locked_log
from portal.text.folding import fold, slugify

# taggit registers its own tags, which nobody here uses. Its admin is imported above, so that it cannot do so later.
if taggit_admin and admin.site.is_registered(ForeignTag):
    admin.site.unregister(ForeignTag)

# What `ModelAdmin.get_fieldsets` returns: a heading, and the options with their fields.
Fieldsets: TypeAlias = list[tuple[str | Promise | None, dict[str, Any]]]

BOXES = {f"name_in_{code}": (code, language) for code, language in settings.LANGUAGES}


class NameForm(forms.ModelForm):
    """A form that never overwrites what somebody else saved after it was opened (I4 in docs/architecture.md).

    Each field carries the value it was opened with. Where somebody else changed it since, their value is shown beside
    the field, or in it if nothing was typed there. Saving again overwrites deliberately.
    """

    just_taken = False  # whether the database has refused a name that this form found free

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.label_suffix = ""
        if self.instance.pk:
            for field in self.fields.values():
                field.show_hidden_initial = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if written := [name for name in self.fields if self._another_wrote(name)]:
            self._show_beside(written)
            raise ValidationError(
                _(
                    "Somebody else changed this after you opened it. Nothing is lost: what they wrote stands at each "
                    "field that differs, and saving again keeps what the form says now."
                ),
                code="conflict",
            )
        if self.just_taken and not self.errors:
            raise ValidationError(_("Somebody took one of these names at this very moment. Please save again."))
        return cleaned

    def _another_wrote(self, name):
        """Whether the row's value is neither the one the form was opened with nor the one it has now."""
        return bool(self.instance.pk) and _lines(self._as_sent(name)) not in (self._began(name), self._typed(name))

    def _show_beside(self, names):
        """Say at each field what somebody else wrote there, and take that as the value it was opened with."""
        self.data = self.data.copy()
        for name in names:
            theirs, is_untouched = self._as_sent(name), self._typed(name) == self._began(name)
            self.data[self.add_initial_prefix(name)] = theirs
            if is_untouched:
                self.data[self.add_prefix(name)] = theirs
                self.add_error(name, _("Somebody else changed this, and you had not: now it says what they wrote."))
            elif theirs:
                self.add_error(name, _("Somebody else wrote: %(words)s") % {"words": self._in_words(name, theirs)})
            else:
                self.add_error(name, _("Somebody else left this empty."))

    def _began(self, name):
        return _lines(self.data.get(self.add_initial_prefix(name)))

    def _typed(self, name):
        return _lines(self.data.get(self.add_prefix(name), ""))

    def _as_sent(self, name):
        """Return the row's value of this field as a browser would send it."""
        value = self.fields[name].prepare_value(self.get_initial_for_field(self.fields[name], name))
        return "" if value is None else str(value)

    def _in_words(self, name, value):
        choices = {str(choice): str(label) for choice, label in getattr(self.fields[name], "choices", ())}
        return choices.get(value) or ", ".join(value.splitlines())


def _lines(text):
    """Return the lines of a field, sorted and with single blanks, to be compared; None where nothing was sent."""
    if text is None:
        return None
    return sorted(filter(None, (" ".join(line.split()) for line in text.splitlines())))


class NamedForm(NameForm):
    """One text box for the name in each language of the site; an empty one means the name itself."""

    vars().update(
        {
            box: forms.CharField(label=language, max_length=100, required=False)
            for box, (_code, language) in BOXES.items()
        }
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for box, (code, _language) in BOXES.items():
            self.initial[box] = self.instance.names.get(code, "")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        typed = {code: cleaned.get(box, "") for box, (code, _language) in BOXES.items()}
        names = {**self.instance.names, **typed}
        self.instance.names = {code: name for code, name in names.items() if name}
        return cleaned


HISTORY = (gettext_lazy("History"), {"fields": ["last_events"]})


class RenamingAdmin(AuditedAdmin):
    """An admin that records every change in the audit log and invalidates the pages that show the name."""

    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_per_page = 100

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """An address is chosen once, because other sites link to it."""
        return ["slug", "last_events"] if obj else []

    @admin.display(description=gettext_lazy("last changes"))
    def last_events(self, thing: Section | Tag | Author) -> str:
        return last_events(thing)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any
    ) -> type[forms.ModelForm]:
        Form = super().get_form(request, obj, change, **options)
        Form.just_taken = getattr(request, "name_just_taken", False)
        return Form

    def changeform_view(self, request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        """Show the form again, with an error, when the database refuses a name that was free a moment ago."""
        try:
            return self._in_turn(request, *args, **options)
        except IntegrityError:
            request.name_just_taken = True
            return self._in_turn(request, *args, **options)

    def _in_turn(self, request, *args, **options):
        """Allow one renaming at a time, from reading the row to bumping the counters. The lock comes before any row."""
        with locked_log(request):
            return super().changeform_view(request, *args, **options)

    def save_model(
        self, request: HttpRequest, thing: Section | Tag | Author, form: forms.ModelForm, change: bool
    ) -> None:
        before = renaming.recorded_fields(self.model.objects.get(pk=thing.pk)) if change else {}
        super().save_model(request, thing, form, change)
        if change:
            renaming.record_change(thing, before, by=request.user)
        else:
            renaming.record_addition(thing, by=request.user)


@admin.register(Section)
class SectionAdmin(RenamingAdmin):
    form = NamedForm
    list_display = ["name", "slug", "position"]
    prepopulated_fields = {"slug": ["name"]}

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, list[str]]:
        return {} if obj else self.prepopulated_fields

    def get_fieldsets(self, request: HttpRequest, obj: Section | None = None) -> Fieldsets:
        own = (None, {"fields": ["name", "slug", "position"]})
        history = [HISTORY] if obj else []
        if obj and not self.has_change_permission(request, obj):
            return [own, *history]
        return [own, (gettext_lazy("Name in"), {"fields": list(BOXES)}), *history]


class AuthorForm(NameForm):
    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if Author.objects.filter(key=fold(name)).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("There is an author of this name already."))
        return name

    def clean_slug(self) -> str:
        slug = self.cleaned_data["slug"]
        if renaming.is_login(slug):
            raise ValidationError(_("Somebody logs in by this name, which readers must not learn. Choose another."))
        return slug


@admin.register(Author)
class AuthorAdmin(RenamingAdmin):
    form = AuthorForm
    list_display = ["name", "slug", "user"]
    list_select_related = ["user"]
    search_fields = ["key"]
    search_help_text = gettext_lazy("A part of the name")
    prepopulated_fields = {"slug": ["name"]}

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, list[str]]:
        return {} if obj else self.prepopulated_fields

    def get_fieldsets(self, request: HttpRequest, obj: Author | None = None) -> Fieldsets:
        return [(None, {"fields": ["name", "slug", "user"]}), *([HISTORY] if obj else [])]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Author], search_term: str
    ) -> tuple[QuerySet[Author], bool]:
        return queryset.filter(key__contains=fold(search_term)), False


class TagForm(NamedForm):
    other_names = forms.CharField(
        label=gettext_lazy("Aliases"),
        help_text=gettext_lazy("Abbreviations, older names, other spellings: one on each line."),
        widget=forms.Textarea(attrs={"rows": 4, "cols": 40}),
        required=False,
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if self.instance.pk:
            self.initial["other_names"] = "\n".join(alias.name for alias in self.instance.aliases.all())

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if not slugify(name):
            raise ValidationError(_("A name needs letters or figures."))
        self._refuse_if_taken(name)
        return name

    def clean_other_names(self) -> dict[str, str]:
        """Return the aliases by their folded keys: the same name in another spelling is one alias."""
        lines = [" ".join(line.split()) for line in self.cleaned_data["other_names"].splitlines()]
        names = {fold(name): name for name in reversed(lines) if fold(name)}
        longest = TagAlias._meta.get_field("name").max_length
        for name in names.values():
            if len(name) > longest:
                raise ValidationError(_("“%(name)s…” is too long for an alias.") % {"name": name[:40]})
            self._refuse_if_taken(name)
        return dict(reversed(names.items()))

    def clean(self) -> dict[str, Any]:
        """Refuse a name in another language that another tag has."""
        cleaned = super().clean()
        for box in filter(cleaned.get, BOXES):
            try:
                self._refuse_if_taken(cleaned[box])
            except ValidationError as refusal:
                self.add_error(box, refusal)
        return cleaned

    def _refuse_if_taken(self, name):
        if holder := tags.find(name, other_than=self.instance):
            raise ValidationError(_("“%(tag)s” is already known as “%(name)s”.") % {"tag": holder.name, "name": name})


@admin.register(Tag)
class TagAdmin(RenamingAdmin):
    form = TagForm
    list_display = ["name", "kind", "also"]
    list_filter = ["kind"]
    search_fields = ["key"]
    search_help_text = gettext_lazy("A name or an alias")

    def get_fieldsets(self, request: HttpRequest, obj: Tag | None = None) -> Fieldsets:
        """Leave out the slug of a new tag, which is made from its name."""
        own = ["name", "slug", "kind"] if obj else ["name", "kind"]
        if obj and not self.has_change_permission(request, obj):
            return [(None, {"fields": [*own, "also"]}), HISTORY]
        return [
            (None, {"fields": [*own, "other_names"]}),
            (gettext_lazy("Name in"), {"fields": list(BOXES)}),
            *([HISTORY] if obj else []),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Tag | None = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), "also"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tag]:
        return super().get_queryset(request).prefetch_related("aliases")

    @admin.display(description=gettext_lazy("aliases"))
    def also(self, tag: Tag) -> str:
        return ", ".join(alias.name for alias in tag.aliases.all())

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Tag], search_term: str
    ) -> tuple[QuerySet[Tag], bool]:
        return queryset.filter(pk__in=tags.search(search_term)), False

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        renaming.set_aliases(form.instance, form.cleaned_data["other_names"], by=request.user)
