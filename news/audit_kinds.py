"""What the newsroom records about articles and about the names on pages; and who verifies the articles."""

from django.utils.translation import gettext_lazy as _

from news.editorial import steps
from news.editorial.verify_articles import ArticleVerifier
from news.models import Article, Author, Section, Tag
from portal.audit import kinds, verify

kinds.register_subjects({"article": Article, "section": Section, "tag": Tag, "author": Author})
verify.register(ArticleVerifier)

# Whole sentences; Polish has them without gendered past forms ("zapisuje wersję").
kinds.register(
    "article",
    sentences={
        **{rule.audit_kind: rule.audit_sentence for rule in steps.RULES.values() if rule.audit_kind},
        steps.SAVED: _("{who} saved revision {revision}"),
        steps.WENT_LIVE: _("Revision {revision} appeared on the site, as {scheduled_by} had scheduled it"),
        steps.UPDATE_HELD: _("Revision {revision}, due {due}, did not go out"),
        steps.NAME_CHANGED: _("{who} renamed “{before}” to “{after}”, which this story shows"),
        steps.PREVIEW_LINK_CREATED: _("{who} made a preview link to the newest text, until {until}"),
        steps.PREVIEW_LINK_REVOKED: _("{who} revoked the preview link that worked until {until}"),
    },
)
kinds.register(
    "section",
    sentences={
        "section.added": _("{who} added the section “{name}”"),
        "section.renamed": _("{who} renamed the section “{before}” to “{after}”"),
        "section.changed": _("{who} changed the section “{name}”"),
    },
)
kinds.register(
    "tag",
    sentences={
        "tag.added": _("{who} added the tag “{name}”"),
        "tag.renamed": _("{who} renamed the tag “{before}” to “{after}”"),
        "tag.changed": _("{who} changed the tag “{name}”"),
        "tag.aliases_changed": _("{who} changed the aliases of the tag “{name}”"),
    },
)
kinds.register(
    "author",
    sentences={
        "author.added": _("{who} added the author “{name}”"),
        "author.renamed": _("{who} renamed the author “{before}” to “{after}”"),
        "author.changed": _("{who} changed the author “{name}”"),
    },
)
kinds.register("site", sentences={"vocabulary.imported": _("{who} imported tags from {source}: {made}")})
