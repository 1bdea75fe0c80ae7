"""Compare: two versions of a story beside each other, and the way back to one of them."""

from collections.abc import Iterator

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from news.admin.articles import status_badges, step_buttons
from news.admin.datetime_display import moment
from news.content import diff, revisions, schema
from news.content.names import names_of
from news.editorial import workflow
from news.models import WorkingCopy
from portal.http.numbers import plain_number

CHANGED_SINCE = gettext_lazy(
    "Somebody changed this story since you opened this page. Look at the newest version first."
)
GONE = {
    "section": lambda n: _("Its section has been deleted since; choose another one."),
    "tags": lambda n: ngettext(
        "%(n)s of its tags has been deleted since and is left out.",
        "%(n)s of its tags have been deleted since and are left out.",
        n,
    ),
    "authors": lambda n: ngettext(
        "%(n)s of its authors has been deleted since and is left out.",
        "%(n)s of its authors have been deleted since and are left out.",
        n,
    ),
    "related": lambda n: ngettext(
        "%(n)s story it linked to has been deleted since.", "%(n)s stories it linked to have been deleted since.", n
    ),
}


def address(article: int, before: int, after: int) -> str:
    """The address of the comparison of two revisions (numbers) of an article (primary key)."""
    return reverse("admin:news_workingcopy_compare", args=[article]) + f"?from={before}&to={after}"


def review_url(copy: WorkingCopy) -> str:
    """Where one reviews what one person alone published, whatever was written since.

    Everything nobody else has read is before one's eyes, also after two small fixes in a row. Where nothing of it
    was ever read there is no change to show: the whole text stands in the story itself, or beside the newer draft.
    """
    reviewed, live = copy.reviewed_revision, copy.article.live_revision
    if reviewed:
        return address(copy.pk, reviewed.number, live.number)
    if revisions.says_the_same(copy.latest_revision, live):
        return reverse("admin:news_workingcopy_change", args=[copy.pk])
    return address(copy.pk, live.number, copy.latest_revision.number)


