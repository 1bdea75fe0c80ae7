"""The step buttons of one story: what each will do, or the sentence why it is not open. The workflow answers both."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from news.admin.articles.step_presentation import PRESENTATIONS, StepPresentation
from news.content import revisions
from news.editorial import steps, workflow
from news.editorial.steps import RULES, Stage, Step
from news.models import Revision, WorkingCopy
from portal.http.numbers import plain_number
from portal.http.request_guard import without_nul
from portal.models import User

Typed = Mapping[str, str]


@dataclass(frozen=True)
class Button:
    step: Step
    value: str
    label: str
    says: str  # what happens and what readers will see, or why not
    is_open: bool
    is_filled: bool = False
    was_pressed: bool = False  # on a page that comes back because something is missing
    reason: str = ""  # typed there already
    form: forms.Form | None = None  # what else it asks for
    with_hour: str = ""  # what it is called once another hour is typed, and what it says then
    without_hour: str = ""
    says_with_hour: str = ""

    @property
    def presentation(self) -> StepPresentation:
        return PRESENTATIONS[self.step]

    @property
    def asks_reason(self) -> bool:
        return "reason" in RULES[self.step].inputs

    @property
    def is_quiet(self) -> bool:
        return self.presentation.is_quiet

    @property
    def unfolds(self) -> bool:
        """A second press is needed: something is asked for, or given up."""
        return self.is_open and bool(self.presentation.submit_label)

    @property
    def is_unfolded(self) -> bool:
        return self.was_pressed or bool(self.reason)

    @property
    def question(self) -> str:
        return str(self.presentation.question)

    @property
    def sends(self) -> str:
        return str(self.presentation.submit_label)

    @property
    def reason_name(self) -> str:
        return reason_name(self.step)


def buttons(
    copy: WorkingCopy,
    *,
    by: User,
    typed: Typed,
    planned: datetime | None = None,
    compared: Collection[Revision] = (),
) -> list[Button]:
    """The steps of a person's role in their fixed order; the first open safe one is filled.

    `typed` is what stands beside the buttons of a page that comes back, `planned` the hour typed in the form,
    `compared` the versions on a page that compares some (none: the latest is shown): nobody is offered a step about
    another one. Steps that there is nothing to do with are left out: their refusals would stand on every story.
    """
    refusals = _refusals(copy, by, planned, compared or [copy.latest_revision])
    explanations = {step: refusal or PRESENTATIONS[step].consequence_for(copy) for step, refusal in refusals.items()}
    if refusals.get(Step.SCHEDULE) == steps.PASSED:  # another hour may have been typed when it is pressed
        refusals[Step.SCHEDULE], planned = "", None
    filled = _next_step(copy, refusals, planned)
    return [
        Button(
            step=step,
            value=f"{step.value}:{copy.pk}:{steps.revision_for(step, copy).pk}",
            label=PRESENTATIONS[step].label_for(copy, planned),
            says=explanations[step],
            is_open=not refusal,
            is_filled=step == filled,
            was_pressed=_was_pressed(step, typed),
            reason=typed.get(reason_name(step), ""),
            form=None if refusal else _form(step, copy, typed),
            **(_with_another_hour(copy, by) if step == Step.SCHEDULE else {}),
        )
        for step, refusal in refusals.items()
    ]


def _refusals(copy: WorkingCopy, by: User, planned: datetime | None, compared: Collection[Revision]) -> dict[Step, str]:
    """The steps that are shown, in the order of their buttons, each with why it is not open or ""."""
    allowed, refusals = set(steps.steps_for(by)), {}
    for step in PRESENTATIONS:
        if step not in allowed or not steps.is_relevant(step, copy):
            continue
        revision = steps.revision_for(step, copy)
        if not any(revisions.says_the_same(revision, shown) for shown in compared):
            continue
        inputs = {"at": planned} if step == Step.SCHEDULE else {}
        refusal = workflow.why_not(copy, step, revision, by=by, **inputs)
        if not (refusal and RULES[step].is_hidden_if_refused):
            refusals[step] = refusal
    _leave_out_repetitions(refusals)
    return refusals


def _leave_out_repetitions(refusals: dict[Step, str]) -> None:
    """Leave out what would only repeat another way to publish, or its refusal."""
    if Step.APPROVE_AND_PUBLISH in refusals:
        refusals.pop(Step.PUBLISH, None)
    if refusals.get(Step.SCHEDULE) and refusals[Step.SCHEDULE] == refusals.get(Step.PUBLISH):
        del refusals[Step.SCHEDULE]


def _next_step(copy: WorkingCopy, refusals: Mapping[Step, str], planned: datetime | None) -> Step | None:
    """The step whose button is filled, if any.

    With an hour in mind (`planned`) publishing at once is not the next step any more, scheduling is; and what is
    scheduled needs no next step, unless it is overdue.
    """
    step = next((step for step, refusal in refusals.items() if PRESENTATIONS[step].is_safe and not refusal), None)
    if step != Step.PUBLISH or copy.is_overdue():
        return step
    if planned and refusals.get(Step.SCHEDULE) == "":
        return Step.SCHEDULE
    return None if copy.stage == Stage.SCHEDULED else step


def _with_another_hour(copy: WorkingCopy, by: User) -> dict[str, str]:
    """What the script writes on the button to schedule once another hour is typed."""
    if workflow.why_not(copy, Step.SCHEDULE, copy.latest_revision, by=by):
        return {}
    presentation = PRESENTATIONS[Step.SCHEDULE]
    return {
        "with_hour": _("Schedule update: %(moment)s") if copy.article.was_public() else _("Schedule: %(moment)s"),
        "without_hour": presentation.label_for(copy),
        "says_with_hour": presentation.consequence_for(copy),
    }


def _form(step: Step, copy: WorkingCopy, typed: Typed) -> forms.Form | None:
    """What a step asks for beside its reason, filled with what was typed when this very step was pressed."""
    Form = PRESENTATIONS[step].form
    if Form is None:
        return None
    posted = typed if _was_pressed(step, typed) else None
    return Form(posted, prefix=step.value, label_suffix="", initial={"to": copy.assigned_to_id})


def _was_pressed(step: Step, typed: Typed) -> bool:
    return typed.get("_step", "").startswith(f"{step.value}:")


def reason_name(step: Step) -> str:
    """The name of the field in which a step's reason is typed."""
    return f"reason-{step.value}"


