"""Sections, tags, authors and users: names on live pages change without a step, and say so."""

import json

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.urls import reverse

from news import page_counters
from news.models import Author, Section, Tag
from news.taxonomy import tags
from news.tests.factories import make_author, make_copy, make_live_article, make_section, make_tag, make_user
from news.tests.page_forms import fields_of, send, send_fields
from portal.audit import verify
from portal.models import AuditEvent
from portal.pagecache import counters

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


def at(thing):
    return reverse(f"admin:news_{thing._meta.model_name}_change", args=[thing.pk])


@pytest.fixture
def chief(client):
    user = make_user("Chief editors")
    client.force_login(user)
    return user


@pytest.mark.parametrize("kind", ["section", "tag", "author"])
def test_the_page_of_a_name_shows_its_last_changes(client, chief, kind):
    thing = {"section": make_section, "tag": make_tag, "author": make_author}[kind](name="Old")
    send(client, at(thing), f"{kind}_form", name="New")
    assert f"renamed the {kind} “Old” to “New”" in client.get(at(thing)).content.decode()


@pytest.mark.parametrize("kind", ["section", "tag", "author"])
def test_a_new_name_is_an_event_on_each_live_story_and_invalidates_its_page(client, chief, kind):
    thing = {"section": make_section, "tag": make_tag, "author": make_author}[kind](name="Old")
    uses = {"section": {"section": thing}, "tag": {"tags": [thing]}, "author": {"authors": [thing]}}[kind]
    live, draft, other = make_live_article(**uses), make_copy(**uses), make_live_article(section=make_section())
    names = [counters.SITE, *(page_counters.of_article(article.slug) for article in (live, other))]
    before = counters.values(names)
    send(client, at(thing), f"{kind}_form", name="New")
    thing.refresh_from_db()
    assert thing.name == "New"
    events = AuditEvent.objects.filter(kind="article.name_changed")
    assert [(event.subject_id, event.actor_id) for event in events] == [(live.pk, chief.pk)]
    assert AuditEvent.objects.about(thing).get().kind == f"{kind}.renamed"
    assert not AuditEvent.objects.about(draft.article).filter(kind="article.name_changed").exists()
    # A section stands in every masthead, another name on the pages of its stories alone.
    expected = [1, 0, 0] if kind == "section" else [0, 1, 0]
    assert [counters.values(names)[name] - before[name] for name in names] == expected
    assert verify.verify()[1] is None
    page = client.get(reverse("admin:news_workingcopy_change", args=[live.pk])).content.decode()
    assert "renamed “Old” to “New”" in page


def test_saving_a_name_unchanged_moves_nothing(client, chief):
    section = make_section(names={"pl": "Porty"})
    before = counters.values([counters.SITE])
    send(client, at(section), "section_form")
    section.refresh_from_db()
    assert section.names == {"pl": "Porty"}
    assert counters.values(before) == before and not AuditEvent.objects.about(section).exists()


def test_a_name_in_another_language_counts_as_a_new_name(client, chief):
    section = make_section(name="Ports")
    article = make_live_article(section=section)
    before = counters.values([counters.SITE])
    send(client, at(section), "section_form", name_in_pl="Porty")
    section.refresh_from_db()
    assert '"after":"Porty","before":"Ports"' in AuditEvent.objects.about(article).first().facts
    assert section.name_in("pl") == "Porty" and section.name_in("en") == "Ports"
    assert counters.values(before) != before


def test_moving_a_section_moves_every_masthead_and_tells_no_story(client, chief):
    section = make_section(name="Ports")
    make_live_article(section=section)
    before = counters.values([counters.SITE])
    send(client, at(section), "section_form", position="7")
    assert counters.values(before) != before
    assert not AuditEvent.objects.filter(kind="article.name_changed").exists()
    event = AuditEvent.objects.about(section).get()
    assert (event.kind, json.loads(event.facts)["changes"]) == ("section.changed", {"position": [0, 7]})


def test_whose_byline_an_author_is_is_an_event_and_moves_no_page(client, chief):
    author, reporter = make_author("Anna Nowak"), make_user(username="anna")
    before = counters.values([counters.SITE])
    send(client, at(author), "author_form", user=reporter.pk)
    event = AuditEvent.objects.about(author).get()
    assert (event.kind, event.actor_id) == ("author.changed", chief.pk)
    assert json.loads(event.facts) == {"name": "Anna Nowak", "changes": {"user": [None, "anna"]}}
    assert counters.values(before) == before


def test_a_new_section_stands_in_every_masthead_at_once(client, chief):
    before = counters.values([counters.SITE])
    send(client, reverse("admin:news_section_add"), "section_form", name="Ports", slug="ports")
    assert Section.objects.get().slug == "ports" and counters.values(before) != before


