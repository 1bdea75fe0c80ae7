"""The context of the templates that show an article or a preview of one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext as _

from news import body
from news.editorial.preview import PreviewArticle
from news.models import Article, ArticleRelated, RelatedLink

WORDS_A_MINUTE = 220


def reading_context(article: Article | PreviewArticle, at: datetime) -> dict[str, Any]:
    """Return the context of an article's templates.

    `article`, `text` (the body as readers get it), `minutes`, `read_on` (related links at the end).
    """
    links = {link.uuid: link for link in article.related_links.all() if _is_shown(link, at)}
    in_the_text = set(body.tokens(article.body))
    return {
        "article": article,
        "text": _text(article, links),
        "minutes": max(1, round(body.word_count(article.body) / WORDS_A_MINUTE)),
        "read_on": [
            link
            for link in links.values()
            if link.placement == RelatedLink.Placement.END and link.uuid not in in_the_text
        ],
    }


def _is_shown(link: ArticleRelated, at: datetime) -> bool:
    """Whether to show a link: to an article while that is live, to another site if it is a web address."""
    if link.story:
        return link.story.is_live(at=at)
    return link.url.startswith(("https://", "http://"))


def _text(article: Article | PreviewArticle, links: dict[UUID, ArticleRelated]) -> str:
    def read_line(uuid: UUID) -> str:
        link = links.get(uuid)
        return render_to_string("news/_read_line.html", {"link": link, "article": article}) if link else ""

    dateline = format_html('<span class="dateline">{}</span> — ', article.dateline) if article.dateline else ""
    return body.rendered(article.body, read_line, dateline=dateline, scroll_label=_("Table"))
