"""The data-request page: a person found by an address somebody types, or from a comment in the queue.

All of it is POST. The address stands in no link, no session and no message: after the first step the page names the
person by a comment of theirs, and no response is cached anywhere.
"""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.validators import EmailValidator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from comments.models import CommentSettings
from comments.moderation import sender_rules
from comments.moderation.refusals import Refused
from comments.personal_data import data_requests
from comments.personal_data.data_requests import ErasureScope
from comments.submission.forms import SingleLineField, readable

ROWS_SHOWN = 100
ERASED = {
    ErasureScope.NAME: gettext_lazy("Erased: name, website and address. The words stay."),
    ErasureScope.WORDS: gettext_lazy("Erased: the words too."),
}

CHANGED = ngettext_lazy(
    "%(count)d comment loses name, website and address. Its words stay, signed “Anonymous”.",
    "%(count)d comments lose name, website and address. Their words stay, signed “Anonymous”.",
    "count",
)
DELETED = ngettext_lazy("%(count)d comment is deleted.", "%(count)d comments are deleted.", "count")
EMPTIED = ngettext_lazy(
    "%(count)d comment has answers: it keeps its place among them, and nothing else.",
    "%(count)d comments have answers: they keep their places among them, and nothing else.",
    "count",
)
REPORTS = {
    ErasureScope.NAME: ngettext_lazy(
        "%(count)d report loses its address.", "%(count)d reports lose their addresses.", "count"
    ),
    ErasureScope.WORDS: ngettext_lazy(
        "%(count)d report loses its address and its words.",
        "%(count)d reports lose their addresses and their words.",
        "count",
    ),
}


class AddressForm(forms.Form):
    address = SingleLineField(
        label=gettext_lazy("Email address"),
        max_length=100,
        widget=forms.EmailInput(attrs={"size": 40, "dir": "ltr", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": gettext_lazy("Type the address the comments were sent with"),
            "max_length": gettext_lazy("Type an address of at most 100 characters; now it has %(show_value)d"),
        },
        validators=[EmailValidator(gettext_lazy("Type a full address, such as name@company.com"))],
    )

    def __init__(self, posted=None):
        plain = posted and {"address": readable(posted.get("address", ""))}
        super().__init__(plain, label_suffix="")


@sensitive_post_parameters("address")
@sensitive_variables()
def person_view(request: HttpRequest) -> HttpResponse:
    """Find a person, show what is stored about them, export or erase it.

    Context: `form`; once somebody is found `person` with their `comments` and `reports` (the newest), `counts`, and
    while they are asked before erasing `plan`; `refusal`, a sentence, where something was not done (422).
    """
    if not request.user.has_perm("comments.view_commenteremail"):
        raise PermissionDenied
    context = {"form": AddressForm()}
    if request.method == "POST":
        try:
            answer = _perform(request)
        except Refused as refusal:
            answer = {"refusal": str(refusal)} | _after_refusal(request)
        if isinstance(answer, JsonResponse):
            return answer
        context |= answer
    is_refused = "refusal" in context or context["form"].errors
    page = TemplateResponse(request, "admin/comments/person.html", _page(request) | context)
    page.status_code = 422 if is_refused else 200
    return page


def _perform(request):
    """Perform the action somebody pressed; return more context, or the download."""
    posted, by = request.POST, request.user
    if "of" in posted:
        return _subject_context(data_requests.subject_of(posted["of"], by=by))
    if "person" not in posted:
        return _search(request)
    person = data_requests.reload(posted["person"], by=by)
    if "export" in posted:
        return _download(data_requests.export(person, by=by))
    if "lift" in posted:
        sender_rules.lift(person.hashes, by=by, expected=posted["lift"])
        messages.success(request, _("Lifted: what this person sends is treated like everybody's again."))
        return _subject_context(data_requests.DataSubject(person.hashes))
    if "ask" in posted:
        return _subject_context(person) | {"plan": _plan_context(data_requests.plan(person, posted["ask"]))}
    if "erase" in posted:
        data_requests.erase(person, posted["erase"], by=by, expected=posted.get("seen", ""))
        messages.success(request, str(ERASED[posted["erase"]]))
        return {}
    return _subject_context(person)


@sensitive_variables()
def _search(request):
    form = AddressForm(request.POST)
    if not form.is_valid():
        return {"form": form}
    person = data_requests.search(form.cleaned_data["address"], by=request.user)
    if person.handle:
        return _subject_context(person)
    days = CommentSettings.current().email_retention_days
    sentence = _("Nothing was sent with this address.")
    if days:
        sentence = ngettext(
            "With this address nothing was sent in the last %(days)d day; older comments have none any more.",
            "With this address nothing was sent in the last %(days)d days; older comments have none any more.",
            days,
        ) % {"days": days}
    form.add_error("address", sentence)
    return {"form": form}


def _after_refusal(request):
    """Return the context after a refusal: the same person, where they can still be found, and a new plan."""
    try:
        person = data_requests.reload(request.POST.get("person", ""), by=request.user)
        scope = request.POST.get("erase", "")
        return _subject_context(person) | (
            {"plan": _plan_context(data_requests.plan(person, scope))} if scope in ErasureScope.values else {}
        )
    except Refused:
        return {}


def _subject_context(person):
    comments, reports = person.comments, person.reports
    return {
        "person": person,
        "handle": person.handle,
        "comments": comments.select_related("article").defer("article__body")[:ROWS_SHOWN],
        "reports": reports.select_related("comment__article").defer("comment__article__body", "comment__body")[
            :ROWS_SHOWN
        ],
        "comment_count": comments.count(),
        "report_count": reports.count(),
        "grades": ErasureScope.choices,
        "can_erase": bool(comments or reports),
    }


def _plan_context(plan):
    """Return what erasing will do, in whole sentences, each with its number."""
    parts = [
        (CHANGED, plan.changed),
        (DELETED, plan.deleted),
        (EMPTIED, plan.emptied),
        (REPORTS[plan.scope], plan.reports),
    ]
    sentences = [sentence % {"count": len(rows)} for sentence, rows in parts if rows]
    return {"grade": plan.scope, "digest": plan.digest, "sentences": sentences}


def _download(exported):
    name = f"comments-{timezone.localdate():%Y-%m-%d}.json"
    answer = JsonResponse(exported, json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _page(request):
    return {
        **admin.site.each_context(request),
        "title": _("What people can ask for"),
        "email_retention_days": CommentSettings.current().email_retention_days,
        "may_lift": request.user.has_perm("comments.moderate_comment"),
    }
