"""Every page readers can ask for, after every change of what it could show: never stale, never renewed for nothing.

The site is a small one, with something of everything. After each change every page is asked for as a reader would,
and rendered anew beside the store. A stored page must be what a new one is; a page that was rendered again must have
had a reason: other bytes, or one of ACCEPTED_RENEWALS.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import NamedTuple
from uuid import uuid4

import pytest
from django.core.handlers.base import BaseHandler
from django.test import RequestFactory
from django.utils import timezone

from comments.models import Comment, CommentSettings
from comments.moderation import answers, bulk, closing, decisions, edits
from comments.moderation.comment_settings import change_settings
from comments.personal_data import purge
from comments.submission import submit
from news import page_counters
from news.body import paragraphs, token
from news.editorial import workflow
from news.models import Article, Author, Section, Tag, WorkingCopy
from news.roles import system_user
from news.taxonomy import renaming
from news.tests.factories import make_author, make_copy, make_section, make_tag, make_user, saved_again
from portal.pagecache import counters, middleware

pytestmark = pytest.mark.django_db

LINK, WAITING_LINK = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
LONG = "A sentence that is far below what any list prints of a story. " * 20


class Renewal(NamedTuple):
    """Pages that are rendered again after a change though they come out the same, and why we live with it."""

    group: str
    change: str
    page: str
    reason: str


END = "A stored page carries the moment at which it ends, and another moment makes another page of it."
NEWEST = "Whether a story is among the newest is not asked at every step: rendering one page costs less."
THREAD = "The pages and the feed of a conversation hang on one counter."
ACCEPTED_RENEWALS = [
    Renewal("live_changes", "scheduled|off the schedule|expiry", ".*", END),
    Renewal("settings_changes", "close_after_days", "article|conversation", END),
    Renewal("comment_changes", "exempt", "article|conversation", END),
    Renewal("name_changes", "in another language", ".*", "Counters do not tell the languages of the site apart."),
    Renewal("story_changes", "story: (body|one)", "front page", NEWEST),
    Renewal("live_changes", "ended|restored|update", "gone", NEWEST),
    Renewal("story_changes", "language", "feed", "A feed names stories as lists do, which say their language."),
    Renewal("comment_changes", "thread|edited", "article|conversation|feed", THREAD),
    Renewal("settings_changes", "page_size|newest_first", "article", "All stories take comments by one counter."),
    Renewal("midnight", "midnight", "feed", "Every page ends at midnight, because nearly all print the date."),
]


@dataclass(frozen=True)
class Page:
    """An answer as its reader gets it."""

    status: int
    content: bytes
    location: str
    is_stored: bool = field(compare=False)


class Site:
    """A small newsroom whose clock stands still until a change moves it."""

    def __init__(self, set_clock: Callable[[datetime], None]) -> None:
        self.set_clock = set_clock
        self.reporter, self.editor = make_user("Reporters"), make_user("Editors", first_name="Ed", last_name="Itor")
        self.chief, self.moderator = make_user("Chief editors"), make_user("Moderators", first_name="Mo", last_name="D")
        self.tariffs, self.origin = make_section(name="Tariffs", position=1), make_section(name="Origin", position=2)
        self.steel, self.hs = make_tag("Steel"), make_tag("HS 7208", kind="hs")
        self.procedures, self.unused = make_tag("Procedures"), make_tag("Unused")
        self.author, self.other_author = make_author("Ann"), make_author("Bob")
        self.now = _tomorrow_at(time(10))
        self.set_clock(self.now)
        self.gone = self.publish(headline="Gone", section=self.origin, tags=[self.procedures])
        self.other = self.publish(headline="Other", section=self.origin, tags=[self.procedures])
        self.polish = self.publish(headline="Polska", section=self.origin, language="pl")
        self.main = self.publish(
            headline="Main",
            standfirst="",
            body=paragraphs("First sentence.", *[LONG] * 2, "The end."),
            section=self.tariffs,
            tags=[self.steel, self.hs],
            authors=[self.author],
        )
        self.linking = self.publish(
            headline="Linking",
            body=paragraphs("See") + token(LINK),
            links=[
                {"uuid": LINK, "target": self.main, "placement": "inline"},
                {"uuid": WAITING_LINK, "label": "To come", "placement": "end"},
            ],
            section=self.origin,
            tags=[self.hs],
            authors=[self.author],
        )
        self.old = make_copy(by=system_user(), headline="Old", section=self.origin).article
        yesterday = self.now - timedelta(hours=23)
        workflow.publish_unread((copy := self.copy(self.old)), copy.latest_revision, by=system_user(), at=yesterday)
        self.withdraw(self.gone)
        change_settings({"page_size": 2}, by=self.moderator)
        self.comments = [self.comment(self.main, f"Words {number}") for number in range(3)]
        self.comment(self.other, "Words elsewhere")

    def pages(self) -> dict[tuple[str, str], str]:
        """Every kind of address of the site, as (language, path), and what stands there."""
        main, linking, other, polish, old = (
            Article.objects.get(pk=article.pk).slug
            for article in (self.main, self.linking, self.other, self.polish, self.old)
        )
        procedures, origin = (type(thing).objects.get(pk=thing.pk) for thing in (self.procedures, self.origin))
        in_both_languages = {
            "/": "front page",
            f"/news/{main}/": "article",
            f"/news/{main}/comments/feed/": "feed",
            f"/sections/{origin.slug}/": "section",
            f"/tags/{procedures.slug}/": "tag",
            f"/news/{self.gone.slug}/": "gone",
        }
        in_one = {
            "/privacy/": "privacy",
            "/comments/feed/": "feed of the site",
            f"/news/{main}/comments/page/2/": "conversation",
            f"/sections/{self.tariffs.slug}/": "section",
            f"/tags/{self.steel.slug}/": "tag",
            f"/tags/{self.unused.slug}/": "tag",
            f"/news/{linking}/": "article",
            f"/news/{linking}/comments/feed/": "feed",
            f"/news/{other}/": "article",
            f"/news/{polish}/": "article",
            f"/news/{old}/": "article",
        }
        pages = {("en", path): kind for path, kind in (in_both_languages | in_one).items()}
        return pages | {("pl", path): kind for path, kind in in_both_languages.items()}

    def pass_time(self, **more: int) -> None:
        self.now += timedelta(**more)
        self.set_clock(self.now)

    def publish(self, **fields) -> Article:
        copy = make_copy(by=self.reporter, **fields)
        self._publish(copy)
        return copy.article

    def update(self, article: Article, change: Callable[[WorkingCopy], object] | None = None, **fields) -> None:
        """Change a live article through the workflow; `change` for rows beside its text."""
        copy = self.copy(article)
        with workflow.editing(copy, by=self.reporter, version=copy.version):
            for name, value in fields.items():
                setattr(copy, name, value)
            if change:
                change(copy)
        self._publish(copy)

    def approved(self, article: Article, **fields) -> WorkingCopy:
        copy = saved_again(self.copy(article), self.reporter, **fields)
        self._approve(copy)
        return copy

    def copy(self, article: Article) -> WorkingCopy:
        return WorkingCopy.objects.select_related("article").get(pk=article.pk)

    def withdraw(self, article: Article, **words: str) -> None:
        copy = self.copy(article)
        workflow.withdraw(copy, copy.latest_revision, by=self.chief, reason="Wrong.", **words)

    def rename(self, thing: Section | Tag | Author, **fields) -> None:
        thing.refresh_from_db()
        before = renaming.recorded_fields(thing)
        for name, value in fields.items():
            setattr(thing, name, value)
        thing.save()
        renaming.record_change(thing, before, by=self.chief)

    def comment(self, article: Article, body: str, *, status: str = "approved", parent: Comment | None = None):
        name = body.replace(" ", "-")
        comment = submit.submit(
            article, name=name, address=f"{name}@example.org", body=body, parent=parent, at=self.now
        ).comment
        if status == "approved":
            decisions.approve(comment, by=self.moderator)
        return comment

    def _approve(self, copy: WorkingCopy) -> None:
        workflow.submit(copy, copy.latest_revision, by=self.reporter)
        workflow.approve(copy, copy.latest_revision, by=self.editor)

    def _publish(self, copy: WorkingCopy) -> None:
        self._approve(copy)
        workflow.publish(copy, copy.latest_revision, by=self.chief)


def _tomorrow_at(hour: time) -> datetime:
    """Tomorrow on the site's clock, so that no test runs over midnight."""
    zone = timezone.get_default_timezone()
    return datetime.combine(timezone.localtime(timezone.now(), zone).date() + timedelta(days=1), hour, zone)


