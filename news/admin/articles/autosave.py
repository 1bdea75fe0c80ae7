"""Between two saves: what the editor's script sends, who else has the story open, and the text left unsaved.

Whoever may not write the story gets a sentence instead; whoever asks about another's text is told nothing of it.
"""

import json
from functools import wraps
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.forms.widgets import Script
from django.http import Http404, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from news.admin.articles import widgets
from news.content import body
from news.editorial import autosave, presence, steps
from news.models import Autosave, Presence, WorkingCopy
from portal.http.numbers import plain_number
from portal.http.request_guard import content_length, has_nul

MEDIA = forms.Media(js=[Script("news/editor/keep.js", defer=True)])
LARGEST = 2_000_000  # bytes; below what Django reads of a form, or the save would be the one to fail
MOST_FIELDS = 1000  # as many as Django reads of a form
LATEST_STAMP = 2**53  # what a browser can count to


class RequestRejected(Exception):
    """str(exc) is a sentence for the person whose script sent this."""

    def __init__(self, status, sentence):
        super().__init__(sentence)
        self.status = status


def urls(admin_site):
    def address(route, view, name):
        return path(route, admin_site.admin_view(view), name=f"news_workingcopy_{name}")

    return [
        address("add/keep/", autosave_view, "keep_new"),
        address("add/throw-away/", discard_view, "throw_away_new"),
        address("<int:pk>/keep/", autosave_view, "keep"),
        address("<int:pk>/here/", presence_view, "here"),
        address("<int:pk>/throw-away/", discard_view, "throw_away"),
    ]


def _address(name, story):
    new, args = ("", [story.pk]) if story else ("_new", [])
    return reverse(f"admin:news_workingcopy_{name}{new}", args=args)


def _form_address(story):
    if story:
        return reverse("admin:news_workingcopy_change", args=[story.pk])
    return reverse("admin:news_workingcopy_add")


def for_writers(view):
    """Views for people who may write this very story (None: a new one); others get the sentence and nothing happens."""

    @wraps(view)
    @require_POST
    def guarded(request, pk=None):
        try:
            if not request.user.has_perm("news.add_workingcopy" if pk is None else "news.change_workingcopy"):
                raise RequestRejected(403, str(steps.NOT_TO_EDIT))
            return view(request, None if pk is None else _story(pk))
        except RequestRejected as refusal:
            return JsonResponse({"sentence": str(refusal)}, status=refusal.status)

    return guarded


def _story(pk):
    story = WorkingCopy.objects.only("pk").filter(pk=plain_number(pk)).first()  # None for what no row can have
    if story is None:
        raise Http404
    return story


@for_writers
def autosave_view(request, story):
    """Keep what is typed. For text that comes from another page also say, as the form would, what is left beside the
    sheet that is open (`beside`)."""
    sent = _sent(request)
    sheet, fields, stamp = _typed(sent)
    if not fields:  # all of it was undone
        autosave.discard(request.user, story, sheet)
        return JsonResponse({"state": "nothing"})
    if not autosave.save(request.user, story, sheet, fields=fields, stamp=stamp):
        return JsonResponse({"state": "closed", "sheet": str(uuid4())})
    answer = {"state": "kept", "time": formatted(timezone.localtime(), "H:i:s")}
    if beside := sent.get("beside"):
        left = {"left": _left(request, story, beside)}
        answer["left"] = render_to_string("admin/news/workingcopy/_all_left.html", left, request)
    return JsonResponse(answer)


@for_writers
def presence_view(request, story):
    """This person has the story open; the answer says who else has."""
    _sent(request)
    presence.heartbeat(request.user, story)
    others = Presence.objects.filter(story=story).beside(request.user)
    return JsonResponse({"others": render_to_string("admin/news/workingcopy/_others.html", {"others": others}).strip()})


@for_writers
def discard_view(request, story):
    sheet = widgets.as_uuid(request.POST.get("sheet", ""))
    if sheet and autosave.discard(request.user, story, sheet):
        messages.success(request, _("The unsaved text is thrown away."))
    else:
        messages.info(request, _("There is no such text any more."))
    return HttpResponseRedirect(_form_address(story))


def resumed(request, story):
    """The unsaved text this person asks to go on with, or None. Looking at it changes nothing."""
    if request.method == "POST" or "take_up" not in request.GET:
        return None
    sheet = widgets.as_uuid(request.GET["take_up"])
    left = Autosave.objects.of(request.user, story).filter(sheet=sheet).first() if sheet else None
    if left is None:
        messages.info(request, _("There is no such text any more."))
    return left


def beside(form, request, story):
    """What the form shows of all this. Context: `left`, `others`, `taken_up`, and addresses for the script."""
    return {
        "left": _left(request, story, str(form["sheet"].value())),
        "others": Presence.objects.filter(story=story).beside(request.user) if story else [],
        "taken_up": form.taken_up,
        "keep_address": _address("keep", story),
        "here_address": _address("here", story) if story else "",
    }


def _left(request, story, own):
    """What this person left here, newest first, but for their own sheet, which is before their eyes."""
    return [
        {
            "text": text,
            "words": body.word_count(text.posted.get("body", "")),
            "take_up": _form_address(story),
            "throw_away": _address("throw_away", story),
        }
        for text in Autosave.objects.of(request.user, story)
        if str(text.sheet) != own
    ]


def _sent(request):
    """What the script says, if it speaks for the person who is logged in now: a tab may be older than the login."""
    if (content_length(request) or 0) > LARGEST:
        raise RequestRejected(413, _("This text is too long to be kept between two saves."))
    try:
        if request.content_type != "application/json":
            raise ValueError
        sent = json.loads(request.body)
        person = sent["person"]
    except (ValueError, TypeError, LookupError, RecursionError):
        raise _unreadable() from None
    if person != request.user.pk:
        raise RequestRejected(403, _("Somebody else is logged in with this browser now."))
    return sent


def _typed(sent):
    """The sheet, its fields and their stamp. Halves of characters are replaced, as browsers do in what they post."""
    sheet, fields, stamp = sent.get("sheet"), sent.get("fields"), sent.get("stamp")
    sheet = widgets.as_uuid(sheet) if isinstance(sheet, str) else None
    is_whole = (
        sheet
        and (type(stamp) is int and 0 <= stamp <= LATEST_STAMP)
        and (isinstance(fields, list) and len(fields) <= MOST_FIELDS)
        and all(isinstance(pair, list) and len(pair) == 2 for pair in fields)
        and all(isinstance(text, str) for pair in fields for text in pair)
        and not has_nul(text for pair in fields for text in pair)
    )
    if not is_whole:
        raise _unreadable()
    return sheet, [[text.encode(errors="replace").decode() for text in pair] for pair in fields], stamp


def _unreadable():
    return RequestRejected(400, _("The newsroom could not read what your browser sent."))
