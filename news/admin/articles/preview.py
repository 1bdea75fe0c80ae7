"""Preview: a story as readers would see it, saved or only typed; and the links by which others may look."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from news.admin.articles import form_values, widgets
from news.editorial import preview, preview_links, workflow
from news.models import PreviewLink, WorkingCopy
from news.site.preview import preview_response, preview_url
from portal.http.numbers import plain_number


def view(story_admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """A story as readers would see it: GET a revision (`?revision=`, else the newest), POST what is typed."""
    stories = WorkingCopy.objects.select_related("article", "latest_revision", "section")
    copy = get_object_or_404(stories, pk=plain_number(pk))
    if not story_admin.has_view_permission(request, copy):
        raise PermissionDenied
    if request.method == "POST":
        if not story_admin.has_change_permission(request, copy):
            raise PermissionDenied
        return _typed(story_admin, request, copy)
    return _saved(story_admin, request, copy)


def _saved(story_admin: ModelAdmin, request: HttpRequest, copy: WorkingCopy) -> HttpResponse:
    typed = request.GET.get("revision", "").strip()
    number = plain_number(typed) if typed else copy.latest_revision.number
    if number is None:
        return _nothing(story_admin, request, copy, [_("That is no number of a version.")])
    revision = copy.article.revisions.filter(number=number).first()
    if revision is None:
        raise Http404(_("This story has no such version."))
    if not revision.is_intact():
        changed = _("The stored text of revision %(revision)s was changed outside the newsroom; it is not shown.")
        return _nothing(story_admin, request, copy, [changed % {"revision": number}])
    if revision.pk == copy.article.live_revision_id and copy.article.is_live():
        notice = _("Preview of revision %(revision)s, which readers see.")
    else:
        notice = _("Preview of revision %(revision)s, not what readers see.")
    article = preview.of_revision(copy, revision)
    return _response(request, article, notice % {"revision": number}, back=_editor_of(copy))


def _typed(story_admin: ModelAdmin, request: HttpRequest, copy: WorkingCopy) -> HttpResponse:
    """The form's own rules decide; but nothing is saved, so it does not matter who has saved meanwhile."""
    form = story_admin.form_to_look_at(request, copy)
    if not form.is_valid():
        problems = [
            f"{capfirst(form.fields[name].label)}: {error}" if name in form.fields else error
            for name, errors in form.errors.items()
            for error in errors
        ]
        return _nothing(story_admin, request, copy, problems)
    rows = form_values.rows_typed(form.cleaned_data)
    article = preview.of_unsaved(copy, hour=form.cleaned_data["planned_publish_at"], **rows)
    return _response(request, article, _("Preview of what is typed. It is not saved: go on writing in the other tab."))


def _response(request: HttpRequest, article: preview.PreviewArticle, notice: str, back: str = "") -> HttpResponse:
    """In the language and on the clock of readers; the bar speaks the editor's language."""
    bar = {"notice": notice, "notice_language": translation.get_language(), "back": back}
    bar["back_label"] = _("Back to the story")
    language = article.language or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(timezone.get_default_timezone()):
        response = preview_response(request, article, page_path=reverse("news:home"), **bar)
    response.headers["Content-Language"] = language
    return response


def _nothing(story_admin: ModelAdmin, request: HttpRequest, copy: WorkingCopy, problems: list[str]) -> HttpResponse:
    """Why there is nothing to show. Context: `copy`, `problems` (sentences)."""
    context = {
        **story_admin.admin_site.each_context(request),
        "title": _("Nothing to preview"),
        "copy": copy,
        "problems": problems,
    }
    return render(request, "admin/news/workingcopy/no_preview.html", context, status=400)


def _editor_of(copy: WorkingCopy) -> str:
    return reverse("admin:news_workingcopy_change", args=[copy.pk])


# ---- links


@dataclass(frozen=True)
class ListedLink:
    """A link in the rail."""

    link: PreviewLink
    address: str


def links_of(copy: WorkingCopy) -> list[ListedLink]:
    """The links of a story that still work, the newest first."""
    links = copy.preview_links.open().select_related("revision", "made_by", "copy").order_by("-made_at")
    return [ListedLink(link, preview_url(link)) for link in links]


def lifetimes() -> list[tuple[int, str]]:
    """How long a link may work: (days, in words)."""
    return [(days, ngettext("%(n)s day", "%(n)s days", days) % {"n": days}) for days in preview_links.DAYS]


def make_link(story_admin: ModelAdmin, request: HttpRequest, copy: WorkingCopy) -> None:
    """Make the link that was asked for by its button; what was typed is saved by now."""
    days = plain_number(request.POST.get("share-days"))
    revision = copy.latest_revision if request.POST.get("share-what") == "this" else None
    try:
        link = preview_links.create(copy, by=request.user, days=days, revision=revision)
    except workflow.Refused as refusal:
        story_admin.message_user(request, refusal, messages.WARNING)
    else:
        made = _("The preview link is made: %(address)s")
        story_admin.message_user(request, made % {"address": preview_url(link)}, messages.SUCCESS)


def revoke_link(story_admin: ModelAdmin, request: HttpRequest, pk: str) -> None:
    """Revoke the link whose button was pressed, before anything else: no slip in the form may keep it open."""
    number = widgets.as_uuid(request.POST.get("_unshare", ""))
    link = PreviewLink.objects.select_related("copy__article", "revision").filter(pk=number, copy=plain_number(pk))
    try:
        if not (link := link.first()):
            raise workflow.Refused(_("This button is not known; load the page again."))
        preview_links.revoke(link, by=request.user)
    except workflow.Refused as refusal:
        story_admin.message_user(request, refusal, messages.WARNING)
    else:
        story_admin.message_user(
            request, _("The preview link is revoked; it shows nothing to anybody any more."), messages.SUCCESS
        )
