"""What the health probes ask about stories."""

from datetime import datetime

from news.models import Article, WorkingCopy
from portal.registry import health


@health.jobs_check
def overdue_updates(at: datetime) -> dict[str, int]:
    """Count the updates that should long have replaced what readers see."""
    return {"overdue": WorkingCopy.objects.overdue(at=at).count()}


@health.ready_check
def live_articles() -> None:
    """Ask what every page asks."""
    Article.objects.live().exists()
