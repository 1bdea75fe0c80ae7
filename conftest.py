"""What every test may count on: an environment of its own, and the fixtures both apps share."""

import os
import tempfile
from datetime import date
from uuid import uuid4

# pytest-django reads the settings after this file: with these, tests need no environment at all.
TEST_ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "portal.settings",
    "SECRET_KEY": "only-for-tests-" + "s" * 50,
    "DATA_KEYS": "dGVzdC1rZXktdGVzdC1rZXktdGVzdC1rZXktdGVzdCE=",
    "HISTORY_KEYS": "t1:" + "h" * 64,
    "VAR_DIR": tempfile.mkdtemp(prefix="portal-tests-"),
    # In each process's memory: xdist's workers inherit this environment and would share one folder.
    "CACHE_URL": "locmemcache://",
    "EMAIL_URL": "memorymail://",
    "MODERATORS_EMAIL": "moderators@newsroom.example",
    # What is put together at random is another every day; xdist's workers inherit the day as well.
    "TEST_SEED": date.today().strftime("%Y%m%d"),
}
for name, value in TEST_ENVIRONMENT.items():
    os.environ.setdefault(name, value)

import django  # noqa: E402
import pytest  # noqa: E402 - the environment comes first
from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import TransactionTestCase  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402


def pytest_configure():
    django.setup()
    # A page waits a quarter of a second for Redis and is rendered then. Here every answer has to come, however busy the
    # machine is with other tests: what is not found in the store is a failure.
    options = settings.CACHES["default"]["OPTIONS"]
    options |= {name: 20 for name in ("socket_timeout", "socket_connect_timeout") if name in options}


def pytest_report_header():
    return f"seed of the day: TEST_SEED={os.environ['TEST_SEED']}, which makes the same posts of nonsense again"


@pytest.fixture(autouse=True)
def fresh_process(tmp_path, monkeypatch, settings):
    """Each test starts like a fresh process: English, nothing remembered, no kept page, no head written down."""
    from django.core.cache import cache
    from django.utils import translation

    from portal.audit import log
    from portal.pagecache import counters

    settings.WHITENOISE_AUTOREFRESH = True  # else it reads every static file again for each test's client
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setattr(log, "HEADS", tmp_path / "heads")
    counters.clear_memo()
    cache.key_prefix = uuid4().hex  # a server shared with other processes must not be emptied under them
    if "locmem" in settings.CACHES["default"]["BACKEND"]:
        cache.clear()
    with translation.override("en"):
        yield


# What Django makes after each flush: kept while no test has touched it, for making it takes longer than most tests.
STANDING = ("django_content_type", "auth_permission", "auth_group", "auth_group_permissions")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """After a test with transactions of its own, only the tables that hold rows are emptied."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        standing, flush = _standing_rows(), TransactionTestCase._fixture_teardown

        def empty(case):
            nonlocal standing
            if _standing_rows() == standing:
                _empty_tables()
            else:
                flush(case)
                standing = _standing_rows()

        patch.setattr(TransactionTestCase, "_fixture_teardown", empty)
        yield


def _standing_rows():
    with connection.cursor() as cursor:
        rows = {}
        for table in STANDING:
            cursor.execute(f"SELECT * FROM {table} ORDER BY id")
            rows[table] = cursor.fetchall()
        return rows


def _empty_tables():
    """Each table with rows in it, in any order: foreign keys are looked at when the transaction ends."""
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - {*STANDING}
    with transaction.atomic(), connection.cursor() as cursor:
        asked = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})" for table in tables)
        cursor.execute(asked)
        for (table,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {table}")


@pytest.fixture
def queries_of():
    """How many queries a call takes: `queries_of(client.get, "/")`."""

    def count(call, *args, **options):
        with CaptureQueriesContext(connection) as queries:
            call(*args, **options)
        return len(queries)

    return count


@pytest.fixture
def address(settings):
    """The path of a reader page in an interface language, whichever language is the site's own."""

    def at(language, path):
        return path if language == settings.LANGUAGE_CODE else f"/{language}{path}"

    return at


def pytest_terminal_summary(terminalreporter, exitstatus, config):
    """In CI nothing may be skipped: a test that does not run there proves nothing anywhere."""
    skipped = terminalreporter.stats.get("skipped", [])
    if os.environ.get("CI") and skipped:
        terminalreporter.write_line(f"CI: {len(skipped)} skipped, and nothing may be.", red=True)


def pytest_sessionfinish(session, exitstatus):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and reporter.stats.get("skipped") and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