# ---- a button was pressed


@dataclass(frozen=True)
class PressedButton:
    """What a button says: the step, the article and the revision it is about (ids)."""

    step: Step
    article: int
    revision: int


def pressed(value: str, *, by: User) -> PressedButton:
    """Parse the value of a pressed button; Refused when no button of theirs says so."""
    try:
        step, article, revision = value.split(":")
        button = PressedButton(Step(step), _number(article), _number(revision))
    except ValueError:
        raise workflow.Refused(_("This button is not known; load the page again.")) from None
    if button.step not in steps.steps_for(by):
        raise workflow.Refused(str(RULES[button.step].not_allowed))
    return button


def _number(text: str) -> int:
    number = plain_number(text)
    if number is None:
        raise ValueError(text)
    return number


def inputs_for(step: Step, copy: WorkingCopy, typed: Typed) -> dict[str, Any]:
    """What was typed beside the button of a step, by the names of `StepRule.inputs`; Refused where it is not valid."""
    inputs: dict[str, Any] = {"reason": without_nul(typed.get(reason_name(step), "")).strip()}
    if step == Step.SCHEDULE:
        return inputs | {"at": copy.planned_publish_at}  # the hour just saved with the story
    form = _form(step, copy, typed)
    if form is None:
        return inputs
    if not form.is_valid():
        raise workflow.Refused(" ".join(error for errors in form.errors.values() for error in errors))
    return inputs | {name: form.cleaned_data.get(name) for name in RULES[step].inputs if name != "reason"}


def query_after_refusal(typed: Typed) -> dict[str, str]:
    """The query of a page on which a refused step stands unfolded, with the hour typed beside it.

    What was written to others stays out of addresses, which logs keep.
    """
    step = typed.get("_step", "").partition(":")[0]
    if step not in set(Step):
        return {}
    hour = {name: typed[name][:10] for name in (f"{step}-date", f"{step}-time") if typed.get(name)}
    return {"_step": f"{step}:", **hour}
