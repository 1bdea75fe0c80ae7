"""Nothing typed is lost: a closed tab, an ended session, a lost connection, another person; in a real browser."""

import re
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session

from news.editorial import autosave
from news.models import Autosave, Presence, Revision, WorkingCopy
from news.tests.factories import make_copy, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ADD = "/admin/news/workingcopy/add/"
IN_THIS_BROWSER = "Object.keys(localStorage).filter((key) => key.startsWith('nr-unsaved:')).length"


@pytest.fixture
def marta():
    return make_user("Reporters", first_name="Marta", last_name="Zielińska")


def open_form(page, copy=None):
    page.goto(f"/admin/news/workingcopy/{copy.pk}/change/" if copy else ADD)
    page.locator(".cke_wysiwyg_div").wait_for()


def type_text(page, words):
    page.locator(".cke_wysiwyg_div").click()
    page.keyboard.press("Control+End")
    page.keyboard.type(words)


def says(page, words):
    page.locator(".nr-saved", has_text=words).wait_for()


def forgets(page):
    """The browser holds nothing of it any more. (Waiting inside the page takes an eval, which our policy forbids.)"""
    for _ in range(50):
        if page.evaluate(IN_THIS_BROWSER) == 0:
            return
        page.wait_for_timeout(100)
    raise AssertionError("Something is left in the browser.")


def log_in(page, user):
    page.fill("#id_username", user.username)
    page.fill("#id_password", "a password for tests")
    page.click("[type=submit]")


def take_up(page, words):
    """Go on with the text the form offers; it then holds these words of it."""
    page.get_by_role("button", name="Take it up").click()
    page.locator(".cke_wysiwyg_div", has_text=words).wait_for()


def body_of(copy):
    return WorkingCopy.objects.get(pk=copy.pk).body


@pytest.mark.parametrize("is_new", [True, False])
def test_text_in_a_closed_tab_is_offered_again_and_saved(person, marta, is_new):
    copy = None if is_new else make_copy(body="<p>As stored</p>")
    page = person(marta)
    open_form(page, copy)
    page.fill("#id_headline", "Typed and not saved")
    type_text(page, " and a sentence more")
    says(page, "Kept for you")
    assert Revision.objects.count() == (0 if is_new else 1)

    page = reopened(page)
    open_form(page, copy)
    page.locator(".nr-left", has_text="You left text here that is not saved").wait_for()
    take_up(page, "and a sentence more")
    says(page, "Kept for you")
    page.keyboard.press("Control+s")
    page.get_by_text(f"Saved as revision {1 if is_new else 2}.").wait_for()
    assert page.locator(".nr-left").count() == 0
    saved = WorkingCopy.objects.get()
    assert saved.headline == "Typed and not saved" and "and a sentence more" in saved.body
    forgets(page)


def reopened(page):
    """Close the tab as the window's cross does, and open another."""
    context = page.context
    page.on("dialog", lambda dialog: dialog.accept())
    with page.expect_event("close"):
        page.close(run_before_unload=True)
    page = context.new_page()
    page.set_default_timeout(10_000)
    return page


def test_a_tab_closed_in_mid_sentence_has_it_all(person, marta):
    copy = make_copy()
    page = person(marta)
    open_form(page, copy)
    type_text(page, " the last words")
    page = reopened(page)  # long before the pause
    open_form(page, copy)
    take_up(page, "the last words")


def test_text_typed_and_undone_leaves_nothing_behind(person, marta):
    copy = make_copy(headline="As stored")
    page = person(marta)
    open_form(page, copy)
    page.fill("#id_headline", "Another")
    says(page, "Kept for you")
    page.fill("#id_headline", "As stored")
    says(page, re.compile("^Saved"))
    assert not Autosave.objects.exists()


