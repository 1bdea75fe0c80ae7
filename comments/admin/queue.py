"""The moderators' queue: the list on one side, the comment in question with everything around it on the other.

It decides nothing: every button is a POST that asks moderation, which answers with a sentence. Each carries
what its moderator saw, as `<comment>:<status>.<digest of the words>`, so that no decision taken meanwhile is overrun
and no words are approved unseen.
"""

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.forms.widgets import Script
from django.http import HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from comments.admin import closing as closing_buttons
from comments.admin import data_requests, queue_context, queue_forms
from comments.admin.queue_context import REPORTED, TABS
from comments.models import BulkDecision, Comment, Report
from comments.moderation import answers, bulk, claims, closing, decisions, edits, refusals, sender_rules
from comments.moderation.decisions import Decision
from comments.moderation.refusals import Refused
from comments.personal_data import emails
from news.admin.articles import widgets

Status = Comment.Status


class ViewFilter(admin.SimpleListFilter):
    """The tabs: one status at a time, first what waits; and what readers have reported, whatever its status."""

    title = gettext_lazy("view")
    parameter_name = "view"

    def lookups(self, request, model_admin):
        return list(TABS.items())

    def value(self):
        value = super().value()
        return value if value in TABS else Status.PENDING.value

    def queryset(self, request, queryset):
        return queryset.reported() if self.value() == REPORTED else queryset.filter(status=self.value())


class CurrentFilter(admin.SimpleListFilter):
    """`?c=`, the comment being looked at. Filters nothing: a change list turns away parameters no filter knows."""

    title = parameter_name = "c"

    def lookups(self, request, model_admin):
        return []

    def queryset(self, request, queryset):
        return queryset