def story_changes(site: Site):
    """Change what a live story says, field by field."""
    main = site.main
    values = {
        "headline": "Main anew",
        "standfirst": "What it is about.",
        "dateline": "Gdańsk",
        "body": paragraphs("Another beginning.", *[LONG] * 2, "The end."),
        "source": "The gazette",
        "seo_title": "For engines",
        "seo_description": "Described for engines",
        "slug": "main-moved",
        "section": site.origin,
        "language": "pl",
    }
    assert {name.removesuffix("_id") for name in page_counters.CONTENT_FIELDS} == set(values)
    for name, value in values.items():
        site.update(main, **{name: value})
        yield f"story: {name}"
    site.update(main, standfirst="", body=paragraphs("Another beginning.", *[LONG] * 2, "Another end."))
    yield "story: no standfirst"
    site.update(main, body=paragraphs("Another beginning.", *[LONG] * 2, "A third end."))
    yield "story: end of the text"
    site.update(main, lambda copy: copy.tag_rows.create(tag=site.procedures))
    yield "story: one tag more"
    site.update(main, lambda copy: copy.tag_rows.filter(tag=site.steel).delete())
    yield "story: one tag less"
    site.update(main, lambda copy: copy.tag_rows.filter(tag=site.hs).delete())
    yield "story: one HS code less"
    site.update(main, lambda copy: copy.bylines.create(author=site.other_author, position=2))
    yield "story: one author more"
    site.update(main, lambda copy: copy.related_links.create(url="https://elsewhere.example/", label="Elsewhere"))
    yield "story: one link more"
    site.update(site.linking, lambda copy: copy.related_links.filter(target=main).delete(), body=paragraphs("See"))
    yield "story: one link less"
    site.update(site.linking, lambda copy: copy.related_links.create(target=main, uuid=LINK))
    yield "story: linked again"
    site.update(site.linking, lambda copy: copy.bylines.create(author=site.other_author, position=2))
    yield "lead of the front page: one author more"
    site.update(site.linking, lambda copy: copy.tag_rows.filter(tag=site.hs).delete())
    yield "lead of the front page: one HS code less"
    site.update(site.linking, dateline="Gdynia", section=site.tariffs)
    yield "lead of the front page: dateline and section"
    copy = site.copy(main)
    saved_again(copy, site.reporter, headline="Not yet")
    yield "story: saved as a draft"
    site._approve(copy)
    yield "story: approved"