def test_when_the_session_has_ended_the_text_stays_and_is_saved_after_logging_in_beside(person, marta):
    copy = make_copy()
    page = person(marta)
    open_form(page, copy)
    Session.objects.all().delete()
    type_text(page, " typed without a session")
    says(page, "Not saved: you are logged out. It is kept in this browser.")
    assert page.evaluate(IN_THIS_BROWSER) == 1 and not Autosave.objects.exists()
    with page.expect_popup() as tab:
        page.get_by_role("link", name="Log in in a new tab").click()
    log_in(tab.value, marta)  # the token printed into the first tab is void from here on
    tab.value.locator("#user-tools").wait_for()
    tab.value.close()
    page.bring_to_front()
    page.evaluate("window.dispatchEvent(new Event('focus'))")  # headless tabs are never told
    says(page, "Kept for you")
    page.keyboard.press("Control+s")
    page.get_by_text("Saved as revision 2.").wait_for()
    assert "typed without a session" in body_of(copy)
    forgets(page)
    assert not Autosave.objects.of(marta, copy).exists()


def test_a_save_after_the_session_has_ended_is_offered_after_the_login(person, marta):
    copy = make_copy()
    page = person(marta)
    open_form(page, copy)
    Session.objects.all().delete()
    type_text(page, " saved too late")
    page.keyboard.press("Control+s")
    page.locator("#id_username").wait_for()
    log_in(page, marta)
    take_up(page, "saved too late")
    page.keyboard.press("Control+s")
    page.get_by_text("Saved as revision 2.").wait_for()
    assert "saved too late" in body_of(copy)


def test_what_one_left_in_a_browser_is_not_offered_to_who_logs_in_next(person, marta):
    copy = make_copy()
    page = person(marta)
    open_form(page, copy)
    Session.objects.all().delete()
    type_text(page, " for nobody else")
    says(page, "you are logged out")
    anna = make_user("Editors")
    anna.set_password("a password for tests")
    anna.save()
    with page.expect_popup() as tab:
        page.get_by_role("link", name="Log in in a new tab").click()
    log_in(tab.value, anna)
    tab.value.locator("#user-tools").wait_for()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    says(page, "Somebody else is logged in with this browser now. Not saved, kept in this browser.")
    open_form(tab.value, copy)
    tab.value.wait_for_timeout(500)
    assert tab.value.locator(".nr-left").count() == 0
    assert not Autosave.objects.exists()


def test_without_a_connection_the_text_is_kept_in_the_browser_until_there_is_one(person, marta):
    copy = make_copy()
    page = person(marta)
    open_form(page, copy)
    page.context.set_offline(True)
    type_text(page, " from a train")
    says(page, "Not saved: no connection, kept in this browser")
    assert "nr-saved--alarm" in page.locator(".nr-saved").get_attribute("class")
    assert page.evaluate(IN_THIS_BROWSER) == 1
    page.context.set_offline(False)
    says(page, "Kept for you")
    assert page.evaluate(IN_THIS_BROWSER) == 0
    assert "from a train" in Autosave.objects.get().posted["body"]


def test_a_tab_lost_without_a_connection_is_offered_from_the_browser(person, marta):
    copy = make_copy()
    page = person(marta)
    open_form(page, copy)
    page.context.set_offline(True)
    type_text(page, " in a tunnel")
    says(page, "no connection")
    page = reopened(page)
    page.context.set_offline(False)
    open_form(page, copy)
    take_up(page, "in a tunnel")


def left_earlier(person, copy, *headlines):
    """Texts left on the server, the last the newest."""
    for headline in headlines:
        fields = [["headline", headline], ["body", f"<p>{headline}</p>"], ["version", str(copy.version)]]
        autosave.save(person, copy, uuid4(), fields=fields, client_time=1)


