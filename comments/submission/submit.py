"""What readers do: send comments, report them, and change or take back their own while nobody has decided.

The only code that creates a reader's comment or a report. Locks are taken in the order of moderation.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables

from comments import emails
from comments.models import Comment, CommentSettings, Report
from comments.moderation import thread_counts
from comments.moderation.closing import closed_because
from comments.moderation.edits import reworded
from comments.moderation.refusals import Refused
from comments.notifications import delivery
from comments.personal_data import purge
from comments.screening.rules import Submission, rescreen, screen
from comments.submission import rate_limits
from news.models import Article
from portal.audit import log
from portal.jobs import enqueue
from portal.text.folding import fold

Status = Comment.Status
DUPLICATE_WITHIN = timedelta(minutes=10)
MOST_REPORTS = 20  # open ones on a comment: a moderator who has read twenty needs no more to decide
DECIDED_ALREADY = gettext_lazy(
    "A moderator has decided on this comment meanwhile, so you cannot change it or take it back any more."
)


@dataclass(frozen=True)
class Received:
    """A comment that was stored; or, as a duplicate, the one that was there already."""

    comment: Comment
    is_duplicate: bool = False


class DuplicateComment(Refused):
    """The same text under the same name is there already."""

    status = 409


class RateLimited(Refused):
    """More came in than the limits let in; there is room again after `seconds`."""

    status = 429

    def __init__(self, sentence, seconds):
        super().__init__(sentence)
        self.seconds = seconds


def no_reply_because(article: Article, parent: Comment | None) -> str:
    """Return the sentence why nobody can answer this comment here, or ""; a `parent` of None is the article itself."""
    if parent and (parent.article_id != article.pk or parent.status != Status.APPROVED):
        return _("The comment you answered is no longer shown. Send yours again and it will stand on its own.")
    return ""


@sensitive_variables("name", "address", "commenter_token", "submission")
def submit(
    article: Article,
    *,
    name: str,
    address: str,
    body: str,
    website: str = "",
    parent: Comment | None = None,
    is_spam: bool = False,
    seconds: float | None = None,
    commenter_token: str = "",
    network: str | None = None,
    notify_language: str = "",
    at: datetime | None = None,
) -> Received:
    """Store a reader's comment with the status screening gives it; return it, or the one it duplicates.

    `is_spam`: the field for robots was filled in. `network` is where a request came from, "" where that is unknown;
    None: no request, so no limits. `notify_language`: the language its sender wants notifications in, "" for none.
    Screening runs before anything is locked: others wait meanwhile.
    """
    at, comment_settings = at or timezone.now(), CommentSettings.current()
    submission = Submission(name, body, website, address, is_spam, seconds, commenter_token)
    limits = [] if network is None else rate_limits.limits_for(article, address, network, comment_settings)
    return _receive(article, parent, submission, screen(submission, comment_settings), limits, notify_language, at)


@transaction.atomic
@sensitive_variables("submission")
def _receive(article, parent, submission, result, limits, notify_language, at):
    """Store it under the locks of its limits and thread, or return its duplicate, or refuse.

    The same text under the same name within ten minutes is the same comment (a double click): one row and no error.
    Later it is refused, and so is what exceeds the limits. Both go by what readers see: an answer that depended on the
    address would tell whose comment it was to whoever tries one.
    """
    rate_limits.lock_keys(limits)
    thread_counts.lock_threads([article.pk])
    parent_now = parent and (Comment.objects.filter(pk=parent.pk).first() or Comment())  # one of no story: it is gone
    if refusal := closed_because(article) or no_reply_because(article, parent_now):
        raise Refused(refusal)
    alike = Comment.objects.filter(article=article, parent=parent)
    alike = alike.filter(search_key=fold(submission.body), name_search_key=fold(submission.name))
    if earlier := alike.filter(created_at__gt=at - DUPLICATE_WITHIN).exclude(status=Status.TRASH).first():
        return Received(earlier, is_duplicate=True)
    _refuse_repetition(alike)
    seconds, sentence = rate_limits.exceeded(limits, at=at)
    if seconds:
        raise RateLimited(sentence, seconds)
    comment = Comment.objects.create(
        article=article,
        parent=parent,
        name=submission.name,
        website=submission.website,
        body=submission.body,
        status=result.status,
        reasons=result.reasons,
        created_at=at,
    )
    emails.store(comment, submission.address)
    if notify_language:
        delivery.subscribe(comment, notify_language)
    rate_limits.count(limits, at=at)
    if comment.status == Status.APPROVED:
        _let_through(comment)
    elif comment.status == Status.PENDING:
        _notify_moderators()
    return Received(comment)


def _refuse_repetition(alike):
    if alike.exclude(status=Status.TRASH).exists():
        raise DuplicateComment(
            _("These words are there already under this name, or wait for a moderator. Say something new.")
        )


def _let_through(comment):
    """Count a comment that screening approved, record it, invalidate its pages, enqueue notifications."""
    thread_counts.count(comment, 1)
    log.record("comment.auto_approved", comment, by=None, article=comment.article_id, why=_rules_in(comment))
    thread_counts.invalidate_pages([comment.article_id])
    delivery.schedule_notifications([comment.pk])


def _rules_in(comment):
    return [reason["rule"] for reason in comment.reasons]


@transaction.atomic
@sensitive_variables("text", "address")
def report(
    comment: Comment, *, reason: str, text: str = "", address: str = "", network: str = "", at: datetime | None = None
) -> Report | None:
    """Store a reader's report for the moderators; return None where it is dropped.

    A report that says nothing new is dropped silently: a duplicate, more than MOST_REPORTS, beyond the rate limit.
    """
    at, limits = at or timezone.now(), rate_limits.report_limits(network)
    rate_limits.lock_keys(limits)
    thread_counts.lock_threads([comment.article_id])
    if not Comment.objects.approved().filter(pk=comment.pk).exists():
        raise Refused(_("This comment is no longer shown."))
    open_reports = Report.objects.filter(comment=comment, is_open=True)
    is_duplicate = open_reports.filter(reason=reason, text=text, created_at__gt=at - DUPLICATE_WITHIN).exists()
    if is_duplicate or open_reports.count() >= MOST_REPORTS or rate_limits.exceeded(limits, at=at)[0]:
        return None
    rate_limits.count(limits, at=at)
    address = emails.encrypted_columns(address) if address else {}
    _notify_moderators()
    return Report.objects.create(comment=comment, reason=reason, text=text, created_at=at, **address)


def _notify_moderators():
    """Enqueue the digest mail to moderators, a while later, so that it covers what comes until then."""
    due_at = timezone.now() + timedelta(minutes=settings.MODERATORS_DIGEST_MINUTES)
    enqueue("comments.notify_moderators", key="moderators-digest", due_at=due_at)


def is_its_writers(comment: Comment) -> bool:
    """Return whether its writer may still change it: nobody has decided. They must not learn that it is spam."""
    return comment.status in {Status.PENDING, Status.SPAM}


def no_rewrite_because(comment: Comment) -> str:
    """Return the sentence why its writer cannot change this comment any more, or ""."""
    if not is_its_writers(comment):
        return str(DECIDED_ALREADY)
    if comment.edited_by_id:
        return _("A moderator has edited this comment already, so you cannot change it any more. You can take it back.")
    return ""


def rewrite(comment: Comment, body: str, *, is_spam: bool = False, at: datetime | None = None) -> None:
    """Replace the text of a waiting comment for its writer; it is screened again.

    The text as sent is kept as for a moderator's edit, each version in between in its audit event.
    """
    result = rescreen(comment, body, CommentSettings.current(), is_spam=is_spam)
    _replace_text(comment, body, result, at or timezone.now())


@transaction.atomic
def _replace_text(comment, body, result, at):
    limits = rate_limits.rewrite_limits(comment)
    rate_limits.lock_keys(limits)
    list(Comment.objects.select_for_update(no_key=True).filter(pk=comment.pk).values_list("pk"))
    thread_counts.lock_threads([comment.article_id])
    if refusal := no_rewrite_because(comment):
        raise Refused(refusal)
    if body == comment.body:
        return
    alike = Comment.objects.filter(article=comment.article_id, parent=comment.parent_id, search_key=fold(body))
    alike = alike.exclude(pk=comment.pk)
    own = alike.filter(created_at__gt=at - DUPLICATE_WITHIN).by_sender(emails.hashes_of(comment))
    if own.exists():
        raise DuplicateComment(
            _("You have sent these words a moment ago. Say something new, or take this comment back.")
        )
    _refuse_repetition(alike.filter(name_search_key=comment.name_search_key, created_at__lte=at - DUPLICATE_WITHIN))
    seconds, sentence = rate_limits.exceeded(limits, at=at)
    if seconds:
        raise RateLimited(sentence, seconds)
    row = reworded(comment, body, by=None, at=at) | {"status": result.status, "reasons": result.reasons}
    before = Comment.objects.filter(pk=comment.pk, status=comment.status, body=comment.body, edited_by=None)
    if not before.update(**row):
        raise Refused(str(DECIDED_ALREADY))
    rate_limits.count(limits, at=at)
    log.record("comment.rewritten", comment, by=None, reason=comment.body, article=comment.article_id)
    for name, value in row.items():
        setattr(comment, name, value)


@transaction.atomic
def take_back(comment: Comment) -> None:
    """Erase a waiting comment for its writer, text and address; the audit log says no more than that."""
    own = Comment.objects.filter(pk=comment.pk, status=comment.status)
    if not is_its_writers(comment) or not own.update(status=Status.TRASH):
        raise Refused(str(DECIDED_ALREADY))
    purge.erase(comment)
    log.record("comment.retracted", Comment(pk=comment.pk), by=None, article=comment.article_id)
    log.redact("comment", [comment.pk])
