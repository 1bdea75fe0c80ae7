"""Stories and people for tests: each fills in the rest, so that a test shows only what it is about."""

from itertools import count

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.utils import timezone

from news.body import paragraphs
from news.editorial import workflow
from news.models import Article, Author, Revision, Section, Slug, Tag, WorkingCopy
from news.roles import system_user
from portal.text.folding import slugify

numbers = count(1)


def make_user(role="Reporters", **fields):
    """Someone of the newsroom in a role; their newsroom is in English whatever the site's language."""
    name = fields.pop("username", f"{slugify(role)}-{next(numbers)}")
    user = get_user_model().objects.create_user(name, is_staff=True, **{"admin_language": "en", **fields})
    user.groups.add(Group.objects.get(name=role))
    return user


def make_section(**fields):
    name = fields.pop("name", f"Section {next(numbers)}")
    return Section.objects.create(name=name, **{"slug": slugify(name), **fields})


def make_tag(name="", **fields):
    return Tag.objects.create(name=name or f"Tag {next(numbers)}", **fields)


def make_author(name="", **fields):
    name = name or f"Author {next(numbers)}"
    return Author.objects.create(name=name, **{"slug": slugify(name), **fields})


def make_copy(by=None, links=(), **fields):
    """A draft that could be published: headline, text, language, section; `links` are its related links."""
    number = next(numbers)
    complete = {"headline": f"Story {number}", "body": paragraphs(f"Text of story {number}."), "language": "en"}
    if "section" not in fields:
        complete["section"] = Section.objects.first() or make_section()
    return workflow.start(by=by or make_user(), related=links, **{**complete, **fields})


def make_approved_copy(**fields):
    copy = make_copy(**fields)
    workflow.submit(copy, copy.latest_revision, by=copy.saved_by)
    workflow.approve(copy, copy.latest_revision, by=make_user("Editors"))
    return copy


def again(copy):
    """The working copy as it is stored now."""
    return WorkingCopy.objects.get(pk=copy.pk)


def saved_again(copy, by, **fields):
    """Somebody changes a working copy."""
    with workflow.editing(copy, by=by, version=copy.version):
        for name, value in fields.items():
            setattr(copy, name, value)
    return copy


def published_again(article, **fields):
    """Somebody changes a live story, and it is published again as four people would; returns it anew."""
    copy = article.working_copy
    copy.refresh_from_db()
    saved_again(copy, make_user(), **fields)
    workflow.submit(copy, copy.latest_revision, by=copy.saved_by)
    workflow.approve(copy, copy.latest_revision, by=make_user("Editors"))
    workflow.publish(copy, copy.latest_revision, by=make_user("Chief editors"))
    return Article.objects.get(pk=article.pk)


def make_live_article(**fields):
    """A story readers see, published through the workflow by a reporter, an editor and a chief."""
    copy = make_approved_copy(**fields)
    workflow.publish(copy, copy.latest_revision, by=make_user("Chief editors"))
    return copy.article


def make_live_articles(number, **fields):
    """Many live stories, cheaply: as the import publishes them."""
    copies = [make_copy(by=system_user(), **fields) for _ in range(number)]
    for copy in copies:
        workflow.publish_unread(copy, copy.latest_revision, by=system_user())
    return [copy.article for copy in copies]


def make_article(**fields):
    """A row with any live window, also ones no step makes today, for tests of the rule itself."""
    article = Article.objects.create()
    revision = Revision.objects.create(article=article, number=1, content="{}", content_hash="0", author=system_user())
    slug = f"row-{article.pk}"
    Article.objects.filter(pk=article.pk).update(
        **{"live_revision": revision, "live_from": timezone.now(), "slug": slug, "headline": slug, **fields}
    )
    Slug.objects.create(slug=slug, article=article)
    return Article.objects.get(pk=article.pk)
