"""What one person alone may give readers, what the history then says, and how a second person reads it."""

import json
import re
from html import unescape

import pytest
from django.urls import reverse

from news.editorial import workflow
from news.editorial.workflow import Stage, Step
from news.models import Article, WorkingCopy
from news.tests.factories import make_approved_copy, make_copy, make_live_article, make_user, saved_again
from news.tests.page_forms import send
from portal.audit import verify
from portal.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def live():
    return make_live_article(headline="Border posts", body="<p>Bordre posts close at noon.</p>").working_copy


def last_event(copy):
    return AuditEvent.objects.about(copy.article).first()


def seen(copy):
    return Article.objects.get(pk=copy.pk)


# ---- approve and publish


def test_approving_and_publishing_at_once_is_two_steps_in_the_history():
    copy, chief = make_copy(), make_user("Chief editors")
    workflow.submit(copy, copy.latest_revision, by=copy.saved_by)
    workflow.approve_and_publish(copy, copy.latest_revision, by=chief)
    kinds = [event.kind for event in AuditEvent.objects.about(copy.article)]
    assert kinds == ["article.published", "article.approved", "article.submitted", "article.saved"]
    assert (seen(copy).is_live(), copy.stage, copy.is_unread()) == (True, Stage.NOTHING_PENDING, False)


@pytest.mark.parametrize("role", ["Reporters", "Editors"])
def test_who_does_not_publish_does_not_approve_and_publish(role):
    copy = make_copy()
    workflow.submit(copy, copy.latest_revision, by=copy.saved_by)
    with pytest.raises(workflow.Refused, match="Your role does not publish stories"):
        workflow.approve_and_publish(copy, copy.latest_revision, by=make_user(role))
    assert not seen(copy).is_live()


def test_a_chief_does_not_approve_and_publish_a_text_all_their_own():
    chief = make_user("Chief editors")
    copy = make_copy(by=chief)
    workflow.submit(copy, copy.latest_revision, by=make_user())
    with pytest.raises(workflow.Refused, match="You alone wrote this text"):
        workflow.approve_and_publish(copy, copy.latest_revision, by=chief)
    assert WorkingCopy.objects.get(pk=copy.pk).stage == Stage.IN_REVIEW


# ---- four eyes, strictly or not at all


def test_under_strict_rules_an_approver_wrote_not_a_word_of_it(settings):
    editor, copy = make_user("Editors"), make_copy()
    saved_again(copy, editor, headline="With a word by the editor")
    workflow.submit(copy, copy.latest_revision, by=make_user())
    assert workflow.why_not(copy, Step.APPROVE, copy.latest_revision, by=editor) == ""
    settings.FOUR_EYES = "strict"
    assert "You wrote some of this text" in workflow.why_not(copy, Step.APPROVE, copy.latest_revision, by=editor)
    workflow.approve(copy, copy.latest_revision, by=make_user("Editors"))
    assert json.loads(last_event(copy).facts)["four_eyes"] == "strict"


def test_without_four_eyes_one_person_writes_approves_and_publishes_and_the_history_says_so(settings):
    settings.FOUR_EYES = "off"
    chief = make_user("Chief editors")
    copy = make_copy(by=chief)
    workflow.submit(copy, copy.latest_revision, by=chief)
    workflow.approve(copy, copy.latest_revision, by=chief)
    assert json.loads(last_event(copy).facts)["four_eyes"] == "off"
    workflow.publish(copy, copy.latest_revision, by=chief)
    assert seen(copy).is_live()


def test_without_four_eyes_there_is_no_glass_to_break(settings):
    settings.FOUR_EYES = "off"
    copy = make_copy()
    refusal = workflow.why_not(copy, Step.PUBLISH_ALONE, copy.latest_revision, by=make_user("Chief editors"))
    assert "nobody has to be passed over" in refusal


def test_without_four_eyes_a_small_fix_waits_for_nobody(settings, live):
    settings.FOUR_EYES = "off"
    saved_again(live, make_user("Editors"), body="<p>Border posts close at noon.</p>")
    workflow.fix_typo(live, live.latest_revision, by=live.saved_by)
    assert not live.is_unread()


# ---- in an emergency


