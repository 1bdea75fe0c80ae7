"""What readers do with comments, in a real browser: without a script, with it, in Polish, on a small phone."""

import re

import pytest

from comments import tokens
from comments.models import Comment, CommentSettings, Report
from comments.moderation import closing
from comments.tests.factories import make_comment, make_comments, without_limits
from news.tests.factories import make_live_article, make_section, make_user
from portal.tests.browser.browser import VIEWS, findings, go

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def story():
    without_limits()
    return make_live_article(headline="A night counter", section=make_section(name="Origin"))


@pytest.fixture
def comment(story):
    return make_comment(story, name="Jan Kowal", body="Parent words.", status="approved")


def fill(page, words, name="Ewa Wrona"):
    page.fill("#comment", words)
    page.fill("#author", name)
    page.fill("#email", "ewa@reader.example")
    go(page.locator("#commentform button"))


def test_a_reader_without_javascript_sends_sees_answers_and_reports(person, address, story, comment):
    reader = person(java_script_enabled=False)
    path = address("en", f"/news/{story.slug}/")
    reader.goto(path)
    fill(reader, "First thought.\n\nSee https://port.example/.")
    assert reader.url.endswith("#received") and path in reader.url
    mine = reader.locator("#received")
    assert "only you see it" in mine.inner_text() and "First thought." in mine.inner_text()
    assert mine.get_by_role("link", name="https://port.example/").get_attribute("rel") == "nofollow ugc noopener"
    reader.goto(path)
    assert "First thought." not in reader.content() and not reader.locator("#received").is_visible()

    go(reader.locator(f"#comment-{comment.pk} >> text=Reply"))
    assert "Parent words." in reader.locator(".thread").inner_text()
    fill(reader, "An answer.", name="")
    assert reader.title().startswith("Error: ")
    assert "Parent words." in reader.locator(".thread").inner_text()
    fill(reader, "An answer.")
    assert "An answer." in reader.locator("#received").inner_text()
    assert Comment.objects.get(body="An answer.").parent == comment

    reader.goto(path)
    go(reader.locator(f"#comment-{comment.pk} >> text=Report"))
    go(reader.locator("#reportform button"))
    assert reader.locator("#error-summary a").count() == 1
    reader.select_option("#reason", "abusive")
    reader.fill("#words", "He insults.")
    go(reader.locator("#reportform button"))
    assert "Thank you for your report" in reader.inner_text("h1")
    assert Report.objects.get().text == "He insults."
    go(reader.get_by_role("link", name="Back to the comments"))
    assert reader.url.endswith(f"{path}#comment-{comment.pk}")
    assert reader.context.cookies() == []


def test_the_browser_remembers_who_agreed_and_forgets_at_once(person, address, story):
    reader = person()
    path = address("en", f"/news/{story.slug}/")
    reader.goto(path)
    fill(reader, "Without agreeing.")
    assert reader.evaluate("localStorage.length") == 0

    reader.goto(path)
    assert reader.input_value("#author") == ""
    assert not reader.is_checked("#remember")
    reader.check("#remember")
    fill(reader, "Agreed.")
    reader.locator("#received").get_by_text("Agreed.").wait_for()
    reader.goto(path)
    assert reader.is_checked("#remember")
    assert (reader.input_value("#author"), reader.input_value("#email")) == ("Ewa Wrona", "ewa@reader.example")
    assert reader.input_value("[name=proof]")
    fill(reader, "Again.")
    assert Comment.objects.count() == 3

    reader.goto(path)
    reader.uncheck("#remember")
    assert reader.evaluate("localStorage.length") == 0
    reader.reload()
    assert reader.input_value("#author") == ""
    assert "ewa" not in reader.context.request.get(path).text().lower()
    assert reader.context.cookies() == []


def test_what_is_remembered_overwrites_nothing_somebody_typed(person, address, story):
    reader = person()
    reader.goto(address("en", f"/news/{story.slug}/"))
    reader.evaluate("localStorage.setItem('commenter', JSON.stringify({name: 'Old', email: 'old@reader.example'}))")
    fill(reader, "", name="New Name")
    assert reader.title().startswith("Error: ")
    assert reader.input_value("#author") == "New Name"


