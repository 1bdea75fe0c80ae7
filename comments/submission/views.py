"""Views that receive comments and reports. They touch no session; a response with typed text is never cached."""

from email.utils import parseaddr

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from comments import page_counters, tokens
from comments.display import threads
from comments.models import Comment, CommentSettings
from comments.moderation import closing
from comments.moderation.refusals import Refused
from comments.submission import rate_limits, submit
from comments.submission.forms import CommentForm
from comments.submission.report_form import ReportForm
from news.models import Article
from news.site.article import article_response, for_live_article, gone
from portal.http.headers import private_response
from portal.http.request_guard import posted_to
from portal.http.responses import SeeOther
from portal.http.urls import absolute_url, own_origins
from portal.pagecache.counters import SITE, PageDependencies

OURS = {"same-origin", "none"}  # none: somebody typed the address or opened a bookmark, no other site had a part


def _gone(request, article, dependencies):
    """410; what somebody sent meanwhile is shown for them to copy, and never stored. Context: `comment_form`."""
    if request.method != "POST":
        return gone(request, article, dependencies)
    return gone(request, article, dependencies, comment_form=CommentForm(article, posted_to(request)))


# Exempt because there is no session to protect: the form's own token and the browser's word on where the
# request began stand in for the cookie.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("name", "email", "proof")
@sensitive_variables()
@for_live_article(when_gone=_gone)
def comments(request: HttpRequest, article: Article, dependencies: PageDependencies) -> HttpResponse:
    """Receive a comment (303 to the article), or show the form again.

    422: something is wrong with it. 403: nobody can comment here, or answer that. 409: it was sent before. 429: too
    many came, with the seconds to wait in Retry-After. 410: there is no story any more, only what was typed.

    Context: that of the article, or of a reply where it answers a comment, and `comment_form`.
    """
    if request.method != "POST":
        return SeeOther(f"{article.get_absolute_url()}#respond")
    posted = posted_to(request)
    if refusal := elsewhere_because(request) or closing.closed_because(article):
        return article_response(
            request, article, status=403, comment_form=CommentForm(article, posted, refusal=refusal)
        )
    form = CommentForm(article, posted)
    if not form.is_valid():
        status = 403 if form.has_error("parent", "parent") else 422
        return _again(request, article, form, status=status)
    try:
        received = form.send(network=rate_limits.network_of(request))
    except Refused as refused:
        form.refusal = str(refused)
        response = _again(request, article, form, status=refused.status)
        if isinstance(refused, submit.RateLimited):
            response.headers["Retry-After"] = str(refused.seconds)
        return response
    return SeeOther(_where_it_went(received, article))


def _again(request, article, form, *, status):
    """Show the form with its errors where it was filled in: on the article page or under the comment it answers."""
    parent = form.cleaned_data.get("parent")
    if parent is None or not closing.status(article).is_open:
        return article_response(request, article, status=status, comment_form=form)
    return _reply_page(request, article, status=status, parent=parent, comment_form=form)


def _where_it_went(received, article):
    """Return where to redirect: to the comment, or to the article with a receipt that shows the waiting comment.

    A duplicate gets no receipt: its sender may not be who sent it first.
    """
    comment = received.comment
    if comment.status == Comment.Status.APPROVED:
        return comment.get_absolute_url()
    if received.is_duplicate:
        return f"{article.get_absolute_url()}#received"
    return f"{article.get_absolute_url()}?{urlencode({'held': tokens.receipt(comment)})}#received"


@require_safe
@for_live_article
def page(request: HttpRequest, article: Article, dependencies: PageDependencies, number: int) -> HttpResponse:
    """A further page of an article's thread. Context: that of the article, and `conversation`."""
    if number == 1:
        return redirect(f"{article.get_absolute_url()}#comments")
    try:
        conversation = threads.thread_page(article, number)
    except threads.NoPage:
        raise Http404 from None
    return article_response(request, article, dependencies=dependencies, conversation=conversation)


