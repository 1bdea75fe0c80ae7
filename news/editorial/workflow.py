"""How a story moves from a draft to the site: the only code that writes an Article's content.

Each step names the revision it is about, asks `why_not`, claims the row, changes it, records its event
and moves the change counters, all in one transaction; side effects are jobs in that transaction.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from news import page_counters
from news.content import revisions, schema
from news.editorial import steps
from news.editorial.steps import RULES, Conflict, Refused, Stage, Step, why_not
from news.links import related
from news.models import Article, Revision, Slug, WorkingCopy
from news.roles import system_user
from portal.audit import log
from portal.models import AuditEvent, User
from portal.pagecache import counters
from portal.text.folding import slugify

WORKFLOW_COLUMNS = [
    *("stage", "latest_revision", "approved_revision", "submitted_by", "saved_by", "saved_at"),
    *("planned_publish_at", "scheduled_revision", "scheduled_for", "scheduled_by", "assigned_to"),
    *("reviewed_revision", "unreviewed_since"),
]

Function = TypeVar("Function", bound=Callable[..., None])
_functions: dict[Step, Callable[..., None]] = {}


def takes(step: Step) -> Callable[[Function], Function]:
    """Declare the function that takes a step, in a transaction of its own."""

    def register(function: Function) -> Function:
        _functions[step] = atomic = transaction.atomic(function)
        return atomic

    return register


def perform(step: Step, copy: WorkingCopy, revision: Revision | None, *, by: User, **inputs: Any) -> None:
    """Take the step by its name, as buttons and bulk actions do, giving it what it asks for and nothing else."""
    inputs = {name: inputs.get(name) for name in RULES[step].inputs}
    if "at" in inputs and inputs["at"] is None:
        raise Refused(why_not(copy, step, revision, by=by) or _("Choose the date and the time first."))
    for name in ("reason", "note"):
        if name in inputs:
            inputs[name] = inputs[name] or ""
    function_of(step)(copy, revision, by=by, **inputs)


def function_of(step: Step) -> Callable[..., None]:
    """Return the function that takes a step: (copy, revision, *, by) and the step's inputs."""
    return _functions[step]


@transaction.atomic
def start(*, by: User, **content: Any) -> WorkingCopy:
    """Create an article, blank to readers, with its working copy and the first revision of that.

    `content` goes by the names of `schema.FIELDS`; rows are given as such or by their primary keys.
    """
    copy, content = WorkingCopy(), schema.plain(**content)
    schema.assign(copy, content)
    begin_new(copy)
    schema.write_rows(copy, content)
    finish_save(copy, by=by)
    return copy


def begin_new(copy: WorkingCopy) -> None:
    """Insert a working copy and its article, blank to readers. In the caller's transaction; `finish_save` ends it."""
    log.lock()
    copy.article = Article.objects.create()
    copy.save(force_insert=True)


@contextmanager
def editing(copy: WorkingCopy, *, by: User, version: int) -> Iterator[WorkingCopy]:
    """Save from code: claim the row, let the caller change it, record a revision if anything changed."""
    with transaction.atomic():
        begin_save(copy, by=by, version=version)
        yield copy
        copy.save()
        finish_save(copy, by=by)


@transaction.atomic
def restore_revision(copy: WorkingCopy, revision: Revision, *, by: User, version: int | None) -> revisions.LeftOut:
    """Bring an earlier revision back into the working copy, as a new revision; readers see no change.

    Returns the part of that revision that is left out.
    """
    begin_save(copy, by=by, version=version)
    if revision.article_id != copy.pk:
        raise Refused(_("This version belongs to another story."))
    if not revision.is_intact():
        raise Refused(_("The stored text of this version was changed outside the newsroom; it is not brought back."))
    if copy.latest_revision and revisions.says_the_same(revision, copy.latest_revision):
        raise Refused(_("The working copy says exactly this already."))
    left_out = _load_revision(copy, revision)
    finish_save(copy, by=by, source=revision, restored_from=revision.number)
    return left_out


def begin_save(copy: WorkingCopy, *, by: User, version: int | None) -> None:
    """Claim the working copy for one save begun at `version`, or raise Conflict. In the caller's transaction."""
    if not by.has_perm("news.change_workingcopy"):
        raise Refused(str(steps.NOT_TO_EDIT))
    _lock_version(copy, version)


