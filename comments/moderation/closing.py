"""Whether and until when articles take comments: the only code that opens and closes threads, or all of them.

A thread can be closed by hand and be exempt from closing with age; the comment settings apply to all of them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.db import transaction
from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from comments.models import CommentSettings, Thread
from comments.moderation.comment_settings import change_settings, lock_settings
from comments.moderation.refusals import NOT_TO_MODERATE, Refused
from comments.moderation.thread_counts import invalidate_threads, lock_threads
from news.models import Article
from portal.audit import log
from portal.models import User


class Cause(Enum):
    """Why an article takes no comments; the first that applies is the one people are told."""

    NOT_LIVE = "not live"
    SITE = "site"
    BY_HAND = "by hand"
    AGE = "age"


@dataclass(frozen=True)
class ClosingStatus:
    """Whether an article takes comments at a moment: readers, editors and the submit function all ask this.

    `closes_at` is when commenting ends by age (None: never), whether or not it is closed for another cause already;
    `days` is the site's setting, `is_exempt` that this article is left out of it.
    """

    cause: Cause | None
    closes_at: datetime | None = None
    days: int = 0
    is_exempt: bool = False
    is_closed_by_hand: bool = False

    @property
    def is_open(self) -> bool:
        return self.cause is None

    @property
    def for_readers(self) -> str:
        """The sentence why nobody can comment, or "" while everybody can."""
        if self.cause is Cause.AGE:
            return ngettext(
                "Comments on this story are closed, because it is older than %(days)d day.",
                "Comments on this story are closed, because it is older than %(days)d days.",
                self.days,
            ) % {"days": self.days}
        return str(FOR_READERS[self.cause]) if self.cause else ""

    @property
    def for_editors(self) -> str:
        """The sentence on the state of commenting; always one."""
        if self.cause is Cause.AGE:
            return ngettext(
                "Readers see the comments and can send no more: the story is older than %(days)d day.",
                "Readers see the comments and can send no more: the story is older than %(days)d days.",
                self.days,
            ) % {"days": self.days}
        if self.cause:
            return str(FOR_EDITORS[self.cause])
        if self.closes_at:
            # Translators: a date format of Django's `date` filter; Polish needs "j b Y, H:i".
            when = formatted(timezone.localtime(self.closes_at), _("j M Y, H:i"))
            return _("Readers can comment until %(when)s.") % {"when": when}
        if self.is_exempt and self.days:
            return _("They stay open whatever the age of the story.")
        return _("Readers can comment.")


NOT_LIVE = gettext_lazy("This story is not on the site, so it takes no comments.")
FOR_READERS = {
    Cause.NOT_LIVE: NOT_LIVE,
    Cause.SITE: gettext_lazy("We take no comments at the moment."),
    Cause.BY_HAND: gettext_lazy("Comments on this story are closed."),
}
FOR_EDITORS = {
    Cause.NOT_LIVE: NOT_LIVE,
    Cause.SITE: gettext_lazy("No story takes comments at the moment."),
    Cause.BY_HAND: gettext_lazy("Readers see the comments and can send no more."),
}


def status(
    article: Article,
    thread: Thread | None = None,
    comment_settings: CommentSettings | None = None,
    *,
    at: datetime | None = None,
) -> ClosingStatus:
    """Return whether an article takes comments; pass its thread and the settings where they are loaded already."""
    at = at or timezone.now()
    thread = thread or Thread.objects.filter(pk=article.pk).first() or Thread(pk=article.pk)
    comment_settings = comment_settings or CommentSettings.current()
    days, closes_at = comment_settings.close_after_days, None
    if days and not thread.stays_open and article.live_from:
        closes_at = article.live_from + timedelta(days=days)
    causes = {
        Cause.NOT_LIVE: not article.is_live(at=at),
        Cause.SITE: not comment_settings.is_open,
        Cause.BY_HAND: thread.is_closed,
        Cause.AGE: closes_at is not None and closes_at <= at,
    }
    cause = next((cause for cause, applies in causes.items() if applies), None)
    return ClosingStatus(cause, closes_at, days, thread.stays_open, thread.is_closed)


def closed_because(article: Article) -> str:
    """Return the sentence why nobody can comment on this article now, or ""."""
    return status(article).for_readers


@transaction.atomic
def close(article: Article, *, by: User) -> None:
    """Take no more comments on this article; the ones readers see stay."""
    _set(article, "is_closed", True, by, "thread.closed", _("They are closed already."))


@transaction.atomic
def reopen(article: Article, *, by: User) -> None:
    """Take comments on this article again."""
    _set(article, "is_closed", False, by, "thread.reopened", _("They are open already."))


@transaction.atomic
def exempt(article: Article, *, by: User) -> None:
    """Exempt this article from closing with age."""
    _set(article, "stays_open", True, by, "thread.exempted", _("They stay open already."))


@transaction.atomic
def stop_exempting(article: Article, *, by: User) -> None:
    """End the exemption from closing with age."""
    _set(article, "stays_open", False, by, "thread.exemption_ended", _("They close with age already."))


@transaction.atomic
def stop(*, by: User, banner: str | None = None) -> None:
    """Take no comments anywhere, from this moment on; readers see the notice where there is one."""
    _set_open(False, by, banner)


@transaction.atomic
def resume(*, by: User, banner: str | None = None) -> None:
    """Take comments again wherever they were taken before."""
    _set_open(True, by, banner)


@transaction.atomic
def announce(banner: str, *, by: User) -> None:
    """Put a notice above every comment form; an empty one takes it away."""
    if by.has_perm("comments.change_commentsettings") and lock_settings().banner == banner:
        raise Refused(_("This notice is there already.") if banner else _("There is no notice."))
    change_settings({"banner": banner}, by=by)


def _set(article, column, value, by, kind, already):
    """Set one column of a thread, or refuse with `already` where it has the value."""
    if not by.has_perm("comments.moderate_comment"):
        raise Refused(NOT_TO_MODERATE)
    lock_threads([article.pk])
    if not Thread.objects.filter(pk=article.pk, **{column: not value}).update(**{column: value}):
        raise Refused(already)
    log.record(kind, Thread(pk=article.pk), by=by, article=article.pk)
    invalidate_threads([article.pk])


def _set_open(is_open, by, banner):
    if by.has_perm("comments.change_commentsettings") and lock_settings().is_open == is_open:
        raise Refused(_("Comments are taken already.") if is_open else _("Comments are stopped already."))
    change_settings({"is_open": is_open} | ({} if banner is None else {"banner": banner}), by=by)