def view(story_admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """What changed between two versions of a story.

    Context: `copy`, `versions` (all of them, for choosing), `before` and `after` (revisions), `comparison`
    (None with a `problem` in words), `sameness` (a sentence), `is_split`, `brings_back` (versions that can be
    brought back), `steps`.
    """
    copy = get_object_or_404(
        WorkingCopy.objects.select_related("article__live_revision", "latest_revision", "saved_by"),
        pk=plain_number(pk),
    )
    if not story_admin.has_view_permission(request, copy):
        raise PermissionDenied
    if request.method == "POST":
        if not story_admin.has_change_permission(request, copy):
            raise PermissionDenied
        if "_bring_back" in request.POST:
            return _bring_back(story_admin, request, copy)
        return story_admin.take_step_without_saving(request, copy)
    context = {
        **story_admin.admin_site.each_context(request),
        **_shown(request, copy),
        "title": _("What changed in “%(story)s”") % {"story": copy},
        "opts": story_admin.opts,
        "copy": copy,
        "is_split": request.GET.get("view") == "side",
        "may_change": story_admin.has_change_permission(request, copy),
    }
    if context["may_change"] and context["comparison"]:
        shown = {context["before"], context["after"]}
        context["brings_back"] = sorted(
            (revision for revision in shown if not revisions.says_the_same(revision, copy.latest_revision)),
            key=lambda revision: revision.number,
        )
        context["steps"] = step_buttons.buttons(copy, by=request.user, typed={}, compared=shown)
        if context["steps"]:
            context["your_turn"] = status_badges.is_turn_of(copy, request.user)
            context["turn"] = status_badges.whose_turn(copy, request.user)
    return render(request, "admin/news/workingcopy/compare.html", context, status=400 if context["problem"] else 200)


def _shown(request, copy):
    """The two versions asked for, and what differs between them."""
    versions = list(copy.article.revisions.select_related("author").defer("content").order_by("-number"))
    context = {
        "versions": [(revision.number, _label(revision, copy, request.user)) for revision in versions],
        "comparison": None,
        "problem": "",
    }
    asked = {name: request.GET.get(name, "").strip() for name in ("from", "to")}
    if any(text and plain_number(text) is None for text in asked.values()):
        return context | {"problem": _("That is no number of a version. Choose two versions above.")}
    by_number = {revision.number: revision for revision in versions}
    default = _default(copy)
    chosen = [plain_number(text) if text else default[name] for name, text in asked.items()]
    if not set(chosen) <= set(by_number):
        raise Http404(_("This story has no such version."))
    before, after = (copy.article.revisions.select_related("author").get(number=number) for number in chosen)
    context |= {"before": before, "after": after}
    if not (before.is_intact() and after.is_intact()):
        changed = after if before.is_intact() else before
        problem = _("The stored text of revision %(revision)s was changed outside the newsroom; it is not compared.")
        return context | {"problem": problem % {"revision": changed.number}}
    contents = [revisions.content_of(revision) for revision in (before, after)]
    unknown = {*revisions.unknown_in(before), *revisions.unknown_in(after)}
    comparison = diff.compare(*contents, names=names_of(contents), unknown=unknown)
    return context | {"comparison": comparison, "sameness": sameness(comparison, is_one=before == after)}


def sameness(comparison: diff.Comparison, *, is_one: bool) -> str:
    """Why there is nothing to show, in a sentence; "" where something differs. `is_one`: it is one version twice."""
    if not comparison.says_the_same:
        return ""
    if is_one:
        return _("This is one and the same version.")
    if comparison.is_same:
        return _("Both versions say exactly the same.")
    return _("Both versions read the same; only their markup differs.")


def _default(copy):
    """From what readers see to the newest; when that is the same, from the one before."""
    newest, live = copy.latest_revision.number, copy.article.live_revision
    if live and live.number != newest:
        return {"from": live.number, "to": newest}
    return {"from": max(newest - 1, 1), "to": newest}


def _label(revision, copy, reader):
    """A version in the list to choose from: its number, when, whose, and whether readers see it."""
    facts = {
        "number": revision.number,
        "time": moment(revision.created_at),
        "who": _("you") if revision.author_id == reader.pk else revision.author,
    }
    if revision.pk == copy.article.live_revision_id and copy.article.is_live():
        return _("%(number)s · readers see it · %(time)s · %(who)s") % facts
    if revision.pk == copy.latest_revision_id:
        return _("%(number)s · working copy · %(time)s · %(who)s") % facts
    return _("%(number)s · %(time)s · %(who)s") % facts


def _bring_back(story_admin, request, copy):
    """Make an earlier version the newest again; the button carries article:revision, the form the row's version."""
    article, _colon, revision = request.POST["_bring_back"].partition(":")
    number, version = plain_number(revision), plain_number(request.POST.get("version"))
    revision = copy.article.revisions.filter(pk=number).first() if number else None
    try:
        if revision is None or plain_number(article) != copy.pk or version is None:
            raise workflow.Refused(_("This button is not known; load the page again."))
        left_out = workflow.restore_revision(copy, revision, by=request.user, version=version)
    except workflow.Refused as refusal:
        if isinstance(refusal, workflow.Conflict):
            refusal = CHANGED_SINCE
        story_admin.message_user(request, refusal, messages.WARNING)
        return HttpResponseRedirect(reverse("admin:news_workingcopy_compare", args=[copy.pk]))
    facts = {"revision": revision.number, "newest": copy.latest_revision.number}
    story_admin.message_user(
        request, _("Revision %(revision)s is back, as revision %(newest)s.") % facts, messages.SUCCESS
    )
    for sentence in _what_is_left_out(left_out):
        story_admin.message_user(request, sentence, messages.WARNING)
    return HttpResponseRedirect(reverse("admin:news_workingcopy_change", args=[copy.pk]))


def _what_is_left_out(left_out: revisions.LeftOut) -> Iterator[str]:
    """A sentence for each field of which something could not be brought back."""
    for name, keys in left_out.missing.items():
        if not keys:
            continue
        if name in GONE:
            yield GONE[name](len(keys)) % {"n": len(keys)}
        else:
            yield _("%(field)s: what it named has been deleted since and is left out.") % {
                "field": capfirst(schema.field_named(name).label)
            }
    if left_out.unknown:
        yield _("A newer version of this site wrote fields that this one does not know; left out: %(fields)s.") % {
            "fields": ", ".join(left_out.unknown)
        }