@require_safe
@for_live_article
def comment(request: HttpRequest, article: Article, dependencies: PageDependencies, pk: int) -> HttpResponse:
    """The permanent address of one comment: 302 to the page it is on today."""
    try:
        return redirect(threads.address_of(get_object_or_404(Comment.objects.approved(), article=article, pk=pk)))
    except threads.NoPage:  # removed this very moment
        raise Http404 from None


@require_safe
@for_live_article
def reply(request: HttpRequest, article: Article, dependencies: PageDependencies, pk: int) -> HttpResponse:
    """The form to answer one comment. Context: `article`, `parent`, `comment_form` (or `closed`, why there is none)."""
    parent = _shown(article, pk)
    if parent is None:
        return _no_comment(request, article)
    if closed := closing.closed_because(article):
        return _reply_page(request, article, status=403, parent=parent, closed=closed)
    form = CommentForm(article)
    form.initial["parent"] = parent.pk
    return _reply_page(request, article, parent=parent, comment_form=form)


@csrf_exempt  # as the comment form
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("email", "words")
@sensitive_variables()
@for_live_article
def report(request: HttpRequest, article: Article, dependencies: PageDependencies, pk: int) -> HttpResponse:
    """Receive a report on a comment (303), or show the form again (422, 403).

    Context: `article`, `comment`, `comment_form`.
    """
    comment = _shown(article, pk)
    if comment is None:
        return _no_comment(request, article)
    if request.method != "POST":
        return _report_page(request, article, comment, ReportForm(article))
    posted = posted_to(request)
    if refusal := elsewhere_because(request):
        return _report_page(request, article, comment, ReportForm(article, posted, refusal=refusal), status=403)
    form = ReportForm(article, posted)
    if not form.is_valid():
        return _report_page(request, article, comment, form, status=422)
    try:
        form.send(comment, network=rate_limits.network_of(request))
    except Refused:  # removed while the report was on its way
        return _no_comment(request, article)
    return SeeOther(reverse("comments:reported", args=[article.slug, comment.pk]))


@require_safe
@for_live_article
def reported(request: HttpRequest, article: Article, dependencies: PageDependencies, pk: int) -> HttpResponse:
    """Thank whoever reported a comment; the same for all. Context: `article`, `comment` (None: removed)."""
    context = {"article": article, "comment": _shown(article, pk)}
    return sender_response(request, "comments/reported.html", article, context)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is stored of a comment, how long, and who sees it. Context: `comment_settings`, `write_to`."""
    dependencies = PageDependencies(SITE, page_counters.PRIVACY)
    context = {
        "dependencies": dependencies,
        "comment_settings": CommentSettings.current(),
        "write_to": parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
    }
    context["canonical"] = absolute_url(reverse("comments:privacy"))
    return dependencies.cacheable(render(request, "comments/privacy.html", context))


def _shown(article, pk):
    return Comment.objects.approved().for_page().filter(article=article, pk=pk).first()


def _reply_page(request, article, *, status=200, **context):
    context |= {"article": article, "banner": CommentSettings.current().banner}
    return sender_response(request, "comments/reply.html", article, context, status=status)


def _report_page(request, article, comment, form, *, status=200):
    context = {"article": article, "comment": comment, "comment_form": form}
    return sender_response(request, "comments/report.html", article, context, status=status)


def _no_comment(request, article):
    """404 in words: it was removed, or never here, and which of both is nobody's business."""
    return sender_response(request, "comments/no_comment.html", article, {"article": article}, status=404)


def sender_response(
    request: HttpRequest, template: str, article: Article, context: dict, *, status: int = 200
) -> HttpResponse:
    """Render a page that is neither cached nor indexed; its language links lead to the article."""
    context["page_path"] = article.get_absolute_url()
    return private_response(render(request, template, context, status=status), has_form=True)


def elsewhere_because(request: HttpRequest) -> str:
    """Return the sentence why a request does not count as sent from our own form, or "".

    Old browsers say neither where it began nor how; they are let through, the token is asked for all the same.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if (site is None or site in OURS) and (origin is None or origin in own_origins(request)):
        return ""
    return _("This form was sent from another site. Your text is still here: look at it, and send it from here.")
