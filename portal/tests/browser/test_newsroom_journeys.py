"""The newsroom's days as its people live them: a story's way to readers and back, each person at their own browser."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from news.admin import datetime_fields
from news.body import paragraphs
from news.editorial import workflow
from news.models import Article, WorkingCopy
from news.tests.factories import (
    make_approved_copy,
    make_copy,
    make_live_article,
    make_section,
    make_tag,
    make_user,
    saved_again,
)
from portal.tests.browser.browser import VIEWS, findings, go

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIST = "/admin/news/workingcopy/"
SCRIPTS = [pytest.param(True, id="with scripts"), pytest.param(False, id="without scripts")]
TEXT = paragraphs("Lorries wait at the bridge.", "The duty is three per cent.")
PHONE = {"viewport": {"width": 390, "height": 800}}


def opened(page, copy):
    page.goto(reverse("admin:news_workingcopy_change", args=[copy.pk]))
    return page


def step(page, name):
    return page.locator(f'button.nr-step[value^="{name}:"], .nr-ask button[value^="{name}:"]')


def unfold(page, name):
    page.locator("details.nr-ask", has=page.locator(f'button[value^="{name}:"]')).locator("summary").click()


def press(page, name, **asked):
    """Press a step's button; one that asks for something is unfolded first and told it."""
    button = step(page, name)
    button.wait_for(state="attached")
    if not button.is_visible():
        unfold(page, name)
    for field, words in asked.items():
        page.locator(f'.nr-ask[open] [name="{field}"]').fill(words)
    go(button)


def save(page):
    go(page.locator("[data-save]"))


def write(page, words):
    """Put a paragraph at the end of the text, in the editor or, without scripts, in its markup."""
    if (area := page.locator("#id_body")).is_visible():
        area.fill(area.input_value() + paragraphs(words))
        return
    page.locator(".cke_wysiwyg_div").click()
    page.keyboard.press("Control+End")
    page.keyboard.press("Enter")
    page.keyboard.type(words)


def told(page):
    """What the page says came of it, as (success, warning or info, sentence)."""
    return [(line.get_attribute("class"), line.inner_text()) for line in page.locator(".messagelist li").all()]


def rail(page):
    return page.locator(".nr-state").inner_text()


def read(reader, article):
    """The status a reader's request for the story gets; the page stays open."""
    return reader.goto(f"/news/{article.slug}/").status


@pytest.fixture
def live():
    return make_live_article(headline="Duty on steel rises", body=TEXT, source="WCO")


@pytest.mark.parametrize("scripts", SCRIPTS)
def test_a_story_is_returned_mended_approved_and_there_for_readers_at_its_hour(person, monkeypatch, scripts):
    section = make_section(name="Tariffs")
    reporter, editor = make_user("Reporters", first_name="Marta"), make_user("Editors", first_name="Joost")
    marta, joost, chief = (
        person(user, java_script_enabled=scripts) for user in (reporter, editor, make_user("Chief editors"))
    )

    # Marta writes it and leaves the section out; she may submit it so.
    marta.goto(f"{LIST}add/")
    marta.fill("#id_headline", "Quota on steel is used up")
    write(marta, "It lasted three days.")
    save(marta)
    copy = WorkingCopy.objects.get()
    press(marta, "submit")
    assert "waits for a reviewer" in rail(marta)

    # Joost cannot approve it so, forgets the reason, then returns it with one.
    opened(joost, copy)
    assert "your turn" in rail(joost)
    step(joost, "approve").click(force=True)
    joost.locator('[id="why-approve"]', has_text="Choose a section.").wait_for()
    opened(joost, copy)
    press(joost, "return")
    assert told(joost) == [("warning", "Say why, so that the others know what to do.")]
    press(joost, "return", **{"reason-return": "Which section?\nAnd who says so?"})
    assert told(joost) == [("success", "“Quota on steel is used up” went back with your note.")]
    assert "waits for Marta" in rail(joost)

    # Marta finds the reason on her desk and above the text, mends it and submits again.
    marta.goto("/admin/")
    assert "Which section?" in marta.locator(".nr-group", has_text="Returned to you").inner_text()
    opened(marta, copy)
    assert "And who says so?" in marta.locator(".nr-returned").inner_text()
    marta.select_option("#id_section", str(section.pk))
    write(marta, "So say brokers in Antwerp.")
    press(marta, "submit")
    assert marta.locator(".nr-returned").count() == 0

    # Joost approves; the chief gives it an hour, which readers wait for to the second.
    opened(joost, copy)
    press(joost, "approve")
    assert "waits for somebody who publishes" in rail(joost)
    hour = (timezone.now() + timedelta(hours=1)).replace(second=0, microsecond=0)
    day, clock = datetime_fields.typed(hour)
    opened(chief, copy)
    if scripts:
        chief.fill("#id_planned_date", f"{day.year + 2}-06-30")
        chief.fill("#id_planned_time", "12:00")
        assert step(chief, "schedule").inner_text().endswith(f"30 Jun {day.year + 2}, 12:00")
    chief.fill("#id_planned_date", f"{day:%Y-%m-%d}")
    chief.fill("#id_planned_time", f"{clock:%H:%M}")
    press(chief, "schedule")
    assert [look for look, _sentence in told(chief)] == ["success"]
    assert f"{clock:%H:%M}" in rail(chief)
    article, reader = Article.objects.get(), person()
    for moment, status in ((timezone.now(), 404), (hour - timedelta(seconds=1), 404), (hour, 200)):
        monkeypatch.setattr(timezone, "now", lambda moment=moment: moment)
        assert read(reader, article) == status
    assert "So say brokers in Antwerp." in reader.locator(".body").inner_text()
    assert "Live" in rail(opened(chief, copy))


