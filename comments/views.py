"""Where readers' comments arrive. No session is touched; an answer that shows what somebody typed is never kept."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from comments import limits, moderation
from comments.forms import CommentForm
from news.views import article_response, gone, of_live_story

OURS = {"same-origin", "none"}  # none: somebody typed the address or opened a bookmark, no other site had a part


class SeeOther(HttpResponseRedirect):
    """After a POST, look there; every browser turns it into a GET, so that going back sends nothing twice."""

    status_code = 303


def _gone(request, article, reading):
    """410; what somebody sent meanwhile is shown for them to copy, and kept by nobody. Context: `comment_form`."""
    if request.method != "POST":
        return gone(request, article, reading)
    return gone(request, article, reading, comment_form=CommentForm(article, _posted(request)))


# Exempt because there is no session to protect: the form's own token and the browser's word on where the
# request began stand in for the cookie.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("name", "email", "proof")
@sensitive_variables()
@of_live_story(when_gone=_gone)
def comments(request, article, reading):
    """Take a comment in (303 to the story), or show the story again with what was typed.

    422: something is wrong with it. 403: nobody can comment here, or answer that. 409: it was sent before. 429: too
    many came, with the seconds to wait in Retry-After. 410: there is no story any more, only what was typed.

    Context: that of the article, and `comment_form`.
    """
    if request.method != "POST":
        return SeeOther(f"{article.get_absolute_url()}#respond")
    posted = _posted(request)
    if refusal := _elsewhere_because(request) or moderation.closed_because(article):
        return article_response(
            request, article, status=403, comment_form=CommentForm(article, posted, refusal=refusal)
        )
    form = CommentForm(article, posted)
    if not form.is_valid():
        status = 403 if form.has_error("parent", "parent") else 422
        return article_response(request, article, status=status, comment_form=form)
    try:
        form.send(network=limits.network_of(request))
    except moderation.Refused as refused:
        form.refusal = str(refused)
        response = article_response(request, article, status=refused.status, comment_form=form)
        if isinstance(refused, moderation.TooMany):
            response.headers["Retry-After"] = str(refused.seconds)
        return response
    return SeeOther(f"{article.get_absolute_url()}#received")


def _posted(request):
    """What was sent, or 400 without a look at it: more than a comment can be."""
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise BadRequest("The length of the request is no number.") from None
    if length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:  # Django alone would not count uploaded files
        raise RequestDataTooBig("The request is larger than a comment can be.")
    return request.POST


def _elsewhere_because(request):
    """The sentence why a request does not count as sent from our own form, or "".

    Old browsers say neither where it began nor how; they are let through, the token is asked for all the same.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    own = {f"{request.scheme}://{request.get_host()}", _origin_of(settings.SITE_URL)}
    if (site is None or site in OURS) and (origin is None or origin in own):
        return ""
    return _("This form was sent from another site. Your text is still here: look at it, and send it from here.")


def _origin_of(address):
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
