import json
import uuid

from django.conf import settings
from django.db import models
from django.http import QueryDict
from django.utils import timezone

from news.models.working_copy import WorkingCopy
from news.querysets import AutosaveQuerySet


class Autosave(models.Model):
    """What one person typed and has not saved: theirs alone, and no revision.

    `news/editorial/autosave.py` writes these rows.

    A session is one opening of the form, so that what is typed now never replaces what was left here earlier. Blank
    fields mean that the session was saved: it takes no more text, also none that was still on its way.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    # None: a new story.
    story = models.ForeignKey(WorkingCopy, models.CASCADE, null=True, related_name="+")
    session_id = models.UUIDField(default=uuid.uuid4)
    # Canonical JSON of [name, value] pairs as a browser would post them; among them the version they began from.
    fields = models.TextField()
    # Milliseconds by the browser's clock: only orders two copies of one session.
    client_time = models.BigIntegerField()
    saved_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = AutosaveQuerySet.as_manager()

    class Meta:
        default_permissions = ()  # nobody looks into it but its writer
        constraints = [models.UniqueConstraint(fields=["person", "session_id"], name="autosave_once_per_session")]

    def __str__(self) -> str:
        return self.headline or str(self.session_id)

    @property
    def posted(self) -> QueryDict:
        """What the form would have been sent: the session goes on where it was left."""
        posted = QueryDict(mutable=True)
        for name, value in json.loads(self.fields):
            posted.appendlist(name, value)
        posted["sheet"] = str(self.session_id)
        return posted

    @property
    def headline(self) -> str:
        return " ".join(self.posted.get("headline", "").split())
