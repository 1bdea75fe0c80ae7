"""Approved comments as RSS, of one article or all; cached like every public page."""

import re
from datetime import datetime

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from comments import page_counters, rendering
from comments.models import Comment
from comments.querysets import CommentQuerySet
from news.models import Article
from news.page_counters import end_at_next_boundary
from news.site.article import for_live_article
from portal.http.urls import absolute_url
from portal.pagecache.counters import PageDependencies

NEWEST = 50
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@require_safe
@for_live_article(depends_on=lambda slug: [page_counters.of_thread(slug)])
def of_story(request: HttpRequest, article: Article, dependencies: PageDependencies) -> HttpResponse:
    """Return the comments on one article."""
    dependencies.expires_at(article.boundaries(after=dependencies.at))
    return dependencies.cacheable(StoryFeed(article)(request))


@require_safe
def everywhere(request: HttpRequest) -> HttpResponse:
    """Return the newest comments on all articles."""
    dependencies = PageDependencies(page_counters.FEED)
    discussed = Article.objects.filter(thread__approved_count__gt=0)
    end_at_next_boundary(dependencies, page_counters.FEED, discussed)
    return dependencies.cacheable(SiteFeed(Article.objects.live(at=dependencies.at))(request))


class CommentFeed(Feed):
    """Approved comments, newest first."""

    def items(self) -> CommentQuerySet:
        newest = self.comments.approved().order_by("-created_at", "-pk")[:NEWEST]
        return newest.select_related("article").defer("article__body")

    def item_title(self, comment: Comment) -> str:
        return _in_xml(str(comment))

    def item_description(self, comment: Comment) -> str:
        return _in_xml(rendering.rendered(comment.body))

    def item_link(self, comment: Comment) -> str:
        return absolute_url(comment.get_absolute_url())

    def item_pubdate(self, comment: Comment) -> datetime:
        return comment.created_at

    def item_author_name(self, comment: Comment) -> str:
        return _in_xml(comment.signature)


class StoryFeed(CommentFeed):
    def __init__(self, article):
        self.comments = Comment.objects.filter(article=article)
        self.title = self.description = _("Comments on “%(story)s”") % {"story": article}
        self.link = absolute_url(article.get_absolute_url())
        self.feed_url = absolute_url(reverse("comments:story-feed", args=[article.slug]))


class SiteFeed(CommentFeed):
    def __init__(self, stories):
        self.comments = Comment.objects.filter(article__in=stories)
        self.title = self.description = _("Comments on %(site)s") % {"site": settings.SITE_NAME}
        self.link = absolute_url(reverse("news:home"))
        self.feed_url = absolute_url(reverse("comments:feed"))


def _in_xml(text):
    return NOT_IN_XML.sub("\ufffd", text)
