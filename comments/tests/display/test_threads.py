"""The conversation as readers see it."""

from datetime import timedelta

import pytest
from django.template import Context, Template
from django.utils import timezone

from comments.display import threads
from comments.models import Comment, CommentSettings
from comments.moderation import closing, decisions
from comments.templatetags.comments import most_discussed
from comments.tests.factories import make_comment, make_comments
from news.models import Article
from news.tests.factories import make_live_articles, make_user
from portal.tests.markup import stands_in

pytestmark = pytest.mark.django_db
PAGE = CommentSettings().page_size


@pytest.fixture
def page(client, address, article):
    return lambda: client.get(address("en", f"/news/{article.slug}/")).content.decode()


def outline(comments):
    """The tree as nested numbers."""
    return [(comment.pk, outline(comment.replies)) for comment in comments]


def thread(article, number=1):
    return threads.thread_page(article, number)


@pytest.mark.parametrize("status", ["pending", "spam", "trash"])
def test_only_approved_comments_are_shown(article, page, status):
    make_comment(article, body="Waiting words.", status=status)
    make_comment(article, body="Approved words.", status="approved")
    assert "Approved words." in page()
    assert "Waiting words." not in page()


def test_an_approved_comment_is_on_the_kept_page_at_once_and_a_removed_one_gone(article, page):
    comment, moderator = make_comment(article, body="Fresh words."), make_user("Moderators")
    assert "Fresh words." not in page()
    decisions.approve(comment, by=moderator)
    assert "Fresh words." in page()
    decisions.mark_spam(comment, by=moderator)
    assert "Fresh words." not in page()


def test_as_many_queries_with_or_without_a_thread(article, queries_of):
    assert thread(article).comments == []
    without = queries_of(thread, article)
    make_comment(article)
    empty = thread(article)
    assert (empty.count, empty.closed, empty.comments) == (0, "", [])
    assert queries_of(thread, article) == without
    closing.close(article, by=make_user("Moderators"))
    assert thread(article).closed == closing.closed_because(article) != ""


def test_replies_stand_under_their_parents_in_the_order_of_time(article):
    approved = {"status": "approved", "by": make_user("Moderators")}
    first, second = make_comment(article, **approved), make_comment(article, **approved)
    late = make_comment(article, parent=first, **approved)
    later = make_comment(article, parent=first, **approved)
    assert outline(thread(article).comments) == [
        (first.pk, [(late.pk, []), (later.pk, [])]),
        (second.pk, []),
    ]


def test_the_fifth_level_stays_at_the_fourth_and_says_whom_it_answers(article, page):
    moderator, parent, chain = make_user("Moderators"), None, []
    for depth in range(6):
        parent = make_comment(article, name=f"Level {depth + 1}", parent=parent, status="approved", by=moderator)
        chain.append(parent.pk)
    row = thread(article).comments
    for _ in range(3):
        (only,) = row
        row = only.replies
    assert [comment.pk for comment in row] == chain[3:]
    assert [comment.in_reply_to for comment in row] == ["", "Level 4", "Level 5"]
    assert f'in reply to <a href="#comment-{chain[3]}"><bdi>Level 4</bdi></a>' in page()


def test_an_answer_to_the_deepest_stands_right_after_it(article):
    moderator, parent = make_user("Moderators"), None
    for _ in range(4):
        third, parent = parent, make_comment(article, parent=parent, status="approved", by=moderator)
    beside = make_comment(article, parent=third, status="approved", by=moderator)
    below = make_comment(article, parent=parent, status="approved", by=moderator)
    row = thread(article).comments[0].replies[0].replies[0].replies
    assert [comment.pk for comment in row] == [parent.pk, below.pk, beside.pk]


def test_people_may_answer_each_other_for_ever(article):
    parent, depth = make_comment(article, status="approved"), 1100
    rows = [Comment(article=article, name="A", body=str(number), status="approved") for number in range(depth)]
    for row in Comment.objects.bulk_create(rows):
        row.parent, parent = parent, row
    Comment.objects.bulk_update(rows, ["parent"], batch_size=300)
    assert len(thread(article).comments[0].replies[0].replies[0].replies) == PAGE - 3
    assert len(thread(article, 2).comments[0].replies[0].replies[0].replies) == PAGE - 3
    assert thread(article).page.paginator.num_pages == depth // PAGE + 1