def test_text_from_the_browser_stands_before_what_was_left_earlier(person, marta):
    copy = make_copy()
    page = person(marta)
    open_form(page, copy)
    page.context.set_offline(True)
    type_text(page, " in a tunnel")
    says(page, "no connection")
    page = reopened(page)
    left_earlier(marta, copy, "On Monday", "On Tuesday")
    page.context.set_offline(False)
    open_form(page, copy)
    page.get_by_text("2 more texts you left here").click()
    assert page.locator(".nr-moreleft .nr-left b").all_inner_texts() == ["On Tuesday", "On Monday"]
    page.get_by_text("2 more texts you left here").click()
    take_up(page, "in a tunnel")  # the only one in sight
    page.get_by_text("1 more text you left here").wait_for()


@pytest.mark.parametrize("scripts", [True, False])
def test_of_many_texts_left_the_newest_is_in_sight_and_the_rest_unfolds(person, marta, scripts):
    copy = make_copy()
    left_earlier(marta, copy, *(f"Text {number}" for number in range(1, 11)))
    page = person(marta, java_script_enabled=scripts, viewport={"width": 360, "height": 740})
    page.goto(f"/admin/news/workingcopy/{copy.pk}/change/")
    assert page.locator(".nr-left:visible b").all_inner_texts() == ["Text 10"]
    assert page.locator("[data-all-left]").bounding_box()["height"] < 740 / 3
    page.get_by_text("9 more texts you left here").click()
    page.locator(".nr-left", has_text="Text 4").get_by_role("button", name="Take it up").click()
    page.locator("#id_headline:visible").wait_for()
    assert page.locator("#id_headline").input_value() == "Text 4"


def test_a_story_only_looked_at_keeps_nothing(person, marta):
    copy = make_copy(body="<p>One&nbsp;<strong>two</strong></p>\n<blockquote>Three</blockquote>")
    page = person(marta)
    open_form(page, copy)
    page.locator(".cke_wysiwyg_div").click()
    page.wait_for_timeout(3500)
    page = reopened(page)
    page.goto("/admin/")
    assert not Autosave.objects.exists() and page.evaluate(IN_THIS_BROWSER) == 0


def test_two_people_see_each_other_and_both_texts(person, marta):
    copy = make_copy(headline="As stored")
    first = person(marta)
    open_form(first, copy)
    second = person(make_user("Editors", first_name="Anna", last_name="Nowak"))
    open_form(second, copy)
    second.get_by_text("Marta Zielińska has had this open since").wait_for()
    first.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # as on coming back to the tab
    first.get_by_text("Anna Nowak has had this open since").wait_for()
    assert Presence.objects.count() == 2

    first.fill("#id_headline", "Marta's")
    first.keyboard.press("Control+s")
    first.get_by_text("Saved as revision 2.").wait_for()
    second.fill("#id_headline", "Anna's")
    second.keyboard.press("Control+s")
    second.get_by_text("saved while you were writing").first.wait_for()
    says(second, "Kept for you")  # what came back unsaved is kept at once


def test_without_a_script_the_banner_works(person, marta):
    copy = make_copy(headline="As stored")
    page = person(marta)
    open_form(page, copy)
    page.fill("#id_headline", "Typed")
    says(page, "Kept for you")
    plain = person(marta, java_script_enabled=False)
    plain.goto(f"/admin/news/workingcopy/{copy.pk}/change/")
    plain.get_by_text("Marta Zielińska has had this open").wait_for(state="detached")
    plain.get_by_role("button", name="Take it up").click()
    assert plain.locator("#id_headline").input_value() == "Typed"
    plain.goto(f"/admin/news/workingcopy/{copy.pk}/change/")
    plain.get_by_role("button", name="Throw it away").click()
    plain.get_by_text("The unsaved text is thrown away.").wait_for()
    assert plain.locator(".nr-left").count() == 0
    assert plain.locator("#id_headline").input_value() == "As stored"


def test_the_words_of_the_status_are_whole_in_polish_too(person):
    page = person(make_user("Reporters", admin_language="pl"))
    open_form(page)
    page.fill("#id_headline", "Plomby")
    says(page, re.compile("[0-9]{2}:[0-9]{2}:[0-9]{2}"))
    assert not re.search(r"%\(|undefined", page.locator(".nr-saved").inner_text())
