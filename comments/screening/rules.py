"""What speaks against a comment, and in which words: small rules in one order, each looking at one thing.

A rule yields what it makes of the comment (let it through, hold it, into spam) and the reason, as facts that are kept
with the comment; `sentences` puts them into words when somebody looks. The gravest verdict counts, every reason is
kept, and a comment that no rule says anything about is let through: by default the last rule holds every one.

No rule looks into addresses for words: the list and its dry run would tell their author what stands in them. And none
lets somebody through for typing a known name and a known address, as WordPress does: both can be typed by anybody, and
whoever saw their own comment appear would know that they had guessed the address right.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Count
from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables

from comments import tokens
from comments.display import rendering
from comments.models import Comment, SenderRule
from comments.personal_data import emails
from comments.screening import wordlist
from news.models import Author
from portal.text.folding import fold

Status = Comment.Status
GRAVITY = [Status.APPROVED, Status.PENDING, Status.SPAM]
ESTABLISHED = 3  # approved comments make a name somebody's
MOST_SHOWN = 20  # words or places of one reason
STATUS_OF_RULE = {SenderRule.Kind.HOLD: Status.PENDING, SenderRule.Kind.SPAM: Status.SPAM}

# Ends in letters: EUR@1.20 is a rate. Nothing with a slash before the @: profiles stand at example.com/@jan.
ADDRESS = re.compile(r"[^\s@<>()\[\]:;,/\"]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,7}\.[^\W\d_][\w-]{1,62}")
# With the plus or 00 of another country, as Poles group theirs, or after a word for it. Not every long number: tariff
# codes, EORI numbers, dates and amounts are what our readers write about.
PHONE = re.compile(
    r"(?<![\w.,/+-])(?:"
    r"(?:\+|00)[1-9]\d{0,2}[ ()./-]{0,2}\d(?:[ ()./-]{0,2}\d){6,12}"
    r"|\(?\d{2}\)?[ -]\d{3}[ -](?!00[ -]00)\d{2}[ -]\d{2}"
    r"|\d{3}[ -]\d{3}[ -](?!000)\d{3}"
    r"|(?:tel|telefon|phone|mobile|kom|whatsapp|zadzwon)[.:]{0,2} ?(?!\d{1,3}(?: 000)+\b)\d(?:[ ()./-]{0,2}\d){6,12}"
    r")(?!\w|[.,/ -]\d| ?(?:zl|pln|eur|euro|usd|gbp|chf|kg|t|ton\w*|mln|mld|szt|pcs|m[23]?|%|[€$£])(?!\w))"
)
# What says that the number after it is somebody's in a register, or goes on from an amount.
OF_A_REGISTER = re.compile(r"(?:\d[ -]|\b(?:EORI|VAT|REGON|NIP|KRS|TIN|PESEL|[A-Z]{2})[ .:]{0,3})$")


@dataclass(frozen=True)
class Submission:
    """A comment on its way in, with what the form says about how it was written."""

    name: str
    body: str
    website: str = ""
    address: str = field(default="", repr=False)
    filled_trap: bool = False  # something stood in the field that people do not see
    seconds: float | None = None  # between opening the page and sending; None where no script told
    commenter_token: str = field(default="", repr=False)

    @cached_property
    @sensitive_variables()
    def proven_comment(self):
        """The comment, approved to this day, of which the browser proves that it sent it, with this same address."""
        number = tokens.comment_of_token(self.commenter_token)
        if number is None:
            return None
        mine = Comment.objects.approved().filter(commenter_email__address_hash__in=emails.lookup_hashes(self.address))
        return mine.filter(pk=number).first()


@dataclass(frozen=True)
class ScreeningResult:
    status: str
    reasons: list


def rescreen(comment, body, comment_settings, *, is_spam=False):
    """The verdict on a comment with other words: the graver one of before and now, and the reasons of both.

    Only what is about the words is asked anew. Where something stood in the words of before says nothing about these.
    """
    submission = Submission(comment.name, body, comment.website, filled_trap=is_spam)
    answers = [answer for rule in ABOUT_WORDS for answer in rule(submission, comment_settings)]
    before = [{name: fact for name, fact in reason.items() if name != "spans"} for reason in comment.reasons]
    news = [reason for _status, reason in answers]
    plain = [{name: fact for name, fact in reason.items() if name != "spans"} for reason in news]
    status = max([comment.status, *(status for status, _reason in answers)], key=GRAVITY.index)
    return ScreeningResult(status, [reason for reason in before if reason not in plain] + news)


def screen(submission, comment_settings):
    """Ask every rule, in order; the gravest verdict counts and every reason is kept."""
    answers = [answer for rule in RULES for answer in rule(submission, comment_settings)] or [
        (Status.APPROVED, {"rule": "nothing"})
    ]
    status = max((status for status, _reason in answers), key=GRAVITY.index)
    return ScreeningResult(status, [reason for _status, reason in answers])


def trap(submission, comment_settings):
    """Robots fill in what people do not see."""
    if submission.filled_trap:
        yield Status.SPAM, {"rule": "trap"}


def sender_rule(submission, comment_settings):
    """What a moderator decided about everything from this person, whatever stands in it."""
    if rule := SenderRule.objects.filter(address_hash__in=emails.lookup_hashes(submission.address)).first():
        facts = {"rule": "person", "kind": rule.kind, "since": rule.at.isoformat()}
        yield STATUS_OF_RULE[rule.kind], facts | ({"because": rule.reason} if rule.reason else {})


def words_for_spam(submission, comment_settings):
    for location, matches in words_in(submission, comment_settings.spam_wordlist):
        yield Status.SPAM, _of_words("refused", location, matches)


def words_to_hold(submission, comment_settings):
    for location, matches in words_in(submission, comment_settings.hold_wordlist):
        yield Status.PENDING, _of_words("held", location, matches)


def too_quick(submission, comment_settings):
    """Nobody reads a story and types a comment in a breath; where no script told the time, that proves nothing."""
    if submission.seconds is not None and submission.seconds < comment_settings.min_seconds:
        yield Status.PENDING, {"rule": "quick", "seconds": round(submission.seconds, 1)}


def links(submission, comment_settings):
    """What readers would get as links: each address counts once, and those of our own site not at all."""
    found = [place for place in rendering.links_in(submission.body) if not _is_our_own(place[0])]
    count = len({link.casefold().rstrip("/") for link, _start, _end in found})
    if comment_settings.max_links and count >= comment_settings.max_links:
        spans = [[start, end] for _link, start, end in found[:MOST_SHOWN]]
        yield Status.PENDING, {"rule": "links", "count": count, "spans": spans}


def personal_details(submission, comment_settings):
    """An address or a telephone number in the text would be published: the writer's own, or somebody else's."""
    as_read = wordlist.read(submission.body)
    for what, pattern in (("address", ADDRESS), ("phone", PHONE)):
        spans = [as_read.span(*match.span()) for match in pattern.finditer(as_read.letters)]
        if what == "phone":
            spans = [(start, end) for start, end in spans if not OF_A_REGISTER.search(submission.body[:start][-12:])]
        if spans:
            yield Status.PENDING, {"rule": what, "spans": spans[:MOST_SHOWN]}


def name_of_staff(submission, comment_settings):
    """Readers would take it for the newsroom's word."""
    readings = wordlist.readings(submission.name)
    staff = get_user_model().objects.filter(is_staff=True).exclude(last_name="")
    names = {settings.SITE_NAME, *(person.get_full_name() for person in staff.only("first_name", "last_name"))}
    if any(readings & wordlist.readings(name) for name in names) or Author.objects.filter(key__in=readings).exists():
        yield Status.PENDING, {"rule": "staff"}


