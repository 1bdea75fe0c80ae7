"""What stands in the way of publication, and what deserves a second look, each as a whole sentence."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from news import body

LONG_HEADLINE = 110  # search engines cut headlines beyond this (Google's former NewsArticle limit)


@dataclass(frozen=True)
class Point:
    """One thing to mend: the sentence, the form field that mends it, and whether it blocks publication."""

    sentence: str
    field: str
    blocks: bool = False


def points(copy):
    """Everything to fix (blocking first) or to look at before this working copy is published."""
    return [*_blocking(copy), *_warnings(copy)]


def blocking(copy):
    """The sentences that keep it from being approved or published; none when the way is clear."""
    return [point.sentence for point in _blocking(copy)]


def _blocking(copy):
    if not copy.headline.strip():
        yield Point(_("The story has no headline."), "headline", blocks=True)
    if not body.plain_text(copy.body):
        yield Point(_("The story has no text."), "body", blocks=True)
    if not copy.language:
        yield Point(_("Choose the language the story is written in."), "language", blocks=True)
    if copy.section_id is None:
        yield Point(_("Choose a section."), "section", blocks=True)


def _warnings(copy):
    if not copy.standfirst.strip():
        yield Point(_("No standfirst: lists will show the first sentence."), "standfirst")
    if len(copy.headline) > LONG_HEADLINE:
        yield Point(
            _("The headline has %(length)s characters; search engines cut it after %(limit)s.")
            % {"length": len(copy.headline), "limit": LONG_HEADLINE},
            "headline",
        )
    if not copy.source.strip():
        yield Point(_("No source is named."), "source")
    if copy.pk is None:
        return
    if not copy.tag_rows.exists():
        yield Point(_("No tags: readers will not find it by topic."), "tags")
    yield from _link_warnings(copy)


def _link_warnings(copy):
    links = list(copy.related_links.select_related("target", "found"))
    placed = set(body.tokens(copy.body))
    for link in links:
        if link.is_unresolved:
            yield Point(
                _("“%(headline)s” is not on the site yet; readers will not see this link.") % {"headline": link},
                "related",
            )
        elif link.story and not link.story.is_live():
            yield Point(
                _("“%(headline)s” is not live; readers will not see this link.") % {"headline": link}, "related"
            )
        if link.placement == link.Placement.INLINE and link.uuid not in placed:
            yield Point(_("The link “%(headline)s” has no place in the text.") % {"headline": link}, "related")
    if placed - {link.uuid for link in links}:
        yield Point(_("A READ line in the text has no link behind it; remove it or add the link again."), "body")
