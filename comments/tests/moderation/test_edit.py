"""A moderator changes words or answers: how they were sent is kept, nothing typed is lost, and history says who."""

from html import unescape

import pytest

from comments import page_counters
from comments.admin import highlight
from comments.models import Comment, CommenterEmail, Thread
from comments.moderation import answers, decisions, edits
from comments.moderation.refusals import Refused
from comments.screening import explanations
from comments.tests.factories import make_comment
from comments.tests.queue import QUEUE, offers, press, press_shown
from news.tests.factories import make_user
from portal.audit import verify
from portal.models import AuditEvent
from portal.pagecache import counters
from portal.tests.markup import stands_in, tight
from portal.text.folding import fold

pytestmark = pytest.mark.django_db


def counter(article):
    return counters.values({page_counters.of_thread(article.slug)})[page_counters.of_thread(article.slug)]


def shown(client, query=""):
    return client.get(QUEUE + query).content.decode()


# Editing


def test_how_it_was_sent_is_kept_once_and_each_wording_is_in_history(article, moderator):
    comment = make_comment(article, body="Call 600 100 200.", status="approved")
    before = counter(article)
    for words in ("Call me.", "Call."):
        edits.edit(comment, words, by=moderator, expected=comment.state_token)
    comment.refresh_from_db()
    assert (comment.body, comment.original, comment.search_key) == ("Call.", "Call 600 100 200.", fold("Call."))
    assert comment.edited_by == moderator and comment.edited_at
    told = AuditEvent.objects.about(comment).filter(kind="comment.edited").order_by("number")
    assert [(event.reason, event.actor_id) for event in told] == [
        ("Call 600 100 200.", moderator.pk),
        ("Call me.", moderator.pk),
    ]
    assert not any("Call" in event.facts for event in told)
    assert counter(article) == before + 2
    assert verify.verify()[1] is None


def test_an_edit_of_what_readers_do_not_see_tells_no_page(article, moderator):
    comment, before = make_comment(article), counter(article)
    edits.edit(comment, "Other words.", by=moderator, expected=comment.state_token)
    assert counter(article) == before


def test_put_back_as_it_was_sent_it_counts_as_never_edited(article, moderator):
    comment = make_comment(article, body="As sent.")
    edits.edit(comment, "Otherwise.", by=moderator, expected=comment.state_token)
    edits.edit(comment, "As sent.", by=moderator, expected=comment.state_token)
    comment.refresh_from_db()
    assert (comment.body, comment.original, comment.edited_by, comment.edited_at) == ("As sent.", "", None, None)


def test_of_two_who_edit_the_slower_is_told_and_overwrites_nothing(article, moderator):
    comment = make_comment(article)
    late, seen = Comment.objects.get(pk=comment.pk), comment.state_token
    edits.edit(comment, "First.", by=make_user("Moderators", first_name="Anna", last_name="Nowak"), expected=seen)
    for stale in (late, Comment.objects.get(pk=comment.pk)):  # a race, and an old page
        with pytest.raises(Refused, match="changed by Anna Nowak"):
            edits.edit(stale, "Second.", by=moderator, expected=seen)
    comment.refresh_from_db()
    assert comment.body == "First."


def test_decided_meanwhile_it_is_not_edited(article, moderator):
    comment = make_comment(article)
    seen = comment.state_token
    decisions.approve(comment, by=make_user("Moderators", first_name="Anna", last_name="Nowak"))
    with pytest.raises(Refused, match="Decision by Anna Nowak"):
        edits.edit(comment, "Other words.", by=moderator, expected=seen)


@pytest.mark.parametrize("role", ["Reporters", "Editors"])
def test_other_roles_edit_and_answer_nothing(article, role):
    comment, person = make_comment(article, status="approved"), make_user(role, first_name="A", last_name="B")
    with pytest.raises(Refused, match="Your role does not moderate"):
        edits.edit(comment, "Other words.", by=person, expected=comment.state_token)
    with pytest.raises(Refused, match="Your role does not moderate"):
        answers.answer(comment, "An answer.", by=person)
    assert Comment.objects.count() == 1


def test_on_the_page_it_is_edited_in_place_and_both_wordings_stand_beside_each_other(desk, article):
    comment = make_comment(article, body="Seals are blue.")
    assert offers(shown(desk), "edit", comment.pk)
    page = press_shown(desk, "edit", comment.pk, words=" Seals are\r\nred. ").content.decode()
    comment.refresh_from_db()
    assert comment.body == "Seals are\nred."
    assert "<del>blue</del>" in page and "<ins>red</ins>" in page and "Edited: Ruth Okafor" in page


