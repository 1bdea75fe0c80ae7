"""The thread under an article as readers see it: order, pages, nesting.

A thread is one list: each comment, then its answers, at every depth by time; a setting puts the newest conversations
first. Pages are slices of that list; only the comments of one page are ever loaded with their text.
"""

from dataclasses import dataclass, field
from datetime import datetime

from django.core.paginator import EmptyPage, Page, Paginator
from django.db.models import F, FilteredRelation, Q
from django.urls import reverse

from comments.models import Comment, CommentSettings, Thread
from comments.moderation import closing
from comments.moderation.closing import ClosingStatus
from news.models import Article

DEEPEST = 4  # narrower columns cannot be read on a phone; what goes deeper says whom it answers
FULLEST = 500  # comments on a page, whatever the rules say: each may have five thousand characters


class NoPage(Exception):
    """The thread has no such page."""


@dataclass(eq=False)
class ThreadNode:
    """A comment's position in the thread; a removed one remains only where it has answers, and has no `comment`."""

    pk: int
    parent: int | None
    created_at: datetime
    comment: Comment | None = None
    replies: list = field(default_factory=list)
    # Where it cannot stand under the comment it answers: that one's name, and where it is.
    in_reply_to: str = ""
    answered_at: str = ""
    depth: int = 1
    row: list = field(default_factory=list)


@dataclass
class ThreadPage:
    count: int
    page: Page
    comments: list  # of the page, answers under their parents as far as these are on it
    start: int  # its first number: the numbers go on from page to page
    closing: ClosingStatus
    banner: str

    @property
    def closed(self) -> str:
        """The sentence why nobody can comment, or ""."""
        return self.closing.for_readers


def thread_page(article: Article, number: int = 1) -> ThreadPage:
    """Return a page of the thread, in a constant number of queries. Raises NoPage beyond the last."""
    comment_settings = CommentSettings.current()
    thread, order = _outline(article, comment_settings)
    pages = _pages(order, comment_settings)
    try:
        page = pages.page(number)
    except EmptyPage:
        raise NoPage from None
    return ThreadPage(
        count=thread.approved_count,
        page=page,
        comments=_nested(page.object_list, article),
        start=1 + _heads(order[: page.start_index() - 1], pages.per_page),
        closing=closing.status(article, thread, comment_settings),
        banner=comment_settings.banner,
    )


def address_of(comment: Comment) -> str:
    """Return the URL of an approved comment on the page it is on today. Raises NoPage once it is on none."""
    comment_settings = CommentSettings.current()
    _thread, order = _outline(comment.article, comment_settings)
    place = next((place for place, node in enumerate(order) if node.pk == comment.pk), None)
    if place is None:
        raise NoPage
    number = place // _pages(order, comment_settings).per_page + 1
    return f"{page_address(comment.article, number)}#comment-{comment.pk}"


def page_address(article: Article, number: int) -> str:
    """Return the URL of a page of the thread; the first is the article's own."""
    return reverse("comments:page", args=[article.slug, number]) if number > 1 else article.get_absolute_url()


def _pages(order, comment_settings):
    return Paginator(order, min(max(comment_settings.page_size, 1), FULLEST))


def _outline(article, comment_settings):
    """Load the thread and the order of its approved comments, without their text, in one query."""
    approved = FilteredRelation("article__comments", condition=Q(article__comments__status=Comment.Status.APPROVED))
    rows = (
        Thread.objects.filter(pk=article.pk)
        .annotate(approved=approved)
        .order_by(F("approved__created_at").asc(nulls_first=True), "approved__pk")
        .values_list(
            "approved_count",
            "is_closed",
            "stays_open",
            "approved__pk",
            "approved__parent_id",
            "approved__created_at",
            "approved__parent__status",
            "approved__parent__parent_id",
            "approved__parent__created_at",
        )
    )
    thread, nodes = Thread(pk=article.pk), {}
    for count, is_closed, stays_open, pk, parent, created_at, *of_parent in rows:
        thread.approved_count, thread.is_closed, thread.stays_open = count, is_closed, stays_open
        if pk is None:  # the thread is there, and nothing in it
            continue
        nodes[pk] = ThreadNode(pk, parent, created_at)
        status, grandparent, parents_time = of_parent
        if parent and status != Comment.Status.APPROVED:
            nodes.setdefault(parent, ThreadNode(parent, grandparent, parents_time))
    _add_what_removed_ones_answered(nodes)
    return thread, _in_order(nodes, newest_first=comment_settings.newest_first)


def _add_what_removed_ones_answered(nodes):
    """Add removed comments that only removed ones answered: a query per level."""
    while missing_ids := {node.parent for node in nodes.values()} - nodes.keys() - {None}:
        for row in Comment.objects.filter(pk__in=missing_ids).values_list("pk", "parent_id", "created_at"):
            nodes[row[0]] = ThreadNode(*row)


def _in_order(nodes, *, newest_first):
    """Order depth first, without recursion, because people answer for ever."""
    answers, waiting = {}, []
    for node in sorted(nodes.values(), key=lambda node: (node.created_at, node.pk), reverse=True):
        (answers.setdefault(node.parent, []) if node.parent in nodes else waiting).append(node)
    order, waiting = [], waiting[::-1] if newest_first else waiting  # taken from the end
    while waiting:
        node = waiting.pop()
        order.append(node)
        waiting += answers.get(node.pk, [])
    return order


def _heads(nodes, per_page):
    """Count the nodes in the outermost row of their page, which the numbering counts."""
    page_of = {node.pk: place // per_page for place, node in enumerate(nodes)}
    return sum(page_of.get(node.parent) != page_of[node.pk] for node in nodes)


def _nested(nodes, article):
    """Load the comments of a page and nest answers under their parents, at most DEEPEST levels."""
    comments_by_id = Comment.objects.approved().for_page().in_bulk([node.pk for node in nodes])
    here, first = {}, []
    for node in nodes:
        here[node.pk], parent = node, here.get(node.parent)
        node.comment = comments_by_id.get(node.pk)
        if parent and parent.depth < DEEPEST:
            node.row, node.depth = parent.replies, parent.depth + 1
        else:
            node.row, node.depth = (parent.row, DEEPEST) if parent else (first, 1)
            _say_whom_it_answers(node, article, is_near=parent is not None)
        node.row.append(node)
    return first


def _say_whom_it_answers(node, article, *, is_near):
    answered = node.comment and node.comment.parent
    if answered and answered.status == Comment.Status.APPROVED:
        node.in_reply_to = answered.signature
        elsewhere = reverse("comments:comment", args=[article.slug, answered.pk])
        node.answered_at = f"#comment-{answered.pk}" if is_near else elsewhere
