"""What an article says in a sentence or two, without loading the rest of its text."""

from news import body
from news.models import Article
from news.querysets import OPENING_LENGTH

LENGTH = 200


def summary(article: Article) -> str:
    """Return the standfirst, else the first sentences of the text."""
    return article.standfirst or beginning(article, LENGTH)


def beginning(article: Article, length: int) -> str:
    """Return the first sentences of the text, from as much of it as lists load (`ArticleQuerySet.for_cards`)."""
    opening = getattr(article, "opening_html", None)
    return body.opening(article.body[:OPENING_LENGTH] if opening is None else opening, length)