@pytest.mark.parametrize(
    ("words", "told"),
    [("", "take the comment away, use the trash"), ("x" * 5001, "now it has 5001"), ("Seals.", "nothing is changed")],
)
def test_what_cannot_stand_is_said_at_its_field_and_stays_typed(desk, article, words, told):
    comment = make_comment(article, body="Seals.")
    response = press_shown(desk, "edit", comment.pk, words=words)
    page = unescape(response.content.decode())
    assert response.status_code == 422
    assert told in page and stands_in(f'aria-describedby="words-refused">{words}</textarea>', page)
    comment.refresh_from_db()
    assert (comment.body, comment.edited_at) == ("Seals.", None)


def test_edited_by_somebody_else_meanwhile_what_was_typed_is_still_there(desk, article):
    comment = make_comment(article)
    seen = comment.state_token
    edits.edit(comment, "Theirs.", by=make_user("Moderators"), expected=seen)
    response = press(desk, "edit", comment.pk, state=seen, about=comment.pk, words="Mine, long.")
    page = response.content.decode()
    assert response.status_code == 422 and ">\nMine, long.</textarea>" in page and "Meanwhile its words" in page
    comment.refresh_from_db()
    assert comment.body == "Theirs."


def test_decided_by_somebody_else_meanwhile_what_was_typed_is_still_there(desk, article):
    comment = make_comment(article)
    posted = {"state": "pending", "about": comment.pk, "answer": "My long answer."}
    decisions.trash(comment, by=make_user("Moderators", first_name="Anna", last_name="Nowak"))
    response = press(desk, "answer", comment.pk, query=f"?c={comment.pk}", **posted)
    page = response.content.decode()
    assert response.status_code == 422 and ">\nMy long answer.</textarea>" in page and "Anna Nowak" in page
    assert not offers(page, "decide", comment.pk) and Comment.objects.count() == 1


@pytest.mark.parametrize("action", ["decide", "decide_many"])
def test_no_other_button_throws_away_what_was_typed(desk, article, action):
    comment = make_comment(article)
    ids = [comment.pk] if action == "decide" else []
    posted = {"decision": "approve", "_selected_action": f"{comment.pk}:pending", "words": comment.body}
    response = press_shown(desk, action, *ids, value="approve", answer="Half an ans", **posted)
    assert response.status_code == 422 and ">\nHalf an ans</textarea>" in response.content.decode()
    comment.refresh_from_db()
    assert comment.status == "pending"
    press_shown(desk, action, *ids, answer=" ", **posted)
    comment.refresh_from_db()
    assert comment.status == "approved"


@pytest.mark.parametrize("words", ["\ud800 lone", "a\0b", "\u202eevil", "<script>alert(1)</script>"])
def test_hostile_words_become_clean_ones_or_a_refusal(desk, article, words):
    comment = make_comment(article)
    response = press_shown(desk, "edit", comment.pk, words=words.encode("utf-8", "replace"))
    assert response.status_code in (200, 400, 422)
    comment.refresh_from_db()
    assert "\0" not in comment.body and "<script>alert" not in response.content.decode()


# Answering


def test_an_answer_is_a_comment_of_the_newsroom_under_the_one_it_answers(article, moderator):
    comment, before = make_comment(article, status="approved"), counter(article)
    made = answers.answer(comment, "It does.", by=moderator)
    made.refresh_from_db()
    assert (made.status, made.staff, made.name, made.parent) == ("approved", moderator, "Ruth Okafor", comment)
    assert Thread.objects.get().approved_count == 2
    assert not CommenterEmail.objects.filter(pk=made.pk).exists()
    assert counter(article) == before + 1
    event = AuditEvent.objects.about(made).get()
    assert (event.kind, event.actor_id) == ("comment.answered", moderator.pk) and f'"to":{comment.pk}' in event.facts


def test_undoing_an_answer_takes_it_into_the_trash(article, moderator):
    made = answers.answer(make_comment(article, status="approved"), "It does.", by=moderator)
    assert decisions.last_decision(moderator) == made
    decisions.undo(made, by=moderator)
    made.refresh_from_db()
    assert (made.status, Thread.objects.get().approved_count) == ("trash", 1)


def test_approved_and_answered_with_one_press(desk, article, moderator):
    comment = make_comment(article)
    page = shown(desk)
    assert "Approve and reply" in page
    page = press_shown(desk, "answer", comment.pk, answer="It does.").content.decode()
    comment.refresh_from_db()
    assert comment.status == "approved" and comment.replies.get().staff == moderator
    assert Thread.objects.get().approved_count == 2
    assert "Your answer is on the site." in page and "You answered a comment." in page
    assert 'class="nr-lang">Newsroom<' in shown(desk, f"?view=approved&c={comment.replies.get().pk}")


def test_sent_twice_it_is_one_answer(article, moderator):
    comment = make_comment(article, status="approved")
    assert answers.answer(comment, "It does.", by=moderator) == answers.answer(comment, "It  does.", by=moderator)
    assert (Comment.objects.count(), Thread.objects.get().approved_count) == (2, 2)


