from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from taggit.managers import TaggableManager

from news.models.article import Article
from news.models.content import Content
from news.models.tag import WorkingCopyTag
from news.querysets import PATIENCE, WorkingCopyQuerySet


class WorkingCopy(Content):
    """The text editors work on, ahead of its article or equal to it. `version` counts the writes.

    What is scheduled is one revision and stands beside the stage: the text may move on meanwhile. `planned_publish_at`
    is only the hour somebody has in mind; readers get nothing at it until a step has scheduled a revision.
    `reviewed_revision` is the revision two people put their name under before readers got it (or since).
    """

    class Stage(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("stage", "Draft")
        IN_REVIEW = "review", pgettext_lazy("stage", "In review")
        CHANGES_REQUESTED = "changes", pgettext_lazy("stage", "Changes requested")
        APPROVED = "approved", pgettext_lazy("stage", "Approved")
        SCHEDULED = "scheduled", pgettext_lazy("stage", "Scheduled")
        DISCARDED = "discarded", pgettext_lazy("stage", "Discarded")
        NOTHING_PENDING = "none", pgettext_lazy("stage", "Nothing pending")

    article = models.OneToOneField(Article, models.CASCADE, primary_key=True, related_name="working_copy")
    tags = TaggableManager(through=WorkingCopyTag, blank=True, related_name="working_copies")
    stage = models.CharField(_("stage"), max_length=9, choices=Stage, default=Stage.DRAFT, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)
    newest = models.ForeignKey("news.Revision", models.PROTECT, null=True, editable=False, related_name="+")
    approved = models.ForeignKey("news.Revision", models.PROTECT, null=True, editable=False, related_name="+")
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    planned_publish_at = models.DateTimeField(_("meant to go out"), null=True, editable=False)
    scheduled = models.ForeignKey("news.Revision", models.PROTECT, null=True, editable=False, related_name="+")
    scheduled_for = models.DateTimeField(_("goes out"), null=True, editable=False, db_index=True)
    scheduled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    reviewed_revision = models.ForeignKey("news.Revision", models.PROTECT, null=True, editable=False, related_name="+")
    unreviewed_since = models.DateTimeField(_("published by one person alone"), null=True, editable=False)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("in charge"),
    )
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+")
    saved_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False, db_index=True)

    objects = WorkingCopyQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        default_permissions = ("add", "change", "view")  # never "delete": a story is withdrawn
        permissions = [
            ("submit_workingcopy", _("Can submit a story for review")),
            ("review_workingcopy", _("Can return and approve stories")),
            ("publish_workingcopy", _("Can publish approved stories")),
            ("withdraw_workingcopy", _("Can withdraw stories from readers")),
            ("fix_typo_workingcopy", _("Can publish small fixes of live stories alone")),
            ("publish_alone_workingcopy", _("Can publish alone in an emergency")),
            ("assign_workingcopy", _("Can put people in charge of stories")),
            ("publish_unread_workingcopy", _("Can publish without a second reader (imports)")),
        ]
        indexes = [
            models.Index("stage", "saved_at", name="copy_stage_saved"),
            models.Index("unreviewed_since", condition=Q(unreviewed_since__isnull=False), name="copy_alone"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(scheduled=None, scheduled_for=None, scheduled_by=None)
                | Q(scheduled__isnull=False, scheduled_for__isnull=False, scheduled_by__isnull=False),
                name="scheduled_means_what_when_who",
            ),
            models.CheckConstraint(
                condition=~Q(stage="scheduled") | Q(scheduled__isnull=False), name="stage_scheduled_means_a_schedule"
            ),
        ]

    __str__ = Content.__str__

    @property
    def is_ahead(self):
        """Whether it says something that is on its way to readers."""
        return self.stage_at() not in {self.Stage.NOTHING_PENDING, self.Stage.DISCARDED}

    def is_unread(self):
        """Whether one person alone gave readers what they see. Keep in step with WorkingCopyQuerySet.unread()."""
        return self.unreviewed_since is not None

    def stage_at(self, at=None):
        """The stage by the clock: what readers got at its second is not pending, though no worker has noted it."""
        if self.stage == self.Stage.SCHEDULED and self.has_gone_live(at=at):
            return self.Stage.NOTHING_PENDING
        return self.stage

    def is_scheduled(self, *, at=None):
        """Whether something is still to go out. Keep in step with WorkingCopyQuerySet.scheduled()."""
        return self.scheduled_revision_id is not None and not self.has_gone_live(at=at)

    def has_gone_live(self, *, at=None):
        """Whether readers saw its first revision appear by the clock; `publish_due` only notes it."""
        return self._is_due(at or timezone.now()) and self.article.live_revision_id == self.scheduled_revision_id

    def is_overdue(self, *, at=None):
        """Whether an update should long be in place. Keep in step with WorkingCopyQuerySet.overdue()."""
        at = at or timezone.now()
        return self._is_due(at - PATIENCE) and not self.has_gone_live(at=at)

    def _is_due(self, at):
        return self.scheduled_for is not None and self.scheduled_for <= at
