"""Articles: the newsroom's list of stories, and the form in which one is written and taken through its steps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin import ShowFacets
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from news import body
from news.admin import datetime_fields
from news.admin.articles import (
    autocomplete,
    autosave,
    bulk,
    checklist,
    compare,
    edit_conflicts,
    fieldsets,
    form_values,
    preview,
    status_badges,
    step_buttons,
    timeline,
    widgets,
)
from news.admin.articles.edit_conflicts import EditConflict
from news.admin.articles.form import ArticleForm, FormContext
from news.admin.articles.list import (
    ArticleList,
    LanguageFilter,
    PublicFilter,
    SectionFilter,
    StageFilter,
    ViewFilter,
)
from news.admin.articles.step_presentation import PRESENTATIONS
from news.admin.datetime_display import exactly, when
from news.content import schema
from news.editorial import autosave as editorial_autosave
from news.editorial import steps, workflow
from news.editorial.checklist import ChecklistInput
from news.models import WorkingCopy
from news.querysets import WorkingCopyQuerySet
from portal.audit.model_admin import AuditedAdmin
from portal.http.numbers import plain_number
from portal.i18n import timezones


def _planned_hour_help(planned: datetime | None) -> str:
    """Which clocks an hour is typed by; and what the editor's own show, where they go otherwise."""
    at = planned or timezone.now()
    notes = _("%(zone)s. Empty: goes out when it is approved and published.") % {"zone": datetime_fields.zone_label(at)}
    if timezone.localtime(at).utcoffset() == timezone.localtime(at, timezones.site_zone()).utcoffset():
        return notes
    own = _("Your own clocks (%(place)s) say something else: %(moment)s.")
    return f"{notes} {own % {'place': timezones.city(timezone.get_current_timezone()), 'moment': exactly(at)}}"


@dataclass(frozen=True)
class ArticleSave:
    """What the answer to a save has to know of it; Django hands it only the request and the row."""

    revision_before: int | None  # the latest revision (id) when it began
    plan_changed: bool
    conflict: EditConflict | None  # the text somebody else had saved meanwhile


