"""What becomes of a comment: the only code that makes one, changes its status, or closes a thread.

A decision asks `why_not`, wins the row by its status, moves the thread's count, appends its event and moves
the change counters, all in one transaction. Locks are taken in one order everywhere: the sender's limits, comment,
thread, history.
"""

import hashlib
from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.debug import sensitive_variables

from comments import emptying, jobs, limits, privacy, screening, telling, words
from comments.models import Comment, Report, Rules, Thread
from news import changes, history
from news.folding import fold
from news.models import Slug
from portal.jobs import enqueue

Status = Comment.Status
TWICE_WITHIN = timedelta(minutes=10)
UNDO_WITHIN = telling.WAITS
MOST_REPORTS = 20  # open ones on a comment: a moderator who has read twenty needs no more to decide


class Decision(models.TextChoices):
    APPROVE = "approve", pgettext_lazy("decision", "Approve")
    REJECT = "reject", pgettext_lazy("decision", "Reject…")
    SPAM = "spam", pgettext_lazy("decision", "Spam")
    TRASH = "trash", pgettext_lazy("decision", "Trash")
    WAIT = "wait", pgettext_lazy("decision", "Back to waiting")


class Reason(models.TextChoices):
    """Why a comment was rejected; kept in the event as a word, so that it can be counted."""

    OFF_TOPIC = "off-topic", gettext_lazy("Off topic")
    ABUSIVE = "abusive", gettext_lazy("Abusive")
    ADVERTISING = "advertising", gettext_lazy("Advertising")
    PERSONAL = "personal", gettext_lazy("Personal details")
    OTHER = "other", gettext_lazy("Another reason")


LEADS_TO = {
    Decision.APPROVE: Status.APPROVED,
    Decision.REJECT: Status.TRASH,
    Decision.SPAM: Status.SPAM,
    Decision.TRASH: Status.TRASH,
    Decision.WAIT: Status.PENDING,
}
BACK_TO = {
    Status.PENDING: Decision.WAIT,
    Status.APPROVED: Decision.APPROVE,
    Status.SPAM: Decision.SPAM,
    Status.TRASH: Decision.TRASH,
}
ALREADY = {
    Status.PENDING: gettext_lazy("It is waiting already."),
    Status.APPROVED: gettext_lazy("It is approved already."),
    Status.SPAM: gettext_lazy("It is marked as spam already."),
    Status.TRASH: gettext_lazy("It is in the trash already."),
}
# Whole sentences, in the passive: Polish verbs would need the person's gender.
DECIDED = {
    Status.PENDING: gettext_lazy("Decision by %(who)s, %(when)s: back to waiting."),
    Status.APPROVED: gettext_lazy("Decision by %(who)s, %(when)s: approved."),
    Status.SPAM: gettext_lazy("Decision by %(who)s, %(when)s: spam."),
    Status.TRASH: gettext_lazy("Decision by %(who)s, %(when)s: trash."),
}
UNSEEN = {
    Status.PENDING: gettext_lazy("Meanwhile it went back to waiting."),
    Status.APPROVED: gettext_lazy("Meanwhile it was approved."),
    Status.SPAM: gettext_lazy("Meanwhile it was marked as spam."),
    Status.TRASH: gettext_lazy("Meanwhile it went to the trash."),
}


DECIDED_ALREADY = gettext_lazy(
    "A moderator has decided on this comment meanwhile, so you cannot change it or take it back any more."
)
NOT_TO_MODERATE = gettext_lazy("Your role does not moderate comments.")
UNCLAIMED = {"claimed_by": None, "claimed_until": None}


class Refused(Exception):
    """The comment or decision is not taken; str(exc) is a sentence that its reader can act on."""

    status = 403


class SentAgain(Refused):
    """The same words under the same name stand or wait there already."""

    status = 409


class TooMany(Refused):
    """More came in than the limits let in; there is room again after `seconds`."""

    status = 429

    def __init__(self, sentence, seconds):
        super().__init__(sentence)
        self.seconds = seconds


def closed_because(article):
    """The sentence why nobody can comment on this story, or "" when everybody can."""
    if not article.is_live():
        return _("This story is not on the site, so it takes no comments.")
    return closed_by(article, _thread_of(article), Rules.current())