def test_characters_are_counted_as_people_count_them_and_how_long_it_took_is_sent(person, address, story):
    reader = person()
    reader.goto(address("en", f"/news/{story.slug}/"))
    left = reader.locator("#comment + .hint")
    assert left.inner_text().endswith("5000")
    reader.fill("#comment", "😀ż")
    assert left.inner_text().endswith("4998")
    reader.fill("#comment", "a" * 5001)
    assert left.inner_text().endswith("-1") and len(reader.input_value("#comment")) == 5001
    with reader.expect_request(lambda request: request.method == "POST") as sent:
        reader.click("#commentform button")
    first = int(re.search(r"started=(\d+)", sent.value.post_data)[1])
    assert 0 < first < 60_000
    with reader.expect_request(lambda request: request.method == "POST") as sent:
        reader.click("#commentform button")
    assert int(re.search(r"started=(\d+)", sent.value.post_data)[1]) > first


@pytest.mark.parametrize("view", VIEWS)
def test_no_page_of_readers_comments_has_a_finding(person, address, story, comment, view):
    moderator = make_user("Moderators")
    CommentSettings.objects.update_or_create(pk=1, defaults={"page_size": 10})
    make_comments(12, story, by=moderator)
    Comment.objects.filter(pk=comment.pk).update(staff=moderator, edited_at=comment.created_at)
    for colour, row in enumerate(Comment.objects.order_by("-pk")[:12]):
        Comment.objects.filter(pk=row.pk).update(colour=colour)
    page = person(bypass_csp=True, **view)
    path = address("en", f"/news/{story.slug}/")
    polish = address("pl", f"/news/{story.slug}/")
    pages = [path, f"{path}comments/page/2/", f"{polish}comments/reply/{comment.pk}/"]
    pages += [f"{path}comments/report/{comment.pk}/", f"{path}comments/reported/{comment.pk}/"]
    pages += [f"{path}comments/reply/999/", address("pl", "/privacy/")]
    told = make_comment(story, notify_language="pl")
    pages += [f"{path}comments/{act}/{tokens.receipt(told)}/" for act in ("change", "take-back")]
    pages += [f"{path}comments/change/ended/", f"{path}comments/taken-back/"]
    pages += [address("en", f"/mail/confirm/{tokens.confirmation(told.commenter_email.subscription)}/")]
    pages += [
        address("en", f"/mail/stop/{tokens.ending(told.commenter_email.subscription)}/"),
        address("en", "/mail/stop/x/"),
    ]
    for place in pages:
        page.goto(place)
        assert findings(page) == [], place
    page.goto(path)
    fill(page, "Held words.")
    assert "Held words." in page.locator("#received").inner_text()
    assert findings(page) == []


def test_without_javascript_a_sender_changes_their_words_and_then_takes_them_back(person, address, story):
    page = person(java_script_enabled=False)
    page.goto(address("en", f"/news/{story.slug}/"))
    fill(page, "Three days are enough.")
    held = page.url
    go(page.get_by_role("link", name="Change it"))
    page.fill("#comment", "")
    go(page.get_by_role("button", name="Change the comment"))
    assert page.title().startswith("Error: ")
    page.fill("#comment", "Three days are not enough.")
    go(page.get_by_role("button", name="Change the comment"))
    assert "Three days are not enough." in page.locator("#received").inner_text()
    go(page.get_by_role("link", name="Take it back"))
    go(page.get_by_role("button", name="Delete my comment"))
    assert page.get_by_text("Your comment is deleted").is_visible()
    assert not Comment.objects.filter(body__startswith="Three days").exists()
    page.goto(held)
    assert "Three days" not in page.content()


def test_on_the_smallest_phone_nothing_scrolls_sideways(person, address, story):
    moderator, parent = make_user("Moderators"), None
    for depth in range(5):
        long = {"name": "Brunhildegard" * 5, "body": f"{depth} https://port.example/{'long' * 40} {'word' * 60}"}
        parent = make_comment(story, parent=parent, status="approved", by=moderator, **long)
    reader = person(viewport={"width": 320, "height": 640}, java_script_enabled=False)
    path = address("pl", f"/news/{story.slug}/")
    pages = [path, f"{path}comments/reply/{parent.pk}/", f"{path}comments/report/{parent.pk}/"]
    for place in [*pages, address("pl", "/privacy/")]:
        reader.goto(place)
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert reader.evaluate(wide) == 0, place
    assert reader.locator("html").get_attribute("lang") == "pl"


def test_closing_takes_the_form_and_leaves_the_conversation(person, address, story, comment):
    closing.close(story, by=make_user("Moderators"))
    reader = person(java_script_enabled=False)
    reader.goto(address("en", f"/news/{story.slug}/"))
    assert "Comments on this story are closed." in reader.inner_text("#respond")
    assert reader.locator("#commentform").count() == 0
    assert "Parent words." in reader.inner_text(".thread")
    assert reader.locator("a[href*='/reply/']").count() == 0
