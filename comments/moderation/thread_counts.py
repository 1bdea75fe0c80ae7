"""The count of approved comments per article: the only code that writes it and that locks thread rows.

The count changes in the transaction that shows or hides a comment, under the thread's lock; so do the page counters.
"""

from collections.abc import Iterable

from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from comments import page_counters
from comments.models import Comment, Thread
from comments.querysets import in_parts
from news.page_counters import HOME
from portal.pagecache import counters


def lock_threads(article_ids: Iterable[int]) -> None:
    """Lock the threads of these articles (ids) until the transaction ends.

    SQLite has no such lock and needs none: one transaction at a time writes.
    """
    Thread.objects.bulk_create([Thread(pk=article) for article in article_ids], ignore_conflicts=True)
    threads = Thread.objects.filter(pk__in=article_ids)
    list(threads.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def count(comment: Comment, step: int) -> None:
    """Add `step` (1 or -1) to the count of the comment's article; its thread is locked."""
    Thread.objects.filter(pk=comment.article_id).update(approved_count=F("approved_count") + step)


def recount(article_ids: Iterable[int]) -> None:
    """Recount the approved comments of these articles (ids, in order)."""
    for part in in_parts(article_ids):
        _recount(part)


def invalidate_pages(article_ids: Iterable[int], *, counted: bool = True) -> None:
    """Invalidate the cached pages that show the comments of these articles (ids); `counted`: also how many."""
    if article_ids:
        numbers = {HOME} if counted else set()
        counters.bump(page_counters.FEED, *numbers, *page_counters.for_threads(article_ids))


def invalidate_threads(article_ids: Iterable[int]) -> None:
    """Invalidate the cached pages that show whether these articles (ids) take comments."""
    counters.bump(*page_counters.for_threads(article_ids))


def _recount(article_ids):
    lock_threads(article_ids)
    approved = Comment.objects.approved().filter(article=OuterRef("pk")).order_by().values("article")
    count = Coalesce(Subquery(approved.annotate(count=Count("pk")).values("count")), 0)
    Thread.objects.filter(pk__in=article_ids).update(approved_count=count)
