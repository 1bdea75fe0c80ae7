"""Two people saved the same story: what each wrote, place by place, so that nothing of either is lost.

What only one of them changed is taken from that one; where both wrote, both texts are shown and whoever
saves now decides. The other's text stays in the history as a revision whatever happens.
"""

import re
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from news import body, revisions
from news.admin.times import moment
from news.models import Author, Revision, Section, Tag

BLOCKS = re.compile(r"\s*(</?(?:p|h[2-4]|ul|ol|li|blockquote|table|caption|thead|tbody|tr|t[hd]|hr|div|br)\b[^>]*>)\s*")


def same_text(one, other):
    """Whether two bodies say the same: an editor in a browser writes other blanks between blocks."""
    one, other = body.clean(one or ""), body.clean(other or "")
    if "<pre" in one or "<pre" in other:
        return one == other
    return _compact(one) == _compact(other)


@dataclass(frozen=True)
class Place:
    """One place where both wrote."""

    label: str
    theirs: str
    mine: str


class Meeting:
    """A form that began from an older version than the row now has."""

    def __init__(self, form, cleaned):
        self.form, self.copy = form, form.instance
        self.theirs = revisions.snapshot(self.copy)
        self.base = self._base(cleaned.get("began"))
        self.mine = _typed(cleaned)
        self.places, self.taken = [], []
        for name in self.mine:
            self._compare(name)

    @property
    def sentence(self):
        """Who was faster, and that nothing is lost."""
        who, at = self.copy.saved_by, moment(self.copy.saved_at)
        if self.base is not None and self.base == self.theirs:
            return _(
                "Somebody took a step with this story since you opened it; it is now “%(stage)s”. Nothing is lost: "
                "your text is in the form below, and is kept when you save again."
            ) % {"stage": self.copy.get_stage_display()}
        return _(
            "%(who)s saved this story (%(time)s) after you opened it. Nothing is lost: your text is in the form "
            "below. Saving again keeps yours; theirs stays in the history as revision %(revision)s."
        ) % {"who": who, "time": at, "revision": self.copy.newest.number if self.copy.newest else 0}

    @property
    def data(self):
        """The typed data, with what only the other changed, beginning anew from the row as it now is."""
        data = self.form.data.copy()
        for name in self.taken:
            for key, values in self._written(name).items():
                data.setlist(key, values)
        data["version"], data["began"] = self.copy.version, self.copy.newest_id or ""
        return data

    @property
    def taken_labels(self):
        return [self._label(name) for name in self.taken]

    def _compare(self, name):
        mine, theirs = self.mine[name], self.theirs[name]
        if _same(name, mine, theirs):
            return
        if self.base is not None and _same(name, mine, self.base[name]):
            self.taken.append(name)
        elif self.base is None or not _same(name, theirs, self.base[name]):
            self.places.append(Place(self._label(name), _readable(name, theirs), _readable(name, mine)))

    def _base(self, number):
        revision = Revision.objects.filter(pk=number, article=self.copy.pk).first() if number else None
        return revisions.content_of(revision) if revision else None

    def _field(self, name):
        return {"authors": "bylines"}.get(name, name)

    def _label(self, name):
        return capfirst(self.form.fields[self._field(name)].label)

    def _written(self, name):
        field = self._field(name)
        if field in {"tags", "bylines", "related"}:
            return self.form.fields[field].widget.written(field, self.theirs[name])
        return {field: ["" if self.theirs[name] is None else str(self.theirs[name])]}


def _compact(html):
    return re.sub(r"\s+", " ", BLOCKS.sub(r"\1", html))


def _typed(cleaned):
    """What was typed, in the shape a revision keeps it; a field that did not validate is left out."""
    typed = {name: value for name, value in cleaned.items() if name in revisions.Content.FIELDS}
    if "section" in typed:
        typed["section"] = typed["section"].pk if typed["section"] else None
    if "tags" in cleaned:
        typed["tags"] = sorted((tag.pk or tag.name for tag in cleaned["tags"]), key=str)
    if "bylines" in cleaned:
        typed["authors"] = [author.pk for author in cleaned["bylines"]]
    if "related" in cleaned:
        typed["related"] = [link.plain() for link in cleaned["related"]]
    return typed


def _same(name, one, other):
    if name == "body":
        return same_text(one, other)
    if name == "tags":
        return set(one) == set(other)
    if name == "related":
        return [_link(link) for link in one] == [_link(link) for link in other]
    return one == other


def _link(link):
    return {key: str(value or "") for key, value in link.items()}


def _readable(name, value):
    """A value as people read it, for showing beside the other."""
    if name == "body":
        spaced = re.sub(r"</(?:p|h[2-4]|li|tr|blockquote|pre)>", "\n\n", body.TOKEN.sub("<p>READ …</p>", value or ""))
        return "\n\n".join(filter(None, (body.plain_text(part) for part in spaced.split("\n\n"))))
    if name == "section":
        return str(Section.objects.filter(pk=value).first() or "")
    if name == "tags":
        known = Tag.objects.in_bulk([pk for pk in value if isinstance(pk, int)])
        return ", ".join(str(known.get(tag, tag)) for tag in value)
    if name == "authors":
        known = Author.objects.in_bulk(value)
        return ", ".join(str(known.get(pk, "")) for pk in value)
    if name == "related":
        return "\n".join(link["label"] or link["url"] for link in value)
    return str(value or "")
