"""A moderator who touches nothing but the keyboard, and what two of them see of each other."""

import itertools

import pytest

from comments import emails
from comments.models import Comment, CommentSettings, Report, Thread
from comments.moderation import closing, edits
from comments.tests.factories import make_comment
from news.tests.factories import make_live_article, make_user
from portal.tests.browser.browser import VIEWS, findings, go

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
QUEUE = "/admin/comments/comment/"
# The page is whole, its script has run, and the comment in question is by this person.
ARRIVED = """name => document.readyState === 'complete'
    && document.querySelector('.nr-comment h2 bdi')?.textContent === name"""


@pytest.fixture
def ruth():
    return make_user("Moderators", first_name="Ruth", last_name="Okafor")


@pytest.fixture
def article():
    return make_live_article(headline="Battery packs get a line")


def statuses():
    return dict(Comment.objects.values_list("name", "status"))


def test_a_whole_morning_without_a_mouse(person, ruth, article):
    for name in ("Late", "Spammer", "Rude", "Question", "Typo", "First"):
        make_comment(article, name=name, body=f"{name}: seals are blue.")
    page = person(ruth)
    page.goto(QUEUE)

    def arrive_at(name):
        page.wait_for_function(ARRIVED, arg=name)

    def press(key, then):
        page.keyboard.press(key)
        arrive_at(then)

    arrive_at("First")
    press("a", then="Typo")

    page.keyboard.press("e")
    assert page.evaluate("document.activeElement.id") == "id_words"
    page.keyboard.press("Control+a")
    page.keyboard.type("Typo: seals are jar red.")  # with the letters that are keys elsewhere
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator(".nr-edits").wait_for()
    arrive_at("Typo")
    press("a", then="Question")

    page.keyboard.press("y")
    assert page.evaluate("document.activeElement.id") == "id_answer"
    page.keyboard.type("They are.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    arrive_at("Rude")

    page.keyboard.press("r")
    assert page.evaluate("document.activeElement.value").startswith("reject.")
    press("2", then="Spammer")
    press("s", then="Late")
    press("u", then="Spammer")
    press("j", then="Late")
    press("k", then="Spammer")
    page.keyboard.press("x")
    assert page.locator(".actions").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator(".actions").is_visible()
    page.keyboard.press("x")
    press("t", then="Late")

    assert statuses() == {
        "First": "approved",
        "Typo": "approved",
        "Question": "approved",
        "Ruth Okafor": "approved",
        "Rude": "trash",
        "Spammer": "trash",
        "Late": "pending",
    }
    edited = Comment.objects.get(name="Typo")
    assert (edited.body, edited.original) == ("Typo: seals are jar red.", "Typo: seals are blue.")
    assert Comment.objects.get(staff=ruth).parent.name == "Question"
    assert Thread.objects.get().approved_count == 4


def test_what_is_selected_stays_so_on_the_way_to_the_next_comment_and_not_for_ever(person, ruth, article):
    for name in ("Third", "Second", "First"):
        make_comment(article, name=name)
    page = person(ruth)
    page.goto(QUEUE)
    for key, then in (("x", "First"), ("j", "Second"), ("x", "Second")):
        page.keyboard.press(key)
        page.wait_for_function(ARRIVED, arg=then)
    assert page.locator(".action-counter").inner_text() == "Selected: 2 / 3"
    page.keyboard.press("s")
    page.get_by_text("You marked 2 comments as spam.").wait_for()
    assert statuses() == {"First": "spam", "Second": "spam", "Third": "pending"}
    page.goto(QUEUE)
    assert page.locator(".action-select:checked").count() == 0


def test_on_a_phone_no_button_for_the_selection_lies_on_another(person, ruth, article):
    make_comment(article)
    for width, language in ((390, "pl"), (390, "en"), (640, "en")):
        ruth.admin_language = language
        page = person(ruth, viewport={"width": width, "height": 844})
        page.goto(QUEUE)
        page.locator(".nr-qi input").check()
        boxes = [button.bounding_box() for button in page.locator(".actions .button").all()]
        assert len(boxes) == 4
        for one, other in itertools.combinations(boxes, 2):
            is_beside = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
            assert is_beside or one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]


def test_all_of_a_wave_goes_with_a_box_and_a_key_and_comes_back_with_another(person, ruth, article):
    for number in range(60):
        make_comment(article, name="cheap_visa", body=f"Visa {number}")
    page = person(ruth)
    page.goto(QUEUE)
    page.locator(".nr-all input").focus()
    page.keyboard.press("Space")
    assert page.locator(".action-counter").inner_text() == "All 60 of this list"
    page.keyboard.press("s")
    page.get_by_text("You marked 60 comments as spam.").wait_for()
    assert set(statuses().values()) == {"spam"} and Comment.objects.filter(status="spam").count() == 60
    page.keyboard.press("u")
    page.get_by_text("Taken back: 60 comments.").wait_for()
    assert Comment.objects.filter(status="pending").count() == 60


