"""How many comments may come from whom, and who is believed about where a request came from."""

from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.utils import timezone

from comments.models import Comment, RateLimitHit
from comments.submission import rate_limits, submit
from comments.submission.submit import RateLimited
from comments.tests.factories import form_of, make_rules
from news.tests.factories import make_live_articles

HERE, THERE = "8.8.8.0/24", "9.9.9.0/24"


# Where from


@pytest.mark.parametrize(
    ("machine", "told", "network"),
    [
        ("8.8.8.8", "", "8.8.8.0/24"),
        ("2a00:1450:4001:830:aaaa::1", "", "2a00:1450:4001:800::/56"),
        ("::ffff:8.8.8.8", "", "8.8.8.0/24"),
        ("8.8.8.8", "9.9.9.9", "8.8.8.0/24"),  # nobody we know says so
        ("10.0.7.1", "9.9.9.9", "9.9.9.0/24"),
        ("10.0.7.1", "1.1.1.1, 9.9.9.9", "9.9.9.0/24"),  # what the reader sent along stands further left
        ("10.0.7.1", "1.1.1.1, 9.9.9.9 , 10.0.7.2", "9.9.9.0/24"),
        ("10.0.7.1", "9.9.9.9:4711", "9.9.9.0/24"),
        ("10.0.7.1", "[2a00:1450:4001:830::1]:4711", "2a00:1450:4001:800::/56"),
        ("10.0.7.1", "9.9.9.9, unknown", ""),
        ("10.0.7.1", "", ""),
        ("10.0.7.1", ", , ,", ""),
        ("10.0.7.1", "9.9.9.9," * 5000 + "8.8.8.8", "8.8.8.0/24"),
        ("10.0.9.9", "9.9.9.9", ""),  # private and not named: a proxy nobody told us of, or the newsroom
        ("127.0.0.1", "9.9.9.9", ""),
        ("fe80::1%eth0", "", ""),
        ("unix:", "9.9.9.9", ""),
        ("", "", ""),
    ],
)
def test_only_named_proxies_are_believed_and_read_from_the_right(rf, settings, machine, told, network):
    settings.TRUSTED_PROXIES = [ip_network("10.0.7.0/24")]
    request = rf.post("/", REMOTE_ADDR=machine, HTTP_X_FORWARDED_FOR=told)
    assert rate_limits.network_of(request) == network


# How many


@pytest.fixture
def article(db):
    return make_live_articles(1)[0]


@pytest.fixture
def receive(article):
    def sending(body, *, address="jan@example.org", network=HERE, story=article, after=0, name="Jan"):
        said = {"name": name, "address": address, "body": body, "network": network}
        return submit.submit(story, **said, at=timezone.now() + timedelta(seconds=after))

    return sending


def test_one_person_pauses_between_two_comments(receive):
    receive("One.")
    with pytest.raises(RateLimited, match="a moment ago") as refused:
        receive("Two.", after=5)
    assert 9 <= refused.value.seconds <= 10
    receive("Two.", after=16)
    assert Comment.objects.count() == 2


@pytest.mark.parametrize("other", [{"address": "ola@example.org"}, {"network": THERE}])
def test_others_and_whoever_tries_an_address_from_elsewhere_need_not_pause(receive, other):
    receive("One.")
    receive("Two.", **other)


def test_a_network_and_an_address_have_so_many_an_hour(receive):
    make_rules(min_seconds_between=0, max_per_hour_per_network=3)
    for number in range(3):
        receive(f"{number}.", address=f"reader{number}@example.org", after=number * 60)
    with pytest.raises(RateLimited, match="your network") as refused:
        receive("Four.", address="reader9@example.org", after=300)
    assert refused.value.seconds in {3299, 3300}
    receive("Four.", address="reader9@example.org", network=THERE, after=300)
    receive("Five.", address="reader9@example.org", after=3601)


def test_an_address_on_every_network_is_one_person(receive):
    make_rules(min_seconds_between=0, max_per_hour_per_network=3)
    for number in range(3):
        receive(f"{number}.", network=f"8.8.{number}.0/24")
    with pytest.raises(RateLimited):
        receive("Four.", network=THERE)


def test_a_story_has_so_many_an_hour_from_everybody(receive):
    make_rules(max_per_hour_per_article=2)
    (elsewhere,) = make_live_articles(1)
    for number in range(2):
        receive(f"{number}.", address=f"reader{number}@example.org", network=f"8.8.{number}.0/24")
    with pytest.raises(RateLimited, match="on this story"):
        receive("Three.", address="new@example.org", network=THERE)
    receive("Three.", address="new@example.org", network=THERE, story=elsewhere)


def test_an_unknown_network_is_not_one_network(receive):
    make_rules(max_per_hour_per_network=2)
    for number in range(5):
        receive(f"{number}.", address=f"reader{number}@example.org", network="")


def test_a_limit_of_nothing_is_none_and_what_code_brings_in_has_none(receive):
    make_rules(min_seconds_between=0, max_per_hour_per_network=0, max_per_hour_per_article=0)
    for number in range(30):
        receive(f"{number}.")
    make_rules(min_seconds_between=60)
    receive("By code.", network=None)
    receive("By code again.", network=None)
    assert not RateLimitHit.objects.exists()


def test_a_double_click_is_no_flood_and_not_counted(receive):
    first = receive("One.")
    assert receive("One.").comment == first.comment
    assert RateLimitHit.objects.count() == 4


def test_nothing_stored_tells_whom_or_where_from(receive):
    receive("One.")
    keys = " ".join(RateLimitHit.objects.values_list("key", flat=True))
    assert all(len(key) == 64 for key in keys.split()) and len(set(keys.split())) == 4
    assert "8.8.8" not in keys and "jan" not in keys


def test_what_was_counted_is_forgotten_after_an_hour(receive):
    receive("One.", after=-3601)
    receive("Two.")
    rate_limits.purge()
    assert RateLimitHit.objects.count() == 4


# As the sender sees it


def test_too_many_is_429_with_when_to_come_back_and_the_text_kept(client, address, article):
    path = address("en", f"/news/{article.slug}/comments/")
    somewhere = {"REMOTE_ADDR": "8.8.8.8"}
    assert client.post(path, form_of(article), **somewhere).status_code == 303
    response = client.post(path, form_of(article, body="And <b>another</b> thing."), **somewhere)
    assert response.status_code == 429
    assert 1 <= int(response.headers["Retry-After"]) <= 15
    assert response.headers["Cache-Control"] == "no-store"
    assert "And &lt;b&gt;another&lt;/b&gt; thing." in response.content.decode()
    assert Comment.objects.count() == 1


def test_where_the_network_is_unknown_nobody_is_told_to_pause(client, address, article):
    """All readers look alike there: the pause would tell whoever tries an address that it is the right one."""
    path = address("en", f"/news/{article.slug}/comments/")
    for number in range(2):
        assert client.post(path, form_of(article, body=f"Point {number}."), REMOTE_ADDR="10.0.0.1").status_code == 303


def test_the_network_of_a_reader_behind_our_proxy_counts(client, address, article, settings):
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.1")]
    make_rules(max_per_hour_per_network=1)
    path = address("en", f"/news/{article.slug}/comments/")

    def send(number, told):
        sent = form_of(article, body=f"{number}.", email=f"reader{number}@example.org")
        return client.post(path, sent, headers={"X-Forwarded-For": told}).status_code

    assert [send(1, "8.8.8.8"), send(2, "8.8.8.9"), send(3, "9.9.9.9"), send(4, "1.1.1.1, 8.8.8.7")] == [
        303,
        429,
        303,
        429,
    ]
