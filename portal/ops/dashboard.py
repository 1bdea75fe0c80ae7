"""The start page's panel for those who run the site."""

from portal.audit import log
from portal.models import User
from portal.registry.dashboard import Area, PanelContent, panel


@panel("admin/portal/_panel_restored.html", area=Area.ALARMS, order=10)
def restored(person: User) -> PanelContent | None:
    """Return the newest audit event recorded outside the database, if the database has lost it."""
    lost = log.missing_head() if person.has_perm("portal.view_job") else None
    return PanelContent({"lost_event": lost[0]}, count=1) if lost else None