@pytest.mark.parametrize("kind", ["section", "tag", "author"])
def test_an_address_in_use_stays(client, chief, kind):
    thing = {"section": make_section, "tag": make_tag, "author": make_author}[kind](name="Name")
    slug = thing.slug
    send(client, at(thing), f"{kind}_form", name="Other", slug="other")
    thing.refresh_from_db()
    assert (thing.name, thing.slug) == ("Other", slug)


@pytest.mark.parametrize("name", ["clo", "CŁO", "  Cło ", "duty"])
def test_no_two_tags_share_a_name(client, chief, name):
    make_tag("Cło").aliases.create(name="Duty")
    answer = send(client, reverse("admin:news_tag_add"), "tag_form", name=name)
    assert answer.context["adminform"].form.errors["name"]
    assert Tag.objects.count() == 1


def test_aliases_are_one_on_a_line_each_once_and_nobody_else_s(client, chief):
    tag, other = make_tag("World Customs Organization"), make_tag("Viet Nam")
    send(client, at(tag), "tag_form", other_names="WCO\r\n wco \r\n\r\nOMD")
    assert [alias.name for alias in tag.aliases.all()] == ["OMD", "WCO"]
    send(client, at(tag), "tag_form", other_names="OMD")
    assert [alias.name for alias in tag.aliases.all()] == ["OMD"]
    answer = send(client, at(tag), "tag_form", other_names="OMD\nviet  nam")
    assert answer.context["adminform"].form.errors["other_names"]
    assert not other.aliases.exists()


def test_a_kept_tag_page_shows_other_aliases_at_once_in_both_languages(client, chief, address):
    tag = make_tag("World Customs Organization", names={"pl": "Światowa Organizacja Celna"})
    make_live_article(tags=[tag])
    pages = [address(language, f"/tags/{tag.slug}/") for language in ("en", "pl")]
    for aliases in ("WCO", "OMD\nWCO", "OMD", ""):
        for page in pages:
            client.get(page)
        send(client, at(tag), "tag_form", other_names=aliases)
        for page in pages:
            shown = client.get(page).content.decode()
            assert {alias for alias in ("WCO", "OMD") if f"<bdi>{alias}</bdi>" in shown} == set(aliases.split())
    told = [json.loads(event.facts) for event in AuditEvent.objects.about(tag).filter(kind="tag.aliases_changed")]
    same = {"name": "World Customs Organization"}
    assert told[0] == {"before": ["OMD"], "after": [], **same}
    assert told[-1] == {"before": [], "after": ["WCO"], **same}
    assert len(told) == 4 and verify.verify()[1] is None


def test_aliases_saved_as_they_are_move_nothing(client, chief):
    tag = make_tag("World Customs Organization")
    send(client, at(tag), "tag_form", other_names="WCO\nOMD")
    before, events = counters.values([page_counters.of_tag(tag.slug), counters.SITE]), AuditEvent.objects.count()
    send(client, at(tag), "tag_form", other_names="OMD\r\n\r\nWCO\r\n")
    assert counters.values(before) == before and AuditEvent.objects.count() == events


@pytest.mark.parametrize("name", ["Cło", "CLO", "duty"])
def test_no_two_tags_share_a_name_in_any_language(client, chief, name):
    make_tag("Duty", names={"pl": "Cło"})
    tag = make_tag("Tariff")
    for box in ("name", "name_in_en", "name_in_pl", "other_names"):
        answer = send(client, at(tag), "tag_form", **{box: name})
        assert "already known as" in answer.context["adminform"].form.errors[box][0]
    answer = send(client, reverse("admin:news_tag_add"), "tag_form", name=name)
    assert "“Duty” is already known as" in answer.context["adminform"].form.errors["name"][0]
    tag.refresh_from_db()
    assert (tag.name, tag.names, Tag.objects.count()) == ("Tariff", {}, 2)


def test_a_tag_may_repeat_its_own_names(client, chief):
    tag = make_tag("Duty")
    send(client, at(tag), "tag_form", name_in_en="Duty", name_in_pl="Cło", other_names="clo")
    tag.refresh_from_db()
    assert tag.names == {"en": "Duty", "pl": "Cło"} and tags.find("CŁO") == tag


def test_a_name_taken_at_the_last_moment_is_refused_at_its_field(client, chief, monkeypatch):
    tag, other = make_tag("Tariff"), make_tag("Duty")
    other.aliases.create(name="Levy")
    look, seen = tags.find, []

    def too_early(name, **options):
        seen.append(name)
        return look(name, **options) if name != "Levy" or seen.count("Levy") > 1 else None

    monkeypatch.setattr(tags, "find", too_early)
    answer = send(client, at(tag), "tag_form", other_names="Levy", kind="place")
    assert answer.context["adminform"].form.errors["other_names"] == ["“Duty” is already known as “Levy”."]
    tag.refresh_from_db()
    assert tag.kind == "topic" and not tag.aliases.exists()
    monkeypatch.setattr(tags, "find", lambda name, **options: None)  # it never sees it: a clear answer all the same
    answer = send(client, at(tag), "tag_form", other_names="Levy")
    assert "at this very moment" in answer.context["adminform"].form.non_field_errors()[0]


