"""Previews: who sees a story before readers do, what they see, and that nothing else shows by it."""

import re
from datetime import timedelta
from html import unescape
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import Permission
from django.core.signing import Signer
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from news.body import paragraphs, token
from news.editorial import preview_links, workflow
from news.links import related
from news.models import Article, PreviewLink, Revision, Tag, WorkingCopy
from news.site.preview import preview_url
from news.tests.factories import (
    again,
    make_approved_copy,
    make_author,
    make_copy,
    make_live_article,
    make_section,
    make_tag,
    make_user,
    published_again,
    saved_again,
)
from news.tests.page_forms import as_, editor_of, fields_of, said, send, send_fields
from portal.audit import verify
from portal.models import AuditEvent, CacheCounter
from portal.tests.markup import stands_in

pytestmark = [pytest.mark.django_db, pytest.mark.wide]
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
LINK = UUID("00000000-0000-4000-8000-000000000001")
PRIVATE = {"X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}


def at(copy, **query):
    return reverse("admin:news_workingcopy_preview", args=[copy.pk], query=query or None)


def words(response):
    return unescape(response.content.decode())


def body_of(response):
    """The headline, the text and the facts beside it, as the page prints them."""
    html = words(response)
    parts = (r"<h1.*?</h1>", r'<p class="lede">.*?</p>', r'<div class="body".*?</div>\n', r"<aside.*?</aside>")
    return [re.findall(part, html, re.DOTALL) for part in (*parts, r'<section class="row related".*?</section>')]


def everything_stored():
    models = (Article, WorkingCopy, Revision, AuditEvent, CacheCounter, Tag, PreviewLink)
    rows = [
        WorkingCopy.tags.through,
        WorkingCopy.bylines.rel.related_model,
        WorkingCopy.related_links.rel.related_model,
    ]
    return [list(Model.objects.order_by("pk").values()) for Model in (*models, *rows)]


def ahead(**fields):
    """A live story with a newer text under way; readers see "Old words"."""
    article = make_live_article(headline="Old words", body=paragraphs("Old text."))
    return saved_again(again(article.working_copy), make_user(), **{"headline": "New words", **fields})


def tampered(revision):
    """Somebody with access to the database changes a stored text."""
    with connection.cursor() as cursor:
        changed = revision.content.replace("words", "lies")
        cursor.execute("UPDATE news_revision SET content = %s WHERE id = %s", [changed, revision.pk])


def share(copy, days=1, revision=None):
    return preview_links.create(copy, by=make_user("Editors"), days=days, revision=revision)


def path_of(link):
    """Its address on the tests' site, in the site's own language."""
    return link.get_absolute_url()


# ---- in the newsroom


def test_a_preview_prints_what_readers_get_once_it_is_published(client):
    """One story through both views: the proof of an approved text, and the page after publication."""
    elsewhere, target = make_live_article(headline="Leads here"), make_live_article(headline="Found by name")
    links = [
        {"uuid": LINK, "target": elsewhere, "placement": "inline"},
        {"uuid": uuid4(), "label": "found BY name", "placement": "end"},
        {"uuid": uuid4(), "url": "https://example.org/x", "label": "Elsewhere", "placement": "end"},
        {"uuid": uuid4(), "target": make_copy(headline="Not out").article, "placement": "end"},
    ]
    copy = make_approved_copy(
        headline="Cells & packs",
        standfirst="In short.",
        dateline="Gdańsk",
        body=f"{paragraphs('First words.')}{token(LINK)}<p>More <strong>words</strong>.</p>",
        source="Sample content",
        tags=[make_tag("Batteries"), make_tag("HS 8507", kind="hs")],
        authors=[make_author("Second"), make_author("First")],
        links=links,
    )
    as_(client, "Reporters")
    preview = client.get(at(copy))
    workflow.publish(copy, copy.latest_revision, by=make_user("Chief editors"))
    with translation.override("en"):
        public = client.get(copy.article.get_absolute_url())
    assert body_of(preview) == body_of(public)
    assert all(body_of(public))
    for printed in (
        "Leads here",
        target.headline,
        "Elsewhere",
        "Sample content",
        "<bdi>Second</bdi>, <bdi>First</bdi>",
    ):
        assert stands_in(printed, words(preview))
    assert "Not out" not in words(preview)


def test_the_bar_says_that_it_is_not_what_readers_see_and_leads_back(client):
    as_(client, "Reporters")
    copy = ahead()
    html = words(client.get(at(copy)))
    assert "Preview of revision 2, not what readers see." in html
    assert f'href="{editor_of(copy)}"' in html
    assert "Preview of revision 1, which readers see." in words(client.get(at(copy, revision=1)))


def test_readers_keep_the_old_text_whatever_is_previewed(client):
    copy = ahead()
    address = copy.article.get_absolute_url()
    before = client.get(address).content
    as_(client, "Reporters")
    link = share(copy)
    stored = everything_stored()
    assert "New words" in words(client.get(at(copy)))
    assert "New words" in words(client.get(path_of(link)))
    assert everything_stored() == stored  # no counter moved, no event, nothing
    client.logout()
    assert client.get(address).content == before
    assert "New words" not in words(client.get("/"))


def test_an_earlier_revision_is_shown_as_it_was_without_what_is_gone(client):
    tag, author = make_tag("Soon gone"), make_author("Gone too")
    copy = make_copy(headline="Version one", tags=[tag], authors=[author])
    copy.tag_rows.all().delete(), copy.bylines.all().delete()
    saved_again(copy, copy.saved_by, headline="Version two")
    as_(client, "Reporters")
    assert "Soon gone" in words(client.get(at(copy, revision=1)))
    tag.delete(), author.delete()
    html = words(client.get(at(copy, revision=1)))
    assert "Version one" in html
    assert "Soon gone" not in html
    assert "Version two" in words(client.get(at(copy)))


@pytest.mark.parametrize("revision", ["x", "-1", "٣", "9" * 40, "1.5"])
def test_a_revision_that_is_no_number_is_answered_with_a_sentence(client, revision):
    as_(client, "Reporters")
    answer = client.get(at(make_copy(), revision=revision))
    assert answer.status_code == 400
    assert "That is no number of a version." in words(answer)


def test_a_revision_there_is_not_and_one_of_another_story_are_not_found(client):
    as_(client, "Reporters")
    copy = make_copy()
    assert client.get(at(copy, revision=2)).status_code == 404
    assert client.get(at(copy, revision=0)).status_code == 404
    assert client.get("/admin/news/workingcopy/999999/preview/").status_code == 404
    assert client.get(f"/admin/news/workingcopy/{'9' * 30}/preview/").status_code == 404


def test_a_text_changed_behind_our_back_is_not_shown(client):
    as_(client, "Reporters")
    copy = make_copy(headline="Honest words")
    tampered(copy.latest_revision)
    answer = client.get(at(copy))
    assert answer.status_code == 400
    assert "The stored text of revision 1 was changed outside the newsroom; it is not shown." in words(answer)
    assert "Honest lies" not in words(answer)


def test_a_draft_without_headline_section_or_text_has_a_preview(client):
    as_(client, "Reporters")
    html = words(client.get(at(make_copy(headline="", section=None, body="", language=""))))
    assert "Untitled" in html
    assert 'href=""' not in html


def test_a_preview_speaks_the_story_s_language_on_readers_clocks_and_its_bar_the_editor_s(client):
    hour = timezone.now().replace(year=timezone.now().year + 1, month=1, day=15, hour=11, minute=0, second=0)
    copy = make_copy(language="pl", headline="Nagłówek")
    WorkingCopy.objects.filter(pk=copy.pk).update(planned_publish_at=hour)
    as_(client, "Reporters", time_zone="America/New_York")
    answer = client.get(at(copy))
    html = words(answer)
    assert answer.headers["Content-Language"] == "pl"
    assert '<html lang="pl"' in html
    assert re.search(r'<section class="preview"[^>]* lang="en">', html)
    assert f'datetime="{hour.year}-01-15T12:00+01:00"' in html  # Brussels


def test_a_preview_has_no_comments_to_read_or_write_and_no_link_to_share(client):
    as_(client, "Reporters")
    html = words(client.get(at(ahead())))
    for absent in ("commentform", "#respond", 'id="comments"', "mailto:", "data-copy", "canonical"):
        assert absent not in html


@pytest.mark.parametrize("role", ["Reporters", "Editors", "Chief editors"])
def test_who_sees_stories_in_the_newsroom_sees_their_previews(client, role):
    as_(client, role)
    assert client.get(at(make_copy())).status_code == 200


def test_a_moderator_sees_no_preview(client):
    as_(client, "Moderators")
    copy = make_copy(headline="Secret words")
    for answer in (client.get(at(copy)), client.get(at(copy, revision=1)), client.post(at(copy), {"headline": "x"})):
        assert answer.status_code == 403
        assert "Secret words" not in words(answer)


def test_without_login_there_is_no_preview(client):
    answer = client.get(at(make_copy(headline="Secret words")))
    assert answer.status_code == 302
    assert "/admin/login/" in answer.headers["Location"]


def test_who_may_only_look_sees_what_is_saved_and_sends_nothing(client):
    user = make_user("Moderators")
    user.user_permissions.add(Permission.objects.get(codename="view_workingcopy"))
    client.force_login(user)
    copy = make_copy(headline="Saved words")
    assert "Saved words" in words(client.get(at(copy)))
    assert client.post(at(copy), {"headline": "Typed"}).status_code == 403
    page = words(client.get(editor_of(copy)))
    assert f'href="{at(copy)}"' in page
    assert "nr-previews" not in page


def test_a_preview_in_the_newsroom_is_kept_by_nobody(client):
    as_(client, "Reporters")
    answer = client.get(at(make_copy()))
    assert {"private", "no-store"} <= set(answer.headers["Cache-Control"].split(", "))
    assert not hasattr(answer, "dependencies")
    assert PRIVATE.items() <= dict(answer.headers).items()
    assert '<meta name="robots" content="noindex, nofollow">' in words(answer)


# ---- what is typed


def typed(client, copy, **changed):
    sent = fields_of(client.get(editor_of(copy)))
    return send_fields(client, at(copy), sent, **changed)


def test_what_is_typed_is_shown_and_nothing_is_saved(client):
    as_(client, "Editors")
    section, tag, author = make_section(name="Origin"), make_tag("Batteries"), make_author("Nobody yet")
    target = make_live_article(headline="Leads here")
    copy = ahead()
    stored = everything_stored()
    answer = typed(
        client,
        copy,
        **{
            "headline": "Typed words",
            "body": "<p>Typed <script>alert(1)</script>text.</p>" + token(LINK),
            "section": str(section.pk),
            "tags": [str(tag.pk)],
            "tags-add": "Quite new",
            "bylines": [str(author.pk)],
            "related-row": [str(LINK)],
            f"related-{LINK}-target": str(target.pk),
            f"related-{LINK}-placement": "inline",
        },
    )
    html = words(answer)
    assert answer.status_code == 200
    assert "Preview of what is typed. It is not saved" in html
    for printed in ("Typed words", "Typed text.", ">Origin</a>", "Batteries", "Quite new", "Nobody yet", "Leads here"):
        assert printed in html
    assert "alert(1)" not in html
    assert "private" in answer.headers["Cache-Control"]
    assert everything_stored() == stored


def test_a_headline_only_typed_finds_its_story_and_loses_it_with_its_words(client):
    as_(client, "Editors")
    make_live_article(headline="Found by name")
    copy = make_copy(links=[{"uuid": LINK, "label": "found BY name", "placement": "end"}])
    other = uuid4()
    rows = {"related-row": str(other), f"related-{other}-label": "found by NAME"}
    assert "Found by name" in words(typed(client, copy, **rows))
    assert "Found by name" in words(client.get(at(copy)))
    assert "Found by name" not in words(typed(client, copy, **{f"related-{LINK}-label": "Found by nobody"}))


def test_what_the_form_would_refuse_is_refused_with_its_words_and_nothing_is_saved(client):
    as_(client, "Editors")
    copy = make_copy()
    stored = everything_stored()
    answer = typed(client, copy, headline="x" * 201, **{"bylines-add": "Nobody Known", "planned_time": "25:99"})
    html = words(answer)
    assert answer.status_code == 400
    assert re.search(r"<li>[^<]*200[^<]*</li>", html)
    assert "There is no author “Nobody Known”. Add the author first." in html
    assert "Nothing is lost" in html
    assert everything_stored() == stored


def test_a_text_typed_while_another_was_saved_can_be_previewed_all_the_same(client):
    as_(client, "Editors")
    copy = make_copy(headline="One")
    sent = fields_of(client.get(editor_of(copy)))
    saved_again(copy, make_user(), headline="Theirs")
    stored = everything_stored()
    answer = send_fields(client, at(copy), sent, headline="Mine")
    assert answer.status_code == 200
    assert "Mine" in words(answer)
    assert everything_stored() == stored


def test_a_forged_form_gets_an_answer_and_changes_nothing(client):
    as_(client, "Reporters")
    copy = make_copy()
    stored = everything_stored()
    for sent in ({}, {"section": "99999"}, {"related-row": "x"}, {"language": "xx", "tags": ["٣", "-1"]}):
        assert client.post(at(copy), sent).status_code in {200, 400}
    assert everything_stored() == stored


def test_a_preview_is_not_sent_from_elsewhere():
    client = Client(enforce_csrf_checks=True)
    as_(client, "Reporters")
    assert client.post(at(make_copy()), {"headline": "x"}).status_code == 403


# ---- links


def test_whoever_has_the_link_sees_the_story_without_login_or_cookie(client):
    link = share(ahead())
    answer = client.get(path_of(link))
    assert answer.status_code == 200
    assert "New words" in words(answer)
    assert "Preview, not published. Do not pass on." in words(answer)
    assert "/admin/" not in words(answer)
    assert not answer.cookies
    assert "Vary" not in answer.headers


@pytest.mark.parametrize("case", ["open", "revoked", "expired", "forged"])
def test_no_answer_to_a_preview_link_is_kept_found_or_told_of(client, case):
    link = share(make_copy())
    if case == "revoked":
        preview_links.revoke(link, by=make_user())
    if case == "expired":
        PreviewLink.objects.update(expires_at=timezone.now() - SECOND)
    answer = client.get(path_of(link) if case != "forged" else "/preview/x/")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert PRIVATE.items() <= dict(answer.headers).items()
    assert '<meta name="robots" content="noindex, nofollow">' in words(answer)
    assert not hasattr(answer, "dependencies")
    assert "ETag" not in answer.headers
    assert not answer.cookies


def test_a_link_follows_the_newest_text_or_stays_with_its_revision(client):
    copy = make_copy(headline="Version one")
    follows, stays = share(copy), share(copy, revision=copy.latest_revision)
    saved_again(copy, copy.saved_by, headline="Version two")
    assert "Version two" in words(client.get(path_of(follows)))
    assert "Version one" in words(client.get(path_of(stays)))
    assert "Version two" not in words(client.get(path_of(stays)))


@pytest.mark.parametrize(("late", "status"), [(-SECOND, 200), (timedelta(0), 410), (SECOND, 410)])
@pytest.mark.parametrize("days", preview_links.DAYS)
def test_a_link_ends_at_its_second(client, monkeypatch, days, late, status):
    link = share(make_copy(headline="Secret words"), days=days)
    moment = link.made_at + timedelta(days=days) + late
    monkeypatch.setattr(timezone, "now", lambda: moment)
    answer = client.get(path_of(link))
    assert answer.status_code == status
    assert ("Secret words" in words(answer)) == (status == 200)
    assert ("This preview has ended" in words(answer)) == (status == 410)
    assert PreviewLink.objects.open().exists() == (status == 200)


def test_a_revoked_link_shows_nothing_at_once(client):
    link, other = share(copy := make_copy(headline="Secret words")), share(copy)
    client.get(path_of(link))
    preview_links.revoke(link, by=make_user())
    answer = client.get(path_of(link))
    assert answer.status_code == 410
    assert "This preview has been closed" in words(answer)
    assert "Secret words" not in words(answer)
    assert client.get(path_of(other)).status_code == 200


def test_a_link_nobody_made_is_not_found(client, settings):
    link = share(make_copy(headline="Secret words"))
    number, _dot, signature = link.key.partition(".")
    other = share(make_copy()).key.partition(".")
    forged = [
        number,
        f"{number}.",
        f"{number}.{signature[:-1]}",
        f"{number}.{signature.swapcase()}",
        f"{number}.{other[2]}",
        f"{other[0]}.{signature}",
        str(link.pk),
        Signer(sep=".").sign(number),
        Signer(sep=".", salt="news.preview", key="another").sign(number),
        Signer(sep=".", salt="news.preview").sign(uuid4().hex),
        "ż.ó",
        "x" * 5000,
    ]
    for key in forged:
        answer = client.get(f"/preview/{key}/")
        assert answer.status_code == 404, key
        assert "Secret words" not in words(answer)
    settings.SECRET_KEY = "another-" + "k" * 50
    assert client.get(f"/preview/{number}.{signature}/").status_code == 404


def test_the_database_does_not_hold_what_opens_a_link():
    link = share(make_copy())
    signature = link.key.partition(".")[2]
    everything = repr([everything_stored(), list(AuditEvent.objects.values())])
    assert link.key not in everything
    assert signature not in everything


def test_a_link_does_not_show_a_text_changed_behind_our_back(client):
    copy = make_copy(headline="Honest words")
    link = share(copy)
    tampered(copy.latest_revision)
    answer = client.get(path_of(link))
    assert answer.status_code == 410
    assert "Honest lies" not in words(answer)
    assert "cannot vouch for the text" in words(answer)


def test_a_link_is_asked_for_and_never_sent_to(client):
    link = share(make_copy())
    head = client.head(path_of(link))
    assert (head.status_code, head.content) == (200, b"")
    assert client.post(path_of(link)).status_code == 405


def test_a_link_leads_to_the_story_under_its_own_language_and_works_under_the_others(client, settings, address):
    link = share(make_copy(language="pl", headline="Nagłówek"))
    plain = f"/preview/{link.key}/"
    assert preview_url(link) == settings.SITE_URL + address("pl", plain)
    for language in ("en", "pl"):
        answer = client.get(address(language, plain))
        assert answer.headers["Content-Language"] == language
        assert f'<html lang="{language}"' in words(answer)
        assert "Nagłówek" in words(answer)
    with_none = share(make_copy(language=""))
    assert preview_url(with_none) == f"{settings.SITE_URL}/preview/{with_none.key}/"


def test_a_preview_never_names_another_story_that_is_not_live(client):
    hidden = make_copy(headline="Hidden words").article
    links = [{"uuid": LINK, "target": hidden, "label": "Label of hidden", "placement": "inline"}]
    copy = make_copy(body=paragraphs("Text.") + token(LINK), links=links)
    html = words(client.get(path_of(share(copy))))
    assert "Hidden words" not in html
    assert "Label of hidden" not in html


# ---- making and revoking them


def test_a_link_is_made_in_the_story_s_rail_and_the_history_tells(client):
    editor = as_(client, "Reporters", first_name="Marta", last_name="Zielińska")
    copy = make_copy(by=editor)
    answer = send(client, editor_of(copy), **{"_share": "", "share-what": "newest", "share-days": "7"})
    link = PreviewLink.objects.get()
    assert (link.copy_id, link.revision, link.made_by) == (copy.pk, None, editor)
    assert link.expires_at - link.made_at == 7 * DAY
    assert any(link.key in sentence for sentence in said(answer))
    page = words(answer)
    assert f'preview/{link.key}/"' in page
    assert re.search("<b>Marta Zielińska</b> made a preview link to the newest text, until ", page)
    event = AuditEvent.objects.get(kind="preview_link.created")
    assert verify.verify()[1] is None
    assert (event.subject_id, event.actor_id) == (copy.pk, editor.pk)


def test_a_link_to_this_text_shows_what_was_typed_and_saved_with_it(client):
    as_(client, "Editors")
    copy = make_copy(headline="Before")
    sent = {"headline": "Just typed", "_share": "", "share-what": "this", "share-days": "30"}
    answer = send(client, editor_of(copy), **sent)
    link = PreviewLink.objects.get()
    assert link.revision == again(copy).latest_revision
    assert "Just typed" in words(client.get(path_of(link)))
    assert "made a preview link to revision 2, until" in words(answer)
    assert "Shows revision 2 only" in words(answer)


@pytest.mark.parametrize("days", ["", "0", "2", "-1", "31", "x", "٧", "9" * 40])
def test_a_link_works_for_one_of_the_times_offered(client, days):
    as_(client, "Editors")
    answer = send(client, editor_of(make_copy()), **{"_share": "", "share-days": days})
    assert "Choose how long the link is to work." in said(answer)
    assert not PreviewLink.objects.exists()


def test_a_form_with_a_slip_makes_no_link_and_keeps_what_was_typed(client):
    as_(client, "Editors")
    copy = make_copy()
    answer = send(client, editor_of(copy), headline="x" * 201, **{"_share": "", "share-days": "1"})
    assert "x" * 201 in words(answer)
    assert not PreviewLink.objects.exists()


def test_a_link_is_revoked_in_the_rail_even_if_the_form_has_a_slip(client):
    editor = as_(client, "Editors")
    link = share(copy := make_copy())
    answer = send(client, editor_of(copy), headline="x" * 201, _unshare=str(link.pk))
    link.refresh_from_db()
    assert link.revoked_by == editor
    assert "x" * 201 in words(answer)
    page = words(client.get(editor_of(copy)))
    assert "revoked the preview link that worked until" in page
    assert link.key not in page
    assert AuditEvent.objects.filter(kind="preview_link.revoked").count() == 1


def test_revoking_twice_is_said_and_told_once(client):
    as_(client, "Editors")
    link = share(copy := make_copy())
    preview_links.revoke(link, by=make_user())
    sent = fields_of(client.get(editor_of(copy)))
    answer = send_fields(client, editor_of(copy), sent, _unshare=str(link.pk))
    assert "This preview link is revoked already." in said(answer)
    assert AuditEvent.objects.filter(kind="preview_link.revoked").count() == 1


@pytest.mark.parametrize("which", ["", "x", "another story's", "none"])
def test_a_forged_button_revokes_nothing(client, which):
    as_(client, "Editors")
    copy, link = make_copy(), share(make_copy())
    sent = {"another story's": str(link.pk), "none": str(uuid4())}.get(which, which)
    answer = send(client, editor_of(copy), _unshare=sent)
    assert "This button is not known; load the page again." in said(answer)
    assert PreviewLink.objects.open().get() == link


@pytest.mark.parametrize("role", ["Reporters", "Editors", "Chief editors"])
def test_whoever_changes_stories_makes_and_revokes_links(role):
    link = preview_links.create(make_copy(), by=make_user(role), days=1)
    preview_links.revoke(link, by=make_user(role))
    assert not PreviewLink.objects.open().exists()


def test_others_make_and_revoke_none(client):
    moderator, copy = as_(client, "Moderators"), make_copy()
    link = share(copy)
    stored = everything_stored()
    for forbidden in (
        lambda: preview_links.create(copy, by=moderator, days=1),
        lambda: preview_links.revoke(link, by=moderator),
    ):
        with pytest.raises(workflow.Refused, match="Your role does not edit stories."):
            forbidden()
    sent = {"_share": "", "share-days": "1", "headline": "x"}
    assert client.post(editor_of(copy), sent).status_code == 403
    assert client.post(editor_of(copy), {"_unshare": str(link.pk)}).status_code == 403
    assert everything_stored() == stored


def test_a_link_shows_no_revision_of_another_story():
    with pytest.raises(workflow.Refused, match="another story"):
        share(make_copy(), revision=make_copy().latest_revision)


def test_the_database_refuses_a_link_revoked_by_nobody():
    share(make_copy())
    with pytest.raises(IntegrityError), transaction.atomic():
        PreviewLink.objects.update(revoked_at=timezone.now())


def test_the_rail_costs_the_same_for_one_link_or_six(client, queries_of):
    as_(client, "Editors")
    copy = make_copy()
    share(copy)
    client.get(editor_of(copy))  # what is asked once in a process is asked now
    one = queries_of(client.get, editor_of(copy))
    for _ in range(5):
        share(copy, revision=copy.latest_revision)
    assert queries_of(client.get, editor_of(copy)) == one


def test_a_preview_costs_the_same_for_one_tag_and_link_or_six(client, queries_of):
    def story(number):
        links = [{"uuid": uuid4(), "target": make_live_article()} for _ in range(number)]
        return make_copy(tags=[make_tag() for _ in range(number)], authors=[make_author()], links=links)

    one, six = share(story(1)), share(story(6))
    assert queries_of(client.get, path_of(one)) == queries_of(client.get, path_of(six)) <= 12


# ---- before a story is taken from readers


def linking(article, number=1, **fields):
    return [make_live_article(links=[{"uuid": uuid4(), "target": article}], **fields) for _ in range(number)]


def test_before_withdrawing_the_newsroom_learns_which_live_stories_link_to_it(client):
    as_(client, "Chief editors")
    article = make_live_article(headline="Linked to")
    stories = linking(article, 7)
    page = words(client.get(editor_of(article)))
    assert page.count("7 live stories link to it; readers will not see these links any more:") == 2  # withdraw, end
    assert [story.pk for story in related.incoming_links(article).first] == [story.pk for story in reversed(stories)][
        :5
    ]
    assert page.count(f'href="{editor_of(stories[-1])}"') == 2
    assert page.count("and 2 more") == 2


def test_only_live_stories_other_than_itself_count_once_each(client):
    as_(client, "Chief editors")
    article = make_live_article(headline="Linked to")
    assert related.incoming_links(article).count == 0
    assert "link to it" not in words(client.get(editor_of(article)))
    twice = [{"uuid": uuid4(), "target": article}, {"uuid": uuid4(), "label": "linked TO"}]
    make_live_article(links=twice)
    make_copy(links=twice[:1])  # a draft
    gone = linking(article)[0].working_copy
    workflow.withdraw(again(gone), again(gone).latest_revision, by=make_user("Chief editors"), reason="Wrong.")
    removed = linking(article)[0]
    again(removed.working_copy).related_links.all().delete()
    published_again(removed, headline="Without the link")
    assert related.incoming_links(article).count == 1
    assert "1 live story links to it; readers will not see that link any more:" in words(client.get(editor_of(article)))


def test_a_story_that_only_names_the_headline_counts_too():
    article = make_live_article(headline="Named")
    make_live_article(links=[{"uuid": uuid4(), "label": "Named"}])
    assert related.incoming_links(article).count == 1
