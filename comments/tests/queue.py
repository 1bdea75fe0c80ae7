"""The moderators' queue for tests: its addresses, and its buttons pressed as the page posts them."""

import re
from html import unescape

from django.urls import reverse

QUEUE = "/admin/comments/comment/"
CARRIED = ["about", "state", "next", "rule"]  # hidden fields


def address(action, *ids):
    """The URL of an action, such as `decide` or `undo_many`."""
    return reverse(f"admin:comments_comment_{action}", args=ids)


def offers(page, action, *ids, value=None):
    """Whether a button of this action is on the page, with this value."""
    begins = f'formaction="{address(action, *ids)}?'
    buttons = [button for button in re.findall(r"<button\b[^>]*>", unescape(page)) if begins in button]
    return any(value is None or f'value="{value}"' in button for button in buttons)


def press(client, action, *ids, query="", **posted):
    """Post to an action what its button and the fields of the page carry."""
    return client.post(address(action, *ids) + query, posted, follow=True)


def press_shown(client, action, *ids, query="", value=None, **typed):
    """Press a button that is on the page, or the test is about nothing a person could do."""
    page = client.get(QUEUE + query).content.decode()
    assert offers(page, action, *ids, value=value)
    hidden = ((name, re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', page)) for name in CARRIED)
    carried = {name: field[1] for name, field in hidden if field}
    return press(client, action, *ids, query=query, **carried | typed)