# ---- two people at one name


def met(answer):
    form = answer.context["adminform"].form
    assert form.has_error("__all__", "conflict")
    return {name: errors[0] for name, errors in form.errors.items() if name != "__all__"}


def test_a_second_form_does_not_undo_what_the_first_wrote(client, chief):
    tag = make_tag("Tariff")
    tag.aliases.create(name="Old")
    second = fields_of(client.get(at(tag)), "tag_form")
    send(client, at(tag), "tag_form", name_in_pl="Taryfa", other_names="Levy\nDuty")
    answer = send_fields(client, at(tag), second, kind="place", other_names="Old\nHS")
    assert met(answer) == {
        "name_in_pl": "Somebody else changed this, and you had not: now it says what they wrote.",
        "other_names": "Somebody else wrote: Duty, Levy",
    }
    tag.refresh_from_db()
    assert (tag.kind, tag.names) == ("topic", {"pl": "Taryfa"})
    shown = fields_of(answer, "tag_form")
    assert (shown["kind"], shown["name_in_pl"]) == ("place", "Taryfa")
    assert shown["other_names"].splitlines() == ["Old", "HS"]
    send_fields(client, at(tag), shown)  # saving again is deliberate
    tag.refresh_from_db()
    assert (tag.kind, tag.names) == ("place", {"pl": "Taryfa"})
    assert [alias.name for alias in tag.aliases.all()] == ["HS", "Old"]


@pytest.mark.parametrize("kind", ["section", "tag", "author"])
def test_two_forms_for_one_name_meet(client, chief, kind):
    thing = {"section": make_section, "tag": make_tag, "author": make_author}[kind](name="Old")
    second = fields_of(client.get(at(thing)), f"{kind}_form")
    send(client, at(thing), f"{kind}_form", name="Theirs")
    answer = send_fields(client, at(thing), second, name="Mine")
    assert met(answer) == {"name": "Somebody else wrote: Theirs"}
    thing.refresh_from_db()
    assert thing.name == "Theirs"
    send_fields(client, at(thing), fields_of(answer, f"{kind}_form"))
    thing.refresh_from_db()
    assert thing.name == "Mine"


def test_what_another_chose_or_emptied_is_said_in_words(client, chief):
    author, reporter, other = make_author(), make_user(first_name="Ola", last_name="Nowik"), make_user()
    second = fields_of(client.get(at(author)), "author_form")
    send(client, at(author), "author_form", user=str(reporter.pk))
    assert met(send_fields(client, at(author), second, user=str(other.pk))) == {
        "user": "Somebody else wrote: Ola Nowik"
    }
    second = fields_of(client.get(at(author)), "author_form")
    send(client, at(author), "author_form", user="")
    assert met(send_fields(client, at(author), second, user=str(other.pk))) == {
        "user": "Somebody else left this empty."
    }


def test_the_same_form_sent_twice_is_saved_once_without_a_quarrel(client, chief):
    tag = make_tag("Tariff")
    sent = fields_of(client.get(at(tag)), "tag_form")
    for _ in range(2):
        answer = send_fields(client, at(tag), sent, name="Tariffs", name_in_pl="Taryfy", other_names="Levy\nDuty")
        assert answer.redirect_chain
    assert AuditEvent.objects.about(tag).filter(kind="tag.renamed").count() == 1


@pytest.mark.parametrize("began", [{}, {"initial-other_names": "[" * 9999, "initial-name": "\x00"}])
def test_a_form_that_does_not_say_what_it_began_from_overwrites_nothing(client, chief, began):
    tag = make_tag("Tariff", names={"pl": "Taryfa"})
    tag.aliases.create(name="Levy")
    sent = {"name": "Tariff", "kind": "place", "name_in_en": "", "name_in_pl": "", "other_names": ""}
    answer = client.post(at(tag), sent | began)
    assert {"name_in_pl", "other_names", "kind"} <= met(answer).keys()
    tag.refresh_from_db()
    assert (tag.kind, tag.names, tag.aliases.count()) == ("topic", {"pl": "Taryfa"}, 1)


@pytest.mark.parametrize("slug", ["jkowalski", "JKowalski"])
def test_an_author_s_address_is_never_a_login(client, chief, slug):
    user = make_user(username="jkowalski")
    sent = {"name": "Jan Kowalski", "slug": slug, "user": str(user.pk)}
    answer = send(client, reverse("admin:news_author_add"), "author_form", **sent)
    assert "logs in by this name" in answer.context["adminform"].form.errors["slug"][0]
    send(client, reverse("admin:news_author_add"), "author_form", **sent | {"slug": "jan-kowalski"})
    assert Author.objects.get().slug == "jan-kowalski"


