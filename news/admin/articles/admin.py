"""Articles: the newsroom's list of stories, and the form in which one is written and taken through its steps."""

from functools import partial

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin import ShowFacets
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from news.admin import autocomplete, datetime_fields
from news.admin.articles import (
    autosave,
    bulk,
    checklist,
    compare,
    edit_conflicts,
    list,
    preview,
    status_badges,
    step_buttons,
    timeline,
    widgets,
)
from news.admin.articles.form import ArticleForm
from news.admin.datetime_display import exactly, when
from news.content import body
from news.editorial import autosave as unsaved
from news.editorial import steps, workflow
from news.editorial.checklist import ChecklistInput
from news.models import Article, WorkingCopy
from portal.audit import log
from portal.http.numbers import plain_number
from portal.i18n import timezones

WRITE = (None, {"fields": ["headline", "standfirst", "dateline", "body"], "classes": ["nr-write"]})
SCHEDULE = (
    gettext_lazy("Schedule"),
    {"fields": [("planned_date", "planned_time")], "classes": ["nr-rail", "nr-schedule"]},
)
FIELDSETS = [
    WRITE,
    SCHEDULE,
    (
        gettext_lazy("Where it belongs"),
        {"fields": [("section", "language"), "source", "slug"], "classes": ["nr-rail"]},
    ),
    (gettext_lazy("Tags"), {"fields": ["tags"], "classes": ["nr-rail", "nr-tagbox"]}),
    (gettext_lazy("Bylines"), {"fields": ["bylines"], "classes": ["nr-rail", "nr-tagbox"]}),
    (gettext_lazy("Related links"), {"fields": ["related"], "classes": ["nr-rail", "nr-related", "nr-tagbox"]}),
    (gettext_lazy("Search engines"), {"fields": ["seo_title", "seo_description"], "classes": ["nr-rail"]}),
]
READ_ONLY = [
    (None, {"fields": ["headline", "standfirst", "dateline", "text"], "classes": ["nr-write", "nr-read"]}),
    (
        gettext_lazy("Where it belongs"),
        {"fields": ["section", "language", "source", "tags", "signed", "links"], "classes": ["nr-rail"]},
    ),
]


def _hour_notes(planned):
    """Which clocks an hour is typed by; and what the editor's own show, where they go otherwise."""
    at = planned or timezone.now()
    notes = _("%(zone)s. Empty: goes out when it is approved and published.") % {"zone": datetime_fields.zone_said(at)}
    if timezone.localtime(at).utcoffset() == timezone.localtime(at, timezones.site_zone()).utcoffset():
        return notes
    own = _("Your own clocks (%(place)s) say something else: %(moment)s.")
    return f"{notes} {own % {'place': timezones.city(timezone.get_current_timezone()), 'moment': exactly(at)}}"


