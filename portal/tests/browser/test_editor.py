"""The editor's form as an editor uses it: typing, the READ button, look-ups, and steps, in a real browser."""

from uuid import uuid4

import pytest

from news import body
from news.models import Revision, WorkingCopy
from news.tests.factories import make_approved_copy, make_copy, make_live_article, make_tag, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def open_copy(page, copy):
    page.goto(f"/admin/news/workingcopy/{copy.pk}/change/")
    page.locator(".cke_wysiwyg_div").wait_for()


def again(copy):
    return WorkingCopy.objects.get(pk=copy.pk)


def test_a_related_story_is_linked_where_the_cursor_is_and_a_tag_found_by_its_alias(person):
    target = make_live_article(headline="Medyka opens a fourth lane")
    make_tag("World Customs Organization").aliases.create(name="WCO")
    copy = make_copy(body=body.paragraphs("One", "Two"))
    page = person(make_user("Reporters"))
    open_copy(page, copy)
    page.locator(".cke_wysiwyg_div p").first.click()
    page.keyboard.press("End")
    page.locator(".cke_button__relatedlink").click()
    page.keyboard.type("medyka")
    page.get_by_role("option", name="Medyka opens a fourth lane").wait_for()
    page.keyboard.press("Enter")
    assert page.locator(".cke_wysiwyg_div [data-related]").inner_text() == "READ: Medyka opens a fourth lane"
    page.locator("#id_tags_add").press_sequentially("wco")
    page.get_by_role("option", name="World Customs Organization").wait_for()
    page.keyboard.press("Enter")
    page.keyboard.press("Control+s")
    page.get_by_text("Saved as revision 2.").wait_for()

    copy = again(copy)
    link = copy.related_links.get()
    assert (link.target, link.placement) == (target, "inline")
    one, _, two = copy.body.partition(body.token(link.uuid))
    assert "One" in one and "Two" in two
    assert [tag.name for tag in copy.tags.all()] == ["World Customs Organization"]

    # Deleted in the text, the link says at once that it has lost its place.
    page.locator(".cke_wysiwyg_div [data-related]").click()
    page.keyboard.press("Delete")
    page.get_by_text("It has no place in the text.").wait_for()


def test_a_story_that_was_only_looked_at_is_published_as_approved(person):
    uuid = uuid4()
    text = (
        f"<p>One <strong>bold</strong>&nbsp;word</p>\n<h2>Two</h2>\n{body.token(uuid)}\n<blockquote>Said</blockquote>"
    )
    table = "<table><thead><tr><th>HS</th></tr></thead><tbody><tr><td>8507</td></tr></tbody></table>"
    copy = make_approved_copy(body=text + table, links=[{"uuid": uuid, "label": "Later", "placement": "inline"}])
    page = person(make_user("Chief editors"))
    open_copy(page, copy)
    page.locator(".nr-steps").get_by_role("button", name="Publish now").click()
    page.get_by_text("Readers see").first.wait_for()
    assert again(copy).article.is_live()
    assert Revision.objects.count() == 1


def test_a_step_that_is_not_open_stays_on_the_page_and_says_so_louder(person):
    page = person(make_user("Editors"))
    copy = make_copy()
    open_copy(page, copy)
    page.locator(".nr-steps").get_by_role("button", name="Approve").click(force=True)
    assert "is-asked" in page.locator("#why-approve").get_attribute("class")
    assert again(copy).version == copy.version
