"""The newsroom: Django's admin with our header and places, a start page, and a person's own settings."""

from functools import wraps

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.contenttypes.views import shortcut
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, pgettext_lazy

from portal.http.request_guard import malformed_admin_request_because

# What stands in the header, in this order: the model, and what the place is called.
PLACES = [
    ("news", "workingcopy", gettext_lazy("Articles")),
    ("comments", "comment", gettext_lazy("Comments")),
    ("news", "tag", gettext_lazy("Tags")),
]
ROLES = {
    "Reporters": pgettext_lazy("role", "Reporter"),
    "Editors": pgettext_lazy("role", "Editor"),
    "Chief editors": pgettext_lazy("role", "Chief editor"),
    "Moderators": pgettext_lazy("role", "Moderator"),
}
# Sentences of Django's own that our catalogues may say better; they are asked first. In Polish a noun put into
# Django's would need an ending ("Dodaj autor"), and its verbs come in three genders at once.
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


class NewsroomSite(admin.AdminSite):
    site_header = site_title = settings.SITE_NAME
    index_title = gettext_lazy("Desk")
    enable_nav_sidebar = False  # lists and the editor's rail need the width; places sit in the header

    def get_urls(self):
        own = [
            path("r/<path:content_type_id>/<path:object_id>/", self.admin_view(self.on_site), name="view_on_site"),
            path("preferences/", self.admin_view(self.preferences), name="preferences"),
            path("all/", self.admin_view(self.everything), name="everything"),
        ]
        return [*own, *super().get_urls()]

    def admin_view(self, view, cacheable=False):
        """Every view of the newsroom answers 400 where Django's own would fail on what none of its pages sends."""

        @wraps(view)
        def checked(request, *args, **options):
            if because := malformed_admin_request_because(request):
                raise BadRequest(because)
            return view(request, *args, **options)

        return super().admin_view(checked, cacheable)

    def each_context(self, request):
        """Django's own, and what the header shows: only places this person may open."""
        context = super().each_context(request)
        if not context["has_permission"]:
            return context
        places = [place for place in (self._place(request, *place) for place in PLACES) if place]
        groups = [group.name for group in request.user.groups.all()]
        return context | {
            "places": places,
            "may_write": request.user.has_perm("news.add_workingcopy"),
            "roles": [ROLES.get(name, name) for name in groups],
            "initials": _initials(request.user),
        }

    def index(self, request, extra_context=None):
        """The start page. Context: `desk`, what waits for this person."""
        from portal.admin_site.dashboard import Dashboard  # models cannot be imported while the site is being made

        context = {"title": _("Desk"), "desk": Dashboard(request.user), **(extra_context or {})}
        return super().index(request, context)

    def everything(self, request):
        """Every list this person may open, also the rarer ones. Context: `app_list`."""
        context = {**self.each_context(request), "title": _("Everything"), "app_list": self.get_app_list(request)}
        return TemplateResponse(request, "admin/everything.html", context)

    def preferences(self, request):
        """A person's own language and time zone. Context: `form`."""
        from portal.accounts.forms import PreferencesForm

        form = PreferencesForm(request.POST or None, instance=request.user)
        if request.method == "POST" and form.is_valid():
            request.user.save(update_fields=form.fields)  # the rest may have changed since, such as who is active
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(reverse("admin:preferences"))
        context = {**self.each_context(request), "title": _("Language and time zone"), "form": form}
        return TemplateResponse(request, "admin/preferences.html", context)

    def on_site(self, request, content_type_id, object_id):
        """Where readers see it; 404 for what has no address, such as a story never published."""
        try:
            return shortcut(request, content_type_id, object_id)
        except NoReverseMatch:
            raise Http404 from None

    def _place(self, request, app_label, model_name, label):
        for model, model_admin in self._registry.items():
            if model._meta.label_lower == f"{app_label}.{model_name}":
                if not model_admin.has_view_or_change_permission(request):
                    return None
                address = reverse(f"admin:{app_label}_{model_name}_changelist")
                return {
                    "address": address,
                    "label": label,
                    "is_here": request.path.startswith(address),
                    "count": model.objects.waiting().count() if model_name == "comment" else 0,
                }


def _initials(user):
    names = [user.first_name, user.last_name] if user.last_name else [user.get_username()]
    return "".join(name[:1] for name in names).upper()