def live_changes(site: Site):
    """Let stories appear and go: by steps, and by the clock alone."""
    site.withdraw(site.other)
    yield "withdrawn"
    workflow.restore((copy := site.copy(site.other)), copy.latest_revision, by=site.chief)
    yield "restored"
    site.withdraw(site.other, note="It was wrong.")
    yield "withdrawn with a note"
    workflow.restore((copy := site.copy(site.other)), copy.latest_revision, by=site.chief)
    yield "restored again"
    site.publish(headline="To come", section=site.tariffs, tags=[site.unused])
    yield "published, with a link that waited for it"
    site.publish(headline="Neighbour", section=site.tariffs)
    yield "published"
    copy = make_copy(by=site.reporter, headline="At its hour", section=site.tariffs, tags=[site.procedures])
    site._approve(copy)
    workflow.schedule(copy, copy.latest_revision, by=site.chief, at=site.now + timedelta(hours=1))
    yield "scheduled"
    site.pass_time(hours=1)
    yield "appeared by the clock"
    workflow.publish_due(copy.pk)
    yield "its appearance was noted"
    copy = make_copy(by=site.reporter, headline="Never", section=site.origin)
    site._approve(copy)
    workflow.schedule(copy, copy.latest_revision, by=site.chief, at=site.now + timedelta(hours=2))
    yield "scheduled"
    workflow.unschedule(copy, copy.scheduled_revision, by=site.chief)
    yield "taken off the schedule"
    copy = site.approved(site.other, headline="Other at its hour")
    workflow.schedule(copy, copy.latest_revision, by=site.chief, at=site.now + timedelta(hours=1))
    yield "update scheduled"
    site.pass_time(hours=1)
    yield "hour of an update"
    workflow.publish_due(copy.pk)
    yield "update published by the worker"
    workflow.expire(
        (copy := site.copy(site.other)), copy.latest_revision, by=site.chief, at=site.now + timedelta(hours=1)
    )
    yield "expiry set"
    workflow.clear_expiry((copy := site.copy(site.other)), copy.latest_revision, by=site.chief)
    yield "expiry cleared"
    workflow.expire(
        (copy := site.copy(site.other)), copy.latest_revision, by=site.chief, at=site.now + timedelta(hours=1)
    )
    yield "expiry set"
    site.pass_time(hours=1)
    yield "ended by the clock"
    workflow.restore((copy := site.copy(site.other)), copy.latest_revision, by=site.chief)
    yield "restored after its end"


