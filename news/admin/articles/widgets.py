"""The editor's fields for rows beside the text: tags, bylines and related links.

Not formsets: a row is known by what it is about (a tag, an author, a link's uuid), never by a primary
key in the form, so what somebody typed survives a save by another, and without JavaScript too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from news.admin.articles import status_badges
from news.content.fields import LINK_PARTS
from news.models import Article, Author, RelatedLink, Tag, WorkingCopyRelated
from news.taxonomy.tags import find
from portal.http.numbers import plain_number
from portal.http.request_guard import without_nul
from portal.text.folding import fold, slugify

is_address = URLValidator(schemes=["http", "https"])


@dataclass
class Selection:
    """Rows chosen by number, and names typed in: separated by commas or semicolons, never by blanks."""

    chosen: list[Any]
    typed: list[str] = field(default_factory=list)

    @classmethod
    def among(cls, data, name) -> Selection:
        typed = without_nul(";".join(data.getlist(f"{name}-add"))).replace(",", ";").split(";")
        return cls(data.getlist(name), [" ".join(part.split()) for part in typed if part.strip()])

    @property
    def numbers(self) -> list[int]:
        return list(dict.fromkeys(filter(None, map(plain_number, self.chosen))))


class PickWidget(forms.Widget):
    """Chips as check boxes, and a field to add more; scripts only make it quicker."""

    template_name = "admin/news/widgets/pick.html"
    url_name = placeholder = ""
    is_ordered = may_add = False

    def value_from_datadict(self, data, files, name) -> Any:
        return Selection.among(data, name)

    def value_omitted_from_data(self, data, files, name) -> bool:
        return False

    def get_context(self, name, value, attrs) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        value = value if isinstance(value, Selection) else Selection([row.pk for row in value or []])
        rows = self.Row.objects.in_bulk(value.numbers)
        context["widget"] |= {
            "rows": [rows[number] for number in value.numbers if number in rows],
            "typed": "; ".join(value.typed),
            "url": reverse(self.url_name),
            "placeholder": self.placeholder,
            "is_ordered": self.is_ordered,
            "may_add": self.may_add,
        }
        return context


class TagsWidget(PickWidget):
    Row = Tag
    url_name = "admin:news_lookup_tags"
    placeholder = gettext_lazy("Add a tag: WCO, 8471, Viet Nam…")


class BylinesWidget(PickWidget):
    Row = Author
    url_name = "admin:news_lookup_authors"
    placeholder = gettext_lazy("Add an author")
    is_ordered = True


class PickField(forms.Field):
    def clean(self, value) -> list[Any]:
        """The rows in their order, each once; for a name without a row, whatever `unknown` makes of it."""
        rows = self.widget.Row.objects.in_bulk(value.numbers)
        found = [rows[number] for number in value.numbers if number in rows]
        found += [self.find(name) or self.unknown(name) for name in value.typed]
        return list({fold(row.name): row for row in reversed(found)}.values())[::-1]

    def has_changed(self, initial, data) -> bool:
        return bool(data.typed) or data.numbers != [row.pk for row in initial or []]


class TagsField(PickField):
    """Tags; a name nobody knows becomes a new topic when the widget says `may_add`."""

    widget = TagsWidget

    def find(self, name) -> Any:
        return find(name)

    def unknown(self, name) -> Any:
        if not self.widget.may_add:
            raise ValidationError(_("There is no tag “%(name)s”. Choose one from the list.") % {"name": name})
        longest = Tag._meta.get_field("name").max_length
        if len(name) > longest or not slugify(name):
            raise ValidationError(_("“%(name)s” cannot be the name of a tag.") % {"name": name[:longest]})
        return Tag(name=name)


class BylinesField(PickField):
    widget = BylinesWidget

    def find(self, name) -> Any:
        return Author.objects.filter(key=fold(name)).first()

    def unknown(self, name) -> Any:
        raise ValidationError(_("There is no author “%(name)s”. Add the author first.") % {"name": name})


@dataclass
class Link:
    """One related link as typed: a story, a page elsewhere, or a headline that is not here yet."""

    uuid: UUID
    target: str | int | None = ""
    label: str = ""
    url: str = ""
    placement: str = RelatedLink.Placement.END
    story: Article | None = None

    PARTS: ClassVar[tuple[str, ...]] = tuple(LINK_PARTS)

    @classmethod
    def of(cls, row: RelatedLink) -> Link:
        return cls(row.uuid, row.target_id, row.label, row.url, row.placement)

    def __str__(self) -> str:
        return self.title

    @property
    def is_blank(self) -> bool:
        return not (self.target or self.label.strip() or self.url.strip())

    @property
    def uuid_text(self) -> str:
        return str(self.uuid)

    @property
    def stored_as(self) -> tuple[UUID, str]:
        """What tells that a stored row is this very link and not another that took its place."""
        return self.uuid, fold(self.label)

    @property
    def title(self) -> str:
        if self.label or not self.story:
            return self.label or self.url
        return self.story.headline or self.story.working_copy.headline

    @property
    def is_unresolved(self) -> bool:
        return not (self.story or self.url)

    @property
    def state(self) -> str:
        """What readers see of its story, the page elsewhere, or that it leads nowhere yet."""
        if self.story:
            return format_html("{} {}", status_badges.readers_see(self.story), self.called_now)
        if self.url or not self.title:
            return self.url
        return format_html('<span class="nr-warnmark">{}</span>', _("Not on the site yet"))

    @property
    def called_now(self) -> str:
        """The headline of the story a bare one was found to name, where it has another by now."""
        headline = self.story.headline if self.story and not self.target else ""
        return headline if fold(headline) != fold(self.label) else ""

    def plain(self) -> dict[str, Any]:
        """Comparable with what a revision keeps."""
        return {"uuid": str(self.uuid), **{part: getattr(self, part) or "" for part in self.PARTS}}


class RelatedWidget(forms.Widget):
    """The links in their order. Each row's inputs carry its uuid, `<name>-row` keeps the order."""

    template_name = "admin/news/widgets/related.html"
    own = None  # the story being written, which never links to itself

    def value_from_datadict(self, data, files, name) -> Any:
        removed = set(data.getlist(f"{name}-remove"))
        rows = {as_uuid(row): row for row in reversed(data.getlist(f"{name}-row")) if row not in removed}
        links = [
            Link(uuid, **{part: without_nul(data.get(f"{name}-{row}-{part}", "")) for part in Link.PARTS})
            for uuid, row in reversed(rows.items())
            if uuid
        ]
        return [link for link in links if not link.is_blank]

    def value_omitted_from_data(self, data, files, name) -> bool:
        return False

    def get_context(self, name, value, attrs) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        context["widget"] |= {
            "links": with_stories(value or [], self.own),
            "blank": Link(uuid4()),
            "placements": RelatedLink.Placement.choices,
            "url": reverse("admin:news_lookup_stories"),
            "own": self.own or "",
        }
        return context