def finish_save(copy: WorkingCopy, *, by: User, source: Revision | None = None, **facts: Any) -> Revision:
    """Record what was written as a revision by `by`, if it says something new. Returns the latest revision.

    `source` is the revision the content was taken from, if any (see `revisions.record`).

    A save takes an approval back and stays with the reviewers; on anything else it is a draft again,
    unless changes were requested, which still are. What is scheduled is a revision, and goes out as it is.
    """
    related.resolve_headlines(copy)
    revision, is_new = revisions.record(copy, by=by, source=source)
    if not is_new:
        return revision
    if copy.stage == Stage.APPROVED:
        copy.stage = Stage.IN_REVIEW
    elif copy.stage == Stage.SCHEDULED:
        copy.stage, copy.submitted_by = Stage.DRAFT, None
    elif copy.stage in {Stage.NOTHING_PENDING, Stage.DISCARDED}:
        copy.stage = Stage.DRAFT
    copy.latest_revision, copy.approved_revision = revision, None
    copy.saved_by, copy.saved_at = by, revision.created_at
    _save_workflow_columns(copy)
    log.record(steps.SAVED, copy.article, by=by, **_revision_facts(revision), **facts)
    return revision


@takes(Step.SUBMIT)
def submit(copy: WorkingCopy, revision: Revision, *, by: User) -> None:
    """Ask for a second pair of eyes; whoever submits puts their name under the text."""
    _claim(copy, Step.SUBMIT, revision, by)
    copy.submitted_by = by
    _finish(copy, Step.SUBMIT, revision, by, stage=Stage.IN_REVIEW)


@takes(Step.RETURN)
def send_back(copy: WorkingCopy, revision: Revision, *, by: User, reason: str) -> None:
    """Return the story to its writer, saying what to mend. An approval it had is void."""
    _claim(copy, Step.RETURN, revision, by, reason=reason)
    copy.approved_revision = None
    _finish(copy, Step.RETURN, revision, by, stage=Stage.CHANGES_REQUESTED, reason=reason)


@takes(Step.APPROVE)
def approve(copy: WorkingCopy, revision: Revision, *, by: User) -> None:
    """Bind an approval to exactly this revision; how much of it the approver wrote goes into the event."""
    _claim(copy, Step.APPROVE, revision, by)
    copy.approved_revision = revision
    reviewed = steps.last_reviewed(copy)
    authored = revisions.authored(copy.article, since=reviewed)
    theirs, total = revisions.words_by(by, authored, base=reviewed)
    worked = any(author == by.pk for _revision, author in authored)
    facts: dict[str, Any] = {"words_by_approver": theirs, "words_changed": total, **_four_eyes_facts()}
    if worked:
        facts["worked_on_it"] = True  # also where all they did was to take words out
    _finish(copy, Step.APPROVE, revision, by, stage=Stage.APPROVED, **facts)


@takes(Step.APPROVE_AND_PUBLISH)
def approve_and_publish(copy: WorkingCopy, revision: Revision, *, by: User) -> None:
    """Approve exactly this revision and show it to readers at once: two steps and two events, or neither."""
    if refusal := why_not(copy, Step.APPROVE_AND_PUBLISH, revision, by=by):
        raise Refused(refusal)
    approve(copy, revision, by=by)
    publish(copy, revision, by=by)


@takes(Step.PUBLISH)
def publish(copy: WorkingCopy, revision: Revision, *, by: User) -> None:
    """Show readers an approved revision, from now on."""
    _claim(copy, Step.PUBLISH, revision, by)
    _publish_reviewed(copy, Step.PUBLISH, revision, by, at=timezone.now())


@takes(Step.FIX_TYPO)
def fix_typo(copy: WorkingCopy, revision: Revision, *, by: User) -> None:
    """Show readers a few mended letters at once; the fix waits in a list until somebody else has read it."""
    _claim(copy, Step.FIX_TYPO, revision, by)
    _publish_unreviewed(copy, Step.FIX_TYPO, revision, by)


@takes(Step.PUBLISH_ALONE)
def publish_alone(copy: WorkingCopy, revision: Revision, *, by: User, reason: str) -> None:
    """Break the glass: show readers, in an emergency, what no second person has read. It waits to be read."""
    _claim(copy, Step.PUBLISH_ALONE, revision, by, reason=reason)
    _publish_unreviewed(copy, Step.PUBLISH_ALONE, revision, by, reason=reason)


@takes(Step.REVIEW_PUBLISHED)
def review_published(copy: WorkingCopy, revision: Revision, *, by: User) -> None:
    """Put one's name under what one person alone had published."""
    _claim(copy, Step.REVIEW_PUBLISHED, revision, by)
    copy.reviewed_revision, copy.unreviewed_since = revision, None
    _finish(copy, Step.REVIEW_PUBLISHED, revision, by, stage=copy.stage)


