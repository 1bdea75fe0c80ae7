"""The moderators' queue: the list on one side, the comment in question with everything around it on the other.

It decides nothing: every button is a POST that asks moderation, which answers with a sentence. Each carries
what its moderator saw, as `<comment>:<status>.<digest of the words>`, so that no decision taken meanwhile is overrun
and no words are approved unseen.
"""

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max
from django.forms.widgets import Script
from django.http import HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy, pgettext_lazy

from comments import (
    bulk,
    claims,
    closing,
    moderation,
    privacy,
    rights_admin,
    rules_admin,  # noqa: F401 - registers the rules' page
    screening,
    standing,
)
from comments.around import Surroundings
from comments.forms import OneLine, Words, readable
from comments.models import Batch, Comment, Report, Rules
from comments.moderation import Decision, Reason, Refused
from news.models import Article

Status = Comment.Status
REPORTED = "reported"
# Many comments under one word, which most languages inflect; `Status` names one comment's.
TABS = {
    Status.PENDING: pgettext_lazy("comments", "Waiting"),
    REPORTED: pgettext_lazy("comments", "Reported"),
    Status.APPROVED: pgettext_lazy("comments", "Approved"),
    Status.SPAM: pgettext_lazy("comments", "Spam"),
    Status.TRASH: pgettext_lazy("comments", "Trash"),
}
# What one selects many comments for, where; rejecting is there wherever readers may have seen them or soon would.
BULK = {
    Status.PENDING: [Decision.APPROVE, Decision.REJECT, Decision.SPAM, Decision.TRASH],
    REPORTED: [Decision.APPROVE, Decision.REJECT, Decision.SPAM, Decision.TRASH],
    Status.APPROVED: [Decision.REJECT, Decision.SPAM, Decision.TRASH, Decision.WAIT],
    Status.SPAM: [Decision.APPROVE, Decision.TRASH, Decision.WAIT],
    Status.TRASH: [Decision.APPROVE, Decision.SPAM, Decision.WAIT],
}
KEEP = pgettext_lazy("decision", "Keep")
YOU_DID = {
    Status.APPROVED: gettext_lazy("You approved the comment by “%(name)s”."),
    Status.SPAM: gettext_lazy("You marked the comment by “%(name)s” as spam."),
    Status.TRASH: gettext_lazy("You moved the comment by “%(name)s” to the trash."),
}
YOU_DID_WITH_MANY = {
    Status.APPROVED: ngettext_lazy("You approved %(count)d comment.", "You approved %(count)d comments.", "count"),
    Status.SPAM: ngettext_lazy(
        "You marked %(count)d comment as spam.", "You marked %(count)d comments as spam.", "count"
    ),
    Status.TRASH: ngettext_lazy(
        "You moved %(count)d comment to the trash.", "You moved %(count)d comments to the trash.", "count"
    ),
    Status.PENDING: ngettext_lazy(
        "You put %(count)d comment back to waiting.", "You put %(count)d comments back to waiting.", "count"
    ),
}
WRITTEN = {
    "words": Words(
        max_length=5000,
        error_messages={
            "required": gettext_lazy("Type the words that are to stand here. To take the comment away, use the trash."),
            "max_length": gettext_lazy("Shorten the comment to 5000 characters; now it has %(show_value)d"),
        },
    ),
    "answer": Words(
        max_length=5000,
        error_messages={
            "required": gettext_lazy("Type your answer"),
            "max_length": gettext_lazy("Shorten your answer to 5000 characters; now it has %(show_value)d"),
        },
    ),
    "note": OneLine(
        max_length=standing.LONGEST_REASON,
        required=False,
        error_messages={
            "max_length": gettext_lazy("Shorten the reason to 200 characters; now it has %(show_value)d"),
        },
    ),
    "banner": OneLine(
        max_length=300,
        required=False,
        error_messages={
            "max_length": gettext_lazy("Shorten the notice to 300 characters; now it has %(show_value)d"),
        },
    ),
}


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
    search_fields = ["key"]  # so that the box is shown; get_search_results finds

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
            path("person/", self.admin_site.admin_view(rights_admin.person_view), name="comments_comment_person"),
            path("story/<int:number>/", self.admin_site.admin_view(self.story_view), name="comments_comment_story"),
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
        """Context: `views`, `rows`, `current`, what is `around` it, and what else `_queue` gives.

        After a logged look `address` or `address_refused`; where something typed was not taken, it is `typed`
        and `refused` says why, at its field.
        """
        shown = {}
        if request.method == "POST" and self.has_view_permission(request):
            if "look" in request.POST or "look_reporter" in request.POST:
                shown = self._looked(request)
            else:
                pressed = next((name for name in self.presses if request.POST.get(name)), "")
                typed, field = self._typed(request), FIELD_OF.get(pressed)
                try:
                    if typed.keys() - {field}:
                        raise Refused(_("Something you typed is not sent yet. Send it first, or empty its field."))
                    return self._on_to(request, self._do(request, pressed))
                except Refused as refusal:
                    shown = self._kept(request, typed, field or next(iter(typed), None), str(refusal))
                    if not shown:
                        messages.warning(request, str(refusal))
                        return self._on_to(request, request.GET.get("c"))
        response = super().changelist_view(request, extra_context)
        if changelist := getattr(response, "context_data", {}).get("cl"):
            response.context_data |= self._queue(request, changelist, shown) | shown
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
        if told := moderation.unseen_because(comment, request.POST.get("seen", "")):
            return JsonResponse({"told": told})
        try:
            is_mine = claims.claim(comment, by=request.user)
        except Refused as refusal:
            return JsonResponse({"told": str(refusal)}, status=403)
        comment = self.get_queryset(request).filter(pk=number).first()
        other = comment and not is_mine and claims.holder(comment, besides=request.user)
        return JsonResponse({"told": _told_claimed(other) if other else ""})

    def story_view(self, request, number):
        """Close or open comments under a story, from the story's own form."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        article = Article.objects.defer("body").filter(pk=number).first()
        step = STEPS.get(request.POST.get("comments", ""))
        try:
            if article is None or step is None:
                raise Refused(_("This story is not there any more."))
            step(article, by=request.user)
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, SAID[request.POST["comments"]])
        return HttpResponseRedirect(reverse("admin:news_workingcopy_change", args=[number]))

    def _on_to(self, request, number):
        parameters = request.GET.copy()
        parameters["c"] = number or ""
        return HttpResponseRedirect(f"{request.path}?{parameters.urlencode()}")

    def _typed(self, request):
        """What somebody typed on the page and has not sent, by field, so that no button throws it away."""
        posted, typed = request.POST, {}
        if about := _by_number(Comment.objects.for_queue(), posted.get("about", "")):
            written = {name: _plain(posted[name]) for name in ("words", "answer", "note") if name in posted}
            seen = {"words": _plain(about.body), "answer": "", "note": ""}
            typed = {name: text for name, text in written.items() if text != seen[name]}
        if (banner := _plain(posted.get("banner", ""))) and banner != Rules.current().banner:
            typed["banner"] = banner
        return typed

    def _kept(self, request, typed, field, refusal):
        """What the page needs to show again what was typed, and to say at its field why it was not taken."""
        about = _by_number(Comment.objects.for_queue(), request.POST.get("about", ""))
        needs = "comments.change_rules" if field == "banner" else "comments.moderate_comment"
        if field is None or not request.user.has_perm(needs) or not (about or field == "banner"):
            return {}
        return {"typed": typed, "refused": {field: refusal}, "stays": about and about.pk}

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
        moderation.decide(*_asked(decision, comment), by=request.user, seen=seen)
        return request.POST.get("next", "")

    def _decide_many(self, request, asked):
        """The selection, or all that this view and search find, up to the newest its moderator can have known of."""
        decision, reason = _decision(asked)
        if shown := request.POST.get("all"):
            self._tell_of(request, bulk.decide_all(self._all(request, shown), decision, reason, by=request.user))
            return ""
        selection = request.POST.getlist("_selected_action")[: self.list_max_show_all]
        seen = {_number(number): status for number, _colon, status in (which.partition(":") for which in selection)}
        if not seen:
            raise Refused(_("No comment is selected."))
        selected, batch = Comment.objects.for_queue().filter(pk__in=seen), None
        try:
            batch = bulk.decide_all(Comment.objects.as_seen(seen), decision, reason, by=request.user)
        finally:
            for comment in selected.exclude(batch=batch) if batch else selected:  # one refusal must not undo the rest
                refusal = moderation.why_not(comment, decision, by=request.user, seen=seen[comment.pk], reason=reason)
                if refusal:
                    messages.warning(request, f"{comment.signature}: {refusal}")
        self._tell_of(request, batch)
        current = request.GET.get("c", "")
        return "" if current in batch.numbers.split(",") else current

    def _all(self, request, shown):
        """What the list holds, as far as its moderator had it before their eyes: `<newest>:<how many>`."""
        newest, _colon, count = shown.partition(":")
        try:
            found = self.get_changelist_instance(request).queryset.filter(pk__lte=_number(newest))
        except IncorrectLookupParameters:
            found = Comment.objects.none()
        if found.count() != _number(count):
            raise Refused(_("This list has changed meanwhile. Look at it again; nothing is decided yet."))
        return found

    def _tell_of(self, request, batch):
        told = ngettext("Decided: %(count)d comment.", "Decided: %(count)d comments.", batch.count)
        messages.success(request, told % {"count": batch.count})

    def _undo(self, request, which):
        comment, seen = self._named(which)
        moderation.undo(comment, by=request.user, seen=seen)
        return comment.pk

    def _undo_all(self, request, number):
        batch = _by_number(Batch.objects, number)
        if batch is None:
            raise Refused(_("Only your own decision can be taken back, and only once."))
        count = bulk.undo_all(batch, by=request.user)
        told = ngettext("Taken back: %(count)d comment.", "Taken back: %(count)d comments.", count)
        messages.success(request, told % {"count": count})
        return ""

    def _edit(self, request, which):
        comment, seen = self._named(which)
        moderation.edit(comment, _written(request, "words"), by=request.user, seen=seen or "")
        return comment.pk

    def _answer(self, request, which):
        comment, seen = self._named(which)
        moderation.answer(comment, _written(request, "answer"), by=request.user, seen=seen)
        messages.success(request, _("Your answer is on the site."))
        return comment.pk if comment.pk and (seen or "").startswith(Status.APPROVED) else request.POST.get("next", "")

    def _stand(self, request, asked):
        """Decide about everything from whoever sent this comment."""
        kind, _at, which = asked.partition("@")
        comment, seen = self._named(which)
        note = _written(request, "note")
        standing.decide(privacy.marks_of(comment), kind, by=request.user, reason=note, seen=seen or "")
        return comment.pk

    def _lift(self, request, which):
        comment, seen = self._named(which)
        standing.lift(privacy.marks_of(comment), by=request.user, seen=seen)
        return comment.pk

    def _switch(self, request, asked):
        steps = {"stop": closing.stop, "resume": closing.resume, "announce": closing.announce}
        if asked not in steps:
            raise Refused(_("Choose whether comments are taken."))
        steps[asked](banner=_written(request, "banner"), by=request.user)
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
                return {"stays": comment.pk, "address": privacy.address_of(comment, by=by)}
            report = _by_number(Report.objects, posted["look_reporter"])
            if report is None:
                raise Refused(_("This report is not there any more."))
            address = privacy.address_of_reporter(report, by=by)
            return {"stays": report.comment_id, "reporter": report.pk, "reporter_address": address}
        except (Refused, privacy.NotShown) as refusal:
            if report:
                return {"stays": report.comment_id, "reporter": report.pk, "reporter_refused": str(refusal)}
            return {"stays": comment.pk if comment else "", "address_refused": str(refusal)}

    # What a person sees

    def _queue(self, request, changelist, shown):
        changelist.filter_params.pop("c", None)  # a search begins at the top of what it finds
        by, comments = request.user, list(changelist.result_list)
        rows = [self._row(comment, changelist, by) for comment in comments]
        current = self._current(request, shown) or next((row["comment"] for row in rows if not row["holder"]), None)
        current = current or next(iter(comments), None)
        place = next((place for place, comment in enumerate(comments) if comment == current), None)
        back, following = _beside(rows, place)
        view = ViewFilter.value(next(spec for spec in changelist.filter_specs if isinstance(spec, ViewFilter)))
        counts = Comment.objects.counted_by_status() | {REPORTED: Comment.objects.reported().count()}
        return {
            "title": _("Comments"),
            "view": view,
            "views": [
                (label, counts[name], changelist.get_query_string({"view": name}, ["c", "p"]), name == view)
                for name, label in TABS.items()
            ],
            "rows": rows,
            "newest": Comment.objects.aggregate(newest=Max("pk"))["newest"],
            "bulk": [(decision, Decision(decision).label) for decision in BULK[view]],
            "current": current,
            "place": None if place is None else place + 1 + (changelist.page_num - 1) * changelist.list_per_page,
            "next_url": following and following["url"],
            "back_url": back and back["url"],
            "after_this": _free_after(rows, place),
            "reasons": Reason.choices,
            "may_decide": by.has_perm("comments.moderate_comment"),
            "rules": Rules.current(),
            "may_switch": by.has_perm("comments.change_rules"),
            **(self._about(current, view, by) if current else {}),
            **self._undoable(by),
        }

    def _current(self, request, shown):
        asked = shown.get("stays") or request.GET.get("c", "")
        return _by_number(self.get_queryset(request).select_related(Surroundings.LOAD), str(asked))

    def _row(self, comment, changelist, by):
        return {
            "comment": comment,
            "url": changelist.get_query_string({"c": comment.pk}),
            "why": screening.telling(comment),
            "holder": claims.holder(comment, besides=by),
        }

    def _about(self, current, view, by):
        """What a moderator needs to know to decide on this one, and what they may do."""
        around = Surroundings(current)
        is_here = around.open_reports if view == REPORTED else current.status == view
        decisions = [
            (decision, KEEP if decision == Decision.APPROVE and current.status == Status.APPROVED else label)
            for decision, label in Decision.choices
            if not moderation.why_not(current, Decision(decision), by=by)
        ]
        return {
            "around": around,
            # Where it is not of this view any more, somebody else was first: the card says so.
            "told_meanwhile": "" if is_here else moderation.told_meanwhile(current),
            "told": moderation.told_meanwhile(current) if current.decided_by else "",
            "decisions": decisions,
            "no_answer_because": moderation.no_answer_because(current, by=by),
            "told_claimed": (holder := claims.holder(current, besides=by)) and _told_claimed(holder),
            "may_look": by.has_perm("comments.view_contact"),
        }

    def _undoable(self, by):
        last, batch = moderation.last_decision(by), bulk.last_batch(by)
        if batch and not (last and last.decided_at > batch.at):
            said = YOU_DID_WITH_MANY[moderation.LEADS_TO[Decision(batch.decision)]] % {"count": batch.count}
            return {"undoable_batch": batch, "you_did": said}
        if last is None:
            return {}
        if last.staff_id == by.pk and last.was == Status.TRASH:
            return {"undoable": last, "you_did": _("You answered a comment.")}
        if last.was == last.status:
            return {"undoable": last, "you_did": _("You kept the comment by “%(name)s”.") % {"name": last.signature}}
        return {"undoable": last, "you_did": YOU_DID[last.status] % {"name": last.signature}}


FIELD_OF = {"edit": "words", "send": "answer", "stand": "note", "switch": "banner"}
STEPS = {
    "close": closing.close,
    "reopen": closing.reopen,
    "exempt": closing.exempt,
    "let_age": closing.let_age,
}
SAID = {
    "close": gettext_lazy("Comments on this story are closed."),
    "reopen": gettext_lazy("Comments on this story are open."),
    "exempt": gettext_lazy("Comments on this story stay open whatever its age."),
    "let_age": gettext_lazy("Comments on this story close with age."),
}


def _told_claimed(person):
    return _("%(name)s is looking at this comment.") % {"name": person}


def _beside(rows, place):
    """The rows before and after a place in the list; a comment that is not in the list has none."""
    if place is None:
        return None, None
    return rows[place - 1] if place else None, rows[place + 1] if place + 1 < len(rows) else None


def _free_after(rows, place):
    """Where to go on after a decision: the next comment that nobody else looks at, else the nearest before."""
    if place is None:
        return None
    free = [row["comment"] for row in rows[place + 1 :] + rows[:place][::-1] if not row["holder"]]
    return next(iter(free), None)


def _plain(text):
    return Words(required=False).to_python(readable(text))


def _written(request, name):
    """What a moderator typed, by the same rules as readers' words; what is wrong with it is a refusal."""
    try:
        return WRITTEN[name].clean(_plain(request.POST.get(name, "")))
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from None


def _decision(asked):
    """What a button says: `approve`, or `reject.abusive` with its reason."""
    decision, _dot, reason = asked.partition(".")
    if decision not in Decision.values:
        raise Refused(_("Choose what is to become of the comment."))
    return Decision(decision), reason


def _asked(asked, comment):
    decision, reason = _decision(asked)
    return decision, comment, reason


def _number(text):
    """A number that came from a page, or 0: people edit pages."""
    plain = text.isascii() and text.isdecimal() and len(text) < 19
    return int(text) if plain else 0


def _by_number(rows, number):
    return rows.filter(pk=_number(number)).first()
