"""What people and their browsers send is read in one way everywhere; what answers carry is set in one place."""

import pytest
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import HttpResponse, QueryDict
from django.test import RequestFactory

from portal.http import headers, numbers, request_guard, urls
from portal.http.responses import SeeOther

HUGE = "9" * 19


@pytest.mark.parametrize(("text", "number"), [("7", 7), ("0", 0), ("007", 7), (7, 7), ("9" * 18, int("9" * 18))])
def test_plain_digits_are_a_number(text, number):
    assert numbers.plain_number(text) == number


@pytest.mark.parametrize(
    "text", ["", None, " 7", "7 ", "+7", "-7", "7.0", "1_000", "٧", "²", "7\x00", "0x7", "x", HUGE]
)
def test_anything_else_is_no_number(text):
    assert numbers.plain_number(text) is None


def test_a_number_may_be_bound_to_fewer_digits():
    assert (numbers.plain_number("999", longest=3), numbers.plain_number("1000", longest=3)) == (999, None)


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("10", 10), ("999999", 999_999)])
def test_a_page_has_one_spelling_of_its_number(text, number):
    assert numbers.page_number(text) == number


@pytest.mark.parametrize("text", ["", "0", "01", "+1", "1 ", "1000000", "٧", "x"])
def test_other_spellings_are_no_page(text):
    assert numbers.page_number(text) is None


def test_a_number_in_an_address_fits_the_database():
    converter = numbers.NumberConverter()
    assert converter.to_url(converter.to_python("7")) == "7"
    assert numbers.plain_number("9" * numbers.LONGEST) < 2**63


def test_absolute_urls_are_the_site_s_own_whatever_host_was_asked(settings):
    settings.SITE_URL = "https://news.example:8443"
    assert urls.absolute_url("/news/x/") == "https://news.example:8443/news/x/"
    assert urls.own_origins(RequestFactory().get("/")) == {"http://testserver", "https://news.example:8443"}


def test_nul_is_taken_out_or_refused():
    assert request_guard.without_nul("a\x00b") == "ab"
    assert request_guard.has_nul(["a", "b\x00"]) and not request_guard.has_nul(["a", "\\0", ""])
    request_guard.refuse_nul(QueryDict("a=b&a=c"))
    with pytest.raises(BadRequest):
        request_guard.refuse_nul(QueryDict("a=b&a=%00"))


@pytest.mark.parametrize(("length", "refusal"), [("11", RequestDataTooBig), ("ten", BadRequest), ("-1", BadRequest)])
def test_a_request_that_is_too_long_or_does_not_say_is_refused_unread(length, refusal):
    with pytest.raises(refusal):
        request_guard.refuse_longer_than(RequestFactory().post("/", CONTENT_LENGTH=length), 10)


@pytest.mark.parametrize("length", ["10", "0", ""])
def test_a_request_within_the_limit_is_read(length):
    request_guard.refuse_longer_than(RequestFactory().post("/", CONTENT_LENGTH=length), 10)


@pytest.mark.parametrize(
    ("posted", "is_malformed"),
    [
        ({"action": "x", "_selected_action": ["1", "2"]}, False),
        ({"action": "x", "_selected_action": ["1", "two"]}, True),
        ({"action": "x", "_selected_action": [HUGE]}, True),
        ({"_selected_action": ["two"]}, False),
        ({"_to_field": "id"}, False),
        ({"_to_field": ""}, True),
    ],
)
def test_what_django_s_admin_would_fail_on(posted, is_malformed):
    assert bool(request_guard.malformed_admin_request_because(RequestFactory().post("/", posted))) is is_malformed


def test_who_may_store_an_answer():
    assert headers.no_store(HttpResponse()).headers["Cache-Control"] == "no-store"
    assert headers.public_for(HttpResponse(), 300).headers["Cache-Control"] == "public, max-age=300"
    private = headers.private_response(HttpResponse()).headers
    assert (private["Cache-Control"], private["Referrer-Policy"]) == ("private, no-store", "no-referrer")
    assert private["X-Robots-Tag"] == "noindex, nofollow"
    assert headers.private_response(HttpResponse(), has_form=True).headers["Referrer-Policy"] == "same-origin"


def test_see_other_is_303():
    response = SeeOther("/there/")
    assert (response.status_code, response.headers["Location"]) == (303, "/there/")