def test_in_an_emergency_a_chief_publishes_alone_with_a_reason_and_it_waits_to_be_read():
    chief = make_user("Chief editors")
    copy = make_copy(by=chief)
    workflow.publish_alone(copy, copy.latest_revision, by=chief, reason="A recall of medicines")
    event = last_event(copy)
    assert (event.kind, event.reason, event.actor_id) == (
        "article.published_unreviewed",
        "A recall of medicines",
        chief.pk,
    )
    assert seen(copy).is_live() and copy.is_unread() and WorkingCopy.objects.unread().contains(copy)
    assert verify.verify()[1] is None


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_publishing_alone_needs_a_reason(reason):
    chief = make_user("Chief editors")
    copy = make_copy(by=chief)
    with pytest.raises(workflow.Refused, match="Say why"):
        workflow.publish_alone(copy, copy.latest_revision, by=chief, reason=reason)
    assert not seen(copy).is_live()


@pytest.mark.parametrize("role", ["Reporters", "Editors"])
def test_only_chiefs_publish_alone(role):
    copy = make_copy()
    with pytest.raises(workflow.Refused, match="Your role does not publish alone"):
        workflow.publish_alone(copy, copy.latest_revision, by=make_user(role), reason="Now")


def test_an_incomplete_story_is_not_published_in_an_emergency_either():
    copy, chief = make_copy(section=None), make_user("Chief editors")
    with pytest.raises(workflow.Refused, match="Choose a section"):
        workflow.publish_alone(copy, copy.latest_revision, by=chief, reason="Now")


def test_what_is_approved_is_published_and_no_glass_is_broken():
    copy = make_approved_copy()
    refusal = workflow.why_not(copy, Step.PUBLISH_ALONE, copy.latest_revision, by=make_user("Chief editors"))
    assert refusal == "It is approved; publish it."


# ---- small fixes


def test_an_editor_mends_a_typo_in_a_live_story_at_once_and_it_waits_to_be_read(live):
    editor = make_user("Editors")
    saved_again(live, editor, body="<p>Border posts close at noon.</p>")
    workflow.fix_typo(live, live.latest_revision, by=editor)
    assert "Border posts" in seen(live).body
    assert (live.stage, live.is_unread(), last_event(live).kind) == (Stage.NOTHING_PENDING, True, "article.typo_fixed")
    assert verify.verify()[1] is None


def test_a_reporter_mends_nothing_alone(live):
    saved_again(live, make_user(), body="<p>Border posts close at noon.</p>")
    with pytest.raises(workflow.Refused, match="does not publish small fixes"):
        workflow.fix_typo(live, live.latest_revision, by=make_user())


def test_fixes_add_up_until_a_second_person_has_read_them(live):
    """Or a text would change letter by letter under nobody's eyes."""
    editor = make_user("Editors")
    for n in range(2):
        saved_again(live, editor, headline="Border posts" + "abcdefghij" * (n + 1))
        workflow.fix_typo(live, live.latest_revision, by=editor)
    saved_again(live, editor, headline="Border posts" + "abcdefghij" * 3)
    with pytest.raises(workflow.Refused, match="30 characters changed since two people last read it"):
        workflow.fix_typo(live, live.latest_revision, by=editor)
    workflow.review_published(live, live.article.live_revision, by=make_user("Editors"))
    workflow.fix_typo(live, live.latest_revision, by=editor)
    assert seen(live).headline.endswith("abcdefghij" * 3)


@pytest.mark.parametrize(("four_eyes", "characters"), [("strict", 20), ("on", 0)])
def test_where_every_change_has_a_second_reader_there_are_no_small_fixes(settings, live, four_eyes, characters):
    settings.FOUR_EYES, settings.TYPO_CHARACTERS = four_eyes, characters
    saved_again(live, make_user("Editors"), body="<p>Border posts close at noon.</p>")
    with pytest.raises(workflow.Refused, match="Here every change has a second reader"):
        workflow.fix_typo(live, live.latest_revision, by=live.saved_by)


