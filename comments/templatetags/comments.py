"""Tags by which news' templates show the thread, the comment form and the most discussed articles."""

from django import template
from django.db.models import F
from django.template import Context
from django.utils.html import format_html

from comments import page_counters, rendering, tokens
from comments.display import threads
from comments.models import Comment
from comments.submission.forms import CommentForm
from news.models import Article

register = template.Library()

MOST_DISCUSSED = 4

register.filter("as_text", rendering.rendered)


@register.simple_tag(takes_context=True)
def thread_of(context: Context, article: Article) -> threads.ThreadPage:
    """Return the `ThreadPage` asked for, else the first.

    The cached page depends on the conversation and on how comments are taken, and ends when commenting does.
    """
    dependencies = context.get("dependencies")
    if dependencies:  # before anything of it is read
        dependencies.add(*page_counters.possible_for(article.slug))
    conversation = context.get("conversation") or threads.thread_page(article)
    closes_at = conversation.closing.closes_at
    if dependencies and closes_at:
        dependencies.expires_at([closes_at])
    return conversation


@register.simple_tag(takes_context=True)
def comment_form_of(context: Context, article: Article) -> CommentForm:
    """Return the form as it was sent, where something was wrong with it; else an empty one."""
    return context.get("comment_form") or CommentForm(article)


@register.simple_tag(takes_context=True)
def held_for(context: Context, article: Article) -> Comment | None:
    """Return the waiting comment of the receipt in this URL (`?held=`), or None.

    The page is private then. Once it is decided on or the receipt has expired, this is the public page.
    """
    receipt = context["request"].GET.get("held", "")
    number = tokens.of_receipt(receipt) if receipt else None
    # What went to spam looks the same: who sent it is not to know.
    waits = Comment.objects.filter(article=article, status__in=[Comment.Status.PENDING, Comment.Status.SPAM])
    own_comment = waits.for_page().filter(pk=number).first() if number else None
    if own_comment:
        context["dependencies"].mark_private()
    return own_comment


@register.filter
def proof(comment: Comment) -> str:
    """Return the commenter token for the sender's browser."""
    return tokens.commenter_token(comment)


@register.filter
def is_web(address: str) -> bool:
    """Return whether to link it: the form takes nothing else, but a row may be older than the form."""
    return address.startswith(("https://", "http://"))


@register.filter
def initials(name: str) -> str:
    """Return the first letters of the first and the last word, for the square beside a comment."""
    first_letters = [next((letter for letter in word if letter.isalnum()), "") for word in name.split()]
    letters = [letter.upper() if len(letter.upper()) == 1 else letter for letter in first_letters if letter]
    return "".join(letters[:1] + letters[1:][-1:])


@register.filter
def signed(comment: Comment) -> str:
    """Return the name, as a link where its website is one to follow."""
    if not is_web(comment.website):
        return comment.signature
    link = '<a href="{}" rel="ugc external nofollow noopener">{}</a>'
    return format_html(link, comment.website, comment.signature)


@register.simple_tag
def comments_page(article: Article, number: int) -> str:
    return threads.page_address(article, number)


@register.simple_tag
def most_discussed() -> list[tuple[Article, int]]:
    """Return the live articles with the most comments as (article, count), in one query."""
    stories = Article.objects.live().filter(thread__approved_count__gt=0).for_cards()
    stories = stories.annotate(count=F("thread__approved_count")).order_by("-count", "-live_from", "-pk")
    return [(story, story.count) for story in stories[:MOST_DISCUSSED]]
