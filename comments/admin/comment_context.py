"""The context of one comment in the queue: why it is there, who wrote it, the thread around it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from comments import emails
from comments.admin import highlight
from comments.models import Comment, CommentSettings, Report, SenderRule
from comments.moderation import closing, sender_rules
from comments.moderation.closing import ClosingStatus
from comments.querysets import CommentQuerySet
from comments.screening import explanations
from news.content.diff import Matcher

EARLIER_SHOWN = 3
NEIGHBOURS = 2
ANCESTORS = 3  # as many as `CommentContext.LOAD` fetches along with the comment
PASSAGES = 5


@dataclass
class ScreeningReason:
    number: int
    sentence: str
    passages: str = ""


class CommentContext:
    """Everything is queried once, and only when the page shows it."""

    LOAD = "parent__parent__parent"

    def __init__(self, comment: Comment, comment_settings: CommentSettings):
        self.comment, self._comment_settings = comment, comment_settings

    @cached_property
    def closing(self) -> ClosingStatus:
        return closing.status(self.comment.article, comment_settings=self._comment_settings)

    # Its text

    @cached_property
    def sentences(self) -> list[tuple]:
        """What screening found, until somebody has decided: then that is the reason."""
        return [] if self.comment.decided_by_id else explanations.sentences(self.comment)

    @property
    def text(self) -> SafeString:
        """The body, highlighted where the reasons are about it."""
        return highlight.highlight(self.comment.body, self.sentences)

    @property
    def reasons(self) -> Iterator[ScreeningReason]:
        for number, sentence, ranges in self.sentences:
            passages = dict.fromkeys(self.comment.body[start:end] for start, end in ranges)
            yield ScreeningReason(number, sentence, Truncator(", ".join(list(passages)[:PASSAGES])).chars(200))

    @cached_property
    def edits(self) -> object:
        """The diff between the text as sent and now; None where nobody edited it."""
        return Matcher().line("p", self.comment.original, self.comment.body) if self.comment.original else None

    # Who complains

    @cached_property
    def reports(self) -> list[Report]:
        return list(self.comment.reports.order_by("created_at", "pk"))

    @property
    def open_reports(self) -> list[Report]:
        return [report for report in self.reports if report.is_open]

    @property
    def answered_reports(self) -> int:
        return sum(not report.is_open for report in self.reports)

    # Who wrote it

    @cached_property
    def hashes(self) -> list[str]:
        """Lookup hashes that find what else they sent; empty once their address is deleted."""
        return [] if self.comment.staff_id else emails.hashes_of(self.comment)

    @cached_property
    def sender_rule(self) -> SenderRule | None:
        """The rule about everything they send, or None."""
        return sender_rules.rule_for(self.hashes) if self.hashes else None

    @cached_property
    def record(self) -> dict[str, int]:
        return self._others.counted_by_status()

    @cached_property
    def earlier(self) -> CommentQuerySet:
        return self._others.not_emptied().order_by("-created_at", "-pk")[:EARLIER_SHOWN]

    @property
    def _others(self):
        return Comment.objects.by_sender(self.hashes).exclude(pk=self.comment.pk)

    # The thread around it

    @cached_property
    def chain(self) -> list[Comment]:
        """What it answers and what that answers, the topmost first."""
        chain, one = [], self.comment.parent
        while one and len(chain) < ANCESTORS:
            chain.append(one)
            one = one.parent if len(chain) < ANCESTORS else None
        return chain[::-1]

    @property
    def has_more_above(self) -> bool:
        return bool(self.chain and self.chain[0].parent_id)

    @cached_property
    def neighbours(self) -> list[Comment]:
        """Comments sent under the article shortly before and after it, by time."""
        at, number = self.comment.created_at, self.comment.pk
        known = [number, *(one.pk for one in self.chain)]
        beside = Comment.objects.not_emptied().filter(article=self.comment.article_id).exclude(pk__in=known)
        before = beside.filter(Q(created_at__lt=at) | Q(created_at=at, pk__lt=number)).order_by("-created_at", "-pk")
        after = beside.filter(Q(created_at__gt=at) | Q(created_at=at, pk__gt=number)).order_by("created_at", "pk")
        return [*list(before[:NEIGHBOURS])[::-1], *after[:NEIGHBOURS]]
