"""How a story moves from a draft to the site: the only code that writes an Article's content.

Each step names the revision it is about, asks `why_not`, wins the row, changes it, appends its event
and moves the change counters, all in one transaction; side effects are jobs in that transaction.
"""

from contextlib import contextmanager
from datetime import UTC

from django.db import models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from news import changes, checklist, history, related, revisions
from news.folding import slugify
from news.models import Article, Event, Slug, WorkingCopy
from news.roles import SYSTEM, system_user

Stage = WorkingCopy.Stage


class Step(models.TextChoices):
    SUBMIT = "submit", pgettext_lazy("step", "Submit for review")
    RETURN = "return", pgettext_lazy("step", "Return for changes…")
    APPROVE = "approve", pgettext_lazy("step", "Approve")
    PUBLISH = "publish", pgettext_lazy("step", "Publish now")
    SCHEDULE = "schedule", pgettext_lazy("step", "Schedule…")
    UNSCHEDULE = "unschedule", pgettext_lazy("step", "Take it off the schedule")
    PUBLISH_UNREAD = "publish_unread", pgettext_lazy("step", "Publish without a second reader")
    WITHDRAW = "withdraw", pgettext_lazy("step", "Withdraw from readers…")
    RESTORE = "restore", pgettext_lazy("step", "Show to readers again")
    DISCARD = "discard", pgettext_lazy("step", "Discard this working copy…")
    EXPIRE = "expire", pgettext_lazy("step", "Set an end for readers…")
    KEEP = "keep", pgettext_lazy("step", "Clear its end")


