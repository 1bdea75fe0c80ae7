"""The step buttons: what each will do, or the sentence why it is not open. The workflow answers both."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from news import workflow
from news.workflow import Step

ORDER = [Step.SUBMIT, Step.APPROVE, Step.PUBLISH, Step.RETURN, Step.WITHDRAW, Step.RESTORE, Step.DISCARD]
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

    @property
    def asks(self):
        return self.is_open and self.step in workflow.NEEDS_REASON

    @property
    def unfolds(self):
        """A second press is needed: for the reason, or because something is given up."""
        return self.asks or self.is_open and self.step == Step.DISCARD

    @property
    def is_quiet(self):
        return self.step in {Step.WITHDRAW, Step.DISCARD}

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
            Step.DISCARD: _("Discard it"),
        }[self.step]

    @property
    def reason_name(self):
        return reason_name(self.step)


def buttons(copy, *, by, typed):
    """The steps of a person's role in their fixed order; the first open safe one is filled.

    With nothing pending only what concerns readers is left: four refusals saying that there is nothing
    to do would stand on every live story, so the rail says it once.
    """
    shown = set(workflow.steps_shown(by))
    shown -= {Step.WITHDRAW if copy.article.withdrawn_at else Step.RESTORE}
    if copy.article.live_revision_id is None:
        shown -= {Step.DISCARD}  # a new story has nothing to go back to
    if copy.stage == workflow.Stage.NOTHING_PENDING:
        shown &= {Step.WITHDRAW, Step.RESTORE}
    refusals = {step: workflow.why_not(copy, step, copy.newest, by=by) for step in ORDER if step in shown}
    filled = next((step for step in SAFE if refusals.get(step) == ""), None)
    return [
        Button(
            step=step,
            value=f"{step.value}:{copy.pk}:{copy.newest_id or ''}",
            label=_label(step, copy),
            says=refusal or _consequence(step, copy.article),
            is_open=not refusal,
            is_filled=step == filled,
            note=typed.get(reason_name(step), ""),
        )
        for step, refusal in refusals.items()
    ]


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
    }[step] % {"story": copy}


def _label(step, copy):
    if step == Step.PUBLISH and copy.article.is_live():
        return _("Publish update now")
    return step.label


def _consequence(step, article):
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
        }
        return sentences[step] % {"revision": article.live_revision.number}
    return {
        Step.SUBMIT: _("Reviewers see it on their desk. Readers see nothing yet."),
        Step.APPROVE: _("It is about exactly this text; a later change takes it back. Readers see nothing yet."),
        Step.PUBLISH: _("Readers see this text at once."),
        Step.RETURN: _("The writer sees your note. Readers see nothing."),
        Step.WITHDRAW: "",
        Step.RESTORE: _("Readers see it again at once, as it was when it was withdrawn."),
        Step.DISCARD: _("This text goes back to what readers saw last. The history keeps yours."),
    }[step]
