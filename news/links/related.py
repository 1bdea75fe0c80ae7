"""Related links: matching a bare headline to the story it names, whichever of the two comes first."""

from dataclasses import dataclass

from news.models import Article, ArticleRelated, WorkingCopyRelated

LISTED = 5


def link_waiting_headlines(article):
    """A story has become public: links that only knew its headline now lead to it.

    Returns nothing; moves no counters. The caller moves those of the stories that link here.
    """
    for Link in (ArticleRelated, WorkingCopyRelated):
        _bare(Link.objects.filter(key=article.headline_key)).exclude(content_object_id=article.pk).update(
            matched_article=article
        )


def copy_matches(copy, article):
    """What a headline was found to name stays found, also when that story is called otherwise by now."""
    for link in copy.related_links.filter(target=None, url="").exclude(matched_article=None):
        article.related_links.filter(uuid=link.uuid, key=link.key).update(matched_article=link.matched_article_id)


def clear_matches(article):
    """A story is taken off the schedule before anybody saw it: headlines that had found it have not."""
    for Link in (ArticleRelated, WorkingCopyRelated):
        Link.objects.filter(matched_article=article).update(matched_article=None)


def matches_of(*owners):
    """Which stories the bare headlines of these rows were found to name: {(uuid, key): story}."""
    return {
        (link.uuid, link.key): link.matched_article_id
        for owner in owners
        for link in owner.related_links.exclude(matched_article=None)
    }


def restore_matches(owner, found):
    """The rows were written anew: what they were found to name they still name."""
    for link in _bare(owner.related_links.all()):
        if story := found.get((link.uuid, link.key)):
            owner.related_links.filter(pk=link.pk).update(matched_article=story)


def resolve_headlines(owner):
    """A row has new links: those that only know a headline look for a story that has it."""
    for link in _bare(owner.related_links.all()):
        if story := article_titled(link.key, by=owner):
            owner.related_links.filter(pk=link.pk).update(matched_article=story)


def article_titled(key, *, by):
    """The story whose headline another one names, or None: one that readers see rather than one they do not."""
    stories = Article.objects.filter(headline_key=key).exclude(pk=by.pk).exclude(live_from=None)
    return stories.live().first() or stories.first()


@dataclass(frozen=True)
class IncomingLinks:
    """The live stories that lead readers to one: how many, and the newest of them by name."""

    count: int
    first: list

    @property
    def more(self):
        return self.count - len(self.first)


def incoming_links(article):
    """Whose readers lose a link when this story goes."""
    stories = Article.objects.live().linking_to(article)
    return IncomingLinks(stories.count(), list(stories.latest_first().defer("body")[:LISTED]))


def _bare(links):
    return links.filter(target=None, matched_article=None, url="").exclude(key="")
