"""Comments, threads, reports, and in tables of their own what identifies a commenter (encrypted address, hashes)."""

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


def any_colour() -> int:
    """Return a random colour for the initials beside a name; never derived from the name or the address."""
    return secrets.randbelow(COLOURS)


class Comment(models.Model):
    """A reader's comment under an article; readers see it only once approved.

    `original` is the body as sent, where `body` was changed since: by `edited_by`, or by its writer where that is None.
    An empty `name` was erased at the sender's request; an empty `body` makes the row a placeholder for its replies.
    `reasons` are the facts screening found, as a list of {"rule": …, …}; `screening.explanations` words them.
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
    # What undoing the last decision restores, and the bulk decision it was part of; empty where it cannot be undone.
    previous_status = models.CharField(max_length=8, choices=Status, blank=True, editable=False)
    batch = models.ForeignKey("BulkDecision", models.SET_NULL, null=True, editable=False, related_name="+")
    # The moderator who is looking at it in the queue, until that time.
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    claimed_until = models.DateTimeField(null=True, editable=False)

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
            models.Index("decided_by", "decided_at", name="comment_decided"),
        ]

    def __str__(self):
        return _("%(name)s on “%(story)s”") % {"name": self.signature, "story": self.article}

    def get_absolute_url(self) -> str:
        return reverse("comments:comment", args=[self.article.slug, self.pk])

    @property
    def signature(self) -> str:
        """Return the name it is signed with; "Anonymous", in the active language, where it was erased."""
        return self.name or pgettext("signature", "Anonymous")

    @property
    def state_token(self) -> str:
        """Return a token of status and body; buttons carry it so that outdated decisions are refused."""
        return f"{self.status}.{log.digest(self.body)[:16]}"


class BulkDecision(models.Model):
    """One decision on many comments, kept so that all of it can be undone at once.

    `comment_ids` are comma-separated and in order; the audit event holds the digest of exactly that text.
    """

    decision = models.CharField(max_length=8)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    comment_ids = models.TextField()
    is_undone = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        indexes = [models.Index("by", "at", name="batch_last")]

    def __str__(self):
        return f"{self.decision} {self.at}"

    @property
    def count(self) -> int:
        return self.comment_ids.count(",") + 1


class CommenterEmail(models.Model):
    """A commenter's e-mail address: encrypted, found by a keyed hash, in a table no comment query joins."""

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
    """Hold, or mark as spam, everything sent from one address (stored as its keyed hash)."""

    class Kind(models.TextChoices):
        HOLD = "hold", pgettext_lazy("standing", "Held")
        SPAM = "spam", pgettext_lazy("standing", "Into spam")

    address_hash = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=4, choices=Kind)
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("sender rule")
        verbose_name_plural = _("sender rules")
        default_permissions = ()

    def __str__(self):
        return self.get_kind_display()


class Subscription(models.Model):
    """The commenter's request for e-mail notifications about a comment; deleted with the address."""

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
    """A notification that was sent, so that none is sent twice; without `answer` it is about the decision."""

    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="notifications")
    answer = models.ForeignKey(Comment, models.CASCADE, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["subscription", "answer"], name="notified_of_answer_once"),
            models.UniqueConstraint(
                fields=["subscription"], condition=models.Q(answer=None), name="notified_of_decision_once"
            ),
        ]

    def __str__(self):
        return f"{self.subscription_id} {self.answer_id or ''}"


class EmailPreference(models.Model):
    """Whether the owner of an address confirmed it or unsubscribed from all mail, under its keyed hash alone."""

    address_hash = models.CharField(max_length=64, unique=True)
    confirmed_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return str(self.pk)


class Thread(models.Model):
    """The conversation under one article: its count of approved comments, and whether it is closed.

    `stays_open` exempts it from closing with age; `is_closed` wins over it.
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
    """A reader's complaint about a comment; open until a moderator decides on the comment."""

    class Reason(models.TextChoices):
        ABUSIVE = "abusive", pgettext_lazy("report", "Insults or threatens somebody")
        ADVERTISING = "advertising", pgettext_lazy("report", "Advertises something")
        PERSONAL = "personal", pgettext_lazy("report", "Gives away personal details")
        ILLEGAL = "illegal", pgettext_lazy("report", "Is against the law")
        OTHER = "other", pgettext_lazy("report", "Another reason")

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="reports")
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    text = models.TextField(_("what is wrong with it"), max_length=1000, blank=True)
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
    """One counted submission under a rate-limit key (a keyed hash of the network, address or article)."""

    key = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        indexes = [models.Index("key", "at", name="attempt_key_at"), models.Index("at", name="attempt_at")]

    def __str__(self):
        return f"{self.at}"


class CommentSettings(models.Model):
    """The site's settings for comments, one row; by default every comment is held for moderation."""

    is_open = models.BooleanField(_("take comments"), default=True)
    banner = models.CharField(_("notice above every comment form"), max_length=300, blank=True)
    close_after_days = models.PositiveSmallIntegerField(
        _("close a story's comments so many days after its first publication"), default=0
    )
    hold_all = models.BooleanField(_("hold every comment"), default=True)
    trust_approved_commenters = models.BooleanField(_("let through who was approved before"), default=False)
    max_links = models.PositiveSmallIntegerField(_("hold a comment with so many links"), default=2)
    hold_wordlist = models.TextField(_("words to hold a comment for"), blank=True)
    spam_wordlist = models.TextField(_("words to put a comment into spam for"), blank=True)
    min_seconds = models.PositiveSmallIntegerField(
        _("hold what was typed in fewer seconds"), default=3, validators=[MaxValueValidator(120)]
    )
    min_seconds_between = models.PositiveSmallIntegerField(_("seconds between two comments"), default=15)
    max_per_hour_per_network = models.PositiveSmallIntegerField(_("comments an hour from one network"), default=20)
    max_per_hour_per_article = models.PositiveSmallIntegerField(_("comments an hour on one story"), default=300)
    page_size = models.PositiveSmallIntegerField(_("comments on a page"), default=50)
    newest_first = models.BooleanField(_("newest conversations first"), default=False)
    spam_retention_days = models.PositiveSmallIntegerField(_("empty spam after so many days"), default=30)
    trash_retention_days = models.PositiveSmallIntegerField(_("empty the trash after so many days"), default=30)
    email_retention_days = models.PositiveSmallIntegerField(
        _("forget email addresses so many days after the comment was sent"), default=365
    )

    class Meta:
        verbose_name = _("rules for comments")
        verbose_name_plural = _("rules for comments")
        default_permissions = ("view", "change")

    def __str__(self):
        return str(self._meta.verbose_name)

    @classmethod
    def current(cls) -> "CommentSettings":
        """Return the settings in force; the defaults while nobody has saved any."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)
