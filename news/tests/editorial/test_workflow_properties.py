"""Whatever people do, in whatever order, and however late the clock's work is done: readers only see approved words."""

import json
from datetime import timedelta
from unittest import mock

import pytest
from django.db import transaction
from django.utils import timezone

from news import jobs
from news.body import token
from news.content import revisions
from news.editorial import workflow
from news.editorial.workflow import Step
from news.models import Article, WorkingCopy
from news.roles import system_user
from news.tests.factories import make_author, make_copy, make_section, make_tag, make_user
from portal.audit import verify
from portal.models import AuditEvent

hypothesis = pytest.importorskip("hypothesis", reason="the property tool hypothesis is not installed")
from hypothesis import HealthCheck, given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

UUID = "00000000-0000-4000-8000-00000000000{}"
WORDS = st.text(alphabet="aąłżZ <>&\"' –\u202e", max_size=12)

saves = st.fixed_dictionaries(
    {"do": st.just("save"), "by": st.integers(0, 4)},
    optional={
        "headline": WORDS,
        "body": st.lists(WORDS, max_size=3).map(
            lambda texts: "".join(f"<p>{text}</p>" for text in texts) + token(UUID.format(1))
        ),
        "language": st.sampled_from(["", "en", "pl"]),
        "section": st.integers(-1, 1),
        "slug": st.sampled_from(["", "one", "two", "taken"]),
        "tags": st.sets(st.integers(0, 2)),
        "authors": st.lists(st.integers(0, 1), unique=True),
        "links": st.lists(st.sampled_from(["Another story", "Unknown story"]), max_size=2, unique=True),
    },
)
# Mostly somebody who may, on the newest revision, with a reason: else few sequences would get anywhere.
WHO_MAY = dict.fromkeys(Step, 3) | {
    Step.SUBMIT: 0,
    Step.RETURN: 2,
    Step.APPROVE: 1,
    Step.PUBLISH_UNREAD: 4,
    Step.DISCARD: 0,
    Step.REOPEN: 0,
    Step.REVIEW_PUBLISHED: 1,
    Step.FIX_TYPO: 2,
}
backs = st.fixed_dictionaries({"do": st.just("back"), "by": st.integers(0, 4), "to": st.integers(0, 5)})
steps = st.sampled_from(list(Step)).flatmap(
    lambda step: st.fixed_dictionaries(
        {
            "do": st.just(step.value),
            "by": st.one_of(*[st.just(WHO_MAY[step])] * 3, st.integers(0, 4)),
            "stale": st.sampled_from([False, False, False, True]),
            "reason": st.sampled_from(["because", "because", ""]),
            "in_minutes": st.sampled_from([10, 10, 30, 90, -10]),
        }
    )
)
# The clock goes on, with a worker or without.
waits = st.fixed_dictionaries(
    {"do": st.just("wait"), "minutes": st.sampled_from([1, 10, 40]), "worker": st.booleans(), "by": st.just(4)}
)