PERMISSION = {step: f"news.{step.value}_workingcopy" for step in Step} | {
    Step.RETURN: "news.review_workingcopy",
    Step.APPROVE: "news.review_workingcopy",
    Step.RESTORE: "news.publish_workingcopy",
    Step.DISCARD: "news.change_workingcopy",
    Step.SCHEDULE: "news.publish_workingcopy",
    Step.UNSCHEDULE: "news.publish_workingcopy",
    Step.EXPIRE: "news.withdraw_workingcopy",
    Step.KEEP: "news.withdraw_workingcopy",
}
FROM = {
    Step.SUBMIT: {Stage.DRAFT, Stage.CHANGES_REQUESTED},
    Step.RETURN: {Stage.IN_REVIEW, Stage.APPROVED},
    Step.APPROVE: {Stage.IN_REVIEW},
    Step.PUBLISH: {Stage.APPROVED, Stage.SCHEDULED},
    Step.SCHEDULE: {Stage.APPROVED, Stage.SCHEDULED},
    Step.UNSCHEDULE: set(Stage),
    Step.PUBLISH_UNREAD: {Stage.DRAFT},
    Step.WITHDRAW: set(Stage),
    Step.RESTORE: set(Stage),
    Step.DISCARD: set(Stage) - {Stage.NOTHING_PENDING, Stage.SCHEDULED},
    Step.EXPIRE: set(Stage),
    Step.KEEP: set(Stage),
}
WORKFLOW_COLUMNS = [
    *("stage", "newest", "approved", "submitted_by", "saved_by", "saved_at"),
    *("planned_for", "scheduled", "scheduled_for", "scheduled_by"),
]
NEEDS_REASON = {Step.RETURN, Step.WITHDRAW}
NEEDS_HOUR = {Step.SCHEDULE, Step.EXPIRE}
NEEDS_APPROVAL = {Step.PUBLISH, Step.SCHEDULE}
NEEDS_COMPLETE = {Step.APPROVE, Step.PUBLISH, Step.SCHEDULE, Step.PUBLISH_UNREAD}
# Whole sentences, never assembled from pieces: other languages inflect.
REFUSALS = {
    Step.SUBMIT: gettext_lazy("Your role does not submit stories."),
    Step.RETURN: gettext_lazy("Your role does not review stories."),
    Step.APPROVE: gettext_lazy("Your role does not review stories."),
    Step.PUBLISH: gettext_lazy("Your role does not publish stories."),
    Step.SCHEDULE: gettext_lazy("Your role does not publish stories."),
    Step.UNSCHEDULE: gettext_lazy("Your role does not publish stories."),
    Step.PUBLISH_UNREAD: gettext_lazy("Only imports publish without a second reader."),
    Step.WITHDRAW: gettext_lazy("Your role does not withdraw stories."),
    Step.RESTORE: gettext_lazy("Your role does not publish stories."),
    Step.DISCARD: gettext_lazy("Your role does not edit stories."),
    Step.EXPIRE: gettext_lazy("Your role does not withdraw stories."),
    Step.KEEP: gettext_lazy("Your role does not withdraw stories."),
}
SCHEDULED_ALREADY = gettext_lazy("It is approved and scheduled already.")
WRONG_STAGE = {
    Step.SUBMIT: {
        Stage.IN_REVIEW: gettext_lazy("It is in review already."),
        Stage.APPROVED: gettext_lazy("It is approved already."),
        Stage.SCHEDULED: SCHEDULED_ALREADY,
        Stage.NOTHING_PENDING: gettext_lazy("Readers see exactly this text; there is nothing to review."),
    },
    Step.RETURN: {
        Stage.DRAFT: gettext_lazy("It has not been submitted yet."),
        Stage.CHANGES_REQUESTED: gettext_lazy("Changes are requested already."),
        Stage.SCHEDULED: gettext_lazy("It is scheduled. Take it off the schedule first."),
        Stage.NOTHING_PENDING: gettext_lazy("Readers see exactly this text; there is nothing to review."),
    },
    Step.APPROVE: {
        Stage.DRAFT: gettext_lazy("It has not been submitted yet."),
        Stage.CHANGES_REQUESTED: gettext_lazy("The changes asked for have not been submitted yet."),
        Stage.APPROVED: gettext_lazy("It is approved already."),
        Stage.SCHEDULED: SCHEDULED_ALREADY,
        Stage.NOTHING_PENDING: gettext_lazy("Readers see exactly this text; there is nothing to approve."),
    },
    Step.PUBLISH: {
        Stage.DRAFT: gettext_lazy("It needs approval first."),
        Stage.IN_REVIEW: gettext_lazy("It needs approval first."),
        Stage.CHANGES_REQUESTED: gettext_lazy("It needs approval first."),
        Stage.NOTHING_PENDING: gettext_lazy("Readers see exactly this text already."),
    },
    Step.PUBLISH_UNREAD: dict.fromkeys(
        Stage, gettext_lazy("Somebody in the newsroom is working on it; an import leaves it alone.")
    ),
    Step.DISCARD: {
        Stage.SCHEDULED: gettext_lazy("It is scheduled. Take it off the schedule first."),
        Stage.NOTHING_PENDING: gettext_lazy("Readers see exactly this text; there is nothing to discard."),
    },
}
WRONG_STAGE[Step.SCHEDULE] = WRONG_STAGE[Step.PUBLISH]
PASSED = gettext_lazy("That hour has passed. Choose one to come.")


class Refused(Exception):
    """The step is not open; str(exc) is a sentence an editor can act on."""


class Conflict(Refused):
    """Somebody saved this story since the writer opened it; nothing of either text is lost."""


def why_not(copy, step, revision, *, by, reason=None, at=None):
    """Return the sentence why `by` may not take the step on this revision, or "" when the way is clear.

    The same answer greys out a button and refuses a POST. `reason` and `at`, the hour a step is for, are None
    while nobody has been asked for them; an empty reason and an hour gone by are refused where the step needs them.
    """
    if not by.has_perm(PERMISSION[step]):
        return str(REFUSALS[step])
    if revision is None:
        return _("Save the story first.")
    if revision.pk != copy.newest_id:
        return _("A newer version of this story was saved since you opened it. Look at it first.")
    if copy.stage_at() not in FROM[step]:
        return _wrong_stage(copy, step)
    if step in ABOUT_READERS and (refusal := ABOUT_READERS[step](copy, at)):
        return refusal
    if step in NEEDS_COMPLETE and not revision.is_intact():
        return _("The stored text of this version was changed outside the newsroom. Save the story anew.")
    if step == Step.APPROVE and (refusal := _four_eyes_refusal(copy, by)):
        return refusal
    if step in NEEDS_APPROVAL and copy.approved_id != revision.pk:
        return _("This version has no approval.")
    if missing := checklist.blocking(copy, step):
        return " ".join(missing)
    if step in NEEDS_REASON and reason is not None and not reason.strip():
        return _("Say why, so that the others know what to do.")
    return ""


