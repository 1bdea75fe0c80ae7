"""Answer a form that was opened on an older text than the story has now.

A form carries the revision it was opened on (`began`) and the version of the row it shows. If somebody saved since, the
answer is both texts, conflict by conflict, and the form with everything its author typed. `began` stays the same until
the form is saved, so every answer is a three-way merge from the same base: what the author types into the answer counts
as theirs, a conflict that has changed meanwhile is asked again, and so is whatever a third person saves.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from news import body
from news.admin.articles import compare, form_values
from news.admin.datetime_display import moment
from news.content import diff, revisions, schema
from news.content.fields import Text
from news.content.merge import BOTH, MINE, THEIRS, Merge
from news.content.names import names_of
from news.editorial import steps
from news.models import WorkingCopy

Stage = WorkingCopy.Stage
MOST_NAMED = 6
# Where in the text something is; whole phrases, never assembled from pieces.
IN_THE_TEXT = {
    "p": gettext_lazy("Text, paragraph %(number)s"),
    "h2": gettext_lazy("Text, heading %(number)s"),
    "h3": gettext_lazy("Text, smaller heading %(number)s"),
    "h4": gettext_lazy("Text, smallest heading %(number)s"),
    "ul": gettext_lazy("Text, list %(number)s"),
    "ol": gettext_lazy("Text, numbered list %(number)s"),
    "li": gettext_lazy("Text, list item %(number)s"),
    "table": gettext_lazy("Text, table %(number)s"),
    "blockquote": gettext_lazy("Text, quotation %(number)s"),
    "pre": gettext_lazy("Text, preformatted text %(number)s"),
    "hr": gettext_lazy("Text, line across %(number)s"),
    "read": gettext_lazy("Text, READ line %(number)s"),
}


@dataclass(frozen=True)
class ConflictChoice:
    """One conflict on the page: both texts with their differences marked, and the choices."""

    key: str
    label: str
    theirs: list[str]  # of paragraphs as HTML; none where it is gone
    mine: list[str]
    notes: list[str]
    chosen: str
    offers_both: bool

    @property
    def name(self) -> str:
        return f"choose-{self.key}"


class EditConflict:
    """The three-way merge of a form with a row that somebody changed after the form was opened."""

    def __init__(self, form, cleaned, *, asks_first):
        self.form, self.copy, self.asks_first = form, form.instance, asks_first
        self.version, self.cleaned = cleaned.get("version"), cleaned
        self.is_late = self.version != self.copy.version
        self.latest, self.who, self.time = self.copy.latest_revision, self.copy.saved_by, moment(self.copy.saved_at)
        self.beginning = self._beginning(cleaned.get("began"))
        self.base = self.beginning and revisions.content_of(self.beginning)
        self.theirs = revisions.snapshot(self.copy)
        # A field that did not validate is not merged yet: it keeps what was typed, and is merged once it is valid.
        self.mine = {**self.theirs, **form_values.plain_values(cleaned)}
        self.merge = Merge(self.base, self.theirs, self.mine)

    # ---- the merged text

    @cached_property
    def is_resolved(self) -> bool:
        """Whether it can be saved: every conflict was decided on a page that showed the current row, or there is none.

        A step applies to a text its author has read, so where one was pressed the page is shown first.
        """
        if self.form.errors:
            return False
        if not self.is_late:
            return all(conflict.key in self.choices for conflict in self.merge.conflicts)
        return not (self.asks_first or self.merge.conflicts) and self._only_saves_came_between()

    @property
    def is_merged_unasked(self) -> bool:
        return self.is_resolved and self.is_late

    @cached_property
    def choices(self) -> dict[str, str]:
        """Return the posted choices by the key of their conflict; an unknown value counts as no choice."""
        posted = {conflict.key: self.form.data.get(f"choose-{conflict.key}") for conflict in self.merge.conflicts}
        return {key: choice for key, choice in posted.items() if choice in {THEIRS, MINE, BOTH}}

    @property
    def resolved(self) -> dict[str, Any]:
        """Return the form's cleaned data with the merged content."""
        content = self.merge.content(self.choices)
        new = [tag for tag in self.cleaned["tags"] if not tag.pk]
        return {**form_values.cleaned_values(content, new), "version": self.copy.version}

    @property
    def data(self) -> QueryDict:
        """Return the posted data as it was typed and chosen, now with the current version of the row."""
        data = self.form.data.copy()
        data["version"], data["began"] = self.copy.version, self.beginning.pk if self.beginning else ""
        return data

    def _only_saves_came_between(self):
        """Whether every write since the form was opened was a save: each made one revision and moved the version once.

        A workflow step in between is shown first, since saving may undo an approval.
        """
        if self.version is None or self.beginning is None or self.copy.stage not in steps.BEING_WRITTEN:
            return False
        return self.copy.version - self.version == self.copy.latest_revision.number - self.beginning.number > 0

    def _beginning(self, number):
        return self.copy.article.revisions.filter(pk=number).first() if number else None

    # ---- sentences of the page

    @property
    def heading(self) -> str:
        if self._only_a_step_came_between:
            return _("A step was taken with this story while you were writing")
        return _("%(who)s saved while you were writing") % {"who": self.who}

    @property
    def sentence(self) -> str:
        """Say that nothing is lost, which text is whose, and what is left to do."""
        facts = {"revision": self.latest.number, "next": self.latest.number + 1}
        if self._only_a_step_came_between:
            return _(
                "Somebody took a step with this story since you opened it; it is now “%(stage)s”. Nothing is lost: "
                "your text is in the form below, and is kept when you save again."
            ) % {"stage": self.copy.get_stage_display()}
        number = len(self.merge.conflicts)
        if not number:
            return (
                _(
                    "Nothing is lost: their text is revision %(revision)s, yours is in the form below. You wrote in "
                    "different places, so nothing has to be chosen. Saving makes revision %(next)s of both."
                )
                % facts
            )
        return ngettext(
            "Nothing is lost: their text is revision %(revision)s, yours is in the form below. %(number)s place "
            "differs. Choose, then save; that makes revision %(next)s.",
            "Nothing is lost: their text is revision %(revision)s, yours is in the form below. %(number)s places "
            "differ. Choose for each, then save; that makes revision %(next)s.",
            number,
        ) % {**facts, "number": number}

    @property
    def also(self) -> Iterator[str]:
        """Say what else happened in between."""
        if self.copy.article.withdrawn_at:
            yield _("The story is withdrawn from readers now. Saving your text changes nothing about that.")
        if "_step" in self.form.data:
            yield _(
                "The step you pressed was not taken: it was about an older text. Press it again when you have saved."
            )

    @property
    def put_together(self) -> str:
        """Say which parts of whose text were merged without asking, or "" where none was."""
        facts = {"name": self.who, "taken": self.taken, "kept": self.kept}
        if self.taken and self.kept:
            return (
                _("Taken from both, because only one of you changed it. From %(name)s: %(taken)s. From you: %(kept)s.")
                % facts
            )
        if self.taken:
            return _("Taken from %(name)s, because you had not touched it: %(taken)s.") % facts
        return _("Yours, because only you changed it: %(kept)s.") % facts if self.kept else ""

    @property
    def _only_a_step_came_between(self):
        return self.base is not None and self.base == self.theirs

    @property
    def taken(self) -> str:
        return self._named(self.merge.only_theirs)

    @property
    def kept(self) -> str:
        return self._named(self.merge.only_mine)

    @property
    def questions(self) -> list[ConflictChoice]:
        return [self._question(conflict) for conflict in self.merge.conflicts]

    def say_on(self, message: Callable[[str, int], None]) -> None:
        """Tell the author of a save that was merged without asking whose text it includes, with a link to the diff."""
        facts = {"who": self.who, "revision": self.latest.number, "taken": self.taken}
        sentence = _(
            "%(who)s had saved revision %(revision)s while you were writing; it is in this one too: %(taken)s."
        )
        address = compare.address(self.copy.pk, self.beginning.number, self.copy.latest_revision.number)
        message(format_html('{} <a href="{}">{}</a>', sentence % facts, address, _("See what changed")), messages.INFO)

    # ---- conflict by conflict

    def _label(self, location):
        if location.kind:
            return str(IN_THE_TEXT[location.kind] % {"number": location.number})
        return str(capfirst(schema.field_named(location.name).label))

    def _named(self, locations):
        """Return the names of locations in one line; beyond a few, their number."""
        labels = [*dict.fromkeys(map(self._label, locations))]
        if len(labels) <= MOST_NAMED:
            return ", ".join(labels)
        more = len(labels) - MOST_NAMED
        named = ", ".join(labels[:MOST_NAMED])
        return ngettext("%(named)s and %(more)s more place", "%(named)s and %(more)s more places", more) % {
            "named": named,
            "more": more,
        }

    def _question(self, conflict):
        theirs, mine, notes = self._in_words(conflict)
        return ConflictChoice(
            key=conflict.key,
            label=self._label(conflict.location),
            theirs=theirs,
            mine=mine,
            notes=notes,
            chosen=self.choices.get(conflict.key, MINE),
            offers_both=conflict.offers_both,
        )

    def _in_words(self, conflict):
        """Return both texts of a conflict as paragraphs with differences marked, and notes on differences in form."""
        if conflict.location.name == "body":
            sides = [diff.texts_of(self._part(side), self._names) for side in (conflict.theirs, conflict.mine)]
        else:
            field, called = schema.field_named(conflict.location.name), self._names[conflict.location.name]
            texts = [diff.in_words(field, value, called) for value in (conflict.theirs, conflict.mine)]
            sides = [[diff.Text("p", (), *diff.tokens(text))] if text else [] for text in texts]
        blocks = self._matcher.blocks(*sides)
        theirs = [_side(block, diff.REMOVED) for block in blocks if block.op != diff.ADDED]
        mine = [_side(block, diff.ADDED) for block in blocks if block.op != diff.REMOVED]
        return theirs, mine, [note for block in blocks if block.op == "~" for note in block.notes]

    def _part(self, blocks):
        known = {link["uuid"]: link for content in (self.mine, self.theirs) for link in content["related"]}
        return {"body": "\n".join(blocks), "related": list(known.values())}

    @cached_property
    def _matcher(self):
        return diff.Matcher()

    @cached_property
    def _names(self):
        return names_of([self.theirs, self.mine])


def not_yours_any_more(story_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Show somebody who lost the permission to write what they had typed, to be copied; it is saved nowhere.

    Context: `words`, pairs of a label and what was typed.
    """
    texts = [field for field in schema.FIELDS if isinstance(field, Text)]
    words = [(capfirst(field.label), request.POST.get(field.on_form, "").strip()) for field in texts]
    context = {
        **story_admin.admin_site.each_context(request),
        "title": _("Not saved"),
        "opts": story_admin.opts,
        "words": [(label, text) for label, text in words if text],
        "text": mark_safe(body.clean(request.POST.get("body", ""))),
    }
    return render(request, "admin/news/workingcopy/not_saved.html", context, status=403)


def _side(block, op):
    text = diff.one_side(block.pieces, op)
    return format_html(_("READ: {headline}"), headline=text) if block.kind == "read" else text
