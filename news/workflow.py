"""How a story moves from a draft to the site: the only code that writes an Article's content.

Each step names the revision it is about, asks `why_not`, wins the row, changes it, appends its event
and moves the change counters, all in one transaction; side effects are jobs in that transaction.
"""

from contextlib import contextmanager

from django.db import models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from news import changes, checklist, history, related, revisions
from news.folding import slugify
from news.models import Article, Slug, WorkingCopy
from news.roles import SYSTEM

Stage = WorkingCopy.Stage


class Step(models.TextChoices):
    SUBMIT = "submit", pgettext_lazy("step", "Submit for review")
    RETURN = "return", pgettext_lazy("step", "Return for changes…")
    APPROVE = "approve", pgettext_lazy("step", "Approve")
    PUBLISH = "publish", pgettext_lazy("step", "Publish now")
    PUBLISH_UNREAD = "publish_unread", pgettext_lazy("step", "Publish without a second reader")
    WITHDRAW = "withdraw", pgettext_lazy("step", "Withdraw from readers…")
    RESTORE = "restore", pgettext_lazy("step", "Show to readers again")
    DISCARD = "discard", pgettext_lazy("step", "Discard this working copy…")


PERMISSION = {step: f"news.{step.value}_workingcopy" for step in Step} | {
    Step.RETURN: "news.review_workingcopy",
    Step.APPROVE: "news.review_workingcopy",
    Step.RESTORE: "news.publish_workingcopy",
    Step.DISCARD: "news.change_workingcopy",
}
FROM = {
    Step.SUBMIT: {Stage.DRAFT, Stage.CHANGES_REQUESTED},
    Step.RETURN: {Stage.IN_REVIEW, Stage.APPROVED},
    Step.APPROVE: {Stage.IN_REVIEW},
    Step.PUBLISH: {Stage.APPROVED},
    Step.PUBLISH_UNREAD: {Stage.DRAFT},
    Step.WITHDRAW: set(Stage),
    Step.RESTORE: set(Stage),
    Step.DISCARD: set(Stage) - {Stage.NOTHING_PENDING},
}
NEEDS_REASON = {Step.RETURN, Step.WITHDRAW}
NEEDS_COMPLETE = {Step.APPROVE, Step.PUBLISH, Step.PUBLISH_UNREAD}
# Whole sentences, never assembled from pieces: other languages inflect.
REFUSALS = {
    Step.SUBMIT: gettext_lazy("Your role does not submit stories."),
    Step.RETURN: gettext_lazy("Your role does not review stories."),
    Step.APPROVE: gettext_lazy("Your role does not review stories."),
    Step.PUBLISH: gettext_lazy("Your role does not publish stories."),
    Step.PUBLISH_UNREAD: gettext_lazy("Only imports publish without a second reader."),
    Step.WITHDRAW: gettext_lazy("Your role does not withdraw stories."),
    Step.RESTORE: gettext_lazy("Your role does not publish stories."),
    Step.DISCARD: gettext_lazy("Your role does not edit stories."),
}
WRONG_STAGE = {
    Step.SUBMIT: {
        Stage.IN_REVIEW: gettext_lazy("It is in review already."),
        Stage.APPROVED: gettext_lazy("It is approved already."),
        Stage.NOTHING_PENDING: gettext_lazy("Readers see exactly this text; there is nothing to review."),
    },
    Step.RETURN: {
        Stage.DRAFT: gettext_lazy("It has not been submitted yet."),
        Stage.CHANGES_REQUESTED: gettext_lazy("Changes are requested already."),
        Stage.NOTHING_PENDING: gettext_lazy("Readers see exactly this text; there is nothing to review."),
    },
    Step.APPROVE: {
        Stage.DRAFT: gettext_lazy("It has not been submitted yet."),
        Stage.CHANGES_REQUESTED: gettext_lazy("The changes asked for have not been submitted yet."),
        Stage.APPROVED: gettext_lazy("It is approved already."),
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
        Stage.NOTHING_PENDING: gettext_lazy("Readers see exactly this text; there is nothing to discard."),
    },
}


class Refused(Exception):
    """The step is not open; str(exc) is a sentence an editor can act on."""


class Conflict(Refused):
    """Somebody saved this story since the writer opened it; nothing of either text is lost."""


