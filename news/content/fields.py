"""The kinds of fields a story's content has: how each is read from a row, written to one, and which rows it names.

Their values are plain, as a revision's JSON holds them: text for words and codes, a primary key or None for a
reference, a list of primary keys or of links for rows. Knows no model: rows are named "app.Model".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.apps import apps
from django.db.models import Manager, Model

from news import body

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from news.models import Article, WorkingCopy

    Owner = Article | WorkingCopy

ContentData = dict[str, Any]  # a whole content: the plain value of every field, by its name
Row = dict[str, Any]  # the columns of one row


class Panel(StrEnum):
    """Where on the editor's form a field stands."""

    TEXT = "text"
    PLACE = "place"
    TAGS = "tags"
    BYLINES = "bylines"
    LINKS = "links"
    SEARCH = "search"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of the content. Never change a name or a default: stored revisions are read by them."""

    name: str
    label: str | _StrPromise
    panel: Panel
    form_name: str = ""  # what the form calls it, where that is not its name
    shares_line: bool = False  # on the form it stands beside the field before it
    model: str = ""  # the rows it names, as "app.Model"

    @property
    def default(self) -> Any:
        """What a revision says that does not name the field, and what a blank story has."""
        return ""

    @property
    def on_form(self) -> str:
        return self.form_name or self.name

    @property
    def rows_named(self) -> type[Model]:
        return apps.get_model(self.model)

    def plain(self, value: Any) -> Any:
        """The plain value of what code hands over, rows or their primary keys."""
        return value

    def stored(self, value: Any) -> Any:
        """What the JSON of a revision says, without what goes without saying."""
        return value

    def loaded(self, value: Any) -> Any:
        """The whole value of what the JSON of a revision says."""
        return value

    def unknown(self, value: Any) -> set[str]:
        """What the JSON of a revision says inside this field and nobody here knows."""
        return set()

    def read(self, owner: Owner) -> Any:
        """The plain value of this field of an article or a working copy; each kind of field says how."""
        raise NotImplementedError

    def references(self, value: Any) -> set[int]:
        """The primary keys a value names, without the names of rows that are still to be made."""
        return set()

    def without(self, value: Any, missing: set[int]) -> Any:
        """The value, and nothing in it of rows that are there no more."""
        return value


@dataclass(frozen=True, kw_only=True)
class Column(Field):
    """A field with a column of its own name."""

    @property
    def attname(self) -> str:
        return self.name

    def read(self, owner: Owner) -> Any:
        return getattr(owner, self.attname)

    def assign(self, owner: Owner, value: Any) -> None:
        """Set the column. Saves nothing."""
        setattr(owner, self.attname, value)


@dataclass(frozen=True, kw_only=True)
class Text(Column):
    """Words without markup."""

    # Words readers see as the story's own: a typo fix may touch them, spelling is looked at, an approver's are counted.
    is_story: bool = False
    # The block it is compared as, above the text ("h2", "p"); "" where it is compared beside the text.
    compared_as: str = ""


@dataclass(frozen=True, kw_only=True)
class RichText(Column):
    """The body: clean HTML with a token for each READ line. Compared and merged block by block."""

    def read(self, owner: Owner) -> str:
        return body.clean(str(getattr(owner, self.attname)))


@dataclass(frozen=True, kw_only=True)
class Code(Column):
    """A short text that is one thing, an address or a language. Compared and merged whole."""

    choices: Callable[[], Iterable[tuple[str, str | _StrPromise]]] = tuple  # what its values are called
    default_code: str = ""

    @property
    def default(self) -> str:
        return self.default_code


@dataclass(frozen=True, kw_only=True)
class Reference(Column):
    """The row a foreign key leads to."""

    @property
    def default(self) -> None:
        return None

    @property
    def attname(self) -> str:
        return f"{self.name}_id"

    def plain(self, value: Any) -> Any:
        return primary_key(value)

    def references(self, value: Any) -> set[int]:
        return {value} - {None}

    def without(self, value: Any, missing: set[int]) -> Any:
        return None if value in missing else value


@dataclass(frozen=True, kw_only=True)
class Rows(Field):
    """A field whose value is rows beside the story. `accessor` is the related manager of its owner."""

    accessor: str

    @property
    def default(self) -> list[Any]:
        return []

    @property
    def key_column(self) -> str:
        """The column by which a row is known again."""
        raise NotImplementedError

    def rows_of(self, owner: Owner) -> Manager[Any]:
        manager: Manager[Any] = getattr(owner, self.accessor)
        return manager

    def columns(self, value: Any) -> list[Row]:
        """The columns of every row, in order."""
        raise NotImplementedError

    def write(self, owner: Owner, value: Any) -> None:
        """Make the owner's rows say exactly this. Rows that do already are left alone."""
        rows = self.rows_of(owner)
        stored = {getattr(row, self.key_column): row for row in rows.order_by("pk")}
        wanted = {columns[self.key_column]: columns for columns in self.columns(value)}
        if gone := [row.pk for key, row in stored.items() if key not in wanted]:
            rows.filter(pk__in=gone).delete()
        for key, columns in wanted.items():
            if key in stored:
                self._update(stored[key], columns)
        new = [columns for key, columns in wanted.items() if key not in stored]
        rows.model._default_manager.bulk_create(rows.model(content_object=owner, **columns) for columns in new)

    def _update(self, row: Any, columns: Row) -> None:
        if changed := {name for name, value in columns.items() if getattr(row, name) != value}:
            for name in changed:
                setattr(row, name, columns[name])
            self.before_update(row, changed)
            row.save()

    def before_update(self, row: Any, changed: set[str]) -> None:
        """Set what follows from a change of these columns."""


