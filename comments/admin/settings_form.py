"""The form of the comment settings: each with its effect, and a trial of the wordlists before they count."""

from dataclasses import dataclass, field

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from comments.models import Comment, CommentSettings
from comments.screening import wordlist
from comments.screening.rules import words_in

TRIAL_SIZE = 1000  # of the last comments, to try a list on
MAX_SHOWN = 5

LISTS = ["hold_wordlist", "spam_wordlist"]
GROUPS = [
    (_("Open or closed"), ["is_open", "banner", "close_after_days"]),
    (_("What waits for a moderator"), ["hold_all", "trust_approved_commenters", "max_links", "min_seconds"]),
    (_("Words"), LISTS),
    (_("Limits"), ["min_seconds_between", "max_per_hour_per_network", "max_per_hour_per_article"]),
    (_("On the page"), ["page_size", "newest_first"]),
    (_("Afterwards"), ["spam_retention_days", "trash_retention_days", "email_retention_days"]),
]
A_LINE_EACH = _(
    "One word or phrase a line; # begins a note. Found as whole words, whatever their case, diacritics and disguises: "
    "“ban” is not in “urban”, and “c4sıno” is “casino”. A star at either end lets the word go on there: casino*."
)
EFFECTS = {
    "is_open": _("Unticked, no story takes comments. The ones that are there stay."),
    "banner": _("Readers see it above the form, also where comments are closed. Empty: no notice."),
    "close_after_days": _("0: never. Stories set to stay open are left out. Counted from the hour it appeared."),
    "hold_all": _("Ticked, nothing appears before a moderator has read it; the other rules only say what to look at."),
    "trust_approved_commenters": _(
        "Works while not every comment is held. Ticked, only those are let through whose browser proves that a comment "
        "with the same address was approved, and stands; everybody else waits. A known name and address alone prove "
        "nothing. Unticked, all are let through whom no other rule holds."
    ),
    "max_links": _("0: however many. Links to our own site do not count, the same link counts once."),
    "min_seconds": _("0: never. Only where the browser tells; nobody is held for having no JavaScript."),
    "hold_wordlist": _("Looked for in the text, the name and the web address."),
    "spam_wordlist": _("The same, but the comment goes to spam. Its sender is not told."),
    "min_seconds_between": _("For one person in one network. 0: no pause. Sooner, the form comes back, text and all."),
    "max_per_hour_per_network": _(
        "Also from one email address. 0: no limit. An office or a school may share one network."
    ),
    "max_per_hour_per_article": _("From everybody together. 0: no limit."),
    "page_size": _("A longer conversation has several pages."),
    "newest_first": _("Ticked, the conversation that was begun last is on top. Answers always follow in their order."),
    "spam_retention_days": _("They are gone for good then. 0: never."),
    "trash_retention_days": _("They are gone for good then. 0: never."),
    "email_retention_days": _(
        "The comment stays, with its name. Nobody can write to its sender then, find it by the address or tell what "
        "else the same person sent; and who was approved before, or has made a name here, is known for no longer. Of "
        "reports the address is forgotten once they are decided on, too. 0: never."
    ),
}
MINIMUM = {"page_size": 10}
DECADE = 3650
MAXIMUM = {
    "page_size": 200,
    "min_seconds": 120,
    "min_seconds_between": 3600,
    "close_after_days": DECADE,
    "email_retention_days": DECADE,
}
DEFAULT_MAXIMUM = 10_000


class CommentSettingsForm(forms.ModelForm):
    class Meta:
        model = CommentSettings
        fields = [name for _group, names in GROUPS for name in names]
        widgets = {name: forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "dir": "auto"}) for name in LISTS}

    def __init__(self, *args, **options):
        super().__init__(*args, label_suffix="", **options)
        for name, field_ in self.fields.items():
            field_.help_text = EFFECTS[name]
            if isinstance(field_, forms.IntegerField):
                self._bound(name, field_)

    @property
    def groups(self) -> list:
        """The fields as the page shows them: (heading, fields)."""
        return [(heading, [self[name] for name in names]) for heading, names in GROUPS]

    def clean_hold_wordlist(self) -> str:
        return self._list("hold_wordlist")

    def clean_spam_wordlist(self) -> str:
        return self._list("spam_wordlist")

    def _list(self, name):
        if problems := list(wordlist.problems_in(self.cleaned_data[name])):
            raise ValidationError(problems[:MAX_SHOWN])
        return "\n".join(self.cleaned_data[name].splitlines())

    def _bound(self, name, field_):
        least, most = MINIMUM.get(name, 0), MAXIMUM.get(name, DEFAULT_MAXIMUM)
        field_.validators = [MinValueValidator(least), MaxValueValidator(most)]
        field_.widget.attrs |= {"min": least, "max": most, "inputmode": "numeric"}


@dataclass
class Trial:
    """What the wordlists would have done to the last comments: counts, and the first few caught."""

    comment_count: int = 0
    held: int = 0
    refused: int = 0
    caught: list = field(default_factory=list)  # (comment, the words, whether it would have gone to spam)


def try_wordlists(comment_settings: CommentSettings) -> Trial:
    """Try the wordlists alone on the last comments, whatever their status. Changes nothing."""
    trial = Trial()
    last = Comment.objects.filter(staff=None).exclude(body="").order_by("-created_at", "-pk")
    for comment in last.only("name", "body", "website", "status", "created_at")[:TRIAL_SIZE]:
        trial.comment_count += 1
        refused, held = (_lines(words_in(comment, getattr(comment_settings, name))) for name in reversed(LISTS))
        trial.refused += bool(refused)
        trial.held += bool(held and not refused)
        if (refused or held) and len(trial.caught) < MAX_SHOWN:
            trial.caught.append((comment, refused or held, bool(refused)))
    return trial


def _lines(matches):
    return ", ".join(dict.fromkeys(each.line for _where, all_found in matches for each in all_found))
