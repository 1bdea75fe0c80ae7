"""Long conversations: pages cut by the comments they show, numbers that go on, and an address for each comment."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from comments.display import threads
from comments.models import Comment, CommentSettings, Thread
from comments.moderation import decisions
from comments.tests.factories import make_comment, make_rules
from news.tests.factories import make_user
from portal.pagecache import counters
from portal.tests.markup import stands_in, tight

pytestmark = pytest.mark.django_db


def discuss(article, number, *, answering=lambda place: None):
    """Many approved comments, a second apart; `answering` gives the place of the one that each answers, or None."""
    begun = timezone.now() - timedelta(days=1)
    rows = [
        Comment(
            article=article,
            name=f"Reader {place}",
            body=f"Words {place}.",
            status="approved",
            created_at=begun + timedelta(seconds=place),
        )
        for place in range(number)
    ]
    rows = Comment.objects.bulk_create(rows)
    for place, row in enumerate(rows):
        if (parent := answering(place)) is not None:
            row.parent = rows[parent]
    Comment.objects.bulk_update(rows, ["parent"], batch_size=300)
    Thread.objects.update_or_create(article=article, defaults={"approved_count": number})
    return rows


def page_size(number):
    CommentSettings.objects.update_or_create(pk=1, defaults={"page_size": number})
    counters.bump(counters.SITE)


def on(conversation):
    return [shown.pk for shown in conversation.page.object_list]


def test_two_thousand_comments_cost_the_queries_of_two_and_are_never_all_rendered(client, queries_of, path, article):
    discuss(article, 2)
    client.get(path)
    few = queries_of(client.get, f"{path}?again")
    discuss(article, 2000, answering=lambda place: place - 1 if place % 4 else None)
    assert queries_of(client.get, f"{path}?again") == few
    html = client.get(f"{path}?again").content.decode()
    assert html.count('<li id="comment-') == CommentSettings().page_size
    assert len(html) < 100_000


def test_every_comment_is_on_one_page_and_under_its_own_address(client, path, article):
    page_size(7)
    rows = discuss(article, 40, answering=lambda place: place // 2 if place % 3 else None)
    pages = [threads.thread_page(article, number) for number in range(1, 7)]
    assert sorted(pk for page in pages for pk in on(page)) == sorted(row.pk for row in rows)
    assert [len(on(page)) for page in pages] == [7, 7, 7, 7, 7, 5]
    for number, page in enumerate(pages, 1):
        for pk in on(page):
            response = client.get(f"{path}comments/{pk}/")
            assert response.status_code == 302
            wanted = path if number == 1 else f"{path}comments/page/{number}/"
            assert response["Location"] == f"{wanted}#comment-{pk}"
        assert f'id="comment-{on(page)[-1]}"' in client.get(wanted).content.decode()


def test_where_the_rules_say_so_the_last_conversation_is_first_and_answers_keep_their_order(client, path, article):
    page_size(3)
    first, second, third, answer, later_answer = discuss(
        article, 5, answering=lambda place: 1 if place in {3, 4} else None
    )
    make_rules(newest_first=True)
    assert on(threads.thread_page(article)) == [third.pk, second.pk, answer.pk]
    assert on(threads.thread_page(article, 2)) == [later_answer.pk, first.pk]
    assert client.get(f"{path}comments/{first.pk}/")["Location"] == f"{path}comments/page/2/#comment-{first.pk}"
    html = client.get(path).content.decode()
    assert html.index("Words 2.") < html.index("Words 1.") < html.index("Words 3.")


def test_numbers_go_on_from_page_to_page(client, path, article):
    page_size(5)
    discuss(article, 12)
    assert stands_in("<ol>", client.get(path).content.decode())
    assert '<ol start="6">' in client.get(f"{path}comments/page/2/").content.decode()
    assert '<ol start="11">' in client.get(f"{path}comments/page/3/").content.decode()


def test_answers_count_on_their_page_and_only_the_outermost_have_numbers_of_their_own(article):
    page_size(4)
    discuss(article, 8, answering=lambda place: 0 if place in {1, 2, 3, 4} else None)
    first, second = threads.thread_page(article), threads.thread_page(article, 2)
    assert (first.start, second.start) == (1, 2)
    assert [len(shown.replies) for shown in first.comments] == [3]
    assert len(second.comments) == 4


def test_an_answer_whose_comment_is_on_an_earlier_page_says_whom_it_answers(client, path, article):
    page_size(2)
    rows = discuss(article, 4, answering=lambda place: 0 if place == 3 else None)
    second = threads.thread_page(article, 2)
    assert [shown.in_reply_to for shown in threads.thread_page(article).comments[0].replies] == [""]
    rows += discuss(article, 0)
    assert on(second) == [rows[1].pk, rows[2].pk]
    page_size(1)
    html = client.get(f"{path}comments/page/2/").content.decode()
    assert f'in reply to <a href="{path}comments/{rows[0].pk}/"><bdi>Reader 0</bdi></a>' in html


def test_a_removed_one_on_an_earlier_page_is_not_named(client, path, article):
    page_size(1)
    parent = make_comment(article, name="Gone Person", status="approved")
    make_comment(article, parent=parent, body="Still here.", status="approved")
    decisions.trash(parent, by=make_user("Moderators"))
    html = client.get(f"{path}comments/page/2/").content.decode()
    assert "Still here." in html and "Gone Person" not in html


def test_never_more_than_four_levels_on_any_page(client, path, article):
    page_size(9)
    discuss(article, 30, answering=lambda place: place - 1 if place else None)
    for number in range(1, 5):
        html = client.get(path if number == 1 else f"{path}comments/page/{number}/").content.decode()
        depth = deepest = 0
        for tag in re.findall(r"</?ol", html[html.index('id="comments"') : html.index('id="respond"')]):
            depth += 1 if tag == "<ol" else -1
            deepest = max(deepest, depth)
        assert deepest == threads.DEEPEST if number < 4 else deepest <= threads.DEEPEST


@pytest.mark.parametrize("number", ["3", "99999", "0", "02", "-1", "x", "9" * 30])
def test_a_page_that_is_not_there_is_not_found(client, path, article, number):
    page_size(5)
    discuss(article, 7)
    assert client.get(f"{path}comments/page/{number}/").status_code == 404


def test_the_first_page_has_one_address_the_storys(client, path, article):
    discuss(article, 1)
    response = client.get(f"{path}comments/page/1/")
    assert (response.status_code, response["Location"]) == (302, f"{path}#comments")


def test_a_further_page_is_kept_and_is_no_page_of_its_own_to_search_engines(client, path, article):
    page_size(5)
    rows = discuss(article, 7)
    first, second = client.get(f"{path}comments/page/2/"), client.get(f"{path}comments/page/2/")
    assert first.templates and not second.templates and first.content == second.content
    assert re.search(r'rel="canonical" href="[^"]+"', first.content.decode())[0] in client.get(path).content.decode()
    assert "– comments, page 2 –" in re.search("<title>.*</title>", tight(first.content.decode()))[0]
    assert "comments, page" not in re.search("<title>.*</title>", tight(client.get(path).content.decode()))[0]
    decisions.trash(rows[6], by=make_user("Moderators"))
    html = client.get(f"{path}comments/page/2/").content.decode()
    assert "Words 6." not in html and "Words 5." in html


def test_the_pages_lead_to_each_other(client, path, article):
    page_size(2)
    discuss(article, 5)
    first, second = client.get(path).content.decode(), client.get(f"{path}comments/page/2/").content.decode()
    assert stands_in(f'<a href="{path}comments/page/2/#comments" rel="next">', first)
    assert stands_in(f'<a href="{path}#comments" rel="prev">', second)
    assert stands_in(f'{path}comments/page/3/#comments" rel="next"', second)
    assert stands_in(">5 comments</h2>", first) and stands_in(">5 comments</h2>", second)


@pytest.mark.parametrize("status", ["pending", "spam", "trash"])
def test_a_comment_nobody_sees_has_no_address(client, path, article, status):
    comment = make_comment(article, status=status)
    assert client.get(f"{path}comments/{comment.pk}/").status_code == 404
    assert client.get(f"{path}comments/{make_comment(status='approved').pk}/").status_code == 404


def test_no_rule_makes_a_page_of_nothing_or_of_everything(article):
    discuss(article, threads.FULLEST + 1)
    for asked, got in ((0, 1), (32767, threads.FULLEST)):
        page_size(asked)
        assert len(on(threads.thread_page(article))) == got


# What else stands at a comment


def test_initials_are_decoration_in_one_of_twelve_colours(client, path, article):
    comment = make_comment(article, name="Grażyna z Wrocławia", status="approved")
    html = client.get(path).content.decode()
    assert stands_in(f'<span class="av av{comment.colour}" aria-hidden="true">GW</span>', html)
    assert "style=" not in html and "gravatar" not in html.lower()


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Jan", "J"),
        ("jan maria kowal", "JK"),
        ("“Ola”", "O"),
        ("ßeta", "ß"),
        ("李 小龙", "李小"),
        ("!!!", ""),
        ("", ""),
        ("7 up", "7U"),
    ],
)
def test_initials_are_the_first_letters_of_the_first_and_last_word(name, letters):
    from comments.templatetags.comments import initials

    assert initials(name) == letters


def test_the_newsroom_is_marked_as_such(client, path, article):
    comment = make_comment(article, status="approved")
    assert 'class="staff"' not in client.get(path).content.decode()
    Comment.objects.filter(pk=comment.pk).update(
        staff=(editor := make_user("Editors")), edited_by=editor, edited_at=timezone.now()
    )
    html = client.get(f"{path}?again").content.decode()
    assert f'<li id="comment-{comment.pk}" class="staff">' in html
    assert stands_in('<span class="badge">Newsroom</span>', html) and "Edited by the newsroom" in html
