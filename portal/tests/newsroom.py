"""One newsroom with something in every state, made once for all tests of a file; and its database as plain rows.

What a test does to it is undone after the test, and what it does within `newsroom.undone()` at the end of that.
"""

import re
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client, override_settings
from django.test.client import ClientHandler
from django.urls import reverse
from django.utils import timezone, translation

from comments import emails, tokens
from comments.models import Comment
from comments.moderation import closing, decisions
from comments.personal_data import data_requests
from comments.submission import submit
from comments.tests.factories import make_comment
from news.admin import datetime_fields
from news.body import paragraphs
from news.editorial import preview_links, workflow
from news.models import Article, Autosave, WorkingCopy
from news.tests.factories import make_author, make_section, make_tag, make_user
from portal.models import Job, User
from portal.tests.security.access_matrix import PEOPLE

ROLES = {"reporter": "Reporters", "editor": "Editors", "chief": "Chief editors", "moderator": "Moderators"}
PASSWORD = "what everybody types here"
TOKEN = "t" * 32  # a CSRF token of one's own, as its cookie has it
# Written by whoever comes by: a session counts from its last request.
BOOKKEEPING = {"django_session"}
# Statements that leave every row as it is. Whatever is not listed here counts as writing, `WITH` and `LOCK` too.
READING = re.compile(r"\s*(SELECT|SAVEPOINT|RELEASE SAVEPOINT) ", re.IGNORECASE)
OF_BOOKKEEPING = re.compile(rf'(UPDATE|INSERT INTO|DELETE FROM) "({"|".join(BOOKKEEPING)})" ')


@contextmanager
def standing():
    """The rows behind `Newsroom`, in a transaction around all that is done with them."""
    quickly = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
    with translation.override("en"), quickly, connection.execute_wrapper(writes), transaction.atomic():
        yield _everything()
        transaction.set_rollback(True)


class Newsroom(dict):
    """People by the names of the table, and whatever else there is one of: `newsroom["draft"]`.

    A row is read when it is asked for, and knows nothing of what another test did to it.
    """

    site = ClientHandler(enforce_csrf_checks=True)  # one for all browsers: the middleware takes its time to begin

    def __init__(self, made):
        super().__init__()
        self.made = made

    def __missing__(self, name):
        self[name] = self.again(name)
        return self[name]

    def again(self, name):
        """As it stands in the database now."""
        made = self.made[name]
        return type(made)._base_manager.get(pk=made.pk) if isinstance(made, Model) else made

    def fill_in(self, text):
        """`{draft.pk}` and the like in an address or a value."""
        return text.format_map(self)

    def browser_of(self, person):
        """A browser in which a person is logged in, with a token of its own."""
        browser = Client()
        browser.handler = self.site
        browser.cookies["csrftoken"] = TOKEN
        if key := self["sessions"][person]:
            browser.cookies[settings.SESSION_COOKIE_NAME] = key
        return browser

    @contextmanager
    def undone(self):
        before = writes.number
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
        writes.number = before


def post(browser, address, sent, **options):
    """Send fields as a browser would, with its own token instead of the one that is in them."""
    sent = sent.copy()
    sent["csrfmiddlewaretoken"] = TOKEN
    return browser.post(address, sent.urlencode(), content_type="application/x-www-form-urlencoded", **options)


def is_login(response):
    return response.status_code == 302 and response.headers["Location"].startswith(reverse("admin:login"))


# ---- the database


class Writes:
    """Counts the statements that may have changed a row outside BOOKKEEPING: while there are none, none has changed."""

    number = 0

    def __call__(self, execute, sql, params, many, context):
        self.number += not (READING.match(sql) or OF_BOOKKEEPING.match(sql))
        return execute(sql, params, many, context)


writes = Writes()


class Rows(dict):
    """All rows of all tables as they were when this was made: {table: {primary key: {column: value}}}."""

    def __init__(self):
        assert writes in connection.execute_wrappers, "Nobody counts what is written; begin with `standing()`."
        super().__init__(_rows())
        self.writes = writes.number


def rows():
    return Rows()


def _rows():
    keys = {model._meta.db_table: model._meta.pk.column for model in apps.get_models(include_auto_created=True)}
    found = {}
    with connection.cursor() as cursor:
        for table in set(connection.introspection.table_names(cursor)) - BOOKKEEPING:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            columns = [column.name if hasattr(column, "name") else column[0] for column in cursor.description]
            place = columns.index(keys[table]) if table in keys else None
            found[table] = {
                row if place is None else row[place]: dict(zip(columns, row, strict=True)) for row in cursor.fetchall()
            }
    return found


def changed(before):
    """What differs now: `table.column` where a row says something else, `+table` and `-table` for rows come and gone.

    Where nothing was written since, nothing is read.
    """
    if writes.number == before.writes:
        return set()
    after = rows()
    return {word for table in before if before[table] != after[table] for word in _differs(table, before, after)}


def _differs(table, before, after):
    before, after = before[table], after[table]
    if after.keys() - before.keys():
        yield f"+{table}"
    if before.keys() - after.keys():
        yield f"-{table}"
    for key in before.keys() & after.keys():
        yield from (f"{table}.{column}" for column, value in before[key].items() if after[key][column] != value)


# ---- what there is one of


def _everything():
    rows = _people()
    rows |= {"sessions": _sessions(rows), "nobody": None, "now": timezone.now()}
    rows |= _stories(**rows)
    rows |= _beside_stories(**rows)
    return rows | _comments(**rows)


