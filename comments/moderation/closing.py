"""Whether and until when a story, or the whole site, takes comments: the only code that closes or opens a thread.

A story's own thread can be closed, and be exempt from closing with age; for all of them it is the rules that say.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comments.models import CommentSettings, Thread
from comments.moderation.comment_settings import change_settings, lock_settings
from comments.moderation.refusals import NOT_TO_MODERATE, Refused
from comments.moderation.thread_counts import invalidate_pages, lock_threads
from portal.audit import log


def closed_because(article):
    """The sentence why nobody can comment on this story, or "" when everybody can."""
    if not article.is_live():
        return _("This story is not on the site, so it takes no comments.")
    return closed_by(article, _thread_of(article), CommentSettings.current())


def closed_by(article, thread, comment_settings, *, at=None):
    """The same for a live story, for whoever has read its thread and the rules already."""
    if not comment_settings.is_open:
        return _("We take no comments at the moment.")
    if thread.is_closed:
        return _("Comments on this story are closed.")
    ends = ends_at(article, thread, comment_settings)
    if ends and ends <= (at or timezone.now()):
        days = comment_settings.close_after_days
        sentence = ngettext(
            "Comments on this story are closed, because it is older than %(days)d day.",
            "Comments on this story are closed, because it is older than %(days)d days.",
            days,
        )
        return sentence % {"days": days}
    return ""


def ends_at(article, thread=None, comment_settings=None):
    """When commenting ends by the clock alone, counted from the story's first publication; None: never."""
    thread, comment_settings = thread or _thread_of(article), comment_settings or CommentSettings.current()
    if not comment_settings.close_after_days or thread.stays_open or article.live_from is None:
        return None
    return article.live_from + timedelta(days=comment_settings.close_after_days)


@transaction.atomic
def close(article, *, by):
    """Take no more comments on this story; the ones readers see stay."""
    _set(article, "is_closed", True, by, "close", _("They are closed already."))


@transaction.atomic
def reopen(article, *, by):
    """Take comments on this story again."""
    _set(article, "is_closed", False, by, "reopen", _("They are open already."))


@transaction.atomic
def exempt(article, *, by):
    """Let this story take comments however old it grows."""
    _set(article, "stays_open", True, by, "exempt", _("They stay open already."))


@transaction.atomic
def stop_exempting(article, *, by):
    """Let comments on this story close with age again, as on the others."""
    _set(article, "stays_open", False, by, "let age", _("They close with age already."))


@transaction.atomic
def stop(*, by, banner=None):
    """Take no comments anywhere, from this moment on; readers see the notice where there is one."""
    _set_open(False, by, banner)


@transaction.atomic
def resume(*, by, banner=None):
    """Take comments again wherever they were taken before."""
    _set_open(True, by, banner)


@transaction.atomic
def announce(banner, *, by):
    """Put a notice above every comment form; an empty one takes it away."""
    if by.has_perm("comments.change_commentsettings") and lock_settings().banner == banner:
        raise Refused(_("This notice is there already.") if banner else _("There is no notice."))
    change_settings({"banner": banner}, by=by)


def _set(article, column, value, by, kind, already):
    """Change one thing about a thread, which is said if it is so already."""
    if not by.has_perm("comments.moderate_comment"):
        raise Refused(NOT_TO_MODERATE)
    lock_threads([article.pk])
    if not Thread.objects.filter(pk=article.pk, **{column: not value}).update(**{column: value}):
        raise Refused(already)
    log.record(kind, Thread(pk=article.pk), by=by, article=article.pk)
    invalidate_pages([article.pk])


def _set_open(is_open, by, banner):
    if by.has_perm("comments.change_commentsettings") and lock_settings().is_open == is_open:
        raise Refused(_("Comments are taken already.") if is_open else _("Comments are stopped already."))
    change_settings({"is_open": is_open} | ({} if banner is None else {"banner": banner}), by=by)


def _thread_of(article):
    return Thread.objects.filter(pk=article.pk).first() or Thread(pk=article.pk)
