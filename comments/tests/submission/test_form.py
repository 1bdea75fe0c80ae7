"""The form as a reader meets it, and everything that is not a reader."""

from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
from django.conf import settings as portal_settings
from django.test import Client
from django.utils import timezone
from django.views.debug import SafeExceptionReporterFilter

from comments import tokens
from comments.models import Comment
from comments.moderation import closing
from comments.submission import submit, views
from comments.submission.forms import CommentForm
from comments.tests.factories import form_of, make_comment, without_limits
from news.models import Article, Slug
from news.tests.factories import make_article, make_author, make_live_article, make_live_articles, make_tag, make_user
from portal.tests.markup import stands_in

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


class Page(HTMLParser):
    """The elements of a page with their attributes, in order."""

    def __init__(self, response):
        super().__init__()
        self.elements, self.text = [], response.content.decode()
        self.feed(self.text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def by_id(self, id):
        return next(attrs for _, attrs in self.elements if attrs.get("id") == id)

    def ids(self):
        return [attrs["id"] for _, attrs in self.elements if "id" in attrs]

    def value(self, id):
        return self.by_id(id).get("value", "")


@pytest.fixture
def send(client, address):
    def sending(article, language="en", headers=None, **changed):
        path = address(language, f"/news/{article.slug}/comments/")
        return client.post(path, form_of(article, **changed), headers=headers)

    return sending


# The form


def test_the_form_stands_under_a_story_in_the_order_readers_know(client, address, article):
    page = Page(client.get(address("en", f"/news/{article.slug}/")))
    wanted = ["respond", "reply-title", "commentform", "email-notes", "comment", "author", "email", "url"]
    assert [id for id in page.ids() if id in wanted] == wanted
    names = [attrs["name"] for tag, attrs in page.elements if tag in {"input", "textarea"} and "name" in attrs]
    assert names[names.index("body") :] == [
        "body",
        "name",
        "email",
        "website",
        "tell",
        "leave",
        "parent",
        "token",
        "started",
        "proof",
    ]


def test_the_three_sentences_are_to_the_letter(client, address, article):
    text = client.get(address("en", f"/news/{article.slug}/")).content.decode()
    for sentence in (
        "Leave a Reply",
        "Your email address will not be published.",
        "Required fields are marked *",
    ):
        assert sentence in text


def test_required_fields_say_so_and_the_browser_leaves_checking_to_us(client, address, article):
    page = Page(client.get(address("en", f"/news/{article.slug}/")))
    assert "novalidate" in page.by_id("commentform")
    assert page.by_id("commentform")["method"] == "post"
    assert all("required" in page.by_id(id) for id in ("comment", "author", "email"))
    assert "required" not in page.by_id("url")
    limits = {id: page.by_id(id)["maxlength"] for id in ("comment", "author", "email", "url")}
    assert limits == {"comment": "5000", "author": "245", "email": "100", "url": "200"}
    assert "email-notes" in page.by_id("email")["aria-describedby"].split()
    assert (page.by_id("email")["type"], page.by_id("url")["type"]) == ("email", "url")


def test_the_page_with_the_form_is_the_same_for_everyone(client, address, article):
    path = address("en", f"/news/{article.slug}/")
    mine, yours = client.get(path), Client().get(path, headers={"Cookie": "sessionid=x"})
    assert mine.content == yours.content
    assert not mine.cookies and "Cookie" not in mine.headers.get("Vary", "")
    assert b"csrfmiddlewaretoken" not in mine.content


def test_nothing_about_remembering_the_reader(client, address, article):
    assert 'name="remember"' not in client.get(address("en", f"/news/{article.slug}/")).content.decode()


# Sending


@pytest.mark.parametrize("language", ["en", "pl"])
def test_a_good_comment_is_held_and_leads_back_to_the_story(send, address, article, language):
    response = send(article, language)
    assert response.status_code == 303
    assert response["Location"].startswith(address(language, f"/news/{article.slug}/") + "?held=")
    assert response["Location"].endswith("#received")
    comment = Comment.objects.get()
    assert (comment.name, comment.body, comment.status) == ("Grażyna W.", "Two days is not enough.", "pending")
    assert not response.cookies


def test_what_waits_is_on_no_page(send, client, address, article):
    send(article)
    assert "Two days is not enough." not in client.get(address("en", f"/news/{article.slug}/")).content.decode()


def test_an_answer_hangs_under_the_comment_it_answers(send, article):
    parent = make_comment(article, status="approved")
    assert send(article, parent=parent.pk).status_code == 303
    assert Comment.objects.get(parent=parent).body == "Two days is not enough."


def test_a_double_click_is_one_comment_and_the_same_answer(send, article):
    assert send(article).status_code == send(article).status_code == 303
    assert Comment.objects.count() == 1


def test_different_words_with_one_token_are_different_comments(send, article):
    without_limits()
    for number in range(3):
        send(article, body=f"Point {number}.")
    assert Comment.objects.count() == 3


def test_a_robot_in_the_trap_gets_the_same_answer_and_goes_to_spam(send, address, article):
    without_limits()
    trapped, other = send(article, leave="buy"), send(article, body="Else.")
    assert trapped.status_code == other.status_code == 303
    path = address("en", f"/news/{article.slug}/")
    assert [answer["Location"].partition("=")[0] for answer in (trapped, other)] == [path + "?held"] * 2
    assert Comment.objects.get(body="Two days is not enough.").status == "spam"


def test_opening_the_address_leads_to_the_form(client, address, article):
    response = client.get(address("en", f"/news/{article.slug}/comments/"))
    assert response.status_code == 303
    assert response["Location"] == address("en", f"/news/{article.slug}/") + "#respond"


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(client, address, article, method):
    assert getattr(client, method)(address("en", f"/news/{article.slug}/comments/")).status_code == 405


def test_an_old_address_takes_the_comment_and_leads_to_the_new_one(client, address, article):
    Slug.objects.create(slug="an-old-address", article=article)
    response = client.post(address("en", "/news/an-old-address/comments/"), form_of(article))
    assert response["Location"].startswith(address("en", f"/news/{article.slug}/") + "?held=")


# Something is wrong


def test_an_empty_form_comes_back_with_every_problem_in_the_order_of_the_form(send, article):
    response = send(article, body="", name=" ", email="")
    page = Page(response)
    assert response.status_code == 422
    assert response["Cache-Control"] == "no-store"
    links = [attrs["href"] for tag, attrs in page.elements if tag == "a" and attrs.get("href", "")[:1] == "#"]
    start = links.index("#comment")
    assert links[start : start + 3] == ["#comment", "#author", "#email"]
    assert page.by_id("error-summary") | {"role": "alert", "tabindex": "-1"} == page.by_id("error-summary")
    for id in ("comment", "author", "email"):
        field = page.by_id(id)
        assert field["aria-invalid"] == "true"
        assert f"{id}-err" in field["aria-describedby"].split()
        assert page.by_id(f"{id}-err")
    assert not Comment.objects.exists()


def test_the_summary_is_first_in_main_and_the_title_says_so(send, article):
    text = send(article, body="").content.decode()
    main = text.index("<main")
    assert main < text.index('id="error-summary"') < text.index("<h1")
    assert stands_in("<title>Error: ", text)


def test_everything_typed_is_still_there(send, article):
    page = Page(send(article, email="grazyna@terminal", body="Two <b>days</b>.", website="https://firma.pl/"))
    assert page.value("author") == "Grażyna W."
    assert page.value("email") == "grazyna@terminal"
    assert page.value("url") == "https://firma.pl/"
    assert "Two &lt;b&gt;days&lt;/b&gt;." in page.text


@pytest.mark.parametrize(
    ("field", "id", "value"),
    [
        ("body", "comment", "a" * 5001),
        ("body", "comment", "\u200b\u2060 \t" * 3),
        ("name", "author", "a" * 246),
        ("name", "author", "grazyna@example.org"),
        ("name", "author", "grazyna\uff20example\uff0eorg"),
        ("name", "author", "\u200b"),
        ("email", "email", "grazyna"),
        ("email", "email", "grazyna@terminal"),
        ("email", "email", f"{'a' * 60}@{'b' * 40}.example.org"),
        ("email", "email", "a@example.org\r\nBcc: b@example.org"),
        ("email", "email", "a@example.org, b@example.org"),
        ("website", "url", "javascript:alert(1)"),
        ("website", "url", "ftp://example.org/"),
        ("website", "url", "grazyna@example.org"),
        ("website", "url", "https://grazyna@example.org/"),
        ("website", "url", "https://firma.example/?from=grazyna@example.org"),
        ("website", "url", "https://firma.example/grazyna%40example.org"),
        ("website", "url", "https://firma.example/#grazyna%2540example.org"),
        ("website", "url", "https://firma.example/grazyna\uff20example.org"),
        ("website", "url", "https://example.org/" + "a" * 200),
        ("website", "url", "http://[::1"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_kept(send, article, field, id, value):
    response = send(article, **{field: value})
    assert response.status_code == 422
    assert Page(response).by_id(id)["aria-invalid"] == "true"
    assert not Comment.objects.exists()


def test_the_address_of_a_profile_is_no_e_mail_address(send, article):
    assert send(article, website="https://social.example/@grazyna").status_code == 303
    assert Comment.objects.get().website == "https://social.example/@grazyna"


@pytest.mark.parametrize(
    ("field", "value"),
    [("body", "ż" * 5000), ("body", "a\r\n" * 1666), ("name", "ł" * 245), ("body", "😀" * 2500), ("body", "؟")],
)
def test_lengths_are_characters_as_readers_count_them(send, article, field, value):
    assert send(article, **{field: value}).status_code == 303


def test_words_are_kept_composed_with_one_kind_of_line_end_and_without_commands(send, article):
    send(article, body="Gra\u0307z\u0307yna\r\nnext\x00\x1b[31m line\r", name="  Jan\r\n\u202eKowal\u0000ski  ")
    comment = Comment.objects.get()
    assert comment.body == "Gr\u0227\u017cyna\nnext[31m line"
    assert comment.name == "Jan Kowalski"


@pytest.mark.parametrize("length", [5001, 100_000])
def test_of_a_hundred_thousand_combining_marks_on_a_letter_thirty_are_kept(send, article, length):
    assert send(article, body="a" + "\u0315\u0300" * length + " b").status_code == 303
    body = Comment.objects.get().body
    assert len(body) <= 33 and body[0] in "aà" and body.endswith(" b")


@pytest.mark.parametrize("field", ["body", "name", "email", "website"])
def test_no_more_marks_are_put_into_their_order(field):
    """That takes time with the square of them: unbounded, minutes for one request."""
    text = CommentForm.base_fields[field].to_python("https://a.example/a" + "\u0315\u0300" * 100_000)
    assert len(text) <= len("https://a.example/a") + 30


# The token


@pytest.mark.parametrize("token", ["", "forged", "20000-", "-1-x", "٣-x", "9" * 5000, "1-2-3"])
def test_without_a_good_token_the_form_comes_back_with_a_fresh_one(send, client, address, article, token):
    response = send(article, token=token)
    page = Page(response)
    assert response.status_code == 422
    assert "send it again" in page.text
    assert page.value("author") == "Grażyna W." and "Two days is not enough." in page.text
    fresh = next(attrs["value"] for _, attrs in page.elements if attrs.get("name") == "token")
    assert send(article, token=fresh).status_code == 303


def test_a_token_is_good_for_two_weeks_and_its_own_story(article):
    today = timezone.localdate()
    for days, good in [(0, True), (14, True), (15, False), (-1, False)]:
        assert tokens.is_good(tokens.make(article, day=today - timedelta(days=days)), article, today=today) == good
    assert not tokens.is_good(tokens.make(make_live_articles(1)[0]), article)


def test_an_old_token_is_answered_like_a_missing_one(send, article):
    old = tokens.make(article, day=timezone.localdate() - timedelta(days=15))
    assert send(article, token=old).status_code == 422


# Where it was sent from


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "something-new"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.evil.example", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://testserver", "Sec-Fetch-Site": "cross-site"},
        {"Origin": ""},
    ],
)
def test_sent_from_elsewhere_it_is_refused_and_the_text_kept(send, article, headers):
    response = send(article, headers=headers)
    page = Page(response)
    assert response.status_code == 403
    assert response["Cache-Control"] == "no-store"
    assert "sent from another site" in page.text
    assert "Two days is not enough." in page.text and page.value("email") == "grazyna@example.org"
    assert not Comment.objects.exists()


def test_sending_costs_the_same_whatever_the_storys_page_prints(send, queries_of):
    without_limits()
    plain = make_live_article()
    tags, links = [make_tag(name) for name in ("Seals", "Barges")], [{"target": plain}]
    rich = make_live_article(tags=tags, links=links, authors=[make_author("H. Marzec")])
    for article in (plain, rich):
        send(article, body="The first one makes the thread.")
    cost = [queries_of(send, article, body=f"About {article.pk}.") for article in (plain, rich)]
    assert cost[0] == cost[1] and Comment.objects.count() == 4


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"},
        {"Origin": portal_settings.SITE_URL},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_sent_from_our_own_page_or_by_an_old_browser_it_is_taken(send, article, headers):
    assert send(article, headers=headers).status_code == 303


# Stories that take no comments


def test_a_closed_thread_shows_no_form_and_keeps_what_was_typed(send, client, address, article):
    closing.close(article, by=make_user("Moderators"))
    page = Page(client.get(address("en", f"/news/{article.slug}/")))
    assert "respond" in page.ids() and "commentform" not in page.ids()
    response = send(article)
    assert response.status_code == 403
    assert "Comments on this story are closed" in response.content.decode()
    assert "Two days is not enough." in response.content.decode()
    assert not Comment.objects.exists()


def test_an_unknown_or_coming_story_is_not_found(send):
    assert send(Article(slug="nowhere", pk=1)).status_code == 404
    assert send(make_article(live_from=timezone.now() + timedelta(hours=1))).status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_withdrawn_or_expired_story_is_gone(client, address, method):
    now = timezone.now()
    ended = {"live_from": now - timedelta(days=2), "live_until": now - timedelta(days=1)}
    for article in (make_article(withdrawn_at=now), make_article(**ended)):
        path = address("en", f"/news/{article.slug}/comments/")
        assert getattr(client, method)(path, form_of(article)).status_code == 410
    assert not Comment.objects.exists()


@pytest.mark.parametrize("language", ["en", "pl"])
def test_what_was_sent_to_a_story_that_is_gone_can_be_copied_and_is_kept_by_nobody(client, address, language):
    article = make_article(withdrawn_at=timezone.now())
    path = address(language, f"/news/{article.slug}/comments/")
    client.get(path)  # kept, for everybody
    response = client.post(path, form_of(article, body="Seals <b>are</b> late."))
    assert response.status_code == 410
    assert response.headers["Cache-Control"] == "no-store"
    assert "readonly" in Page(response).by_id("comment")
    assert "Seals &lt;b&gt;are&lt;/b&gt; late." in response.content.decode()
    assert "commentform" not in Page(response).ids() and "grazyna@example.org" not in response.content.decode()
    assert "comment" not in Page(client.get(path)).ids()


@pytest.mark.parametrize("status", ["pending", "spam", "trash"])
def test_answering_what_is_not_shown_is_refused_and_the_second_try_works(send, article, status):
    parent = make_comment(article, status=status)
    response = send(article, parent=parent.pk)
    page = Page(response)
    assert response.status_code == 403
    assert "no longer shown" in page.text
    assert next(attrs["value"] for _, attrs in page.elements if attrs.get("name") == "parent") == ""


@pytest.mark.parametrize("parent", ["0", "-1", "x", "9" * 19, "9" * 6000, "1.5", "999999", "1'--"])
def test_a_forged_parent_is_a_clear_answer(send, article, parent):
    assert send(article, parent=parent).status_code == (403 if parent == "999999" else 422)
    assert not Comment.objects.exists()


def test_another_storys_comment_is_no_parent_here(send):
    here, there = make_live_articles(2)
    assert send(here, parent=make_comment(there, status="approved").pk).status_code == 403


# Robots


@pytest.fixture
def post(client, address, article):
    def posting(content, content_type="application/x-www-form-urlencoded"):
        path = address("en", f"/news/{article.slug}/comments/")
        return client.generic("POST", path, content, content_type=content_type)  # post() would encode it

    return posting


def test_forged_columns_change_nothing(send, article):
    send(article, status="approved", decided_by="1", article_id="1", created_at="2001-01-01", id="77", key="x")
    comment = Comment.objects.get()
    assert (comment.status, comment.article, comment.decided_by) == ("pending", article, None)
    assert comment.pk != 77 and comment.created_at.year > 2001


def test_lists_for_single_values_count_as_their_last(post, article):
    filled = [(name, value) for name, value in form_of(article).items()]
    assert post(urlencode([("body", "first"), ("name", "first"), *filled])).status_code == 303
    assert Comment.objects.get().name == "Grażyna W."


def test_names_in_brackets_are_no_values(post, article):
    assert post(urlencode({f"{name}[]": value for name, value in form_of(article).items()})).status_code == 422


@pytest.mark.parametrize(
    "content",
    [b"", b"&&&===", b"body=%ED%A0%80&name=%00&email=%FF", b"%", b"body=" + b"%C5" * 900, b"\xff\xfe\x00" * 99],
)
def test_broken_bytes_are_a_clear_answer(post, content):
    assert post(content).status_code == 422


def test_a_lone_surrogate_shows_again_as_a_replacement(article):
    form = CommentForm(article, {"body": "a\ud800b", "name": "\udfff", "email": "\ud800"})
    assert not form.is_valid()
    assert form["body"].value() == "a\ufffdb"
    "".join(str(form[name]) for name in ("body", "name", "email")).encode()


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded; charset=utf-7",
        "multipart/form-data; boundary=x; charset=utf-7",
        "multipart/form-data; boundary=x; charset=zlib_codec",
        "multipart/form-data; boundary=x; charset=unicode_escape",
        "multipart/form-data",
        "multipart/form-data; boundary=" + "x" * 300,
    ],
)
def test_strange_encodings_are_bad_requests(post, content_type):
    body = b'--x\r\nContent-Disposition: form-data; name="body"\r\n\r\n+2AA-\r\n--x--\r\n'
    assert post(body, content_type).status_code == 400


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "", "x", "multipart/form-data; boundary=x"])
def test_other_content_is_an_empty_form(post, content_type):
    assert post(b'{"body": "x"}', content_type).status_code == 422


