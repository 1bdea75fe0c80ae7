"""What robots and angry people send: many at once, and anything at all in every field."""

import os
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client, RequestFactory

from comments import tokens
from comments.models import Comment, CommenterEmail, RateLimitHit, Thread
from comments.submission import submit
from comments.tests.factories import form_of, make_comment, make_rules, without_limits
from news.models import Article
from news.tests.factories import make_live_articles
from portal.audit import verify
from portal.wsgi import application

# The nonsense, in parts with a seed each: two parts a day, which are others tomorrow, and all ten in `make check-all`.
EVERY_DAY, PARTS, POSTS = 2, 10, 500
HANDS = 8  # connections at once; PostgreSQL has a hundred for everybody


def all_at_once(number, work, *, hands=HANDS):
    """Do `work(0)`, `work(1)`, … by many hands that begin together; return what they returned."""
    start = threading.Barrier(hands)

    def share(hand):
        try:
            start.wait(timeout=20)
            return [work(index) for index in range(hand, number, hands)]
        finally:
            connection.close()

    with ThreadPoolExecutor(hands) as pool:
        return [answer for answers in pool.map(share, range(hands)) for answer in answers]


def poster(path):
    """Sends forms to a story through the whole site as a server would, and returns the status.

    Not with Django's test client: that one copies the context of every template, which takes longer than the page.
    """

    def post(sent, **headers):
        content = (sent if isinstance(sent, str) else urlencode(sent)).encode()
        kind = "application/x-www-form-urlencoded"
        request = RequestFactory(REMOTE_ADDR="8.8.8.8").generic("POST", path, content, kind, headers=headers)
        return application.get_response(request).status_code

    return post


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_hundred_equal_comments_at_once_are_one_row(address):
    (article,) = make_live_articles(1)
    post, sent = poster(address("en", f"/news/{article.slug}/comments/")), form_of(article)
    assert set(all_at_once(100, lambda index: post(sent))) == {303}
    assert Comment.objects.count() == CommenterEmail.objects.count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_hundred_different_comments_at_once_with_one_token_are_a_hundred_rows(address):
    without_limits()
    (article,) = make_live_articles(1)
    post, sent = poster(address("en", f"/news/{article.slug}/comments/")), form_of(article)
    assert set(all_at_once(100, lambda index: post(sent | {"body": f"Point {index}."}))) == {303}
    assert sorted(Comment.objects.values_list("body", flat=True)) == sorted(f"Point {index}." for index in range(100))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_at_once_and_on_many_stories_a_network_gets_no_more_than_its_share(address):
    make_rules(max_per_hour_per_network=5)
    articles = make_live_articles(8)
    posts = [poster(address("en", f"/news/{article.slug}/comments/")) for article in articles]
    sent = [form_of(article) for article in articles]

    def send(index):
        place = index % len(articles)
        changed = {"body": f"Point {index}.", "email": f"reader{index}@example.org"}
        return posts[place](sent[place] | changed)

    assert sorted(all_at_once(40, send)) == [303] * 5 + [429] * 35
    assert Comment.objects.count() == 5


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [800, pytest.param(2000, marks=pytest.mark.long)])
def test_in_a_burst_from_two_hundred_addresses_nothing_is_lost_or_doubled_and_pages_are_served(address, number):
    without_limits(hold_all=False)
    if connection.vendor == "sqlite":
        number //= 4  # one writes at a time there, so many say no more
    articles = make_live_articles(10)
    pages = [address("en", f"/news/{article.slug}/") for article in articles]

    def send(index):
        article, page = articles[index % 10], pages[index % 10]
        said = {"name": f"Reader {index}", "address": f"reader{index % 200}@example.org", "body": f"Point {index}."}
        submit.submit(article, **said, network=f"8.8.{index % 200}.0/24")
        return Client().get(page).status_code if index % 40 == 0 else 200

    assert set(all_at_once(number, send, hands=4)) == {200}
    assert Comment.objects.count() == CommenterEmail.objects.count() == number
    assert set(Comment.objects.values_list("body", flat=True)) == {f"Point {index}." for index in range(number)}
    counts = dict(Thread.objects.values_list("article", "approved_count"))
    assert counts == {article.pk: number // len(articles) for article in articles}
    assert verify.verify()[1] is None
    first = Comment.objects.approved().filter(article=articles[0]).first()
    assert first.body in Client().get(pages[0]).content.decode()


# Anything at all

NASTY = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "\udfff\ud800",
    "\u202e\u2066txt.exe",
    "\u200b\u200d\ufeff",
    "a\r\nBcc: b@example.org\r\n\r\nx",
    "<script>alert(1)</script>",
    "{{ 7|add:7 }}{% url 'x' %}",
    "' OR 1=1 --",
    "%00%0d%0a%E2%28%A1",
    "../../etc/passwd",
    "javascript:alert(1)",
    "http://[::1",
    "https://xn--/",
    "jan@example.org",
    "\ufdfa" * 245,
    "ﷺ" * 200,
    "\U0001f468\u200d\U0001f469" * 100,
    "9" * 400,
    "-1",
    "1e999",
    "NaN",
    "٣",
    "true",
    "[]",
    '{"a": 1}',
    "None",
    "+48 601 234 567 " * 50,
    "casino " * 300,
    "@" * 2000,
    "a@" * 1000,
    "(" * 3000,
    "0" * 4000,
    "http://" * 500,
]
RARE = [  # slow to send, so not in every tenth post
    "word" * 260_000,
    "a" + "\u0301" * 100_000,
    "\u0301" * 5000,
    "\u200b" * 100_000,
]
FORGED = [
    "status",
    "decided_by",
    "article",
    "article_id",
    "created_at",
    "id",
    "pk",
    "reasons",
    "key",
    "staff",
    "colour",
]