@dataclass(frozen=True, kw_only=True)
class References(Rows):
    """Rows of another model, in no order of their own. `column` is the foreign key of a row, "tag"."""

    column: str

    @property
    def key_column(self) -> str:
        return f"{self.column}_id"

    def plain(self, value: Any) -> list[Any]:
        return sorted({primary_key(row) for row in value})

    def read(self, owner: Owner) -> list[int]:
        return sorted(self.rows_of(owner).values_list(self.key_column, flat=True))

    def columns(self, value: Any) -> list[Row]:
        return [{self.key_column: pk} for pk in value]

    def references(self, value: Any) -> set[int]:
        return {pk for pk in value if isinstance(pk, int)}

    def without(self, value: Any, missing: set[int]) -> list[int]:
        return [pk for pk in value if pk not in missing]


@dataclass(frozen=True, kw_only=True)
class OrderedReferences(References):
    """Rows of another model, in the order of their `position`."""

    def plain(self, value: Any) -> list[Any]:
        return list(dict.fromkeys(map(primary_key, value)))

    def read(self, owner: Owner) -> list[int]:
        return list(self.rows_of(owner).order_by("position", "pk").values_list(self.key_column, flat=True))

    def columns(self, value: Any) -> list[Row]:
        return [{self.key_column: pk, "position": position} for position, pk in enumerate(value)]


# The parts of a link beside its uuid, and what each is where a revision does not say.
LINK_PARTS: Mapping[str, Any] = {"target": None, "label": "", "url": "", "placement": "end"}


@dataclass(frozen=True, kw_only=True)
class Links(Rows):
    """Related links: dicts of `uuid` (as text), `target` (primary key or None) and the other parts."""

    @property
    def key_column(self) -> str:
        return "uuid"

    def plain(self, value: Any) -> list[Row]:
        links = [{**LINK_PARTS, **link} for link in value]
        return [
            {**link, "uuid": str(link.get("uuid") or uuid4()), "target": primary_key(link["target"])} for link in links
        ]

    def stored(self, value: Any) -> list[Row]:
        return [
            {part: said for part, said in link.items() if part not in LINK_PARTS or said != LINK_PARTS[part]}
            for link in value
        ]

    def loaded(self, value: Any) -> list[Row]:
        return [
            {"uuid": link["uuid"], **{part: link.get(part, default) for part, default in LINK_PARTS.items()}}
            for link in value
        ]

    def unknown(self, value: Any) -> set[str]:
        return {f"{self.name}.{part}" for link in value for part in link if part not in {"uuid", *LINK_PARTS}}

    def read(self, owner: Owner) -> list[Row]:
        links = self.rows_of(owner).order_by("position", "pk")
        return [
            {
                "uuid": str(link.uuid),
                "target": link.target_id,
                **{part: getattr(link, part) for part in LINK_PARTS if part != "target"},
            }
            for link in links
        ]

    def columns(self, value: Any) -> list[Row]:
        return [
            {"position": position, **link_columns(link), "uuid": UUID(link["uuid"])}
            for position, link in enumerate(value)
        ]

    def before_update(self, row: Any, changed: set[str]) -> None:
        """What is another link now has to be matched again; `finish_save` looks for it."""
        if changed & {"label", "target_id", "url"}:
            row.matched_article = None

    def references(self, value: Any) -> set[int]:
        return {link["target"] for link in value} - {None}

    def without(self, value: Any, missing: set[int]) -> list[Row]:
        return [{**link, "target": None if link["target"] in missing else link["target"]} for link in value]


def link_columns(link: Row) -> Row:
    """The columns of RelatedLink that say what a link says, without its uuid."""
    return {"target_id" if part == "target" else part: link[part] for part in LINK_PARTS}


def primary_key(value: Any) -> Any:
    """The primary key of a row; what is one already stays."""
    return value.pk if isinstance(value, Model) else value