def test_a_removed_comment_leaves_a_mark_while_its_replies_remain(article, page):
    moderator = make_user("Moderators")
    parent = make_comment(article, name="Gone Person", body="Gone words.", status="approved", by=moderator)
    reply = make_comment(article, body="Reply words.", parent=parent, status="approved", by=moderator)
    decisions.trash(parent, by=moderator)
    text = page()
    assert "Comment removed by the newsroom." in text and "Reply words." in text
    assert "Gone words." not in text and "Gone Person" not in text
    assert outline(thread(article).comments) == [(parent.pk, [(reply.pk, [])])]
    assert thread(article).count == 1
    decisions.trash(reply, by=moderator)
    assert "Comment removed" not in page()


def test_a_removed_branch_keeps_its_place_under_what_is_left(article):
    moderator = make_user("Moderators")
    root = make_comment(article, status="approved", by=moderator)
    middle = make_comment(article, parent=root, status="approved", by=moderator)
    leaf = make_comment(article, parent=middle, status="approved", by=moderator)
    decisions.trash(middle, by=moderator)
    assert outline(thread(article).comments) == [(root.pk, [(middle.pk, [(leaf.pk, [])])])]
    decisions.trash(root, by=moderator)
    later = make_comment(article, status="approved", by=moderator)
    assert outline(thread(article).comments) == [(root.pk, [(middle.pk, [(leaf.pk, [])])]), (later.pk, [])]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("One.\n\nTwo.\nThree.", '<p dir="auto">One.</p>\n<p dir="auto">Two.<br>Three.</p>'),
        ("See https://spam.example/ now", ">https://spam.example/</a> now</p>"),
    ],
)
def test_words_are_shown_as_typed_in_paragraphs_and_with_links(article, page, typed, shown):
    make_comment(article, body=typed, status="approved")
    assert shown in page()


def test_every_writing_direction_stays_in_its_place(article, page):
    make_comment(article, name="\u05d3\u05e0\u05d4", body="\u202eabc", status="approved")
    text = page()
    assert "<bdi>\u05d3\u05e0\u05d4</bdi>" in text
    assert '<p dir="auto">\u202eabc</p>' in text


def test_a_link_to_a_website_vouches_for_nothing(article, page):
    make_comment(article, name="Jan", website="https://firma.pl/?a=1&b=2", status="approved")
    link = '<a href="https://firma.pl/?a=1&amp;b=2" rel="ugc external nofollow noopener">Jan</a>'
    assert link in page()


def test_the_heading_counts_in_words(article, page):
    moderator = make_user("Moderators")
    make_comment(article, status="approved", by=moderator)
    assert stands_in(">1 comment</h2>", page())
    make_comment(article, status="approved", by=moderator)
    assert stands_in(">2 comments</h2>", page())


def test_two_hundred_comments_cost_the_queries_of_two(client, address, queries_of):
    moderator, (short, long) = make_user("Moderators"), make_live_articles(2)
    make_comments(2, short, by=moderator)
    rows = [Comment(article=long, name="A", body=str(number), status="approved") for number in range(199)]
    first = make_comment(long, status="approved", by=moderator)
    for row in Comment.objects.bulk_create(rows)[::2]:
        row.parent = first
        row.save(update_fields=["parent"])
    client.get(address("en", "/"))  # what every page shows is remembered from here on
    few = queries_of(client.get, address("en", f"/news/{short.slug}/"))
    assert queries_of(client.get, address("en", f"/news/{long.slug}/")) == few


# Most discussed


def test_the_most_discussed_are_live_stories_with_their_counts(django_assert_num_queries):
    moderator, articles = make_user("Moderators"), make_live_articles(6)
    for number, article in enumerate(articles):
        for _ in range(number):
            make_comment(article, status="approved", by=moderator)
    make_comment(articles[0], by=moderator)
    Article.objects.filter(pk=articles[5].pk).update(withdrawn_at=timezone.now())
    with django_assert_num_queries(1):
        discussed = [(article.pk, count) for article, count in most_discussed()]
    assert discussed == [(articles[4].pk, 4), (articles[3].pk, 3), (articles[2].pk, 2), (articles[1].pk, 1)]


def test_the_tags_work_in_a_template(article):
    make_comment(article, status="approved")
    template = Template(
        "{% load comments %}{% thread_of article as thread %}{{ thread.count }}"
        "{% most_discussed as discussed %}{% for story, count in discussed %} {{ story.pk }}:{{ count }}{% endfor %}"
    )
    assert template.render(Context({"article": article})) == f"1 {article.pk}:1"


def test_times_are_the_sites_own(article, page):
    at = timezone.now() - timedelta(days=400)
    make_comment(article, status="approved", at=at)
    assert f"{timezone.localtime(at):%H:%M}</time>" in page()
