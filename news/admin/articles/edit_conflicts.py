"""Two people worked on one story: what both wrote is put together, and where they met whoever saves decides.

A form says which revision it began from and which version of the row it has seen. One that has not seen the newest
is answered with both texts, place by place, and the form as it was typed. `began` stays what it was until something
is saved, so that the answer is put together anew from the same three texts: what is typed into that form counts as
mine like the rest, a place that reads otherwise by then is asked again, and a third person's save is met the same way.
"""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from news.admin.articles import compare, widgets
from news.admin.datetime_display import moment
from news.content import body, diff, revisions
from news.content.merge import BOTH, MINE, THEIRS, Merge
from news.editorial import steps
from news.models import Author, Content, Section, Tag, WorkingCopy

Stage = WorkingCopy.Stage
FIELDS = {"authors": "bylines"}  # what a revision calls otherwise than the form does
MOST_NAMED = 6
WORDS = ["headline", "standfirst", "dateline", "source", "seo_title", "seo_description"]
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
    """One place as it stands on the page: both texts, what differs marked, and what may be chosen."""

    key: str
    label: str
    theirs: list  # of paragraphs as HTML; none where it is gone
    mine: list
    notes: list
    chosen: str
    offers_both: bool

    @property
    def name(self):
        return f"choose-{self.key}"


class EditConflict:
    """A form that began from an older text than the row now has, and what becomes of the two."""

    def __init__(self, form, cleaned, *, asks_first):
        self.form, self.copy, self.asks_first = form, form.instance, asks_first
        self.version, self.cleaned = cleaned.get("version"), cleaned
        self.is_late = self.version != self.copy.version
        self.seen, self.who, self.time = self.copy.latest_revision, self.copy.saved_by, moment(self.copy.saved_at)
        self.beginning = self._beginning(cleaned.get("began"))
        self.base = self.beginning and revisions.content_of(self.beginning)
        self.theirs = revisions.snapshot(self.copy)
        # A field that did not validate is no part of this yet; it keeps what was typed, and is met when it is mended.
        self.mine = {**self.theirs, **_typed(cleaned)}
        self.merge = Merge(self.base, self.theirs, self.mine)

    # ---- what becomes of it

    @cached_property
    def is_settled(self):
        """Whether it can be saved: everything asked was answered on a page that showed the row as it is, or nothing
        had to be asked. A step is about a text that was read, so with one pressed the page comes first."""
        if self.form.errors:
            return False
        if not self.is_late:
            return all(place.key in self.choices for place in self.merge.places)
        return not (self.asks_first or self.merge.places) and self._only_saves_came_between()

    @property
    def is_merged_unasked(self):
        return self.is_settled and self.is_late

    @cached_property
    def choices(self):
        """What was chosen, by place; what is no choice is none."""
        posted = {place.key: self.form.data.get(f"choose-{place.key}") for place in self.merge.places}
        return {key: choice for key, choice in posted.items() if choice in {THEIRS, MINE, BOTH}}

    @property
    def settled(self):
        """The cleaned data of the form, with what both wrote."""
        content = self.merge.content(self.choices)
        numbers = [tag for tag in content["tags"] if isinstance(tag, int)]
        tags, authors = Tag.objects.in_bulk(numbers), Author.objects.in_bulk(content["authors"])
        new = {tag.name: tag for tag in self.cleaned["tags"] if not tag.pk}
        return {
            **{name: content[name] for name in Content.FIELDS},
            "section": Section.objects.filter(pk=content["section"]).first(),
            "tags": [{**tags, **new}[tag] for tag in content["tags"] if tag in tags or tag in new],
            "bylines": [authors[pk] for pk in content["authors"] if pk in authors],
            "related": [widgets.Link(**{**link, "uuid": UUID(link["uuid"])}) for link in content["related"]],
            "version": self.copy.version,
        }

    @property
    def data(self):
        """Everything as it was typed and chosen, on a page that has now seen the row as it is."""
        data = self.form.data.copy()
        data["version"], data["began"] = self.copy.version, self.beginning.pk if self.beginning else ""
        return data

    def _only_saves_came_between(self):
        """Whether every write since the form was opened was a save: each made one revision and moved the version once.

        A step taken meanwhile is shown first, since saving may take an approval back.
        """
        if self.version is None or self.beginning is None or self.copy.stage not in steps.BEING_WRITTEN:
            return False
        return self.copy.version - self.version == self.copy.latest_revision.number - self.beginning.number > 0

    def _beginning(self, number):
        return self.copy.article.revisions.filter(pk=number).first() if number else None

    # ---- what is said

    @property
    def heading(self):
        if self._only_a_step_came_between:
            return _("A step was taken with this story while you were writing")
        return _("%(who)s saved while you were writing") % {"who": self.who}

    @property
    def sentence(self):
        """That nothing is lost, which text is whose, and what is left to do."""
        facts = {"revision": self.seen.number, "next": self.seen.number + 1}
        if self._only_a_step_came_between:
            return _(
                "Somebody took a step with this story since you opened it; it is now “%(stage)s”. Nothing is lost: "
                "your text is in the form below, and is kept when you save again."
            ) % {"stage": self.copy.get_stage_display()}
        number = len(self.merge.places)
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
    def also(self):
        """What else came between, in sentences."""
        if self.copy.article.withdrawn_at:
            yield _("The story is withdrawn from readers now. Saving your text changes nothing about that.")
        if "_step" in self.form.data:
            yield _(
                "The step you pressed was not taken: it was about an older text. Press it again when you have saved."
            )

    @property
    def put_together(self):
        """What was taken from whom without asking, in a sentence; "" where nothing was."""
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
    def taken(self):
        return self._named(self.merge.taken)

    @property
    def kept(self):
        return self._named(self.merge.kept)

    @property
    def questions(self):
        return [self._question(place) for place in self.merge.places]

    def say_on(self, message):
        """After a save nobody was asked about: whose text is in it too, and where that can be read."""
        facts = {"who": self.who, "revision": self.seen.number, "taken": self.taken}
        said = _("%(who)s had saved revision %(revision)s while you were writing; it is in this one too: %(taken)s.")
        address = compare.address(self.copy.pk, self.beginning.number, self.copy.latest_revision.number)
        message(format_html('{} <a href="{}">{}</a>', said % facts, address, _("See what changed")), messages.INFO)

    # ---- place by place

    def _label(self, spot):
        if spot.kind:
            return str(IN_THE_TEXT[spot.kind] % {"number": spot.number})
        return str(capfirst(self.form.fields[FIELDS.get(spot.name, spot.name)].label))

    def _named(self, spots):
        """The names of places in one line; more than a few are counted."""
        labels = [*dict.fromkeys(map(self._label, spots))]
        if len(labels) <= MOST_NAMED:
            return ", ".join(labels)
        more = len(labels) - MOST_NAMED
        named = ", ".join(labels[:MOST_NAMED])
        return ngettext("%(named)s and %(more)s more place", "%(named)s and %(more)s more places", more) % {
            "named": named,
            "more": more,
        }

    def _question(self, place):
        theirs, mine, notes = self._in_words(place)
        return ConflictChoice(
            key=place.key,
            label=self._label(place.spot),
            theirs=theirs,
            mine=mine,
            notes=notes,
            chosen=self.choices.get(place.key, MINE),
            offers_both=place.offers_both,
        )

    def _in_words(self, place):
        """Both texts of a place as paragraphs with what differs marked, and sentences about what is no word."""
        if place.spot.name == "body":
            sides = [diff.texts(self._part(place, side), self._names) for side in (place.theirs, place.mine)]
        else:
            sides = [
                [diff.Text("p", (), *diff.tokens(text))] if (text := self._as_text(place.spot.name, value)) else []
                for value in (place.theirs, place.mine)
            ]
        blocks = self._matcher.blocks(*sides)
        theirs = [_side(block, diff.REMOVED) for block in blocks if block.op != diff.ADDED]
        mine = [_side(block, diff.ADDED) for block in blocks if block.op != diff.REMOVED]
        return theirs, mine, [note for block in blocks if block.op == "~" for note in block.notes]

    def _part(self, place, blocks):
        known = {link["uuid"]: link for content in (self.mine, self.theirs) for link in content["related"]}
        return {"body": "\n".join(blocks), "related": list(known.values())}

    def _as_text(self, name, value):
        """A value beside the text as people read it."""
        if name == "section":
            return self._names["sections"].get(value, "")
        if name == "language":
            return self._names["languages"].get(value, value)
        if name in {"tags", "authors"}:
            return ", ".join(str(self._names[name].get(one, one)) for one in value)
        if name == "related":
            return diff.link_in_words(value, self._names) if value else ""
        return value

    @cached_property
    def _matcher(self):
        return diff.Matcher()

    @cached_property
    def _names(self):
        return compare.names_of([self.theirs, self.mine])


