"""The steps a story can take: one record for each, and the sentence why one is not open.

It only looks. `why_not` is the one answer that greys out a button and refuses a POST, so that the screen and
the workflow cannot disagree. A new step is a name in `Step`, a record in `RULES`, a function in `workflow.py` and a
record in `news/admin/articles/step_presentation.py`.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from news.content import revisions
from news.editorial import checklist, typo_fix
from news.editorial.checklist import Gate
from news.models import Revision, WorkingCopy
from news.roles import SYSTEM
from portal.models import AuditEvent, User

Stage = WorkingCopy.Stage
Sentence = str | Promise
LONGEST_NOTE = 300


class Refused(Exception):
    """The step is not open; str(exc) is a sentence an editor can act on."""


class Conflict(Refused):
    """Somebody saved this story since the writer opened it; nothing of either text is lost."""


class Step(StrEnum):
    """The names of the steps, as buttons and commands carry them."""

    SUBMIT = "submit"
    RETURN = "return"
    APPROVE = "approve"
    APPROVE_AND_PUBLISH = "approve_and_publish"
    PUBLISH = "publish"
    SCHEDULE = "schedule"
    UNSCHEDULE = "unschedule"
    FIX_TYPO = "fix_typo"
    PUBLISH_ALONE = "publish_alone"
    REVIEW_PUBLISHED = "review_published"
    PUBLISH_UNREAD = "publish_unread"
    WITHDRAW = "withdraw"
    RESTORE = "restore"
    DISCARD = "discard"
    REOPEN = "reopen"
    ASSIGN = "assign"
    EXPIRE = "expire"
    CLEAR_EXPIRY = "clear_expiry"


def _no_further_check(copy: WorkingCopy, *, by: User, **inputs: Any) -> str:
    return ""


@dataclass(frozen=True, kw_only=True)
class StepRule:
    """Who may take a step, from which stages, and why not; sentences are whole, as other languages inflect."""

    step: Step
    # The kind of its audit event and the sentence that tells it, with the event's facts in braces. Empty where the step
    # is made of two others, which leave theirs.
    audit_kind: str
    audit_sentence: Sentence = ""
    permissions: tuple[str, ...]
    not_allowed: Sentence  # the refusal to a role without these permissions
    stages: frozenset[Stage] = frozenset(Stage)
    wrong_stage: Mapping[Stage, Sentence] = field(default_factory=dict)  # the refusal in each of the other stages
    # What the step asks for beyond its revision, by the names of its function's parameters.
    inputs: tuple[str, ...] = ()
    # The refusal that hangs on more than role and stage, or "". Takes the inputs, or none of them for a button.
    check: Callable[..., str] = _no_further_check
    gate: Gate | None = None  # which items of the checklist it waits for
    is_approval: bool = False  # under four eyes
    needs_approval: bool = False
    publishes: bool = False  # gives readers the text at once
    is_break_glass: bool = False  # one person alone gives readers a text that nobody else has read
    is_about_live: bool = False  # about the revision readers see, not about the latest
    # Where the step makes no sense it is hidden; everywhere else a closed one stands there with its refusal.
    has_button: bool = True
    is_hidden_in_wrong_stage: bool = False
    is_hidden_if_refused: bool = False
    is_relevant: Callable[[WorkingCopy], bool] = lambda copy: True


# ---- sentences that several rules share

NOT_TO_SUBMIT = gettext_lazy("Your role does not submit stories.")
NOT_TO_REVIEW = gettext_lazy("Your role does not review stories.")
NOT_TO_PUBLISH = gettext_lazy("Your role does not publish stories.")
NOT_TO_WITHDRAW = gettext_lazy("Your role does not withdraw stories.")
NOT_TO_EDIT = gettext_lazy("Your role does not edit stories.")
NO_REASON = gettext_lazy("Say why, so that the others know what to do.")
NEWER = gettext_lazy("A newer version of this story was saved since you opened it. Look at it first.")
PASSED = gettext_lazy("That hour has passed. Choose one to come.")
NOT_SUBMITTED = gettext_lazy("It has not been submitted yet.")
APPROVED_ALREADY = gettext_lazy("It is approved already.")
SCHEDULED_ALREADY = gettext_lazy("It is approved and scheduled already.")
SCHEDULED = gettext_lazy("It is scheduled. Take it off the schedule first.")
NOTHING_TO_REVIEW = gettext_lazy("Readers see exactly this text; there is nothing to review.")
PUBLISHED_ALREADY = gettext_lazy("Readers see exactly this text already.")
NEEDS_APPROVAL = gettext_lazy("It needs approval first.")
NEWSROOM_WORKS_ON_IT = gettext_lazy("Somebody in the newsroom is working on it; an import leaves it alone.")
TAMPERED = gettext_lazy("The stored text of this version was changed outside the newsroom. Save the story anew.")
WRITTEN_BY_NEWER = gettext_lazy("A newer version of this site wrote this version of the story. Save the story anew.")


# ---- checks of single steps


def _check_import(copy: WorkingCopy, *, by: User, **inputs: Any) -> str:
    return str(NEWSROOM_WORKS_ON_IT) if copy.scheduled_revision_id else ""


def _check_withdraw(copy: WorkingCopy, *, by: User, note: str = "", **inputs: Any) -> str:
    if not copy.article.is_live():
        return _("Readers do not see it.")
    if len(note) > LONGEST_NOTE:
        return _("The note for readers has %(length)s characters; shorten it to %(limit)s.") % {
            "length": len(note),
            "limit": LONGEST_NOTE,
        }
    return ""


def _check_restore(copy: WorkingCopy, *, by: User, **inputs: Any) -> str:
    return "" if _is_away(copy) else _("It is not withdrawn.")


def _check_schedule(copy: WorkingCopy, *, by: User, at: datetime | None = None, **inputs: Any) -> str:
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
    if copy.scheduled_revision_id == copy.latest_revision_id and copy.scheduled_for == at:
        return _("It is scheduled for that hour already.")
    return ""


def _check_unschedule(copy: WorkingCopy, *, by: User, **inputs: Any) -> str:
    return "" if copy.is_scheduled() else _("It is not scheduled.")


def _check_expire(copy: WorkingCopy, *, by: User, at: datetime | None = None, **inputs: Any) -> str:
    article = copy.article
    if article.live_from is None:
        return _("Readers have no hour to see it from. Publish or schedule it first.")
    if _is_away(copy):
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


def _check_clear_expiry(copy: WorkingCopy, *, by: User, **inputs: Any) -> str:
    if copy.article.live_until is None:
        return _("It has no end.")
    return _("It has ended. Show it to readers again instead.") if copy.article.has_ended() else ""


def _check_discard(copy: WorkingCopy, *, by: User, **inputs: Any) -> str:
    public_revision = copy.scheduled_revision or copy.article.live_revision
    if public_revision and not public_revision.is_intact():
        return _("The stored text that readers see was changed outside the newsroom; there is nothing to go back to.")
    return ""


def _check_fix_typo(copy: WorkingCopy, *, by: User, **inputs: Any) -> str:
    if settings.FOUR_EYES == "strict" or not settings.TYPO_CHARACTERS:
        return _("Here every change has a second reader.")
    if not copy.article.is_live():
        return _("Readers do not see it.")
    if copy.is_scheduled():
        return _("An update is scheduled. Take it off the schedule first.")
    reviewed = copy.reviewed_revision
    if reviewed is None:
        return _("One person alone published it; somebody else reads it first.")
    latest = copy.latest_revision
    assert latest  # every story has one, and the button was about it
    if not (reviewed.is_intact() and latest.is_intact()):
        return str(TAMPERED)
    contents = revisions.content_of(reviewed), revisions.content_of(latest)
    return typo_fix.why_not(*contents, at_most=settings.TYPO_CHARACTERS)


def _check_publish_alone(copy: WorkingCopy, *, by: User, **inputs: Any) -> str:
    if settings.FOUR_EYES == "off":
        return _("Here one person may approve and publish; nobody has to be passed over.")
    return ""


def _check_review_published(copy: WorkingCopy, *, by: User, **inputs: Any) -> str:
    if not copy.is_unread():
        return _("Two people have read what readers see.")
    if by.pk in unreviewed_publishers(copy):
        return _("You published it alone; somebody else reads it now.")
    return ""


def _check_assign(copy: WorkingCopy, *, by: User, to: User | None = None, **inputs: Any) -> str:
    if to is not None and not (to.is_active and to.has_perm("news.change_workingcopy")):
        return _("%(person)s does not edit stories.") % {"person": to}
    if to is not None and to.pk == copy.assigned_to_id:
        return _("%(person)s is in charge of it already.") % {"person": to}
    return ""


def _is_away(copy: WorkingCopy) -> bool:
    """Whether readers saw the story once and do not any more."""
    return bool(copy.article.withdrawn_at or copy.article.has_ended())


def _is_being_written(copy: WorkingCopy) -> bool:
    return copy.stage_at() in BEING_WRITTEN


def _has_something_pending(copy: WorkingCopy) -> bool:
    return bool(copy.stage_at() != Stage.NOTHING_PENDING)


# ---- the records

SUBMITS, REVIEWS = "news.submit_workingcopy", "news.review_workingcopy"
PUBLISHES, WITHDRAWS = "news.publish_workingcopy", "news.withdraw_workingcopy"
EDITS, ASSIGNS = "news.change_workingcopy", "news.assign_workingcopy"
FIXES_TYPOS, PUBLISHES_ALONE = "news.fix_typo_workingcopy", "news.publish_alone_workingcopy"
PUBLISHES_UNREAD = "news.publish_unread_workingcopy"

BEING_WRITTEN = frozenset({Stage.DRAFT, Stage.IN_REVIEW, Stage.CHANGES_REQUESTED})
APPROVABLE: Mapping[Stage, Sentence] = {
    Stage.DRAFT: NOT_SUBMITTED,
    Stage.CHANGES_REQUESTED: gettext_lazy("The changes asked for have not been submitted yet."),
    Stage.APPROVED: APPROVED_ALREADY,
    Stage.SCHEDULED: SCHEDULED_ALREADY,
    Stage.NOTHING_PENDING: gettext_lazy("Readers see exactly this text; there is nothing to approve."),
}
PUBLISHABLE: Mapping[Stage, Sentence] = {
    **dict.fromkeys(BEING_WRITTEN, NEEDS_APPROVAL),
    Stage.NOTHING_PENDING: PUBLISHED_ALREADY,
}
PUBLISHABLE_UNREVIEWED: Mapping[Stage, Sentence] = {
    Stage.APPROVED: gettext_lazy("It is approved; publish it."),
    Stage.SCHEDULED: SCHEDULED_ALREADY,
    Stage.NOTHING_PENDING: PUBLISHED_ALREADY,
}

_RECORDS = (
    StepRule(
        step=Step.SUBMIT,
        audit_kind="article.submitted",
        audit_sentence=gettext_lazy("{who} submitted revision {revision} for review"),
        permissions=(SUBMITS,),
        not_allowed=NOT_TO_SUBMIT,
        stages=frozenset({Stage.DRAFT, Stage.CHANGES_REQUESTED}),
        wrong_stage={
            Stage.IN_REVIEW: gettext_lazy("It is in review already."),
            Stage.APPROVED: APPROVED_ALREADY,
            Stage.SCHEDULED: SCHEDULED_ALREADY,
            Stage.NOTHING_PENDING: NOTHING_TO_REVIEW,
        },
        gate=Gate.REVIEW,
        is_hidden_in_wrong_stage=True,
    ),
    StepRule(
        step=Step.RETURN,
        audit_kind="article.returned",
        audit_sentence=gettext_lazy("{who} asked for changes"),
        permissions=(REVIEWS,),
        not_allowed=NOT_TO_REVIEW,
        stages=frozenset({Stage.IN_REVIEW, Stage.APPROVED}),
        wrong_stage={
            Stage.DRAFT: NOT_SUBMITTED,
            Stage.CHANGES_REQUESTED: gettext_lazy("Changes are requested already."),
            Stage.SCHEDULED: SCHEDULED,
            Stage.NOTHING_PENDING: NOTHING_TO_REVIEW,
        },
        inputs=("reason",),
        is_hidden_in_wrong_stage=True,
    ),
    StepRule(
        step=Step.APPROVE,
        audit_kind="article.approved",
        audit_sentence=gettext_lazy("{who} approved revision {revision}"),
        permissions=(REVIEWS,),
        not_allowed=NOT_TO_REVIEW,
        stages=frozenset({Stage.IN_REVIEW}),
        wrong_stage=APPROVABLE,
        gate=Gate.READERS,
        is_approval=True,
        is_relevant=_is_being_written,
    ),
    StepRule(
        step=Step.APPROVE_AND_PUBLISH,
        audit_kind="",
        permissions=(REVIEWS, PUBLISHES),
        not_allowed=NOT_TO_PUBLISH,
        stages=frozenset({Stage.IN_REVIEW}),
        wrong_stage=APPROVABLE,
        gate=Gate.READERS,
        is_approval=True,
        publishes=True,
        is_hidden_if_refused=True,
        is_relevant=_is_being_written,
    ),
    StepRule(
        step=Step.PUBLISH,
        audit_kind="article.published",
        audit_sentence=gettext_lazy("{who} published revision {revision}"),
        permissions=(PUBLISHES,),
        not_allowed=NOT_TO_PUBLISH,
        stages=frozenset({Stage.APPROVED, Stage.SCHEDULED}),
        wrong_stage=PUBLISHABLE,
        gate=Gate.READERS,
        needs_approval=True,
        publishes=True,
        is_relevant=_has_something_pending,
    ),
    StepRule(
        step=Step.SCHEDULE,
        audit_kind="article.scheduled",
        audit_sentence=gettext_lazy("{who} scheduled revision {revision} for {due}"),
        permissions=(PUBLISHES,),
        not_allowed=NOT_TO_PUBLISH,
        stages=frozenset({Stage.APPROVED, Stage.SCHEDULED}),
        wrong_stage=PUBLISHABLE,
        inputs=("at",),
        check=_check_schedule,
        gate=Gate.READERS,
        needs_approval=True,
        is_relevant=_has_something_pending,
    ),
    StepRule(
        step=Step.UNSCHEDULE,
        audit_kind="article.unscheduled",
        audit_sentence=gettext_lazy("{who} took revision {revision} off the schedule"),
        permissions=(PUBLISHES,),
        not_allowed=NOT_TO_PUBLISH,
        check=_check_unschedule,
        is_relevant=lambda copy: copy.is_scheduled(),
    ),
    StepRule(
        step=Step.FIX_TYPO,
        audit_kind="article.typo_fixed",
        audit_sentence=gettext_lazy("{who} published a small fix alone, revision {revision}"),
        permissions=(FIXES_TYPOS,),
        not_allowed=gettext_lazy("Your role does not publish small fixes alone."),
        stages=BEING_WRITTEN,
        wrong_stage=PUBLISHABLE_UNREVIEWED,
        check=_check_fix_typo,
        gate=Gate.READERS,
        publishes=True,
        is_break_glass=True,
        is_hidden_in_wrong_stage=True,
        is_hidden_if_refused=True,
    ),
    StepRule(
        step=Step.PUBLISH_ALONE,
        audit_kind="article.published_unreviewed",
        audit_sentence=gettext_lazy("{who} published revision {revision} alone, in an emergency"),
        permissions=(PUBLISHES_ALONE,),
        not_allowed=gettext_lazy("Your role does not publish alone."),
        stages=BEING_WRITTEN,
        wrong_stage=PUBLISHABLE_UNREVIEWED,
        inputs=("reason",),
        check=_check_publish_alone,
        gate=Gate.READERS,
        publishes=True,
        is_break_glass=True,
        is_hidden_in_wrong_stage=True,
        is_hidden_if_refused=True,
    ),
    StepRule(
        step=Step.REVIEW_PUBLISHED,
        audit_kind="article.reviewed_after_publication",
        audit_sentence=gettext_lazy("{who} read revision {revision}, which one person alone had published"),
        permissions=(REVIEWS,),
        not_allowed=NOT_TO_REVIEW,
        check=_check_review_published,
        is_about_live=True,
        is_relevant=lambda copy: copy.is_unread(),
    ),
    StepRule(
        step=Step.PUBLISH_UNREAD,
        audit_kind="article.imported",
        audit_sentence=gettext_lazy("{who} published revision {revision}; no second reader saw it"),
        permissions=(PUBLISHES_UNREAD,),
        not_allowed=gettext_lazy("Only imports publish without a second reader."),
        stages=frozenset({Stage.DRAFT}),
        wrong_stage=dict.fromkeys(Stage, NEWSROOM_WORKS_ON_IT),
        check=_check_import,
        gate=Gate.READERS,
        publishes=True,
        has_button=False,
    ),
    StepRule(
        step=Step.WITHDRAW,
        audit_kind="article.withdrawn",
        audit_sentence=gettext_lazy("{who} withdrew it from readers"),
        permissions=(WITHDRAWS,),
        not_allowed=NOT_TO_WITHDRAW,
        inputs=("reason", "note"),
        check=_check_withdraw,
        is_relevant=lambda copy: copy.article.is_live(),
    ),
    StepRule(
        step=Step.RESTORE,
        audit_kind="article.restored",
        audit_sentence=gettext_lazy("{who} showed it to readers again"),
        permissions=(PUBLISHES,),
        not_allowed=NOT_TO_PUBLISH,
        check=_check_restore,
        is_relevant=_is_away,
    ),
    StepRule(
        step=Step.DISCARD,
        audit_kind="article.discarded",
        audit_sentence=gettext_lazy("{who} discarded revision {discarded} and went back to what readers saw last"),
        permissions=(EDITS,),
        not_allowed=NOT_TO_EDIT,
        stages=BEING_WRITTEN | {Stage.APPROVED},
        wrong_stage={
            Stage.SCHEDULED: SCHEDULED,
            Stage.NOTHING_PENDING: gettext_lazy("Readers see exactly this text; there is nothing to discard."),
        },
        check=_check_discard,
        is_hidden_in_wrong_stage=True,
    ),
    StepRule(
        step=Step.REOPEN,
        audit_kind="article.reopened",
        audit_sentence=gettext_lazy("{who} took it up again"),
        permissions=(EDITS,),
        not_allowed=NOT_TO_EDIT,
        stages=frozenset({Stage.DISCARDED}),
        wrong_stage=dict.fromkeys(Stage, gettext_lazy("It is not discarded.")),
        is_hidden_in_wrong_stage=True,
    ),
    StepRule(
        step=Step.ASSIGN,
        audit_kind="article.assigned",
        audit_sentence=gettext_lazy("{who} put {to} in charge"),
        permissions=(ASSIGNS,),
        not_allowed=gettext_lazy("Your role does not put people in charge of stories."),
        inputs=("to",),
        check=_check_assign,
        is_hidden_if_refused=True,
    ),
    StepRule(
        step=Step.EXPIRE,
        audit_kind="article.expiry_set",
        audit_sentence=gettext_lazy("{who} set its end for readers: {until}"),
        permissions=(WITHDRAWS,),
        not_allowed=NOT_TO_WITHDRAW,
        inputs=("at",),
        check=_check_expire,
        is_relevant=lambda copy: copy.article.live_from is not None and not _is_away(copy),
    ),
    StepRule(
        step=Step.CLEAR_EXPIRY,
        audit_kind="article.expiry_cleared",
        audit_sentence=gettext_lazy("{who} cleared its end; readers keep it"),
        permissions=(WITHDRAWS,),
        not_allowed=NOT_TO_WITHDRAW,
        check=_check_clear_expiry,
        is_relevant=lambda copy: copy.article.live_until is not None and not _is_away(copy),
    ),
)
RULES: Mapping[Step, StepRule] = {rule.step: rule for rule in _RECORDS}
# The kinds of events by which one person alone gave readers a text.
BREAK_GLASS_KINDS = tuple(rule.audit_kind for rule in _RECORDS if rule.is_break_glass)
# The kinds of audit events about an article that no step leaves.
SAVED = "article.saved"
WENT_LIVE = "article.went_live"
UPDATE_HELD = "article.update_held"
NAME_CHANGED = "article.name_changed"
PREVIEW_LINK_CREATED = "preview_link.created"
PREVIEW_LINK_REVOKED = "preview_link.revoked"
# By which the newsroom itself, and no import, gave readers a text.
PUBLISHED_BY_NEWSROOM = (RULES[Step.PUBLISH].audit_kind, WENT_LIVE, *BREAK_GLASS_KINDS)
# By which a revision is let out to readers: an approval, or a publication whose event says that it had none.
LETTING_OUT_KINDS = tuple(
    rule.audit_kind
    for rule in _RECORDS
    if rule.audit_kind and (rule.is_approval or (rule.publishes and not rule.needs_approval))
)
# By which readers got a text at once. A schedule gives a story they never saw one too, at its hour.
PUBLISHING_KINDS = tuple(rule.audit_kind for rule in _RECORDS if rule.audit_kind and rule.publishes)


# ---- questions


def why_not(copy: WorkingCopy, step: Step, revision: Revision | None, *, by: User, **inputs: Any) -> str:
    """Return the sentence why `by` may not take the step on this revision, or "" when the way is clear.

    `inputs` are what the step asks for (`StepRule.inputs`), once somebody has been asked for it: an empty reason or
    an hour that has passed is refused. Without them the answer is about the button alone.
    """
    rule = RULES[step]
    if not may(by, step):
        return str(rule.not_allowed)
    if revision is None:
        return _("Save the story first.")
    if revision != revision_for(step, copy):
        return str(NEWER)
    if copy.stage_at() not in rule.stages:
        return _wrong_stage(copy, rule)
    if refusal := rule.check(copy, by=by, **inputs):
        return refusal
    if rule.gate == Gate.READERS and not revision.is_intact():
        return str(TAMPERED)
    if rule.gate == Gate.READERS and revisions.unknown_in(revision):  # readers would get less than was approved
        return str(WRITTEN_BY_NEWER)
    if rule.is_approval and (refusal := _four_eyes_refusal(copy, by)):
        return refusal
    if rule.needs_approval and copy.approved_revision_id != revision.pk:
        return _("This version has no approval.")
    if missing := checklist.blocking(copy, rule.gate):
        return " ".join(missing)
    if "reason" in rule.inputs and not inputs.get("reason", "asked for later").strip():
        return str(NO_REASON)
    return ""


def may(person: User, step: Step) -> bool:
    """Whether a person's role can ever take the step."""
    return person.has_perms(RULES[step].permissions)


