"""Sentences that explain to moderators what the screening rules found, from the facts stored with a comment."""

from datetime import datetime

from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comments.models import Comment


def sentences(comment: Comment) -> list[tuple[int, str, list]]:
    """Explain why it was held or let through, as (number, sentence, spans of the body to highlight).

    Once a moderator has edited the body there are no spans: the passages may have moved or gone.
    """
    known_reasons = [facts for facts in comment.reasons if facts.get("rule") in SENTENCES]
    return [
        (number, SENTENCES[facts["rule"]](facts), [] if comment.edited_by_id else _spans(facts, comment.body))
        for number, facts in enumerate(known_reasons, start=1)
    ]


def distinguishing_sentences(comment: Comment) -> list[str]:
    """Return the sentences that set it apart in a list: not the ones every comment has."""
    distinguishing = SENTENCES.keys() - {"all", "new", "nothing"}
    return [SENTENCES[facts["rule"]](facts) for facts in comment.reasons if facts.get("rule") in distinguishing]


# Whole sentences, because languages put their words in different orders.
SENTENCES = {
    "trap": lambda facts: _("The field for robots was filled in."),
    "person": lambda facts: _of_person(facts),
    "refused": lambda facts: REFUSED[facts["where"]]() % {"words": ", ".join(facts["words"])},
    "held": lambda facts: HELD[facts["where"]]() % {"words": ", ".join(facts["words"])},
    "quick": lambda facts: (
        _("Sent %(seconds)s s after the page was opened.") % {"seconds": number_format(facts["seconds"])}
    ),
    "links": lambda facts: ngettext("%(count)d link.", "%(count)d links.", facts["count"]) % {"count": facts["count"]},
    "address": lambda facts: _("An email address in the text."),
    "phone": lambda facts: _("Perhaps a telephone number in the text."),
    "staff": lambda facts: _("The name is that of somebody at the newsroom, or looks like it."),
    "name": lambda facts: (
        ngettext(
            "Under this name stands %(count)d approved comment from another address.",
            "Under this name stand %(count)d approved comments from another address.",
            facts["count"],
        )
        % {"count": facts["count"]}
    ),
    "unproven": lambda facts: _("The name is known here; the address is the same, but the browser proves nothing."),
    "known": lambda facts: _("The browser proved that a comment of this person was approved."),
    "new": lambda facts: _("Nothing proves that a comment of this person was approved before."),
    "all": lambda facts: _("Every comment waits here."),
    "nothing": lambda facts: _("No rule holds it."),
}
# By what was decided, and whether a reason was given.
SENDER_RULES = {
    ("hold", False): lambda: _("Comments from this person are held, since %(since)s."),
    ("hold", True): lambda: _("Comments from this person are held, since %(since)s: %(because)s"),
    ("spam", False): lambda: _("Comments from this person go into spam, since %(since)s."),
    ("spam", True): lambda: _("Comments from this person go into spam, since %(since)s: %(because)s"),
}
REFUSED = {
    "body": lambda: _("Words for spam: %(words)s."),
    "name": lambda: _("Words for spam in the name: %(words)s."),
    "website": lambda: _("Words for spam in the web address: %(words)s."),
}
HELD = {
    "body": lambda: _("Words to hold: %(words)s."),
    "name": lambda: _("Words to hold in the name: %(words)s."),
    "website": lambda: _("Words to hold in the web address: %(words)s."),
}


def _of_person(facts):
    """Word a sender rule, with its reason where there is one."""
    since = formatted(timezone.localtime(datetime.fromisoformat(facts["since"])), _("j M Y"))
    sentence = SENDER_RULES[facts["kind"], "because" in facts]()
    return sentence % {"since": since, "because": facts.get("because")}


def _spans(facts, body):
    return [(start, end) for start, end in facts.get("spans", []) if 0 <= start < end <= len(body)]
