"""The moderators' queue: the list on one side, the comment in question with everything around it on the other.

It decides nothing: every button is a POST that asks moderation, which answers with a sentence. Each carries
the status its moderator saw, as `<comment>:<status>`, so that no decision taken meanwhile is overrun unseen.
"""

from django.contrib import admin, messages
from django.forms.widgets import Script
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from comments import moderation, privacy, rules_admin  # noqa: F401 - registers the rules' page
from comments.models import Comment, Thread
from comments.moderation import Decision, Reason, Refused

Status = Comment.Status
EARLIER_SHOWN = 3
# Many comments under one word, which most languages inflect; `Status` names one comment's.
TABS = {
    Status.PENDING: pgettext_lazy("comments", "Waiting"),
    Status.APPROVED: pgettext_lazy("comments", "Approved"),
    Status.SPAM: pgettext_lazy("comments", "Spam"),
    Status.TRASH: pgettext_lazy("comments", "Trash"),
}
YOU_DID = {
    Status.APPROVED: gettext_lazy("You approved the comment by “%(name)s”."),
    Status.SPAM: gettext_lazy("You marked the comment by “%(name)s” as spam."),
    Status.TRASH: gettext_lazy("You moved the comment by “%(name)s” to the trash."),
}


class ViewFilter(admin.SimpleListFilter):
    """The tabs: one status at a time, first what waits."""

    title = gettext_lazy("view")
    parameter_name = "view"

    def lookups(self, request, model_admin):
        return list(TABS.items())

    def value(self):
        value = super().value()
        return value if value in Status.values else Status.PENDING.value

    def queryset(self, request, queryset):
        return queryset.filter(status=self.value())


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

    def get_queryset(self, request):
        return super().get_queryset(request).for_queue()

    def get_search_results(self, request, queryset, search_term):
        return queryset.found_by(search_term), False

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """A comment has no form of its own; its place is the queue."""
        return HttpResponseRedirect(f"{reverse('admin:comments_comment_changelist')}?c={object_id}")

    def history_view(self, request, object_id, extra_context=None):
        return self.change_view(request, object_id)

    def changelist_view(self, request, extra_context=None):
        """Context: `views`, `rows`, `current` and what `_around` knows about it; `address` after a logged look."""
        looked = {}
        if request.method == "POST" and self.has_view_permission(request):
            if "look" not in request.POST:
                return self._decided(request)
            looked = self._looked(request)
        response = super().changelist_view(request, extra_context)
        if changelist := getattr(response, "context_data", {}).get("cl"):
            response.context_data |= self._queue(request, changelist, looked) | looked
        return response

    def _decided(self, request):
        """Do what the pressed button says, tell what came of it, and go on to the next comment."""
        parameters = request.GET.copy()
        try:
            parameters["c"] = self._do(request)
        except Refused as refusal:
            messages.warning(request, str(refusal))
        return HttpResponseRedirect(f"{request.path}?{parameters.urlencode()}")

    def _do(self, request):
        """Do the one thing asked for; return the number of the comment to look at next."""
        posted, by = request.POST, request.user
        if asked := posted.get("bulk"):
            return self._decide_many(request, asked)
        if asked := posted.get("decide"):
            decision, _at, which = asked.partition("@")
            comment, seen = self._named(which)
            moderation.decide(*_asked(decision, comment), by=by, seen=seen)
            return posted.get("next", "")
        if which := posted.get("undo"):
            comment, seen = self._named(which)
            moderation.undo(comment, by=by, seen=seen)
        else:
            step = moderation.close if "close" in posted else moderation.reopen
            comment, _seen = self._named(posted.get("close") or posted.get("reopen") or "")
            step(comment.article, by=by)
        return comment.pk

    def _decide_many(self, request, asked):
        """Each comment alone: one refusal must not undo the rest, and says whom it is about."""
        selected = request.POST.getlist("_selected_action")[: self.list_per_page]
        if not selected:
            raise Refused(_("No comment is selected."))
        done = set()
        for which in selected:
            comment, seen = self._named(which)
            try:
                moderation.decide(*_asked(asked, comment), by=request.user, seen=seen)
            except Refused as refusal:
                messages.warning(request, f"{comment.name}: {refusal}")
            else:
                done.add(str(comment.pk))
        if done:
            told = ngettext("Decided: %(count)d comment.", "Decided: %(count)d comments.", len(done))
            messages.success(request, told % {"count": len(done)})
        current = request.GET.get("c", "")
        return "" if current in done else current

    def _named(self, which):
        """The comment a button is about, and the status it had on the screen."""
        number, _colon, seen = which.partition(":")
        comment = _by_number(Comment.objects.for_queue(), number)
        if comment is None:
            raise Refused(_("This comment is not there any more."))
        return comment, seen or None

    def _looked(self, request):
        """The address, straight onto this one page: a message or a link would leave it lying about."""
        comment, _seen = None, None
        try:
            comment, _seen = self._named(request.POST["look"])
            return {"looked_at": comment.pk, "address": privacy.address_of(comment, by=request.user)}
        except (Refused, privacy.NotShown) as refusal:
            return {"looked_at": comment and comment.pk, "address_refused": str(refusal)}

    def _queue(self, request, changelist, looked):
        changelist.filter_params.pop("c", None)  # a search begins at the top of what it finds
        comments = list(changelist.result_list)
        asked = looked.get("looked_at") or request.GET.get("c", "")
        current = _by_number(self.get_queryset(request), str(asked)) or next(iter(comments), None)
        place = next((place for place, comment in enumerate(comments) if comment == current), None)
        beside = {
            "back": comments[place - 1] if place else None,
            "next": comments[place + 1] if place is not None and place + 1 < len(comments) else None,
        }
        view = ViewFilter.value(next(spec for spec in changelist.filter_specs if isinstance(spec, ViewFilter)))
        counts = Comment.objects.counted_by_status()
        return {
            "title": _("Comments"),
            "views": [
                (label, counts[status], changelist.get_query_string({"view": status}, ["c", "p"]), status == view)
                for status, label in TABS.items()
            ],
            "rows": [(comment, changelist.get_query_string({"c": comment.pk})) for comment in comments],
            "current": current,
            "place": None if place is None else place + 1 + (changelist.page_num - 1) * changelist.list_per_page,
            "after_this": beside["next"] or beside["back"],
            **{f"{way}_url": to and changelist.get_query_string({"c": to.pk}) for way, to in beside.items()},
            **(self._around(request, current, view) if current else {}),
            **self._undoable(request),
        }

    def _around(self, request, current, view):
        """What a moderator needs to know to decide on this one."""
        by = request.user
        others = Comment.objects.by_the_same_person(current).exclude(pk=current.pk)
        thread = Thread.objects.filter(pk=current.article_id).first() or Thread(article=current.article)
        return {
            "thread": thread,
            "answered": current.parent,
            "record": others.counted_by_status(),
            "earlier": others.order_by("-created_at", "-pk")[:EARLIER_SHOWN],
            # Where it is not of this view any more, somebody else was first: the card says so.
            "told_meanwhile": moderation.told_meanwhile(current) if current.status != view else "",
            "told": moderation.told_meanwhile(current) if current.decided_by else "",
            "decisions": [
                (decision, label)
                for decision, label in Decision.choices
                if not moderation.why_not(current, Decision(decision), by=by)
            ],
            "reasons": Reason.choices,
            "may_decide": by.has_perm("comments.moderate_comment"),
            "may_look": by.has_perm("comments.view_contact"),
        }

    def _undoable(self, request):
        last = moderation.last_decision(request.user)
        return {"undoable": last, "you_did": YOU_DID[last.status] % {"name": last.name}} if last else {}


def _asked(asked, comment):
    """What a button says, as moderation takes it: `approve`, or `reject.abusive` with its reason."""
    decision, _dot, reason = asked.partition(".")
    if decision not in Decision.values:
        raise Refused(_("Choose what is to become of the comment."))
    return Decision(decision), comment, reason


def _by_number(comments, number):
    """The comment of that number, or None: numbers come from addresses, and people edit those."""
    plain = number.isascii() and number.isdecimal() and len(number) < 19
    return comments.filter(pk=number).first() if plain else None