def steps_shown(by):
    """The steps a person's role can ever take; the others are not shown at all."""
    return [step for step in Step if step != Step.PUBLISH_UNREAD and by.has_perm(PERMISSION[step])]


@transaction.atomic
def start(*, by, tags=(), authors=(), links=(), **fields):
    """Begin a story: its article, blank to readers, and the first revision of its working copy.

    `fields` are those of Content; `tags` and `authors` rows; `links` dicts of RelatedLink's columns.
    """
    history.take_turn()
    copy = WorkingCopy(article=Article.objects.create(), **fields)
    copy.save(force_insert=True)
    revisions.write_rows(copy, tags=[tag.pk for tag in tags], authors=[author.pk for author in authors], links=links)
    finish_save(copy, by=by)
    return copy


@contextmanager
def editing(copy, *, by, version):
    """Every save from code: win the row, let the caller change it, keep a revision if anything changed."""
    with transaction.atomic():
        begin_save(copy, by=by, version=version)
        yield copy
        copy.save()
        finish_save(copy, by=by)


@transaction.atomic
def bring_back(copy, revision, *, by, version):
    """Let the working copy say again what an earlier revision says, as a new revision; readers see no change.

    Returns what that revision names and is there no more (see `revisions.gone`); it is left out.
    """
    begin_save(copy, by=by, version=version)
    if revision.article_id != copy.pk:
        raise Refused(_("This version belongs to another story."))
    if not revision.is_intact():
        raise Refused(_("The stored text of this version was changed outside the newsroom; it is not brought back."))
    if revision.content_hash == copy.newest.content_hash:
        raise Refused(_("The working copy says exactly this already."))
    gone = _say_again(copy, revision)
    finish_save(copy, by=by, restored_from=revision.number)
    return gone


def begin_save(copy, *, by, version):
    """Win the working copy for one save begun at `version`, or raise Conflict. In the caller's transaction."""
    if not by.has_perm("news.change_workingcopy"):
        raise Refused(_("Your role does not edit stories."))
    _win(copy, version)


def finish_save(copy, *, by, **facts):
    """The rows are written: keep them as a revision by `by` if they say something new.

    A save takes an approval back and stays with the reviewers; on anything else it is a draft again,
    unless changes were requested, which still are. What is scheduled is a revision, and goes out as it is.
    """
    related.look_up(copy)
    revision, is_new = revisions.record(copy, by=by)
    if not is_new:
        return revision
    if copy.stage == Stage.APPROVED:
        copy.stage = Stage.IN_REVIEW
    elif copy.stage == Stage.SCHEDULED:
        copy.stage, copy.submitted_by = Stage.DRAFT, None
    elif copy.stage == Stage.NOTHING_PENDING:
        copy.stage = Stage.DRAFT
    copy.newest, copy.approved = revision, None
    copy.saved_by, copy.saved_at = by, revision.created_at
    _keep(copy)
    history.append("save", copy.article, by=by, revision=revision.number, content=revision.content_hash, **facts)
    return revision


@transaction.atomic
def submit(copy, revision, *, by):
    """Ask for a second pair of eyes; whoever submits puts their name under the text."""
    _claim(copy, Step.SUBMIT, revision, by)
    copy.submitted_by = by
    _finish(copy, Step.SUBMIT, revision, by, stage=Stage.IN_REVIEW)


@transaction.atomic
def send_back(copy, revision, *, by, reason):
    """Return the story to its writer, saying what to mend. An approval it had is void."""
    _claim(copy, Step.RETURN, revision, by, reason)
    copy.approved = None
    _finish(copy, Step.RETURN, revision, by, stage=Stage.CHANGES_REQUESTED, reason=reason)


@transaction.atomic
def approve(copy, revision, *, by):
    """Bind an approval to exactly this revision; how much of it the approver wrote goes into the event."""
    _claim(copy, Step.APPROVE, revision, by)
    copy.approved = revision
    seen = _last_said_as_readers_see(copy.article)
    theirs, total = revisions.words_by(by, copy.article.revisions.since(seen), base=seen)
    _finish(copy, Step.APPROVE, revision, by, stage=Stage.APPROVED, words_by_approver=theirs, words_changed=total)


