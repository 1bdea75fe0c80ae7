"""Querysets of comments and subscriptions."""

from collections.abc import Iterable

from django.db import models
from django.db.models import Exists, OuterRef, Q

from portal.text.folding import fold

# Rows per statement or transaction: SQLite takes at most 32,766 parameters, and other writers wait meanwhile.
AT_ONCE = 2000


def in_parts(ids: Iterable[int]) -> list[list[int]]:
    """Split ids into batches that fit one statement."""
    ids = list(ids)
    return [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]


class CommentQuerySet(models.QuerySet):
    def approved(self) -> "CommentQuerySet":
        return self.filter(status=self.model.Status.APPROVED)

    def waiting(self) -> "CommentQuerySet":
        return self.filter(status=self.model.Status.PENDING)

    def for_page(self) -> "CommentQuerySet":
        """Load what readers' pages print of each comment, and the name of the comment it answers."""
        unused = ("search_key", "name_search_key", "original", "reasons", "parent__body")
        return self.select_related("parent").defer(*unused)

    def reported(self) -> "CommentQuerySet":
        """Comments with open reports, whatever their status."""
        return self.filter(self.has_open_reports())

    def has_open_reports(self) -> Exists:
        reports = self.model._meta.get_field("reports").related_model.objects
        return Exists(reports.filter(comment=OuterRef("pk"), is_open=True))

    def not_emptied(self) -> "CommentQuerySet":
        """Exclude placeholders, whose text is erased and which remain only because of their replies."""
        return self.exclude(body="")

    def for_queue(self) -> "CommentQuerySet":
        """Load what the moderators' list prints of each comment; leave the article's body behind."""
        beside = ("article", "decided_by", "edited_by", "staff", "claimed_by", "batch")
        return self.not_emptied().select_related(*beside).defer("article__body", "batch__comment_ids")

    def unchanged_since(self, expected: dict[int, str]) -> "CommentQuerySet":
        """Filter to comments that still match the {id: state token} a page was rendered with.

        The filter includes `edited_at`, so that an edit between this query and the update is noticed too.
        """
        unchanged = Q(pk__in=())
        for comment in self.filter(pk__in=expected).only("status", "body", "edited_at"):
            if expected[comment.pk] in {comment.state_token, comment.status}:
                unchanged |= Q(pk=comment.pk, status=comment.status, edited_at=comment.edited_at)
        return self.filter(unchanged)

    def found_by(self, text: str) -> "CommentQuerySet":
        """Search text and names for all the words, ignoring case and diacritics; never addresses."""
        matches = self
        for word in fold(text).split():
            matches = matches.filter(Q(search_key__contains=word) | Q(name_search_key__contains=word))
        return matches

    def by_sender(self, hashes: list[str]) -> "CommentQuerySet":
        """Comments sent from one address, by its lookup hashes (`emails.hashes_of`)."""
        return self.filter(commenter_email__address_hash__in=hashes)

    def counted_by_status(self) -> dict[str, int]:
        """Count comments per status in one query; a status without comments is 0."""
        counts = dict(self.not_emptied().order_by().values_list("status").annotate(models.Count("pk")))
        return {status: counts.get(status, 0) for status in self.model.Status}


class SubscriptionQuerySet(models.QuerySet):
    def open(self) -> "SubscriptionQuerySet":
        return self.filter(ended_at=None)
