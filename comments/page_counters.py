"""Which pages show comments and how they are received: the names of their cache counters."""

from collections.abc import Collection, Hashable, Iterable

from comments.models import Thread
from news import page_counters
from news.models import Article, Slug

FEED = "comments"  # the newest comments of the whole site, and the articles they stand under
FORM = "comment-form"  # how comments are shown and taken under every article
PRIVACY = "comment-privacy"  # for how long they are kept

# Settings that readers see. One that is in none of these is taken to be on all of these pages.
SHOWN_IN_FORM = {"is_open", "banner", "close_after_days", "page_size", "newest_first"}
SHOWN_AS_PRIVACY = {"email_retention_days", "spam_retention_days", "trash_retention_days"}
NOT_SHOWN = {
    *("hold_all", "trust_approved_commenters", "max_links", "hold_wordlist", "spam_wordlist", "min_seconds"),
    *("min_seconds_between", "max_per_hour_per_network", "max_per_hour_per_article"),
}


def of_thread(slug: str) -> str:
    """What an article's page and its feed show of the conversation, by the article's address."""
    return f"thread:{slug}"


def for_threads(article_ids: Collection[int]) -> set[str]:
    """Return the counters of the conversations under these articles (ids)."""
    return {of_thread(slug) for slug in Slug.objects.filter(article__in=article_ids).values_list("slug", flat=True)}


def for_settings(names: Iterable[str]) -> set[str]:
    """Return the counters of the pages that show these comment settings (names of fields)."""
    visible = set(names) - NOT_SHOWN
    return {counter for counter, others in ((FORM, SHOWN_AS_PRIVACY), (PRIVACY, SHOWN_IN_FORM)) if visible - others}


def possible_for(slug: str) -> Iterable[str]:
    """Return the counters that an answer at the address of an article may depend on."""
    return of_thread(slug), FORM


def shown_of(article: Article, slugs: Collection[str]) -> dict[str, Hashable]:
    """Map the counters of the feeds that show the article to what they show of it."""
    if not article.is_live_or_coming():
        return {}
    title = page_counters.title_of(article)
    shown: dict[str, Hashable] = {of_thread(slug): title for slug in slugs}
    if Thread.objects.filter(pk=article.pk, approved_count__gt=0).exists():
        shown[FEED] = title
    return shown


page_counters.register(possible=possible_for, shown=shown_of)