@takes(Step.SCHEDULE)
def schedule(copy: WorkingCopy, revision: Revision, *, by: User, at: datetime) -> None:
    """Readers get an approved revision at an hour to come.

    A story they never saw takes its text now and appears at that second by the rule of reading alone. One
    they see keeps its text until `publish_due` puts the revision in its place, whatever is being written meanwhile.
    """
    _claim(copy, Step.SCHEDULE, revision, by, at=at)
    if copy.article.was_public():
        _slug_for(copy, revision)  # better refused now than at night
        moved = set()
    else:
        moved = _apply_to_article(copy, revision, at=at)
        copy.reviewed_revision = revision
    copy.scheduled_revision, copy.scheduled_for, copy.scheduled_by = revision, at, by
    copy.planned_publish_at = at
    _finish(copy, Step.SCHEDULE, revision, by, stage=Stage.SCHEDULED, moved=moved, due=_iso(at))


@takes(Step.UNSCHEDULE)
def unschedule(copy: WorkingCopy, revision: Revision, *, by: User) -> None:
    """Nothing goes out by itself any more. A story readers never saw is as if it had not been scheduled."""
    _claim(copy, Step.UNSCHEDULE, revision, by)
    article, taken_off = copy.article, copy.scheduled_revision
    if taken_off is None:  # its second came while this step waited for its turn
        raise Refused(_("It is not scheduled."))
    moved = set()
    if article.live_revision_id == taken_off.pk:
        before = page_counters.counters_for(article)
        article.live_from = article.live_until = article.changed_at = article.live_revision = None
        revisions.blank(article)
        article.slugs.all().delete()  # no reader ever saw these addresses
        related.clear_matches(article)
        copy.reviewed_revision = None
        moved = page_counters.changed_since(before, article)
    stage = Stage.APPROVED if copy.stage == Stage.SCHEDULED else copy.stage
    _clear_schedule(copy)
    _finish(copy, Step.UNSCHEDULE, taken_off, by, stage=stage, moved=moved)


@transaction.atomic
def publish_due(pk: int) -> str:
    """Publish what is scheduled of a story and due; safe to call twice, or for one that was moved.

    An update is put in place, a new story's appearance is recorded. Done by the system user, in the name of who
    scheduled it. Returns the kind of the audit event it wrote, or "" when there was nothing to do.
    """
    log.lock()
    at, system = timezone.now(), system_user()
    due = WorkingCopy.objects.select_related("article", "scheduled_revision", "scheduled_by").due(at=at)
    copy = due.filter(pk=pk).first()
    if copy is None:
        return ""
    if copy.has_gone_live(at=at):
        _lock_version(copy, copy.version)  # which records it
        return steps.WENT_LIVE
    revision, facts = _scheduled_revision(copy), _schedule_facts(copy)
    if why := _hold_reason(copy, at):
        return _hold(copy, system, why=why)
    late = int((at - copy.scheduled_for).total_seconds())
    _lock_version(copy, copy.version)
    moved = _apply_to_article(copy, revision, at=at)
    copy.reviewed_revision, copy.unreviewed_since = revision, None
    _clear_pending(copy, revision)
    _finish(copy, Step.PUBLISH, revision, system, stage=copy.stage, moved=moved, late=late, **facts)
    return RULES[Step.PUBLISH].audit_kind


@takes(Step.PUBLISH_UNREAD)
def publish_unread(copy: WorkingCopy, revision: Revision, *, by: User, at: datetime | None = None) -> None:
    """Show readers an imported revision that no second reader saw, as the event says.

    `at` is the hour it first went out elsewhere: now or earlier, never later.
    """
    now = timezone.now()
    if at and at > now:
        raise Refused(_("Its hour of publication has not come yet."))
    _claim(copy, Step.PUBLISH_UNREAD, revision, by)
    _publish_reviewed(copy, Step.PUBLISH_UNREAD, revision, by, at=at or now, second_reader=False)


