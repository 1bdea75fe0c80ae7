"""What waits for one person, from both apps: the newsroom's start page."""

from django.db.models import Q
from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from comments.models import Comment
from news.admin.articles import dashboard_rows
from news.models import Presence, WorkingCopy
from portal.audit import log

Stage = WorkingCopy.Stage
AT_MOST = 10


class Dashboard:
    """No story twice: returned, to review, and drafts are different stages of the working copy."""

    def __init__(self, person):
        self.person = person

    @property
    def today(self):
        # Translators: a date format of Django's `date` filter; Polish needs "l, j E".
        return formatted(timezone.localtime(), _("l, j F") + " · H:i")

    @cached_property
    def returned(self):
        """Sent back to whoever submitted it, each with the reason."""
        sent = Q(submitted_by=self.person) | Q(saved_by=self.person, submitted_by=None)
        mine = Q(assigned_to=self.person) | Q(sent, assigned_to=None)
        return dashboard_rows.returned(self._stories(mine, stage=Stage.CHANGES_REQUESTED))

    @cached_property
    def to_review(self):
        """In review; one's own are there too, but somebody else approves them."""
        if not self.person.has_perm("news.review_workingcopy"):
            return []
        return dashboard_rows.to_review(self._stories(stage=Stage.IN_REVIEW), person=self.person)

    @cached_property
    def to_publish(self):
        return self._stories(stage=Stage.APPROVED) if self.person.has_perm("news.publish_workingcopy") else []

    @cached_property
    def unread(self):
        """What one person alone gave readers, for those who can read it and put their name under it."""
        if not self.person.has_perm("news.review_workingcopy"):
            return []
        copies = (
            WorkingCopy.objects.for_list().unread().with_reviewed_revisions().order_by("-unreviewed_since")[:AT_MOST]
        )
        return dashboard_rows.unreviewed(copies, person=self.person)

    @cached_property
    def lost_event(self):
        """The newest event written down outside, if the database has lost it: for those who look after the works."""
        lost = log.missing_head() if self.person.has_perm("portal.view_job") else None
        return lost and lost[0]

    @cached_property
    def overdue(self):
        """Updates whose hour has come and gone, for those who can put them in place or move them."""
        return self._on_the_schedule().overdue() if self.person.has_perm("news.publish_workingcopy") else []

    @cached_property
    def going_out(self):
        """What goes out next, soonest first; what is overdue stands above as an alarm."""
        copies = self._on_the_schedule().scheduled().filter(scheduled_for__gt=timezone.now())[:AT_MOST]
        return dashboard_rows.scheduled(copies)

    @cached_property
    def drafts(self):
        """What one is in charge of, or began and nobody else is in charge of."""
        mine = Q(assigned_to=self.person) | Q(saved_by=self.person, assigned_to=None)
        return self._stories(mine, stage=Stage.DRAFT)

    @cached_property
    def being_edited(self):
        """Who else writes what at this moment, as their browsers say."""
        if not self.person.has_perm("news.view_workingcopy"):
            return []
        return list(Presence.objects.others(self.person).select_related("story").defer("story__body")[:AT_MOST])

    @cached_property
    def comments_waiting(self):
        return Comment.objects.waiting().count() if self.person.has_perm("comments.view_comment") else 0

    @cached_property
    def comments_reported(self):
        return Comment.objects.reported().count() if self.person.has_perm("comments.view_comment") else 0

    @property
    def count(self):
        """What the headline counts: alarms, returned, mine to review, to publish and to read after somebody who
        published alone; to whoever moderates, the comments."""
        decides = self.person.has_perm("comments.moderate_comment")
        return (
            bool(self.lost_event)
            + (self.comments_waiting + self.comments_reported if decides else 0)
            + len(self.overdue)
            + len(self.returned)
            + sum(not row.is_own for row in self.to_review)
            + len(self.to_publish)
            + sum(not row.is_own for row in self.unread)
        )

    def _on_the_schedule(self):
        copies = WorkingCopy.objects.for_list()
        return copies if self.person.has_perm("news.view_workingcopy") else copies.none()

    def _stories(self, *conditions, **fields):
        if not self.person.has_perm("news.view_workingcopy"):
            return []
        return list(WorkingCopy.objects.for_list().filter(*conditions, **fields).order_by("-saved_at")[:AT_MOST])
