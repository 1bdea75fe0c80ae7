"""Two people at two browsers with one story: in different paragraphs, in the same one, with and without scripts."""

import pytest

from news.body import paragraphs
from news.models import WorkingCopy
from news.tests.factories import make_copy, make_user
from portal.tests.browser.browser import VIEWS, findings, go

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TEXT = paragraphs("Lorries wait at the bridge.", "The duty is three per cent.", "Seals are blue.")


@pytest.fixture
def copy():
    return make_copy(headline="Duty on steel rises", body=TEXT, source="WCO")


def opened(page, copy):
    page.goto(f"/admin/news/workingcopy/{copy.pk}/change/")
    return page


def saved(page, **fields):
    for name, words in fields.items():
        page.locator(f"#id_{name}").fill(words)
    go(page.locator("[data-save]"))


def text_of(copy):
    return WorkingCopy.objects.get(pk=copy.pk).body


@pytest.fixture
def two(person, copy):
    """Two browsers without scripts that have opened the same story."""
    joost = make_user("Editors", first_name="Joost", last_name="de Wit")
    return [opened(person(user, java_script_enabled=False), copy) for user in (joost, make_user("Reporters"))]


def test_in_different_paragraphs_both_texts_are_saved_and_it_is_said(two, copy):
    first, second = two
    saved(first, body=TEXT.replace("three", "four"))
    saved(second, body=TEXT.replace("blue", "red"))
    assert "Saved as revision 3." in second.locator(".messagelist").inner_text()
    assert "Joost de Wit had saved revision 2" in second.locator(".messagelist").inner_text()
    assert text_of(copy) == TEXT.replace("three", "four").replace("blue", "red")


def test_in_the_same_paragraph_one_chooses_without_scripts(two, copy):
    first, second = two
    saved(first, body=TEXT.replace("three", "four"), source="WTO")
    saved(second, body=TEXT.replace("three", "five").replace("blue", "red"))
    assert second.locator(".nr-meeting h2").inner_text() == "Joost de Wit saved while you were writing"
    place = second.get_by_role("group", name="Text, paragraph 2")
    assert place.locator("mark").all_inner_texts() == ["four", "five"]
    assert place.get_by_label("Keep mine").is_checked()
    place.get_by_label("Keep the text of Joost de Wit").check()
    go(second.get_by_role("button", name="Save with these choices"))
    assert "Saved as revision 3." in second.locator(".messagelist").inner_text()
    assert text_of(copy) == TEXT.replace("three", "four").replace("blue", "red")
    assert WorkingCopy.objects.get(pk=copy.pk).source == "WTO"


@pytest.mark.parametrize("view", VIEWS)
def test_the_page_of_two_texts_has_no_finding_and_chooses_with_scripts_too(person, two, copy, view):
    first, _second = two
    page = opened(person(make_user("Reporters"), bypass_csp=True, **view), copy)
    page.locator(".cke_wysiwyg_div").wait_for()
    saved(first, body=TEXT.replace("three", "four"), source="WTO")
    page.locator(".cke_wysiwyg_div p").nth(1).click()
    page.keyboard.press("End")
    page.keyboard.type(" So it was said.")
    page.locator("#id_dateline").fill("Hanoi")
    page.locator("[data-save]").click()
    page.get_by_role("group", name="Text, paragraph 2").wait_for()
    page.locator(".cke_wysiwyg_div").wait_for()
    assert findings(page) == []
    page.get_by_label("Keep both").check()
    page.get_by_role("button", name="Save with these choices").click()
    page.get_by_text("Saved as revision 3.").wait_for()
    assert text_of(copy) == paragraphs(
        "Lorries wait at the bridge.",
        "The duty is four per cent.",
        "The duty is three per cent. So it was said.",
        "Seals are blue.",
    )
