"""Comments for tests, sent the way a reader sends them; each fills in what the test is not about."""

from datetime import timedelta
from itertools import count

from django.utils import timezone

from comments import tokens
from comments.moderation import decisions
from comments.moderation.comment_settings import change_settings
from comments.submission import submit
from news.tests.factories import make_live_articles, make_user

numbers = count(1)


def make_comment(article=None, *, status="", by=None, **fields):
    """A comment that came in through moderation and, where another status is asked for, was decided there."""
    number = next(numbers)
    said = {"name": f"Reader {number}", "address": f"reader{number}@example.org", "body": f"Words {number}."}
    comment = submit.submit(article or make_live_articles(1)[0], **{**said, **fields}).comment
    if status and status != comment.status:
        decision = decisions.BACK_TO[decisions.Status(status)]
        decisions.decide(decision, comment, by=by or make_user("Moderators"))
    return comment


def make_comments(number, article, *, status="approved", by=None):
    """Many comments under a story, a second apart, every third one an answer to the one before it."""
    by = by or make_user("Moderators")
    begun, made = timezone.now() - timedelta(days=1), []
    for place in range(number):
        parent = made[-1] if place % 3 == 2 and made[-1].status == "approved" else None
        at = begun + timedelta(seconds=place)
        made.append(make_comment(article, status=status, by=by, parent=parent, at=at))
    return made


def form_of(article, **changed):
    """What a browser sends when the form is filled in well; `changed` says otherwise."""
    filled = {
        "body": "Two days is not enough.",
        "name": "Grażyna W.",
        "email": "grazyna@example.org",
        "website": "",
        "leave": "",
        "parent": "",
        "token": tokens.make(article),
    }
    return {**filled, **changed}


def make_rules(**changed):
    """The rules in force from now on, as somebody who may has set them; what is not said stays as it is by default."""
    return change_settings(changed, by=make_user("Moderators"))


def without_limits(**changed):
    """For tests in which one person sends more than anybody would."""
    unlimited = {"min_seconds_between": 0, "max_per_hour_per_network": 0, "max_per_hour_per_article": 0}
    return make_rules(**unlimited | changed)
