"""What no browser sends is a clear 400 on every page, and never an error of ours."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from news.models import Article
from news.tests.factories import make_copy, make_live_article, make_section, make_user

pytestmark = pytest.mark.django_db
QUOTED_NUL = 'sessionid="\\000aaaaaaaaaa"'  # Django undoes what such quotes hold
LIST = reverse("admin:news_workingcopy_changelist")


@pytest.fixture
def admin(client):
    client.force_login(make_user("Chief editors", is_superuser=True))
    return client


@pytest.mark.parametrize("path", ["/", "/nothing/", "/health/live", "/static/site/site.css", "/admin/", LIST])
@pytest.mark.parametrize(
    "request_of",
    [
        lambda client, path: client.get(f"{path}%00/"),
        lambda client, path: client.get(f"{path}?q=%00"),
        lambda client, path: client.get(f"{path}?a%00b"),
        lambda client, path: client.get(path, headers={"cookie": QUOTED_NUL}),
        lambda client, path: client.get(path, headers={"content-type": "text/html; charset=utf-7"}),
    ],
)
def test_a_nul_or_another_charset_is_a_bad_request_everywhere(admin, path, request_of):
    response = request_of(admin, path)
    assert response.status_code == 400
    assert response.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("charset", ["utf-7", "utf-16", "unicode_escape", "base64", "idna", "bogus", '""'])
@pytest.mark.parametrize("path", ["/admin/login/", "/admin/comments/comment/", "/news/x/comments/"])
def test_forms_come_in_utf_8(admin, path, charset):
    body = b'--x\r\nContent-Disposition: form-data; name="username"\r\n\r\n\\ud800\r\n--x--'
    content_type = f"multipart/form-data; boundary=x; charset={charset}"
    assert admin.generic("POST", path, body, content_type=content_type).status_code == 400


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"'])
def test_utf_8_may_be_named(client, address, charset):
    content_type = f"application/x-www-form-urlencoded; charset={charset}"
    path = address("en", f"/news/{make_live_article().slug}/comments/")
    assert client.generic("POST", path, b"body=x", content_type=content_type).status_code == 422


@pytest.mark.parametrize(("language", "sentence"), [("en", "We could not read"), ("pl", "Nie udało się odczytać")])
def test_the_page_says_so_in_the_language_of_the_address_or_the_person(client, address, language, sentence):
    response = client.get(address(language, "/") + "?q=%00")
    assert sentence in response.content.decode()
    assert f'<html lang="{language}"' in response.content.decode()
    client.force_login(make_user(admin_language=language))
    copy = make_copy()
    response = client.get(reverse("admin:news_workingcopy_change", args=[copy.pk]) + "?_to_field=")
    assert (response.status_code, response.headers["Content-Language"]) == (400, language)


def test_a_percent_sign_that_stands_for_itself_is_no_nul(client, address):
    assert client.get(address("en", "/") + "?q=%2500").status_code == 200


# The newsroom


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("page", ["news_workingcopy_change", "news_section_change"])
def test_a_field_without_a_name_is_a_bad_request(admin, method, page):
    subject = make_copy() if "copy" in page else make_section()
    path = reverse(f"admin:{page}", args=[subject.pk])
    assert getattr(admin, method)(f"{path}?_to_field=").status_code == 400
    assert admin.post(path, {"_to_field": ""}).status_code == 400


@pytest.mark.parametrize("selected", ["", "abc", "-1", "1:1", "٣", "9" * 5000, "\0"])
@pytest.mark.parametrize(
    ("path", "action"),
    [(LIST, "publish_selected"), ("/admin/portal/job/", "try_again"), ("/admin/auth/group/", "delete_selected")],
)
def test_a_selected_row_that_is_no_number_is_a_bad_request(admin, path, action, selected):
    sent = {"action": action, "index": "0", "select_across": "0", "_selected_action": ["1", selected]}
    assert admin.post(path, sent).status_code == 400


@pytest.mark.parametrize(
    "query", ["stage=nonsense", "language=xx", "section=abc", "section=99999", "view=x", "public=x"]
)
def test_a_filter_the_list_does_not_offer_hides_nothing(admin, query):
    make_copy()
    assert len(admin.get(f"{LIST}?{query}").context["cl"].result_list) == 1


def test_a_story_without_an_address_is_not_found_on_the_site(admin):
    stories = ContentType.objects.get_for_model(Article).pk
    draft, live = make_copy(), make_live_article()
    assert admin.get(f"/admin/r/{stories}/{draft.pk}/").status_code == 404
    assert admin.get(f"/admin/r/{stories}/abc/").status_code == 404
    assert admin.get(f"/admin/r/{stories}/{live.pk}/").headers["Location"].endswith(live.get_absolute_url())