def established_name(submission, comment_settings):
    """Some readers have made a name here, and a name is typed quickly.

    Not held when the browser proves it is theirs. The address alone proves nothing, and must not make a difference
    that can be seen from outside: the same address is held too, unless every comment is held anyway. Comments whose
    address is forgotten are left out: nobody can tell any more whether one person wrote them, or three called Jan.
    """
    if submission.proven_comment and submission.proven_comment.name_search_key == fold(submission.name):
        return
    same_name = Comment.objects.approved().filter(name_search_key__in=wordlist.readings(submission.name), staff=None)
    same_name = same_name.exclude(commenter_email=None).order_by()
    by_address = dict(same_name.values_list("commenter_email__address_hash").annotate(count=Count("pk")))
    own = set(emails.lookup_hashes(submission.address))
    others = max((count for address, count in by_address.items() if address not in own), default=0)
    if others >= ESTABLISHED:
        yield Status.PENDING, {"rule": "name", "count": others}
    elif not comment_settings.hold_all and max(map(by_address.get, own & by_address.keys()), default=0) >= ESTABLISHED:
        yield Status.PENDING, {"rule": "unproven"}


def who_is_new(submission, comment_settings):
    """Where those are let through who were approved before, everybody else waits."""
    if comment_settings.trust_approved_commenters and not comment_settings.hold_all:
        yield (Status.APPROVED, {"rule": "known"}) if submission.proven_comment else (Status.PENDING, {"rule": "new"})


