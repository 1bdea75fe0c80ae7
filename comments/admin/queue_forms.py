"""What a moderator types beside the buttons of the queue: read like readers' words, and never lost unsent."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from comments.models import Comment, CommentSettings
from comments.moderation import sender_rules
from comments.moderation.refusals import Refused
from comments.submission.forms import CommentTextField, SingleLineField, readable
from news.admin.articles import widgets

FIELDS = {
    "words": CommentTextField(
        max_length=5000,
        error_messages={
            "required": gettext_lazy("Type the words that are to stand here. To take the comment away, use the trash."),
            "max_length": gettext_lazy("Shorten the comment to 5000 characters; now it has %(show_value)d"),
        },
    ),
    "answer": CommentTextField(
        max_length=5000,
        error_messages={
            "required": gettext_lazy("Type your answer"),
            "max_length": gettext_lazy("Shorten your answer to 5000 characters; now it has %(show_value)d"),
        },
    ),
    "note": SingleLineField(
        max_length=sender_rules.LONGEST_REASON,
        required=False,
        error_messages={
            "max_length": gettext_lazy("Shorten the reason to 200 characters; now it has %(show_value)d"),
        },
    ),
    "banner": SingleLineField(
        max_length=300,
        required=False,
        error_messages={
            "max_length": gettext_lazy("Shorten the notice to 300 characters; now it has %(show_value)d"),
        },
    ),
}
FIELD_OF = {"edit": "words", "send": "answer", "stand": "note", "switch": "banner"}


def sent(posted, name):
    """What stands in one field, by the same rules as readers' words; what is wrong with it is a refusal."""
    try:
        return FIELDS[name].clean(_plain(posted.get(name, "")))
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from None


def all_in(posted):
    """What somebody typed on the page, by field, so that no button throws away what they have not sent."""
    typed = {}
    if about := _about(posted):
        written = {name: _plain(posted[name]) for name in ("words", "answer", "note") if name in posted}
        seen = {"words": _plain(about.body), "answer": "", "note": ""}
        typed = {name: text for name, text in written.items() if text != seen[name]}
    if (banner := _plain(posted.get("banner", ""))) and banner != CommentSettings.current().banner:
        typed["banner"] = banner
    return typed


def kept(posted, typed, field, refusal, *, by):
    """What the page needs to show again what was typed, and to say at its field why it was not taken."""
    about = _about(posted)
    needs = "comments.change_commentsettings" if field == "banner" else "comments.moderate_comment"
    if field is None or not by.has_perm(needs) or not (about or field == "banner"):
        return {}
    return {"typed": typed, "refused": {field: refusal}, "stays": about and about.pk}


def _about(posted):
    """The comment that was before their eyes while they typed."""
    return Comment.objects.for_queue().filter(pk=widgets.number(posted.get("about"))).first()


def _plain(text):
    return CommentTextField(required=False).to_python(readable(text))
