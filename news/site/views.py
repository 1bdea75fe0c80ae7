"""What readers see. Every page is the same for everyone, without session or cookie, so it can be kept.

A view takes its `Reading` first of all, asks for what is live at that moment, and lets the page be kept
with `dependencies.keep`. Only pages with status 200 and 410 ever are.
"""

import re
from functools import partial, wraps
from uuid import UUID

from django.conf import settings
from django.core.paginator import EmptyPage, Paginator
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from news.content import body
from news.editorial.preview import of_revision
from news.models import Article, PreviewLink, RelatedLink, Tag
from news.site import navigation
from news.site.prefetches import article_page_prefetches, card_prefetches
from portal.pagecache import counters

IN_LATEST = 5
IN_ALSO = 3
IN_A_SECTION_BLOCK = 4
ON_A_LIST_PAGE = 20
WORDS_A_MINUTE = 220
# Browsers and proxies forget an old address soon: a later story may not take it, but its own may be withdrawn.
REDIRECT_SECONDS = 300
# For whoever was given the address: nobody keeps the page, finds it or hears of the address.
PRIVATE_HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
}
NO_PREVIEW = {  # heading and explanation
    "unknown": (
        gettext_lazy("There is no preview here"),
        gettext_lazy(
            "Nobody here made this link. If you typed it or copied only a part of it, open it from the message you got."
        ),
    ),
    "revoked": (
        gettext_lazy("This preview has been closed"),
        gettext_lazy("The newsroom has taken this link back. Ask whoever sent it to you for a new one."),
    ),
    "expired": (
        gettext_lazy("This preview has ended"),
        gettext_lazy(
            "The link worked for a limited time, and that time has passed. Ask whoever sent it to you for a new one."
        ),
    ),
    "changed": (
        gettext_lazy("There is no preview here"),
        gettext_lazy(
            "The newsroom cannot vouch for the text any more and does not show it. Tell whoever sent you the link."
        ),
    ),
}
PLAIN_NUMBER = re.compile("[1-9][0-9]{0,5}")


@require_safe
def home(request):
    """The front page. Context: `lead`, `latest`, `also`, `blocks` of (section, stories)."""
    dependencies = counters.PageDependencies(counters.LISTS, counters.HOME)
    live = Article.objects.live(at=dependencies.at).for_cards().latest_first()
    newest = list(live[: 1 + IN_LATEST + IN_ALSO])
    lead, also = newest[:1], newest[1 + IN_LATEST :]
    large = {story.pk for story in lead + also}
    # Enough to fill a block even where all the large stories are of one section.
    candidates = live.newest_in_each_section(IN_A_SECTION_BLOCK + 1 + IN_ALSO)
    prefetch_related_objects(lead, *card_prefetches())
    dependencies.expires_with_lists()
    response = _page(
        request,
        "news/home.html",
        dependencies,
        canonical=_absolute(reverse("news:home")),
        lead=lead[0] if lead else None,
        latest=newest[1 : 1 + IN_LATEST],
        also=also,
        blocks=_blocks([story for story in candidates if story.pk not in large], navigation.sections(dependencies)),
    )
    return dependencies.cacheable(response)


@require_safe
def section(request, slug):
    """The stories of a section, newest first. Context: `section`, `stories` (a page of them)."""
    dependencies = counters.PageDependencies(counters.LISTS, counters.section(slug))
    section = next((section for section in navigation.sections(dependencies) if section.slug == slug), None)
    if section is None:
        raise Http404
    return _list(request, "news/section.html", dependencies, Article.objects.filter(section=section), section)


@require_safe
def tag(request, slug):
    """The stories about something, newest first. Context: `tag`, `stories` (a page of them)."""
    dependencies = counters.PageDependencies(counters.LISTS, counters.tag(slug))
    tag = get_object_or_404(Tag.objects.prefetch_related("aliases"), slug=slug)
    return _list(request, "news/tag.html", dependencies, Article.objects.filter(tag_rows__tag=tag), tag)


