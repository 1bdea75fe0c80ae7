"""What a browser without scripts would send: the fields of a page's form as they stand, to be changed and posted."""

from html.parser import HTMLParser

from django.http import QueryDict
from django.urls import reverse

from news.tests.factories import make_user


def _posts(form):
    return form.get("method") == "post" and form.get("id") != "logout-form"


class _Fields(HTMLParser):
    """The form of that id; without one, all forms of the page that post, but for the one that logs out."""

    def __init__(self, form):
        super().__init__()
        self.form, self.inside, self.aside = form, False, 0
        self.sent, self.select, self.area = QueryDict(mutable=True), None, None

    def handle_starttag(self, tag, attrs):
        has = dict(attrs)
        if tag == "form":
            self.inside = has.get("id") == self.form if self.form else _posts(has)
        elif tag == "template":
            self.aside += 1
        if not self.inside or self.aside:
            return
        is_tick = has.get("type") in {"checkbox", "radio"}
        if tag == "input" and "name" in has and not (is_tick and "checked" not in has):
            self.sent.appendlist(has["name"], has.get("value", "on" if is_tick else ""))
        elif tag == "select":
            self.select = has["name"]
        elif tag == "option" and self.select and "selected" in has:
            self.sent.appendlist(self.select, has["value"])
        elif tag == "textarea":
            self.area = has["name"]
            self.sent.appendlist(self.area, "")

    def handle_data(self, text):
        if self.area:
            self.sent[self.area] += text

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        elif tag == "template":
            self.aside -= 1
        elif tag == "select":
            self.select = None
        elif tag == "textarea" and self.area:
            self.sent[self.area] = self.sent[self.area].removeprefix("\n")  # HTML drops it
            self.area = None


def fields_of(response, form="workingcopy_form"):
    parser = _Fields(form)
    parser.feed(response.content.decode())
    return parser.sent


def send(client, address, form="workingcopy_form", **changed):
    """Open a page, change some fields, send the form."""
    sent = fields_of(client.get(address), form)
    return send_fields(client, address, sent, **changed)


def send_fields(client, address, sent, **changed):
    sent = sent.copy()
    for name, value in changed.items():
        sent.setlist(name, value if isinstance(value, list) else [value])
    return client.post(address, sent.urlencode(), content_type="application/x-www-form-urlencoded", follow=True)


def said(response):
    return [str(message) for message in response.context["messages"]]


def as_(client, role, **fields):
    """Somebody of that role, who is logged in from here on."""
    user = make_user(role, **fields)
    client.force_login(user)
    return user


def editor_of(copy):
    """Where a story is written."""
    return reverse("admin:news_workingcopy_change", args=[copy.pk])
