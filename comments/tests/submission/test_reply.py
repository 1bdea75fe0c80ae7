"""Answering one comment, on a page of its own: no script, nothing kept, clear words where it cannot be."""

from datetime import timedelta

import pytest
from django.utils import timezone

from comments.models import Comment, CommentSettings
from comments.moderation import closing
from comments.tests.factories import form_of, make_comment, make_rules
from news.models import Article, Slug
from news.tests.factories import make_user
from portal.pagecache import counters
from portal.tests.markup import stands_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def parent(article):
    return make_comment(article, name="Jan Kowal", body="Parent words.", status="approved")


def test_every_comment_has_a_link_to_answer_it(client, path, parent):
    html = client.get(path).content.decode()
    link = f'<a href="{path}comments/reply/{parent.pk}/" rel="nofollow">Reply<span class="vh">: Jan Kowal</span></a>'
    assert stands_in(link, html)


def test_the_page_shows_the_comment_and_the_form_that_answers_it(client, path, parent):
    html = client.get(f"{path}comments/reply/{parent.pk}/").content.decode()
    assert "Parent words." in html and "Reply to <bdi>Jan Kowal</bdi>" in html
    assert stands_in(f'<input type="hidden" name="parent" value="{parent.pk}">', html)
    assert f'action="{path}comments/"' in html


def test_nobody_keeps_or_finds_it(client, path, parent):
    for _twice in range(2):
        response = client.get(f"{path}comments/reply/{parent.pk}/")
        assert response.headers["Cache-Control"] == "private, no-store"
        assert "noindex" in response.headers["X-Robots-Tag"]
        assert response.templates and not response.cookies


def test_its_form_still_says_to_browsers_where_it_is_sent_from(client, path, parent):
    """With no-referrer they would send `Origin: null`, which counts as another site."""
    assert client.get(f"{path}comments/reply/{parent.pk}/").headers["Referrer-Policy"] == "same-origin"


def test_sent_from_there_it_hangs_under_its_comment(client, path, article, parent):
    assert client.post(f"{path}comments/", form_of(article, parent=parent.pk)).status_code == 303
    assert Comment.objects.get(parent=parent).body == "Two days is not enough."


def test_what_is_wrong_is_said_under_the_same_comment(client, path, article, parent):
    response = client.post(f"{path}comments/", form_of(article, parent=parent.pk, email="jan@", body="Typed words."))
    html = response.content.decode()
    assert response.status_code == 422 and "no-store" in response.headers["Cache-Control"]
    assert stands_in("<title>Error: ", html) and 'id="error-summary"' in html
    assert "Parent words." in html and "Typed words." in html
    assert stands_in(f'<input type="hidden" name="parent" value="{parent.pk}">', html)
    assert article.body not in html


@pytest.mark.parametrize("status", ["pending", "spam", "trash"])
def test_what_is_not_shown_cannot_be_answered_and_nothing_of_it_is_told(client, path, article, status):
    hidden = make_comment(article, name="Hidden Person", body="Hidden words.", status=status)
    response = client.get(f"{path}comments/reply/{hidden.pk}/")
    html = response.content.decode()
    assert response.status_code == 404
    assert "This comment is not shown" in html and f"{path}#respond" in html
    assert "Hidden" not in html


@pytest.mark.parametrize("number", ["999999999999999999", "0", "01", "-1", "x", "9" * 30])
def test_a_number_of_no_comment_is_not_found(client, path, number):
    assert client.get(f"{path}comments/reply/{number}/").status_code == 404


def test_another_storys_comment_is_not_answered_here(client, path):
    elsewhere = make_comment(status="approved")
    assert client.get(f"{path}comments/reply/{elsewhere.pk}/").status_code == 404


def test_a_closed_thread_says_so_and_shows_no_form_and_no_link(client, path, article, parent):
    closing.close(article, by=make_user("Moderators"))
    response = client.get(f"{path}comments/reply/{parent.pk}/")
    assert response.status_code == 403
    assert "Comments on this story are closed." in response.content.decode()
    assert "commentform" not in response.content.decode()
    story = client.get(path).content.decode()
    assert "/comments/reply/" not in story and "/comments/report/" in story
    assert "Comments on this story are closed." in story


def test_an_old_address_leads_to_the_reply_under_the_new_one(client, address, article, path, parent):
    Slug.objects.create(slug="an-old-address", article=article)
    response = client.get(address("en", f"/news/an-old-address/comments/reply/{parent.pk}/"))
    assert (response.status_code, response["Location"]) == (301, f"{path}comments/reply/{parent.pk}/")


def test_the_notice_of_the_newsroom_stands_above_every_form(client, path, parent):
    CommentSettings.objects.create(pk=1, banner="Election week: <b>no</b> comments after ten.")
    counters.bump(counters.SITE)
    for page in (path, f"{path}comments/reply/{parent.pk}/"):
        assert "Election week: &lt;b&gt;no&lt;/b&gt; comments after ten." in client.get(page).content.decode()


@pytest.mark.parametrize("how", ["stopped", "closed", "aged"])
def test_the_notice_stands_also_where_there_is_no_form_for_now(client, path, article, parent, moderator, how):
    days = 1 if how == "aged" else 0
    make_rules(banner="We read <b>comments</b> at nine.", is_open=how != "stopped", close_after_days=days)
    if how == "closed":
        closing.close(article, by=moderator)
    Article.objects.filter(pk=article.pk).update(live_from=timezone.now() - timedelta(days=2))
    for page in (path, f"{path}comments/reply/{parent.pk}/"):
        html = client.get(page).content.decode()
        assert "commentform" not in html and "We read &lt;b&gt;comments&lt;/b&gt; at nine." in html


def test_the_form_links_the_privacy_page_in_its_language(client, address, article):
    for language in ("en", "pl"):
        privacy = address(language, "/privacy/")
        assert f'<a href="{privacy}">' in client.get(address(language, f"/news/{article.slug}/")).content.decode()
        first, second = client.get(privacy), client.get(privacy)
        assert first.status_code == 200 and first.content == second.content
        assert not second.templates and not first.cookies