def not_yours_any_more(story_admin, request):
    """Somebody lost the permission to write while writing: what was typed, to be copied, and saved nowhere.

    Context: `words`, pairs of a label and what was typed.
    """
    fields = story_admin.model._meta.get_field
    words = [(capfirst(fields(name).verbose_name), request.POST.get(name, "").strip()) for name in WORDS]
    context = {
        **story_admin.admin_site.each_context(request),
        "title": _("Not saved"),
        "opts": story_admin.opts,
        "words": [(label, text) for label, text in words if text],
        "text": mark_safe(body.clean(request.POST.get("body", ""))),
    }
    return render(request, "admin/news/workingcopy/not_saved.html", context, status=403)


def _side(block, op):
    shown = diff.one_side(block.pieces, op)
    return format_html(_("READ: {headline}"), headline=shown) if block.kind == "read" else shown


def _typed(cleaned):
    """What was typed, in the shape a revision keeps it; a field that did not validate is left out."""
    typed = {name: value for name, value in cleaned.items() if name in Content.FIELDS}
    if "section" in typed:
        typed["section"] = typed["section"].pk if typed["section"] else None
    if "tags" in cleaned:
        typed["tags"] = [tag.pk or tag.name for tag in cleaned["tags"]]
    if "bylines" in cleaned:
        typed["authors"] = [author.pk for author in cleaned["bylines"]]
    if "related" in cleaned:
        typed["related"] = [{**link.plain(), "target": link.target or None} for link in cleaned["related"]]
    return typed
