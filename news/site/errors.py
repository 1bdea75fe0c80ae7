"""The page for an address where there is nothing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from news import page_counters
from news.models import Article
from news.querysets import ArticleQuerySet
from portal.pagecache.counters import SITE, PageDependencies

IN_LATEST = 5


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404. Never stored, because any number of wrong addresses would fill the page cache.

    Context: `latest` (articles), `page_path`, `dependencies`.
    """
    dependencies = PageDependencies(SITE, page_counters.LATEST)
    context = {"dependencies": dependencies, "page_path": reverse("news:home"), "latest": latest(dependencies)}
    return render(request, "404.html", context, status=404)


def latest(dependencies: PageDependencies) -> ArticleQuerySet:
    """Return the newest articles, for a page that has nothing else to show. Depends on the LATEST counter."""
    return Article.objects.live(at=dependencies.at).for_cards().latest_first()[:IN_LATEST]
