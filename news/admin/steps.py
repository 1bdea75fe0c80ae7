"""The step buttons: what each will do, or the sentence why it is not open. The workflow answers both."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from news import workflow
from news.admin.hours import HourForm
from news.admin.times import exactly, on_the_site
from news.workflow import Step

ORDER = [
    *(Step.SUBMIT, Step.APPROVE, Step.PUBLISH, Step.SCHEDULE, Step.UNSCHEDULE, Step.RETURN),
    *(Step.RESTORE, Step.KEEP, Step.EXPIRE, Step.WITHDRAW, Step.DISCARD),
]
QUIET = {Step.EXPIRE, Step.WITHDRAW, Step.DISCARD}
# Only one of these is ever open at a time, and none shows readers a text that is not approved.
SAFE = [Step.SUBMIT, Step.APPROVE, Step.PUBLISH]


@dataclass(frozen=True)
class Button:
    step: Step
    value: str
    label: str
    says: str  # what happens and what readers will see, or why not
    is_open: bool
    is_filled: bool = False
    note: str = ""  # a reason already typed, on a page that comes back
    hour: HourForm | None = None  # the hour it asks for
    with_hour: str = ""  # what it is called once another hour is typed, and what it says then
    without_hour: str = ""
    says_with_hour: str = ""

    @property
    def asks(self):
        return self.is_open and (self.step in workflow.NEEDS_REASON or self.hour is not None)

    @property
    def is_quiet(self):
        return self.step in QUIET

    @property
    def unfolds(self):
        """A second press is needed: for the reason, or because something is given up."""
        return self.asks or (self.is_open and self.step == Step.DISCARD)

    @property
    def question(self):
        if self.step == Step.RETURN:
            return _("What is to be changed?")
        return _("Why is it withdrawn?")

    @property
    def sends(self):
        return {
            Step.RETURN: _("Return with this note"),
            Step.WITHDRAW: _("Withdraw now"),
            Step.EXPIRE: _("Set this end"),
            Step.DISCARD: _("Discard it"),
        }[self.step]

    @property
    def reason_name(self):
        return reason_name(self.step)


def buttons(copy, *, by, typed, planned=None):
    """The steps of a person's role in their fixed order; the first open safe one is filled.

    With an hour in mind (`planned`) publishing at once is not the next step any more, scheduling is; and what is
    scheduled needs no next step, unless it is overdue. Steps that there is nothing to do with are left out: their
    refusals would stand on every story, so the rail says it once.
    """
    shown = set(workflow.steps_shown(by)) - _pointless(copy)
    hour = {step: planned for step in shown & {Step.SCHEDULE}}
    refusals = {
        step: workflow.why_not(copy, step, copy.newest, by=by, at=hour.get(step)) for step in ORDER if step in shown
    }
    says = {step: refusal or _consequence(step, copy) for step, refusal in refusals.items()}
    if refusals.get(Step.SCHEDULE) == workflow.PASSED:  # another hour may have been typed when it is pressed
        refusals[Step.SCHEDULE], planned = "", None
    filled = next((step for step in SAFE if refusals.get(step) == ""), None)
    if filled == Step.PUBLISH and not copy.is_overdue():
        if copy.stage == workflow.Stage.SCHEDULED:
            filled = None
        if planned and refusals.get(Step.SCHEDULE) == "":
            filled = Step.SCHEDULE
    return [
        Button(
            step=step,
            value=f"{step.value}:{copy.pk}:{copy.newest_id or ''}",
            label=_label(step, copy, planned),
            says=says[step],
            is_open=not refusal,
            is_filled=step == filled,
            note=typed.get(reason_name(step), ""),
            hour=_hour_asked(step, copy, typed),
            **(_with_another_hour(copy, by) if step == Step.SCHEDULE else {}),
        )
        for step, refusal in refusals.items()
    ]


def hour_typed(step, copy, typed):
    """The hour a step is for: the one just saved with the story, or the one typed beside the step's button."""
    if step == Step.SCHEDULE:
        return copy.planned_for
    if step != Step.EXPIRE:
        return None
    form = HourForm(typed, prefix=step.value)
    if not form.is_valid():
        raise workflow.Refused(form.sentence)
    return form.cleaned_data["at"]


def _with_another_hour(copy, by):
    if workflow.why_not(copy, Step.SCHEDULE, copy.newest, by=by):
        return {}
    label = _("Schedule update: %(moment)s") if copy.article.was_public() else _("Schedule: %(moment)s")
    return {
        "with_hour": label,
        "without_hour": _label(Step.SCHEDULE, copy, None),
        "says_with_hour": _consequence(Step.SCHEDULE, copy),
    }