def name_changes(site: Site):
    """Change what sections, tags and authors are called."""
    for thing, kind in ((site.origin, "section"), (site.procedures, "tag"), (site.hs, "HS code"), (site.unused, "tag")):
        site.rename(thing, name=f"{thing.name} anew")
        yield f"{kind}: name"
        site.rename(thing, names={"pl": f"{thing.name} po polsku"})
        yield f"{kind}: name in another language"
    for thing, kind in ((site.procedures, "tag"), (site.hs, "HS code")):
        site.rename(thing, kind="agreement")
        yield f"{kind}: kind"
    site.rename(site.procedures, slug="procedures-moved")
    yield "tag: address"
    renaming.set_aliases(site.procedures, {"procs": "Procs"}, by=site.chief)
    yield "tag: alias"
    site.rename(site.origin, position=0)
    yield "section: position"
    site.rename(site.origin, slug="origin-moved")
    yield "section: address"
    renaming.record_addition(make_section(name="New section"), by=site.chief)
    yield "section: added"
    renaming.record_addition(make_tag("New tag"), by=site.chief)
    yield "tag: added"
    site.rename(site.author, name="Ann anew")
    yield "author: name"
    site.rename(make_author("Nobody yet"), name="Nobody anew")
    yield "author: of no story"


def comment_changes(site: Site):
    """Let comments come, be decided on, changed and answered; close and open their threads."""
    main, by = site.main, {"by": site.moderator}
    waits = site.comment(main, "I wait", status="pending")
    yield "comment: waits"
    decisions.approve(waits, **by)
    yield "comment: approved"
    edits.edit(waits, "I waited", expected=waits.state_token, **by)
    yield "comment: edited"
    decisions.trash(waits, **by)
    yield "comment: removed"
    decisions.undo(waits, **by)
    yield "comment: restored"
    reply = site.comment(main, "I reply", parent=site.comments[0])
    yield "comment: replied to"
    decisions.trash(Comment.objects.get(pk=site.comments[0].pk), **by)
    yield "comment: removed from above a reply"
    purge.erase(Comment.objects.get(pk=site.comments[0].pk))
    yield "comment: erased from above a reply"
    answers.answer(reply, "The newsroom answers", **by)
    yield "comment: answered by the newsroom"
    submit.report(reply, reason="other", text="Bad.")
    yield "comment: reported"
    for number in range(3):
        site.comment(site.linking, f"One of many {number}", status="pending")
    waiting = Comment.objects.filter(article=site.linking)
    bulk.decide_all(waiting, decisions.Decision.APPROVE, **by)
    yield "comments: approved at once"
    bulk.decide_all(waiting, decisions.Decision.SPAM, **by)
    yield "comments: removed at once"
    for step in (closing.close, closing.reopen, closing.exempt, closing.stop_exempting):
        step(main, **by)
        yield f"thread: {step.__name__}"
    site.update(main, headline="Main with comments")
    yield "story: headline under its comments"