def steps_for(person: User) -> list[Step]:
    """The steps a person's role can ever take by a button."""
    return [step for step, rule in RULES.items() if rule.has_button and may(person, step)]


def is_relevant(step: Step, copy: WorkingCopy) -> bool:
    """Whether the step has to do with the story as it stands: it is open, or is refused with a reason worth reading."""
    rule, stage = RULES[step], copy.stage_at()
    if stage == Stage.DISCARDED:
        return rule.stages == {Stage.DISCARDED}
    return rule.is_relevant(copy) and not (rule.is_hidden_in_wrong_stage and stage not in rule.stages)


def revision_for(step: Step, copy: WorkingCopy) -> Revision | None:
    """The revision a step is about: what readers see where that is to be reviewed, the latest everywhere else."""
    return copy.article.live_revision if RULES[step].is_about_live else copy.latest_revision


def last_reviewed(copy: WorkingCopy) -> Revision | None:
    """The latest revision that says what two people have read of what readers see (or saw last), or None.

    What was written and given up before it is left out: the author of a discarded change would count as a second
    pair of eyes on the next one.
    """
    reviewed = copy.reviewed_revision
    if reviewed is None:
        return None
    return copy.article.revisions.filter(content_hash=reviewed.content_hash).order_by("number").last()


def unreviewed_publishers(copy: WorkingCopy, events: Iterable[AuditEvent] | None = None) -> set[int]:
    """The people (ids) who gave readers, alone, what no second person has read since.

    `events`: the story's events of `BREAK_GLASS_KINDS`, where a list has loaded those of all its stories at once.
    """
    if events is None:
        events = AuditEvent.objects.about(copy.article).filter(kind__in=BREAK_GLASS_KINDS)
    reviewed = copy.reviewed_revision.number if copy.reviewed_revision else 0
    later = (event for event in events if json.loads(event.facts)["revision"] > reviewed)
    return {event.actor_id for event in later if event.actor_id is not None}