def _pointless(copy):
    """Steps about what is not the case: the end of what has none, the schedule of what is on none."""
    article, Stage = copy.article, workflow.Stage
    is_away = article.withdrawn_at is not None or article.has_ended()
    without = {Step.WITHDRAW, Step.EXPIRE, Step.KEEP} if is_away else {Step.RESTORE}
    if article.live_from is None:
        without |= {Step.EXPIRE}
    if article.live_until is None:
        without |= {Step.KEEP}
    if not copy.is_scheduled():
        without |= {Step.UNSCHEDULE}
    if copy.stage_at() in {Stage.NOTHING_PENDING, Stage.SCHEDULED}:
        without |= {Step.SUBMIT, Step.APPROVE, Step.RETURN}
    if article.live_revision_id is None or copy.stage_at() == Stage.SCHEDULED:
        without |= {Step.DISCARD}  # there is nothing newer than what goes out, or nothing to go back to
    if copy.stage_at() == Stage.NOTHING_PENDING:
        without |= {Step.PUBLISH, Step.SCHEDULE, Step.DISCARD}
    if copy.stage_at() == Stage.SCHEDULED and not article.is_live():
        without |= {Step.WITHDRAW}
    return without


def _hour_asked(step, copy, typed):
    if step != Step.EXPIRE:
        return None
    pressed = typed.get("_step", "").startswith(f"{step.value}:")
    return HourForm(typed if pressed else None, prefix=step.value, label_suffix="")


def named(value, *, by):
    """The (step, article, revision) a pressed button carries; Refused when no button of theirs says so."""
    try:
        name, article, revision = value.split(":")
        step, article, revision = Step(name), int(article), int(revision)
    except ValueError:
        raise workflow.Refused(_("This button is not known; load the page again.")) from None
    if step not in workflow.steps_shown(by):
        raise workflow.Refused(str(workflow.REFUSALS[step]))
    return step, article, revision


def reason_name(step):
    return f"reason-{step.value}"


def taken(step, copy):
    """What to say once a step is done."""
    return {
        Step.SUBMIT: _("“%(story)s” waits for review."),
        Step.RETURN: _("“%(story)s” went back with your note."),
        Step.APPROVE: _("“%(story)s” is approved."),
        Step.PUBLISH: _("Readers see “%(story)s” now."),
        Step.WITHDRAW: _("“%(story)s” is withdrawn; readers do not see it any more."),
        Step.RESTORE: _("Readers see “%(story)s” again."),
        Step.DISCARD: _("What was new in “%(story)s” is discarded; the history keeps it."),
        Step.SCHEDULE: _("“%(story)s” goes out on %(hour)s."),
        Step.UNSCHEDULE: _("“%(story)s” is off the schedule; it stays approved."),
        Step.EXPIRE: _("Readers see “%(story)s” until %(end)s."),
        Step.KEEP: _("“%(story)s” has no end any more."),
    }[step] % {
        "story": copy,
        "hour": exactly(copy.scheduled_for) if copy.scheduled_for else "",
        "end": exactly(copy.article.live_until) if copy.article.live_until else "",
    }


def _label(step, copy, planned):
    is_update = copy.article.was_public()
    if step == Step.PUBLISH and is_update:
        return _("Publish update now")
    if step == Step.SCHEDULE and planned and planned > timezone.now():
        hour = {"moment": on_the_site(planned)}
        return _("Schedule update: %(moment)s") % hour if is_update else _("Schedule: %(moment)s") % hour
    if step == Step.SCHEDULE and is_update:
        return _("Schedule update…")
    if step == Step.EXPIRE and copy.article.live_until:
        return _("Move its end…")
    return step.label


def _consequence(step, copy):
    article = copy.article
    if step == Step.KEEP:
        return _("Readers keep it after %(moment)s.") % {"moment": exactly(article.live_until)}
    if article.is_live():
        sentences = {
            Step.SUBMIT: _("Reviewers see it on their desk. Readers keep revision %(revision)s."),
            Step.APPROVE: _(
                "It is about exactly this text; a later change takes it back. Readers keep revision %(revision)s."
            ),
            Step.PUBLISH: _("Readers see this text at once, in place of revision %(revision)s."),
            Step.RETURN: _("The writer sees your note. Readers keep revision %(revision)s."),
            Step.WITHDRAW: _("Readers are told that it was withdrawn, at once and everywhere. The working copy stays."),
            Step.DISCARD: _(
                "This text goes back to revision %(revision)s, which readers keep. The history keeps yours."
            ),
            Step.SCHEDULE: _("Readers keep revision %(revision)s until the hour under “Schedule”."),
            Step.UNSCHEDULE: _("Readers keep revision %(revision)s; nothing replaces it by itself."),
            Step.EXPIRE: _("From that second readers are told that it has ended, everywhere."),
        }
        return sentences[step] % {"revision": article.live_revision.number}
    return {
        Step.SUBMIT: _("Reviewers see it on their desk. Readers see nothing yet."),
        Step.APPROVE: _("It is about exactly this text; a later change takes it back. Readers see nothing yet."),
        Step.PUBLISH: _("Readers see this text at once."),
        Step.RETURN: _("The writer sees your note. Readers see nothing."),
        Step.WITHDRAW: "",
        Step.SCHEDULE: _("Readers see it from the hour under “Schedule” on, to the second."),
        Step.UNSCHEDULE: _("Readers will not see it until somebody publishes or schedules it again."),
        Step.EXPIRE: _("From that second readers are told that it has ended, everywhere."),
        Step.RESTORE: _("Readers see it again at once, as they last saw it."),
        Step.DISCARD: _("This text goes back to what readers saw last. The history keeps yours."),
    }[step]
