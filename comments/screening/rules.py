"""The screening rules: small generators in one order, each checking one thing.

A rule yields pairs of a status (approved, pending, spam) and the reason as facts, which are stored with the comment;
`explanations` words them when somebody looks. The gravest status counts, every reason is stored, and a comment about
which no rule yields anything is let through: by default the last rule holds every one.

No rule searches addresses for words: the wordlist and its dry run would tell their author what they contain. And none
lets somebody through for typing a known name and a known address, as WordPress does: both can be typed by anybody, and
whoever saw their own comment appear would know that they had guessed the address right.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Count
from django.views.decorators.debug import sensitive_variables

from comments import emails, rendering, tokens
from comments.models import Comment, CommentSettings, SenderRule
from comments.screening import wordlist
from news.models import Author
from portal.text.folding import fold

Status = Comment.Status
GRAVITY = [Status.APPROVED, Status.PENDING, Status.SPAM]
ESTABLISHED = 3  # approved comments make a name somebody's
MOST_SHOWN = 20  # words or spans of one reason
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
    seconds: float | None = None  # between opening the page and sending; None where no script sent it
    commenter_token: str = field(default="", repr=False)

    @cached_property
    @sensitive_variables()
    def proven_comment(self) -> Comment | None:
        """The approved comment that the browser's token proves it sent with this same address, or None."""
        number = tokens.comment_of_token(self.commenter_token)
        if number is None:
            return None
        hashes = emails.lookup_hashes(self.address)
        approved = Comment.objects.approved().filter(commenter_email__address_hash__in=hashes)
        return approved.filter(pk=number).first()


Findings = Iterator[tuple[str, dict]]


@dataclass(frozen=True)
class ScreeningResult:
    status: str
    reasons: list


def rescreen(
    comment: Comment, body: str, comment_settings: CommentSettings, *, is_spam: bool = False
) -> ScreeningResult:
    """Screen a comment with a new text: the graver status of before and now, the reasons of both.

    Only rules about the text run again. Positions in the old text are dropped, because they mean nothing in the new.
    """
    submission = Submission(comment.name, body, comment.website, filled_trap=is_spam)
    answers = [answer for rule in ABOUT_WORDS for answer in rule(submission, comment_settings)]
    before = [{name: fact for name, fact in reason.items() if name != "spans"} for reason in comment.reasons]
    news = [reason for _status, reason in answers]
    plain = [{name: fact for name, fact in reason.items() if name != "spans"} for reason in news]
    status = max([comment.status, *(status for status, _reason in answers)], key=GRAVITY.index)
    return ScreeningResult(status, [reason for reason in before if reason not in plain] + news)


def screen(submission: Submission, comment_settings: CommentSettings) -> ScreeningResult:
    """Run every rule in order; the gravest status counts and every reason is stored."""
    answers = [answer for rule in RULES for answer in rule(submission, comment_settings)] or [
        (Status.APPROVED, {"rule": "nothing"})
    ]
    status = max((status for status, _reason in answers), key=GRAVITY.index)
    return ScreeningResult(status, [reason for _status, reason in answers])


def trap(submission: Submission, comment_settings: CommentSettings) -> Findings:
    """Robots fill in what people do not see."""
    if submission.filled_trap:
        yield Status.SPAM, {"rule": "trap"}


def sender_rule(submission: Submission, comment_settings: CommentSettings) -> Findings:
    """Apply a moderator's rule about everything from this person."""
    if rule := SenderRule.objects.filter(address_hash__in=emails.lookup_hashes(submission.address)).first():
        facts = {"rule": "person", "kind": rule.kind, "since": rule.at.isoformat()}
        yield STATUS_OF_RULE[rule.kind], facts | ({"because": rule.reason} if rule.reason else {})


def words_for_spam(submission: Submission, comment_settings: CommentSettings) -> Findings:
    for location, matches in words_in(submission, comment_settings.spam_wordlist):
        yield Status.SPAM, _of_words("refused", location, matches)


