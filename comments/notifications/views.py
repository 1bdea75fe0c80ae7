"""The pages behind the links in notification mails. GET changes nothing; POST confirms or unsubscribes.

The signed key says who it is, so nothing else is asked: a mail program that ends the mail with one click sends no
cookie and comes from elsewhere (RFC 8058), and gets no redirect.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from comments import tokens
from comments.models import Subscription
from comments.notifications import delivery
from portal.http.headers import private_response
from portal.http.request_guard import posted_to


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, key: str) -> HttpResponse:
    """Ask whether the reader wants notifications; POST confirms. Context: `subscription`, `is_on`."""
    number = tokens.of_confirmation(key)
    subscription = _named(number)
    if subscription and request.method == "POST":
        posted_to(request)
        delivery.confirm(subscription)
        subscription = _named(number)  # it may be erased meanwhile
    if subscription is None:
        return _page(request, "comments/mail_ended.html", status=404)
    context = {"subscription": subscription, "is_on": delivery.is_confirmed(subscription)}
    return _page(request, "comments/mail_confirm.html", **context)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, key: str) -> HttpResponse:
    """Ask which mail is to end; POST ends this comment's, or all. Context: `subscription`, `mailbox`."""
    number = tokens.of_ending(key)
    subscription = _named(number)
    if subscription and request.method == "POST":
        if posted_to(request).get("end") == "all":
            delivery.unsubscribe_all(subscription)
        else:
            delivery.unsubscribe(subscription)
        subscription = _named(number)
    if subscription is None:
        return _page(request, "comments/mail_ended.html", status=404)
    context = {"subscription": subscription, "mailbox": delivery.preference_of(subscription)}
    return _page(request, "comments/mail_stop.html", **context)


def _named(number):
    named = Subscription.objects.select_related("commenter_email__comment__article")
    return number and named.filter(pk=number).first()


def _page(request, template, *, status=200, **context):
    context["page_path"] = reverse("news:home")
    return private_response(render(request, template, context, status=status), has_form=True)
