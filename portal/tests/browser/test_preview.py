"""Previews as a person meets them: the button beside Save, the link in the rail, and what its receiver sees."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from news.body import paragraphs, token
from news.editorial import preview_links
from news.models import PreviewLink, WorkingCopy
from news.tests.editorial.test_preview import LINK
from news.tests.factories import make_author, make_copy, make_live_article, make_section, make_tag, make_user
from portal.tests.browser.browser import VIEWS, findings, go
from portal.tests.browser.test_accessibility import TABLE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def copy():
    target = make_live_article(headline="Leads here")
    return make_copy(
        headline="Battery packs get a line",
        body=paragraphs("First words.") + token(LINK) + TABLE,
        section=make_section(name="Tariffs"),
        tags=[make_tag("HS 8507", kind="hs")],
        authors=[make_author("Helena Marzec")],
        links=[{"uuid": LINK, "target": target}],
    )


def editor_of(copy):
    return reverse("admin:news_workingcopy_change", args=[copy.pk])


def ready(page, copy):
    page.goto(editor_of(copy))
    page.locator(".cke_wysiwyg_div").wait_for()


def path_in(address):
    """The path of an address: the site has another host than the server of this test."""
    return re.sub("^https?://[^/]+", "", address)


def test_what_is_typed_opens_beside_the_form_which_still_guards_it(person, copy):
    page = person(make_user("Editors"))
    ready(page, copy)
    page.fill("#id_headline", "Only typed")
    page.locator(".cke_wysiwyg_div p").first.click()
    page.keyboard.type("Written in the editor. ")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Preview", exact=True).click()
    preview = opened.value
    assert preview.locator("h1").inner_text() == "Only typed"
    assert "Written in the editor." in preview.locator(".body").inner_text()
    assert "It is not saved" in preview.locator(".preview").inner_text()
    preview.close()
    assert page.locator("#id_headline").input_value() == "Only typed"
    assert WorkingCopy.objects.get(pk=copy.pk).headline == "Battery packs get a line"
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Articles").first.click(no_wait_after=True)
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]


def test_a_link_goes_from_the_rail_to_somebody_without_a_login_until_it_is_revoked(person, copy):
    page, guest = person(make_user("Editors")), person()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ready(page, copy)
    page.get_by_text("Make a preview link…").click()
    page.get_by_label("What it shows").select_option("this")
    page.get_by_role("button", name="Save and make the link").click()
    page.get_by_role("button", name="Copy", exact=True).click()
    page.get_by_role("button", name="Copied", exact=True).wait_for()
    address = page.evaluate("navigator.clipboard.readText()")
    guest.goto(path_in(address))
    assert guest.locator("h1").inner_text() == "Battery packs get a line"
    assert guest.context.cookies() == []
    go(page.get_by_role("button", name="Revoke"))
    page.get_by_text("The preview link is revoked").wait_for()
    assert page.locator(".nr-previews input").count() == 0
    assert guest.reload().status == 410


@pytest.mark.parametrize("view", VIEWS)
def test_previews_and_their_ends_have_no_finding(person, copy, view, address):
    page = person(make_user("Editors"), bypass_csp=True, **view)
    open_link, ended, revoked = (preview_links.create(copy, by=copy.saved_by, days=1) for _ in range(3))
    preview_links.revoke(revoked, by=copy.saved_by)
    PreviewLink.objects.filter(pk=ended.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    preview = reverse("admin:news_workingcopy_preview", args=[copy.pk])
    links = [link.get_absolute_url() for link in (open_link, ended, revoked)]
    in_polish = address("pl", f"/preview/{open_link.key}/")
    for path in (preview, f"{preview}?revision=x", *links, "/preview/forged/", in_polish):
        page.goto(path)
        assert findings(page) == [], path
    ready(page, copy)
    page.get_by_text("Make a preview link…").click()
    assert findings(page) == []


def test_on_a_phone_the_preview_is_in_the_rail(person, copy):
    page = person(make_user("Reporters"), viewport={"width": 390, "height": 800})
    ready(page, copy)
    with page.expect_popup() as opened:
        page.locator(".nr-previews").get_by_role("button", name="Preview", exact=True).click()
    assert opened.value.locator("h1").inner_text() == "Battery packs get a line"