def _people():
    people = {
        name: make_user(role, username=f"{name}-tested", first_name=name.title(), last_name="Tested")
        for name, role in ROLES.items()
    }
    people["admin"] = User.objects.create_superuser(
        "admin-tested", admin_language="en", first_name="Admin", last_name="Tested"
    )
    people["staff"] = User.objects.create_user("staff-tested", is_staff=True, admin_language="en")
    people["deactivated"] = make_user("Chief editors", username="deactivated-tested", is_active=False)
    for person in people.values():
        person.set_password(PASSWORD)
        person.save()
    # Those who did what is done: the others had no part in it, so that four eyes do not stand in their way.
    return people | {
        "writer": make_user("Reporters", username="writer"),
        "reader": make_user("Editors", username="reader"),
        "publisher": make_user("Chief editors", username="publisher"),
        "keeper": make_user("Moderators", username="keeper"),
    }


def _sessions(people):
    """Everybody has logged in once; who is deactivated has done so before."""
    keys = dict.fromkeys(PEOPLE.values())
    for name in keys.keys() & people.keys():
        browser = Client()
        browser.force_login(people[name])
        keys[name] = browser.cookies[settings.SESSION_COOKIE_NAME].value
    return keys


def _stories(*, writer, reader, publisher, now, **others):
    trade, tag, author = make_section(name="Trade"), make_tag("WCO"), make_author("Anna Nowak")
    tomorrow = datetime_fields.typed(now + timedelta(days=1))
    hour = datetime_fields.instant(tomorrow[0], tomorrow[1].replace(hour=12))

    def draft(headline):
        words = {"body": paragraphs(f"What {headline} says."), "language": "en", "section": trade}
        copy = workflow.start(by=writer, headline="First words", tags=[tag], authors=[author], **words)
        with workflow.editing(copy, by=writer, version=copy.version):
            copy.headline = headline
        return copy

    def in_review(headline):
        copy = draft(headline)
        workflow.submit(copy, copy.latest_revision, by=writer)
        return copy

    def approved(headline):
        copy = in_review(headline)
        workflow.approve(copy, copy.latest_revision, by=reader)
        return copy

    def live(headline):
        copy = approved(headline)
        workflow.publish(copy, copy.latest_revision, by=publisher)
        return copy

    stories = {
        "draft": draft("Draft"),
        "in_review": in_review("In review"),
        "approved": approved("Approved"),
        "scheduled": approved("Scheduled"),
        "discarded": draft("Discarded"),
        "live": live("Live"),
        "ending": live("Ending"),
        "withdrawn": live("Withdrawn"),
        "mended": live("Mended"),
        "alone": draft("Alone"),
        "update": live("Update"),
    }
    WorkingCopy.objects.filter(pk=stories["approved"].pk).update(planned_publish_at=hour)
    workflow.schedule(stories["scheduled"], stories["scheduled"].latest_revision, by=publisher, at=hour)
    workflow.discard(stories["discarded"], stories["discarded"].latest_revision, by=writer)
    workflow.expire(stories["ending"], stories["ending"].latest_revision, by=publisher, at=hour)
    workflow.withdraw(stories["withdrawn"], stories["withdrawn"].latest_revision, by=publisher, reason="Wrong")
    workflow.publish_alone(stories["alone"], stories["alone"].latest_revision, by=publisher, reason="Urgent")
    for name in ("mended", "update"):
        with workflow.editing(stories[name], by=writer, version=stories[name].version):
            stories[name].headline += "!"
    workflow.submit(stories["update"], stories["update"].latest_revision, by=writer)
    workflow.approve(stories["update"], stories["update"].latest_revision, by=reader)
    return stories | {"trade": trade, "tag": tag, "author": author, "hour": hour}


def _beside_stories(*, draft, writer, publisher, now, live, **others):
    revoked = preview_links.create(draft, by=writer, days=7)
    preview_links.revoke(revoked, by=publisher)
    text = '[["headline","Typed by the writer"]]'
    return {
        "other_section": make_section(name="Customs"),
        "open": preview_links.create(draft, by=writer, days=7),
        "revoked": revoked,
        "left": Autosave.objects.create(person=writer, story=draft, fields=text, client_time=1),
        "group": Group.objects.create(name="Proofreaders"),
        "job": Job.objects.create(name="news.wait", payload="{}", state="dead", finished_at=now),
        "article_type": ContentType.objects.get_for_model(Article),
        "sheet": uuid4(),
        "first": draft.article.revisions.get(number=1),
        "next_year": now + timedelta(days=365),
    }


def _comments(*, live, update, keeper, **others):
    under_closed = make_comment(update.article)
    closing.close(update.article, by=keeper)
    statuses = decisions.Status.values
    made = {f"{status}_comment": make_comment(live.article, status=status, by=keeper) for status in statuses}
    made["reported_comment"] = make_comment(live.article, status="approved", by=keeper)
    made["report"] = submit.report(made["reported_comment"], reason="personal", address="ewa@example.org")
    person = data_requests.DataSubject(emails.hashes_of(made["pending_comment"]))
    made |= {
        f"erasing_{grade}": data_requests.plan(person, grade).digest for grade in data_requests.ErasureScope.values
    }
    told = make_comment(live.article, notify_language="en").commenter_email.subscription
    return made | {
        "under_closed": under_closed,
        "receipt": tokens.receipt(made["pending_comment"]),
        "told": told,
        "all_waiting": f"{told.pk}:{Comment.objects.waiting().count()}",
        "confirm_key": tokens.confirmation(told),
        "stop_key": tokens.ending(told),
    }