@transaction.atomic
def publish(copy, revision, *, by):
    """Show readers an approved revision, from now on."""
    _claim(copy, Step.PUBLISH, revision, by)
    _show(copy, Step.PUBLISH, revision, by, at=timezone.now())


@transaction.atomic
def schedule(copy, revision, *, by, at):
    """Readers get an approved revision at an hour to come.

    A story they never saw takes its text now and appears at that second by the rule of reading alone. One
    they see keeps its text until `go_out` puts the revision in its place, whatever is being written meanwhile.
    """
    _claim(copy, Step.SCHEDULE, revision, by, at=at)
    if copy.article.was_public():
        _address(copy, revision)  # better refused now than at night
        moved = set()
    else:
        moved = _give(copy, revision, at=at)
    copy.scheduled, copy.scheduled_for, copy.scheduled_by = revision, at, by
    copy.planned_for = at
    _finish(copy, Step.SCHEDULE, revision, by, stage=Stage.SCHEDULED, moved=moved, due=_plain(at))


@transaction.atomic
def unschedule(copy, revision, *, by):
    """Nothing goes out by itself any more. A story readers never saw is as if it had not been scheduled."""
    _claim(copy, Step.UNSCHEDULE, revision, by)
    article, taken_off = copy.article, copy.scheduled
    moved = set()
    if article.live_revision_id == taken_off.pk:
        moved = changes.names_for(article)
        article.live_from = article.live_until = article.changed_at = article.live_revision = None
        revisions.blank(article)
        article.slugs.all().delete()  # no reader ever saw these addresses
        related.forget(article)
    stage = Stage.APPROVED if copy.stage == Stage.SCHEDULED else copy.stage
    _off_the_schedule(copy)
    _finish(copy, Step.UNSCHEDULE, taken_off, by, stage=stage, moved=moved)


@transaction.atomic
def go_out(pk):
    """The clock's own step, for a story whose hour has come; safe to ask for twice, or for one that was moved.

    An update is put in place, a new story's appearance is noted. Done by the system user, in the name of who
    scheduled it. Returns what came of it as a word ("publish", "live", "held"), or "" when nothing was to do.
    """
    history.take_turn()
    at, system = timezone.now(), system_user()
    due = WorkingCopy.objects.select_related("article", "scheduled", "scheduled_by").due(at=at)
    copy = due.filter(pk=pk).first()
    if copy is None:
        return ""
    if copy.has_gone_live(at=at):
        _win(copy, copy.version)  # which notes it
        return "live"
    revision, facts = copy.scheduled, {"due": _plain(copy.scheduled_for), "scheduled_by": copy.scheduled_by.username}
    if why := _why_held(copy, at):
        return _hold(copy, revision, system, why=why, **facts)
    late = int((at - copy.scheduled_for).total_seconds())
    _win(copy, copy.version)
    moved = _give(copy, revision, at=at)
    _no_longer_pending(copy, revision)
    _finish(copy, Step.PUBLISH, revision, system, stage=copy.stage, moved=moved, late=late, **facts)
    return "publish"


@transaction.atomic
def publish_unread(copy, revision, *, by, at=None):
    """Show readers an imported revision that no second reader saw, as the event says.

    `at` is the hour it first went out elsewhere: now or earlier, never later.
    """
    now = timezone.now()
    if at and at > now:
        raise Refused(_("Its hour of publication has not come yet."))
    _claim(copy, Step.PUBLISH_UNREAD, revision, by)
    _show(copy, Step.PUBLISH_UNREAD, revision, by, at=at or now, second_reader=False)


@transaction.atomic
def withdraw(copy, revision, *, by, reason):
    """Take the story from readers at once; its address answers 410. The working copy stays as it is."""
    _claim(copy, Step.WITHDRAW, revision, by, reason)
    copy.article.withdrawn_at = timezone.now()
    copy.article.save(update_fields=["withdrawn_at"])
    moved = changes.names_for(copy.article)
    _finish(copy, Step.WITHDRAW, revision, by, stage=copy.stage, reason=reason, moved=moved)


