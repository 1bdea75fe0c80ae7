"""What readers do: they send comments, report them, and change or take back their own while nobody has decided.

This is the only code that makes a reader's comment, or a report. Locks are taken in the order of moderation.
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
from comments.moderation.decisions import TWICE_WITHIN, Refused, reworded
from comments.notifications import delivery
from comments.personal_data import emails, purge
from comments.screening.rules import Submission, rescreen, screen
from comments.submission import rate_limits
from portal.audit import log
from portal.jobs import enqueue
from portal.text.folding import fold

Status = Comment.Status
MOST_REPORTS = 20  # open ones on a comment: a moderator who has read twenty needs no more to decide
DECIDED_ALREADY = gettext_lazy(
    "A moderator has decided on this comment meanwhile, so you cannot change it or take it back any more."
)


class DuplicateComment(Refused):
    """The same words under the same name stand or wait there already."""

    status = 409


class RateLimited(Refused):
    """More came in than the limits let in; there is room again after `seconds`."""

    status = 429

    def __init__(self, sentence, seconds):
        super().__init__(sentence)
        self.seconds = seconds


def no_reply_because(article, parent):
    """The sentence why nobody can answer this comment here, or ""; None answers the story itself."""
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
    proof="",
    network=None,
    tell_in="",
    at=None,
):
    """Take a reader's comment in and do with it what the rules say; return it, or the one it repeats.

    `is_spam`: the field for robots was filled in. `network` is where a request came from, "" where that is not known;
    None: no request, so no limits. `tell_in` is the language in which its sender wants to hear what becomes of it, ""
    for not at all. The rules are asked before anything is locked: others wait meanwhile.
    """
    at, rules = at or timezone.now(), CommentSettings.current()
    sent = Submission(name, body, website, address, is_spam, seconds, proof)
    within = [] if network is None else rate_limits.limits_for(article, address, network, rules)
    return _take_in(article, parent, sent, screen(sent, rules), within, tell_in, at)


@transaction.atomic
@sensitive_variables("sent")
def _take_in(article, parent, sent, verdict, within, tell_in, at):
    """The same words under the same name within ten minutes are the same comment, one row and no error: a double click.
    Later they are refused, and so is what comes faster than the limits let it. Both go by what readers see: an answer
    that depended on the address would tell whose comment it was to whoever tries one."""
    rate_limits.lock_keys(within)
    thread_counts.lock_threads([article.pk])
    parent_now = parent and (Comment.objects.filter(pk=parent.pk).first() or Comment())  # one of no story: it is gone
    if refusal := closed_because(article) or no_reply_because(article, parent_now):
        raise Refused(refusal)
    alike = Comment.objects.filter(article=article, parent=parent)
    alike = alike.filter(search_key=fold(sent.body), name_search_key=fold(sent.name))
    if earlier := alike.filter(created_at__gt=at - TWICE_WITHIN).exclude(status=Status.TRASH).first():
        earlier.is_double = True
        return earlier
    _refuse_what_was_said_before(alike)
    seconds, sentence = rate_limits.exceeded(within, at=at)
    if seconds:
        raise RateLimited(sentence, seconds)
    comment = Comment.objects.create(
        article=article,
        parent=parent,
        name=sent.name,
        website=sent.website,
        body=sent.body,
        status=verdict.status,
        reasons=verdict.reasons,
        created_at=at,
    )
    emails.store(comment, sent.address)
    if tell_in:
        delivery.subscribe(comment, tell_in)
    rate_limits.count(within, at=at)
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
def report(comment, *, reason, words="", address="", network="", at=None):
    """Take in a reader's word that a comment should not stand, for the moderators to decide.

    What says nothing new (the same again, one more than anybody would read, the network's next of very many) is not
    kept, and nobody is told.
    """
    at, within = at or timezone.now(), rate_limits.report_limits(network)
    rate_limits.lock_keys(within)
    thread_counts.lock_threads([comment.article_id])
    if not Comment.objects.approved().filter(pk=comment.pk).exists():
        raise Refused(_("This comment is no longer shown."))
    kept = Report.objects.filter(comment=comment, is_open=True)
    is_a_double = kept.filter(reason=reason, words=words, created_at__gt=at - TWICE_WITHIN).exists()
    if is_a_double or kept.count() >= MOST_REPORTS or rate_limits.exceeded(within, at=at)[0]:
        return None
    rate_limits.count(within, at=at)
    address = emails.encrypted_columns(address) if address else {}
    _call_the_moderators()
    return Report.objects.create(comment=comment, reason=reason, words=words, created_at=at, **address)


def _call_the_moderators():
    """By mail, a while later, so that what comes until then is told along with it."""
    due_at = timezone.now() + timedelta(minutes=settings.MODERATORS_DIGEST_MINUTES)
    enqueue("comments.notify_moderators", key="moderators-digest", due_at=due_at)


def is_its_writers(comment):
    """Whether its writer may still change it or take it back: nobody has decided. They do not learn that it is spam."""
    return comment.status in {Status.PENDING, Status.SPAM}


def no_rewrite_because(comment):
    """The sentence why its writer cannot change this comment any more, or ""."""
    if not is_its_writers(comment):
        return str(DECIDED_ALREADY)
    if comment.edited_by_id:
        return _("A moderator has edited this comment already, so you cannot change it any more. You can take it back.")
    return ""


def rewrite(comment, body, *, is_spam=False, at=None):
    """Its writer puts other words in place of theirs while it waits; the rules look at them as they did at the first.

    What it was sent with is kept as for a moderator's edit, and the wordings in between are the text of the events.
    """
    verdict = rescreen(comment, body, CommentSettings.current(), is_spam=is_spam)
    _put_other_words(comment, body, verdict, at or timezone.now())


@transaction.atomic
def _put_other_words(comment, body, verdict, at):
    within = rate_limits.rewrite_limits(comment)
    rate_limits.lock_keys(within)
    list(Comment.objects.select_for_update(no_key=True).filter(pk=comment.pk).values_list("pk"))
    thread_counts.lock_threads([comment.article_id])
    if refusal := no_rewrite_because(comment):
        raise Refused(refusal)
    if body == comment.body:
        return
    alike = Comment.objects.filter(article=comment.article_id, parent=comment.parent_id, search_key=fold(body))
    alike = alike.exclude(pk=comment.pk)
    mine = alike.filter(created_at__gt=at - TWICE_WITHIN).by_sender(emails.hashes_of(comment))
    if mine.exists():
        raise DuplicateComment(
            _("You have sent these words a moment ago. Say something new, or take this comment back.")
        )
    _refuse_what_was_said_before(
        alike.filter(name_search_key=comment.name_search_key, created_at__lte=at - TWICE_WITHIN)
    )
    seconds, sentence = rate_limits.exceeded(within, at=at)
    if seconds:
        raise RateLimited(sentence, seconds)
    row = reworded(comment, body, by=None, at=at) | {"status": verdict.status, "reasons": verdict.reasons}
    before = Comment.objects.filter(pk=comment.pk, status=comment.status, body=comment.body, edited_by=None)
    if not before.update(**row):
        raise Refused(str(DECIDED_ALREADY))
    rate_limits.count(within, at=at)
    log.record("comment.rewritten", comment, by=None, reason=comment.body, article=comment.article_id)
    for name, value in row.items():
        setattr(comment, name, value)


@transaction.atomic
def take_back(comment):
    """Its writer takes it back while it waits: words and address go, and history says no more than that."""
    mine = Comment.objects.filter(pk=comment.pk, status=comment.status)
    if not is_its_writers(comment) or not mine.update(status=Status.TRASH):
        raise Refused(str(DECIDED_ALREADY))
    purge.erase(comment)
    log.record("comment.retracted", Comment(pk=comment.pk), by=None, article=comment.article_id)
    log.redact("comment", [comment.pk])
