"""The comment settings in the admin: one row for the whole site, so the list page is the form."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comments.admin import settings_form
from comments.admin.settings_form import CommentSettingsForm
from comments.models import CommentSettings
from comments.moderation.comment_settings import change_settings, edition
from comments.moderation.refusals import Refused
from portal.audit.model_admin import AuditedAdmin


@admin.register(CommentSettings)
class CommentSettingsAdmin(AuditedAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def change_view(self, request: HttpRequest, object_id, form_url="", extra_context=None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:comments_commentsettings_changelist"))

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """Context: `form`, `trial` (after "Try it"), `began_from`, `refusal`, `may_change`, `may_see_comments`."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        comment_settings, may_change = CommentSettings.current(), self.has_change_permission(request)
        context = {"began_from": edition(comment_settings), "may_change": may_change}
        if request.method != "POST":
            return self._page(request, CommentSettingsForm(instance=comment_settings), context)
        form = CommentSettingsForm(request.POST, instance=comment_settings)
        if form.is_valid() and "try" in request.POST:
            context["trial"] = settings_form.try_wordlists(form.instance)
        elif form.is_valid():
            try:
                change_settings(form.cleaned_data, by=request.user, began_from=request.POST.get("began_from", ""))
            except Refused as refusal:
                context |= {"refusal": str(refusal), "began_from": edition(CommentSettings.current())}
            else:
                messages.success(request, _("Saved. The rules hold from the next comment on."))
                return HttpResponseRedirect(request.path)
        return self._page(request, form, context | {"began_from": self._began_from(request, context)})

    def _began_from(self, request, context):
        """Return the edition the form began from; after a refusal that told of changes, the current one."""
        return context["began_from"] if "refusal" in context else request.POST.get("began_from", "")

    def _page(self, request, form, context):
        if not context["may_change"]:
            for field in form.fields.values():
                field.disabled = True
        own = {"title": _("Rules for comments"), "form": form, "a_line_each": settings_form.A_LINE_EACH}
        if "trial" in context:
            own["trial_sentence"] = _trial_sentence(context["trial"])
        own["may_see_comments"] = request.user.has_perm("comments.view_comment")
        context = {**self.admin_site.each_context(request), **own, **context}
        return TemplateResponse(request, "admin/comments/rules.html", context)


def _trial_sentence(trial):
    """Return two sentences, because each has a number of its own for the plural."""
    held = ngettext(
        "Of the last %(all)d comments %(count)d would have been held.",
        "Of the last %(all)d comments %(count)d would have been held.",
        trial.held,
    )
    refused = ngettext("%(count)d would have gone to spam.", "%(count)d would have gone to spam.", trial.refused)
    return f"{held % {'all': trial.comment_count, 'count': trial.held}} {refused % {'count': trial.refused}}"
