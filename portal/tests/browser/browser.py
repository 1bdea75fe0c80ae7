"""What the tests in a real browser have in common: being on the next page, and what machines say of one."""

import pytest

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VIEWS = [
    pytest.param({"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}, id="desktop, light"),
    pytest.param({"viewport": {"width": 390, "height": 800}, "color_scheme": "dark"}, id="phone, dark"),
]


def go(to):
    """Press what leads to another page, and be there once all of it is.

    A click alone goes on when the first bytes have come: what is then not on the page may only not have arrived.
    """
    with to.page.expect_navigation():
        to.click()


def findings(page):
    """What axe has against a page, and whether it scrolls sideways."""
    from axe_playwright_python.sync_playwright import Axe

    asked = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}  # all that passed is long
    found = Axe().run(page, options=asked).response["violations"]
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:120]}" for rule in found] + ["scrolls sideways"] * wide
