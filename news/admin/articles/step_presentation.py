"""How each step is presented: its button, what it says before and after, and its line in the timeline.

One record for each step, in the order of the buttons. Sentences are whole, as other languages inflect.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from news.admin.articles.step_forms import NoteForm, PersonForm
from news.admin.datetime_display import exactly, on_the_site
from news.admin.datetime_fields import HourForm
from news.editorial.steps import Stage, Step
from news.models import WorkingCopy
from news.querysets import PATIENCE

Sentence = str | Promise
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class TimelineEntry:
    """How an audit event looks in the timeline, which prints the sentence of its kind (`portal/audit/kinds.py`)."""

    look: str
    variant: Callable[[Facts], Sentence | None] = lambda facts: None  # the sentence where the facts ask for another
    changed_from: Callable[[Facts], int] = lambda facts: 0  # the revision (number) its change begins at; 0: none


@dataclass(frozen=True, kw_only=True)
class StepPresentation:
    """All that people are shown of a step. Sentences may name what `_facts` has."""

    step: Step
    # The button's label; for a story readers have seen, and where the story or the planned hour asks for another one.
    label: Sentence
    update_label: Sentence = ""
    other_label: Callable[[WorkingCopy, datetime | None], Sentence | None] = lambda copy, planned: None
    # What will happen: at any time, while readers see the story, once it is withdrawn, before readers ever saw it.
    consequence: Sentence = ""
    consequence_while_live: Sentence = ""
    consequence_if_withdrawn: Sentence = ""
    consequence_if_never_public: Sentence = ""
    # What has happened.
    success: Sentence = ""
    other_success: Callable[[WorkingCopy], Sentence | None] = lambda copy: None
    timeline: TimelineEntry | None = None
    # A quiet button stands smaller. A safe one may be filled, as the next step: only one of these is ever open at a
    # time, and none shows readers a text that is not approved.
    is_quiet: bool = False
    is_safe: bool = False
    # What unfolds before the step is taken: the question its reason answers, a form, and the label that sends them.
    question: Sentence = ""
    form: type[forms.Form] | None = None
    submit_label: Sentence = ""

    def label_for(self, copy: WorkingCopy, planned: datetime | None = None) -> str:
        """The button's label, with the planned hour where it is an hour to come."""
        other = self.other_label(copy, planned)
        return str(other or (copy.article.was_public() and self.update_label) or self.label)

    def consequence_for(self, copy: WorkingCopy) -> str:
        """What will happen if the step is taken now."""
        article = copy.article
        sentence = self.consequence
        if self.consequence_if_never_public and not (article.live_revision_id or copy.scheduled_revision_id):
            sentence = self.consequence_if_never_public
        elif self.consequence_if_withdrawn and article.withdrawn_at:
            sentence = self.consequence_if_withdrawn
        elif self.consequence_while_live and article.is_live():
            sentence = self.consequence_while_live
        return str(sentence) % _facts(copy)

    def success_for(self, copy: WorkingCopy) -> str:
        """What has happened, once the step is taken."""
        return str(self.other_success(copy) or self.success) % _facts(copy)


def _facts(copy: WorkingCopy) -> dict[str, Any]:
    article = copy.article
    end = exactly(article.live_until) if article.live_until else ""
    return {
        "story": copy,
        "person": copy.assigned_to,
        "revision": article.live_revision.number if article.live_revision else "",
        "hour": exactly(copy.scheduled_for) if copy.scheduled_for else "",
        "end": end,
        "moment": end,
    }


# ---- where a step is presented otherwise


def _schedule_label(copy: WorkingCopy, planned: datetime | None) -> str | None:
    if planned is None or planned <= timezone.now():
        return None
    label = _("Schedule update: %(moment)s") if copy.article.was_public() else _("Schedule: %(moment)s")
    return label % {"moment": on_the_site(planned)}


def _discard_success(copy: WorkingCopy) -> Sentence | None:
    if copy.stage != Stage.DISCARDED:
        return None
    return gettext_lazy("“%(story)s” is put aside. It can be found among the discarded stories.")


def _approve_variant(facts: Facts) -> Sentence | None:
    if facts.get("four_eyes") == "off":
        return gettext_lazy("{who} approved revision {revision}; one person alone may do so here")
    if facts.get("words_by_approver"):
        return gettext_lazy(
            "{who} approved revision {revision}, having written {words_by_approver} of its {words_changed} new words"
        )
    if facts.get("worked_on_it"):
        return gettext_lazy("{who} approved revision {revision}, having worked on it as well")
    return None


def _publish_variant(facts: Facts) -> Sentence | None:
    if "due" not in facts:
        return None
    if facts["late"] < PATIENCE.total_seconds():
        return gettext_lazy("Revision {revision} replaced the text on the site, as {scheduled_by} had scheduled it")
    return gettext_lazy(
        "Revision {revision} replaced the text on the site, {minutes} min late: {scheduled_by} had scheduled it "
        "for {due}"
    )


def _withdraw_variant(facts: Facts) -> Sentence | None:
    if not facts.get("note"):
        return None
    return gettext_lazy("{who} withdrew it from readers, who are told: “{note}”")


