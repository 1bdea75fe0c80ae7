"""What the newsroom records about articles and about the names on pages; and who verifies the articles."""

from django.utils.translation import gettext_lazy as _

from news.editorial.verify_articles import ArticleVerifier
from news.models import Article, Author, Section, Tag
from portal.audit import kinds, verify

# Of what happens outside the steps; the kinds of steps stand in news/editorial/steps.py.
SAVED = "article.saved"
WENT_LIVE = "article.went_live"
UPDATE_HELD = "article.update_held"
NAME_CHANGED = "article.name_changed"
PREVIEW_LINK_CREATED = "preview_link.created"
PREVIEW_LINK_REVOKED = "preview_link.revoked"

kinds.register_subjects({"article": Article, "section": Section, "tag": Tag, "author": Author})
verify.register(ArticleVerifier)

# Whole sentences; Polish has them without gendered past forms ("zapisuje wersję").
kinds.register(
    "article",
    sentences={
        SAVED: _("{who} saved revision {revision}"),
        "article.submitted": _("{who} submitted revision {revision} for review"),
        "article.returned": _("{who} asked for changes"),
        "article.approved": _("{who} approved revision {revision}"),
        "article.published": _("{who} published revision {revision}"),
        "article.imported": _("{who} published revision {revision}; no second reader saw it"),
        "article.typo_fixed": _("{who} published a small fix alone, revision {revision}"),
        "article.published_unreviewed": _("{who} published revision {revision} alone, in an emergency"),
        "article.reviewed_after_publication": _("{who} read revision {revision}, which one person alone had published"),
        "article.withdrawn": _("{who} withdrew it from readers"),
        "article.restored": _("{who} showed it to readers again"),
        "article.reopened": _("{who} took it up again"),
        "article.assigned": _("{who} put {to} in charge"),
        "article.discarded": _("{who} discarded revision {discarded} and went back to what readers saw last"),
        "article.scheduled": _("{who} scheduled revision {revision} for {due}"),
        "article.unscheduled": _("{who} took revision {revision} off the schedule"),
        WENT_LIVE: _("Revision {revision} appeared on the site, as {scheduled_by} had scheduled it"),
        UPDATE_HELD: _("Revision {revision}, due {due}, did not go out"),
        "article.expiry_set": _("{who} set its end for readers: {until}"),
        "article.expiry_cleared": _("{who} cleared its end; readers keep it"),
        NAME_CHANGED: _("{who} renamed “{before}” to “{after}”, which this story shows"),
        PREVIEW_LINK_CREATED: _("{who} made a preview link to the newest text, until {until}"),
        PREVIEW_LINK_REVOKED: _("{who} revoked the preview link that worked until {until}"),
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
kinds.register("site", sentences={"vocabulary.imported": _("{who} imported {made} tags from {source}")})