def test_keys_are_listed_and_can_be_turned_off(person, ruth, article):
    make_comment(article)
    page = person(ruth)
    page.goto(QUEUE)
    page.keyboard.press("?")
    page.locator("#use-keys").uncheck()
    page.locator("h1").first.click()
    page.keyboard.press("a")
    page.wait_for_timeout(300)
    assert set(statuses().values()) == {"pending"}
    page.reload()
    page.keyboard.press("a")
    page.wait_for_timeout(300)
    assert set(statuses().values()) == {"pending"}


def test_two_moderators_are_told_of_each_other_and_nobody_is_kept_waiting(person, ruth, article):
    comment = make_comment(article)
    anna, tom = person(make_user("Moderators", first_name="Anna", last_name="Nowak")), person(ruth)
    with anna.expect_response("**/claim/"):
        anna.goto(QUEUE)
    tom.goto(f"{QUEUE}?c={comment.pk}")
    assert tom.get_by_text("Anna Nowak is looking at this comment.").is_visible()
    tom.keyboard.press("a")
    tom.get_by_text("You approved the comment").wait_for()
    with anna.expect_response("**/claim/"):
        anna.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    anna.get_by_text("Decision by Ruth Okafor").wait_for()
    anna.keyboard.press("s")
    anna.locator(".messagelist").get_by_text("Decision by Ruth Okafor").wait_for()
    assert Comment.objects.get().status == "approved"


def test_without_scripts_everything_is_there(person, ruth, article):
    comment = make_comment(article, body="Seals are blue.")
    page = person(ruth, java_script_enabled=False)
    page.goto(QUEUE)
    page.locator("summary", has_text="Edit").click()
    page.fill("#id_words", "Seals are red.")
    go(page.locator('button[formaction*="/edit/"]'))
    page.locator("summary", has_text="Reply").click()
    page.fill("#id_answer", "They are.")
    go(page.locator('button[formaction*="/answer/"]'))
    comment.refresh_from_db()
    assert (comment.body, comment.status, comment.replies.count()) == ("Seals are red.", "approved", 1)
    page.goto(f"{QUEUE}?view=approved")
    page.locator(".nr-all input").check()
    go(page.locator(".actions button", has_text="Trash"))
    assert set(statuses().values()) == {"trash"}
    go(page.locator('button[formaction*="/undo/"]'))
    assert set(statuses().values()) == {"approved"}


def test_comments_are_stopped_everywhere_and_taken_again(person, ruth, article):
    page, reader = person(ruth), person()
    page.goto(QUEUE)
    page.locator("summary", has_text="Stop taking comments").click()
    page.fill("#id_banner", "We are drowning in spam. Back at noon.")
    go(page.locator("button[value=stop]"))
    assert page.get_by_text("No story takes comments at the moment.").is_visible()
    assert not CommentSettings.current().is_open
    assert closing.closed_because(article)
    reader.goto(article.get_absolute_url())
    assert reader.locator("#commentform button").count() == 0
    page.locator("summary", has_text="Take comments again").click()
    go(page.locator("button[value=resume]"))
    assert CommentSettings.current().is_open


def test_comments_are_closed_from_the_storys_form(person, article):
    chief = make_user("Chief editors")
    page = person(chief)
    page.goto(f"/admin/news/workingcopy/{article.pk}/change/")
    page.click('button[formaction$="/close/"]')
    page.get_by_text("Comments on this story are closed.").wait_for()
    assert Thread.objects.get().is_closed
    page.click('button[formaction$="/reopen/"]')
    page.get_by_text("Comments on this story are open.").wait_for()
    assert not Thread.objects.get().is_closed


@pytest.mark.parametrize("view", VIEWS)
def test_no_finding_on_any_state_of_the_queue(person, ruth, article, view):
    CommentSettings.objects.create(pk=1, hold_wordlist="blue")
    root = make_comment(article, name="Grażyna W.", status="approved")
    held = make_comment(article, parent=root, body="Seals are blue: https://a.example and https://b.example/")
    make_comment(article)
    Report.objects.create(comment=root, reason="abusive", text="Rude.", address=emails.encrypt("a@example.org"))
    edits.edit(root, "Other words.", by=ruth, expected=root.state_token)
    page = person(ruth, bypass_csp=True, **view)
    page.goto(f"{QUEUE}?c={held.pk}")
    assert page.locator(".nr-hit").count() == 3
    assert findings(page) == []
    page.goto(f"{QUEUE}?view=reported")
    assert findings(page) == []
    for summary in page.locator(".nr-inplace > summary, .nr-switch summary, .nr-around > summary").all():
        summary.click()
    if page.locator(".nr-keys summary").is_visible():
        page.locator(".nr-keys summary").click()
    assert findings(page) == []
    page.locator(".nr-all input").check()
    assert findings(page) == []
    page.goto(f"{QUEUE}?c={held.pk}")
    page.locator("summary", has_text="Decide about this person").click()
    assert findings(page) == []
    page.get_by_role("button", name="Hold everything from this person").click()
    page.get_by_text("Everything from this person is held").wait_for()
    page.get_by_role("button", name="Everything from this person", exact=True).click()
    page.get_by_role("button", name="Export").wait_for()
    assert findings(page) == []
