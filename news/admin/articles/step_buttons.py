"""The step buttons: what each will do, or the sentence why it is not open. The workflow answers both."""

from dataclasses import dataclass

from django import forms
from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from news.admin.datetime_display import exactly, on_the_site
from news.admin.datetime_fields import HourForm
from news.editorial import steps, workflow
from news.editorial.workflow import Stage, Step
from news.roles import SYSTEM
from portal.http.numbers import plain_number
from portal.http.request_guard import without_nul

ORDER = [
    *(Step.SUBMIT, Step.APPROVE, Step.APPROVE_AND_PUBLISH, Step.PUBLISH, Step.SCHEDULE, Step.UNSCHEDULE),
    *(Step.FIX_TYPO, Step.RETURN, Step.SECOND_LOOK, Step.RESTORE, Step.TAKE_UP),
    *(Step.ASSIGN, Step.KEEP, Step.EXPIRE, Step.WITHDRAW, Step.PUBLISH_ALONE, Step.DISCARD),
]
QUIET = {Step.ASSIGN, Step.EXPIRE, Step.WITHDRAW, Step.PUBLISH_ALONE, Step.DISCARD}
# Only one of these is ever open at a time, and none shows readers a text that is not approved.
SAFE = [Step.SUBMIT, Step.APPROVE, Step.PUBLISH]
# Ways past the second reader.
OFFERS = [Step.FIX_TYPO, Step.PUBLISH_ALONE]


