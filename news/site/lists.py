"""Pages that list articles: of a section, of a tag."""

from django.core.paginator import EmptyPage, Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from news import page_counters
from news.models import Article, Section, Tag
from news.querysets import ArticleQuerySet
from news.site import navigation
from portal.http.numbers import page_number
from portal.http.urls import absolute_url
from portal.pagecache.counters import SITE, PageDependencies

ON_A_PAGE = 20


@require_safe
def section(request: HttpRequest, slug: str) -> HttpResponse:
    """List the articles of a section, newest first.

    Context: `section`, `stories` (a page of articles), `canonical`, `dependencies`.
    """
    counter = page_counters.of_section(slug)
    dependencies = PageDependencies(SITE, counter)
    section = next((section for section in navigation.sections(dependencies) if section.slug == slug), None)
    if section is None:
        raise Http404
    articles = Article.objects.filter(section=section)
    return _list_page(request, "news/section.html", dependencies, counter, articles, section)


@require_safe
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    """List the articles that have a tag, newest first.

    Context: `tag`, `stories` (a page of articles), `canonical`, `dependencies`.
    """
    counter = page_counters.of_tag(slug)
    dependencies = PageDependencies(SITE, counter)
    tag = get_object_or_404(Tag.objects.prefetch_related("aliases"), slug=slug)
    articles = Article.objects.filter(tag_rows__tag=tag)
    return _list_page(request, "news/tag.html", dependencies, counter, articles, tag)


def _list_page(
    request: HttpRequest,
    template: str,
    dependencies: PageDependencies,
    counter: str,
    articles: ArticleQuerySet,
    subject: Section | Tag,
) -> HttpResponse:
    """Return one page of a list; each `?page=` from 2 on is cached as a page of its own."""
    page_counters.end_at_next_boundary(dependencies, counter, articles)
    page = _page_of(articles.live(at=dependencies.at).for_cards().latest_first(), request)
    address = subject.get_absolute_url()
    context = {
        "dependencies": dependencies,
        "canonical": absolute_url(address if page.number == 1 else f"{address}?page={page.number}"),
        "stories": page,
        subject._meta.model_name: subject,
    }
    return dependencies.cacheable(render(request, template, context), parameters={"page"})


def _page_of(articles: ArticleQuerySet, request: HttpRequest) -> Page:
    """Return the page asked for, or raise Http404 where there is no such page."""
    numbers = request.GET.getlist("page", ["1"])
    number = page_number(numbers[0]) if len(numbers) == 1 else None
    if number is None:
        raise Http404
    try:
        return Paginator(articles, ON_A_PAGE).page(number)
    except EmptyPage:
        raise Http404 from None