def words_to_hold(submission: Submission, comment_settings: CommentSettings) -> Findings:
    for location, matches in words_in(submission, comment_settings.hold_wordlist):
        yield Status.PENDING, _of_words("held", location, matches)


def too_quick(submission: Submission, comment_settings: CommentSettings) -> Findings:
    """Nobody reads a story and types a comment in a breath; without a script's time, that proves nothing."""
    if submission.seconds is not None and submission.seconds < comment_settings.min_seconds:
        yield Status.PENDING, {"rule": "quick", "seconds": round(submission.seconds, 1)}


def links(submission: Submission, comment_settings: CommentSettings) -> Findings:
    """Count what would render as links: each address once, those of our own site not at all."""
    external = [link for link in rendering.links_in(submission.body) if not _is_our_own(link[0])]
    count = len({link.casefold().rstrip("/") for link, _start, _end in external})
    if comment_settings.max_links and count >= comment_settings.max_links:
        spans = [[start, end] for _link, start, end in external[:MOST_SHOWN]]
        yield Status.PENDING, {"rule": "links", "count": count, "spans": spans}


def personal_details(submission: Submission, comment_settings: CommentSettings) -> Findings:
    """An address or a telephone number in the text would be published: the writer's own, or somebody else's."""
    as_read = wordlist.read(submission.body)
    for what, pattern in (("address", ADDRESS), ("phone", PHONE)):
        spans = [as_read.span(*match.span()) for match in pattern.finditer(as_read.letters)]
        if what == "phone":
            spans = [(start, end) for start, end in spans if not OF_A_REGISTER.search(submission.body[:start][-12:])]
        if spans:
            yield Status.PENDING, {"rule": what, "spans": spans[:MOST_SHOWN]}


def name_of_staff(submission: Submission, comment_settings: CommentSettings) -> Findings:
    """Readers would take it for the newsroom's word."""
    readings = wordlist.readings(submission.name)
    staff = get_user_model().objects.filter(is_staff=True).exclude(last_name="").values_list("first_name", "last_name")
    names = frozenset({settings.SITE_NAME, *(" ".join(name).strip() for name in staff)})
    if readings & _readings_of_all(names) or Author.objects.filter(key__in=readings).exists():
        yield Status.PENDING, {"rule": "staff"}


@lru_cache(maxsize=2)
def _readings_of_all(names):
    """Fold these names once per process: the key is the names themselves, so a changed one is folded anew."""
    return frozenset().union(*map(wordlist.readings, names))


def established_name(submission: Submission, comment_settings: CommentSettings) -> Findings:
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


def who_is_new(submission: Submission, comment_settings: CommentSettings) -> Findings:
    """Where those are let through who were approved before, everybody else waits."""
    if comment_settings.trust_approved_commenters and not comment_settings.hold_all:
        yield (Status.APPROVED, {"rule": "known"}) if submission.proven_comment else (Status.PENDING, {"rule": "new"})


def every_comment(submission: Submission, comment_settings: CommentSettings) -> Findings:
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


def words_in(submission: Submission, wordlist_text: str) -> Iterator[tuple[str, list[wordlist.Match]]]:
    """Yield ("body", "name" or "website", its matches) where entries of a wordlist are found."""
    for location in ("body", "name", "website"):
        if matches := wordlist.word_list(wordlist_text).found_in(getattr(submission, location)):
            yield location, matches


def _of_words(rule, location, matches):
    facts = {"rule": rule, "where": location, "words": [each.line for each in matches][:MOST_SHOWN]}
    if location == "body":
        facts["spans"] = [span for each in matches for span in each.spans][:MOST_SHOWN]
    return facts


def _is_our_own(link):
    try:
        host = urlsplit(link if "://" in link else f"//{link}").hostname
    except ValueError:  # such as http://[
        return False
    return host in {settings.SITE_HOST, f"www.{settings.SITE_HOST}"}