@transaction.atomic
def restore(copy, revision, *, by):
    """Show a withdrawn or ended story again as readers last saw it; a change under way stays in the newsroom."""
    _claim(copy, Step.RESTORE, revision, by)
    article = copy.article
    article.withdrawn_at = None
    if article.has_ended():
        article.live_until = None
    article.save(update_fields=["withdrawn_at", "live_until"])
    _finish(copy, Step.RESTORE, revision, by, stage=copy.stage, moved=changes.names_for(article))


@transaction.atomic
def discard(copy, revision, *, by):
    """Give up what is newer than what readers see (or saw last, or are to see): the working copy says that again.

    That is a new revision, so what is given up stays in the history; readers see no change, and what is scheduled
    goes out as before.
    """
    _claim(copy, Step.DISCARD, revision, by)
    _say_again(copy, copy.scheduled or copy.article.live_revision)
    related.look_up(copy)
    newest, is_new = revisions.record(copy, by=by)
    if is_new:
        copy.newest, copy.saved_by, copy.saved_at = newest, by, newest.created_at
    copy.approved, copy.submitted_by = copy.scheduled and newest, None
    stage = Stage.SCHEDULED if copy.scheduled else Stage.NOTHING_PENDING
    _finish(copy, Step.DISCARD, newest, by, stage=stage, discarded=revision.number)


@transaction.atomic
def expire(copy, revision, *, by, at):
    """Readers see the story until that second and not after; its address answers 410 then."""
    _claim(copy, Step.EXPIRE, revision, by, at=at)
    _set_end(copy, Step.EXPIRE, revision, by, at, until=_plain(at))


@transaction.atomic
def keep(copy, revision, *, by):
    """Take back the end somebody set: readers keep the story."""
    _claim(copy, Step.KEEP, revision, by)
    _set_end(copy, Step.KEEP, revision, by, None)


def take(step, copy, revision, *, by, reason="", at=None):
    """Take the step by its name, as buttons and bulk actions do."""
    if step in NEEDS_REASON:
        DOES[step](copy, revision, by=by, reason=reason)
    elif step in NEEDS_HOUR:
        if at is None:
            raise Refused(why_not(copy, step, revision, by=by) or _("Choose the date and the time first."))
        DOES[step](copy, revision, by=by, at=at)
    else:
        DOES[step](copy, revision, by=by)


DOES = {
    Step.SUBMIT: submit,
    Step.RETURN: send_back,
    Step.APPROVE: approve,
    Step.PUBLISH: publish,
    Step.PUBLISH_UNREAD: publish_unread,
    Step.WITHDRAW: withdraw,
    Step.RESTORE: restore,
    Step.DISCARD: discard,
    Step.SCHEDULE: schedule,
    Step.UNSCHEDULE: unschedule,
    Step.EXPIRE: expire,
    Step.KEEP: keep,
}


def _wrong_stage(copy, step):
    stage = copy.stage_at()
    if stage == Stage.NOTHING_PENDING and copy.article.withdrawn_at:
        return _("The story is withdrawn and its text has not changed. Show it to readers again, or change it first.")
    return str(WRONG_STAGE[step][stage])


def _why_not_unread(copy, at):
    return str(WRONG_STAGE[Step.PUBLISH_UNREAD][copy.stage]) if copy.scheduled_id else ""


def _why_not_withdraw(copy, at):
    return "" if copy.article.is_live() else _("Readers do not see it.")


def _why_not_restore(copy, at):
    if copy.article.withdrawn_at is None and not copy.article.has_ended():
        return _("It is not withdrawn.")
    return ""


def _why_not_schedule(copy, at):
    article = copy.article
    if article.withdrawn_at:
        return _("The story is withdrawn. Show it to readers again first.")
    if article.has_ended():
        return _("The story has ended for readers. Show it to them again first.")
    if at is None:
        return ""
    if at <= timezone.now():
        return str(PASSED)
    if article.live_until and article.live_until <= at:
        return _("Its end for readers comes before that hour. Clear its end first, or choose an earlier hour.")
    if copy.scheduled_id == copy.newest_id and copy.scheduled_for == at:
        return _("It is scheduled for that hour already.")
    return ""


