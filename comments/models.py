"""Readers' comments, and apart from them the persons' addresses, which nobody else's query can reach."""

import secrets

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from comments.querysets import CommentQuerySet, SubscriptionQuerySet
from portal.audit import log
from portal.models.fields import SearchKeyField

COLOURS = 12  # as many as the style sheet has


def any_colour():
    """A colour for the initials beside a name: from chance, never from the name or the address."""
    return secrets.randbelow(COLOURS)


class Comment(models.Model):
    """A reader's words under a story, as typed; readers see it only once approved.

    `original` holds them where `body` was changed since: by `edited_by`, or by its writer where that is nobody.
    A comment without a `name` lost it at its sender's wish; without a `body` it is only a place that answers to it
    hold. `reasons` says why it was held, as facts that `comments.screening` puts into sentences: a list of
    {"rule": …, …}.
    """

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
    search_key = SearchKeyField("body")
    name_search_key = SearchKeyField("name")
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.PENDING)
    colour = models.PositiveSmallIntegerField(default=any_colour, editable=False)
    reasons = models.JSONField(default=list, editable=False)
    original = models.TextField(blank=True, editable=False)
    edited_at = models.DateTimeField(_("edited"), null=True, editable=False)
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+")
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("staff")
    )
    created_at = models.DateTimeField(_("sent"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    # What the last decision can be taken back to, and the batch it was part of; empty when there is no way back.
    previous_status = models.CharField(max_length=8, choices=Status, blank=True, editable=False)
    batch = models.ForeignKey("BulkDecision", models.SET_NULL, null=True, editable=False, related_name="+")
    # Who looks at it just now in the queue; after that moment it is anybody's again.
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    claimed_until = models.DateTimeField(null=True, editable=False)

    objects = CommentQuerySet.as_manager()
    is_double = False  # said of one that is there already, to whoever has just sent it again

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["created_at", "pk"]
        default_permissions = ("view",)  # added by readers, decided by moderators, never deleted by hand
        permissions = [("moderate_comment", _("Can approve, reject and mark comments as spam"))]
        indexes = [
            models.Index("status", "created_at", name="comment_queue"),
            models.Index("article", "status", "created_at", name="comment_thread"),
            models.Index("decided_by", "decided_at", name="comment_decided"),
        ]

    def __str__(self):
        return _("%(name)s on “%(story)s”") % {"name": self.signature, "story": self.article}

    def get_absolute_url(self):
        return reverse("comments:comment", args=[self.article.slug, self.pk])

    @property
    def signature(self):
        """The name it is signed with; where that was erased, a neutral one in the language of whoever reads it."""
        return self.name or pgettext("signature", "Anonymous")

    @property
    def state_token(self):
        """What a button carries: the status and the words its moderator had before their eyes."""
        return f"{self.status}.{log.digest(self.body)[:16]}"


class BulkDecision(models.Model):
    """Many comments decided at once: who decided what on which of them, so that all of it can be taken back.

    `numbers` are theirs, in order and with commas between; the event of the batch holds the digest of exactly that.
    """

    decision = models.CharField(max_length=8)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    numbers = models.TextField()
    is_undone = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        indexes = [models.Index("by", "at", name="batch_last")]

    def __str__(self):
        return f"{self.decision} {self.at}"

    @property
    def count(self):
        return self.numbers.count(",") + 1


class CommenterEmail(models.Model):
    """A commenter's address: encrypted, found by a keyed hash, in no query of the comment itself."""

    comment = models.OneToOneField(Comment, models.CASCADE, primary_key=True, related_name="commenter_email")
    address = models.TextField()
    address_hash = models.CharField(max_length=64, db_index=True)

    class Meta:
        default_permissions = ("view",)
        verbose_name = _("commenter's address")
        verbose_name_plural = _("commenters' addresses")

    def __str__(self):
        return str(self.comment_id)


class SenderRule(models.Model):
    """What becomes of everything one person sends, under the keyed hash of their address."""

    class Kind(models.TextChoices):
        HOLD = "hold", pgettext_lazy("standing", "Held")
        SPAM = "spam", pgettext_lazy("standing", "Into spam")

    address_hash = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=4, choices=Kind)
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("standing")
        verbose_name_plural = _("standings")
        default_permissions = ()

    def __str__(self):
        return self.get_kind_display()


class Subscription(models.Model):
    """The writer of a comment wants to hear by mail what became of it; it ends with the address it would go to."""

    commenter_email = models.OneToOneField(
        CommenterEmail, models.CASCADE, primary_key=True, related_name="subscription"
    )
    language = models.CharField(max_length=10)  # of the page it was sent from
    asked_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self):
        return str(self.commenter_email_id)


