"""What people can ask for: to see what is kept of them, to get it, and to have it erased.

A person is whoever wrote from one address: their comments and reports are found by its marks (see privacy), and by
nothing else. What came without an address, or whose address is forgotten already, nobody can find. Only whoever may
see addresses does any of this, and each time is an event that names nobody.

Erasing is one transaction, whatever its size: it does exactly what was asked about, or nothing. Locks are taken in the
order of moderation: comments, threads, reports, history.
"""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.debug import sensitive_variables

from comments.models import Comment, EmailPreference, Report, SenderRule
from comments.moderation import decisions, sender_rules, thread_counts
from comments.moderation.decisions import Refused
from comments.personal_data import emails, purge
from comments.querysets import in_parts
from portal.audit import kinds, log

UNSIGNED = {"name": "", "name_search_key": "", "website": "", "reasons": []}  # reasons may quote the name
KINDS = {"comment": Comment, "report": Report, "standing": SenderRule}


class ErasureScope(models.TextChoices):
    """How much of what a person sent is erased."""

    NAME = "name", pgettext_lazy("erase", "Name, website and address")
    WORDS = "words", pgettext_lazy("erase", "The words too")


@dataclass(frozen=True)
class DataSubject:
    """Whoever wrote from one address, without the address."""

    marks: list

    @property
    def comments(self):
        return Comment.objects.by_sender(self.marks).order_by("-created_at", "-pk")

    @property
    def reports(self):
        return Report.objects.filter(address_hash__in=self.marks).order_by("-created_at", "-pk")

    @cached_property
    def standing(self):
        return sender_rules.rule_for(self.marks)

    @property
    def handle(self):
        """What pages name them by: something of theirs, as `comment:12`. "" where nothing is kept of them."""
        for kind, row in (
            ("comment", self.comments.first()),
            ("report", self.reports.first()),
            ("standing", self.standing),
        ):
            if row:
                return f"{kind}:{row.pk}"
        return ""


@dataclass(frozen=True)
class ErasurePlan:
    """What erasing would do, as numbers of rows; what somebody has seen of it is its `digest`."""

    grade: str
    changed: list  # comments that lose name, website and address, and keep their words
    deleted: list
    emptied: list  # comments with answers, which keep their place
    reports: list

    @property
    def digest(self):
        parts = [self.grade, *(",".join(map(str, part)) for part in self._parts)]
        return log.digest("\n".join(parts))

    @property
    def comments(self):
        return sorted([*self.changed, *self.deleted, *self.emptied])

    @property
    def _parts(self):
        return self.changed, self.deleted, self.emptied, self.reports


@sensitive_variables("address")
def search(address, *, by):
    """Whoever wrote from this address; that somebody asked is history, the address is not."""
    person = DataSubject(emails.lookup_hashes(address))
    _tell("data_subject.searched", kinds.SITE, person, by)
    return person


def subject_of(handle, *, by):
    """Whoever sent the comment or report that a page names, looked at for the first time."""
    row = _row(handle)
    person = _person(row)
    _tell("data_subject.searched", row, person, by)
    return person


def reload(handle, *, by):
    """The same person, for the next step on the same page."""
    _refuse_others(by)
    return _person(_row(handle))


def export(person, *, by):
    """Everything that is kept of a person, as plain values; who got it is history."""
    _refuse_others(by)
    comments = [_exported(comment) for comment in person.comments.select_related("article").defer("article__body")]
    reports = person.reports.select_related("comment__article").defer("comment__article__body", "comment__body")
    exported = {
        "site": settings.SITE_NAME,
        "exported_at": timezone.now().isoformat(timespec="seconds"),
        "comments": comments,
        "reports": [_exported_report(report) for report in reports],
        "standing": _exported_standing(person.standing),
        "mail": _exported_mail(person.marks),
    }
    _tell("data_subject.exported", kinds.SITE, person, by)
    return exported


def plan(person, grade):
    """What erasing to this grade would do, while nobody writes or answers meanwhile."""
    if grade not in ErasureScope.values:
        raise Refused(_("Choose what is to be erased."))
    comments = sorted(person.comments.order_by().values_list("pk", flat=True))
    reports = sorted(person.reports.order_by().values_list("pk", flat=True))
    if grade == ErasureScope.NAME:
        return ErasurePlan(grade, comments, [], [], reports)
    held = _with_answers(comments)
    return ErasurePlan(grade, [], [one for one in comments if one not in held], sorted(held), reports)


