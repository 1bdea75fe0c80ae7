"""What refuses a moderation action: the exception, and the sentences on what somebody else changed meanwhile."""

from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comments.models import Comment

Status = Comment.Status
# Whole sentences, in the passive: Polish verbs would need the person's gender.
DECIDED = {
    Status.PENDING: gettext_lazy("Decision by %(who)s, %(when)s: back to waiting."),
    Status.APPROVED: gettext_lazy("Decision by %(who)s, %(when)s: approved."),
    Status.SPAM: gettext_lazy("Decision by %(who)s, %(when)s: spam."),
    Status.TRASH: gettext_lazy("Decision by %(who)s, %(when)s: trash."),
}
CHANGED_BY_SYSTEM = {
    Status.PENDING: gettext_lazy("Meanwhile it went back to waiting."),
    Status.APPROVED: gettext_lazy("Meanwhile it was approved."),
    Status.SPAM: gettext_lazy("Meanwhile it was marked as spam."),
    Status.TRASH: gettext_lazy("Meanwhile it went to the trash."),
}
NOT_TO_MODERATE = gettext_lazy("Your role does not moderate comments.")


class Refused(Exception):
    """The action is not open; str(exc) is a sentence that its reader can act on."""

    status = 403


def outdated_because(comment: Comment, expected: str) -> str:
    """Return the sentence on what changed since `expected`, or "": nobody decides on what they have not read."""
    status, _dot, digest = expected.partition(".")
    if status != comment.status:
        return decided_by_other(comment)
    return edited_by_other(comment) if digest and expected != comment.state_token else ""


def decided_by_other(comment: Comment) -> str:
    """Return the sentence on who decided what, and when."""
    if comment.decided_by is None:
        return str(CHANGED_BY_SYSTEM[comment.status])
    when = timezone.localtime(comment.decided_at)
    # Translators: a date format of Django's `date` filter; Polish needs "j b, H:i".
    return DECIDED[comment.status] % {"who": comment.decided_by, "when": formatted(when, _("j M, H:i"))}


def load_current(comment: Comment) -> Comment:
    """Load the comment again, or refuse where it is deleted."""
    current = Comment.objects.select_related("decided_by", "edited_by").filter(pk=comment.pk).first()
    if current is None:
        raise Refused(_("This comment is not there any more."))
    return current


def edited_by_other(comment: Comment) -> str:
    """Return the sentence on who changed the text."""
    if comment.edited_by is None and comment.edited_at:
        return _("Meanwhile its writer has changed the words. Read them before you decide.")
    if comment.edited_by is None:
        return _("Meanwhile its words were changed. They are as they were sent now.")
    return _("Meanwhile its words were changed by %(who)s.") % {"who": comment.edited_by}


def overtaken(comment: Comment) -> Refused:
    """Return the refusal for whoever lost the update of this row."""
    current = load_current(comment)
    is_edited = current.status == comment.status and current.body != comment.body
    return Refused(edited_by_other(current) if is_edited else decided_by_other(current))
