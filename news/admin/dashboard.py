"""What the start page shows to those who write, review and publish.

No story twice: returned, to review, to publish and drafts are different stages of the working copy.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils import timezone

from news.admin.articles import dashboard_rows
from news.models import Presence, WorkingCopy
from news.querysets import WorkingCopyQuerySet
from portal.models import User
from portal.registry.dashboard import Area, PanelContent, panel

Stage = WorkingCopy.Stage
AT_MOST = 10


@panel("admin/news/_panel_overdue.html", area=Area.ALARMS, order=20)
def overdue(person: User) -> PanelContent | None:
    """Updates whose hour has come and gone, for those who can put them in place or move them."""
    if not person.has_perm("news.publish_workingcopy"):
        return None
    return _rows(_on_the_schedule(person).overdue())


@panel("admin/news/_panel_returned.html", area=Area.MAIN, order=10)
def returned(person: User) -> PanelContent | None:
    """Sent back to whoever submitted it, each with the reason."""
    sent = Q(submitted_by=person) | Q(saved_by=person, submitted_by=None)
    mine = Q(assigned_to=person) | Q(sent, assigned_to=None)
    return _rows(dashboard_rows.returned(_stories(person, mine, stage=Stage.CHANGES_REQUESTED)))


@panel("admin/news/_panel_to_review.html", area=Area.MAIN, order=20)
def to_review(person: User) -> PanelContent | None:
    """In review; one's own are there too, but somebody else approves them."""
    if not person.has_perm("news.review_workingcopy"):
        return None
    rows = dashboard_rows.to_review(_stories(person, stage=Stage.IN_REVIEW), person=person)
    return _rows(rows, count=sum(not row.is_own for row in rows))


@panel("admin/news/_panel_to_publish.html", area=Area.MAIN, order=30)
def to_publish(person: User) -> PanelContent | None:
    """Approved, for those who publish."""
    return _rows(_stories(person, stage=Stage.APPROVED)) if person.has_perm("news.publish_workingcopy") else None


@panel("admin/news/_panel_unreviewed.html", area=Area.MAIN, order=40)
def unreviewed(person: User) -> PanelContent | None:
    """What one person alone gave readers, for those who can read it and put their name under it."""
    if not person.has_perm("news.review_workingcopy"):
        return None
    copies = WorkingCopy.objects.for_list().unread().with_reviewed_revisions().order_by("-unreviewed_since")[:AT_MOST]
    rows = dashboard_rows.unreviewed(copies, person=person)
    return _rows(rows, count=sum(not row.is_own for row in rows))


@panel("admin/news/_panel_drafts.html", area=Area.MAIN, order=50)
def drafts(person: User) -> PanelContent | None:
    """What one is in charge of, or began and nobody else is in charge of."""
    mine = Q(assigned_to=person) | Q(saved_by=person, assigned_to=None)
    return _rows(_stories(person, mine, stage=Stage.DRAFT), count=0)


@panel("admin/news/_panel_going_out.html", area=Area.SIDE, order=10)
def going_out(person: User) -> PanelContent | None:
    """What goes out next, soonest first; what is overdue stands above as an alarm."""
    copies = _on_the_schedule(person).scheduled().filter(scheduled_for__gt=timezone.now())[:AT_MOST]
    return _rows(dashboard_rows.scheduled(copies), count=0)


@panel("admin/news/_panel_being_edited.html", area=Area.SIDE, order=20)
def being_edited(person: User) -> PanelContent | None:
    """Who else writes what at this moment, as their browsers say."""
    if not person.has_perm("news.view_workingcopy"):
        return None
    return _rows(Presence.objects.others(person).select_related("story").defer("story__body")[:AT_MOST], count=0)


def _rows(rows: Iterable[Any], count: int | None = None) -> PanelContent | None:
    """Show these rows, or nothing when there are none. Without a `count` all of them wait for the person."""
    rows = list(rows)
    return PanelContent({"rows": rows}, len(rows) if count is None else count) if rows else None


def _on_the_schedule(person: User) -> WorkingCopyQuerySet:
    copies = WorkingCopy.objects.for_list()
    return copies if person.has_perm("news.view_workingcopy") else copies.none()


def _stories(person: User, *conditions: Q, **fields: Any) -> list[WorkingCopy]:
    if not person.has_perm("news.view_workingcopy"):
        return []
    return list(WorkingCopy.objects.for_list().filter(*conditions, **fields).order_by("-saved_at")[:AT_MOST])