def _discard_variant(facts: Facts) -> Sentence | None:
    return gettext_lazy("{who} put the draft aside") if "discarded" not in facts else None


def _discarded_revision(facts: Facts) -> int:
    return facts.get("discarded", 0) if facts.get("discarded") != facts.get("revision") else 0


def _revision_before(facts: Facts) -> int:
    return facts.get("before", 0)


# ---- the records

IT_WAS_WITHDRAWN = gettext_lazy("It was withdrawn. Readers see it again at once, with this text and without the note.")
SEEN_AT_ONCE = gettext_lazy("Readers see this text at once.")
SEEN_IN_PLACE_OF = gettext_lazy("Readers see this text at once, in place of revision %(revision)s.")
WILL_HAVE_ENDED = gettext_lazy("From that second readers are told that it has ended, everywhere.")

_RECORDS = (
    StepPresentation(
        step=Step.SUBMIT,
        label=pgettext_lazy("step", "Submit for review"),
        consequence=gettext_lazy("Reviewers see it on their desk. Readers see nothing yet."),
        consequence_while_live=gettext_lazy("Reviewers see it on their desk. Readers keep revision %(revision)s."),
        success=gettext_lazy("“%(story)s” waits for review."),
        timeline=TimelineEntry("review"),
        is_safe=True,
    ),
    StepPresentation(
        step=Step.APPROVE,
        label=pgettext_lazy("step", "Approve"),
        consequence=gettext_lazy(
            "It is about exactly this text; a later change takes it back. Readers see nothing yet."
        ),
        consequence_while_live=gettext_lazy(
            "It is about exactly this text; a later change takes it back. Readers keep revision %(revision)s."
        ),
        success=gettext_lazy("“%(story)s” is approved."),
        timeline=TimelineEntry("approved", variant=_approve_variant),
        is_safe=True,
    ),
    StepPresentation(
        step=Step.APPROVE_AND_PUBLISH,
        label=pgettext_lazy("step", "Approve and publish now"),
        update_label=gettext_lazy("Approve and publish update now"),
        consequence=SEEN_AT_ONCE,
        consequence_while_live=SEEN_IN_PLACE_OF,
        consequence_if_withdrawn=IT_WAS_WITHDRAWN,
        success=gettext_lazy("“%(story)s” is approved, and readers see it now."),
    ),
    StepPresentation(
        step=Step.PUBLISH,
        label=pgettext_lazy("step", "Publish now"),
        update_label=gettext_lazy("Publish update now"),
        consequence=SEEN_AT_ONCE,
        consequence_while_live=SEEN_IN_PLACE_OF,
        consequence_if_withdrawn=IT_WAS_WITHDRAWN,
        success=gettext_lazy("Readers see “%(story)s” now."),
        timeline=TimelineEntry("live", variant=_publish_variant),
        is_safe=True,
    ),
    StepPresentation(
        step=Step.SCHEDULE,
        label=pgettext_lazy("step", "Schedule…"),
        update_label=gettext_lazy("Schedule update…"),
        other_label=_schedule_label,
        consequence=gettext_lazy("Readers see it from the hour under “Schedule” on, to the second."),
        consequence_while_live=gettext_lazy("Readers keep revision %(revision)s until the hour under “Schedule”."),
        success=gettext_lazy("“%(story)s” goes out on %(hour)s."),
        timeline=TimelineEntry("scheduled"),
    ),
    StepPresentation(
        step=Step.UNSCHEDULE,
        label=pgettext_lazy("step", "Take it off the schedule"),
        consequence=gettext_lazy("Readers will not see it until somebody publishes or schedules it again."),
        consequence_while_live=gettext_lazy("Readers keep revision %(revision)s; nothing replaces it by itself."),
        success=gettext_lazy("“%(story)s” is off the schedule; it stays approved."),
        timeline=TimelineEntry("scheduled"),
    ),
    StepPresentation(
        step=Step.FIX_TYPO,
        label=pgettext_lazy("step", "Publish this small fix now"),
        consequence=gettext_lazy(
            "Only a few letters differ from what two people have read. Readers see it at once; it stays on the desk "
            "until somebody else has read it."
        ),
        success=gettext_lazy("Readers see the fix in “%(story)s” now. It waits for somebody else to read it."),
        timeline=TimelineEntry(
            "live",
            changed_from=_revision_before,
        ),
    ),
    StepPresentation(
        step=Step.RETURN,
        label=pgettext_lazy("step", "Return for changes…"),
        consequence=gettext_lazy("The writer sees your note. Readers see nothing."),
        consequence_while_live=gettext_lazy("The writer sees your note. Readers keep revision %(revision)s."),
        success=gettext_lazy("“%(story)s” went back with your note."),
        timeline=TimelineEntry("changes"),
        question=gettext_lazy("What is to be changed?"),
        submit_label=gettext_lazy("Return with this note"),
    ),
    StepPresentation(
        step=Step.REVIEW_PUBLISHED,
        label=pgettext_lazy("step", "I have read it"),
        consequence=gettext_lazy(
            "One person alone gave readers this text. Your name comes under it; nothing else changes."
        ),
        success=gettext_lazy("You put your name under “%(story)s”."),
        timeline=TimelineEntry("approved"),
    ),
    StepPresentation(
        step=Step.RESTORE,
        label=pgettext_lazy("step", "Show to readers again"),
        consequence=gettext_lazy("Readers see it again at once, as they last saw it."),
        success=gettext_lazy("Readers see “%(story)s” again."),
        timeline=TimelineEntry("live"),
    ),
    StepPresentation(
        step=Step.REOPEN,
        label=pgettext_lazy("step", "Take it up again"),
        consequence=gettext_lazy("It becomes a draft again."),
        success=gettext_lazy("“%(story)s” is a draft again."),
        timeline=TimelineEntry("save"),
    ),
    StepPresentation(
        step=Step.ASSIGN,
        label=pgettext_lazy("step", "Put somebody in charge…"),
        other_label=lambda copy, planned: gettext_lazy("Put somebody else in charge…") if copy.assigned_to else None,
        consequence=gettext_lazy("It stands on their desk while it is written."),
        success=gettext_lazy("%(person)s is in charge of “%(story)s”."),
        other_success=lambda copy: None if copy.assigned_to else gettext_lazy("Nobody is in charge of “%(story)s”."),
        timeline=TimelineEntry(
            "save",
            variant=lambda facts: None if facts.get("to") else gettext_lazy("{who} put nobody in charge"),
        ),
        is_quiet=True,
        form=PersonForm,
        submit_label=gettext_lazy("Put in charge"),
    ),
    StepPresentation(
        step=Step.CLEAR_EXPIRY,
        label=pgettext_lazy("step", "Clear its end"),
        consequence=gettext_lazy("Readers keep it after %(moment)s."),
        success=gettext_lazy("“%(story)s” has no end any more."),
        timeline=TimelineEntry("live"),
    ),
    StepPresentation(
        step=Step.EXPIRE,
        label=pgettext_lazy("step", "Set an end for readers…"),
        other_label=lambda copy, planned: gettext_lazy("Move its end…") if copy.article.live_until else None,
        consequence=WILL_HAVE_ENDED,
        success=gettext_lazy("Readers see “%(story)s” until %(end)s."),
        timeline=TimelineEntry("live"),
        is_quiet=True,
        form=HourForm,
        submit_label=gettext_lazy("Set this end"),
    ),
    StepPresentation(
        step=Step.WITHDRAW,
        label=pgettext_lazy("step", "Withdraw from readers…"),
        consequence_while_live=gettext_lazy(
            "Readers are told that it was withdrawn, at once and everywhere. The working copy stays."
        ),
        success=gettext_lazy("“%(story)s” is withdrawn; readers do not see it any more."),
        timeline=TimelineEntry("live", variant=_withdraw_variant),
        is_quiet=True,
        question=gettext_lazy("Why is it withdrawn? Only the newsroom reads this."),
        form=NoteForm,
        submit_label=gettext_lazy("Withdraw now"),
    ),
    StepPresentation(
        step=Step.PUBLISH_ALONE,
        label=pgettext_lazy("step", "Publish alone, in an emergency…"),
        consequence=gettext_lazy(
            "Readers see this text at once. The history says that nobody else read it, and it stays on the desk until "
            "somebody has."
        ),
        consequence_while_live=gettext_lazy(
            "Readers see this text at once, in place of revision %(revision)s. The history says that nobody else "
            "read it, and it stays on the desk until somebody has."
        ),
        consequence_if_withdrawn=IT_WAS_WITHDRAWN,
        success=gettext_lazy("Readers see “%(story)s” now. It waits for somebody else to read it."),
        timeline=TimelineEntry(
            "live",
            changed_from=_revision_before,
        ),
        is_quiet=True,
        question=gettext_lazy("Why can it not wait for a second reader?"),
        submit_label=gettext_lazy("Publish alone now"),
    ),
    StepPresentation(
        step=Step.DISCARD,
        label=pgettext_lazy("step", "Discard this working copy…"),
        other_label=lambda copy, planned: (
            None if copy.article.live_revision_id else gettext_lazy("Put this draft aside…")
        ),
        consequence=gettext_lazy("This text goes back to what readers saw last. The history keeps yours."),
        consequence_while_live=gettext_lazy(
            "This text goes back to revision %(revision)s, which readers keep. The history keeps yours."
        ),
        consequence_if_never_public=gettext_lazy(
            "It leaves every list but that of discarded stories, and can be taken up again from there."
        ),
        success=gettext_lazy("What was new in “%(story)s” is discarded; the history keeps it."),
        other_success=_discard_success,
        timeline=TimelineEntry(
            "save",
            variant=_discard_variant,
            changed_from=_discarded_revision,
        ),
        is_quiet=True,
        submit_label=gettext_lazy("Discard it"),
    ),
    StepPresentation(
        step=Step.PUBLISH_UNREAD,  # imports press no button
        label=pgettext_lazy("step", "Publish without a second reader"),
        timeline=TimelineEntry("live"),
    ),
)
PRESENTATIONS: Mapping[Step, StepPresentation] = {record.step: record for record in _RECORDS}