def _wrong_stage(copy: WorkingCopy, rule: StepRule) -> str:
    stage = copy.stage_at()
    if stage == Stage.DISCARDED:
        return _("It is discarded. Take it up again first.")
    if stage == Stage.NOTHING_PENDING and copy.article.withdrawn_at:
        return _("The story is withdrawn and its text has not changed. Show it to readers again, or change it first.")
    return str(rule.wrong_stage[stage])


def _four_eyes_refusal(copy: WorkingCopy, by: User) -> str:
    """At least two people put their name under a text; the approver is neither its submitter nor its only author.

    With FOUR_EYES=strict the approver wrote none of it; with FOUR_EYES=off anybody who reviews may approve.
    """
    if settings.FOUR_EYES == "off":
        return ""
    if copy.submitted_by_id == by.pk:
        return _("You submitted this text; somebody else approves it.")
    authored = revisions.authored(copy.article, since=last_reviewed(copy))
    writers = {author for _revision, author in authored} - _import_users()
    if writers == {by.pk}:
        return _("You alone wrote this text; somebody else approves it.")
    if settings.FOUR_EYES == "strict" and by.pk in writers:
        return _("You wrote some of this text; somebody who wrote none of it approves it.")
    return ""


def _import_users() -> set[int]:
    """The user (id) in whose name imports write: nobody's pair of eyes."""
    return set(get_user_model().objects.filter(username=SYSTEM).values_list("pk", flat=True))