@takes(Step.WITHDRAW)
def withdraw(copy: WorkingCopy, revision: Revision, *, by: User, reason: str, note: str = "") -> None:
    """Take the story from readers at once; its address answers 410, with a note for them if there is one.

    The reason stays in the newsroom. The working copy stays as it is.
    """
    _claim(copy, Step.WITHDRAW, revision, by, reason=reason, note=note)
    article, before = copy.article, page_counters.counters_for(copy.article)
    article.withdrawn_at, article.withdrawal_note = timezone.now(), note
    article.save(update_fields=["withdrawn_at", "withdrawal_note"])
    facts = {"note": note} if note else {}
    moved = page_counters.changed_since(before, article)
    _finish(copy, Step.WITHDRAW, revision, by, stage=copy.stage, reason=reason, moved=moved, **facts)


@takes(Step.RESTORE)
def restore(copy: WorkingCopy, revision: Revision, *, by: User) -> None:
    """Show a withdrawn or ended story again as readers last saw it; a change under way stays in the newsroom."""
    _claim(copy, Step.RESTORE, revision, by)
    article, due = copy.article, copy.scheduled_for
    if due and copy.is_scheduled() and due <= timezone.now():
        _hold_due_update(copy)
    before = page_counters.counters_for(article)
    article.withdrawn_at, article.withdrawal_note = None, ""
    if article.has_ended():
        article.live_until = None
    article.save(update_fields=["withdrawn_at", "withdrawal_note", "live_until"])
    moved = page_counters.changed_since(before, article)
    _finish(copy, Step.RESTORE, revision, by, stage=copy.stage, moved=moved)


@takes(Step.DISCARD)
def discard(copy: WorkingCopy, revision: Revision, *, by: User) -> None:
    """Give up what is newer than what readers see (or saw last, or are to see): the working copy says that again.

    That is a new revision, so what is given up stays in the history; readers see no change, and what is scheduled
    goes out as before. A story readers never saw is put aside as it is, and can be taken up again.
    """
    _claim(copy, Step.DISCARD, revision, by)
    copy.submitted_by = None
    public_revision = copy.scheduled_revision or copy.article.live_revision
    if public_revision is None:
        copy.approved_revision = None
        _finish(copy, Step.DISCARD, revision, by, stage=Stage.DISCARDED)
        return
    _load_revision(copy, public_revision)
    related.resolve_headlines(copy)
    latest, is_new = revisions.record(copy, by=by, source=public_revision)
    if is_new:
        copy.latest_revision, copy.saved_by, copy.saved_at = latest, by, latest.created_at
    stage = Stage.NOTHING_PENDING
    if copy.scheduled_revision:  # what was deleted meanwhile is missing now, and nobody has approved that
        is_scheduled = latest.content_hash == copy.scheduled_revision.content_hash
        stage = Stage.SCHEDULED if is_scheduled else Stage.DRAFT
    copy.approved_revision = latest if stage == Stage.SCHEDULED else None
    _finish(copy, Step.DISCARD, latest, by, stage=stage, discarded=revision.number)


@takes(Step.REOPEN)
def reopen(copy: WorkingCopy, revision: Revision, *, by: User) -> None:
    """Go on with a story that was put aside before any reader saw it."""
    _claim(copy, Step.REOPEN, revision, by)
    _finish(copy, Step.REOPEN, revision, by, stage=Stage.DRAFT)


@takes(Step.ASSIGN)
def assign(copy: WorkingCopy, revision: Revision, *, by: User, to: User | None) -> None:
    """Put somebody in charge of the story, or nobody (None); whose turn it is follows from it while it is written."""
    _claim(copy, Step.ASSIGN, revision, by, to=to)
    copy.assigned_to = to
    _finish(copy, Step.ASSIGN, revision, by, stage=copy.stage, to=to.username if to else "")


@takes(Step.EXPIRE)
def expire(copy: WorkingCopy, revision: Revision, *, by: User, at: datetime) -> None:
    """Show readers the story until that second and not after; its address answers 410 then."""
    _claim(copy, Step.EXPIRE, revision, by, at=at)
    _set_expiry(copy, Step.EXPIRE, revision, by, at, until=_iso(at))


@takes(Step.CLEAR_EXPIRY)
def clear_expiry(copy: WorkingCopy, revision: Revision, *, by: User) -> None:
    """Clear the end somebody set: readers keep the story."""
    _claim(copy, Step.CLEAR_EXPIRY, revision, by)
    _set_expiry(copy, Step.CLEAR_EXPIRY, revision, by, None)


def _load_revision(copy: WorkingCopy, revision: Revision) -> revisions.LeftOut:
    """Give the working copy a revision's content; headlines that were matched to a story stay matched."""
    matches = related.matches_of(copy, copy.article)
    left_out = revisions.apply(revision, copy)
    related.restore_matches(copy, matches)
    return left_out