@transaction.atomic
def erase(person, grade, *, by, seen):
    """Erase what a person sent, as they wish; `seen` is the digest of the plan that somebody said yes to."""
    _refuse_others(by)
    rows = _held(person)
    doing = plan(person, grade)
    if doing.digest != seen:
        raise Refused(_("Meanwhile something of this person has come or gone. Nothing is erased yet: look again."))
    if not (doing.comments or doing.reports):
        raise Refused(_("Nothing is kept that could be erased."))
    now = timezone.now()
    for part in in_parts(doing.changed):
        Comment.objects.filter(pk__in=part).update(**UNSIGNED)
    for part in in_parts(doing.emptied):
        there = Comment.objects.filter(pk__in=part)
        decisions.trash_for_erasure(there, by=by, at=now)
        purge.reduce_to_placeholder(part)
    for part in in_parts(doing.deleted):  # ties among them are cut first: one may answer another
        Comment.objects.filter(pk__in=part).update(parent=None)
    for part in in_parts(doing.deleted):
        Comment.objects.filter(pk__in=part).delete()
    for part in in_parts(doing.comments):
        emails.forget(part)
        log.redact("comment", part)
    for part in in_parts(doing.reports):
        if grade == ErasureScope.WORDS:
            Report.objects.filter(pk__in=part).update(words="")
        emails.forget_reporters(part)
    sender_rules.erase_reason(person.marks)
    _finish(doing, rows, by)
    return doing


def _held(person):
    """Their comments and the threads these are in, nobody else's to change; and of each its story, and if it shows."""
    numbers = sorted(person.comments.order_by().values_list("pk", flat=True))
    rows = []
    for part in in_parts(numbers):
        # Without the key: whoever answers one of them holds the thread already, and would wait for it.
        held = Comment.objects.filter(pk__in=part).select_for_update(no_key=True).order_by("pk")
        rows += held.values_list("article_id", "status", named=True)
    for part in in_parts(sorted({row.article_id for row in rows})):
        thread_counts.lock_threads(part)
    return rows


def _finish(doing, rows, by):
    articles = sorted({row.article_id for row in rows if row.status == Comment.Status.APPROVED})
    if doing.grade == ErasureScope.WORDS:
        thread_counts.recount(articles)
    facts = {
        "grade": str(doing.grade),
        "count": len(doing.comments),
        "deleted": len(doing.deleted),
        "comments": _digest(doing.comments),
        "reports": len(doing.reports),
    }
    log.record("data_subject.erased", kinds.SITE, by=by, **facts)
    thread_counts.invalidate_pages(articles)


def _with_answers(numbers):
    """Those of the comments that must keep their place: somebody else answered them, or what itself keeps its place."""
    mine, answers, held = set(numbers), {}, []
    for part in in_parts(numbers):
        for number, parent in Comment.objects.filter(parent__in=part).values_list("pk", "parent"):
            answers.setdefault(number, parent)
            if number not in mine:
                held.append(parent)
    found = set()
    while held:
        number = held.pop()
        if number not in found:
            found.add(number)
            held += [answers[number]] if number in answers else []
    return found


def _row(handle):
    kind, _colon, number = handle.partition(":")
    is_number = number.isascii() and number.isdecimal() and len(number) < 19
    row = KINDS[kind].objects.filter(pk=int(number)).first() if kind in KINDS and is_number else None
    if row is None:
        raise Refused(_("Of this person nothing is kept any more that could be found by their address."))
    return row


def _person(row):
    marks = [row.address_hash] if isinstance(row, SenderRule) else emails.hashes_of(row)
    if not marks:
        raise Refused(_("No address is kept with this, so nobody can tell what else came from the same person."))
    return DataSubject(marks)


def _refuse_others(by):
    if not by.has_perm("comments.view_commenteremail"):
        raise Refused(_("Your role does not see addresses."))


@transaction.atomic
def _tell(kind, subject, person, by):
    _refuse_others(by)
    comments = sorted(person.comments.order_by().values_list("pk", flat=True))
    facts = {"count": len(comments), "comments": _digest(comments), "reports": person.reports.count()}
    log.record(kind, subject, by=by, **facts)


def _digest(numbers):
    return log.digest(",".join(map(str, numbers)))


def _exported(comment):
    return {
        "story": str(comment.article),
        "address": _absolute(comment),
        "sent": comment.created_at.isoformat(timespec="seconds"),
        "name": comment.name,
        "website": comment.website,
        "words": comment.body,
        "words_as_sent": comment.original or comment.body,
        "status": comment.status,
        "answers": comment.parent_id,
        "number": comment.pk,
    }


def _exported_report(report):
    return {
        "story": str(report.comment.article),
        "about": _absolute(report.comment),
        "sent": report.created_at.isoformat(timespec="seconds"),
        "reason": report.reason,
        "words": report.words,
        "is_open": report.is_open,
    }


def _exported_standing(decided):
    """What was decided about them, without who decided it."""
    if decided is None:
        return None
    since = decided.at.isoformat(timespec="seconds")
    return {"decision": decided.kind, "since": since, "reason": decided.reason}


def _exported_mail(marks):
    """What they said about mail from here."""
    box = EmailPreference.objects.filter(address_hash__in=marks).first()
    said = {"confirmed": box.confirmed_at, "no_more": box.stopped_at} if box else {}
    return {word: at.isoformat(timespec="seconds") for word, at in said.items() if at}


def _absolute(comment):
    return f"{settings.SITE_URL}{comment.get_absolute_url()}"