def every_comment(submission, comment_settings):
    if comment_settings.hold_all:
        yield Status.PENDING, {"rule": "all"}


RULES = [
    trap,
    sender_rule,
    words_for_spam,
    words_to_hold,
    too_quick,
    links,
    personal_details,
    name_of_staff,
    established_name,
    who_is_new,
    every_comment,
]
ABOUT_WORDS = [trap, words_for_spam, words_to_hold, links, personal_details]


def words_in(submission, wordlist_text):
    """What of a list stands where: pairs of (body, name or website, what was found there)."""
    for location in ("body", "name", "website"):
        if matches := wordlist.word_list(wordlist_text).found_in(getattr(submission, location)):
            yield location, matches


def sentences(comment):
    """Why it was held, or let through: (number, sentence, places in the body to highlight), in the order of the rules.

    Once a moderator has edited the body, what was highlighted may be elsewhere or gone: nothing is then.
    """
    known_reasons = [facts for facts in comment.reasons if facts.get("rule") in SENTENCES]
    return [
        (number, SENTENCES[facts["rule"]](facts), [] if comment.edited_by_id else _spans(facts, comment.body))
        for number, facts in enumerate(known_reasons, start=1)
    ]


def distinguishing_sentences(comment):
    """The sentences that set it apart from other comments, for a list: not what is said of every one."""
    rules = SENTENCES.keys() - {"all", "new", "nothing"}
    return [SENTENCES[facts["rule"]](facts) for facts in comment.reasons if facts.get("rule") in rules]


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
    """A sentence of a decision about a person, with the reason somebody gave where there is one."""
    since = formatted(timezone.localtime(datetime.fromisoformat(facts["since"])), _("j M Y"))
    sentence = SENDER_RULES[facts["kind"], "because" in facts]()
    return sentence % {"since": since, "because": facts.get("because")}


def _of_words(rule, location, matches):
    facts = {"rule": rule, "where": location, "words": [each.line for each in matches][:MOST_SHOWN]}
    if location == "body":
        facts["spans"] = [span for each in matches for span in each.spans][:MOST_SHOWN]
    return facts


def _spans(facts, body):
    return [(start, end) for start, end in facts.get("spans", []) if 0 <= start < end <= len(body)]


def _is_our_own(link):
    try:
        host = urlsplit(link if "://" in link else f"//{link}").hostname
    except ValueError:  # such as http://[
        return False
    return host in {settings.SITE_HOST, f"www.{settings.SITE_HOST}"}
