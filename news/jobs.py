"""What the newsroom has the worker do."""

import logging
from collections import Counter
from datetime import timedelta

from news.editorial import autosave, presence, workflow
from news.models import WorkingCopy
from portal.jobs import job

log = logging.getLogger(__name__)


@job(every=timedelta(minutes=1))
def publish_due() -> Counter[str]:
    """Put updates in place whose hour has come, and record the new stories that have appeared.

    Safe from cron, twice at once and hours late: each story alone, in a transaction that looks at it anew. One
    that fails is logged, stays overdue where everybody sees it, and keeps no other waiting. Returns how many ended
    with which kind of audit event, or "failed".
    """
    outcomes: Counter[str] = Counter()
    for pk in list(WorkingCopy.objects.due().values_list("pk", flat=True)):
        try:
            if outcome := workflow.publish_due(pk):
                outcomes[outcome] += 1
        except Exception:  # whatever it is: the next story may be fine
            log.exception("Story %s is due and could not go out.", pk)
            outcomes["failed"] += 1
    return outcomes


@job(every=timedelta(days=1))
def purge_autosaves() -> None:
    """Delete unsaved text nobody came back to for a month, and who had which story open yesterday."""
    autosave.purge()
    presence.purge()