def _why_not_unschedule(copy, at):
    return "" if copy.is_scheduled() else _("It is not scheduled.")


def _why_not_expire(copy, at):
    article = copy.article
    if article.live_from is None:
        return _("Readers have no hour to see it from. Publish or schedule it first.")
    if article.withdrawn_at or article.has_ended():
        return _("Readers do not see it.")
    if at is None:
        return ""
    if at <= timezone.now():
        return str(PASSED)
    if at <= max(article.live_from, copy.scheduled_for or article.live_from):
        return _("It is scheduled to go out after that hour. Choose a later end, or take it off the schedule first.")
    if at == article.live_until:
        return _("It ends at that hour already.")
    return ""


def _why_not_keep(copy, at):
    if copy.article.live_until is None:
        return _("It has no end.")
    return _("It has ended. Show it to readers again instead.") if copy.article.has_ended() else ""


def _why_not_discard(copy, at):
    live = copy.scheduled or copy.article.live_revision
    if live is None:
        return _("Readers have never seen this story; there is no text to go back to.")
    if not live.is_intact():
        return _("The stored text that readers see was changed outside the newsroom; there is nothing to go back to.")
    return ""


ABOUT_READERS = {
    Step.SCHEDULE: _why_not_schedule,
    Step.UNSCHEDULE: _why_not_unschedule,
    Step.PUBLISH_UNREAD: _why_not_unread,
    Step.WITHDRAW: _why_not_withdraw,
    Step.DISCARD: _why_not_discard,
    Step.RESTORE: _why_not_restore,
    Step.EXPIRE: _why_not_expire,
    Step.KEEP: _why_not_keep,
}


def _four_eyes_refusal(copy, by):
    """At least two people put their name under a text; the approver is neither its submitter nor its only author."""
    if copy.submitted_by_id == by.pk:
        return _("You submitted this text; somebody else approves it.")
    seen = _last_said_as_readers_see(copy.article)
    people = copy.article.revisions.since(seen).exclude(author__username=SYSTEM)
    if set(people.values_list("author_id", flat=True)) == {by.pk}:
        return _("You alone wrote this text; somebody else approves it.")
    return ""


def _last_said_as_readers_see(article):
    """The newest revision that says what readers see (or saw last): whatever was written before it was given up.

    Without this, the author of a discarded change would count as a second pair of eyes on the next one.
    """
    live = article.live_revision
    return live and article.revisions.filter(content_hash=live.content_hash).order_by("number").last()


def _say_again(copy, revision):
    """Give the working copy a revision's content; headlines that were found to name a story stay found."""
    found = related.found_by(copy, copy.article)
    gone = revisions.apply(revision, copy)
    related.find_again(copy, found)
    return gone


def _claim(copy, step, revision, by, reason=None, at=None):
    """Refuse, or win the row: the version moves under our condition or somebody else was first."""
    history.take_turn()  # before the clock is asked: waiting for a turn may take us past a story's hour
    if refusal := why_not(copy, step, revision, by=by, reason=reason, at=at):
        raise Refused(refusal)
    _win(copy, copy.version)


def _win(copy, version):
    """Move the version on, or somebody else was first. Whoever writes first after a story's hour notes it."""
    history.take_turn()  # always before any row, so that two writers never wait for each other in a circle
    if not WorkingCopy.objects.filter(pk=copy.pk, version=version).update(version=F("version") + 1):
        raise Conflict(_("Somebody else has just changed this story."))
    copy.version = version + 1
    if copy.has_gone_live():
        _note_going_live(copy)


def _finish(copy, step, revision, by, *, stage, reason="", moved=(), **facts):
    copy.stage = stage
    _keep(copy)
    history.append(
        step.value, copy.article, by=by, reason=reason, revision=revision.number, content=revision.content_hash, **facts
    )
    if moved:
        changes.move(*moved)


def _keep(copy):
    """Write the workflow's own columns; the words are written by whoever saves."""
    copy.save(update_fields=WORKFLOW_COLUMNS)


