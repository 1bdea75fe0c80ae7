"""Related links: matching a bare headline to the story it names, whichever of the two comes first."""

from news.models import Article, ArticleRelated, WorkingCopyRelated


def match(article):
    """A story has become public: links that only knew its headline now lead to it.

    Returns nothing; moves no counters. The caller moves those of the stories that link here.
    """
    for Link in (ArticleRelated, WorkingCopyRelated):
        _bare(Link.objects.filter(key=article.headline_key)).exclude(content_object_id=article.pk).update(found=article)


def look_up(owner):
    """A row has new links: those that only know a headline look for a story that has it."""
    for link in _bare(owner.related_links.all()):
        story = Article.objects.filter(headline_key=link.key).exclude(pk=owner.pk).exclude(live_from=None).first()
        if story:
            owner.related_links.filter(pk=link.pk).update(found=story)


def _bare(links):
    return links.filter(target=None, found=None, url="").exclude(key="")
