"""Brings in sections and tags from two CSV files: what is missing is made, what is there is left alone.

`sections.csv` has slug,en,pl in the order of the masthead; `tags.csv` kind,slug,en,pl,aliases with
aliases parted by "|". A row whose address or name (in any language) the newsroom already has is passed
over whole, so that a name an editor changed stays changed, whichever way it was changed; so is an alias
that is another tag's name. Each new section is an event, as it shows at once; the new tags of a file are one.
"""

import csv
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from news.importers.seed_format import Unreadable
from news.models import Section, Tag, TagAlias
from news.taxonomy import renaming, tags
from portal.audit import log
from portal.text.folding import fold

SECTIONS, TAGS = "sections.csv", "tags.csv"
COLUMNS = {SECTIONS: ("slug", "en", "pl"), TAGS: ("kind", "slug", "en", "pl", "aliases")}


@transaction.atomic
def load(path: Path, *, by) -> int:
    """Make the sections or tags a file names and we lack; return how many. Unreadable when it is malformed."""
    rows = list(_rows(path))
    log.lock()  # two imports at once would each find the same ones missing
    return _make_sections(rows, by) if path.name == SECTIONS else _make_tags(rows, by, path.name)


def _make_sections(rows, by) -> int:
    taken = {value for pair in Section.objects.values_list("slug", "name") for value in pair}
    made = 0
    for position, (line, row) in enumerate(rows, start=1):
        if not taken.isdisjoint((row["slug"], row["en"])):
            continue
        section = Section(slug=row["slug"], name=row["en"], names=_other_names(row), position=position)
        _save(section, line)
        renaming.record_addition(section, by=by)
        taken |= {section.slug, section.name}
        made += 1
    return made


def _make_tags(rows, by, source) -> int:
    _refuse_names_given_twice(rows)
    slugs = set(Tag.objects.values_list("slug", flat=True))
    made = []
    for line, row in rows:
        if row["slug"] not in slugs and not any(map(tags.find, _names(row))):
            tag = Tag(kind=row["kind"], slug=row["slug"], name=row["en"], names=_other_names(row))
            _save(tag, line)
            slugs.add(tag.slug)
            made.append((tag, line, row))
    for tag, line, row in made:  # names before aliases: an abbreviation never takes another tag's own name
        for name in row["aliases"].split("|"):
            if fold(name) and not tags.find(name):
                _save(TagAlias(tag=tag, name=name.strip()), line)
    if made:
        renaming.record_import([tag for tag, _line, _row in made], by=by, source=source)
    return len(made)


def _refuse_names_given_twice(rows):
    """Two tags of one file that share a name are a mistake in it, whatever the newsroom already has."""
    names = {}
    for line, row in rows:
        for name in _names(row):
            if names.setdefault(fold(name), row) is not row:
                reason = _("Another line has the name “%(name)s” already.") % {"name": name}
                raise Unreadable(_("Line %(line)d: %(reason)s") % {"line": line, "reason": reason})


def _names(row) -> list[str]:
    return [name for name in (row["en"], row["pl"]) if fold(name)]


def _save(row, line: int):
    """Store a row whose values fit their columns, or say which line does not."""
    try:
        row.clean_fields(exclude=["key", "keys"])  # folded from the names on the way in
        for name in getattr(row, "names", {}).values():
            row._meta.get_field("name").clean(name, row)
    except ValidationError as error:
        raise Unreadable(_("Line %(line)d: %(reason)s") % {"line": line, "reason": " ".join(error.messages)}) from None
    row.save()


def _other_names(row) -> dict[str, str]:
    return {"pl": row["pl"]} if row["pl"] not in ("", row["en"]) else {}


def _rows(path: Path):
    """The rows as (line, values by column), or Unreadable with the line that is wrong."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable(_("The file is not UTF-8.")) from None
    columns = COLUMNS[path.name]
    reader = csv.DictReader(text.splitlines())
    try:
        if tuple(reader.fieldnames or ()) != columns:
            raise Unreadable(_("The first line must be: %(columns)s") % {"columns": ",".join(columns)})
        for row in reader:
            if None in row or None in row.values():
                raise Unreadable(
                    _("Line %(line)d does not fit the columns %(columns)s.")
                    % {"line": reader.line_num, "columns": ",".join(columns)}
                )
            yield reader.line_num, {name: value.strip() for name, value in row.items()}
    except csv.Error as error:
        raise Unreadable(_("Line %(line)d: %(reason)s") % {"line": reader.line_num, "reason": error}) from None