@pytest.mark.parametrize("status", ["spam", "trash"])
def test_what_readers_do_not_see_is_not_answered(article, moderator, status):
    comment = make_comment(article, status=status)
    with pytest.raises(Refused, match="Readers do not see this comment"):
        answers.answer(comment, "It does.", by=moderator)


def test_nobody_answers_without_a_name_for_readers_and_never_with_a_login(desk, article):
    comment, nameless = make_comment(article, status="approved"), make_user("Moderators", username="login7")
    with pytest.raises(Refused, match="your account has none yet"):
        answers.answer(comment, "It does.", by=nameless)
    desk.force_login(nameless)
    page = shown(desk, "?view=approved")
    assert "/answer/" not in page and "your account has none yet" in page
    assert Comment.objects.count() == 1


def test_an_answer_that_fails_approves_nothing(article):
    comment, nameless = make_comment(article), make_user("Moderators")
    with pytest.raises(Refused):
        answers.answer(comment, "It does.", by=nameless, expected="pending")
    comment.refresh_from_db()
    assert comment.status == "pending"


@pytest.mark.parametrize(("words", "told"), [(" ", "Type your answer"), ("x" * 5001, "now it has 5001")])
def test_an_answer_that_cannot_stand_is_said_at_its_field(desk, article, words, told):
    comment = make_comment(article)
    response = press_shown(desk, "answer", comment.pk, answer=words)
    assert response.status_code == 422 and told in response.content.decode()
    comment.refresh_from_db()
    assert comment.status == "pending"


# Reasons in the words


def test_passages_are_marked_with_the_numbers_of_their_reasons():
    marked = highlight.highlight("buy <now> cheap", [(1, "Words", [(0, 3)]), (2, "More", [(10, 15)])])
    assert marked == (
        '<mark class="nr-hit">buy<sup>1</sup></mark> &lt;now&gt; <mark class="nr-hit">cheap<sup>2</sup></mark>'
    )


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ([[(0, 3)], [(1, 5)]], "[a][bc 1][de 2]fg"),
        ([[(0, 5)], [(1, 3)]], "[a][bc 2][de 1]fg"),
        ([[(0, 3)], [(0, 3)]], "[abc 1, 2]defg"),
        ([[(0, 2), (4, 6)]], "[ab 1]cd[ef 1]g"),
        ([[(-5, 2), (6, 99), (4, 4), (5, 3), (50, 60)]], "[ab 1]cdef[g 1]"),
        ([[]], "abcdefg"),
        ([], "abcdefg"),
    ],
)
def test_passages_may_overlap_repeat_and_lie_outside(ranges, expected):
    sentences = [(number, "Why", each) for number, each in enumerate(ranges, start=1)]
    shown = str(highlight.highlight("abcdefg", sentences)).replace('<mark class="nr-hit">', "[").replace("</mark>", "]")
    assert shown.replace("<sup>", " ").replace("</sup>", "") == expected


def test_no_mark_ever_splits_or_opens_markup():
    text = "<img src=x onerror=alert(1)>&amp;"
    for start in range(len(text)):
        marked = str(highlight.highlight(text, [(1, "Why", [(start, start + 3)])]))
        assert "<img" not in marked and marked.count("<mark") == marked.count("</mark>") == 1


def test_reasons_stand_numbered_beside_the_words_and_shortly_in_the_list(desk, article, monkeypatch):
    make_comment(article, body="See http://a.example & <b>")
    monkeypatch.setattr(explanations, "sentences", lambda comment: [(4, "One link <i>.", [(4, 20)])])
    monkeypatch.setattr(explanations, "distinguishing_sentences", lambda comment: ["One link <i>."])
    page = shown(desk)
    assert 'See <mark class="nr-hit">http://a.example<sup>4</sup></mark> &amp; &lt;b&gt;' in page
    assert stands_in('<li value="4"><span class="is-strong">One link &lt;i&gt;.</span>', page)
    assert stands_in('<span class="nr-qi-why">One link &lt;i&gt;.</span>', page)


def test_the_talk_around_it_is_there_with_each_state(desk, article):
    root = make_comment(article, body="The root.", status="approved")
    middle = make_comment(article, body="In between.", parent=root, status="approved")
    make_comment(article, body="Spam beside it.", is_spam=True, status="spam")
    current = make_comment(article, body="The one.", parent=middle)
    make_comment(article, body="Said after it.")
    page = tight(shown(desk, f"?c={current.pk}")).partition('<div class="nr-qdetail">')[2]
    order = [page.index(words) for words in ("The root.", "In between.", "The one.", "Spam beside it.", "Said after")]
    assert order == sorted(order)
    assert "· Spam" in page and "· Approved" in page


def test_a_name_longer_than_names_are_kept_still_answers(article):
    moderator = make_user("Moderators", first_name="A" * 150, last_name="B" * 150)
    made = answers.answer(make_comment(article, status="approved"), "It does.", by=moderator)
    made.refresh_from_db()
    assert len(made.name) == 245
