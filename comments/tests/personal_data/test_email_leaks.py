"""The address hunt: a reader's address goes in through the real form, and is then looked for everywhere.

In clear and in every disguise in which addresses have leaked from sites before: encoded, reversed, hashed
(a Gravatar is the MD5 of an address), of the whole and of its local part. A hunt that cannot find anything
proves nothing, so each disguise is planted as well.
"""

import gzip
import hashlib
import io
import logging
import re
import zlib
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote, quote_plus

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.urls import reverse
from django.views.debug import ExceptionReporter

from comments import emails, jobs, tokens
from comments.models import Comment, CommenterEmail, Report
from comments.moderation import decisions
from comments.submission import submit
from comments.tests.factories import form_of
from news.tests.factories import make_live_article, make_tag, make_user
from portal.audit import log
from portal.env import VAR_DIR
from portal.models import AuditEvent

CANARY = "Canary.Reader+7f3a@quiet-lagoon.example"
CASES = (str, str.lower, str.upper)


def disguises(address=CANARY):
    """Name and bytes of everything that would give the address away."""
    for part, text in (("address", address), ("local part", address.partition("@")[0])):
        for case in CASES:
            clear = case(text)
            data = clear.encode()
            yield f"{part} in clear", data
            yield f"{part} in UTF-16", clear.encode("utf-16-le")
            yield f"{part} reversed", data[::-1]
            yield f"{part} in hex", data.hex().encode()
            yield f"{part} in HEX", data.hex().upper().encode()
            yield from ((f"{part} URL-encoded", _quoted(clear, how)) for how in (quote, quote_plus, str.lower))
            yield from ((f"{part} in base64", piece) for piece in _in_base64(data))
            for algorithm in ("md5", "sha1", "sha256"):
                digest = hashlib.new(algorithm, data).digest()
                yield f"{algorithm} of the {part}", digest
                yield f"{algorithm} of the {part} in hex", digest.hex().encode()
                yield f"{algorithm} of the {part} in HEX", digest.hex().upper().encode()
                yield f"{algorithm} of the {part} in base64", b64encode(digest).rstrip(b"=")


def _quoted(text, how):
    quoted = quote(text, safe="")
    return (quoted.lower() if how is str.lower else how(text, safe="")).encode()


def _in_base64(data):
    """What base64 makes of the data wherever it begins: at each of three places other letters."""
    for encode in (b64encode, urlsafe_b64encode):
        for before in range(3):
            whole = (len(data) + before) // 3 * 3 - before  # what follows would change the last letters
            yield encode(b"\0" * before + data[:whole])[-(-before * 4 // 3) :]


def unpacked(data):
    """The bytes, and what is compressed in them: kept pages are gzip in a pickle in zlib."""
    yield data
    for start in re.finditer(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]", data):
        try:
            inner = zlib.decompressobj(wbits=47).decompress(data[start.start() :])
        except zlib.error:
            continue
        if len(inner) > 20:
            yield from unpacked(inner)


def hunt(places):
    """What was found where, over (place, bytes)."""
    needles = list(disguises())
    return sorted(
        {
            f"{what} in {place}"
            for place, data in places
            for layer in unpacked(data)
            for what, needle in needles
            if needle in layer
        }
    )


def files_under(*folders):
    """Caches, the SQLite file and its WAL, heads: whatever the portal writes."""
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                yield str(file), file.read_bytes()


def rows():
    """Every value of every table, in case the database is not a file here."""
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                yield f"table {table}", "\x1f".join(map(str, row)).encode()


def bytes_of(response):
    headers = "\n".join(f"{name}: {value}" for name, value in response.items())
    return f"{headers}\n{response.cookies.output()}\n".encode() + response.content


@pytest.fixture(autouse=True)
def pages_in_files(settings, tmp_path):
    """Kept pages in files, as on a site without CACHE_URL, so that they can be searched."""
    backend = "django.core.cache.backends.filebased.FileBasedCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": tmp_path / "cache"}}
    return tmp_path / "cache"


