"""What can be done with several stories at once: each row alone, each refusal said. Nobody approves in bulk.

A row carries the revision it showed; one that is newer by now is refused. What needs an answer first (a section,
a person, a reason) asks for it on a page of its own, which lists the stories it is about.
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from news.admin.articles.step_forms import NoteForm, PersonForm
from news.admin.articles.step_presentation import PRESENTATIONS
from news.editorial import steps, workflow
from news.editorial.workflow import Step
from news.models import Section, WorkingCopy
from news.querysets import WorkingCopyQuerySet

SHOWN = "shown"  # rows of the list: article:revision


class SectionForm(forms.Form):
    """Which section the stories move to."""

    section = forms.ModelChoiceField(label=gettext_lazy("Section"), queryset=Section.objects.all())


class WithdrawForm(NoteForm):
    """Why the stories are withdrawn, and what readers are told."""

    field_order = ["reason", "note"]
    note = forms.CharField(label=NoteForm.base_fields["note"].label, required=False, max_length=steps.LONGEST_NOTE)
    reason = forms.CharField(
        label=gettext_lazy("Why are they withdrawn? Only the newsroom reads this."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": steps.NO_REASON},
    )


def publish(story_admin: ModelAdmin, request: HttpRequest, queryset: WorkingCopyQuerySet) -> HttpResponse | None:
    """Give readers what is approved. What goes out at an hour of its own is left to it.

    Nor does anybody by the way give back what was taken from readers, perhaps since the list was opened.
    """

    def act(copy: WorkingCopy) -> None:
        if copy.article.withdrawn_at:
            raise workflow.Refused(_("It is withdrawn. Open it to give it back to readers."))
        if copy.is_scheduled():
            raise workflow.Refused(_("It goes out at its hour. Open it to publish it earlier."))
        if copy.article.has_ended():
            raise workflow.Refused(_("The story has ended for readers. Show it to them again first."))
        workflow.publish(copy, copy.latest_revision, by=request.user)

    _each(story_admin, request, queryset, act, success=str(PRESENTATIONS[Step.PUBLISH].success))


def move(story_admin: ModelAdmin, request: HttpRequest, queryset: WorkingCopyQuerySet) -> HttpResponse | None:
    """Put the working copies into a section: a new version of each, which readers see once it is published."""
    form, page = _ask(
        story_admin, request, queryset, "move_selected", SectionForm, _("Move to a section"), _("Move them")
    )
    if page:
        return page

    def act(copy: WorkingCopy) -> None:
        with workflow.editing(copy, by=request.user, version=copy.version):
            copy.section = form.cleaned_data["section"]

    _each(
        story_admin,
        request,
        queryset,
        act,
        success=_("“%(story)s” is in the section “%(section)s” now."),
        **form.cleaned_data,
    )


def assign(story_admin: ModelAdmin, request: HttpRequest, queryset: WorkingCopyQuerySet) -> HttpResponse | None:
    """Put somebody in charge of the stories, or nobody."""
    form, page = _ask(
        story_admin, request, queryset, "assign_selected", PersonForm, _("Put somebody in charge"), _("Put in charge")
    )
    if page:
        return page
    to = form.cleaned_data["to"]
    done = _("%(person)s is in charge of “%(story)s”.") if to else _("Nobody is in charge of “%(story)s”.")

    def act(copy: WorkingCopy) -> None:
        workflow.assign(copy, copy.latest_revision, by=request.user, to=to)

    _each(story_admin, request, queryset, act, success=done, person=to)


def withdraw(story_admin: ModelAdmin, request: HttpRequest, queryset: WorkingCopyQuerySet) -> HttpResponse | None:
    """Take the stories from readers, with one reason and one note for all."""
    form, page = _ask(
        story_admin,
        request,
        queryset,
        "withdraw_selected",
        WithdrawForm,
        _("Withdraw from readers"),
        _("Withdraw them now"),
    )
    if page:
        return page

    def act(copy: WorkingCopy) -> None:
        workflow.perform(Step.WITHDRAW, copy, copy.latest_revision, by=request.user, **form.cleaned_data)

    _each(story_admin, request, queryset, act, success=str(PRESENTATIONS[Step.WITHDRAW].success))


def _each(
    story_admin: ModelAdmin,
    request: HttpRequest,
    queryset: WorkingCopyQuerySet,
    act: Callable[[WorkingCopy], None],
    *,
    success: str,
    **facts: Any,
) -> None:
    """Act on one story after the other; each commits alone, so that one refusal does not undo the rest."""
    revisions_shown = _revisions_shown(request)
    for copy in _selected(queryset):
        try:
            if revisions_shown.get(str(copy.pk)) != str(copy.latest_revision_id):
                raise workflow.Refused(str(steps.NEWER))
            act(copy)
        except workflow.Refused as refusal:
            story_admin.message_user(request, f"{copy}: {refusal}", messages.WARNING)
        else:
            story_admin.message_user(request, success % {"story": copy, **facts}, messages.SUCCESS)


def _ask(
    story_admin: ModelAdmin,
    request: HttpRequest,
    queryset: WorkingCopyQuerySet,
    action: str,
    Form: type[forms.Form],
    title: str,
    submit_label: str,
) -> tuple[forms.Form, HttpResponse | None]:
    """The valid form and None; or the form and the page that asks, and then sends `action` again."""
    form = Form(request.POST if "_asked" in request.POST else None, label_suffix="")
    if form.is_valid():
        return form, None
    context = {
        **story_admin.admin_site.each_context(request),
        "title": title,
        "sends": submit_label,
        "form": form,
        "copies": _selected(queryset),
        "shown": request.POST.getlist(SHOWN),
        "action": action,
        "opts": story_admin.opts,
        "SHOWN": SHOWN,
        "CHECKBOX": ACTION_CHECKBOX_NAME,
    }
    return form, TemplateResponse(request, "admin/news/workingcopy/bulk.html", context)


def _selected(queryset: WorkingCopyQuerySet) -> WorkingCopyQuerySet:
    copies = WorkingCopy.objects.select_related("article", "latest_revision", "scheduled_revision", "reviewed_revision")
    return copies.filter(pk__in=queryset).order_by("pk")


def _revisions_shown(request: HttpRequest) -> dict[str, str]:
    """Which revision each row of the list showed (ids)."""
    return dict(row.split(":", 1) for row in request.POST.getlist(SHOWN) if ":" in row)
