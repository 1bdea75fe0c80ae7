"""The newsroom: Django's admin with a header, a start page and a page of personal settings.

What stands in the header and on the start page is registered by the apps (portal/registry/).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.views import PasswordChangeView
from django.contrib.contenttypes.views import shortcut
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from portal import roles
from portal.accounts.forms import OwnPasswordForm, PreferencesForm
from portal.admin_site.dashboard import Dashboard
from portal.http.request_guard import malformed_admin_request_because
from portal.models import User
from portal.registry import navigation
from portal.registry.navigation import Label, NavigationEntry

# Django's own messages that our catalogues translate anew (ours come first). Django's Polish puts a noun in without
# its ending ("Dodaj autor"), and verbs in three genders at once.
REWORDED = [
    gettext_noop("Add %s"),
    gettext_noop("Add %(name)s"),
    gettext_noop("Change %s"),
    gettext_noop("View %s"),
    gettext_noop("Select %s to change"),
    gettext_noop("Select %s to view"),
    gettext_noop("The {name} “{obj}” was added successfully."),
    gettext_noop("The {name} “{obj}” was added successfully. You may add another {name} below."),
    gettext_noop("The {name} “{obj}” was changed successfully."),
    gettext_noop("The {name} “{obj}” was changed successfully. You may edit it again below."),
    gettext_noop("The {name} “{obj}” was changed successfully. You may add another {name} below."),
]


View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Link:
    """A link of the header."""

    address: str
    label: Label
    is_here: bool = False
    count: int = 0


class NewsroomSite(admin.AdminSite):
    site_header = site_title = settings.SITE_NAME
    index_title = gettext_lazy("Desk")
    enable_nav_sidebar = False  # lists and the editor's rail need the width; the header has the links

    def get_urls(self) -> list[Any]:
        own = [
            path("r/<path:content_type_id>/<path:object_id>/", self.admin_view(self.on_site), name="view_on_site"),
            path("preferences/", self.admin_view(self.preferences), name="preferences"),
            path("all/", self.admin_view(self.everything), name="everything"),
        ]
        return [*own, *super().get_urls()]

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Answer 400 where Django's own view would fail on input that none of its pages sends."""

        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **options: Any) -> HttpResponseBase:
            if because := malformed_admin_request_because(request):
                raise BadRequest(because)
            return view(request, *args, **options)

        return super().admin_view(checked, cacheable)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Add what the header shows to Django's own context: only links this person may open."""
        context = super().each_context(request)
        if not context["has_permission"]:
            return context
        groups = request.user.groups.all()
        return context | {
            **self._header_links(request),
            "roles": [roles.label(group) for group in groups],
            "initials": _initials(request.user),
        }

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show the start page. Context: `dashboard`, what waits for this person."""
        context = {"title": _("Desk"), "dashboard": Dashboard(request.user), **(extra_context or {})}
        return super().index(request, context)

    def everything(self, request: HttpRequest) -> HttpResponse:
        """List every model this person may see, also those missing in the header. Context: `app_list`."""
        context = {**self.each_context(request), "title": _("Everything"), "app_list": self.get_app_list(request)}
        return TemplateResponse(request, "admin/everything.html", context)

    def preferences(self, request: HttpRequest) -> HttpResponse:
        """Show and save a person's own language and time zone. Context: `form`."""
        form = PreferencesForm(request.POST or None, instance=request.user)
        if request.method == "POST" and form.is_valid():
            form.save()
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(reverse("admin:preferences"))
        context = {**self.each_context(request), "title": _("Language and time zone"), "form": form}
        return TemplateResponse(request, "admin/preferences.html", context)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        """Show Django's page for one's own password, with a form that records the change."""
        view = PasswordChangeView.as_view(
            form_class=OwnPasswordForm,
            success_url=reverse("admin:password_change_done"),
            extra_context={**self.each_context(request), **(extra_context or {})},
        )
        return view(request)

    def on_site(self, request: HttpRequest, content_type_id: str, object_id: str) -> HttpResponse:
        """Redirect to an object's page for readers; 404 where it has none, such as an article never published."""
        try:
            return shortcut(request, content_type_id, object_id)
        except NoReverseMatch:
            raise Http404 from None

    def _header_links(self, request: HttpRequest) -> dict[str, list[Link]]:
        """Return the header's context: `navigation`, links to lists; `add_links`, buttons that add something."""
        links, add_links = [], []
        for entry in navigation.entries():
            model_admin = self.get_model_admin(apps.get_model(entry.model))
            if model_admin.has_view_or_change_permission(request):
                links.append(_link(request, entry))
            if entry.add_label and model_admin.has_add_permission(request):
                add_links.append(Link(_address(entry, "add"), entry.add_label))
        return {"navigation": links, "add_links": add_links}


def _link(request: HttpRequest, entry: NavigationEntry) -> Link:
    address = _address(entry, "changelist")
    count = entry.count() if entry.count else 0
    return Link(address, entry.label, is_here=request.path.startswith(address), count=count)


def _address(entry: NavigationEntry, page: str) -> str:
    return reverse(f"admin:{entry.model.lower().replace('.', '_')}_{page}")


def _initials(user: User) -> str:
    names = [user.first_name, user.last_name] if user.last_name else [user.get_username()]
    return "".join(name[:1] for name in names).upper()
