"""The two facts about every story in their two shapes: a round dot for what readers see, a square tab
for how far the working copy is. No screen draws them differently.
"""

from collections.abc import Iterator

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from news.admin.datetime_display import exactly, said_at, when
from news.models import Article, WorkingCopy
from news.roles import SYSTEM
from portal.models import User


def public_state(article: Article) -> tuple[str, str]:
    """What readers see of it, as (look, word)."""
    if article.is_live():
        return ("expiring" if article.live_until else "live"), pgettext("readers see", "Live")
    if article.withdrawn_at:
        return "withdrawn", pgettext("readers see", "Withdrawn")
    if article.was_public():
        return "withdrawn", pgettext("readers see", "Ended")
    if article.live_from:
        return "never", pgettext("readers see", "From %(moment)s") % {"moment": exactly(article.live_from)}
    return "never", pgettext("readers see", "Not public")


def readers_see(article: Article) -> str:
    """The round dot, as HTML."""
    return format_html('<span class="nr-pub nr-pub--{}">{}</span>', *public_state(article))


def readers_details(copy: WorkingCopy) -> Iterator[str]:
    """Which revision readers see since when and until when, and which they will see, in a few words each."""
    article = copy.article
    if article.is_live():
        words = _("revision %(number)s, since %(time)s")
        yield said_at(words, time=when(article.changed_at), number=article.live_revision.number)
        if article.live_until:
            yield _("until %(moment)s") % {"moment": exactly(article.live_until)}
    elif article.withdrawn_at:
        yield said_at(_("since %(time)s"), time=when(article.withdrawn_at))
    elif article.has_ended():
        yield said_at(_("since %(time)s"), time=when(article.live_until))
    if copy.is_scheduled():
        facts = {"number": copy.scheduled_revision.number, "moment": exactly(copy.scheduled_for)}
        words = _("revision %(number)s from %(moment)s") if article.was_public() else _("revision %(number)s")
        yield words % facts


def latest_revision_said(copy: WorkingCopy, reader: User) -> str:
    """The newest revision and who made it."""
    facts = {"number": copy.latest_revision.number, "name": copy.saved_by}
    if copy.saved_by_id == reader.pk:
        return _("revision %(number)s, by you") % facts
    return _("revision %(number)s, %(name)s") % facts


def at_rest(copy: WorkingCopy) -> str:
    """That nobody works on the story, in a sentence; "" where somebody does."""
    if copy.stage == copy.Stage.DISCARDED:
        return _("It was put aside before any reader saw it.")
    if copy.is_ahead:
        return ""
    if copy.article.is_live():
        return _(
            "Readers see exactly this text. Change it and save, and an update begins as a draft; they keep this one "
            "meanwhile."
        )
    return _("Nothing is under way. Change the text and save, and it begins again as a draft.")


def stage(copy: WorkingCopy) -> str:
    """How far the text is; beside it, where a revision is scheduled, when that goes out or that it should have."""
    stage = copy.stage_at()
    tab = format_html('<span class="nr-stage nr-stage--{}">{}</span>', stage, copy.Stage(stage).label)
    if stage == copy.Stage.NOTHING_PENDING:
        tab = format_html('<span class="nr-none">{}</span>', copy.Stage(stage).label)
    if not copy.is_scheduled():
        return tab
    goes_out = schedule(copy)
    return goes_out if stage == copy.Stage.SCHEDULED else format_html("{} {}", goes_out, tab)


def schedule(copy: WorkingCopy) -> str:
    """The hour at which the scheduled revision goes out, in alarm colour when it has not."""
    look, word = "scheduled", pgettext("stage", "Scheduled")
    if copy.is_overdue():
        look, word = "overdue", pgettext("stage", "Overdue")
    return format_html(
        '<span class="nr-stage nr-stage--{}">{}</span> <span class="nr-when">{}</span>',
        *(look, word, exactly(copy.scheduled_for)),
    )


def is_turn_of(copy: WorkingCopy, person: User) -> bool:
    """Whether the next move is theirs, told from the row alone; the workflow still decides."""
    Stage = WorkingCopy.Stage
    if copy.is_overdue():
        return person.has_perm("news.publish_workingcopy")
    if copy.assigned_to_id and copy.stage in {Stage.DRAFT, Stage.CHANGES_REQUESTED}:
        return copy.assigned_to_id == person.pk
    if copy.stage == Stage.DRAFT:
        return copy.saved_by_id == person.pk
    if copy.stage == Stage.CHANGES_REQUESTED:
        return person.pk in {copy.submitted_by_id, copy.saved_by_id}
    if copy.stage == Stage.IN_REVIEW:
        return copy.submitted_by_id != person.pk and person.has_perm("news.review_workingcopy")
    return copy.stage == Stage.APPROVED and person.has_perm("news.publish_workingcopy")


def whose_turn(copy: WorkingCopy, person: User) -> str:
    """Who makes the next move, in words; nobody ("") where nothing is under way or the clock makes it."""
    Stage = WorkingCopy.Stage
    if is_turn_of(copy, person):
        return _("your turn")
    if copy.is_overdue() or copy.stage == Stage.APPROVED:
        return _("waits for somebody who publishes")
    if copy.stage == Stage.IN_REVIEW:
        return _("waits for a reviewer")
    if copy.stage not in {Stage.DRAFT, Stage.CHANGES_REQUESTED}:
        return ""
    returned_to = copy.submitted_by if copy.stage == Stage.CHANGES_REQUESTED else None
    writer = copy.assigned_to or returned_to or copy.saved_by
    if writer.username == SYSTEM:
        return _("waits for a writer")
    return _("waits for %(name)s") % {"name": writer}