class RelatedField(forms.Field):
    widget = RelatedWidget

    def clean(self, value) -> list[Any]:
        numbers = {plain_number(link.target) for link in value} - {None}
        stories = Article.objects.select_related("working_copy").in_bulk(numbers)
        return [self._clean(link, stories) for link in value]

    def _clean(self, link, stories):
        link.label, link.url = " ".join(link.label.split()), link.url.strip()
        for part in ("label", "url"):
            if len(getattr(link, part)) > WorkingCopyRelated._meta.get_field(part).max_length:
                raise ValidationError(_("“%(link)s…” is too long for a link.") % {"link": getattr(link, part)[:60]})
        if link.placement not in RelatedLink.Placement.values:
            link.placement = RelatedLink.Placement.END
        if link.target:
            link.story = stories.get(plain_number(link.target))
            if link.story is None or link.story.pk == self.widget.own:
                raise ValidationError(_("“%(link)s” is not a story this one can link to.") % {"link": link.title})
            link.target, link.url, link.label = link.story.pk, "", link.label or link.title
        else:
            link.target = None
        if link.url:
            try:
                is_address(link.url)
            except ValidationError:
                raise ValidationError(
                    _("“%(url)s” is not an address of a page; it begins with https://.") % {"url": link.url}
                ) from None
        return link

    def has_changed(self, initial, data) -> bool:
        return [link.plain() for link in initial or []] != [
            link.plain() | {"target": plain_number(link.target) or ""} for link in data
        ]


def as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def with_stories(links: list[Link], own: int | None = None) -> list[Link]:
    """Say of each link which story it leads to, as readers will find it: chosen by an editor, or by its headline."""
    numbers = {plain_number(link.target) for link in links} - {None}
    chosen = Article.objects.select_related("working_copy").defer("body", "working_copy__body").in_bulk(numbers)
    bare = [link for link in links if not link.target and not link.url]
    kept = _found_for(own) if bare else {}
    called = _called([link.label for link in bare if link.stored_as not in kept], own)
    for link in links:
        if link.target:
            link.story = chosen.get(plain_number(link.target))
        elif not link.url:
            link.story = kept.get(link.stored_as, called.get(fold(link.label)))
    return links


def _found_for(own):
    """What the story's bare headlines lead to, or None, as stored: the checklist and readers go by it too."""
    rows = WorkingCopyRelated.objects.filter(content_object=own, target=None, url="")
    rows = rows.select_related("matched_article__working_copy").defer(
        "matched_article__body", "matched_article__working_copy__body"
    )
    return {(row.uuid, row.key): row.matched_article for row in rows}


def _called(headlines, own):
    """The stories of these headlines, for links not saved yet; chosen as `related.resolve_headlines` will."""
    keys = {fold(headline) for headline in headlines} - {""}
    known = Article.objects.filter(headline_key__in=keys).exclude(live_from=None).exclude(pk=own).defer("body")
    first_comes_last = sorted(known, key=lambda story: (story.is_live(), -story.pk))
    return {story.headline_key: story for story in first_comes_last}
