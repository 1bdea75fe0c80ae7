"""Questions about many comments."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from portal.text.folding import fold

# Rows in a statement or a transaction of many: SQLite takes no more than 32,766 numbers, and others wait meanwhile.
AT_ONCE = 2000


def in_parts(numbers):
    """As many numbers at a time as one statement takes."""
    numbers = list(numbers)
    return [numbers[start : start + AT_ONCE] for start in range(0, len(numbers), AT_ONCE)]


class CommentQuerySet(models.QuerySet):
    def approved(self):
        return self.filter(status=self.model.Status.APPROVED)

    def waiting(self):
        return self.filter(status=self.model.Status.PENDING)

    def for_page(self):
        """Load what readers' pages print of each comment, and of the one it answers its name."""
        return self.select_related("parent").defer("key", "name_search_key", "original", "reasons", "parent__body")

    def reported(self):
        """What readers have complained about and nobody has decided on since, whatever its status."""
        return self.filter(self.has_open_reports())

    def has_open_reports(self):
        reports = self.model._meta.get_field("reports").related_model.objects
        return Exists(reports.filter(comment=OuterRef("pk"), is_open=True))

    def not_emptied(self):
        """Without those of which the trash has kept only the place, for the sake of the replies to them."""
        return self.exclude(body="")

    def for_queue(self):
        """Load what the moderators' list prints of each comment, its story without the body."""
        beside = ("article", "decided_by", "edited_by", "staff", "claimed_by", "batch")
        return self.not_emptied().select_related(*beside).defer("article__body", "batch__numbers")

    def unchanged_since(self, seen):
        """Those of the comments {number: what a button carried} that still have the status and the words somebody saw.

        The hour of the last edit goes with them: words changed between this question and the next are others.
        """
        still = Q(pk__in=())
        for comment in self.filter(pk__in=seen).only("status", "body", "edited_at"):
            if seen[comment.pk] in {comment.state_token, comment.status}:
                still |= Q(pk=comment.pk, status=comment.status, edited_at=comment.edited_at)
        return self.filter(still)

    def found_by(self, words):
        """Comments whose text or name has all the words, whatever their case or diacritics. Never by address."""
        found = self
        for word in fold(words).split():
            found = found.filter(Q(key__contains=word) | Q(name_search_key__contains=word))
        return found

    def by_sender(self, marks):
        """What came in with one address, by its marks (see privacy), without anybody seeing which."""
        return self.filter(commenter_email__address_hash__in=marks)

    def counted_by_status(self):
        """How many there are of each status, in one query; a status nobody has is 0."""
        counts = dict(self.not_emptied().order_by().values_list("status").annotate(models.Count("pk")))
        return {status: counts.get(status, 0) for status in self.model.Status}


class SubscriptionQuerySet(models.QuerySet):
    def open(self):
        return self.filter(ended_at=None)
