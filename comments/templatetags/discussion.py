"""Where a story meets its conversation: the tags through which news' templates show what they never heard of."""

from dataclasses import dataclass, field

from django import template
from django.db.models import F, FilteredRelation, Q

from comments import moderation
from comments.forms import CommentForm
from comments.models import Comment, Rules, Thread
from news.models import Article

register = template.Library()

DEEPEST = 4  # narrower columns cannot be read on a phone; what goes deeper says whom it answers
MOST_DISCUSSED = 4


@dataclass
class Shown:
    """A comment as readers see it; one that was removed stands only where its replies remain."""

    pk: int
    parent: int | None
    created_at: object
    name: str = ""
    website: str = ""
    body: str = ""
    is_removed: bool = False
    in_reply_to: str = ""
    replies: list = field(default_factory=list)


@dataclass
class Conversation:
    count: int = 0
    closed_because: str = ""
    comments: list = field(default_factory=list)

    @property
    def is_closed(self):
        return bool(self.closed_because)


@register.simple_tag(takes_context=True)
def thread_of(context, article):
    """The conversation under a story, in two queries: `count`, `closed_because`, `comments` (replies under parents).

    The page ends when commenting does, if it is one that is kept.
    """
    shown = FilteredRelation("article__comments", condition=Q(article__comments__status=Comment.Status.APPROVED))
    rows = (
        Thread.objects.filter(pk=article.pk)
        .annotate(shown=shown)
        .order_by("shown__created_at", "shown__pk")
        .values_list(
            "approved_count",
            "is_closed",
            "stays_open",
            "shown__pk",
            "shown__parent_id",
            "shown__created_at",
            "shown__name",
            "shown__website",
            "shown__body",
            "shown__parent__status",
            "shown__parent__parent_id",
            "shown__parent__created_at",
        )
    )
    conversation, nodes, thread = Conversation(), {}, Thread(pk=article.pk)
    for count, is_closed, stays_open, pk, parent, created_at, name, website, body, *of_parent in rows:
        conversation.count, thread.is_closed, thread.stays_open = count, is_closed, stays_open
        if pk is None:  # the thread is there, and nothing in it
            continue
        nodes[pk] = Shown(pk, parent, created_at, name, website, body)
        status, grandparent, parents_time = of_parent
        if parent and status != Comment.Status.APPROVED:
            nodes.setdefault(parent, Shown(parent, grandparent, parents_time, is_removed=True))
    conversation.comments = _arranged(nodes)
    rules = Rules.current()
    conversation.closed_because = moderation.closed_by(article, thread, rules)
    if reading := context.get("reading"):
        reading.ends_by(filter(None, [moderation.ends_at(article, thread, rules)]))
    return conversation


def _arranged(nodes):
    """A forest in the order of time, at most DEEPEST levels; without recursion, because people answer for ever."""
    answers, first = {}, []
    for node in sorted(nodes.values(), key=lambda node: (node.created_at, node.pk)):
        (answers.setdefault(node.parent, []) if node.parent in nodes else first).append(node)
    roots = []
    waiting = [(node, roots, 1) for node in reversed(first)]
    while waiting:
        node, row, depth = waiting.pop()
        row.append(node)
        for answer in reversed(answers.get(node.pk, [])):
            if depth < DEEPEST:
                waiting.append((answer, node.replies, depth + 1))
            else:
                answer.in_reply_to = node.name
                waiting.append((answer, row, depth))
    return roots


@register.simple_tag(takes_context=True)
def comment_form_of(context, article):
    """The form as it was sent, where something was wrong with it; else an empty one."""
    return context.get("comment_form") or CommentForm(article)


@register.simple_tag
def most_discussed():
    """The live stories with the most comments: pairs of story and count, in one query."""
    stories = Article.objects.live().filter(thread__approved_count__gt=0).for_cards()
    stories = stories.annotate(count=F("thread__approved_count")).order_by("-count", "-live_from", "-pk")
    return [(story, story.count) for story in stories[:MOST_DISCUSSED]]
