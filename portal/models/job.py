from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.models.querysets import JobQuerySet


class Job(models.Model):
    """A side effect to be done by the worker: a row of the transaction that wanted it, so it is never lost.

    `portal/jobs.py` alone writes these rows. The payload holds numbers of rows and the like, never a person's details.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        DEAD = "dead", _("Dead")
        SET_ASIDE = "set aside", _("Set aside")

    name = models.CharField(_("job"), max_length=100)
    payload = models.TextField(_("details"), help_text=_("Canonical JSON."))
    key = models.CharField(
        _("key"), max_length=200, blank=True, help_text=_("A job with the same key is not enqueued twice.")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    claimed_by = models.CharField(_("worker"), max_length=100, blank=True)
    claimed_until = models.DateTimeField(_("worker's lease ends"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    created_at = models.DateTimeField(_("enqueued"), default=timezone.now, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        permissions = [("retry_job", "Can try dead jobs again or set them aside")]
        constraints = [
            # Only until it is begun: a running job may already have read the rows a newcomer is about.
            models.UniqueConstraint(
                fields=["name", "key"],
                condition=models.Q(state="waiting", attempts=0) & ~models.Q(key=""),
                name="portal_job_key_once_until_begun",
            ),
            models.CheckConstraint(
                condition=models.Q(state="waiting", finished_at=None)
                | (~models.Q(state="waiting") & models.Q(finished_at__isnull=False)),
                name="portal_job_finished_unless_waiting",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=models.Q(state="waiting"), name="portal_job_due"),
            models.Index(fields=["state", "finished_at"], name="portal_job_state"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.pk}"
