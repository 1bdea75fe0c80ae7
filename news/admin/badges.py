"""The two facts about every story in their two shapes: a round dot for what readers see, a square tab
for how far the working copy is. No screen draws them differently.
"""

from django.utils.html import format_html
from django.utils.translation import pgettext

from news.models import WorkingCopy


def public_state(article):
    """What readers see of it, as (look, word)."""
    if article.is_live():
        return ("expiring" if article.live_until else "live"), pgettext("readers see", "Live")
    if article.withdrawn_at:
        return "withdrawn", pgettext("readers see", "Withdrawn")
    if article.was_public():
        return "withdrawn", pgettext("readers see", "Ended")
    return "never", pgettext("readers see", "Not public")


def readers_see(article):
    return format_html('<span class="nr-pub nr-pub--{}">{}</span>', *public_state(article))


def stage(copy):
    if copy.stage == WorkingCopy.Stage.NOTHING_PENDING:
        return format_html('<span class="nr-none">{}</span>', copy.get_stage_display())
    return format_html('<span class="nr-stage nr-stage--{}">{}</span>', copy.stage, copy.get_stage_display())


def is_turn_of(copy, person):
    """Whether the next move is theirs, told from the row alone; the workflow still decides."""
    Stage = WorkingCopy.Stage
    if copy.stage == Stage.DRAFT:
        return copy.saved_by_id == person.pk
    if copy.stage == Stage.CHANGES_REQUESTED:
        return person.pk in {copy.submitted_by_id, copy.saved_by_id}
    if copy.stage == Stage.IN_REVIEW:
        return copy.submitted_by_id != person.pk and person.has_perm("news.review_workingcopy")
    return copy.stage == Stage.APPROVED and person.has_perm("news.publish_workingcopy")
