"""Readers' comments, and apart from them the persons' addresses, which nobody else's query can reach."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from comments.querysets import CommentQuerySet
from news.models.fields import FoldedField


class Comment(models.Model):
    """A reader's words under a story, as typed; readers see it only once approved."""

    class Status(models.TextChoices):
        PENDING = "pending", pgettext_lazy("comment", "Waiting")
        APPROVED = "approved", pgettext_lazy("comment", "Approved")
        SPAM = "spam", pgettext_lazy("comment", "Spam")
        TRASH = "trash", pgettext_lazy("comment", "Trash")

    article = models.ForeignKey("news.Article", models.PROTECT, related_name="comments", verbose_name=_("article"))
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replies")
    name = models.CharField(_("name"), max_length=245)
    website = models.URLField(_("website"), max_length=200, blank=True)
    body = models.TextField(_("comment"), max_length=5000)
    key = FoldedField("body")
    name_key = FoldedField("name")
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.PENDING)
    created_at = models.DateTimeField(_("sent"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["created_at", "pk"]
        default_permissions = ("view",)  # added by readers, decided by moderators, never deleted by hand
        permissions = [("moderate_comment", _("Can approve, reject and mark comments as spam"))]
        indexes = [
            models.Index("status", "created_at", name="comment_queue"),
            models.Index("article", "status", "created_at", name="comment_thread"),
        ]

    def __str__(self):
        return _("%(name)s on “%(story)s”") % {"name": self.name, "story": self.article}

    def get_absolute_url(self):
        return f"{reverse('news:article', args=[self.article.slug])}#comment-{self.pk}"


class Contact(models.Model):
    """A commenter's address: encrypted, found by a keyed hash, in no query of the comment itself."""

    comment = models.OneToOneField(Comment, models.CASCADE, primary_key=True, related_name="contact")
    address = models.TextField()
    address_hash = models.CharField(max_length=64, db_index=True)

    class Meta:
        default_permissions = ("view",)
        verbose_name = _("commenter's address")
        verbose_name_plural = _("commenters' addresses")

    def __str__(self):
        return str(self.comment_id)


class Thread(models.Model):
    """The conversation under one story: how many approved comments it has, and whether it is closed."""

    article = models.OneToOneField("news.Article", models.CASCADE, primary_key=True, related_name="thread")
    approved_count = models.PositiveIntegerField(default=0)
    is_closed = models.BooleanField(_("closed"), default=False)

    class Meta:
        verbose_name = _("thread")
        verbose_name_plural = _("threads")
        default_permissions = ("view", "change")
        indexes = [models.Index("approved_count", name="thread_most_discussed")]
        constraints = [models.CheckConstraint(condition=models.Q(approved_count__gte=0), name="thread_counts_up")]

    def __str__(self):
        return str(self.article)