def for_live_article(view=None, *, when_gone=None):
    """For views of one story: they get `(request, article, dependencies)` where the address gave a slug.

    `article` is live; `dependencies` was taken before it was read. Where readers never saw a story the address answers
    404, and 410 where it is withdrawn or expired (`when_gone`, in place of `gone`, where the view has something to
    add). An old address of a live story leads to its new one, for GET: what somebody has typed and sent must not be
    lost on the way.
    """

    if view is None:
        return partial(for_live_article, when_gone=when_gone)

    @wraps(view)
    def answer(request, slug, **options):
        dependencies = counters.PageDependencies(counters.story(slug))
        article = Article.objects.select_related("section").filter(slugs=slug).first()
        if article is None or not article.was_public(at=dependencies.at):
            raise Http404
        if not article.is_live(at=dependencies.at):
            return (when_gone or gone)(request, article, dependencies)
        if article.slug != slug and request.method in {"GET", "HEAD"}:
            return _moved(request, article)
        return view(request, article, dependencies, **options)

    return answer


@require_safe
@for_live_article
def article(request, article, dependencies):
    """One story; comments join in the template, not here."""
    return article_response(request, article, dependencies=dependencies)


def article_response(request, article, *, dependencies=None, status=200, **context):
    """The page of a live story that came from `of_live_story`.

    With a `dependencies` it may be kept. Without one, or with another status, it is one person's answer (their
    comment form with what they typed, as `comment_form`) and nobody stores it.
    Context: `canonical`, and what `_as_read` says.
    """
    is_for_everyone = dependencies is not None and status == 200
    dependencies = dependencies or counters.PageDependencies(counters.story(article.slug))
    prefetch_related_objects([article], *article_page_prefetches())
    for link in article.related_links.all():
        if link.story:
            dependencies.expires_at(link.story.boundaries(after=dependencies.at))
    dependencies.expires_at(article.boundaries(after=dependencies.at))
    response = _page(
        request,
        "news/article.html",
        dependencies,
        status=status,
        page_path=article.get_absolute_url(),
        canonical=canonical_url(article),
        **_reading_context(article, dependencies.at),
        **context,
    )
    if dependencies.is_private:
        return private_response(response, has_form=True)
    if is_for_everyone:
        return dependencies.cacheable(response)
    response.headers["Cache-Control"] = "no-store"
    return response


def gone(request, article, dependencies, **context):
    """410: readers once saw a story here. Its words are not shown again. Context: `is_withdrawn`, `note` (and the
    `language` it is in), `latest`.

    With anything more it is one person's answer, and nobody stores it.
    """
    dependencies.add(counters.LISTS)
    dependencies.expires_with_lists()
    response = _page(
        request,
        "news/gone.html",
        dependencies,
        status=410,
        is_withdrawn=article.withdrawn_at is not None,
        note=article.withdrawal_note,
        language=article.language,
        latest=_latest(dependencies),
        **context,
    )
    if not context:
        return dependencies.cacheable(response)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
def preview(request, key):
    """A story before readers see it, to whoever has the link. Once that has ended or is revoked: 410, and no words."""
    links = PreviewLink.objects.select_related("revision", "copy__latest_revision", "copy__article")
    link = links.filter(pk=PreviewLink.named(key)).first()
    if link is None:
        return _no_preview(request, "unknown", status=404)
    if link.revoked_at:
        return _no_preview(request, "revoked", status=410)
    if link.has_expired():
        return _no_preview(request, "expired", status=410)
    if not link.shown.is_intact():
        return _no_preview(request, "changed", status=410)
    proof = of_revision(link.copy, link.shown)
    return preview_response(request, proof, notice=_("Preview, not published. Do not pass on."))


def preview_response(request, proof, **context):
    """The page readers would get, under a bar that says what it is. Without comments, and no page anybody keeps.

    Context: `notice`, what the bar says, and what `_as_read` says; `notice_language`, `back` (an address) and
    `page_path` where it is shown in the newsroom.
    """
    response = render(request, "news/preview.html", {**_reading_context(proof, timezone.now()), **context})
    return private_response(response)


