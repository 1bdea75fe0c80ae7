"""Between two saves: what the editor's script sends, who else has the story open, and the text left unsaved.

Whoever may not write the story gets a sentence instead; whoever asks about another's text is told nothing of it.
The names in what the script sends (`sheet`, `stamp`) are those of its form: a session and the time it was written.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.forms.widgets import Script
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from news import body
from news.admin.articles import widgets
from news.editorial import autosave, presence, steps
from news.models import Autosave, Presence, WorkingCopy
from portal.http.numbers import plain_number
from portal.http.request_guard import content_length, has_nul

MEDIA = forms.Media(js=[Script(f"news/editor/{name}.js", type="module") for name in ("autosave", "presence")])
LARGEST = 2_000_000  # bytes; below what Django reads of a form, or the save would be the one to fail
MOST_FIELDS = 1000  # as many as Django reads of a form
LATEST_TIME = 2**53  # what a browser can count to

View = Callable[[HttpRequest, WorkingCopy | None], HttpResponse]


class RequestRejected(Exception):
    """str(exc) is a sentence for the person whose script sent this."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True)
class UnsavedText:
    """Text of this person that was never saved, and where it is resumed or discarded."""

    autosave: Autosave
    words: int
    resume_url: str
    discard_url: str


def urls(admin_site: AdminSite) -> list[URLPattern]:
    """The addresses the editor's script sends to; a new story has no number yet."""

    def route(address: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
        return path(address, admin_site.admin_view(view), name=name)

    return [
        route("add/autosave/", autosave_view, "news_autosave_new"),
        route("add/discard/", discard_view, "news_discard_autosave_new"),
        route("<int:pk>/autosave/", autosave_view, "news_autosave"),
        route("<int:pk>/presence/", presence_view, "news_presence"),
        route("<int:pk>/discard/", discard_view, "news_discard_autosave"),
    ]


def _url(name: str, story: WorkingCopy | None) -> str:
    return reverse(f"admin:{name}", args=[story.pk]) if story else reverse(f"admin:{name}_new")


def _form_url(story: WorkingCopy | None) -> str:
    if story:
        return reverse("admin:news_workingcopy_change", args=[story.pk])
    return reverse("admin:news_workingcopy_add")


def for_writers(view: View) -> Callable[..., HttpResponse]:
    """Views for people who may write this very story (None: a new one); others get the sentence and nothing happens."""

    @wraps(view)
    @require_POST
    def guarded(request: HttpRequest, pk: int | None = None) -> HttpResponse:
        try:
            if not request.user.has_perm("news.add_workingcopy" if pk is None else "news.change_workingcopy"):
                raise RequestRejected(403, str(steps.NOT_TO_EDIT))
            return view(request, None if pk is None else _story(pk))
        except RequestRejected as rejection:
            return JsonResponse({"sentence": str(rejection)}, status=rejection.status)

    return guarded


def _story(pk: int) -> WorkingCopy:
    story = WorkingCopy.objects.only("pk").filter(pk=plain_number(pk)).first()  # None for what no row can have
    if story is None:
        raise Http404
    return story


@for_writers
def autosave_view(request: HttpRequest, story: WorkingCopy | None) -> HttpResponse:
    """Store what is typed. JSON: `state` (kept, nothing, closed), the `time`, a new `sheet` where this one is closed.

    For text that comes from another page also send, in `beside`, the session that is open: the answer then has, as
    HTML in `left`, what else this person left unsaved.
    """
    message = _message(request)
    session_id, fields, client_time = _typed(message)
    if not fields:  # all of it was undone
        autosave.discard(request.user, story, session_id)
        return JsonResponse({"state": "nothing"})
    if not autosave.save(request.user, story, session_id, fields=fields, client_time=client_time):
        return JsonResponse({"state": "closed", "sheet": str(uuid4())})
    answer = {"state": "kept", "time": formatted(timezone.localtime(), "H:i:s")}
    if open_session := message.get("beside"):
        left = {"left": _unsaved_texts(request, story, open_session)}
        answer["left"] = render_to_string("admin/news/workingcopy/_all_left.html", left, request)
    return JsonResponse(answer)


@for_writers
def presence_view(request: HttpRequest, story: WorkingCopy | None) -> HttpResponse:
    """Record that this person has the story open. JSON: who else has, as HTML in `others`."""
    _message(request)
    presence.heartbeat(request.user, story)
    others = Presence.objects.filter(story=story).others(request.user)
    return JsonResponse({"others": render_to_string("admin/news/workingcopy/_others.html", {"others": others}).strip()})


@for_writers
def discard_view(request: HttpRequest, story: WorkingCopy | None) -> HttpResponse:
    """Delete unsaved text of this person, and go back to the form."""
    session_id = widgets.as_uuid(request.POST.get("sheet", ""))
    if session_id and autosave.discard(request.user, story, session_id):
        messages.success(request, _("The unsaved text is thrown away."))
    else:
        messages.info(request, _("There is no such text any more."))
    return HttpResponseRedirect(_form_url(story))


def resumed(request: HttpRequest, story: WorkingCopy | None) -> Autosave | None:
    """The unsaved text this person asks to go on with, or None. Looking at it changes nothing."""
    if request.method == "POST" or "resume" not in request.GET:
        return None
    session_id = widgets.as_uuid(request.GET["resume"])
    text = Autosave.objects.of(request.user, story).filter(session_id=session_id).first() if session_id else None
    if text is None:
        messages.info(request, _("There is no such text any more."))
    return text


def form_context(form: forms.Form, request: HttpRequest, story: WorkingCopy | None) -> dict[str, Any]:
    """What the form shows of all this. Context: `left`, `others`, `resumed`, and addresses for the script."""
    return {
        "left": _unsaved_texts(request, story, str(form["sheet"].value())),
        "others": Presence.objects.filter(story=story).others(request.user) if story else [],
        "resumed": form.context.resumed,
        "autosave_url": _url("news_autosave", story),
        "presence_url": _url("news_presence", story) if story else "",
    }


def _unsaved_texts(request: HttpRequest, story: WorkingCopy | None, open_session: str) -> list[UnsavedText]:
    """What this person left here, newest first, but for the session that is open, which is before their eyes."""
    return [
        UnsavedText(
            autosave=text,
            words=body.word_count(text.posted.get("body", "")),
            resume_url=_form_url(story),
            discard_url=_url("news_discard_autosave", story),
        )
        for text in Autosave.objects.of(request.user, story)
        if str(text.session_id) != open_session
    ]


def _message(request: HttpRequest) -> dict[str, Any]:
    """What the script sent, if it speaks for the person who is logged in now: a tab may be older than the login."""
    if (content_length(request) or 0) > LARGEST:
        raise RequestRejected(413, _("This text is too long to be kept between two saves."))
    try:
        if request.content_type != "application/json":
            raise ValueError
        message = json.loads(request.body)
        person = message["person"]
    except (ValueError, TypeError, LookupError, RecursionError):
        raise _unreadable() from None
    if person != request.user.pk:
        raise RequestRejected(403, _("Somebody else is logged in with this browser now."))
    return message


def _typed(message: dict[str, Any]) -> tuple[UUID, list[list[str]], int]:
    """The session, its fields and their time. Halves of characters are replaced, as browsers do in what they post."""
    sheet, fields, client_time = message.get("sheet"), message.get("fields"), message.get("stamp")
    session_id = widgets.as_uuid(sheet) if isinstance(sheet, str) else None
    is_whole = (
        session_id
        and (type(client_time) is int and 0 <= client_time <= LATEST_TIME)
        and (isinstance(fields, list) and len(fields) <= MOST_FIELDS)
        and all(isinstance(pair, list) and len(pair) == 2 for pair in fields)
        and all(isinstance(text, str) for pair in fields for text in pair)
        and not has_nul(text for pair in fields for text in pair)
    )
    if not is_whole:
        raise _unreadable()
    return session_id, [[text.encode(errors="replace").decode() for text in pair] for pair in fields], client_time


def _unreadable() -> RequestRejected:
    return RequestRejected(400, _("The newsroom could not read what your browser sent."))
