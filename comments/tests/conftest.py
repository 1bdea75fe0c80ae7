"""What most tests of comments begin with: a story, somebody who moderates, and a browser of theirs."""

import pytest

# `make` is imported late: models cannot be while pytest begins.


@pytest.fixture
def article():
    from news.tests.factories import make_live_articles

    return make_live_articles(1)[0]


@pytest.fixture
def path(article, address):
    return address("en", f"/news/{article.slug}/")


@pytest.fixture
def moderator():
    from news.tests.factories import make_user

    return make_user("Moderators", first_name="Ruth", last_name="Okafor")


@pytest.fixture
def desk(client, moderator):
    """A browser in which the moderator is logged in."""
    client.force_login(moderator)
    return client