def settings_changes(site: Site):
    """Change every setting of how comments are taken, and let the clock close threads."""
    rules = CommentSettings.current()
    for name in [column.name for column in CommentSettings._meta.fields if not column.primary_key]:
        value = getattr(rules, name)
        other = not value if isinstance(value, bool) else value + 1 if isinstance(value, int) else f"{value} anew"
        change_settings({name: other}, by=site.moderator)
        yield f"setting: {name}"
    change_settings({"is_open": True, "close_after_days": 1}, by=site.moderator)
    yield "setting: close_after_days, within the hour"
    site.pass_time(hours=1)
    yield "closed by the clock"


def midnight(site: Site):
    site.pass_time(days=1)
    yield "midnight"


@pytest.fixture
def set_clock(monkeypatch):
    return lambda moment: monkeypatch.setattr(timezone, "now", lambda: moment)


@pytest.fixture
def reader(monkeypatch, address, settings):
    """Somebody who asks for pages, with the store and beside it.

    The store is in memory whatever CACHE_URL says: a server that is slow to answer makes a page be rendered again.
    """
    store = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": uuid4().hex}
    settings.CACHES = {"default": store}
    return Reader(monkeypatch, address)


class Reader:
    def __init__(self, monkeypatch: pytest.MonkeyPatch, address: Callable[[str, str], str]) -> None:
        self.monkeypatch, self.address = monkeypatch, address
        self.handler = BaseHandler()
        self.handler.load_middleware()
        self.rendered: list[str] = []
        to_store = middleware._to_store

        def spy(key: str, page: middleware.CachedPage) -> None:
            self.rendered.append(key)
            to_store(key, page)

        monkeypatch.setattr(middleware, "_to_store", spy)

    def ask(self, language: str, path: str) -> Page:
        """What a reader gets."""
        before = len(self.rendered)
        response = self.handler.get_response(RequestFactory().get(self.address(language, path)))
        content = response.content
        if b"<item>" not in content:  # a feed of nothing says when it was made
            content = re.sub(rb"<lastBuildDate>.*?</lastBuildDate>", b"", content)
        return Page(response.status_code, content, response.headers.get("Location", ""), len(self.rendered) == before)

    def ask_anew(self, language: str, path: str) -> Page:
        """What a process that remembers nothing renders."""
        with self.monkeypatch.context() as patch:
            patch.setattr(middleware, "_from_store", lambda key: None)
            patch.setattr(middleware, "_to_store", lambda key, page: None)
            patch.setattr(counters, "_memo", {})
            return self.ask(language, path)


def _reason_for(group: str, change: str, kind: str) -> Renewal | None:
    for renewal in ACCEPTED_RENEWALS:
        if renewal.group == group and re.search(renewal.change, change) and re.search(renewal.page, kind):
            return renewal
    return None


@pytest.mark.parametrize(
    "changes", [story_changes, live_changes, name_changes, comment_changes, settings_changes, midnight]
)
def test_no_page_is_stale_and_none_is_renewed_for_nothing(set_clock, reader, changes):
    site = Site(set_clock)
    last: dict[tuple[str, str], Page] = {}
    faults, accepted = [], set()
    for change in _nothing_and(changes(site)):
        for (language, path), kind in site.pages().items():
            page, before = reader.ask(language, path), last.get((language, path))
            last[language, path] = page
            if page.is_stored and page != reader.ask_anew(language, path):
                faults.append(f"{change}: {language} {path} ({kind}) is stale")
            if page == before and not page.is_stored:
                if renewal := _reason_for(changes.__name__, change, kind):
                    accepted.add(renewal)
                else:
                    faults.append(f"{change}: {language} {path} ({kind}) is renewed for nothing")
        site.pass_time(minutes=1)
    assert "\n".join(faults) == ""
    # What no longer happens is taken off the list.
    assert accepted == {renewal for renewal in ACCEPTED_RENEWALS if renewal.group == changes.__name__}


def _nothing_and(changes):
    yield "nothing"
    yield from changes