@pytest.fixture
def logged():
    """Everything any logger says, as a handler would write it, with the tracebacks."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    line = "%(name)s %(levelname)s %(message)s %(args)s %(request)s"
    handler.setFormatter(logging.Formatter(line, defaults={"request": ""}))
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lambda: stream.getvalue().encode()
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.mark.django_db(transaction=True)
def test_the_address_is_nowhere(client, address, logged, monkeypatch, pages_in_files, tmp_path):
    tag, article = make_tag("Transit"), make_live_article()
    article.tag_rows.create(tag=tag)
    moderator, chief = make_user("Moderators"), make_user("Chief editors")
    path = address("en", f"/news/{article.slug}/")
    sent = form_of(article, email=CANARY)

    # It comes in by the form: once with a mistake, once with a crash of ours, once well, once too late.
    assert CANARY.encode() in client.post(f"{path}comments/", {**sent, "body": ""}).content
    reports = _reports_of_a_crash(client, f"{path}comments/", sent, monkeypatch)
    assert client.post(f"{path}comments/", sent).status_code == 303
    comment = Comment.objects.get()
    decisions.approve(comment, by=moderator)
    assert emails.address_of(comment, by=moderator) == CANARY
    report = {"reason": "abusive", "email": CANARY, "token": sent["token"]}
    assert client.post(f"{path}comments/report/{comment.pk}/", report).status_code == 303
    assert Report.objects.get().address
    client.force_login(moderator)
    queue = reverse("admin:comments_comment_changelist")
    look = reverse("admin:comments_comment_address", args=[comment.pk])
    assert CANARY.encode() in client.post(f"{look}?view=approved").content
    client.logout()
    jobs.notify_moderators()
    decisions.reset_to_pending(comment, by=moderator)
    jobs.notify_moderators()
    decisions.approve(comment, by=moderator)

    public = ["/", f"/news/{article.slug}/", f"/news/{article.slug}/comments/", "/nowhere/"]
    public += [f"/news/{article.slug}/comments/{place}" for place in ("feed/", f"reply/{comment.pk}/", "page/1/")]
    public += ["/comments/feed/", "/privacy/", f"/news/{article.slug}/?held={tokens.receipt(comment)}"]
    public += [f"/sections/{article.section.slug}/", f"/tags/{tag.slug}/"]
    pages = [address(language, page) for language in ("en", "pl") for page in public]
    pages += ["/robots.txt", "/health/live", "/health/jobs", "/health/ready"]
    places = [(page, bytes_of(client.get(page))) for page in pages for _twice in range(2)]
    assert b"Two days is not enough." in dict(places)[path]

    client.force_login(chief)  # who moderates, and may not see addresses
    inside = [reverse("admin:index"), reverse("admin:news_workingcopy_changelist")]
    inside += [f"{queue}?view={status}&c={comment.pk}" for status in Comment.Status]
    inside += [f"{queue}?q=quiet-lagoon&view=approved"]
    places += [(page, bytes_of(client.get(page))) for page in inside]
    places += [("a look refused", bytes_of(client.post(look)))]
    client.logout()
    decisions.trash(comment, by=chief)
    places += [(page, bytes_of(client.get(page))) for page in pages]

    places += reports
    places += [("the log", logged())]
    places += [("mail", message.message().as_bytes()) for message in mail.outbox]
    places += [(f"event {event}", repr(vars(event)).encode()) for event in AuditEvent.objects.all()]
    places += [*files_under(VAR_DIR, tmp_path), *rows()]
    assert mail.outbox and log.HEADS.exists() and any(pages_in_files.iterdir())
    assert hunt(places) == []


def _reports_of_a_crash(client, path, sent, monkeypatch):
    """What an error report would show if taking a comment in failed at its last line."""

    def crash(*args, **options):
        raise RuntimeError("the disk is full")

    caught = []
    client.raise_request_exception = False
    with monkeypatch.context() as patched:
        patched.setattr(submit, "enqueue", crash)
        response = client.post(path, sent)
    client.raise_request_exception = True
    assert response.status_code == 500
    assert not Comment.objects.exists() and not CommenterEmail.objects.exists()
    reporter = ExceptionReporter(response.wsgi_request, *response.exc_info)
    caught.append(("the error report", reporter.get_traceback_html().encode()))
    caught.append(("the error report in text", reporter.get_traceback_text().encode()))
    caught.append(("the 500 page", bytes_of(response)))
    return caught


# The hunt can find


def test_every_disguise_is_found_where_it_is_planted():
    for what, needle in disguises():
        found = hunt([("a file", b"before " + needle + b" after")])
        assert f"{what} in a file" in found


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
@pytest.mark.parametrize("after", ["", "x", "xy"])
def test_base64_is_found_wherever_the_address_begins_in_it(before, after):
    encoded = b64encode(f"{before}{CANARY}{after}".encode())
    assert "address in base64 in a file" in hunt([("a file", encoded)])


def test_a_compressed_page_in_a_kept_file_is_looked_into(pages_in_files):
    cache.set("planted", gzip.compress(b"<p>" + CANARY.encode() + b"</p>"))
    assert any("address in clear" in found for found in hunt(files_under(pages_in_files)))


def test_an_address_in_the_log_is_found(logged):
    logging.getLogger("anything").info("sent by %s", CANARY.upper())
    assert "address in clear in the log" in hunt([("the log", logged())])


@pytest.mark.django_db(transaction=True)
def test_an_address_in_a_row_is_found():
    article = make_live_article()
    Comment.objects.create(article=article, name="A", body=f"Write to {CANARY}")
    found = hunt([*rows(), *files_under(VAR_DIR)])
    assert "address in clear in table comments_comment" in found
    if connection.vendor == "sqlite":
        assert any(".sqlite3" in place for place in found)


def test_an_innocent_page_is_not_accused():
    assert hunt([("a page", b"Write to canary@quiet-lagoon.example, or not. " + b64encode(b"words " * 50))]) == []
