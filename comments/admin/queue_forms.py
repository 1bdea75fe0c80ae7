"""The forms of the queue's actions. What a moderator types is read like readers' text, and never lost unsent."""

from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comments.models import Comment, CommentSettings, SenderRule
from comments.moderation import sender_rules
from comments.moderation.decisions import Decision
from comments.submission.forms import CommentTextField, SingleLineField, readable
from portal.http.numbers import plain_number
from portal.models import User

CHOOSE_DECISION = gettext_lazy("Choose what is to become of the comment.")
CHOOSE_SWITCH = gettext_lazy("Choose whether comments are taken.")
CHOOSE_RULE = gettext_lazy("Choose what is to become of what this person sends.")


class DecisionField(forms.Field):
    """What a decision button says: `approve`, or `reject.abusive` with its reason; cleans to (Decision, reason)."""

    default_error_messages = {"required": CHOOSE_DECISION, "invalid": CHOOSE_DECISION}

    def clean(self, value: str | None) -> tuple[Decision, str]:
        decision, _dot, reason = str(super().clean(value)).partition(".")
        if decision not in Decision.values:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return Decision(decision), reason


class IdField(forms.Field):
    """The id of a row, as a number; None for anything else."""

    def clean(self, value: str | None) -> int | None:
        return plain_number(value)


class ActionForm(forms.Form):
    """A form whose errors are shown as one refusal, and whose text fields take what a database can store."""

    def __init__(self, posted: QueryDict):
        plain = posted.copy()
        for name in plain.keys() & self.base_fields.keys():
            plain.setlist(name, [readable(value) for value in plain.getlist(name)])
        super().__init__(plain)

    @property
    def refusal(self) -> str:
        return " ".join(error for errors in self.errors.values() for error in errors)


class StateForm(ActionForm):
    """`state` is the token of the comment as the page showed it; `next` is where to go on."""

    state = forms.CharField(required=False)
    next = IdField(required=False)


class DecideForm(StateForm):
    decision = DecisionField()


class DecideManyForm(ActionForm):
    """The selection as {id: state token}; or `all`, the newest id and the count of the list as it was shown."""

    decision = DecisionField()
    all = forms.CharField(required=False)

    def __init__(self, posted: QueryDict):
        super().__init__(posted)
        pairs = (value.partition(":") for value in posted.getlist("_selected_action"))
        self.selection = {plain_number(comment_id): state for comment_id, _colon, state in pairs}

    def clean_all(self) -> tuple[int, int] | None:
        value = self.cleaned_data["all"]
        newest, count = (plain_number(part) or 0 for part in value.partition(":")[::2])
        return (newest, count) if value else None

    def clean(self) -> None:
        if not self.cleaned_data.get("all") and not self.selection:
            raise ValidationError(_("No comment is selected."))


class UndoForm(ActionForm):
    """`status` is what the decision to be undone had made of the comment."""

    status = forms.CharField(required=False)


class EditForm(StateForm):
    words = CommentTextField(
        max_length=5000,
        error_messages={
            "required": gettext_lazy("Type the words that are to stand here. To take the comment away, use the trash."),
            "max_length": gettext_lazy("Shorten the comment to 5000 characters; now it has %(show_value)d"),
        },
    )


class AnswerForm(StateForm):
    answer = CommentTextField(
        max_length=5000,
        error_messages={
            "required": gettext_lazy("Type your answer"),
            "max_length": gettext_lazy("Shorten your answer to 5000 characters; now it has %(show_value)d"),
        },
    )


class LiftRuleForm(ActionForm):
    """`rule` is the kind of rule the page showed, "" for none."""

    rule = forms.CharField(required=False)


class SenderRuleForm(LiftRuleForm):
    kind = forms.ChoiceField(
        choices=SenderRule.Kind.choices, error_messages={"required": CHOOSE_RULE, "invalid_choice": CHOOSE_RULE}
    )
    note = SingleLineField(
        max_length=sender_rules.LONGEST_REASON,
        required=False,
        error_messages={
            "max_length": gettext_lazy("Shorten the reason to 200 characters; now it has %(show_value)d"),
        },
    )


class SwitchForm(ActionForm):
    """Whether comments are taken anywhere, and the notice above every form."""

    switch = forms.ChoiceField(
        choices=[(name, name) for name in ("stop", "resume", "resume_bare", "announce")],
        error_messages={"required": CHOOSE_SWITCH, "invalid_choice": CHOOSE_SWITCH},
    )
    banner = SingleLineField(
        max_length=300,
        required=False,
        error_messages={
            "max_length": gettext_lazy("Shorten the notice to 300 characters; now it has %(show_value)d"),
        },
    )


@dataclass(frozen=True)
class UnsentText:
    """What somebody typed on the page and has not sent, by field, beside the comment they had open."""

    comment: Comment | None
    texts: dict[str, str]

    @classmethod
    def in_post(cls, posted: QueryDict) -> "UnsentText":
        """Collect typed text that differs from what the page was rendered with."""
        comment = Comment.objects.for_queue().filter(pk=plain_number(posted.get("about"))).first()
        texts = {}
        if comment:
            rendered = {"words": _plain(comment.body), "answer": "", "note": ""}
            texts_in_post = {name: _plain(posted[name]) for name in rendered if name in posted}
            texts = {name: text for name, text in texts_in_post.items() if text != rendered[name]}
        if (banner := _plain(posted.get("banner", ""))) and banner != CommentSettings.current().banner:
            texts["banner"] = banner
        return cls(comment, texts)

    def refused_context(self, field: str, refusal: str, *, by: User) -> dict:
        """Return what the page needs to show the texts again with the refusal at its field; {} where it cannot."""
        needs = "comments.change_commentsettings" if field == "banner" else "comments.moderate_comment"
        if not field or not by.has_perm(needs) or not (self.comment or field == "banner"):
            return {}
        comment_id = self.comment and self.comment.pk
        return {"unsent": self.texts, "refusals": {field: refusal}, "current_id": comment_id}


def _plain(text):
    return CommentTextField(required=False).to_python(readable(text))