def why_not(copy, step, revision, *, by, reason=None):
    """Return the sentence why `by` may not take the step on this revision, or "" when the way is clear.

    The same answer greys out a button and refuses a POST. `reason` is None while nobody has been asked
    for one yet; an empty one is refused where the step needs it.
    """
    if not by.has_perm(PERMISSION[step]):
        return str(REFUSALS[step])
    if revision is None:
        return _("Save the story first.")
    if revision.pk != copy.newest_id:
        return _("A newer version of this story was saved since you opened it. Look at it first.")
    if copy.stage not in FROM[step]:
        return _wrong_stage(copy, step)
    if step == Step.WITHDRAW and not copy.article.is_live():
        return _("Readers do not see it.")
    if step == Step.RESTORE and copy.article.withdrawn_at is None:
        return _("It is not withdrawn.")
    if step == Step.DISCARD and (refusal := _nothing_to_go_back_to(copy)):
        return refusal
    if step in NEEDS_COMPLETE and not revision.is_intact():
        return _("The stored text of this version was changed outside the newsroom. Save the story anew.")
    if step == Step.APPROVE and (refusal := _four_eyes_refusal(copy, by)):
        return refusal
    if step == Step.PUBLISH and copy.approved_id != revision.pk:
        return _("This version has no approval.")
    if step in NEEDS_COMPLETE and (missing := next(iter(checklist.blocking(copy)), "")):
        return missing
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
    unless changes were requested, which still are.
    """
    related.look_up(copy)
    revision, is_new = revisions.record(copy, by=by)
    if not is_new:
        return revision
    if copy.stage == Stage.APPROVED:
        copy.stage = Stage.IN_REVIEW
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
    _finish(copy, Step.WITHDRAW, revision, by, stage=copy.stage, reason=reason, moved=changes.names_for)


@transaction.atomic
def restore(copy, revision, *, by):
    """Show a withdrawn story again as readers last saw it; a change under way stays in the newsroom."""
    _claim(copy, Step.RESTORE, revision, by)
    copy.article.withdrawn_at = None
    copy.article.save(update_fields=["withdrawn_at"])
    _finish(copy, Step.RESTORE, revision, by, stage=copy.stage, moved=changes.names_for)


@transaction.atomic
def discard(copy, revision, *, by):
    """Give up what readers have not seen: the working copy says again what they see, or saw last.

    That is a new revision, so what is given up stays in the history; readers see no change.
    """
    _claim(copy, Step.DISCARD, revision, by)
    _say_again(copy, copy.article.live_revision)
    related.look_up(copy)
    newest, is_new = revisions.record(copy, by=by)
    if is_new:
        copy.newest, copy.saved_by, copy.saved_at = newest, by, newest.created_at
    copy.approved = copy.submitted_by = None
    _finish(copy, Step.DISCARD, newest, by, stage=Stage.NOTHING_PENDING, discarded=revision.number)


def take(step, copy, revision, *, by, reason=""):
    """Take the step by its name, as buttons and bulk actions do."""
    if step in NEEDS_REASON:
        DOES[step](copy, revision, by=by, reason=reason)
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
}


def _wrong_stage(copy, step):
    if copy.stage == Stage.NOTHING_PENDING and copy.article.withdrawn_at:
        return _("The story is withdrawn and its text has not changed. Show it to readers again, or change it first.")
    return str(WRONG_STAGE[step][copy.stage])


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


def _nothing_to_go_back_to(copy):
    live = copy.article.live_revision
    if live is None:
        return _("Readers have never seen this story; there is no text to go back to.")
    if not live.is_intact():
        return _("The stored text that readers see was changed outside the newsroom; there is nothing to go back to.")
    return ""


def _say_again(copy, revision):
    """Give the working copy a revision's content; headlines that were found to name a story stay found."""
    found = related.found_by(copy, copy.article)
    gone = revisions.apply(revision, copy)
    related.find_again(copy, found)
    return gone


def _claim(copy, step, revision, by, reason=None):
    """Refuse, or win the row: the version moves under our condition or somebody else was first."""
    if refusal := why_not(copy, step, revision, by=by, reason=reason):
        raise Refused(refusal)
    _win(copy, copy.version)


def _win(copy, version):
    history.take_turn()  # always before any row, so that two writers never wait for each other in a circle
    if not WorkingCopy.objects.filter(pk=copy.pk, version=version).update(version=F("version") + 1):
        raise Conflict(_("Somebody else has just changed this story."))
    copy.version = version + 1


def _finish(copy, step, revision, by, *, stage, reason="", moved=None, **facts):
    copy.stage = stage
    _keep(copy)
    history.append(
        step.value, copy.article, by=by, reason=reason, revision=revision.number, content=revision.content_hash, **facts
    )
    if moved:
        changes.move(*moved(copy.article))


def _keep(copy):
    """Write the workflow's own columns; the words are written by whoever saves."""
    copy.save(update_fields=["stage", "newest", "approved", "submitted_by", "saved_by", "saved_at"])


def _show(copy, step, revision, by, *, at, **facts):
    """Give the article the revision, and tell every page it was on or comes to be on."""
    article = copy.article
    before = changes.names_for(article)
    slug = _address(copy, revision)
    if article.live_from is None:
        article.live_from = at
        article.changed_at = at
    else:
        article.changed_at = timezone.now()
    article.live_revision, article.withdrawn_at = revision, None
    revisions.apply(revision, article)
    article.slug = slug
    article.save(update_fields=["slug"])
    Slug.objects.get_or_create(slug=slug, defaults={"article": article})
    related.carry_over(copy, article)
    related.look_up(article)
    related.match(article)
    copy.approved = copy.submitted_by = None

    def moved(article):
        return before | changes.names_for(article)

    _finish(copy, step, revision, by, stage=Stage.NOTHING_PENDING, moved=moved, **facts)


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
