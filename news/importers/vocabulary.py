"""Import sections and tags from two CSV files: create what is missing, leave alone what exists.

`sections.csv` has the columns slug,en,pl in the order of the masthead; `tags.csv` kind,slug,en,pl,aliases with "|"
between aliases. A row is skipped as a whole if its slug or one of its names is in use, so that an editor's renaming is
never undone; so is an alias that is another tag's name. Each new section is an audit event of its own, because readers
see it at once; the new tags of a file share one.
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
    """Create the sections or tags of a file that are missing. Returns their number; raises Unreadable if malformed."""
    rows = list(_rows(path))
    log.lock()  # or two imports at once would both create what is missing
    return _make_sections(rows, by) if path.name == SECTIONS else _make_tags(rows, by, path.name)


def _make_sections(rows, by) -> int:
    names_in_use = {value for pair in Section.objects.values_list("slug", "name") for value in pair}
    count = 0
    for position, (line, row) in enumerate(rows, start=1):
        if not names_in_use.isdisjoint((row["slug"], row["en"])):
            continue
        section = Section(slug=row["slug"], name=row["en"], names=_other_names(row), position=position)
        _save(section, line)
        renaming.record_addition(section, by=by)
        names_in_use |= {section.slug, section.name}
        count += 1
    return count


def _make_tags(rows, by, source) -> int:
    _refuse_names_given_twice(rows)
    slugs = set(Tag.objects.values_list("slug", flat=True))
    new_tags = []
    for line, row in rows:
        if row["slug"] not in slugs and not any(map(tags.find, _names(row))):
            tag = Tag(kind=row["kind"], slug=row["slug"], name=row["en"], names=_other_names(row))
            _save(tag, line)
            slugs.add(tag.slug)
            new_tags.append((tag, line, row))
    for tag, line, row in new_tags:  # after all names, so that no alias occupies the name of another tag
        for name in row["aliases"].split("|"):
            if fold(name) and not tags.find(name):
                _save(TagAlias(tag=tag, name=name.strip()), line)
    if new_tags:
        renaming.record_import([tag for tag, _line, _row in new_tags], by=by, source=source)
    return len(new_tags)


def _refuse_names_given_twice(rows):
    """Refuse a file in which two tags share a name, whatever tags exist already."""
    names = {}
    for line, row in rows:
        for name in _names(row):
            if names.setdefault(fold(name), row) is not row:
                reason = _("Another line has the name “%(name)s” already.") % {"name": name}
                raise Unreadable(_("Line %(line)d: %(reason)s") % {"line": line, "reason": reason})


def _names(row) -> list[str]:
    return [name for name in (row["en"], row["pl"]) if fold(name)]


def _save(row, line: int):
    """Save a row whose values fit their columns, or raise Unreadable with the line that does not."""
    try:
        row.clean_fields(exclude=["key", "keys"])  # computed from the names when saved
        for name in getattr(row, "names", {}).values():
            row._meta.get_field("name").clean(name, row)
    except ValidationError as error:
        raise Unreadable(_("Line %(line)d: %(reason)s") % {"line": line, "reason": " ".join(error.messages)}) from None
    row.save()


def _other_names(row) -> dict[str, str]:
    return {"pl": row["pl"]} if row["pl"] not in ("", row["en"]) else {}


def _rows(path: Path):
    """Yield (line, values by column) for each row, or raise Unreadable with the line that is wrong."""
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
