"""What can be done with several stories at once: each row alone, each refusal said. Nobody approves in bulk.

A row carries the revision it showed; one that is newer by now is refused. What needs an answer first (a section,
a person, a reason) asks for it on a page of its own, which lists the stories it is about.
"""

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from news.admin.articles.step_buttons import NoteForm, PersonForm
from news.editorial import steps, workflow
from news.editorial.workflow import Step
from news.models import Section, WorkingCopy

SHOWN = "shown"  # rows of the list: article:revision


class SectionForm(forms.Form):
    section = forms.ModelChoiceField(label=gettext_lazy("Section"), queryset=Section.objects.all())


class WithdrawForm(NoteForm):
    field_order = ["reason", "note"]
    note = forms.CharField(label=NoteForm.base_fields["note"].label, required=False, max_length=steps.LONGEST_NOTE)
    reason = forms.CharField(
        label=gettext_lazy("Why are they withdrawn? Only the newsroom reads this."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": steps.NO_REASON},
    )


def publish(stories, request, queryset):
    """Give readers what is approved. What goes out at an hour of its own is left to it.

    Nor does anybody by the way give back what was taken from readers, perhaps since the list was opened.
    """

    def do(copy):
        if copy.article.withdrawn_at:
            raise workflow.Refused(_("It is withdrawn. Open it to give it back to readers."))
        if copy.is_scheduled():
            raise workflow.Refused(_("It goes out at its hour. Open it to publish it earlier."))
        if copy.article.has_ended():
            raise workflow.Refused(_("The story has ended for readers. Show it to them again first."))
        workflow.publish(copy, copy.latest_revision, by=request.user)

    _each(stories, request, queryset, do, done=_("Readers see “%(story)s” now."))


def move(stories, request, queryset):
    """Put the working copies into a section: a new version of each, which readers see once it is published."""
    form, page = _asked(
        stories, request, queryset, "move_selected", SectionForm, _("Move to a section"), _("Move them")
    )
    if page:
        return page

    def do(copy):
        with workflow.editing(copy, by=request.user, version=copy.version):
            copy.section = form.cleaned_data["section"]

    _each(
        stories, request, queryset, do, done=_("“%(story)s” is in the section “%(section)s” now."), **form.cleaned_data
    )


def assign(stories, request, queryset):
    form, page = _asked(
        stories, request, queryset, "assign_selected", PersonForm, _("Put somebody in charge"), _("Put in charge")
    )
    if page:
        return page
    to = form.cleaned_data["to"]
    done = _("%(person)s is in charge of “%(story)s”.") if to else _("Nobody is in charge of “%(story)s”.")

    def do(copy):
        workflow.assign(copy, copy.latest_revision, by=request.user, to=to)

    _each(stories, request, queryset, do, done=done, person=to)


def withdraw(stories, request, queryset):
    form, page = _asked(
        stories,
        request,
        queryset,
        "withdraw_selected",
        WithdrawForm,
        _("Withdraw from readers"),
        _("Withdraw them now"),
    )
    if page:
        return page

    def do(copy):
        workflow.perform(Step.WITHDRAW, copy, copy.latest_revision, by=request.user, **form.cleaned_data)

    _each(stories, request, queryset, do, done=_("“%(story)s” is withdrawn; readers do not see it any more."))


def _each(stories, request, queryset, do, *, done, **named):
    """Do it story by story; each commits alone, so that one refusal does not undo the rest."""
    shown = _shown(request)
    for copy in _chosen(queryset):
        try:
            if shown.get(str(copy.pk)) != str(copy.latest_revision_id):
                raise workflow.Refused(str(steps.NEWER))
            do(copy)
        except workflow.Refused as refusal:
            stories.message_user(request, f"{copy}: {refusal}", messages.WARNING)
        else:
            stories.message_user(request, done % {"story": copy, **named}, messages.SUCCESS)


def _asked(stories, request, queryset, action, Form, title, sends):
    """The valid form and None; or the form and the page that asks, and then presses `action` again."""
    form = Form(request.POST if "_asked" in request.POST else None, label_suffix="")
    if form.is_valid():
        return form, None
    context = {
        **stories.admin_site.each_context(request),
        "title": title,
        "sends": sends,
        "form": form,
        "copies": _chosen(queryset),
        "shown": request.POST.getlist(SHOWN),
        "action": action,
        "opts": stories.opts,
        "SHOWN": SHOWN,
        "CHECKBOX": ACTION_CHECKBOX_NAME,
    }
    return form, TemplateResponse(request, "admin/news/workingcopy/bulk.html", context)


def _chosen(queryset):
    copies = WorkingCopy.objects.select_related("article", "latest_revision", "scheduled_revision", "reviewed_revision")
    return copies.filter(pk__in=queryset).order_by("pk")


def _shown(request):
    return dict(row.split(":", 1) for row in request.POST.getlist(SHOWN) if ":" in row)
