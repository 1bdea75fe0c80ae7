"""A newsroom whose whole database somebody has, yesterday's copy of every table included, and no key."""

from django.apps import apps
from django.db.models import QuerySet

from news.editorial import workflow
from news.tests.factories import make_copy, make_live_article, make_user, published_again
from portal.audit import verify
from portal.models import AuditEvent, AuditHead


def rows(Model, **which):
    """Rows as somebody with full access to the database reaches them."""
    return QuerySet(Model).filter(**which)


def copied():
    """A copy of every table of the newsroom and of the audit log."""
    models = [*apps.get_app_config("news").get_models(), AuditEvent, AuditHead]
    return {Model: list(rows(Model).values()) for Model in models}


def put_back(copy, *models):
    """Replace tables, all or some, by what they held."""
    for Model in models or copy:
        rows(Model)._raw_delete(rows(Model).db)
        rows(Model).bulk_create(Model(**values) for values in copy[Model])


class TamperedNewsroom:
    """Yesterday a story went out and another was returned with a reason; today the first was put right."""

    def __init__(self):
        self.live = make_live_article(headline="As it was")
        self.other = make_copy(headline="Another")
        workflow.submit(self.other, self.other.latest_revision, by=self.other.saved_by)
        workflow.send_back(self.other, self.other.latest_revision, by=make_user("Editors"), reason="It names a person")
        self.yesterday = copied()  # ends at event 7
        self.live = published_again(self.live, headline="As it is")
        workflow.submit(self.other, self.other.latest_revision, by=self.other.saved_by)
        self.today = copied()  # ends at event 12


def first_failure(anchors=()):
    return verify.verify(anchors)[1].what
