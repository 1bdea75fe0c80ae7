"""The pages on which the sender of a waiting comment changes it or takes it back.

Both need the receipt that shows it to them, and expire with it. These pages are neither cached nor indexed.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from comments import tokens
from comments.models import Comment
from comments.moderation.refusals import Refused
from comments.submission import submit
from comments.submission.forms import CommentForm, CommentTextField
from comments.submission.views import elsewhere_because, sender_response
from news.models import Article
from news.site.article import for_live_article
from portal.http.headers import private_response
from portal.http.request_guard import posted_to
from portal.http.responses import SeeOther
from portal.pagecache.counters import PageDependencies


class RewriteForm(CommentForm):
    """The comment form with the text alone."""

    name = email = website = tell = parent = started = proof = None  # of the comment form, and not of this one
    body = CommentTextField(
        label=CommentForm.base_fields["body"].label,
        max_length=5000,
        widget=CommentForm.base_fields["body"].widget,
        help_text=gettext_lazy("At most 5000 characters."),
        error_messages=CommentForm.base_fields["body"].error_messages,
    )

    def rewrite(self, comment: Comment) -> None:
        cleaned = self.cleaned_data
        submit.rewrite(comment, cleaned["body"], is_spam=bool(cleaned["leave"]))


@csrf_exempt  # as the comment form
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables()
@for_live_article
def change(request: HttpRequest, article: Article, dependencies: PageDependencies, receipt: str) -> HttpResponse:
    """Show the text to be changed; POST changes it (303), or shows what to mend (422, 403, 409, 429).

    Context: `article`, `comment`, `comment_form`, `receipt`; or `closed`, why there is no form (and what was typed).
    """
    comment = _own_comment(article, receipt, valid=tokens.CHANGE_VALID)
    posted = posted_to(request) if request.method == "POST" else None
    if comment is None:
        return _ended(request, article, posted)
    if closed := submit.no_rewrite_because(comment):
        return _change_page(request, article, comment, receipt, posted, status=403, closed=closed)
    if posted is None:
        return _change_page(request, article, comment, receipt)
    if refusal := elsewhere_because(request):
        return _change_page(request, article, comment, receipt, posted, status=403, refusal=refusal)
    form = RewriteForm(article, posted)
    if not form.is_valid():
        return _change_page(request, article, comment, receipt, form=form, status=422)
    try:
        form.rewrite(comment)
    except Refused as refused:
        form.refusal = str(refused)
        response = _change_page(request, article, comment, receipt, form=form, status=refused.status)
        if isinstance(refused, submit.RateLimited):
            response.headers["Retry-After"] = str(refused.seconds)
        return response
    return SeeOther(f"{article.get_absolute_url()}?{urlencode({'held': tokens.receipt(comment)})}#received")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@for_live_article
def take_back(request: HttpRequest, article: Article, dependencies: PageDependencies, receipt: str) -> HttpResponse:
    """Ask first; POST takes the comment back (303). Context: `article`, `comment`, `receipt`,
    `refusal`, `token`; or `closed`."""
    comment = _own_comment(article, receipt, valid=tokens.CHANGE_VALID)
    if comment is None:
        return _ended(request, article)
    context = {"comment": comment, "receipt": receipt, "token": tokens.make(article)}
    if not submit.is_its_writers(comment):
        context["closed"] = submit.DECIDED_ALREADY
    elif request.method == "POST":
        if refusal := elsewhere_because(request) or _token_because(posted_to(request), article):
            context["refusal"] = refusal
        else:
            try:
                submit.take_back(comment)
            except Refused as refused:
                context["closed"] = str(refused)
            else:
                return SeeOther(reverse("comments:taken-back", args=[article.slug]))
    status = 403 if context.keys() & {"closed", "refusal"} else 200
    return sender_response(request, "comments/take_back.html", article, {"article": article} | context, status=status)


@require_safe
@for_live_article
def taken_back(request: HttpRequest, article: Article, dependencies: PageDependencies) -> HttpResponse:
    """Say that it is done; the same for all. Context: `article`."""
    return sender_response(request, "comments/taken_back.html", article, {"article": article})


def _own_comment(article, receipt, *, valid):
    """Return the comment of this receipt under this article, or None."""
    number = tokens.of_receipt(receipt, valid=valid)
    return number and Comment.objects.filter(article=article, pk=number).exclude(body="").first()


def _token_because(posted, article):
    if tokens.is_good(posted.get("token", ""), article):
        return ""
    return _("This page was open for a long time. Send it again.")


def _change_page(request, article, comment, receipt, posted=None, *, form=None, status=200, refusal="", closed=""):
    form = form or RewriteForm(article, posted, refusal=refusal)
    if not form.is_bound:
        form.initial["body"] = comment.body
    context = {"article": article, "comment": comment, "receipt": receipt, "comment_form": form, "closed": closed}
    return sender_response(request, "comments/change.html", article, context, status=status)


def _ended(request, article, posted=None):
    """404: the receipt is expired or invalid, or its comment is gone. What was typed is there to be copied."""
    form = RewriteForm(article, posted) if posted is not None else None
    context = {"article": article, "form": form, "page_path": article.get_absolute_url()}
    return private_response(render(request, "comments/no_own.html", context, status=404), has_form=True)
