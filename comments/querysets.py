"""Questions about many comments."""

from django.db import models


class CommentQuerySet(models.QuerySet):
    def approved(self):
        return self.filter(status=self.model.Status.APPROVED)

    def waiting(self):
        return self.filter(status=self.model.Status.PENDING)