@admin.register(Comment)
class CommentAdmin(admin.ModelAdmin):
    list_filter = [ViewFilter, CurrentFilter]
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    ordering = ["-created_at", "-pk"]
    actions = None  # the queue has its own bar, whose buttons say what they do
    search_fields = ["search_key"]  # so that the box is shown; get_search_results finds

    class Media:
        js = [Script("newsroom/queue.js", defer=True)]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        own = [
            path("<int:number>/claim/", self.admin_site.admin_view(self.claim_view), name="comments_comment_claim"),
            path("person/", self.admin_site.admin_view(data_requests.person_view), name="comments_comment_person"),
            path(
                "story/<int:number>/",
                self.admin_site.admin_view(closing_buttons.story_view),
                name="comments_comment_story",
            ),
        ]
        return [*own, *super().get_urls()]

    def get_queryset(self, request):
        return super().get_queryset(request).for_queue()

    def get_search_results(self, request, queryset, search_term):
        return queryset.found_by(search_term), False

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """A comment has no form of its own; its place is the queue."""
        return HttpResponseRedirect(f"{reverse('admin:comments_comment_changelist')}?c={object_id}")

    def history_view(self, request, object_id, extra_context=None):
        return self.change_view(request, object_id)

    # What a person presses

    def changelist_view(self, request, extra_context=None):
        """Context: `views`, `rows`, `current`, what is `around` it, and what else `queue.shown` gives.

        After a logged look `address` or `address_refused`; where something typed was not taken, it is `typed`
        and `refused` says why, at its field.
        """
        shown = {}
        if request.method == "POST" and self.has_view_permission(request):
            if "look" in request.POST or "look_reporter" in request.POST:
                shown = self._looked(request)
            else:
                pressed = next((name for name in self.presses if request.POST.get(name)), "")
                unsent, field = queue_forms.all_in(request.POST), queue_forms.FIELD_OF.get(pressed)
                try:
                    if unsent.keys() - {field}:
                        raise Refused(_("Something you typed is not sent yet. Send it first, or empty its field."))
                    return self._on_to(request, self._do(request, pressed))
                except Refused as refusal:
                    field = field or next(iter(unsent), None)
                    shown = queue_forms.kept(request.POST, unsent, field, str(refusal), by=request.user)
                    if not shown:
                        messages.warning(request, str(refusal))
                        return self._on_to(request, request.GET.get("c"))
        response = super().changelist_view(request, extra_context)
        if changelist := getattr(response, "context_data", {}).get("cl"):
            view = ViewFilter.value(next(spec for spec in changelist.filter_specs if isinstance(spec, ViewFilter)))
            asked = shown.get("stays") or request.GET.get("c")
            response.context_data |= queue_context.shown(changelist, view, asked, by=request.user) | shown
            if "refused" in shown:
                response.status_code = 422
        return response

    def claim_view(self, request, number):
        """The queue's script says that somebody looks at a comment; the answer is what they should know, in words."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_view_permission(request):
            raise PermissionDenied
        comment = self.get_queryset(request).filter(pk=number).first()
        if comment is None:
            return JsonResponse({"told": _("This comment is not there any more.")})
        if told := refusals.outdated_because(comment, request.POST.get("seen", "")):
            return JsonResponse({"told": told})
        try:
            is_mine = claims.claim(comment, by=request.user)
        except Refused as refusal:
            return JsonResponse({"told": str(refusal)}, status=403)
        comment = self.get_queryset(request).filter(pk=number).first()
        other = comment and not is_mine and claims.holder(comment, besides=request.user)
        return JsonResponse({"told": queue_context.claim_sentence(other) if other else ""})

    def _on_to(self, request, number):
        parameters = request.GET.copy()
        parameters["c"] = number or ""
        return HttpResponseRedirect(f"{request.path}?{parameters.urlencode()}")

    def _do(self, request, pressed):
        """Do the one thing asked for; return the number of the comment to look at next."""
        if not pressed:
            raise Refused(_("Choose what is to become of the comment."))
        return getattr(self, self.presses[pressed])(request, request.POST[pressed])

    # The buttons by their names, and what each does.
    presses = {
        "bulk": "_decide_many",
        "decide": "_decide",
        "undo": "_undo",
        "undo_all": "_undo_all",
        "edit": "_edit",
        "send": "_answer",
        "stand": "_stand",
        "lift": "_lift",
        "switch": "_switch",
        "close": "_close",
        "reopen": "_reopen",
    }

    def _decide(self, request, asked):
        decision, _at, which = asked.partition("@")
        comment, seen = self._named(which)
        decisions.decide(*_asked(decision, comment), by=request.user, expected=seen)
        return request.POST.get("next", "")

    def _decide_many(self, request, asked):
        """The selection, or all that this view and search find, up to the newest its moderator can have known of."""
        decision, reason = _decision(asked)
        if shown := request.POST.get("all"):
            self._tell_of(request, bulk.decide_all(self._all(request, shown), decision, reason, by=request.user))
            return ""
        selection = request.POST.getlist("_selected_action")[: self.list_max_show_all]
        seen = {
            widgets.number(number): status for number, _colon, status in (which.partition(":") for which in selection)
        }
        if not seen:
            raise Refused(_("No comment is selected."))
        selected, batch = Comment.objects.for_queue().filter(pk__in=seen), None
        try:
            batch = bulk.decide_all(Comment.objects.unchanged_since(seen), decision, reason, by=request.user)
        finally:
            for comment in selected.exclude(batch=batch) if batch else selected:  # one refusal must not undo the rest
                refusal = decisions.why_not(
                    comment, decision, by=request.user, expected=seen[comment.pk], reason=reason
                )
                if refusal:
                    messages.warning(request, f"{comment.signature}: {refusal}")
        self._tell_of(request, batch)
        current = request.GET.get("c", "")
        return "" if current in batch.comment_ids.split(",") else current

    def _all(self, request, shown):
        """What the list holds, as far as its moderator had it before their eyes: `<newest>:<how many>`."""
        newest, count = (widgets.number(part) or 0 for part in shown.partition(":")[::2])
        try:
            found = self.get_changelist_instance(request).queryset.filter(pk__lte=newest)
        except IncorrectLookupParameters:
            found = Comment.objects.none()
        if found.count() != count:
            raise Refused(_("This list has changed meanwhile. Look at it again; nothing is decided yet."))
        return found

    def _tell_of(self, request, batch):
        told = ngettext("Decided: %(count)d comment.", "Decided: %(count)d comments.", batch.count)
        messages.success(request, told % {"count": batch.count})

    def _undo(self, request, which):
        comment, seen = self._named(which)
        decisions.undo(comment, by=request.user, expected=seen)
        return comment.pk

    def _undo_all(self, request, number):
        batch = _by_number(BulkDecision.objects, number)
        if batch is None:
            raise Refused(_("Only your own decision can be taken back, and only once."))
        count = bulk.undo_all(batch, by=request.user)
        told = ngettext("Taken back: %(count)d comment.", "Taken back: %(count)d comments.", count)
        messages.success(request, told % {"count": count})
        return ""

    def _edit(self, request, which):
        comment, seen = self._named(which)
        edits.edit(comment, queue_forms.sent(request.POST, "words"), by=request.user, expected=seen or "")
        return comment.pk

    def _answer(self, request, which):
        comment, seen = self._named(which)
        answers.answer(comment, queue_forms.sent(request.POST, "answer"), by=request.user, expected=seen)
        messages.success(request, _("Your answer is on the site."))
        return comment.pk if comment.pk and (seen or "").startswith(Status.APPROVED) else request.POST.get("next", "")

    def _stand(self, request, asked):
        """Decide about everything from whoever sent this comment."""
        kind, _at, which = asked.partition("@")
        comment, seen = self._named(which)
        note = queue_forms.sent(request.POST, "note")
        sender_rules.decide(emails.hashes_of(comment), kind, by=request.user, reason=note, expected=seen or "")
        return comment.pk

    def _lift(self, request, which):
        comment, seen = self._named(which)
        sender_rules.lift(emails.hashes_of(comment), by=request.user, expected=seen)
        return comment.pk

    def _switch(self, request, asked):
        steps = {"stop": closing.stop, "resume": closing.resume, "announce": closing.announce}
        steps["resume_bare"] = closing.resume
        if asked not in steps:
            raise Refused(_("Choose whether comments are taken."))
        banner = "" if asked == "resume_bare" else queue_forms.sent(request.POST, "banner")
        steps[asked](banner=banner, by=request.user)
        return request.GET.get("c")

    def _close(self, request, number):
        return self._step_on_thread(closing.close, number, request)

    def _reopen(self, request, number):
        return self._step_on_thread(closing.reopen, number, request)

    def _step_on_thread(self, step, number, request):
        comment, _seen = self._named(number)
        step(comment.article, by=request.user)
        return comment.pk

    def _named(self, which):
        """The comment a button is about, and what its moderator had on the screen."""
        number, _colon, seen = which.partition(":")
        comment = _by_number(Comment.objects.for_queue(), number)
        if comment is None:
            raise Refused(_("This comment is not there any more."))
        return comment, seen or None

    def _looked(self, request):
        """An address, straight onto this one page: a message or a link would leave it lying about."""
        posted, by, report = request.POST, request.user, None
        comment = None
        try:
            if "look" in posted:
                comment, _seen = self._named(posted["look"])
                return {"stays": comment.pk, "address": emails.address_of(comment, by=by)}
            report = _by_number(Report.objects, posted["look_reporter"])
            if report is None:
                raise Refused(_("This report is not there any more."))
            address = emails.address_of_reporter(report, by=by)
            return {"stays": report.comment_id, "reporter": report.pk, "reporter_address": address}
        except (Refused, emails.EmailUnavailable) as refusal:
            if report:
                return {"stays": report.comment_id, "reporter": report.pk, "reporter_refused": str(refusal)}
            return {"stays": comment.pk if comment else "", "address_refused": str(refusal)}


def _decision(asked):
    """What a button says: `approve`, or `reject.abusive` with its reason."""
    decision, _dot, reason = asked.partition(".")
    if decision not in Decision.values:
        raise Refused(_("Choose what is to become of the comment."))
    return Decision(decision), reason


def _asked(asked, comment):
    decision, reason = _decision(asked)
    return decision, comment, reason


def _by_number(found, number):
    return found.filter(pk=widgets.number(number)).first()