class SentNotification(models.Model):
    """That a subscriber was told something, so that nobody is told it twice; without an answer, of the decision."""

    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="told")
    answer = models.ForeignKey(Comment, models.CASCADE, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["subscription", "answer"], name="told_of_answer_once"),
            models.UniqueConstraint(
                fields=["subscription"], condition=models.Q(answer=None), name="told_of_decision_once"
            ),
        ]

    def __str__(self):
        return f"{self.subscription_id} {self.answer_id or ''}"


class EmailPreference(models.Model):
    """What the owner of an address has said about mail from here, under its keyed hash alone: yes, or never again."""

    address_hash = models.CharField(max_length=64, unique=True)
    confirmed_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return str(self.pk)


class Thread(models.Model):
    """The conversation under one story: how many approved comments it has, and whether it is closed.

    `stays_open` is an exception from closing with age; `is_closed` wins over it.
    """

    article = models.OneToOneField("news.Article", models.CASCADE, primary_key=True, related_name="thread")
    approved_count = models.PositiveIntegerField(default=0)
    is_closed = models.BooleanField(_("closed"), default=False)
    stays_open = models.BooleanField(_("stays open whatever its age"), default=False)

    class Meta:
        verbose_name = _("thread")
        verbose_name_plural = _("threads")
        default_permissions = ("view", "change")
        indexes = [models.Index("approved_count", name="thread_most_discussed")]
        constraints = [models.CheckConstraint(condition=models.Q(approved_count__gte=0), name="thread_counts_up")]

    def __str__(self):
        return str(self.article)


class Report(models.Model):
    """A reader's word that a comment should not stand; open until a moderator has decided on the comment."""

    class Reason(models.TextChoices):
        ABUSIVE = "abusive", pgettext_lazy("report", "Insults or threatens somebody")
        ADVERTISING = "advertising", pgettext_lazy("report", "Advertises something")
        PERSONAL = "personal", pgettext_lazy("report", "Gives away personal details")
        ILLEGAL = "illegal", pgettext_lazy("report", "Is against the law")
        OTHER = "other", pgettext_lazy("report", "Another reason")

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="reports")
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    words = models.TextField(_("what is wrong with it"), max_length=1000, blank=True)
    address = models.TextField(blank=True, editable=False)  # encrypted, where its sender wants an answer
    address_hash = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    created_at = models.DateTimeField(_("sent"), default=timezone.now, editable=False)
    is_open = models.BooleanField(default=True, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        default_permissions = ("view",)
        indexes = [models.Index("comment", condition=models.Q(is_open=True), name="report_open")]

    def __str__(self):
        return self.get_reason_display()


class RateLimitHit(models.Model):
    """That somebody sent a comment, so that limits hold across processes: a keyed hash of whom or where, and when."""

    key = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        indexes = [models.Index("key", "at", name="attempt_key_at"), models.Index("at", name="attempt_at")]

    def __str__(self):
        return f"{self.at}"


class CommentSettings(models.Model):
    """How comments are received, one row for the whole site; its defaults hold every comment."""

    is_open = models.BooleanField(_("take comments"), default=True)
    banner = models.CharField(_("notice above every comment form"), max_length=300, blank=True)
    closes_after_days = models.PositiveSmallIntegerField(
        _("close a story's comments so many days after its first publication"), default=0
    )
    holds_all = models.BooleanField(_("hold every comment"), default=True)
    trusts_approved = models.BooleanField(_("let through who was approved before"), default=False)
    most_links = models.PositiveSmallIntegerField(_("hold a comment with so many links"), default=2)
    words_to_hold = models.TextField(_("words to hold a comment for"), blank=True)
    words_to_refuse = models.TextField(_("words to put a comment into spam for"), blank=True)
    least_seconds = models.PositiveSmallIntegerField(
        _("hold what was typed in fewer seconds"), default=3, validators=[MaxValueValidator(120)]
    )
    seconds_between = models.PositiveSmallIntegerField(_("seconds between two comments"), default=15)
    most_an_hour = models.PositiveSmallIntegerField(_("comments an hour from one network"), default=20)
    most_an_hour_on_a_story = models.PositiveSmallIntegerField(_("comments an hour on one story"), default=300)
    page_size = models.PositiveSmallIntegerField(_("comments on a page"), default=50)
    newest_first = models.BooleanField(_("newest conversations first"), default=False)
    spam_days = models.PositiveSmallIntegerField(_("empty spam after so many days"), default=30)
    trash_days = models.PositiveSmallIntegerField(_("empty the trash after so many days"), default=30)
    address_days = models.PositiveSmallIntegerField(
        _("forget email addresses so many days after the comment was sent"), default=365
    )

    class Meta:
        verbose_name = _("rules for comments")
        verbose_name_plural = _("rules for comments")
        default_permissions = ("view", "change")

    def __str__(self):
        return str(self._meta.verbose_name)

    @classmethod
    def current(cls):
        """The rules in force; the defaults while nobody has changed any."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)