def _claim(copy: WorkingCopy, step: Step, revision: Revision, by: User, **inputs: Any) -> None:
    """Raise Refused where the step is not open, else lock the version for it."""
    log.lock()  # before the clock is asked: waiting for a turn may take us past a story's hour
    if refusal := why_not(copy, step, revision, by=by, **inputs):
        raise Refused(refusal)
    _lock_version(copy, copy.version)


def _lock_version(copy: WorkingCopy, version: int | None) -> None:
    """Compare-and-swap the version; raise Conflict if it changed. Records that a story went live, if nobody has yet."""
    log.lock()  # always before any row, so that two writers never wait for each other in a circle
    if version is None or not WorkingCopy.objects.filter(pk=copy.pk, version=version).update(version=F("version") + 1):
        raise Conflict(_("Somebody else has just changed this story."))
    copy.version = version + 1
    if copy.has_gone_live():
        _record_going_live(copy)


def _finish(
    copy: WorkingCopy,
    step: Step,
    revision: Revision,
    by: User,
    *,
    stage: str,
    reason: str = "",
    moved: Collection[str] = (),
    **facts: Any,
) -> None:
    """Write the workflow's columns, record the step's audit event, bump the counters of the pages that `moved`."""
    copy.stage = stage
    _save_workflow_columns(copy)
    kind = RULES[step].audit_kind
    log.record(kind, copy.article, by=by, reason=reason, **_revision_facts(revision), **facts)
    if moved:
        counters.bump(*moved)


def _save_workflow_columns(copy: WorkingCopy) -> None:
    """Write the workflow's own columns; the words are written by whoever saves."""
    copy.save(update_fields=WORKFLOW_COLUMNS)


def _publish_reviewed(
    copy: WorkingCopy, step: Step, revision: Revision, by: User, *, at: datetime, **facts: Any
) -> None:
    """Give readers the revision now (imports: since the hour it first went out)."""
    moved = _apply_to_article(copy, revision, at=at)
    copy.reviewed_revision, copy.unreviewed_since = revision, None
    _clear_pending(copy, revision)
    _finish(copy, step, revision, by, stage=copy.stage, moved=moved, **facts)


def _publish_unreviewed(copy: WorkingCopy, step: Step, revision: Revision, by: User, **facts: Any) -> None:
    """Give readers now what nobody else has read; the reviewed revision stays what it was until somebody has."""
    before = copy.article.live_revision
    moved = _apply_to_article(copy, revision, at=timezone.now())
    if settings.FOUR_EYES == "off":
        copy.reviewed_revision, copy.unreviewed_since = revision, None
    else:
        copy.unreviewed_since = timezone.now()
    facts |= {"before": before.number if before else 0, **_four_eyes_facts()}
    _clear_pending(copy, revision)
    _finish(copy, step, revision, by, stage=copy.stage, moved=moved, **facts)


def _apply_to_article(copy: WorkingCopy, revision: Revision, *, at: datetime) -> set[str]:
    """Give the article the revision; readers who never saw it see it from `at` on.

    Returns the counters of the pages on which it looks different now, appeared or disappeared.
    """
    article, now = copy.article, timezone.now()
    before = page_counters.counters_for(article)
    slug = _slug_for(copy, revision)
    if article.was_public(at=now):
        article.changed_at = now
    else:
        article.live_from = article.changed_at = at
        article.slugs.exclude(pk=slug).delete()  # an address it was only scheduled for
    if article.has_ended(at=now):
        article.live_until = None
    article.live_revision, article.withdrawn_at, article.withdrawal_note = revision, None, ""
    revisions.apply(revision, article)
    article.slug = slug
    article.save(update_fields=["slug"])
    Slug.objects.get_or_create(slug=slug, defaults={"article": article})
    related.copy_matches(copy, article)
    related.resolve_headlines(article)
    related.link_waiting_headlines(article)
    return page_counters.changed_since(before, article)


def _clear_pending(copy: WorkingCopy, revision: Revision) -> None:
    """Nothing is pending of a revision that readers see now. What was written after it keeps its stage and its plan."""
    if copy.latest_revision and revisions.says_the_same(copy.latest_revision, revision):
        copy.stage = Stage.NOTHING_PENDING
        copy.approved_revision = copy.submitted_by = copy.planned_publish_at = None
    elif copy.planned_publish_at == copy.scheduled_for:
        copy.planned_publish_at = None
    _clear_schedule(copy)


def _clear_schedule(copy: WorkingCopy) -> None:
    copy.scheduled_revision = copy.scheduled_for = copy.scheduled_by = None


