from datetime import datetime

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

    A schedule belongs to one revision and is independent of the stage: editors may go on writing meanwhile.
    `planned_publish_at` is only an intention; nothing is published then unless a step has scheduled a revision.
    `reviewed_revision` is the revision that a second person has read, before it was published or since.
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
    latest_revision = models.ForeignKey("news.Revision", models.PROTECT, null=True, editable=False, related_name="+")
    approved_revision = models.ForeignKey("news.Revision", models.PROTECT, null=True, editable=False, related_name="+")
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    planned_publish_at = models.DateTimeField(_("meant to go out"), null=True, editable=False)
    scheduled_revision = models.ForeignKey("news.Revision", models.PROTECT, null=True, editable=False, related_name="+")
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
                condition=Q(scheduled_revision=None, scheduled_for=None, scheduled_by=None)
                | Q(scheduled_revision__isnull=False, scheduled_for__isnull=False, scheduled_by__isnull=False),
                name="scheduled_means_what_when_who",
            ),
            models.CheckConstraint(
                condition=~Q(stage="scheduled") | Q(scheduled_revision__isnull=False),
                name="stage_scheduled_means_a_schedule",
            ),
        ]

    __str__ = Content.__str__

    @property
    def is_ahead(self) -> bool:
        """Whether it has text that is neither published nor discarded."""
        return self.stage_at() not in {self.Stage.NOTHING_PENDING, self.Stage.DISCARDED}

    def is_unread(self) -> bool:
        """Whether one person published it alone. Keep in step with WorkingCopyQuerySet.unread()."""
        return self.unreviewed_since is not None

    def stage_at(self, at: datetime | None = None) -> Stage:
        """Return the stage by the clock: a story past its time is live before a worker records it."""
        if self.stage == self.Stage.SCHEDULED and self.has_gone_live(at=at):
            return self.Stage.NOTHING_PENDING
        return self.Stage(self.stage)

    def is_scheduled(self, *, at: datetime | None = None) -> bool:
        """Whether a scheduled revision is still to be published. Keep in step with WorkingCopyQuerySet.scheduled()."""
        return self.scheduled_revision_id is not None and not self.has_gone_live(at=at)

    def has_gone_live(self, *, at: datetime | None = None) -> bool:
        """Whether its scheduled first revision is live by the clock; `publish_due` only records it."""
        return self._is_due(at or timezone.now()) and self.article.live_revision_id == self.scheduled_revision_id

    def is_overdue(self, *, at: datetime | None = None) -> bool:
        """Whether its update should be published by now. Keep in step with WorkingCopyQuerySet.overdue()."""
        at = at or timezone.now()
        return self._is_due(at - PATIENCE) and not self.has_gone_live(at=at)

    def _is_due(self, at: datetime) -> bool:
        return self.scheduled_for is not None and self.scheduled_for <= at