def test_a_withdrawn_story_has_no_small_fixes(live):
    workflow.withdraw(live, live.latest_revision, by=make_user("Chief editors"), reason="A doubt")
    saved_again(live, make_user("Editors"), body="<p>Border posts close at noon.</p>")
    with pytest.raises(workflow.Refused, match="Readers do not see it"):
        workflow.fix_typo(live, live.latest_revision, by=live.saved_by)


def test_what_one_person_published_is_not_mended_before_somebody_else_has_read_it():
    copy, chief = make_copy(), make_user("Chief editors")
    workflow.publish_alone(copy, copy.latest_revision, by=chief, reason="Now")
    saved_again(copy, chief, headline=copy.headline + "s")
    with pytest.raises(workflow.Refused, match="somebody else reads it first"):
        workflow.fix_typo(copy, copy.latest_revision, by=chief)


# ---- the second look


def test_a_second_person_puts_their_name_under_it_and_it_is_off_the_list(live):
    editor, other = make_user("Editors"), make_user("Editors")
    saved_again(live, editor, headline="Border post")
    workflow.fix_typo(live, live.latest_revision, by=editor)
    with pytest.raises(workflow.Refused, match="You published it alone"):
        workflow.review_published(live, live.latest_revision, by=editor)
    workflow.review_published(live, live.latest_revision, by=other)
    assert not live.is_unread() and not WorkingCopy.objects.unread().exists()
    assert (last_event(live).kind, last_event(live).actor_id) == ("article.reviewed_after_publication", other.pk)


def test_there_is_nothing_to_read_where_two_people_have(live):
    refusal = workflow.why_not(live, Step.REVIEW_PUBLISHED, live.latest_revision, by=make_user("Editors"))
    assert refusal == "Two people have read what readers see."


def test_an_update_that_two_people_read_takes_it_off_the_list_too(live):
    saved_again(live, make_user("Editors"), headline="Border post")
    workflow.fix_typo(live, live.latest_revision, by=live.saved_by)
    saved_again(live, make_user(), headline="Border posts again")
    workflow.submit(live, live.latest_revision, by=live.saved_by)
    workflow.approve_and_publish(live, live.latest_revision, by=make_user("Chief editors"))
    assert not live.is_unread()


def test_whoever_published_alone_wrote_what_comes_next_to_be_read():
    """Until somebody has read it, their words count as new: they do not approve a text that is all their own."""
    chief = make_user("Chief editors")
    copy = make_copy(by=chief)
    workflow.publish_alone(copy, copy.latest_revision, by=chief, reason="Now")
    saved_again(copy, chief, headline="More of the same hand")
    workflow.submit(copy, copy.latest_revision, by=make_user())
    assert "You alone wrote this text" in workflow.why_not(copy, Step.APPROVE, copy.latest_revision, by=chief)


# ---- on the screens


def test_the_desk_lists_what_one_person_published_to_those_who_review(client, live):
    editor = make_user("Editors")
    saved_again(live, editor, headline="Border post")
    workflow.fix_typo(live, live.latest_revision, by=editor)
    client.force_login(make_user("Chief editors"))
    page = client.get(reverse("admin:index")).content.decode()
    assert "Published by one person alone" in page and "what changed" in page
    client.force_login(make_user("Reporters"))
    assert "Published by one person alone" not in client.get(reverse("admin:index")).content.decode()


def test_the_desk_costs_the_same_for_one_story_published_alone_or_six(client, queries_of):
    client.force_login(make_user("Chief editors"))

    def published_alone():
        copy, editor = make_live_article(headline="Bordre post").working_copy, make_user("Editors")
        for headline in ("Border post", "Border posts"):
            saved_again(copy, editor, headline=headline)
            workflow.fix_typo(copy, copy.latest_revision, by=editor)

    published_alone()
    one = queries_of(client.get, reverse("admin:index"))
    for _ in range(5):
        published_alone()
    assert queries_of(client.get, reverse("admin:index")) == one
    assert client.get(reverse("admin:index")).content.decode().count(">Review</a>") == 6


def reading(client):
    """Where the desk's only story published alone is read: the page, its address, and the form its steps are in."""
    (address,) = re.findall(r'href="([^"]+)"\s+aria-label="Review', client.get(reverse("admin:index")).content.decode())
    address = unescape(address)
    return client.get(address), address, "compare_form" if "/compare/" in address else "workingcopy_form"