@pytest.mark.parametrize("name", ["???", "   ", "x" * 101])
def test_a_tag_needs_a_name_that_makes_an_address(client, chief, name):
    answer = send(client, reverse("admin:news_tag_add"), "tag_form", name=name)
    assert answer.context["adminform"].form.errors["name"] and not Tag.objects.exists()


def test_tags_and_authors_are_found_by_folded_names(client, chief):
    make_tag("Światowa Organizacja Celna", names={"en": "World Customs Organization"}).aliases.create(name="ŚOC")
    make_tag("Other")
    for words in ("swiatowa", "soc", "customs org"):
        found = client.get(reverse("admin:news_tag_changelist"), {"q": words}).context["cl"].result_list
        assert [tag.name for tag in found] == ["Światowa Organizacja Celna"]
    make_author("Łukasz")
    found = client.get(reverse("admin:news_author_changelist"), {"q": "lukasz"}).context["cl"].result_list
    assert [author.name for author in found] == ["Łukasz"]


def test_no_two_authors_share_a_name(client, chief):
    make_author("Łukasz")
    answer = send(client, reverse("admin:news_author_add"), "author_form", name="lukasz", slug="l")
    assert answer.context["adminform"].form.errors["name"] and Author.objects.count() == 1


@pytest.mark.parametrize(
    ("role", "kind", "may"),
    [
        ("Reporters", "section", False),
        ("Reporters", "tag", False),
        ("Reporters", "author", False),
        ("Editors", "section", False),
        ("Editors", "tag", True),
        ("Editors", "author", True),
        ("Chief editors", "section", True),
    ],
)
def test_who_may_rename_what(client, role, kind, may):
    thing = {"section": make_section, "tag": make_tag, "author": make_author}[kind](name="Old")
    client.force_login(make_user(role))
    page = client.get(at(thing))
    assert page.status_code == 200 and "Old" in page.content.decode()
    sent = fields_of(page, f"{kind}_form")
    assert send_fields(client, at(thing), sent, name="New").status_code == (200 if may else 403)
    thing.refresh_from_db()
    assert thing.name == ("New" if may else "Old")


@pytest.mark.parametrize("kind", ["section", "tag", "author"])
def test_names_are_never_deleted(client, kind):
    client.force_login(get_user_model().objects.create_superuser("root", admin_language="en"))
    thing = {"section": make_section, "tag": make_tag, "author": make_author}[kind](name="Name")
    address = reverse(f"admin:news_{kind}_delete", args=[thing.pk])
    assert client.post(address, {"post": "yes"}).status_code == 403
    assert type(thing).objects.filter(pk=thing.pk).exists()


def test_taggit_s_own_tags_have_no_screen(client):
    client.force_login(get_user_model().objects.create_superuser("root", admin_language="en"))
    assert client.get("/admin/taggit/tag/").status_code == 404


# ---- people


def test_people_are_deactivated_never_deleted(client):
    root = get_user_model().objects.create_superuser("root", admin_language="en")
    client.force_login(root)
    user = make_user("Reporters")
    address = reverse("admin:portal_user_change", args=[user.pk])
    assert client.post(reverse("admin:portal_user_delete", args=[user.pk]), {"post": "yes"}).status_code == 403
    editors = str(Group.objects.get(name="Editors").pk)
    send(client, address, "user_form", is_active=[], groups=[editors], time_zone="Europe/Warsaw", admin_language="pl")
    user.refresh_from_db()
    assert (user.is_active, user.time_zone, user.admin_language) == (False, "Europe/Warsaw", "pl")
    assert [group.name for group in user.groups.all()] == ["Editors"]


@pytest.mark.parametrize("role", ["Reporters", "Editors", "Chief editors", "Moderators"])
def test_no_role_of_the_newsroom_makes_users(client, role):
    user = make_user(role)
    client.force_login(user)
    address = reverse("admin:portal_user_change", args=[user.pk])
    assert client.get(address).status_code == client.post(address, {"is_superuser": "1"}).status_code == 403
    assert client.post(reverse("admin:portal_user_add"), {"username": "x"}).status_code == 403


def test_a_new_person_gets_an_account(client):
    client.force_login(get_user_model().objects.create_superuser("root", admin_language="en"))
    sent = {
        "username": "marta",
        "usable_password": "true",
        "password1": "a-long-password-9",
        "password2": "a-long-password-9",
    }
    assert client.post(reverse("admin:portal_user_add"), sent).status_code == 302
    assert get_user_model().objects.get(username="marta").check_password("a-long-password-9")