class PersonForm(forms.Form):
    """Who is to be in charge of a story: anybody who edits, or nobody."""

    to = forms.ModelChoiceField(
        label=gettext_lazy("In charge"), queryset=None, required=False, empty_label=gettext_lazy("Nobody")
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        people = get_user_model().objects.with_perm("news.change_workingcopy").exclude(username=SYSTEM)
        self.fields["to"].queryset = people.order_by("first_name", "last_name", "username")


class NoteForm(forms.Form):
    """What readers are told on the page of a story that was withdrawn."""

    note = forms.CharField(
        label=gettext_lazy("A short note for readers, if they need one"),
        required=False,
        widget=forms.TextInput(attrs={"maxlength": steps.LONGEST_NOTE}),
    )


BACK_TO_READERS = {Step.PUBLISH, Step.APPROVE_AND_PUBLISH, Step.PUBLISH_ALONE}
SAID_ANYWHERE = {
    Step.FIX_TYPO: gettext_lazy(
        "Only a few letters differ from what two people have read. Readers see it at once; it stays on the desk until "
        "somebody else has read it."
    ),
    Step.SECOND_LOOK: gettext_lazy(
        "One person alone gave readers this text. Your name comes under it; nothing else changes."
    ),
    Step.TAKE_UP: gettext_lazy("It becomes a draft again."),
    Step.ASSIGN: gettext_lazy("It stands on their desk while it is written."),
}


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
    def asks_reason(self):
        return "reason" in steps.ASKS.get(self.step, ())

    @property
    def is_quiet(self):
        return self.step in QUIET

    @property
    def unfolds(self):
        """A second press is needed: something is asked for, or given up."""
        return self.is_open and (self.asks_reason or self.form is not None or self.step == Step.DISCARD)

    @property
    def is_unfolded(self):
        return self.was_pressed or bool(self.reason)

    @property
    def question(self):
        return {
            Step.RETURN: _("What is to be changed?"),
            Step.WITHDRAW: _("Why is it withdrawn? Only the newsroom reads this."),
            Step.PUBLISH_ALONE: _("Why can it not wait for a second reader?"),
        }[self.step]

    @property
    def sends(self):
        return {
            Step.RETURN: _("Return with this note"),
            Step.WITHDRAW: _("Withdraw now"),
            Step.EXPIRE: _("Set this end"),
            Step.PUBLISH_ALONE: _("Publish alone now"),
            Step.ASSIGN: _("Put in charge"),
            Step.DISCARD: _("Discard it"),
        }[self.step]

    @property
    def reason_name(self):
        return reason_name(self.step)


def buttons(copy, *, by, typed, planned=None, read=None):
    """The steps of a person's role in their fixed order; the first open safe one is filled.

    With an hour in mind (`planned`) publishing at once is not the next step any more, scheduling is; and what is
    scheduled needs no next step, unless it is overdue. Steps that there is nothing to do with are left out: their
    refusals would stand on every story, so the rail says it once. `read` are the versions before one's eyes (None: the
    newest): nobody is offered a step about another one.
    """
    shown = set(steps.steps_shown(by)) - _pointless(copy)
    read = {revision.content_hash for revision in read or [copy.latest_revision]}
    shown = {step for step in shown if steps.about(step, copy).content_hash in read}
    hour = {step: {"at": planned} for step in shown & {Step.SCHEDULE}}
    refusals = {
        step: workflow.why_not(copy, step, steps.about(step, copy), by=by, **hour.get(step, {}))
        for step in ORDER
        if step in shown
    }
    _only_one_way_out(refusals)
    says = {step: refusal or _consequence(step, copy) for step, refusal in refusals.items()}
    if refusals.get(Step.SCHEDULE) == steps.PASSED:  # another hour may have been typed when it is pressed
        refusals[Step.SCHEDULE], planned = "", None
    filled = next((step for step in SAFE if refusals.get(step) == ""), None)
    if filled == Step.PUBLISH and not copy.is_overdue():
        if copy.stage == Stage.SCHEDULED:
            filled = None
        if planned and refusals.get(Step.SCHEDULE) == "":
            filled = Step.SCHEDULE
    return [
        Button(
            step=step,
            value=f"{step.value}:{copy.pk}:{steps.about(step, copy).pk}",
            label=_label(step, copy, planned),
            says=says[step],
            is_open=not refusal,
            is_filled=step == filled,
            was_pressed=_was_pressed(step, typed),
            reason=typed.get(reason_name(step), ""),
            form=None if refusal else _form(step, copy, typed),
            **(_with_another_hour(copy, by) if step == Step.SCHEDULE else {}),
        )
        for step, refusal in refusals.items()
    ]


def asked(step, copy, typed):
    """What was typed beside the button of a step: what it asks for, by the names of `rules.ASKS`; else Refused."""
    given = {"reason": without_nul(typed.get(reason_name(step), "")).strip()}
    if step == Step.SCHEDULE:
        return given | {"at": copy.planned_publish_at}  # the hour just saved with the story
    form = _form(step, copy, typed)
    if form is None:
        return given
    if not form.is_valid():
        raise workflow.Refused(" ".join(error for errors in form.errors.values() for error in errors))
    return given | {name: form.cleaned_data.get(name) for name in steps.ASKS[step] if name != "reason"}


def _with_another_hour(copy, by):
    if workflow.why_not(copy, Step.SCHEDULE, copy.latest_revision, by=by):
        return {}
    label = _("Schedule update: %(moment)s") if copy.article.was_public() else _("Schedule: %(moment)s")
    return {
        "with_hour": label,
        "without_hour": _label(Step.SCHEDULE, copy, None),
        "says_with_hour": _consequence(Step.SCHEDULE, copy),
    }


def _pointless(copy):
    """Steps about what is not the case, and those that lie behind; one ahead stays, with what it waits for."""
    article, stage = copy.article, copy.stage_at()
    if stage == Stage.DISCARDED:
        return set(Step) - {Step.TAKE_UP}
    is_away = article.withdrawn_at is not None or article.has_ended()
    without = {Step.TAKE_UP, *([Step.EXPIRE, Step.KEEP] if is_away else [Step.RESTORE])}
    without |= {step for step in (Step.SUBMIT, Step.RETURN, *OFFERS, Step.DISCARD) if stage not in steps.FROM[step]}
    if not article.is_live():
        without |= {Step.WITHDRAW}
    if article.live_from is None:
        without |= {Step.EXPIRE}
    if article.live_until is None:
        without |= {Step.KEEP}
    if not copy.is_scheduled():
        without |= {Step.UNSCHEDULE}
    if not copy.is_unread():
        without |= {Step.SECOND_LOOK}
    if stage not in steps.BEING_WRITTEN:
        without |= {Step.APPROVE, Step.APPROVE_AND_PUBLISH}
    if stage == Stage.NOTHING_PENDING:
        without |= {Step.PUBLISH, Step.SCHEDULE}
    return without


def _only_one_way_out(refusals):
    """Leave out what would only repeat another button or its refusal: ways to publish, and offers that are not open."""
    if refusals.get(Step.APPROVE_AND_PUBLISH) == "":
        refusals.pop(Step.PUBLISH, None)
    else:
        refusals.pop(Step.APPROVE_AND_PUBLISH, None)
    if refusals.get(Step.SCHEDULE) and refusals[Step.SCHEDULE] == refusals.get(Step.PUBLISH):
        del refusals[Step.SCHEDULE]
    for offer in (*OFFERS, Step.ASSIGN):
        if refusals.get(offer):
            del refusals[offer]


def _form(step, copy, typed):
    """What a step asks for beside its reason, filled with what was typed when this very step was pressed."""
    Form = {Step.EXPIRE: HourForm, Step.WITHDRAW: NoteForm, Step.ASSIGN: PersonForm}.get(step)
    if Form is None:
        return None
    posted = typed if _was_pressed(step, typed) else None
    return Form(posted, prefix=step.value, label_suffix="", initial={"to": copy.assigned_to_id})


def _was_pressed(step, typed):
    return typed.get("_step", "").startswith(f"{step.value}:")


def asked_again(typed):
    """The query of a page on which a refused step stands unfolded, with the hour typed beside it.

    What was written to others stays out of addresses, which logs keep.
    """
    step = typed.get("_step", "").partition(":")[0]
    if step not in Step.values:
        return {}
    hour = {name: typed[name][:10] for name in (f"{step}-date", f"{step}-time") if typed.get(name)}
    return {"_step": f"{step}:", **hour}


def named(value, *, by):
    """The (step, article, revision) a pressed button carries; Refused when no button of theirs says so."""
    try:
        name, article, revision = value.split(":")
        step, article, revision = Step(name), plain_number(article), plain_number(revision)
        if article is None or revision is None:
            raise ValueError
    except ValueError:
        raise workflow.Refused(_("This button is not known; load the page again.")) from None
    if step not in steps.steps_shown(by):
        raise workflow.Refused(str(steps.REFUSALS[step]))
    return step, article, revision


def reason_name(step):
    return f"reason-{step.value}"


def success_message(step, copy):
    """What to say once a step is done."""
    if step == Step.DISCARD and copy.stage == Stage.DISCARDED:
        return _("“%(story)s” is put aside. It can be found among the discarded stories.") % {"story": copy}
    return {
        Step.SUBMIT: _("“%(story)s” waits for review."),
        Step.RETURN: _("“%(story)s” went back with your note."),
        Step.APPROVE: _("“%(story)s” is approved."),
        Step.PUBLISH: _("Readers see “%(story)s” now."),
        Step.WITHDRAW: _("“%(story)s” is withdrawn; readers do not see it any more."),
        Step.RESTORE: _("Readers see “%(story)s” again."),
        Step.APPROVE_AND_PUBLISH: _("“%(story)s” is approved, and readers see it now."),
        Step.FIX_TYPO: _("Readers see the fix in “%(story)s” now. It waits for somebody else to read it."),
        Step.PUBLISH_ALONE: _("Readers see “%(story)s” now. It waits for somebody else to read it."),
        Step.SECOND_LOOK: _("You put your name under “%(story)s”."),
        Step.TAKE_UP: _("“%(story)s” is a draft again."),
        Step.ASSIGN: _("%(person)s is in charge of “%(story)s”.")
        if copy.assigned_to
        else _("Nobody is in charge of “%(story)s”."),
        Step.DISCARD: _("What was new in “%(story)s” is discarded; the history keeps it."),
        Step.SCHEDULE: _("“%(story)s” goes out on %(hour)s."),
        Step.UNSCHEDULE: _("“%(story)s” is off the schedule; it stays approved."),
        Step.EXPIRE: _("Readers see “%(story)s” until %(end)s."),
        Step.KEEP: _("“%(story)s” has no end any more."),
    }[step] % {
        "story": copy,
        "person": copy.assigned_to,
        "hour": exactly(copy.scheduled_for) if copy.scheduled_for else "",
        "end": exactly(copy.article.live_until) if copy.article.live_until else "",
    }


def _label(step, copy, planned):
    is_update = copy.article.was_public()
    if step == Step.PUBLISH and is_update:
        return _("Publish update now")
    if step == Step.APPROVE_AND_PUBLISH and is_update:
        return _("Approve and publish update now")
    if step == Step.DISCARD and copy.article.live_revision_id is None:
        return _("Put this draft aside…")
    if step == Step.ASSIGN and copy.assigned_to:
        return _("Put somebody else in charge…")
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
    if step == Step.DISCARD and article.live_revision_id is None and not copy.scheduled_revision_id:
        return _("It leaves every list but that of discarded stories, and can be taken up again from there.")
    if article.withdrawn_at and step in BACK_TO_READERS:
        return _("It was withdrawn. Readers see it again at once, with this text and without the note.")
    if step in SAID_ANYWHERE:
        return str(SAID_ANYWHERE[step])
    if step == Step.KEEP:
        return _("Readers keep it after %(moment)s.") % {"moment": exactly(article.live_until)}
    if article.is_live():
        sentences = {
            Step.SUBMIT: _("Reviewers see it on their desk. Readers keep revision %(revision)s."),
            Step.APPROVE: _(
                "It is about exactly this text; a later change takes it back. Readers keep revision %(revision)s."
            ),
            Step.PUBLISH: _("Readers see this text at once, in place of revision %(revision)s."),
            Step.APPROVE_AND_PUBLISH: _("Readers see this text at once, in place of revision %(revision)s."),
            Step.PUBLISH_ALONE: _(
                "Readers see this text at once, in place of revision %(revision)s. The history says that nobody else "
                "read it, and it stays on the desk until somebody has."
            ),
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
        Step.APPROVE_AND_PUBLISH: _("Readers see this text at once."),
        Step.PUBLISH_ALONE: _(
            "Readers see this text at once. The history says that nobody else read it, and it stays on the desk until "
            "somebody has."
        ),
        Step.RETURN: _("The writer sees your note. Readers see nothing."),
        Step.WITHDRAW: "",
        Step.SCHEDULE: _("Readers see it from the hour under “Schedule” on, to the second."),
        Step.UNSCHEDULE: _("Readers will not see it until somebody publishes or schedules it again."),
        Step.EXPIRE: _("From that second readers are told that it has ended, everywhere."),
        Step.RESTORE: _("Readers see it again at once, as they last saw it."),
        Step.DISCARD: _("This text goes back to what readers saw last. The history keeps yours."),
    }[step]