def not_found(request, exception):
    """404, never kept, or any number of wrong addresses would fill the store. Context: `latest`."""
    dependencies = counters.PageDependencies(counters.LISTS)
    home = reverse("news:home")
    return _page(request, "404.html", dependencies, status=404, page_path=home, latest=_latest(dependencies))


def canonical_url(article):
    """The one address search engines are to know: under the story's own language, whatever the page's."""
    with translation.override(article.language):
        return _absolute(article.get_absolute_url())


def preview_url(link):
    """Where a preview link leads: under the story's own language, as its page will be."""
    with translation.override(link.copy.language or settings.LANGUAGE_CODE):
        return _absolute(link.get_absolute_url())


def _no_preview(request, why, *, status):
    """`why`, a word of NO_PREVIEW. Context: `heading`, `explanation`, `status`."""
    heading, explanation = NO_PREVIEW[why]
    context = {"heading": heading, "explanation": explanation, "status": status}
    response = render(request, "news/no_preview.html", context, status=status)
    return private_response(response)


def private_response(response, *, has_form=False):
    """Let nobody keep this answer, or find it."""
    for name, value in PRIVATE_HEADERS.items():
        response.headers[name] = value
    if has_form:  # without a referrer browsers would send it as if from nowhere (`Origin: null`)
        response.headers["Referrer-Policy"] = "same-origin"
    return response


def _page(request, template, dependencies, *, status=200, **context):
    return render(request, template, {"dependencies": dependencies, **context}, status=status)


def _list(request, template, dependencies, stories, subject):
    """A page of a section's or a tag's stories, `?page=` from 2 on being pages of their own."""
    dependencies.expires_with_lists()
    page = _page_of(stories.live(at=dependencies.at).for_cards().latest_first(), request)
    address = subject.get_absolute_url()
    response = _page(
        request,
        template,
        dependencies,
        canonical=_absolute(address if page.number == 1 else f"{address}?page={page.number}"),
        stories=page,
        **{subject._meta.model_name: subject},
    )
    return dependencies.cacheable(response, parameters={"page"})


def _page_of(stories, request):
    """The page asked for. One plain number of a page there is, or 404: every other spelling would be kept apart."""
    asked = request.GET.getlist("page", ["1"])
    if len(asked) != 1 or not PLAIN_NUMBER.fullmatch(asked[0]):
        raise Http404
    try:
        return Paginator(stories, ON_A_LIST_PAGE).page(asked[0])
    except EmptyPage:
        raise Http404 from None


def _blocks(stories, sections):
    """The newest of each section that has any, in the sections' order."""
    of_section = {section.pk: [] for section in sections}
    for story in stories:
        of_section.get(story.section_id, []).append(story)
    return [(section, of_section[section.pk][:IN_A_SECTION_BLOCK]) for section in sections if of_section[section.pk]]


def _latest(dependencies):
    return Article.objects.live(at=dependencies.at).for_cards().latest_first()[:IN_LATEST]


def _reading_context(article, at):
    """What the page of a story, or of a proof of one, prints at a moment.

    Context: `article`, `text` (the body as readers get it), `minutes`, `read_on` (related links at the end).
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


def _is_shown(link, at):
    """A link to a story shows while that is live; one elsewhere only if it is to a web page."""
    if link.story:
        return link.story.is_live(at=at)
    return link.url.startswith(("https://", "http://"))


def _text(article, links):
    def read_line(uuid: UUID):
        link = links.get(uuid)
        return render_to_string("news/_read_line.html", {"link": link, "article": article}) if link else ""

    place = format_html('<span class="dateline">{}</span> — ', article.dateline) if article.dateline else ""
    return body.rendered(article.body, read_line, dateline=place, scroll_label=_("Table"))


def _moved(request, article):
    """The same page of the story under its new address."""
    match = request.resolver_match
    address = reverse(match.view_name, kwargs={**match.kwargs, "slug": article.slug})
    response = HttpResponsePermanentRedirect(address)
    response.headers["Cache-Control"] = f"public, max-age={REDIRECT_SECONDS}"
    return response


def _absolute(path):
    return f"{settings.SITE_URL}{path}"
