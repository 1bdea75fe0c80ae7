"""What machines can say of accessibility: WCAG 2.2 AA rules in a real browser, and no sideways scrolling on a phone."""

import pytest

from comments.moderation import decisions
from comments.tests.factories import make_comment
from news.body import paragraphs
from news.tests.factories import make_author, make_copy, make_live_article, make_section, make_tag, make_user
from portal.tests.browser.browser import VIEWS, findings, go

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HEAD = "<caption>Rates</caption><thead><tr><th scope='col'>Code</th></tr></thead>"
TABLE = f"<table>{HEAD}<tbody><tr><td>8507</td></tr></tbody></table>"

# What the browser paints: the colours of the twelve classes of initials, and the paper, as red, green and blue.
PAINTED = """() => {
  const context = document.createElement("canvas").getContext("2d");
  const painted = (colour) => {
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const squares = [...Array(12).keys()].map((number) => {
    const square = Object.assign(document.createElement("span"), { className: `av av${number}` });
    document.body.append(square);
    return painted(getComputedStyle(square).color);
  });
  return [painted(getComputedStyle(document.body).backgroundColor), ...squares];
}"""


@pytest.fixture
def story():
    section = make_section(name="Tariffs", names={"pl": "Taryfy"})
    tags = [make_tag("HS 8507", kind="hs"), make_tag("Poland", kind="country", names={"pl": "Polska"})]
    text = paragraphs("First words.", "And more of them.") + TABLE
    article = make_live_article(
        headline="Battery packs get a line", body=text, section=section, tags=tags, authors=[make_author("H. Marzec")]
    )
    make_live_article(headline="Another story", section=section, tags=tags)
    decisions.approve(make_comment(article=article, name="Grażyna W."), by=make_user("Moderators"))
    make_comment(article=article, name="R. Lindqvist")
    return article


@pytest.mark.parametrize("view", VIEWS)
def test_reader_pages_have_no_finding(person, story, view):
    page = person(bypass_csp=True, **view)
    for path in ("/", f"/pl/news/{story.slug}/", "/sections/tariffs/", "/pl/tags/hs-8507/", "/nowhere/"):
        page.goto(path)
        assert findings(page) == [], path
    page.goto(f"/news/{story.slug}/")
    go(page.locator("#commentform button"))
    assert page.locator("#error-summary").is_visible()
    assert findings(page) == []


@pytest.mark.parametrize("view", VIEWS)
def test_newsroom_pages_have_no_finding(person, story, view):
    make_copy(headline="Half-written", body="")
    page = person(make_user("Chief editors"), bypass_csp=True, **view)
    for path in ("/admin/", "/admin/news/workingcopy/", "/admin/comments/comment/", "/admin/news/tag/"):
        page.goto(path)
        assert findings(page) == [], path
    page.goto(f"/admin/news/workingcopy/{story.pk}/change/")
    page.locator(".cke_wysiwyg_div").wait_for()
    assert findings(page) == []


def test_a_page_with_faults_has_findings(person):
    page = person()
    page.set_content("<img src='/nothing.png'><div style='width: 3000px'>wide</div>")
    found = findings(page)
    assert any(fault.startswith("image-alt") for fault in found)
    assert "scrolls sideways" in found


def luminance(colour):
    """WCAG's, of a colour in bytes."""
    red, green, blue = (byte / 3294.6 if byte <= 10 else ((byte / 255 + 0.055) / 1.055) ** 2.4 for byte in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_twelve_colours_of_initials_can_be_read_on_either_paper(person):
    for scheme in ("light", "dark"):
        page = person(color_scheme=scheme)
        page.goto("/")
        paper, *inks = page.evaluate(PAINTED)
        assert len({tuple(ink) for ink in inks}) == 12
        for ink in inks:
            dark, light = sorted([luminance(ink), luminance(paper)])
            assert (light + 0.05) / (dark + 0.05) > 4.5, (scheme, ink)
