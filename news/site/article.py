"""The page of one article, and what stands at its address once it is gone."""

from collections.abc import Callable, Iterable
from functools import partial, wraps
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from news import page_counters
from news.models import Article
from news.site.errors import latest
from news.site.prefetches import article_page_prefetches
from news.site.reading import reading_context
from portal.http.headers import no_store, private_response, public_for
from portal.http.urls import absolute_url
from portal.pagecache.counters import SITE, PageDependencies

# Short, although no other article can ever get the old address: the article itself may be withdrawn.
REDIRECT_SECONDS = 300

View = Callable[..., HttpResponse]


def page_of(slug: str) -> Iterable[str]:
    """Return the counters that a page at the address of an article depends on."""
    return SITE, page_counters.of_article(slug)


def for_live_article(
    view: View | None = None,
    *,
    when_gone: View | None = None,
    depends_on: Callable[[str], Iterable[str]] = page_of,
) -> Any:
    """Decorate a view of one live article: it is called with `(request, article, dependencies)` instead of a slug.

    `dependencies` is made before the article is read, and depends on the counters that `depends_on(slug)` returns.
    Where no article was ever public the answer is 404; where it is withdrawn or has ended, 410 (from `when_gone`, if
    given, instead of `gone`). An old address of a live article redirects to the new one, but only for GET: a redirected
    POST would lose its form.
    """
    if view is None:
        return partial(for_live_article, when_gone=when_gone, depends_on=depends_on)

    @wraps(view)
    def answer(request: HttpRequest, slug: str, **options: Any) -> HttpResponse:
        dependencies = PageDependencies(possible={*page_counters.possible_for(slug), *depends_on(slug)})
        article = Article.objects.select_related("section").filter(slugs=slug).first()
        if article is None or not article.was_public(at=dependencies.at):
            raise Http404
        if not article.is_live(at=dependencies.at):
            dependencies.add(*page_of(slug))
            return (when_gone or gone)(request, article, dependencies)
        if article.slug != slug and request.method in {"GET", "HEAD"}:
            return _moved(request, article)
        dependencies.add(*depends_on(slug))
        return view(request, article, dependencies, **options)

    return answer


@require_safe
@for_live_article
def article(request: HttpRequest, article: Article, dependencies: PageDependencies) -> HttpResponse:
    """Show one article; comments join in the template, not here. Context: that of `article_response`."""
    return article_response(request, article, dependencies=dependencies)


def article_response(
    request: HttpRequest,
    article: Article,
    *,
    dependencies: PageDependencies | None = None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """Return the page of a live article, as `for_live_article` gave it.

    With `dependencies` it may be stored. Without, or with another status, it is one person's answer (their comment
    form with what they typed, as `comment_form`) and is never stored.
    Context: `canonical`, `page_path`, `dependencies`, and that of `reading_context`.
    """
    is_for_everyone = dependencies is not None and status == 200
    dependencies = dependencies or PageDependencies(possible=page_counters.possible_for(article.slug))
    prefetch_related_objects([article], *article_page_prefetches())
    for link in article.related_links.all():
        if link.story:
            dependencies.expires_at(link.story.boundaries(after=dependencies.at))
    dependencies.expires_at(article.boundaries(after=dependencies.at))
    context = {
        "dependencies": dependencies,
        "page_path": article.get_absolute_url(),
        "canonical": canonical_url(article),
        **reading_context(article, dependencies.at),
        **context,
    }
    response = render(request, "news/article.html", context, status=status)
    if dependencies.is_private:
        return private_response(response, has_form=True)
    return dependencies.cacheable(response) if is_for_everyone else no_store(response)


def gone(request: HttpRequest, article: Article, dependencies: PageDependencies, **context: Any) -> HttpResponse:
    """Answer 410 for an article that was once public; its text is not shown again.

    With extra context it is one person's answer and is never stored.
    Context: `is_withdrawn`, `note` (and the `language` it is in), `latest` (articles), `dependencies`.
    """
    page_counters.end_at_next_boundary(dependencies, page_counters.LATEST, Article.objects.all())
    page = {
        "dependencies": dependencies,
        "is_withdrawn": article.withdrawn_at is not None,
        "note": article.withdrawal_note,
        "language": article.language,
        "latest": latest(dependencies),
    }
    response = render(request, "news/gone.html", page | context, status=410)
    return no_store(response) if context else dependencies.cacheable(response)


def canonical_url(article: Article) -> str:
    """Return the address for search engines: under the article's own language, whatever the page's."""
    with translation.override(article.language):
        return absolute_url(article.get_absolute_url())


def _moved(request: HttpRequest, article: Article) -> HttpResponse:
    """Redirect to the same view of the article at its new address."""
    match = request.resolver_match
    address = reverse(match.view_name, kwargs={**match.kwargs, "slug": article.slug})
    return public_for(HttpResponsePermanentRedirect(address), REDIRECT_SECONDS)
