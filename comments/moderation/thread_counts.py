"""How many comments readers see under a story: the only code that writes the count, and that holds a thread's row.

The count moves in the transaction that shows or hides a comment, under the thread's lock; the pages hear of it there.
"""

from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from comments import page_counters
from comments.models import Comment, Thread
from comments.querysets import in_parts
from news.page_counters import HOME
from portal.pagecache import counters


def lock_threads(articles):
    """Hold the threads of these stories, by their numbers: nobody else decides, counts or answers there until the
    transaction ends.

    SQLite has no such lock and needs none: there one transaction at a time may write.
    """
    Thread.objects.bulk_create([Thread(pk=article) for article in articles], ignore_conflicts=True)
    threads = Thread.objects.filter(pk__in=articles)
    list(threads.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def count(comment, step):
    """One comment more under its story, or one less; its thread is held."""
    Thread.objects.filter(pk=comment.article_id).update(approved_count=F("approved_count") + step)


def recount(articles):
    """Count what readers see under these stories, by their numbers in order."""
    for part in in_parts(articles):
        _recount(part)


def invalidate_pages(article_ids, *, counted=True):
    """Invalidate the cached pages that show the comments of these articles (ids); `counted`: also how many."""
    if article_ids:
        numbers = {HOME} if counted else set()
        counters.bump(page_counters.FEED, *numbers, *page_counters.for_threads(article_ids))


def invalidate_threads(article_ids):
    """Invalidate the cached pages that show whether these articles (ids) take comments."""
    counters.bump(*page_counters.for_threads(article_ids))


def _recount(articles):
    lock_threads(articles)
    shown = Comment.objects.approved().filter(article=OuterRef("pk")).order_by().values("article")
    count = Coalesce(Subquery(shown.annotate(count=Count("pk")).values("count")), 0)
    Thread.objects.filter(pk__in=articles).update(approved_count=count)
