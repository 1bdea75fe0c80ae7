"""A real browser against a real server, for what a person does; and a newsroom with something of everything in it."""

import os
import re
import shutil
from pathlib import Path

import pytest
from django.test import Client

# The shell is the same engine without windows of its own to draw: a third of the time less.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium") or "/usr/bin/chromium"
# What a browser says of its own accord when an answer is a refusal, or the connection is taken away.
EXPECTED = re.compile("status of 4|ERR_INTERNET_DISCONNECTED")


@pytest.fixture(scope="session")
def chromium():
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed (requirements-dev.txt)")
    if not Path(CHROMIUM).exists():
        pytest.skip("chromium is not installed (Debian: apt install chromium-headless-shell, or chromium)")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in this thread, beside the ORM
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-sync"]
    with playwright.sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=CHROMIUM, args=quiet)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def person(chromium, live_server, settings):
    """Somebody at a browser of their own: `person()` reads, `person(user)` is logged in to the newsroom.

    After the test no page of theirs may have run into its content security policy or an error of its own.
    """
    contexts, complaints = [], []

    def open_browser(user=None, **options):
        context = chromium.new_context(base_url=live_server.url, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
        if user:
            user.set_password("a password for tests")
            user.save()
            session = Client()
            session.force_login(user)
            cookie = {"name": settings.SESSION_COOKIE_NAME, "path": settings.SESSION_COOKIE_PATH, "domain": "localhost"}
            context.add_cookies([cookie | {"value": session.cookies[settings.SESSION_COOKIE_NAME].value}])
        return page

    yield open_browser
    for context in contexts:
        context.close()
    assert [complaint for complaint in complaints if not EXPECTED.search(complaint)] == []


@pytest.fixture(scope="module")
def everything(django_db_setup, django_db_blocker):
    """What `newsroom` is made of: once for a file, because its tests are many."""
    from portal.tests.newsroom import standing  # models cannot be imported while pytest begins

    with django_db_blocker.unblock(), standing() as rows:
        yield rows


@pytest.fixture
def newsroom(everything, db):
    from portal.tests.newsroom import Newsroom

    return Newsroom(everything)
