"""The checklist as an editor sees it: it follows the typing, and leads to the place that mends each point."""

import pytest

from news import body
from news.editorial import workflow
from news.models import WorkingCopy
from news.tests.factories import make_copy, make_live_article, make_tag, make_user
from portal.tests.browser.browser import VIEWS, findings

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NO_HEADLINE, NO_TEXT = "The story has no headline.", "The story has no text."


def open_copy(page, copy):
    page.goto(f"/admin/news/workingcopy/{copy.pk}/change/")
    page.locator(".cke_wysiwyg_div").wait_for()


def points(page):
    return page.locator(".nr-check")


def is_focused(page, selector):
    return page.locator(selector).evaluate("element => element === document.activeElement")


def test_a_point_goes_when_what_it_asks_for_is_typed_and_nothing_is_saved(person):
    copy = make_copy(headline="", body="", standfirst="S", source="S", tags=[make_tag()])
    page = person(make_user("Reporters"))
    open_copy(page, copy)
    points(page).get_by_text(NO_HEADLINE).wait_for()
    assert page.locator(".nr-checksum").inner_text() == "2 to fix"
    page.locator("#id_headline").press_sequentially("Seals on barges")
    points(page).get_by_text(NO_HEADLINE).wait_for(state="detached")
    assert is_focused(page, "#id_headline")
    page.keyboard.type(" again")
    assert page.locator("#id_headline").input_value() == "Seals on barges again"
    points(page).get_by_role("link", name=f"Go there: {NO_TEXT}").click()
    assert is_focused(page, ".cke_wysiwyg_div")
    page.keyboard.type("Ian Saunders spoke. What Sanders meant is open.")
    points(page).get_by_text("Is it “Saunders” or “Sanders”?").wait_for()
    assert page.locator(".nr-checksum").inner_text() == "1 to look at"
    assert page.locator(".nr-paperfoot").inner_text() == "8 words"
    assert is_focused(page, ".cke_wysiwyg_div")
    assert WorkingCopy.objects.get().headline == ""


def test_a_new_story_has_its_list_once_something_is_typed(person):
    page = person(make_user("Reporters"))
    page.goto("/admin/news/workingcopy/add/")
    page.locator(".cke_wysiwyg_div").wait_for()
    assert points(page).is_hidden()
    page.locator("#id_headline").press_sequentially("Seals")
    points(page).get_by_text(NO_TEXT).wait_for()
    assert points(page).get_by_text(NO_HEADLINE).count() == 0
    page.locator("#id_tags_add").fill("half a na")  # being looked up, not picked
    page.locator("#id_source").fill("WCO")
    points(page).get_by_text("No source is named.").wait_for(state="detached")
    assert points(page).get_by_text("No tags").is_visible()


def test_the_link_brings_an_editor_that_is_out_of_sight_back(person):
    long = body.paragraphs(*["Text of the story, which is a long one and goes on. " * 12] * 40)
    copy = make_copy(body=long + "<p>Ian Saunders. As Sanders said.</p>")
    page = person(make_user("Reporters"), viewport={"width": 390, "height": 800})
    open_copy(page, copy)
    points(page).get_by_role("link", name="Go there: Is it “Saunders” or “Sanders”?").click()
    assert is_focused(page, ".cke_wysiwyg_div")
    assert page.locator(".cke_top").evaluate(
        "bar => bar.getBoundingClientRect().top < innerHeight && bar.getBoundingClientRect().top >= 0"
    )


def test_a_link_with_the_focus_is_not_taken_away(person):
    copy = make_copy(headline="", standfirst="", source="S", tags=[make_tag()])
    page = person(make_user("Reporters"))
    open_copy(page, copy)
    page.locator("#id_headline").press_sequentially("Seals")
    link = points(page).get_by_role("link", name=f"Go there: {NO_HEADLINE}")
    link.focus()
    page.wait_for_timeout(1500)
    assert is_focused(page, '.nr-check a[href="#id_headline"]')
    page.locator("#id_standfirst").focus()
    points(page).get_by_text(NO_HEADLINE).wait_for(state="detached")


def test_a_read_line_asked_for_in_mid_paragraph_stands_after_it(person):
    make_live_article(headline="Medyka opens a fourth lane")
    copy = make_copy(body="<p>Before and after</p>\n<p>Two</p>")
    page = person(make_user("Reporters"))
    open_copy(page, copy)
    page.locator(".cke_wysiwyg_div p").first.click()
    page.evaluate("""() => {
        const editor = CKEDITOR.instances.id_body, range = editor.createRange();
        range.setStart(editor.editable().getFirst().getFirst(), 6);
        range.collapse(true);
        range.select();
    }""")
    page.locator(".cke_button__relatedlink").click()
    page.keyboard.type("medyka")
    page.get_by_role("option", name="Medyka opens a fourth lane").wait_for()
    page.keyboard.press("Enter")
    page.locator(".cke_wysiwyg_div [data-related]").wait_for()
    page.keyboard.press("Control+s")
    page.get_by_text("Saved as revision 2.").wait_for()
    copy = WorkingCopy.objects.get(pk=copy.pk)
    assert body.passages(copy.body) == ["Before and after", "Two"]
    assert copy.body.split(body.token(copy.related_links.get().uuid))[0].strip() == "<p>Before and after</p>"


@pytest.mark.parametrize("view", VIEWS)
def test_a_returned_story_with_an_open_list_has_no_finding(person, view):
    reporter = make_user("Reporters")
    copy = make_copy(by=reporter, section=None, standfirst="", body="<p>Ian Saunders. As Sanders said.<br><br>So.</p>")
    workflow.submit(copy, copy.latest_revision, by=reporter)
    workflow.send_back(copy, copy.latest_revision, by=make_user("Editors"), reason="Who hosted?\nName the country.")
    page = person(reporter, bypass_csp=True, **view)
    open_copy(page, copy)
    page.locator("#id_source").fill("WCO")
    points(page).get_by_text("No source is named.").wait_for(state="detached")
    assert findings(page) == []