class Newsroom:
    """A few people, one other story, and the story everybody works on."""

    def __init__(self, clock):
        self.clock = clock
        self.people = [make_user(role) for role in ("Reporters", "Editors", "Editors", "Chief editors")] + [
            system_user()
        ]
        self.sections = [make_section(), make_section()]
        self.tags = [make_tag() for _ in range(3)]
        self.authors = [make_author(), make_author()]
        other = make_copy(by=system_user(), headline="Another story", slug="taken")
        workflow.publish_unread(other, other.latest_revision, by=system_user())
        self.copy = make_copy(by=self.people[0])
        self.published = {}

    def play(self, action):
        copy = WorkingCopy.objects.select_related("article", "latest_revision").get(pk=self.copy.pk)
        by = self.people[action["by"]]
        try:
            if action["do"] == "save":
                self.save(copy, by, action)
            elif action["do"] == "back":
                kept = list(copy.article.revisions.all())
                workflow.restore_revision(copy, kept[action["to"] % len(kept)], by=by, version=copy.version)
            elif action["do"] == "wait":
                self.clock[0] += timedelta(minutes=action["minutes"])
                assert not (action["worker"] and jobs.publish_due()["failed"])
            else:
                first = copy.article.revisions.first()
                at = timezone.now() + timedelta(minutes=action.get("in_minutes", 10))
                revision = first if action["stale"] else copy.latest_revision
                workflow.perform(
                    Step(action["do"]), copy, revision, by=by, reason=action["reason"], at=at, to=self.people[0]
                )
        except workflow.Refused:
            pass

    def save(self, copy, by, action):
        with workflow.editing(copy, by=by, version=copy.version):
            for name in ("headline", "body", "language", "slug"):
                setattr(copy, name, action.get(name, getattr(copy, name)))
            if "section" in action:
                copy.section = None if action["section"] < 0 else self.sections[action["section"]]
            if "tags" in action:
                copy.tags.set([self.tags[place] for place in action["tags"]])
            if "authors" in action:
                copy.bylines.all().delete()
                for position, place in enumerate(action["authors"]):
                    copy.bylines.create(author=self.authors[place], position=position)
            if "links" in action:
                copy.related_links.all().delete()
                for position, label in enumerate(action["links"]):
                    copy.related_links.create(label=label, uuid=UUID.format(position + 1), position=position)

    def check(self):
        article = Article.objects.get(pk=self.copy.pk)
        copy = WorkingCopy.objects.select_related("article").get(pk=article.pk)
        now = timezone.now()
        assert revisions.snapshot(copy) == revisions.content_of(copy.latest_revision)
        if copy.stage_at(at=now) == WorkingCopy.Stage.NOTHING_PENDING:  # at rest it says what readers see, or saw last
            assert copy.latest_revision.content_hash == article.live_revision.content_hash
        assert copy.is_scheduled(at=now) == WorkingCopy.objects.scheduled(at=now).contains(copy)
        assert copy.is_overdue(at=now) == WorkingCopy.objects.overdue(at=now).contains(copy)
        if copy.scheduled_revision_id and copy.stage != WorkingCopy.Stage.SCHEDULED:
            assert (
                copy.latest_revision_id != copy.scheduled_revision_id
            )  # the text has moved on; what is scheduled has not
        if copy.scheduled_revision_id:
            assert copy.scheduled_revision.number in self.let_out()
        assert copy.is_unread() == WorkingCopy.objects.unread().contains(copy)
        assert article.is_live(at=now) == Article.objects.live(at=now).contains(article)
        if article.live_revision is None:
            assert not article.headline and not article.body and article.live_from is None
            assert not article.slugs.exists() and not article.tags.exists()
            return
        promised = revisions.content_of(article.live_revision)
        seen = revisions.snapshot(article)
        if not promised["slug"]:  # the newsroom left the address to us
            assert seen.pop("slug")
            promised.pop("slug")
        assert seen == promised
        assert article.live_revision.number in self.let_out()

    def let_out(self):
        """The numbers of the revisions that some event let out to readers."""
        kinds = ["article.approved", "article.imported", "article.typo_fixed", "article.published_unreviewed"]
        events = AuditEvent.objects.about(self.copy.article).filter(kind__in=kinds)
        return {json.loads(event.facts)["revision"] for event in events}


# Twenty newsrooms every day, others each time, and sixty in `make check-all`.
@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.long) for part in (1, 2))])
@pytest.mark.wide
@pytest.mark.django_db
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    saves,
    st.sampled_from([Step.PUBLISH, Step.SCHEDULE]),
    st.lists(st.one_of(saves, steps, steps, steps, waits, backs), max_size=14),
)
def test_every_public_field_equals_an_approved_revision_and_the_two_lives_agree(part, first, last, actions):
    clock = [timezone.now()]
    with transaction.atomic(), mock.patch.object(timezone, "now", lambda: clock[0]):
        newsroom = Newsroom(clock)
        # A save and the path to readers, so that what follows has something to spoil.
        newsroom.play(first)
        for step in (Step.SUBMIT, Step.APPROVE, last):
            newsroom.play({"do": step.value, "by": WHO_MAY[step], "stale": False, "reason": ""})
            newsroom.check()
        for action in actions:
            newsroom.play(action)
            newsroom.check()
        assert verify.verify()[1] is None
        transaction.set_rollback(True)