def test_readers_keep_the_old_text_of_an_update_until_it_is_published(person, live):
    make_tag("Vietnam", kind="country")
    copy, reader = live.working_copy, person()
    marta, chief = person(make_user("Reporters")), person(make_user("Chief editors"))

    def readers_see():
        read(reader, live)
        return reader.locator("main").inner_text()

    def change():
        opened(marta, copy)
        marta.locator(".cke_wysiwyg_div").wait_for()
        marta.fill("#id_headline", "Duty on steel falls")
        marta.locator("[data-pick=tags] .nr-tagadd").fill("Vietn")
        marta.get_by_role("option", name="Vietnam").click()
        write(marta, "Nobody expected it.")
        save(marta)

    before = readers_see()
    change()
    press(marta, "submit")
    assert "revision 2, by you" in rail(marta) and "revision 1, since" in rail(marta)
    assert readers_see() == before

    # Given up, it is as if nothing had been written, and the history keeps it.
    press(marta, "discard")
    assert "Readers see exactly this text." in rail(marta)
    assert marta.locator("#id_headline").input_value() == "Duty on steel rises"
    assert marta.locator("[data-pick=tags] .nr-chip").count() == 0
    assert "discarded revision 2" in marta.locator(".nr-history").inner_text()
    assert readers_see() == before

    # Written again it is approved and published in one, and all of it is with readers.
    change()
    press(marta, "submit")
    assert readers_see() == before
    opened(chief, copy)
    press(chief, "approve_and_publish")
    after = readers_see()
    assert all(words in after for words in ("Duty on steel falls", "Nobody expected it.", "Vietnam"))