def _show(copy, step, revision, by, *, at, **facts):
    """Give readers the revision now (imports: since the hour it first went out)."""
    moved = _give(copy, revision, at=at)
    _no_longer_pending(copy, revision)
    _finish(copy, step, revision, by, stage=copy.stage, moved=moved, **facts)


def _give(copy, revision, *, at):
    """Give the article the revision; readers who never saw it see it from `at` on.

    Returns the counters of every page it was on or comes to be on.
    """
    article, now = copy.article, timezone.now()
    before = changes.names_for(article)
    slug = _address(copy, revision)
    if article.was_public(at=now):
        article.changed_at = now
    else:
        article.live_from = article.changed_at = at
        article.slugs.exclude(pk=slug).delete()  # an address it was only scheduled for
    if article.has_ended(at=now):
        article.live_until = None
    article.live_revision, article.withdrawn_at = revision, None
    revisions.apply(revision, article)
    article.slug = slug
    article.save(update_fields=["slug"])
    Slug.objects.get_or_create(slug=slug, defaults={"article": article})
    related.carry_over(copy, article)
    related.look_up(article)
    related.match(article)
    return before | changes.names_for(article)


def _no_longer_pending(copy, revision):
    """The revision is with readers. What is being written after it keeps its stage and its plan."""
    if copy.newest.content_hash == revision.content_hash:
        copy.stage = Stage.NOTHING_PENDING
        copy.approved = copy.submitted_by = copy.planned_for = None
    elif copy.planned_for == copy.scheduled_for:
        copy.planned_for = None
    _off_the_schedule(copy)


def _off_the_schedule(copy):
    copy.scheduled = copy.scheduled_for = copy.scheduled_by = None


def _note_going_live(copy):
    """Readers have seen a new story since its second: say so in the history, and settle what hung on it."""
    article, revision = copy.article, copy.scheduled
    facts = {"due": _plain(copy.scheduled_for), "scheduled_by": copy.scheduled_by.username}
    related.match(article)
    _no_longer_pending(copy, revision)
    _keep(copy)
    history.append("live", article, by=system_user(), revision=revision.number, content=revision.content_hash, **facts)
    changes.move(*changes.names_for(article))


def _why_held(copy, at):
    """Why a due update cannot go out, as a word for the history; "" when the way is clear."""
    if copy.article.withdrawn_at:
        return "withdrawn"
    if copy.article.has_ended(at=at):
        return "ended"
    if not copy.scheduled.is_intact():
        return "changed"
    try:
        _address(copy, copy.scheduled)
    except Refused:
        return "address"
    return ""


def _hold(copy, revision, system, **facts):
    """Say once in the history why an update does not go out.

    One whose story somebody has taken from readers is off the schedule; any other stays overdue, and seen as
    such, until somebody has mended it.
    """
    said = {"revision": revision.number, "content": revision.content_hash, **facts}
    if facts["why"] in {"withdrawn", "ended"}:
        _win(copy, copy.version)
        copy.stage = Stage.APPROVED if copy.stage == Stage.SCHEDULED else copy.stage
        _off_the_schedule(copy)
        _keep(copy)
    elif Event.objects.about(copy.article).filter(kind="held", facts=history.canonical(said)).exists():
        return ""
    history.append("held", copy.article, by=system, **said)
    return "held"


def _set_end(copy, step, revision, by, at, **facts):
    copy.article.live_until = at
    copy.article.save(update_fields=["live_until"])
    _finish(copy, step, revision, by, stage=copy.stage, moved=changes.names_for(copy.article), **facts)


def _plain(at):
    """A moment as history keeps it."""
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _address(copy, revision):
    """The story's address from this revision on: as wished, else as it was, else from the headline."""
    wished = revisions.content_of(revision)["slug"]
    if wished and Slug.objects.taken(wished, by_others_than=copy.article):
        raise Refused(
            _("The address “%(slug)s” belongs to another story. Choose another one under Address.") % {"slug": wished}
        )
    return wished or copy.article.slug or free_slug(copy)


def free_slug(copy):
    """The address a story gets from its headline, with a number where another story has it."""
    base = slugify(copy.headline) or f"story-{copy.pk}"
    slug, number = base, 1
    while Slug.objects.taken(slug, by_others_than=copy.article):
        number += 1
        slug = f"{base}-{number}"
    return slug
