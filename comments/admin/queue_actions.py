"""The actions of the queue: for each a URL, a small form, and one call of moderation.

Every button of the page posts the whole page's form, so that no action throws away what is typed in another's field. A
refusal is shown at the field it is about, with everything typed still there (422); any other becomes a message on the
queue. GET changes nothing and leads to the queue.
"""

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View
from django.views.decorators.debug import sensitive_variables

from comments import emails
from comments.admin import queue_context, queue_forms
from comments.admin.queue_forms import UnsentText
from comments.models import BulkDecision, Comment, Report
from comments.moderation import answers, bulk, claims, closing, decisions, edits, refusals, sender_rules
from comments.moderation.refusals import Refused
from comments.querysets import CommentQuerySet

Status = Comment.Status
ON_CURRENT = ["decide", "edit", "answer", "address", "sender_rule", "lift_rule", "close", "reopen"]


class QueueAction(View):
    """Check what was posted, perform the action, and lead back to the queue at the next comment."""

    http_method_names = ["get", "head", "post"]
    model_admin: ModelAdmin | None = None
    form_class = queue_forms.StateForm
    text_field = ""  # what is typed for this action, and where its refusal is shown

    def get(self, request: HttpRequest, **ids: int) -> HttpResponse:
        return to_queue(request, request.GET.get("c"))

    def post(self, request: HttpRequest, **ids: int) -> HttpResponse:
        if not self.model_admin.has_view_permission(request):
            raise PermissionDenied
        unsent, form = UnsentText.in_post(request.POST), self.form_class(request.POST)
        try:
            if unsent.texts.keys() - {self.text_field}:
                raise Refused(_("Something you typed is not sent yet. Send it first, or empty its field."))
            if not form.is_valid():
                raise Refused(form.refusal)
            return to_queue(request, self.perform(form, **ids))
        except Refused as refusal:
            field = self.text_field or next(iter(unsent.texts), "")
            return self.refused(unsent.refused_context(field, str(refusal), by=request.user), refusal)

    def perform(self, form: queue_forms.ActionForm, **ids: int) -> int | str | None:
        """Do it and return the id of the comment to look at next, or raise Refused."""
        raise NotImplementedError

    def refused(self, context: dict, refusal: Refused) -> HttpResponse:
        if context:
            return self.model_admin.render_queue(self.request, context)
        messages.warning(self.request, str(refusal))
        return to_queue(self.request, self.request.GET.get("c"))


class Decide(QueueAction):
    form_class = queue_forms.DecideForm

    def perform(self, form, comment_id) -> int | str | None:
        cleaned, comment = form.cleaned_data, load_comment(comment_id)
        decision, reason = cleaned["decision"]
        decisions.decide(decision, comment, reason, by=self.request.user, expected=cleaned["state"])
        return cleaned["next"]


class DecideMany(QueueAction):
    """Decide the selection, or all that this view and search find, up to the newest the page knew of."""

    form_class = queue_forms.DecideManyForm

    def perform(self, form) -> int | str | None:
        decision, reason = form.cleaned_data["decision"]
        if form.cleaned_data["all"]:
            comments = self._listed(*form.cleaned_data["all"])
            self._report(bulk.decide_all(comments, decision, reason, by=self.request.user))
            return None
        batch = self._decide_selection(form.selection, decision, reason)
        self._report(batch)
        current = self.request.GET.get("c", "")
        return None if current in batch.comment_ids.split(",") else current

    def _decide_selection(self, selection, decision, reason):
        """Decide on what is unchanged, and say of each of the others why not: one refusal must not undo the rest."""
        expected = dict(list(selection.items())[: self.model_admin.list_max_show_all])
        selected, batch = Comment.objects.for_queue().filter(pk__in=expected), None
        try:
            unchanged = Comment.objects.unchanged_since(expected)
            batch = bulk.decide_all(unchanged, decision, reason, by=self.request.user)
        finally:
            for comment in selected.exclude(batch=batch) if batch else selected:
                refusal = decisions.why_not(
                    comment, decision, by=self.request.user, expected=expected[comment.pk], reason=reason
                )
                if refusal:
                    messages.warning(self.request, f"{comment.signature}: {refusal}")
        return batch

    def _listed(self, newest: int, count: int) -> CommentQuerySet:
        try:
            comments = self.model_admin.get_changelist_instance(self.request).queryset.filter(pk__lte=newest)
        except IncorrectLookupParameters:
            comments = Comment.objects.none()
        if comments.count() != count:
            raise Refused(_("This list has changed meanwhile. Look at it again; nothing is decided yet."))
        return comments

    def _report(self, batch):
        sentence = ngettext("Decided: %(count)d comment.", "Decided: %(count)d comments.", batch.count)
        messages.success(self.request, sentence % {"count": batch.count})


class Undo(QueueAction):
    form_class = queue_forms.UndoForm

    def perform(self, form, comment_id) -> int | str | None:
        decisions.undo(load_comment(comment_id), by=self.request.user, expected=form.cleaned_data["status"])
        return comment_id


class UndoMany(QueueAction):
    def perform(self, form, batch_id) -> int | str | None:
        batch = BulkDecision.objects.filter(pk=batch_id).first()
        if batch is None:
            raise Refused(_("Only your own decision can be taken back, and only once."))
        count = bulk.undo_all(batch, by=self.request.user)
        sentence = ngettext("Taken back: %(count)d comment.", "Taken back: %(count)d comments.", count)
        messages.success(self.request, sentence % {"count": count})
        return None


class Edit(QueueAction):
    form_class, text_field = queue_forms.EditForm, "words"

    def perform(self, form, comment_id) -> int | str | None:
        cleaned = form.cleaned_data
        edits.edit(load_comment(comment_id), cleaned["words"], by=self.request.user, expected=cleaned["state"])
        return comment_id