def _record_going_live(copy: WorkingCopy) -> None:
    """Record that readers have seen a new story since its second, and settle what hung on it."""
    article, revision = copy.article, _scheduled_revision(copy)
    before, facts = page_counters.counters_for(article), {**_revision_facts(revision), **_schedule_facts(copy)}
    related.link_waiting_headlines(article)
    _clear_pending(copy, revision)
    _save_workflow_columns(copy)
    log.record(steps.WENT_LIVE, article, by=system_user(), **facts)
    counters.bump(*page_counters.changed_since(before, article))


def _hold_reason(copy: WorkingCopy, at: datetime) -> str:
    """Why a due update cannot go out, as a word for the audit event; "" when the way is clear."""
    if copy.article.withdrawn_at:
        return "withdrawn"
    if copy.article.has_ended(at=at):
        return "ended"
    revision = _scheduled_revision(copy)
    if not revision.is_intact():
        return "changed"
    if revisions.unknown_in(revision):
        return "newer"
    try:
        _slug_for(copy, revision)
    except Refused:
        return "address"
    return ""


def _hold(copy: WorkingCopy, system: User, *, why: str) -> str:
    """Record once why an update does not go out. Returns the kind of the event, or "" where it is on record already.

    One whose story somebody has taken from readers is off the schedule; any other stays overdue, and seen as
    such, until somebody has mended it.
    """
    facts = {**_revision_facts(_scheduled_revision(copy)), "why": why, **_schedule_facts(copy)}
    if why in {"withdrawn", "ended"}:
        _lock_version(copy, copy.version)
        copy.stage = Stage.APPROVED if copy.stage == Stage.SCHEDULED else copy.stage
        _clear_schedule(copy)
        _save_workflow_columns(copy)
    elif AuditEvent.objects.about(copy.article).filter(kind=steps.UPDATE_HELD, facts=log.canonical(facts)).exists():
        return ""
    log.record(steps.UPDATE_HELD, copy.article, by=system, **facts)
    return steps.UPDATE_HELD


def _hold_due_update(copy: WorkingCopy) -> None:
    """Hold an update whose hour passed while readers could not see the story: it stays where it is, worker or not."""
    _hold(copy, system_user(), why=_hold_reason(copy, timezone.now()))


def _scheduled_revision(copy: WorkingCopy) -> Revision:
    """The revision that is scheduled, where one is."""
    assert copy.scheduled_revision
    return copy.scheduled_revision


def _schedule_facts(copy: WorkingCopy) -> dict[str, Any]:
    """What an event says of a schedule, where there is one: a constraint holds its three columns together."""
    assert copy.scheduled_for and copy.scheduled_by
    return {"due": _iso(copy.scheduled_for), "scheduled_by": copy.scheduled_by.username}


def _revision_facts(revision: Revision) -> dict[str, Any]:
    """What an event says of its revision; verification looks for it."""
    return {"revision": revision.number, "content": revision.content_hash}


def _four_eyes_facts() -> dict[str, Any]:
    """What an event says of the four-eyes rule it was taken under, where that is not the usual one."""
    return {} if settings.FOUR_EYES == "on" else {"four_eyes": settings.FOUR_EYES}


def _set_expiry(copy: WorkingCopy, step: Step, revision: Revision, by: User, at: datetime | None, **facts: Any) -> None:
    article, before = copy.article, page_counters.counters_for(copy.article)
    article.live_until = at
    article.save(update_fields=["live_until"])
    moved = page_counters.changed_since(before, article)
    _finish(copy, step, revision, by, stage=copy.stage, moved=moved, **facts)


def _iso(at: datetime) -> str:
    """A moment as audit events write it."""
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _slug_for(copy: WorkingCopy, revision: Revision) -> str:
    """The story's slug from this revision on: as wished, else as it was, else from the headline."""
    wished = revisions.content_of(revision)["slug"]
    if wished and Slug.objects.taken(wished, by_others_than=copy.article):
        raise Refused(
            _("The address “%(slug)s” belongs to another story. Choose another one under Address.") % {"slug": wished}
        )
    return wished or copy.article.slug or free_slug(copy)


def free_slug(copy: WorkingCopy) -> str:
    """The slug a story gets from its headline, with a number where another story has it."""
    base = slugify(copy.headline) or f"story-{copy.pk}"
    slug, number = base, 1
    while Slug.objects.taken(slug, by_others_than=copy.article):
        number += 1
        slug = f"{base}-{number}"
    return slug
