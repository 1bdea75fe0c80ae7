"""Approved comments as RSS, of one article or all; cached like every public page."""

import re
from datetime import datetime

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from comments.display import rendering
from comments.models import Comment
from comments.querysets import CommentQuerySet
from news.models import Article
from news.site.views import for_live_article
from portal.pagecache import counters
from portal.pagecache.counters import PageDependencies

NEWEST = 50
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@require_safe
@for_live_article
def of_story(request: HttpRequest, article: Article, dependencies: PageDependencies) -> HttpResponse:
    dependencies.expires_at(article.boundaries(after=dependencies.at))
    return dependencies.cacheable(StoryFeed(article)(request))


@require_safe
def everywhere(request: HttpRequest) -> HttpResponse:
    dependencies = counters.PageDependencies(counters.HOME, counters.LISTS)
    dependencies.expires_with_lists()
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
        return _absolute(comment.get_absolute_url())

    def item_pubdate(self, comment: Comment) -> datetime:
        return comment.created_at

    def item_author_name(self, comment: Comment) -> str:
        return _in_xml(comment.signature)


class StoryFeed(CommentFeed):
    def __init__(self, article):
        self.comments = Comment.objects.filter(article=article)
        self.title = self.description = _("Comments on “%(story)s”") % {"story": article}
        self.link = _absolute(article.get_absolute_url())
        self.feed_url = _absolute(reverse("comments:story-feed", args=[article.slug]))


class SiteFeed(CommentFeed):
    def __init__(self, stories):
        self.comments = Comment.objects.filter(article__in=stories)
        self.title = self.description = _("Comments on %(site)s") % {"site": settings.SITE_NAME}
        self.link = _absolute(reverse("news:home"))
        self.feed_url = _absolute(reverse("comments:feed"))


def _in_xml(text):
    return NOT_IN_XML.sub("\ufffd", text)


def _absolute(path):
    return f"{settings.SITE_URL}{path}"