def closed_by(article, thread, rules, *, at=None):
    """The same for a live story, for whoever has read its thread and the rules already."""
    if not rules.is_open:
        return _("We take no comments at the moment.")
    if thread.is_closed:
        return _("Comments on this story are closed.")
    ends = ends_at(article, thread, rules)
    if ends and ends <= (at or timezone.now()):
        days = rules.closes_after_days
        told = ngettext(
            "Comments on this story are closed, because it is older than %(days)d day.",
            "Comments on this story are closed, because it is older than %(days)d days.",
            days,
        )
        return told % {"days": days}
    return ""


def ends_at(article, thread=None, rules=None):
    """When commenting ends by the clock alone, counted from the story's first publication; None: never."""
    thread, rules = thread or _thread_of(article), rules or Rules.current()
    if not rules.closes_after_days or thread.stays_open or article.live_from is None:
        return None
    return article.live_from + timedelta(days=rules.closes_after_days)


def no_reply_because(article, parent):
    """The sentence why nobody can answer this comment here, or ""; None answers the story itself."""
    if parent and (parent.article_id != article.pk or parent.status != Status.APPROVED):
        return _("The comment you answered is no longer shown. Send yours again and it will stand on its own.")
    return ""


@sensitive_variables("name", "address", "proof", "sent")
def receive(
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
    at, rules = at or timezone.now(), Rules.current()
    sent = screening.Sent(name, body, website, address, is_spam, seconds, proof)
    within = [] if network is None else limits.of(article, address, network, rules)
    return _take_in(article, parent, sent, screening.screen(sent, rules), within, tell_in, at)


@transaction.atomic
@sensitive_variables("sent")
def _take_in(article, parent, sent, verdict, within, tell_in, at):
    """The same words under the same name within ten minutes are the same comment, one row and no error: a double click.
    Later they are refused, and so is what comes faster than the limits let it. Both go by what readers see: an answer
    that depended on the address would tell whose comment it was to whoever tries one."""
    limits.take_turns(within)
    _lock_thread(article)
    parent_now = parent and (Comment.objects.filter(pk=parent.pk).first() or Comment())  # one of no story: it is gone
    if refusal := closed_because(article) or no_reply_because(article, parent_now):
        raise Refused(refusal)
    alike = Comment.objects.filter(article=article, parent=parent, key=fold(sent.body), name_key=fold(sent.name))
    if earlier := alike.filter(created_at__gt=at - TWICE_WITHIN).exclude(status=Status.TRASH).first():
        earlier.is_double = True
        return earlier
    _refuse_what_was_said_before(alike)
    seconds, sentence = limits.exceeded(within, at=at)
    if seconds:
        raise TooMany(sentence, seconds)
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
    privacy.keep(comment, sent.address)
    if tell_in:
        telling.subscribe(comment, tell_in)
    limits.count(within, at=at)
    if comment.status == Status.APPROVED:
        _let_through(comment)
    elif comment.status == Status.PENDING:
        _call_the_moderators()
    return comment


@transaction.atomic
@sensitive_variables("words", "address")
def report(comment, *, reason, words="", address="", network="", at=None):
    """Take in a reader's word that a comment should not stand, for the moderators to decide.

    What says nothing new (the same again, one more than anybody would read, the network's next of very many) is not
    kept, and nobody is told.
    """
    at, within = at or timezone.now(), limits.of_reports(network)
    limits.take_turns(within)
    _lock_thread(comment.article)
    if not Comment.objects.approved().filter(pk=comment.pk).exists():
        raise Refused(_("This comment is no longer shown."))
    kept = Report.objects.filter(comment=comment, is_open=True)
    is_a_double = kept.filter(reason=reason, words=words, created_at__gt=at - TWICE_WITHIN).exists()
    if is_a_double or kept.count() >= MOST_REPORTS or limits.exceeded(within, at=at)[0]:
        return None
    limits.count(within, at=at)
    address = privacy.sealed(address) if address else {}
    _call_the_moderators()
    return Report.objects.create(comment=comment, reason=reason, words=words, created_at=at, **address)


def _call_the_moderators():
    """By mail, a while later, so that what comes until then is told along with it."""
    due_at = timezone.now() + timedelta(minutes=settings.MODERATORS_DIGEST_MINUTES)
    enqueue(jobs.notify_moderators, key="moderators-digest", due_at=due_at)


def _refuse_what_was_said_before(alike):
    if alike.exclude(status=Status.TRASH).exists():
        raise SentAgain(_("These words are there already under this name, or wait for a moderator. Say something new."))


def _let_through(comment):
    """Nobody has looked at it and the rules show it: counted, in the history and on the pages like an approved one."""
    _count(comment, 1)
    history.append("let_through", comment, by=None, article=comment.article_id, why=_rules_in(comment))
    tell_the_pages([comment.article_id])
    telling.later([comment.pk])


def _rules_in(comment):
    return [reason["rule"] for reason in comment.reasons]


@transaction.atomic
def change_rules(changed, *, by, began_from=None):
    """Put other rules in force, from the next comment on. Every page shows the form, so all of them are made anew.

    `changed` says what is to be, by field; `began_from` is the edition that was before their eyes.
    """
    if not by.has_perm("comments.change_rules"):
        raise Refused(_("Your role does not change the rules for comments."))
    Rules.objects.bulk_create([Rules(pk=1)], ignore_conflicts=True)
    rules = Rules.objects.select_for_update().get(pk=1)  # one change after the other
    if began_from is not None and began_from != edition(rules):
        raise Refused(_("Somebody else has changed these rules meanwhile. Yours are below, and not saved yet."))
    before = {name: getattr(rules, name) for name in changed}
    told = {name: _told(before[name], value, name) for name, value in changed.items() if value != before[name]}
    if told:
        for name in told:
            setattr(rules, name, changed[name])
        rules.save()
        history.append("rules", rules, by=by, changed=told)
        changes.move(changes.SITE)
    return rules


def edition(rules):
    """A name for what these rules say, so that nobody overwrites what they have not seen."""
    values = [str(getattr(rules, field.name)) for field in rules._meta.fields]
    return hashlib.sha256("\0".join(values).encode()).hexdigest()[:16]


def _told(was, now, name):
    """What stays in the history of a changed rule: of a list how long it was and is, it may hold words about people."""
    if name in {"words_to_hold", "words_to_refuse"}:
        return [len(words.entries_in(was)), len(words.entries_in(now))]
    return [was, now]


def why_not(comment, decision, *, by, seen=None, reason=None):
    """Return the sentence why `by` may not decide this, or "" when the way is clear.

    `seen` is what the moderator had before their eyes (`Comment.seen`, or the status alone); `reason` is None while
    nobody has been asked.
    """
    if not by.has_perm("comments.moderate_comment"):
        return str(NOT_TO_MODERATE)
    if seen is not None and (told := unseen_because(comment, seen)):
        return told
    if not comment.body:
        return _("Of this comment only its place is left; its words are gone.")
    if comment.status == LEADS_TO[decision] and not (decision != Decision.WAIT and _open_reports(comment).exists()):
        return str(ALREADY[comment.status])
    if decision == Decision.REJECT and reason is not None and reason not in Reason.values:
        return _("Choose a reason, so that the others know why.")
    return ""


def unseen_because(comment, seen):
    """What is not as somebody had it before their eyes, in words, or "": nobody decides on what they have not read."""
    status, _dot, words = seen.partition(".")
    if status != comment.status:
        return told_meanwhile(comment)
    return told_edited(comment) if words and seen != comment.seen else ""


def told_meanwhile(comment):
    """Who decided what, for somebody who wanted to decide it too."""
    if comment.decided_by is None:
        return str(UNSEEN[comment.status])
    when = timezone.localtime(comment.decided_at)
    # Translators: a date format of Django's `date` filter; Polish needs "j b, H:i".
    return DECIDED[comment.status] % {"who": comment.decided_by, "when": formatted(when, _("j M, H:i"))}


def approve(comment, *, by, seen=None):
    """Show the comment to readers, under its story."""
    _decide(comment, Decision.APPROVE, by=by, seen=seen)


def reject(comment, *, by, reason, seen=None):
    """Keep the comment from readers, for a reason that stays in its history."""
    _decide(comment, Decision.REJECT, by=by, seen=seen, reason=reason)


def mark_spam(comment, *, by, seen=None):
    _decide(comment, Decision.SPAM, by=by, seen=seen)


def trash(comment, *, by, seen=None):
    _decide(comment, Decision.TRASH, by=by, seen=seen)


def put_back(comment, *, by, seen=None):
    """Let it wait again, as if nobody had decided."""
    _decide(comment, Decision.WAIT, by=by, seen=seen)


def decide(decision, comment, reason="", *, by, seen=None):
    """Decide by name, as buttons and bulk bars do."""
    if decision == Decision.REJECT:
        reject(comment, by=by, seen=seen, reason=reason)
    else:
        DOES[decision](comment, by=by, seen=seen)


DOES = {
    Decision.APPROVE: approve,
    Decision.REJECT: reject,
    Decision.SPAM: mark_spam,
    Decision.TRASH: trash,
    Decision.WAIT: put_back,
}


@transaction.atomic
def undo(comment, *, by, seen=None):
    """Take one's own last decision back: the comment is again what it was before, and so are the reports of it."""
    if not by.has_perm("comments.moderate_comment"):
        raise Refused(NOT_TO_MODERATE)
    if comment.decided_by_id != by.pk or not comment.was:
        raise Refused(told_meanwhile(comment))
    if comment.batch_id:
        raise Refused(_("It was decided together with others. Take all of it back, or decide this one anew."))
    closed = comment.reports.filter(is_open=False, closed_at=comment.decided_at)
    if comment.was == comment.status:  # it was kept: only the reports were decided on
        if not Comment.objects.filter(pk=comment.pk, was=comment.was, decided_at=comment.decided_at).update(was=""):
            raise _overtaken(comment)
        history.append("reports reopened", comment, by=by, article=comment.article_id)
    else:
        _decide(comment, BACK_TO[Status(comment.was)], by=by, seen=seen, is_final=True)
    closed.update(is_open=True, closed_at=None)


def last_decision(by, *, now=None):
    """The comment somebody decided last by itself, while taking it back is still one key away; else None."""
    since = (now or timezone.now()) - UNDO_WITHIN
    decided = Comment.objects.filter(decided_by=by, decided_at__gt=since, batch=None).exclude(was="")
    return decided.order_by("-decided_at", "-pk").first()


@transaction.atomic
def edit(comment, body, *, by, seen):
    """Change a reader's words. How they were sent is kept once; each wording in between is the text of its event."""
    if not by.has_perm("comments.moderate_comment"):
        raise Refused(NOT_TO_MODERATE)
    if seen != comment.seen:
        raise Refused(unseen_because(comment, seen) or told_edited(comment))
    if body == comment.body:
        raise Refused(_("These are the same words: nothing is changed."))
    row = _reworded(comment, body, by=by, at=timezone.now())
    if not Comment.objects.filter(pk=comment.pk, status=comment.status, body=comment.body).update(**row):
        raise _overtaken(comment)
    history.append("edit", comment, by=by, reason=comment.body, article=comment.article_id)
    if comment.status == Status.APPROVED:
        tell_the_pages([comment.article_id])
    for name, value in row.items():
        setattr(comment, name, value)


def _reworded(comment, body, *, by, at):
    """The columns of a comment with other words; put back as it was sent, it counts as never changed."""
    sent = comment.original or comment.body
    changed = {"original": "", "edited_at": None, "edited_by": None}
    if body != sent:
        changed = {"original": sent, "edited_at": at, "edited_by": by}
    return {"body": body, "key": fold(body), **changed}


def _as_it_stands(comment):
    """What somebody else has made of it meanwhile."""
    stands = Comment.objects.select_related("decided_by", "edited_by").filter(pk=comment.pk).first()
    if stands is None:
        raise Refused(_("This comment is not there any more."))
    return stands


def told_edited(comment):
    """Whose words stand there now, for somebody who wanted to change them too."""
    if comment.edited_by is None and comment.edited_at:
        return _("Meanwhile its writer has changed the words. Read them before you decide.")
    if comment.edited_by is None:
        return _("Meanwhile its words were changed. They are as they were sent now.")
    return _("Meanwhile its words were changed by %(who)s.") % {"who": comment.edited_by}


def _overtaken(comment):
    """The refusal for somebody whose row another one has won."""
    now = _as_it_stands(comment)
    return Refused(told_meanwhile(now) if now.status != comment.status else told_edited(now))


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
    verdict = screening.rescreen(comment, body, Rules.current(), is_spam=is_spam)
    _put_other_words(comment, body, verdict, at or timezone.now())


@transaction.atomic
def _put_other_words(comment, body, verdict, at):
    within = limits.of_rewrites(comment)
    limits.take_turns(within)
    _lock_thread(comment.article)
    if refusal := no_rewrite_because(comment):
        raise Refused(refusal)
    if body == comment.body:
        return
    alike = Comment.objects.filter(article=comment.article_id, parent=comment.parent_id, key=fold(body))
    alike = alike.exclude(pk=comment.pk)
    mine = alike.filter(created_at__gt=at - TWICE_WITHIN).sent_with(privacy.marks_of(comment))
    if mine.exists():
        raise SentAgain(_("You have sent these words a moment ago. Say something new, or take this comment back."))
    _refuse_what_was_said_before(alike.filter(name_key=comment.name_key, created_at__lte=at - TWICE_WITHIN))
    seconds, sentence = limits.exceeded(within, at=at)
    if seconds:
        raise TooMany(sentence, seconds)
    row = _reworded(comment, body, by=None, at=at) | {"status": verdict.status, "reasons": verdict.reasons}
    before = Comment.objects.filter(pk=comment.pk, status=comment.status, body=comment.body, edited_by=None)
    if not before.update(**row):
        raise Refused(str(DECIDED_ALREADY))
    limits.count(within, at=at)
    history.append("rewrite", comment, by=None, reason=comment.body, article=comment.article_id)
    for name, value in row.items():
        setattr(comment, name, value)


@transaction.atomic
def take_back(comment):
    """Its writer takes it back while it waits: words and address go, and history says no more than that."""
    mine = Comment.objects.filter(pk=comment.pk, status=comment.status)
    if not is_its_writers(comment) or not mine.update(status=Status.TRASH):
        raise Refused(str(DECIDED_ALREADY))
    emptying.erase(comment)
    history.append("take back", Comment(pk=comment.pk), by=None, article=comment.article_id)
    history.forget("comment", [comment.pk])


def no_answer_because(comment, *, by, seen=None):
    """The sentence why `by` may not answer this comment as the newsroom, or ""."""
    if not by.has_perm("comments.moderate_comment"):
        return str(NOT_TO_MODERATE)
    if seen is not None and (told := unseen_because(comment, seen)):
        return told
    if comment.status not in {Status.PENDING, Status.APPROVED}:
        return _("Readers do not see this comment, so they would not see what you answer.")
    if not by.get_full_name():
        return _("An answer carries your name, and your account has none yet. Whoever manages accounts can enter it.")
    if not comment.article.is_live():
        return _("This story is not on the site, so it takes no comments.")
    return ""


@transaction.atomic
def answer(comment, body, *, by, seen=None):
    """Answer a reader as the newsroom, also where comments are closed; a comment that waits is approved with it."""
    if refusal := no_answer_because(comment, by=by, seen=seen):
        raise Refused(refusal)
    if comment.status == Status.PENDING:
        approve(comment, by=by, seen=seen)
    _lock_thread(comment.article)
    if _as_it_stands(comment).status != Status.APPROVED:
        raise Refused(_("Readers do not see this comment, so they would not see what you answer."))
    now = timezone.now()
    alike = Comment.objects.filter(parent=comment, staff=by, key=fold(body), created_at__gt=now - TWICE_WITHIN)
    if earlier := alike.first():
        return earlier
    made = Comment.objects.create(
        article=comment.article,
        parent=comment,
        name=by.get_full_name()[: Comment._meta.get_field("name").max_length],
        staff=by,
        body=body,
        status=Status.APPROVED,
        created_at=now,
        was=Status.TRASH,  # where undoing it leads
        **decided_as(Status.APPROVED, by=by, at=now),
    )
    _count(comment, 1)
    history.append("answer", made, by=by, article=comment.article_id, to=comment.pk)
    tell_the_pages([comment.article_id])
    telling.later([made.pk])
    return made


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
def let_age(article, *, by):
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
    if Rules.current().banner == banner and by.has_perm("comments.change_rules"):
        raise Refused(_("This notice is there already.") if banner else _("There is no notice."))
    change_rules({"banner": banner}, by=by)


@transaction.atomic
def _decide(comment, decision, *, by, seen=None, reason=None, is_final=False):
    """`is_final` for a decision that takes one back: there is no way from it to what was taken back."""
    if decision == Decision.REJECT:
        reason = reason or ""
    if refusal := why_not(comment, decision, by=by, seen=seen, reason=reason):
        raise Refused(refusal)
    was, status = Status(comment.status), LEADS_TO[decision]
    decided = decided_as(status, by=by, at=timezone.now())
    way_back = "" if is_final or status == Status.PENDING else was
    row = {"status": status, "was": way_back, "batch": None, **decided, **UNCLAIMED}
    if not Comment.objects.with_words().filter(pk=comment.pk, status=was, body=comment.body).update(**row):
        raise _overtaken(comment)
    closed = 0 if status == Status.PENDING else close_reports([comment.pk], at=decided["decided_at"])
    if was == status and not closed:
        raise Refused(str(ALREADY[status]))
    step = (status == Status.APPROVED) - (was == Status.APPROVED)
    if step:
        _lock_thread(comment.article)
        _count(comment, step)
    facts = {"because": reason} if decision == Decision.REJECT else {}
    if closed:
        facts["reports"] = closed
    history.append(decision.value, comment, by=by, article=comment.article_id, was=was.value, **facts)
    if step:
        tell_the_pages([comment.article_id])
    if status == Status.APPROVED or decision == Decision.REJECT:
        telling.later([comment.pk])
    for name, value in row.items():
        setattr(comment, name, value)


def decided_as(status, *, by, at):
    """The columns that say who decided; a comment that waits again has been decided by nobody."""
    return (
        dict.fromkeys(("decided_at", "decided_by"))
        if status == Status.PENDING
        else {
            "decided_at": at,
            "decided_by": by,
        }
    )


def take_away(comments, *, by, at):
    """Of these comments their sender wants nothing to be left but the place that answers to them hold. They are in the
    trash for that, as far as anybody asks, and there is no way back."""
    row = {"status": Status.TRASH, "was": "", "batch": None, **decided_as(Status.TRASH, by=by, at=at), **UNCLAIMED}
    comments.update(**row)


def close_reports(numbers, *, at):
    """Whoever decides on a comment has answered those who reported it; how many there were."""
    return Report.objects.filter(comment__in=numbers, is_open=True).update(is_open=False, closed_at=at)


def _open_reports(comment):
    return comment.reports.filter(is_open=True)


def _set(article, column, value, by, kind, already):
    """Change one thing about a thread, which is said if it is so already."""
    if not by.has_perm("comments.moderate_comment"):
        raise Refused(NOT_TO_MODERATE)
    _lock_thread(article)
    if not Thread.objects.filter(pk=article.pk, **{column: not value}).update(**{column: value}):
        raise Refused(already)
    history.append(kind, Thread(pk=article.pk), by=by, article=article.pk)
    tell_the_pages([article.pk])


def _set_open(is_open, by, banner):
    if Rules.current().is_open == is_open and by.has_perm("comments.change_rules"):
        raise Refused(_("Comments are taken already.") if is_open else _("Comments are stopped already."))
    change_rules({"is_open": is_open} | ({} if banner is None else {"banner": banner}), by=by)


def _thread_of(article):
    return Thread.objects.filter(pk=article.pk).first() or Thread(pk=article.pk)


def _lock_thread(article):
    """Hold the thread's row until the transaction ends, so that whoever counts or looks for doubles goes one by one.

    An UPDATE and not SELECT FOR UPDATE, which does nothing on SQLite.
    """
    mine = Thread.objects.filter(pk=article.pk)
    if not mine.update(is_closed=F("is_closed")):
        Thread.objects.bulk_create([Thread(pk=article.pk)], ignore_conflicts=True)
        mine.update(is_closed=F("is_closed"))


def _count(comment, step):
    Thread.objects.filter(pk=comment.article_id).update(approved_count=F("approved_count") + step)


def tell_the_pages(articles):
    """What readers see under these stories, by their numbers, has changed."""
    if articles:
        slugs = Slug.objects.filter(article__in=articles).values_list("slug", flat=True)
        changes.move(changes.HOME, *map(changes.story, slugs))
