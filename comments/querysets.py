"""Questions about many comments."""

from django.db import models

from news.folding import fold


class CommentQuerySet(models.QuerySet):
    def approved(self):
        return self.filter(status=self.model.Status.APPROVED)

    def waiting(self):
        return self.filter(status=self.model.Status.PENDING)

    def for_page(self):
        """Load what readers' pages print of each comment, and of the one it answers its name."""
        return self.select_related("parent").defer("key", "name_key", "original", "reasons", "parent__body")

    def for_queue(self):
        """Load what the moderators' list prints of each comment, its story without the body."""
        return self.select_related("article", "decided_by").defer("article__body")

    def found_by(self, words):
        """Comments whose text or name has all the words, whatever their case or diacritics. Never by address."""
        found = self
        for word in fold(words).split():
            found = found.filter(models.Q(key__contains=word) | models.Q(name_key__contains=word))
        return found

    def by_the_same_person(self, comment):
        """What came in with the same address, without anybody seeing which."""
        hashes = comment.__class__.objects.filter(pk=comment.pk).values("contact__address_hash")
        return self.filter(contact__address_hash__in=hashes)

    def counted_by_status(self):
        """How many there are of each status, in one query; a status nobody has is 0."""
        counts = dict(self.order_by().values_list("status").annotate(models.Count("pk")))
        return {status: counts.get(status, 0) for status in self.model.Status}