def test_what_one_person_publishes_alone_is_read_by_another(person, live):
    copy, reader = live.working_copy, person()
    joost = make_user("Editors", first_name="Joost", last_name="de Wit")
    joost, chief = person(joost), person(make_user("Chief editors"))

    # An emergency: readers have it at once, with the reason on others' desks, and not to be waved through by oneself.
    opened(chief, copy)
    chief.locator(".cke_wysiwyg_div").wait_for()
    write(chief, "The bridge is closed since noon, the harbour police say; all lorries are sent back.")
    save(chief)
    press(chief, "publish_alone")
    assert told(chief) == [("warning", "Say why, so that the others know what to do.")]
    press(chief, "publish_alone", **{"reason-publish_alone": "Nobody else is in."})
    assert step(chief, "review_published").get_attribute("aria-disabled") == "true"
    read(reader, live)
    assert "The bridge is closed since noon" in reader.locator(".body").inner_text()
    joost.goto("/admin/")
    assert joost.locator("h1").inner_text() == "1 thing waits for you"
    alone = joost.locator(".nr-group", has_text="Published by one person alone")
    assert "Nobody else is in." in alone.inner_text()
    go(alone.get_by_role("link", name="Review"))
    press(joost, "review_published")
    assert step(joost, "review_published").count() == 0
    joost.goto("/admin/")
    assert joost.locator("h1").inner_text() == "Nothing waits for you"

    # A small fix goes out by itself too, and then waits for somebody other than who made it.
    opened(joost, copy)
    joost.locator(".cke_wysiwyg_div").wait_for()
    joost.fill("#id_headline", "Duties on steel rise")
    save(joost)
    press(joost, "fix_typo")
    assert read(reader, live) == 200
    assert reader.locator("h1").inner_text() == "Duties on steel rise"
    joost.goto("/admin/")
    assert joost.locator("h1").inner_text() == "Nothing waits for you"
    chief.goto("/admin/")
    alone = chief.locator(".nr-group", has_text="Published by one person alone")
    assert "Joost de Wit published a small fix alone" in alone.inner_text()
    go(alone.get_by_role("link", name="what changed"))
    assert chief.locator(".nr-diff-headline ins").all_inner_texts() == ["Duties", "rise"]
    press(chief, "review_published")
    assert WorkingCopy.objects.unread().count() == 0


@pytest.mark.parametrize("scripts", SCRIPTS)
def test_a_story_is_withdrawn_with_a_note_and_shown_again(person, live, scripts):
    other = make_live_article(headline="Leads to it", body=TEXT, links=[{"target": live}])
    copy, reader = live.working_copy, person(**PHONE)
    chief = opened(person(make_user("Chief editors"), java_script_enabled=scripts), copy)
    unfold(chief, "withdraw")
    assert "Leads to it" in chief.locator(".nr-ask[open] .nr-linking").inner_text()
    note = "The figures in it were wrong."
    press(chief, "withdraw", **{"reason-withdraw": "A letter by lawyers", "withdraw-note": note})
    assert f"Readers are told: “{note}”" in rail(chief)
    assert read(reader, live) == 410
    page = reader.locator("main").inner_text()
    assert note in page and "lawyers" not in reader.content() and "Lorries wait" not in page
    for path in ("/", f"/news/{other.slug}/"):
        reader.goto(path)
        assert "Duty on steel rises" not in reader.locator("main").inner_text()
    press(chief, "restore")
    assert "Readers are told" not in rail(chief)
    assert read(reader, live) == 200
    assert note not in reader.content()


def test_many_are_withdrawn_at_once_and_the_row_that_is_refused_is_named(person, live):
    also, draft = make_live_article(headline="Also live"), make_copy(headline="Only a draft")
    chief, reader = person(make_user("Chief editors")), person()
    chief.goto(LIST)
    for copy in (live.working_copy, also.working_copy, draft):
        chief.locator(f'.action-select[value="{copy.pk}"]').check()
    go(chief.get_by_role("button", name="Withdraw from readers…"))
    assert chief.locator(".nr-bulk .nr-row").count() == 3
    chief.fill("#id_note", "We are checking a source.")
    go(chief.locator(".nr-bulk button"))
    assert "Say why, so that the others know what to do." in chief.locator(".nr-bulk").inner_text()
    assert chief.input_value("#id_note") == "We are checking a source."
    chief.fill("#id_reason", "One source was forged")
    go(chief.locator(".nr-bulk button"))
    assert sorted(told(chief)) == [
        ("success", "“Also live” is withdrawn; readers do not see it any more."),
        ("success", "“Duty on steel rises” is withdrawn; readers do not see it any more."),
        ("warning", "Only a draft: Readers do not see it."),
    ]
    for article in (live, also):
        assert read(reader, article) == 410
        assert "We are checking a source." in reader.locator("main").inner_text()


