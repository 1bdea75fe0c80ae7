"""The main job on a real input, as the people do it: from a text file to a comment under a published story."""

from io import StringIO

import pytest
from django.core.management import call_command

from comments.models import Comment, CommenterEmail
from news.models import Article, WorkingCopy
from news.tests.factories import make_section, make_user
from portal.tests.browser.browser import go

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# The shape of the article the portal was made for, in words of our own.
FILE = """Port of Hanoi opens a night counter

Hanoi: The customs office at the river port has begun to release containers after ten in the evening.

Lorries that used to wait for the morning now leave before midnight. The terminal counted forty on the first night.

READ  A headline that is not here yet

The office will decide in spring whether the counter stays.

Dodaj komentarz

Twój adres e-mail nie zostanie opublikowany. Wymagane pola są oznaczone *
"""


@pytest.fixture
def seed_file(tmp_path):
    path = tmp_path / "hanoi.txt"
    path.write_text(FILE, encoding="utf-8")
    (tmp_path / "tags.csv").write_text("kind,slug,en,pl,aliases\nplace,hanoi,Hanoi,Hanoi,\n", encoding="utf-8")
    return path


def open_story(page, headline):
    page.goto("/admin/news/workingcopy/")
    page.get_by_role("link", name=headline).first.click()
    page.locator(".cke_wysiwyg_div").wait_for()


def press(page, step):
    go(page.locator(".nr-steps").get_by_role("button", name=step, exact=True))


def test_a_file_becomes_a_story_that_readers_discuss(person, seed_file):
    make_section(name="Procedures", names={"pl": "Procedury"})
    call_command("load_seeds", str(seed_file.parent), stdout=StringIO())
    reporter, editor = person(make_user("Reporters")), person(make_user("Editors"))
    chief, moderator = person(make_user("Chief editors")), person(make_user("Moderators"))

    # The reporter finds the imported draft, changes it and submits it.
    open_story(reporter, "Port of Hanoi opens a night counter")
    assert reporter.locator("#id_dateline").input_value() == "Hanoi"
    assert "A headline that is not here yet" in reporter.locator(".nr-check").inner_text()
    reporter.fill("#id_headline", "Hanoi's river port opens a night counter")
    press(reporter, "Submit for review")

    # The editor returns it and says why; the reporter reads that, types into the editor, submits again.
    open_story(editor, "Hanoi's river port")
    editor.get_by_text("Return for changes…").click()
    editor.locator(".nr-ask[open] textarea").fill("How many lorries wait on other nights?")
    go(editor.locator(".nr-ask[open] button"))
    open_story(reporter, "Hanoi's river port")
    assert "How many lorries wait on other nights?" in reporter.locator(".nr-history").inner_text()
    reporter.locator(".cke_wysiwyg_div").get_by_text("The office will decide in spring").click()
    reporter.keyboard.press("End")
    reporter.keyboard.type(" On other nights about ninety wait.")
    press(reporter, "Submit for review")

    # The editor approves, the chief publishes; until then there is nothing for readers.
    article = Article.objects.get()
    open_story(editor, "Hanoi's river port")
    press(editor, "Approve")
    assert WorkingCopy.objects.get().stage == "approved"
    assert not Article.objects.live().exists()
    open_story(chief, "Hanoi's river port")
    press(chief, "Publish now")
    article.refresh_from_db()
    assert article.is_live()

    # A reader opens it in Polish, on a phone and without JavaScript, and sends the form empty.
    reader = person(java_script_enabled=False, viewport={"width": 390, "height": 800})
    reader.goto(f"/pl/news/{article.slug}/")
    words = reader.locator("main").inner_text()
    assert "On other nights about ninety wait." in words
    assert "A headline that is not here yet" not in words
    assert reader.locator("#reply-title").inner_text() == "Dodaj komentarz"
    assert "Twój adres e-mail nie zostanie opublikowany." in reader.locator("#commentform").inner_text()
    assert "Wymagane pola są oznaczone *" in reader.locator("#commentform").inner_text()
    reader.fill("#comment", "Czy okienko działa też w święta?")
    with reader.expect_response(lambda response: response.request.method == "POST") as answer:
        go(reader.locator("#commentform button"))
    assert answer.value.status == 422
    assert reader.title().startswith("Błąd: ")
    assert reader.locator("#error-summary a").count() == 2
    assert reader.input_value("#comment") == "Czy okienko działa też w święta?"

    # Filled in, the same words arrive, and wait.
    reader.fill("#author", "Grażyna W.")
    reader.fill("#email", "grazyna@reader.example")
    go(reader.locator("#commentform button"))
    assert reader.url.endswith("#received")
    assert reader.locator("#received").is_visible()
    assert "Czy okienko działa też w święta?" not in reader.locator(".thread").all_inner_texts()
    assert Comment.objects.get().status == Comment.Status.PENDING
    assert "grazyna" not in CommenterEmail.objects.get().address

    # The moderator approves it from the queue, and there it is.
    moderator.goto("/admin/comments/comment/")
    assert "Czy okienko działa też w święta?" in moderator.locator(".nr-qdetail").inner_text()
    go(moderator.get_by_role("button", name="Approve").first)
    moderator.get_by_text("You approved").wait_for()
    reader.goto(f"/pl/news/{article.slug}/")
    assert "Czy okienko działa też w święta?" in reader.locator(".thread").inner_text()
    assert reader.locator("#ch").inner_text() == "1 komentarz"
    assert "grazyna@reader.example" not in reader.content()