def gives_a_second_look(client, copy):
    page, address, form = reading(client)
    button = f"review_published:{copy.pk}:{copy.article.live_revision_id}"
    assert f'value="{button}"' in page.content.decode()
    send(client, address, form, _step=button)
    assert not WorkingCopy.objects.get(pk=copy.pk).is_unread()


@pytest.mark.parametrize("has_newer_draft", [True, False])
def test_the_desk_leads_to_where_the_second_look_is_given_whatever_was_written_since(client, live, has_newer_draft):
    editor = make_user("Editors")
    saved_again(live, editor, headline="Border post")
    workflow.fix_typo(live, live.latest_revision, by=editor)
    if has_newer_draft:
        saved_again(live, make_user(), headline="Not for readers yet")
    client.force_login(make_user("Chief editors"))
    gives_a_second_look(client, live)


@pytest.mark.parametrize("has_newer_draft", [True, False])
def test_the_desk_leads_to_a_story_nobody_else_has_read_a_word_of(client, has_newer_draft):
    chief = make_user("Chief editors")
    copy = make_copy(by=chief, headline="Recalled")
    workflow.publish_alone(copy, copy.latest_revision, by=chief, reason="A recall of medicines")
    if has_newer_draft:
        saved_again(copy, make_user(), headline="Recalled, and more")
    client.force_login(make_user("Editors"))
    page, _address, _form = reading(client)
    assert "Recalled" in page.content.decode()
    gives_a_second_look(client, copy)


def test_two_small_fixes_in_a_row_are_read_together(client, live):
    editor = make_user("Editors")
    for headline in ("Bordr posts", "Bordr post"):
        saved_again(live, editor, headline=headline)
        workflow.fix_typo(live, live.latest_revision, by=editor)
    client.force_login(make_user("Chief editors"))
    page, _address, _form = reading(client)
    assert (page.context["before"].number, page.context["after"].number) == (1, 3)


# ---- withdrawing with a note


def test_readers_of_a_withdrawn_story_find_its_note_and_not_the_reason(client):
    article = make_live_article()
    copy, chief = article.working_copy, make_user("Chief editors")
    note = "We named the <wrong> company."
    workflow.withdraw(copy, copy.latest_revision, by=chief, reason="A letter by lawyers", note=note)
    page = client.get(article.get_absolute_url())
    text = page.content.decode()
    assert page.status_code == 410 and "We named the &lt;wrong&gt; company." in text and "lawyers" not in text
    workflow.restore(copy, copy.latest_revision, by=chief)
    assert seen(copy).withdrawal_note == ""
    assert client.get(article.get_absolute_url()).status_code == 200


def test_a_note_for_readers_is_short():
    copy = make_live_article().working_copy
    with pytest.raises(workflow.Refused, match="301 characters; shorten it to 300"):
        workflow.withdraw(copy, copy.latest_revision, by=make_user("Chief editors"), reason="A doubt", note="x" * 301)
    assert seen(copy).is_live()


# ---- who is in charge


def test_somebody_is_put_in_charge_and_finds_it_on_their_desk(client):
    copy, editor, reporter = make_copy(), make_user("Editors"), make_user("Reporters")
    workflow.assign(copy, copy.latest_revision, by=editor, to=reporter)
    assert json.loads(last_event(copy).facts)["to"] == reporter.username
    client.force_login(reporter)
    assert copy.headline in client.get(reverse("admin:index")).content.decode()
    client.force_login(copy.saved_by)
    assert copy.headline not in client.get(reverse("admin:index")).content.decode()


def test_nobody_who_does_not_edit_is_put_in_charge():
    copy, editor = make_copy(), make_user("Editors")
    gone = make_user("Reporters", is_active=False)
    for person in (make_user("Moderators"), gone):
        with pytest.raises(workflow.Refused, match="does not edit stories"):
            workflow.assign(copy, copy.latest_revision, by=editor, to=person)


def test_a_reporter_puts_nobody_in_charge():
    copy = make_copy()
    with pytest.raises(workflow.Refused, match="does not put people in charge"):
        workflow.assign(copy, copy.latest_revision, by=copy.saved_by, to=copy.saved_by)
