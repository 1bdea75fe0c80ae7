"""The moderators' queue: the list on one side, the comment in question with its context on the other.

The page decides nothing: its buttons post to `queue_actions`. The form carries the state token of the comment it
shows, so that no decision taken meanwhile is overrun and no text is approved unseen.
"""

from django.contrib import admin
from django.forms.widgets import Script
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables

from comments.admin import closing as closing_buttons
from comments.admin import data_requests, queue_actions, queue_context
from comments.admin.queue_context import REPORTED, TABS
from comments.models import Comment
from comments.moderation import closing
from comments.querysets import CommentQuerySet
from portal.audit.model_admin import AuditedAdmin

Status = Comment.Status


class ViewFilter(admin.SimpleListFilter):
    """The tabs: one status at a time, first what waits; and what readers have reported, whatever its status."""

    title = gettext_lazy("view")
    parameter_name = "view"

    def lookups(self, request: HttpRequest, model_admin) -> list:
        return list(TABS.items())

    def value(self) -> str:
        value = super().value()
        return value if value in TABS else Status.PENDING.value

    def queryset(self, request: HttpRequest, queryset) -> CommentQuerySet:
        return queryset.reported() if self.value() == REPORTED else queryset.filter(status=self.value())


class CurrentFilter(admin.SimpleListFilter):
    """`?c=`, the comment being looked at. Filters nothing: a change list turns away parameters no filter knows."""

    title = parameter_name = "c"

    def lookups(self, request: HttpRequest, model_admin) -> list:
        return []

    def queryset(self, request: HttpRequest, queryset) -> CommentQuerySet:
        return queryset


# Each works without the others; what they share they import.
QUEUE_SCRIPTS = ["list", "selection", "keys", "claim", "typed"]


@admin.register(Comment)
class CommentAdmin(AuditedAdmin):
    list_filter = [ViewFilter, CurrentFilter]
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    ordering = ["-created_at", "-pk"]
    actions = None  # the queue has its own bar, whose buttons say what they do
    search_fields = ["search_key"]  # so that the box is shown; get_search_results finds

    class Media:
        js = [Script(f"newsroom/queue/{name}.js", type="module") for name in QUEUE_SCRIPTS]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        def action(route, name, view, **options):
            handler = self.admin_site.admin_view(view.as_view(model_admin=self, **options))
            return path(route, handler, name=f"comments_comment_{name}")

        own = [
            action("<int:comment_id>/decide/", "decide", queue_actions.Decide),
            action("<int:comment_id>/undo/", "undo", queue_actions.Undo),
            action("<int:comment_id>/edit/", "edit", queue_actions.Edit),
            action("<int:comment_id>/answer/", "answer", queue_actions.Answer),
            action("<int:comment_id>/address/", "address", queue_actions.ShowAddress),
            action("<int:comment_id>/sender-rule/", "sender_rule", queue_actions.SetSenderRule),
            action("<int:comment_id>/sender-rule/lift/", "lift_rule", queue_actions.LiftSenderRule),
            action("<int:comment_id>/close-thread/", "close", queue_actions.CloseThread, step=closing.close),
            action("<int:comment_id>/reopen-thread/", "reopen", queue_actions.CloseThread, step=closing.reopen),
            action("report/<int:report_id>/address/", "reporter_address", queue_actions.ShowReporterAddress),
            action("bulk/decide/", "decide_many", queue_actions.DecideMany),
            action("bulk/<int:batch_id>/undo/", "undo_many", queue_actions.UndoMany),
            action("switch/", "switch", queue_actions.Switch),
            action("<int:comment_id>/claim/", "claim", queue_actions.Claim),
            path("person/", self.admin_site.admin_view(data_requests.person_view), name="comments_comment_person"),
            *closing_buttons.urls(self.admin_site.admin_view),
        ]
        return [*own, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> CommentQuerySet:
        return super().get_queryset(request).for_queue()

    def get_search_results(self, request: HttpRequest, queryset, search_term) -> tuple:
        return queryset.found_by(search_term), False

    def change_view(self, request: HttpRequest, object_id, form_url="", extra_context=None) -> HttpResponse:
        """A comment has no form of its own; its place is the queue."""
        return HttpResponseRedirect(f"{reverse('admin:comments_comment_changelist')}?c={object_id}")

    def changelist_view(self, request, extra_context=None) -> HttpResponse:
        """The queue. Context: `queue_context.build`, `queue_actions.urls_of`, and what `render_queue` was given.

        Posting here decides nothing: every action has a URL of its own.
        """
        if request.method == "POST" and self.has_view_permission(request):
            return queue_actions.to_queue(request, request.GET.get("c"))
        return self.render_queue(request, {})

    @method_decorator(sensitive_variables())  # the context may hold an address
    def render_queue(self, request, context: dict) -> HttpResponse:
        """Render the list with `current_id` (else the comment in the URL) open.

        `address` or `address_refused` after a logged look; `unsent` and `refusals`, texts and sentences by field,
        where an action was refused (422).
        """
        response = super().changelist_view(request)
        if changelist := getattr(response, "context_data", {}).get("cl"):
            view = ViewFilter.value(next(spec for spec in changelist.filter_specs if isinstance(spec, ViewFilter)))
            asked = context.get("current_id") or request.GET.get("c")
            page = queue_context.build(changelist, view, asked, by=request.user)
            page |= queue_actions.urls_of(request, page)
            response.context_data |= page | context
            if "refusals" in context:
                response.status_code = 422
        return response
