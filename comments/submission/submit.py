"""What readers do: send comments, report them, and change or take back their own while nobody has decided.

The only code that creates a reader's comment or a report. Locks are taken in the order of moderation.
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables

from comments.models import Comment, CommentSettings, Report
from comments.moderation import thread_counts
from comments.moderation.closing import closed_because
from comments.moderation.edits import reworded
from comments.moderation.refusals import Refused
from comments.notifications import delivery
from comments.personal_data import emails, purge
from comments.screening.rules import Submission, rescreen, screen
from comments.submission import rate_limits
from portal.audit import log
from portal.jobs import enqueue
from portal.text.folding import fold

Status = Comment.Status
DUPLICATE_WITHIN = timedelta(minutes=10)
MOST_REPORTS = 20  # open ones on a comment: a moderator who has read twenty needs no more to decide
DECIDED_ALREADY = gettext_lazy(
    "A moderator has decided on this comment meanwhile, so you cannot change it or take it back any more."
)


class DuplicateComment(Refused):
    """The same text under the same name is there already."""

    status = 409


class RateLimited(Refused):
    """More came in than the limits let in; there is room again after `seconds`."""

    status = 429

    def __init__(self, sentence, seconds):
        super().__init__(sentence)
        self.seconds = seconds


def no_reply_because(article, parent):
    """Return the sentence why nobody can answer this comment here, or ""; a `parent` of None is the article itself."""
    if parent and (parent.article_id != article.pk or parent.status != Status.APPROVED):
        return _("The comment you answered is no longer shown. Send yours again and it will stand on its own.")
    return ""


@sensitive_variables("name", "address", "proof", "sent")
def submit(
    article,
    *,
    name,
    address,
    body,
    website="",
    parent=None,
    is_spam=False,
    seconds=None,
    commenter_token="",
    network=None,
    notify_language="",
    at=None,
):
    """Store a reader's comment with the status screening gives it; return it, or the one it repeats.

    `is_spam`: the field for robots was filled in. `network` is where a request came from, "" where that is unknown;
    None: no request, so no limits. `notify_language`: the language its sender wants notifications in, "" for none.
    Screening runs before anything is locked: others wait meanwhile.
    """
    at, comment_settings = at or timezone.now(), CommentSettings.current()
    submission = Submission(name, body, website, address, is_spam, seconds, commenter_token)
    limits = [] if network is None else rate_limits.limits_for(article, address, network, comment_settings)
    return _take_in(article, parent, submission, screen(submission, comment_settings), limits, notify_language, at)


@transaction.atomic
@sensitive_variables("sent")
def _take_in(article, parent, submission, result, limits, notify_language, at):
    """The same words under the same name within ten minutes are the same comment, one row and no error: a double click.
    Later they are refused, and so is what comes faster than the limits let it. Both go by what readers see: an answer
    that depended on the address would tell whose comment it was to whoever tries one."""
    rate_limits.lock_keys(limits)
    thread_counts.lock_threads([article.pk])
    parent_now = parent and (Comment.objects.filter(pk=parent.pk).first() or Comment())  # one of no story: it is gone
    if refusal := closed_because(article) or no_reply_because(article, parent_now):
        raise Refused(refusal)
    alike = Comment.objects.filter(article=article, parent=parent)
    alike = alike.filter(search_key=fold(submission.body), name_search_key=fold(submission.name))
    if earlier := alike.filter(created_at__gt=at - DUPLICATE_WITHIN).exclude(status=Status.TRASH).first():
        earlier.is_double = True
        return earlier
    _refuse_what_was_said_before(alike)
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
        _call_the_moderators()
    return comment


def _refuse_what_was_said_before(alike):
    if alike.exclude(status=Status.TRASH).exists():
        raise DuplicateComment(
            _("These words are there already under this name, or wait for a moderator. Say something new.")
        )


def _let_through(comment):
    """Nobody has looked at it and the rules show it: counted, in the history and on the pages like an approved one."""
    thread_counts.count(comment, 1)
    log.record("comment.auto_approved", comment, by=None, article=comment.article_id, why=_rules_in(comment))
    thread_counts.invalidate_pages([comment.article_id])
    delivery.schedule_notifications([comment.pk])


def _rules_in(comment):
    return [reason["rule"] for reason in comment.reasons]


@transaction.atomic
@sensitive_variables("words", "address")
def report(comment, *, reason, text="", address="", network="", at=None):
    """Take in a reader's word that a comment should not stand, for the moderators to decide.

    What says nothing new (the same again, one more than anybody would read, the network's next of very many) is not
    kept, and nobody is told.
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
    _call_the_moderators()
    return Report.objects.create(comment=comment, reason=reason, text=text, created_at=at, **address)


def _call_the_moderators():
    """Enqueue the digest mail to moderators, a while later, so that it covers what comes until then."""
    due_at = timezone.now() + timedelta(minutes=settings.MODERATORS_DIGEST_MINUTES)
    enqueue("comments.notify_moderators", key="moderators-digest", due_at=due_at)


def is_its_writers(comment):
    """Return whether its writer may still change it: nobody has decided. They must not learn that it is spam."""
    return comment.status in {Status.PENDING, Status.SPAM}


def no_rewrite_because(comment):
    """Return the sentence why its writer cannot change this comment any more, or ""."""
    if not is_its_writers(comment):
        return str(DECIDED_ALREADY)
    if comment.edited_by_id:
        return _("A moderator has edited this comment already, so you cannot change it any more. You can take it back.")
    return ""


def rewrite(comment, body, *, is_spam=False, at=None):
    """Replace the text of a waiting comment for its writer; it is screened again.

    The text as sent is kept as for a moderator's edit, each version in between in its audit event.
    """
    result = rescreen(comment, body, CommentSettings.current(), is_spam=is_spam)
    _put_other_words(comment, body, result, at or timezone.now())


@transaction.atomic
def _put_other_words(comment, body, result, at):
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
    _refuse_what_was_said_before(
        alike.filter(name_search_key=comment.name_search_key, created_at__lte=at - DUPLICATE_WITHIN)
    )
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
def take_back(comment):
    """Erase a waiting comment for its writer, text and address; the audit log says no more than that."""
    own = Comment.objects.filter(pk=comment.pk, status=comment.status)
    if not is_its_writers(comment) or not own.update(status=Status.TRASH):
        raise Refused(str(DECIDED_ALREADY))
    purge.erase(comment)
    log.record("comment.retracted", Comment(pk=comment.pk), by=None, article=comment.article_id)
    log.redact("comment", [comment.pk])
