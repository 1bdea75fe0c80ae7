"""Rows of the start page: a story, and what is said of it there."""

from collections.abc import Collection
from dataclasses import dataclass

from news.admin import datetime_display
from news.admin.articles import compare, timeline
from news.admin.articles.timeline import Line
from news.editorial import steps
from news.models import WorkingCopy
from portal.models import User


@dataclass(frozen=True)
class ReturnedArticle:
    """A story that was returned to its writer, by whom and why."""

    copy: WorkingCopy
    returned_by: str
    reason: str


@dataclass(frozen=True)
class ArticleToReview:
    """A story in review; whoever submitted it (`is_own`) sees that it waits, and somebody else approves it."""

    copy: WorkingCopy
    is_own: bool


@dataclass(frozen=True)
class UnreviewedArticle:
    """A story of which one person alone gave readers what they see."""

    copy: WorkingCopy
    is_own: bool  # it was this person, so somebody else reviews it
    review_url: str
    line: Line | None  # who gave readers what, and why


@dataclass(frozen=True)
class ScheduledArticle:
    """A story that goes out, under the heading of its day."""

    copy: WorkingCopy
    day: str


def returned(copies: Collection[WorkingCopy]) -> list[ReturnedArticle]:
    """These stories with their last returns."""
    returns = timeline.last_returns([copy.article for copy in copies]) if copies else {}
    rows = []
    for copy in copies:
        last = returns.get(copy.pk)
        rows.append(ReturnedArticle(copy, last.who if last else "", last.reason if last else ""))
    return rows


def to_review(copies: Collection[WorkingCopy], *, person: User) -> list[ArticleToReview]:
    """These stories, a person's own ones last."""
    rows = [ArticleToReview(copy, copy.submitted_by_id == person.pk) for copy in copies]
    return sorted(rows, key=lambda row: row.is_own)


def unreviewed(copies: Collection[WorkingCopy], *, person: User) -> list[UnreviewedArticle]:
    """These stories, each with who published what alone, and where `person` reviews it."""
    events = timeline.break_glass_events(copies)
    lines = timeline.last_lines(events)
    return [
        UnreviewedArticle(
            copy=copy,
            is_own=person.pk in steps.unreviewed_publishers(copy, events[copy.pk]),
            review_url=compare.review_url(copy),
            line=lines.get(copy.pk),
        )
        for copy in copies
    ]


def scheduled(copies: Collection[WorkingCopy]) -> list[ScheduledArticle]:
    """These stories with the days on which they go out."""
    return [ScheduledArticle(copy, datetime_display.day(copy.scheduled_for)) for copy in copies]