class Answer(QueueAction):
    form_class, text_field = queue_forms.AnswerForm, "answer"

    def perform(self, form, comment_id) -> int | str | None:
        cleaned = form.cleaned_data
        answers.answer(load_comment(comment_id), cleaned["answer"], by=self.request.user, expected=cleaned["state"])
        messages.success(self.request, _("Your answer is on the site."))
        return comment_id if cleaned["state"].startswith(Status.APPROVED) else cleaned["next"]


class SetSenderRule(QueueAction):
    """Decide about everything from whoever sent this comment."""

    form_class, text_field = queue_forms.SenderRuleForm, "note"

    def perform(self, form, comment_id) -> int | str | None:
        cleaned, hashes = form.cleaned_data, emails.hashes_of(load_comment(comment_id))
        sender_rules.decide(
            hashes, cleaned["kind"], by=self.request.user, reason=cleaned["note"], expected=cleaned["rule"]
        )
        return comment_id


class LiftSenderRule(QueueAction):
    form_class = queue_forms.LiftRuleForm

    def perform(self, form, comment_id) -> int | str | None:
        hashes = emails.hashes_of(load_comment(comment_id))
        sender_rules.lift(hashes, by=self.request.user, expected=form.cleaned_data["rule"])
        return comment_id


class Switch(QueueAction):
    """Take comments anywhere or nowhere, and set the notice above every form."""

    form_class, text_field = queue_forms.SwitchForm, "banner"

    def perform(self, form) -> int | str | None:
        switch, banner = form.cleaned_data["switch"], form.cleaned_data["banner"]
        if switch == "announce":
            closing.announce(banner, by=self.request.user)
        elif switch == "stop":
            closing.stop(banner=banner, by=self.request.user)
        else:
            closing.resume(banner="" if switch == "resume_bare" else banner, by=self.request.user)
        return self.request.GET.get("c")


class CloseThread(QueueAction):
    """Close or reopen the thread a comment is in; `step` says which."""

    step = None

    def perform(self, form, comment_id) -> int | str | None:
        self.step(load_comment(comment_id).article, by=self.request.user)
        return comment_id


class ShowAddress(QueueAction):
    """Show an address on this one page: a message or a link would leave it lying about. The look is logged."""

    @method_decorator(sensitive_variables())
    def post(self, request: HttpRequest, **ids: int) -> HttpResponse:
        if not self.model_admin.has_view_permission(request):
            raise PermissionDenied
        return self.model_admin.render_queue(request, self.look(**ids))

    @method_decorator(sensitive_variables())
    def look(self, comment_id: int) -> dict:
        try:
            comment = load_comment(comment_id)
            address = emails.address_of(comment, by=self.request.user)
        except (Refused, emails.EmailUnavailable) as refusal:
            return {"current_id": comment_id, "address_refused": str(refusal)}
        return {"current_id": comment_id, "address": address}


class ShowReporterAddress(ShowAddress):
    @method_decorator(sensitive_variables())
    def look(self, report_id: int) -> dict:
        report = Report.objects.filter(pk=report_id).first()
        if report is None:
            return {"address_refused": _("This report is not there any more.")}
        context = {"current_id": report.comment_id, "reporter": report.pk}
        try:
            return context | {"reporter_address": emails.address_of_reporter(report, by=self.request.user)}
        except emails.EmailUnavailable as refusal:
            return context | {"reporter_refused": str(refusal)}


class Claim(View):
    """The queue's script says that somebody looks at a comment; `told` in the answer is a sentence, or ""."""

    http_method_names = ["post"]
    model_admin: ModelAdmin | None = None

    def post(self, request: HttpRequest, comment_id: int) -> JsonResponse:
        if not self.model_admin.has_view_permission(request):
            raise PermissionDenied
        try:
            comment = load_comment(comment_id)
            if outdated := refusals.outdated_because(comment, request.POST.get("seen", "")):
                return JsonResponse({"told": outdated})
        except Refused as refusal:
            return JsonResponse({"told": str(refusal)})
        try:
            if claims.claim(comment, by=request.user):
                return JsonResponse({"told": ""})
            holder = claims.holder(load_comment(comment_id), besides=request.user)
        except Refused as refusal:
            return JsonResponse({"told": str(refusal)}, status=403)
        return JsonResponse({"told": queue_context.claim_sentence(holder) if holder else ""})


def load_comment(comment_id: int) -> Comment:
    """Return the comment a button is about, or refuse."""
    comment = Comment.objects.for_queue().filter(pk=comment_id).first()
    if comment is None:
        raise Refused(_("This comment is not there any more."))
    return comment


def urls_of(request: HttpRequest, page: dict) -> dict:
    """Return the context `actions`, addresses by name, and `query`, which each of them carries to lead back."""
    query = f"?{request.GET.urlencode()}"
    rows = {"undo": page.get("undoable"), "undo_many": page.get("undoable_batch")}
    rows |= dict.fromkeys(ON_CURRENT, page["current"])
    ids = {name: [row.pk] for name, row in rows.items() if row} | {"decide_many": [], "switch": []}
    actions = {name: reverse(f"admin:comments_comment_{name}", args=args) + query for name, args in ids.items()}
    return {"actions": actions, "query": query}


def to_queue(request: HttpRequest, comment_id: int | str | None) -> HttpResponseRedirect:
    """Redirect to the same list of the queue, with this comment open."""
    parameters = request.GET.copy()
    parameters["c"] = comment_id or ""
    return HttpResponseRedirect(f"{reverse('admin:comments_comment_changelist')}?{parameters.urlencode()}")
