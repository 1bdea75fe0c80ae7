"""The conversation under a story as readers see it: in which order, on which page, under whom.

A thread is one list: each comment, then the answers to it, at every depth in the order of time; the rules may put the
conversations begun last first. Pages are cut from that list by the comments they show; only those of one page are
ever loaded with their words.
"""

from dataclasses import dataclass, field
from datetime import datetime

from django.core.paginator import EmptyPage, Page, Paginator
from django.db.models import F, FilteredRelation, Q
from django.urls import reverse

from comments.models import Comment, CommentSettings, Thread
from comments.moderation import closing

DEEPEST = 4  # narrower columns cannot be read on a phone; what goes deeper says whom it answers
FULLEST = 500  # comments on a page, whatever the rules say: each may have five thousand characters


class NoPage(Exception):
    """The conversation has no such page."""


@dataclass(eq=False)
class ThreadNode:
    """A comment at its place; one that was removed stands only where its answers remain, and has no `comment`."""

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
    closed: str  # the sentence why nobody can comment, or ""
    ends_at: datetime | None  # when nobody can any more
    banner: str


def thread_page(article, number=1):
    """A page of the conversation, in as many queries however long it is; NoPage beyond the last."""
    rules = CommentSettings.current()
    thread, order = _outline(article, rules)
    pages = _pages(order, rules)
    try:
        page = pages.page(number)
    except EmptyPage:
        raise NoPage from None
    return ThreadPage(
        count=thread.approved_count,
        page=page,
        comments=_nested(page.object_list, article),
        start=1 + _heads(order[: page.start_index() - 1], pages.per_page),
        closed=closing.closed_by(article, thread, rules),
        ends_at=closing.ends_at(article, thread, rules),
        banner=rules.banner,
    )


def address_of(comment):
    """Where readers find an approved comment: on the page it is on today; NoPage once it is on none."""
    rules = CommentSettings.current()
    _thread, order = _outline(comment.article, rules)
    place = next((place for place, node in enumerate(order) if node.pk == comment.pk), None)
    if place is None:
        raise NoPage
    number = place // _pages(order, rules).per_page + 1
    return f"{page_address(comment.article, number)}#comment-{comment.pk}"


def page_address(article, number):
    """The first page of a conversation is the story's own."""
    return reverse("comments:page", args=[article.slug, number]) if number > 1 else article.get_absolute_url()


def _pages(order, rules):
    return Paginator(order, min(max(rules.page_size, 1), FULLEST))


def _outline(article, rules):
    """The thread and the whole list of its approved comments, without a word of them, in one query."""
    shown = FilteredRelation("article__comments", condition=Q(article__comments__status=Comment.Status.APPROVED))
    rows = (
        Thread.objects.filter(pk=article.pk)
        .annotate(shown=shown)
        .order_by(F("shown__created_at").asc(nulls_first=True), "shown__pk")
        .values_list(
            "approved_count",
            "is_closed",
            "stays_open",
            "shown__pk",
            "shown__parent_id",
            "shown__created_at",
            "shown__parent__status",
            "shown__parent__parent_id",
            "shown__parent__created_at",
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
    return thread, _in_order(nodes, newest_first=rules.newest_first)


def _add_what_removed_ones_answered(nodes):
    """Hold the place also of a removed comment that only a removed one answered: a query for each row of them."""
    while missing := {node.parent for node in nodes.values()} - nodes.keys() - {None}:
        for found in Comment.objects.filter(pk__in=missing).values_list("pk", "parent_id", "created_at"):
            nodes[found[0]] = ThreadNode(*found)


def _in_order(nodes, *, newest_first):
    """Each comment, then the answers to it; without recursion, because people answer for ever."""
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
    """How many of the list's first nodes stand in the outermost row of their page, and so count in its numbers."""
    page_of = {node.pk: place // per_page for place, node in enumerate(nodes)}
    return sum(page_of.get(node.parent) != page_of[node.pk] for node in nodes)


def _nested(nodes, article):
    """The comments of a page with their words, answers under their parents, at most DEEPEST rows within rows."""
    words = Comment.objects.approved().for_page().in_bulk([node.pk for node in nodes])
    here, first = {}, []
    for node in nodes:
        here[node.pk], parent = node, here.get(node.parent)
        node.comment = words.get(node.pk)
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
