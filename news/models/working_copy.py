from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from taggit.managers import TaggableManager

from news.models.article import Article
from news.models.content import Content
from news.models.tag import WorkingCopyTag
from news.querysets import WorkingCopyQuerySet


class WorkingCopy(Content):
    """The text editors work on, ahead of its article or equal to it. `version` counts the writes."""

    class Stage(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("stage", "Draft")
        IN_REVIEW = "review", pgettext_lazy("stage", "In review")
        CHANGES_REQUESTED = "changes", pgettext_lazy("stage", "Changes requested")
        APPROVED = "approved", pgettext_lazy("stage", "Approved")
        NOTHING_PENDING = "none", pgettext_lazy("stage", "Nothing pending")

    article = models.OneToOneField(Article, models.CASCADE, primary_key=True, related_name="working_copy")
    tags = TaggableManager(through=WorkingCopyTag, blank=True, related_name="working_copies")
    stage = models.CharField(_("stage"), max_length=8, choices=Stage, default=Stage.DRAFT, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)
    newest = models.ForeignKey("news.Revision", models.PROTECT, null=True, editable=False, related_name="+")
    approved = models.ForeignKey("news.Revision", models.PROTECT, null=True, editable=False, related_name="+")
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
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
            ("publish_unread_workingcopy", _("Can publish without a second reader (imports)")),
        ]

    __str__ = Content.__str__

    @property
    def is_ahead(self):
        """Whether it says something readers do not see yet."""
        return self.stage != self.Stage.NOTHING_PENDING