def test_a_megabyte_is_too_long_and_more_is_not_read(post, article):
    assert post(urlencode(form_of(article, body="word " * 200_000))).status_code == 422
    assert post(urlencode(form_of(article, body="word " * 600_000))).status_code == 400
    assert post(urlencode(form_of(article)) + "&a=1" * 2000).status_code == 400


def test_a_file_where_words_belong_is_no_comment(client, address, article, tmp_path):
    file = tmp_path / "body.txt"
    file.write_text("words")
    with file.open() as opened:
        response = client.post(address("en", f"/news/{article.slug}/comments/"), form_of(article, body=opened))
    assert response.status_code == 422


# What a crash would tell


def test_a_report_of_a_crash_has_neither_address_nor_name(rf, article, monkeypatch):
    request = rf.post(f"/news/{article.slug}/comments/", form_of(article))
    monkeypatch.setattr(submit, "submit", lambda *args, **said: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        views.comments(request, slug=article.slug)
    shown = SafeExceptionReporterFilter().get_post_parameters(request)
    assert "grazyna" not in str(shown["email"]) and "Grażyna" not in str(shown["name"])


def test_any_nonsense_is_a_clear_answer(client, address, article):
    hypothesis = pytest.importorskip("hypothesis")
    st = hypothesis.strategies
    path = address("en", f"/news/{article.slug}/comments/")
    texts = st.text(st.characters(exclude_categories=[]), max_size=300)

    @hypothesis.settings(
        max_examples=40, deadline=None, database=None, suppress_health_check=list(hypothesis.HealthCheck)
    )
    @hypothesis.given(st.dictionaries(st.sampled_from(sorted(form_of(article))), texts))
    def fuzz(changed):
        sent = urlencode(form_of(article, **changed), errors="surrogatepass")
        response = client.post(path, sent, content_type="application/x-www-form-urlencoded")
        assert response.status_code in {303, 403, 422}

    without_limits()
    fuzz()
    assert not Comment.objects.exclude(status__in=["pending", "spam"]).exists()


@pytest.mark.parametrize("field", ["name", "body"])
def test_what_nobody_sees_is_no_name_and_no_comment(send, article, field):
    assert send(article, **{field: "\u3164\u2800\u115f"}).status_code == 422
    assert not Comment.objects.exists()