def test_two_versions_are_compared_and_the_earlier_one_is_brought_back(person, live):
    copy, reader = live.working_copy, person()
    saved_again(copy, make_user(), headline="Duty on steel falls", body=TEXT.replace("three", "two"))
    joost = opened(person(make_user("Editors")), copy)
    go(joost.get_by_role("link", name="what changed in revision 2"))
    shown = joost.locator(".nr-diff")
    assert shown.locator("del").all_inner_texts() == ["rises", "three"]
    assert shown.locator("ins").all_inner_texts() == ["falls", "two"]
    go(joost.get_by_role("link", name="Side by side"))
    assert joost.locator(".nr-diff--split ins").all_inner_texts() == ["falls", "two"]
    go(joost.get_by_role("button", name="Bring revision 1 back"))
    assert told(joost) == [("success", "Revision 1 is back, as revision 3.")]
    joost.locator(".cke_wysiwyg_div").wait_for()
    assert joost.locator("#id_headline").input_value() == "Duty on steel rises"
    assert "three per cent" in joost.locator(".cke_wysiwyg_div").inner_text()
    assert "by you" in rail(joost)
    assert read(reader, live) == 200
    assert reader.locator("h1").inner_text() == "Duty on steel rises"


@pytest.fixture
def busy(live):
    """A newsroom with something in every group of the chief's desk; returns the chief."""
    chief, editor, marta = make_user("Chief editors"), make_user("Editors"), make_user(first_name="Marta")
    make_copy(by=chief, headline="A draft of the chief's")
    for copy in (make_copy(by=chief, headline="Returned"), make_copy(by=chief), make_copy(by=marta)):
        workflow.submit(copy, copy.latest_revision, by=copy.saved_by)
        if copy.headline == "Returned":
            workflow.send_back(copy, copy.latest_revision, by=editor, reason="Who says so?\nAnd when?")
    make_approved_copy(headline="To be published")
    late, soon = make_live_article(headline="Late").working_copy, make_approved_copy(headline="Soon")
    saved_again(late, marta, headline="Later")
    workflow.submit(late, late.latest_revision, by=marta)
    workflow.approve(late, late.latest_revision, by=editor)
    for copy in (late, soon):
        workflow.schedule(copy, copy.latest_revision, by=chief, at=timezone.now() + timedelta(hours=30))
    WorkingCopy.objects.filter(pk=late.pk).update(scheduled_for=timezone.now() - timedelta(hours=1))
    fixed = live.working_copy
    saved_again(fixed, editor, headline="Duty on steels rises")
    workflow.fix_typo(fixed, fixed.latest_revision, by=editor)
    return chief


@pytest.mark.parametrize("view", VIEWS)
def test_the_screens_of_these_days_have_no_finding(person, live, busy, view):
    page = person(busy, bypass_csp=True, **view)
    copy, aside = live.working_copy, make_copy(headline="Put aside")
    workflow.discard(aside, aside.latest_revision, by=busy)
    gone = make_live_article(headline="Gone")
    workflow.withdraw(
        gone.working_copy, gone.working_copy.latest_revision, by=busy, reason="A letter", note="It was wrong."
    )

    page.goto("/admin/")
    assert page.locator(".nr-group").count() == 5 and page.locator(".nr-alarm").count() == 1
    assert findings(page) == []
    compare = reverse("admin:news_workingcopy_compare", args=[copy.pk])
    for path in (f"{compare}?from=1&to=2", f"{compare}?from=1&to=2&view=side", f"{LIST}?view=discarded"):
        page.goto(path)
        assert findings(page) == [], path
    opened(page, aside).locator(".cke_wysiwyg_div").wait_for()
    assert findings(page) == []
    page.goto(f"{LIST}?view=unread")
    page.locator(f'.action-select[value="{copy.pk}"]').check()
    assert findings(page) == []
    go(page.get_by_role("button", name="Withdraw from readers…"))
    go(page.locator(".nr-bulk button"))
    assert findings(page) == []
    opened(page, copy).locator(".cke_wysiwyg_div").wait_for()
    press(page, "withdraw")
    page.locator(".messagelist .warning").wait_for()
    page.locator(".cke_wysiwyg_div").wait_for()
    assert page.locator(".nr-ask[open]").count() == 1
    assert findings(page) == []
    assert read(page, gone) == 410
    assert findings(page) == []