def nonsense(chance, article, others):
    """One post: a good form with some of it exchanged for something else, and columns nobody asked for."""
    sent = form_of(article, body=f"Point {chance.random()}.", email=f"r{chance.randrange(50)}@example.org")
    sent |= {"started": str(chance.choice(["", 0, 900, 60_000])), "proof": ""}
    for field in chance.sample(sorted(sent), chance.choice([0, 1, 1, 2, 5])):
        sent[field] = (
            chance.choice(NASTY)
            if chance.random() < 0.9
            else "".join(chr(chance.randrange(0x110000)) for _ in range(chance.randrange(200)))
        )
    if chance.random() < 0.005:
        sent[chance.choice(sorted(sent))] = chance.choice(RARE)
    if chance.random() < 0.1:
        sent["parent"] = chance.choice(others)
    if chance.random() < 0.1:
        sent["proof"] = tokens.commenter_token(Comment(pk=chance.choice(others)))
    pairs = list(sent.items())
    for column in chance.sample(FORGED, chance.choice([0, 0, 3])):
        pairs.append((column, chance.choice(["approved", "1", "", "x"])))
    if chance.random() < 0.1:
        field = chance.choice(sorted(sent))
        pairs += [(field, "again"), (f"{field}[]", "x"), (f"{field}[0][status]", "approved")]
    chance.shuffle(pairs)
    return urlencode(pairs, errors="surrogatepass")


@pytest.mark.parametrize(
    "part",
    [
        0,  # on either database
        *(pytest.param(part, marks=pytest.mark.wide) for part in range(1, EVERY_DAY)),
        *(pytest.param(part, marks=pytest.mark.long) for part in range(EVERY_DAY, PARTS)),
    ],
)
def test_thousands_of_posts_of_nonsense_are_each_a_clear_answer_and_change_nothing(db, address, part):
    """No 500, no row but clean comments that wait, and every row that was there is as it was."""
    without_limits(hold_wordlist="casino*", spam_wordlist="*viagra*")
    here, there = make_live_articles(2)
    others = [
        make_comment(there, status="approved").pk,
        make_comment(here, status="spam").pk,
        make_comment(here).pk,
        10**15,
    ]
    post = poster(address("en", f"/news/{here.slug}/comments/"))
    chance = random.Random(f"{os.environ['TEST_SEED']}, part {part}")
    before = {model: list(model.objects.order_by("pk").values()) for model in (Comment, CommenterEmail, Article)}
    answers = {}
    for number in range(POSTS):
        sent = nonsense(chance, here, others)
        headers = {"X-Forwarded-For": chance.choice(NASTY[:3] + ["8.8.8.8", "x" * 3000])} if number % 7 == 0 else {}
        headers = {name: value for name, value in headers.items() if value.isprintable()}
        status = post(sent, **headers)
        answers[status] = answers.get(status, 0) + 1
        assert status in {303, 400, 403, 422}, (os.environ["TEST_SEED"], sent[:300])
    for model, rows in before.items():
        known = [row[model._meta.pk.attname] for row in rows]
        assert list(model.objects.filter(pk__in=known).order_by("pk").values()) == rows
    fresh = Comment.objects.exclude(pk__in=[row["id"] for row in before[Comment]])
    assert fresh.count() > POSTS / 20 and answers[422] > POSTS / 20
    assert not fresh.exclude(status__in=["pending", "spam"]).exists()
    assert not fresh.exclude(article=here, parent=None, decided_by=None, staff=None, original="").exists()
    for comment in fresh:
        assert comment.name == " ".join(comment.name.split()) and len(comment.name) <= 245 and len(comment.body) <= 5000
        assert not set(comment.name + comment.body) & {"\x00", "\r", "\ud800"} and comment.reasons
    assert not RateLimitHit.objects.exists()