@admin.register(WorkingCopy)
class ArticleAdmin(admin.ModelAdmin):
    form = ArticleForm
    list_display = ["title_cell", "section", "lang", "readers", "desk", "changed"]
    list_filter = [
        list.ViewFilter,
        list.PublicFilter,
        list.StageFilter,
        list.SectionFilter,
        list.LanguageFilter,
    ]
    search_help_text = gettext_lazy("Headline or standfirst")
    search_fields = ["headline"]  # shows the search box; `found_by` does the finding
    ordering = ["-saved_at"]
    list_per_page = 50
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    actions = ["publish_selected", "move_selected", "assign_selected", "withdraw_selected"]

    # ---- the list

    def get_changelist(self, request, **options):
        return list.ArticleList

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"title": _("Articles"), **(extra_context or {})})

    def get_search_results(self, request, queryset, search_term):
        return queryset.found_by(search_term), False

    @admin.display(description=gettext_lazy("Headline"), ordering="headline_key")
    def title_cell(self, copy):
        signed = ", ".join(byline.author.name for byline in copy.bylines.all())
        return format_html('{}<span class="nr-by">{}</span>', copy, signed) if signed else str(copy)

    @admin.display(description=gettext_lazy("Lang."), ordering="language")
    def lang(self, copy):
        return format_html('<abbr title="{}">{}</abbr>', copy.get_language_display(), copy.language.upper())

    @admin.display(description=gettext_lazy("Readers see"), ordering="article__live_from")
    def readers(self, copy):
        dot, article = status_badges.readers_see(copy.article), copy.article
        if not article.was_public():
            return dot
        if article.live_until and article.is_live():
            until = _("until %(moment)s") % {"moment": exactly(article.live_until)}
            return format_html('{} <span class="nr-when">{}</span>', dot, until)
        ended = article.live_until if article.has_ended() else None
        at = article.withdrawn_at or ended or article.changed_at or article.live_from
        return format_html('{} <span class="nr-when">{}</span>', dot, when(at))

    @admin.display(description=gettext_lazy("Working copy"), ordering="stage")
    def desk(self, copy):
        tab = status_badges.stage(copy)
        if status_badges.is_turn_of(copy, copy.reader):
            return format_html('{} <span class="nr-when nr-when--me">{}</span>', tab, _("your turn"))
        return tab

    @admin.display(description=gettext_lazy("Changed"), ordering="saved_at")
    def changed(self, copy):
        return format_html('{} <span class="nr-who">{}</span>', when(copy.saved_at), copy.saved_by)

    def action_checkbox(self, copy):
        """The row's check box, and beside it which revision the row showed (design rule 3)."""
        shown = format_html(
            '<input type="hidden" name="{}" value="{}:{}">', bulk.SHOWN, copy.pk, copy.latest_revision_id
        )
        return super().action_checkbox(copy) + shown

    def has_publish_permission(self, request):
        return steps.may(request.user, workflow.Step.PUBLISH)

    def has_withdraw_permission(self, request):
        return steps.may(request.user, workflow.Step.WITHDRAW)

    def has_assign_permission(self, request):
        return steps.may(request.user, workflow.Step.ASSIGN)

    @admin.action(description=gettext_lazy("Publish approved stories"), permissions=["publish"])
    def publish_selected(self, request, queryset):
        return bulk.publish(self, request, queryset)

    @admin.action(description=gettext_lazy("Move to a section…"), permissions=["change"])
    def move_selected(self, request, queryset):
        return bulk.move(self, request, queryset)

    @admin.action(description=gettext_lazy("Put somebody in charge…"), permissions=["assign"])
    def assign_selected(self, request, queryset):
        return bulk.assign(self, request, queryset)

    @admin.action(description=gettext_lazy("Withdraw from readers…"), permissions=["withdraw"])
    def withdraw_selected(self, request, queryset):
        return bulk.withdraw(self, request, queryset)

    # ---- the form

    def get_urls(self):
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

    def compare(self, request, pk):
        return compare.view(self, request, pk)

    def preview(self, request, pk):
        return preview.view(self, request, pk)

    def checks(self, request, pk=None):
        return checklist.view(self, request, pk)

    def has_delete_permission(self, request, obj=None):
        return False  # a story is withdrawn, never deleted

    def _may_write(self, request, obj):
        return self.has_change_permission(request, obj) if obj else self.has_add_permission(request)

    def get_fieldsets(self, request, obj=None):
        if not self._may_write(request, obj):
            return READ_ONLY
        name, options = SCHEDULE
        schedule = (name, {**options, "description": _hour_notes(obj.planned_publish_at if obj else None)})
        return [schedule if fieldset is SCHEDULE else fieldset for fieldset in FIELDSETS]

    def get_form(self, request, obj=None, change=False, **options):
        Form = super().get_form(request, obj, change, **options)
        Form.by = request.user
        Form.taken_up = autosave.resumed(request, obj) if self._may_write(request, obj) else None
        Form.asks_first = "_step" in request.POST or hasattr(request, "lost_the_row")
        return Form

    def form_to_look_at(self, request, copy):
        """What is typed, as the form understands it; it is not going to be saved."""
        Form = self.get_form(request, copy, change=bool(copy))
        Form.is_to_be_saved = False
        return Form(request.POST, instance=copy)

    @method_decorator(csp_replace(settings.EDITOR_CSP))
    def add_view(self, request, form_url="", extra_context=None):
        return super().add_view(request, form_url, extra_context)

    @method_decorator(csp_replace(settings.EDITOR_CSP))
    def change_view(self, request, object_id, form_url="", extra_context=None):
        if "_unshare" in request.POST:
            preview.revoke_pressed(self, request, object_id)
        return super().change_view(request, object_id, form_url, extra_context)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """A save that lost the row at the last moment is shown both texts like any that began too early.

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

    def save_model(self, request, copy, form, change):
        """Win the row and write the words; `save_related` writes the rest and keeps the revision."""
        copy.revision_shown, copy.plan_changed, copy.meeting = copy.latest_revision_id, form.plan_changed, form.meeting
        if change:
            workflow.begin_save(copy, by=request.user, version=form.cleaned_data["version"])
            if form.plan_changed:
                copy.planned_publish_at = form.cleaned_data["planned_publish_at"]
            copy.save()
        else:
            log.lock()
            copy.planned_publish_at = form.cleaned_data["planned_publish_at"]
            copy.article = Article.objects.create()
            copy.save(force_insert=True)

    def save_related(self, request, form, formsets, change):
        typed = form.cleaned_data
        widgets.write(
            form.instance, by=request.user, tags=typed["tags"], authors=typed["bylines"], links=typed["related"]
        )
        workflow.finish_save(form.instance, by=request.user)
        if sheet := widgets.as_uuid(typed["sheet"] or ""):
            unsaved.mark_saved(request.user, form.instance if change else None, sheet)

    def response_add(self, request, copy, post_url_continue=None):
        return self._response(request, copy)

    def response_change(self, request, copy):
        return self._response(request, copy)

    def _response(self, request, copy):
        """Say what was kept, take the step whose button was pressed, and stay with the story."""
        if copy.latest_revision_id != copy.revision_shown:
            self.message_user(
                request,
                _("Saved as revision %(revision)s.") % {"revision": copy.latest_revision.number},
                messages.SUCCESS,
            )
            if copy.meeting and copy.meeting.is_merged_unasked:
                copy.meeting.say_on(partial(self.message_user, request))
        elif not {"_step", "_share", "_unshare"} & request.POST.keys() and not copy.plan_changed:
            saved = _("Nothing had changed since revision %(revision)s.") % {"revision": copy.latest_revision.number}
            self.message_user(request, saved, messages.INFO)
        refused = "_step" in request.POST and not self._take_step(request, copy)
        if "_share" in request.POST:
            preview.make_link(self, request, copy)
        if copy.plan_changed:
            self._say_what_the_plan_means(request, copy)
        return self._back_to(request, copy, refused=refused)

    def step_taken(self, request, copy):
        """A step from a page that saves nothing: reviewers decide where they read.

        It is taken on the story as that page showed it: one withdrawn since is not given back to readers unseen.
        """
        copy.revision_shown, copy.version = copy.latest_revision_id, plain_number(request.POST.get("version"))
        return self._back_to(request, copy, refused=not self._take_step(request, copy))

    def _back_to(self, request, copy, *, refused):
        """The story's form; a step that was refused stands open there, to be mended."""
        query = step_buttons.asked_again(request.POST) if refused else {}
        return HttpResponseRedirect(reverse("admin:news_workingcopy_change", args=[copy.pk], query=query))

    def _say_what_the_plan_means(self, request, copy):
        """A date that was only saved schedules nothing, which must not be learnt at that hour."""
        planned, is_scheduled = copy.planned_publish_at, copy.is_scheduled()
        if planned and datetime_fields.comes_twice(planned):
            twice = _("%(clock)s comes twice that night. The first of the two is meant (UTC%(ahead)s).")
            clock = f"{datetime_fields.typed(planned)[1]:%H:%M}"
            self.message_user(request, twice % {"clock": clock, "ahead": timezones.utc_offset(planned)}, messages.INFO)
        if is_scheduled and planned != copy.scheduled_for:
            still = _(
                "It still goes out on %(moment)s. To move it, press “Schedule”; to stop it, take it off the schedule."
            )
            self.message_user(request, still % {"moment": exactly(copy.scheduled_for)}, messages.WARNING)
        elif planned and not is_scheduled:
            noted = _("Meant for %(moment)s. Readers get nothing then until it is approved and scheduled.")
            self.message_user(request, noted % {"moment": exactly(planned)}, messages.INFO)
        elif not planned:
            self.message_user(request, _("It is meant for no hour any more."), messages.INFO)

    def _take_step(self, request, copy):
        """Whether it was taken: it is about the revision its button carried, or the one this request made of it."""
        typed = {}
        try:
            step, article, revision = step_buttons.named(request.POST.get("_step", ""), by=request.user)
            typed = step_buttons.asked(step, copy, request.POST)
            about = steps.about(step, copy)
            seen = copy.revision_shown if about == copy.latest_revision else about.pk
            if (article, revision) != (copy.pk, seen):
                raise workflow.Refused(str(steps.NEWER))
            workflow.perform(step, copy, about, by=request.user, **typed)
        except workflow.Refused as refusal:
            if isinstance(refusal, workflow.Conflict):
                refusal = compare.CHANGED_SINCE
            self.message_user(request, refusal, messages.WARNING)
            for note in filter(None, (typed.get("reason"), typed.get("note"))):
                self.message_user(request, _("Your note was: %(note)s") % {"note": note}, messages.INFO)
            return False
        self.message_user(request, step_buttons.success_message(step, copy), messages.SUCCESS)
        return True

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
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
            "zone": datetime_fields.zone_said(timezone.now()),
            "meeting": getattr(form, "meeting", None),
            "may_save": self._may_write(request, obj),
        }
        if context["may_save"]:
            context |= autosave.beside(form, request, obj)
            context["media"] += autosave.MEDIA
        return super().render_change_form(request, context, add, change, form_url, obj)

    # ---- read only, for roles that may look and not write

    @admin.display(description=gettext_lazy("text"))
    def text(self, copy):
        return mark_safe(body.clean(copy.body))

    @admin.display(description=gettext_lazy("bylines"))
    def signed(self, copy):
        return ", ".join(str(byline) for byline in copy.bylines.select_related("author"))

    @admin.display(description=gettext_lazy("related links"))
    def links(self, copy):
        return format_html_join(mark_safe("<br>"), "{}", ((link,) for link in copy.related_links.all()))

    def get_readonly_fields(self, request, obj=None):
        return ["text", "signed", "links"]