@admin.register(WorkingCopy)
class ArticleAdmin(AuditedAdmin):
    form = ArticleForm
    list_filter = [
        ViewFilter,
        PublicFilter,
        StageFilter,
        SectionFilter,
        LanguageFilter,
    ]
    search_help_text = gettext_lazy("Headline or standfirst")
    search_fields = ["headline"]  # shows the search box; `found_by` does the finding
    ordering = ["-saved_at"]
    list_per_page = 50
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    actions = ["publish_selected", "move_selected", "assign_selected", "withdraw_selected"]

    # ---- the list

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ArticleList]:
        return ArticleList

    def get_list_display(self, request: HttpRequest) -> Sequence[str | Callable[[WorkingCopy], str]]:
        """The columns; whose turn it is depends on who looks."""

        @admin.display(description=gettext_lazy("Working copy"), ordering="stage")
        def desk(copy: WorkingCopy) -> str:
            badge = status_badges.stage(copy)
            if status_badges.is_turn_of(copy, request.user):
                return format_html('{} <span class="nr-when nr-when--me">{}</span>', badge, _("your turn"))
            return badge

        return ["title_cell", "section", "lang", "readers", desk, "changed"]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": _("Articles"), **(extra_context or {})})

    def get_search_results(
        self, request: HttpRequest, queryset: WorkingCopyQuerySet, search_term: str
    ) -> tuple[WorkingCopyQuerySet, bool]:
        return queryset.found_by(search_term), False

    @admin.display(description=gettext_lazy("Headline"), ordering="headline_key")
    def title_cell(self, copy: WorkingCopy) -> str:
        signed = ", ".join(byline.author.name for byline in copy.bylines.all())
        return format_html('{}<span class="nr-by">{}</span>', copy, signed) if signed else str(copy)

    @admin.display(description=gettext_lazy("Lang."), ordering="language")
    def lang(self, copy: WorkingCopy) -> str:
        return format_html('<abbr title="{}">{}</abbr>', copy.get_language_display(), copy.language.upper())

    @admin.display(description=gettext_lazy("Readers see"), ordering="article__live_from")
    def readers(self, copy: WorkingCopy) -> str:
        dot, article = status_badges.readers_see(copy.article), copy.article
        if not article.was_public():
            return dot
        if article.live_until and article.is_live():
            until = _("until %(moment)s") % {"moment": exactly(article.live_until)}
            return format_html('{} <span class="nr-when">{}</span>', dot, until)
        ended = article.live_until if article.has_ended() else None
        at = article.withdrawn_at or ended or article.changed_at or article.live_from
        return format_html('{} <span class="nr-when">{}</span>', dot, when(at))

    @admin.display(description=gettext_lazy("Changed"), ordering="saved_at")
    def changed(self, copy: WorkingCopy) -> str:
        return format_html('{} <span class="nr-who">{}</span>', when(copy.saved_at), copy.saved_by)

    def action_checkbox(self, copy: WorkingCopy) -> str:
        """The row's check box, and beside it which revision the row showed (I3 in docs/architecture.md)."""
        shown = format_html(
            '<input type="hidden" name="{}" value="{}:{}">', bulk.SHOWN, copy.pk, copy.latest_revision_id
        )
        return super().action_checkbox(copy) + shown

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return steps.may(request.user, workflow.Step.PUBLISH)

    def has_withdraw_permission(self, request: HttpRequest) -> bool:
        return steps.may(request.user, workflow.Step.WITHDRAW)

    def has_assign_permission(self, request: HttpRequest) -> bool:
        return steps.may(request.user, workflow.Step.ASSIGN)

    @admin.action(description=gettext_lazy("Publish approved stories"), permissions=["publish"])
    def publish_selected(self, request: HttpRequest, queryset: WorkingCopyQuerySet) -> HttpResponse | None:
        return bulk.publish(self, request, queryset)

    @admin.action(description=gettext_lazy("Move to a section…"), permissions=["change"])
    def move_selected(self, request: HttpRequest, queryset: WorkingCopyQuerySet) -> HttpResponse | None:
        return bulk.move(self, request, queryset)

    @admin.action(description=gettext_lazy("Put somebody in charge…"), permissions=["assign"])
    def assign_selected(self, request: HttpRequest, queryset: WorkingCopyQuerySet) -> HttpResponse | None:
        return bulk.assign(self, request, queryset)

    @admin.action(description=gettext_lazy("Withdraw from readers…"), permissions=["withdraw"])
    def withdraw_selected(self, request: HttpRequest, queryset: WorkingCopyQuerySet) -> HttpResponse | None:
        return bulk.withdraw(self, request, queryset)

    # ---- the form

    def get_urls(self) -> list[URLPattern]:
        views = [
            path("look-up/tags/", self.admin_site.admin_view(autocomplete.tags), name="news_lookup_tags"),
            path("look-up/authors/", self.admin_site.admin_view(autocomplete.authors), name="news_lookup_authors"),
            path("look-up/stories/", self.admin_site.admin_view(autocomplete.stories), name="news_lookup_stories"),
        ]
        compare_page = path(
            "<int:pk>/compare/", self.admin_site.admin_view(self.compare), name="news_workingcopy_compare"
        )
        preview_page = path(
            "<int:pk>/preview/", self.admin_site.admin_view(self.preview), name="news_workingcopy_preview"
        )
        check = self.admin_site.admin_view(require_POST(self.checks))
        checked = [
            path("add/checks/", check, name="news_workingcopy_add_checks"),
            path("<int:pk>/checks/", check, name="news_workingcopy_checks"),
        ]
        return [*views, compare_page, preview_page, *checked, *autosave.urls(self.admin_site), *super().get_urls()]

    def compare(self, request: HttpRequest, pk: int) -> HttpResponse:
        return compare.view(self, request, pk)

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        return preview.view(self, request, pk)

    def checks(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        return checklist.view(self, request, pk)

    def has_delete_permission(self, request: HttpRequest, obj: WorkingCopy | None = None) -> bool:
        return False  # a story is withdrawn, never deleted

    def _may_write(self, request: HttpRequest, obj: WorkingCopy | None) -> bool:
        return self.has_change_permission(request, obj) if obj else self.has_add_permission(request)

    def get_fieldsets(self, request: HttpRequest, obj: WorkingCopy | None = None) -> Sequence[Any]:
        if not self._may_write(request, obj):
            return fieldsets.read_only_fieldsets()
        return fieldsets.fieldsets(hour_notes=_planned_hour_help(obj.planned_publish_at if obj else None))

    def get_form(
        self, request: HttpRequest, obj: WorkingCopy | None = None, change: bool = False, **options: Any
    ) -> type[ArticleForm]:
        """A form class for this request alone."""
        Form = super().get_form(request, obj, change, **options)
        Form.context = FormContext(
            by=request.user,
            resumed=autosave.resumed(request, obj) if self._may_write(request, obj) else None,
            asks_first="_step" in request.POST or hasattr(request, "lost_the_row"),
        )
        return Form

    def form_to_look_at(self, request: HttpRequest, copy: WorkingCopy | None) -> ArticleForm:
        """What is typed, as the form understands it; it is not going to be saved."""
        Form = self.get_form(request, copy, change=bool(copy))
        Form.context = replace(Form.context, is_to_be_saved=False)
        return Form(request.POST, instance=copy)

    @method_decorator(csp_replace(settings.EDITOR_CSP))
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().add_view(request, form_url, extra_context)

    @method_decorator(csp_replace(settings.EDITOR_CSP))
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if "_unshare" in request.POST:
            preview.revoke_link(self, request, object_id)
        return super().change_view(request, object_id, form_url, extra_context)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The form. A save that lost the row at the last moment is shown both texts like any that began too early.

        Who may not write (any more) gets back what was typed.
        """
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except workflow.Conflict:  # and all it had written is undone; the version typed is an old one now
            request.lost_the_row = True
            return super().changeform_view(request, object_id, form_url, extra_context)
        except PermissionDenied:
            if request.method != "POST" or "headline" not in request.POST:
                raise
            return edit_conflicts.not_yours_any_more(self, request)

    def save_model(self, request: HttpRequest, copy: WorkingCopy, form: ArticleForm, change: bool) -> None:
        """Claim the row and write the words; `save_related` writes the rest and records the revision."""
        request.article_save = ArticleSave(copy.latest_revision_id, form.plan_changed, form.meeting)
        if change:
            workflow.begin_save(copy, by=request.user, version=form.cleaned_data["version"])
            if form.plan_changed:
                copy.planned_publish_at = form.cleaned_data["planned_publish_at"]
            copy.save()
        else:
            copy.planned_publish_at = form.cleaned_data["planned_publish_at"]
            workflow.begin_new(copy)

    def save_related(self, request: HttpRequest, form: ArticleForm, formsets: Any, change: bool) -> None:
        typed = form.cleaned_data
        schema.write_rows(form.instance, form_values.content_to_save(typed, by=request.user))
        workflow.finish_save(form.instance, by=request.user)
        if session_id := widgets.as_uuid(typed["sheet"] or ""):
            editorial_autosave.mark_saved(request.user, form.instance if change else None, session_id)

    def response_add(
        self, request: HttpRequest, copy: WorkingCopy, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._response(request, copy)

    def response_change(self, request: HttpRequest, copy: WorkingCopy) -> HttpResponse:
        return self._response(request, copy)

    def _response(self, request: HttpRequest, copy: WorkingCopy) -> HttpResponse:
        """Say what was saved, take the step whose button was pressed, and stay with the story."""
        save: ArticleSave = request.article_save
        if copy.latest_revision_id != save.revision_before:
            self.message_user(
                request,
                _("Saved as revision %(revision)s.") % {"revision": copy.latest_revision.number},
                messages.SUCCESS,
            )
            if save.conflict and save.conflict.is_merged_unasked:
                save.conflict.say_on(partial(self.message_user, request))
        elif not {"_step", "_share", "_unshare"} & request.POST.keys() and not save.plan_changed:
            sentence = _("Nothing had changed since revision %(revision)s.") % {"revision": copy.latest_revision.number}
            self.message_user(request, sentence, messages.INFO)
        is_refused = "_step" in request.POST and not self._take_step(request, copy, save.revision_before)
        if "_share" in request.POST:
            preview.make_link(self, request, copy)
        if save.plan_changed:
            self._explain_plan(request, copy)
        return self._redirect_to_form(request, copy, is_refused=is_refused)

    def take_step_without_saving(self, request: HttpRequest, copy: WorkingCopy) -> HttpResponse:
        """Take a step from a page that saves nothing: reviewers decide where they read.

        It is taken on the story as that page showed it: one withdrawn since is not given back to readers unseen.
        """
        copy.version = plain_number(request.POST.get("version"))
        is_taken = self._take_step(request, copy, copy.latest_revision_id)
        return self._redirect_to_form(request, copy, is_refused=not is_taken)

    def _redirect_to_form(self, request: HttpRequest, copy: WorkingCopy, *, is_refused: bool) -> HttpResponse:
        """The story's form; a step that was refused stands open there, to be mended."""
        query = step_buttons.query_after_refusal(request.POST) if is_refused else {}
        return HttpResponseRedirect(reverse("admin:news_workingcopy_change", args=[copy.pk], query=query))

    def _explain_plan(self, request: HttpRequest, copy: WorkingCopy) -> None:
        """Say what a planned hour means: only saved it schedules nothing, which must not be learnt at that hour."""
        planned, is_scheduled = copy.planned_publish_at, copy.is_scheduled()
        if planned and datetime_fields.comes_twice(planned):
            sentence = _("%(clock)s comes twice that night. The first of the two is meant (UTC%(ahead)s).")
            clock = f"{datetime_fields.typed(planned)[1]:%H:%M}"
            facts = {"clock": clock, "ahead": timezones.utc_offset(planned)}
            self.message_user(request, sentence % facts, messages.INFO)
        if is_scheduled and planned != copy.scheduled_for:
            sentence = _(
                "It still goes out on %(moment)s. To move it, press “Schedule”; to stop it, take it off the schedule."
            )
            self.message_user(request, sentence % {"moment": exactly(copy.scheduled_for)}, messages.WARNING)
        elif planned and not is_scheduled:
            sentence = _("Meant for %(moment)s. Readers get nothing then until it is approved and scheduled.")
            self.message_user(request, sentence % {"moment": exactly(planned)}, messages.INFO)
        elif not planned:
            self.message_user(request, _("It no longer has a planned time."), messages.INFO)

    def _take_step(self, request: HttpRequest, copy: WorkingCopy, revision_shown: int | None) -> bool:
        """Whether it was taken: it is about the revision its button carried, or the one this request made of it."""
        inputs: dict[str, Any] = {}
        try:
            button = step_buttons.pressed(request.POST.get("_step", ""), by=request.user)
            inputs = step_buttons.inputs_for(button.step, copy, request.POST)
            revision = steps.revision_for(button.step, copy)
            expected = revision_shown if revision == copy.latest_revision else revision.pk
            if (button.article, button.revision) != (copy.pk, expected):
                raise workflow.Refused(str(steps.NEWER))
            workflow.perform(button.step, copy, revision, by=request.user, **inputs)
        except workflow.Refused as refusal:
            sentence = compare.CHANGED_SINCE if isinstance(refusal, workflow.Conflict) else refusal
            self.message_user(request, sentence, messages.WARNING)
            for note in filter(None, (inputs.get("reason"), inputs.get("note"))):
                self.message_user(request, _("Your note was: %(note)s") % {"note": note}, messages.INFO)
            return False
        self.message_user(request, PRESENTATIONS[button.step].success_for(copy), messages.SUCCESS)
        return True

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: WorkingCopy | None = None,
    ) -> HttpResponse:
        form = context["adminform"].form
        if obj:  # as it is stored: the form's own instance already says what was typed
            revisions = ("article__live_revision", "latest_revision", "scheduled_revision")
            stored = WorkingCopy.objects.select_related(*revisions, "saved_by", "assigned_to", "submitted_by")
            obj = stored.get(pk=obj.pk)
            history = timeline.lines(obj.article)
            planned = getattr(form, "cleaned_data", {}).get("planned_publish_at", obj.planned_publish_at)
            context |= {
                "copy": obj,
                "title": str(obj),
                "steps": step_buttons.buttons(obj, by=request.user, typed=form.data or request.GET, planned=planned),
                "your_turn": status_badges.is_turn_of(obj, request.user),
                "turn": status_badges.whose_turn(obj, request.user),
                **checklist.listed(ChecklistInput.of(obj)),
                "returned": timeline.last_return(obj),
                "history": history[: timeline.AT_FIRST],
                "earlier": history[timeline.AT_FIRST :],
                "events": len(history),
            }
        else:
            context |= {"title": _("New article"), "points": None, "words": 0}
        context |= {
            "subtitle": None,
            "zone": datetime_fields.zone_label(timezone.now()),
            "meeting": getattr(form, "meeting", None),
            "may_save": self._may_write(request, obj),
        }
        if context["may_save"]:
            context |= autosave.form_context(form, request, obj)
            context["media"] += autosave.MEDIA
        return super().render_change_form(request, context, add, change, form_url, obj)

    # ---- read only, for roles that may look and not write

    @admin.display(description=gettext_lazy("text"))
    def text(self, copy: WorkingCopy) -> str:
        return mark_safe(body.clean(copy.body))

    @admin.display(description=gettext_lazy("bylines"))
    def signed(self, copy: WorkingCopy) -> str:
        return ", ".join(str(byline) for byline in copy.bylines.select_related("author"))

    @admin.display(description=gettext_lazy("related links"))
    def links(self, copy: WorkingCopy) -> str:
        return format_html_join(mark_safe("<br>"), "{}", ((link,) for link in copy.related_links.all()))

    def get_readonly_fields(self, request: HttpRequest, obj: WorkingCopy | None = None) -> list[str]:
        return ["text", "signed", "links"]
