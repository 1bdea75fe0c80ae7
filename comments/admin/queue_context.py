"""The queue's template context: the list, the open comment, what its moderator may do with it, and undo."""

from django.contrib.admin.views.main import ChangeList
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy, pgettext_lazy

from comments.admin.comment_context import CommentContext
from comments.models import Comment, CommentSettings
from comments.moderation import answers, bulk, claims, decisions, refusals
from comments.moderation.decisions import Decision, Reason
from comments.screening import explanations
from portal.http.numbers import plain_number
from portal.models import User

Status = Comment.Status
REPORTED = "reported"
# Many comments under one word, which most languages inflect; `Status` names one comment's.
TABS = {
    Status.PENDING: pgettext_lazy("comments", "Waiting"),
    REPORTED: pgettext_lazy("comments", "Reported"),
    Status.APPROVED: pgettext_lazy("comments", "Approved"),
    Status.SPAM: pgettext_lazy("comments", "Spam"),
    Status.TRASH: pgettext_lazy("comments", "Trash"),
}
# The bulk decisions of each view; rejecting is there wherever readers may have seen the comments or soon would.
BULK = {
    Status.PENDING: [Decision.APPROVE, Decision.REJECT, Decision.SPAM, Decision.TRASH],
    REPORTED: [Decision.APPROVE, Decision.REJECT, Decision.SPAM, Decision.TRASH],
    Status.APPROVED: [Decision.REJECT, Decision.SPAM, Decision.TRASH, Decision.WAIT],
    Status.SPAM: [Decision.APPROVE, Decision.TRASH, Decision.WAIT],
    Status.TRASH: [Decision.APPROVE, Decision.SPAM, Decision.WAIT],
}
LOOKS = {Decision.APPROVE: "nr-btn--primary nr-btn--big", Decision.WAIT: "nr-btn--quiet"}
KEEP = pgettext_lazy("decision", "Keep")
YOU_DID = {
    Status.APPROVED: gettext_lazy("You approved the comment by “%(name)s”."),
    Status.SPAM: gettext_lazy("You marked the comment by “%(name)s” as spam."),
    Status.TRASH: gettext_lazy("You moved the comment by “%(name)s” to the trash."),
}
YOU_DID_WITH_MANY = {
    Status.APPROVED: ngettext_lazy("You approved %(count)d comment.", "You approved %(count)d comments.", "count"),
    Status.SPAM: ngettext_lazy(
        "You marked %(count)d comment as spam.", "You marked %(count)d comments as spam.", "count"
    ),
    Status.TRASH: ngettext_lazy(
        "You moved %(count)d comment to the trash.", "You moved %(count)d comments to the trash.", "count"
    ),
    Status.PENDING: ngettext_lazy(
        "You put %(count)d comment back to waiting.", "You put %(count)d comments back to waiting.", "count"
    ),
}


def build(changelist: ChangeList, view: str, asked: int | str | None, *, by: User) -> dict:
    """Return the context: `views`, `rows`, `current` (the comment `asked` for, else the first unclaimed) and so on."""
    changelist.filter_params.pop("c", None)  # a search begins at the top of what it finds
    comments = list(changelist.result_list)
    rows = [_row(comment, changelist, by) for comment in comments]
    current = _current(asked) or next((row["comment"] for row in rows if not row["holder"]), None)
    current = current or next(iter(comments), None)
    place = next((place for place, comment in enumerate(comments) if comment == current), None)
    back, following = _beside(rows, place)
    comment_settings = CommentSettings.current()
    counts = Comment.objects.counted_by_status() | {REPORTED: Comment.objects.reported().count()}
    return {
        "title": _("Comments"),
        "view": view,
        "views": [
            (label, counts[name], changelist.get_query_string({"view": name}, ["c", "p"]), name == view)
            for name, label in TABS.items()
        ],
        "rows": rows,
        "newest": Comment.objects.aggregate(newest=Max("pk"))["newest"],
        "bulk": [(decision, Decision(decision).label) for decision in BULK[view]],
        "current": current,
        "place": None if place is None else place + 1 + (changelist.page_num - 1) * changelist.list_per_page,
        "next_url": following and following["url"],
        "back_url": back and back["url"],
        "after_this": _free_after(rows, place),
        "reasons": Reason.choices,
        "may_decide": by.has_perm("comments.moderate_comment"),
        "comment_settings": comment_settings,
        "may_switch": by.has_perm("comments.change_commentsettings"),
        **(_about(current, comment_settings, view, by) if current else {}),
        **_undoable(by),
    }


def claim_sentence(person: User) -> str:
    """Say who is looking at a comment just now."""
    return _("%(name)s is looking at this comment.") % {"name": person}


def _current(asked):
    return Comment.objects.for_queue().select_related(CommentContext.LOAD).filter(pk=plain_number(asked)).first()


def _row(comment, changelist, by):
    return {
        "comment": comment,
        "url": changelist.get_query_string({"c": comment.pk}),
        "why": explanations.distinguishing_sentences(comment),
        "holder": claims.holder(comment, besides=by),
    }


def _about(current, comment_settings, view, by):
    """Return the context of the open comment: what a moderator needs to decide, and what they may do."""
    comment_context = CommentContext(current, comment_settings)
    is_here = comment_context.open_reports if view == REPORTED else current.status == view
    open_decisions = [
        (
            decision,
            KEEP if decision == Decision.APPROVE and current.status == Status.APPROVED else label,
            LOOKS.get(decision, ""),
        )
        for decision, label in Decision.choices
        if not decisions.why_not(current, Decision(decision), by=by)
    ]
    return {
        "comment_context": comment_context,
        # Not in this view any more: somebody else was first, and the card says so.
        "decided_meanwhile": "" if is_here else refusals.decided_by_other(current),
        "decision_sentence": _decision_sentence(current) if is_here else "",
        "decisions": open_decisions,
        "no_answer_because": answers.no_answer_because(current, by=by),
        "claimed": claim_sentence(holder) if (holder := claims.holder(current, besides=by)) else "",
        "may_look": by.has_perm("comments.view_commenteremail"),
    }


def _decision_sentence(current):
    """Say who decided, or that nobody has."""
    if current.decided_by:
        return refusals.decided_by_other(current)
    return _("Every comment waits here until somebody decides.") if current.status == Status.PENDING else ""


def _undoable(by):
    last, batch = decisions.last_decision(by), bulk.last_batch(by)
    if batch and not (last and last.decided_at > batch.at):
        sentence = YOU_DID_WITH_MANY[decisions.LEADS_TO[Decision(batch.decision)]] % {"count": batch.count}
        return {"undoable_batch": batch, "you_did": sentence}
    if last is None:
        return {}
    if last.staff_id == by.pk and last.previous_status == Status.TRASH:
        return {"undoable": last, "you_did": _("You answered a comment.")}
    if last.previous_status == last.status:
        return {"undoable": last, "you_did": _("You kept the comment by “%(name)s”.") % {"name": last.signature}}
    return {"undoable": last, "you_did": YOU_DID[last.status] % {"name": last.signature}}


def _beside(rows, place):
    """Return the rows before and after a position; a comment that is not in the list has none."""
    if place is None:
        return None, None
    return rows[place - 1] if place else None, rows[place + 1] if place + 1 < len(rows) else None


def _free_after(rows, place):
    """Return where to go on after a decision: the next unclaimed comment, else the nearest before."""
    if place is None:
        return None
    free = [row["comment"] for row in rows[place + 1 :] + rows[:place][::-1] if not row["holder"]]
    return next(iter(free), None)
