"""Data-subject requests: find, export and erase what is stored about one person.

A data subject is whoever wrote from one address: their comments and reports are found by its lookup hashes and by
nothing else. What came without an address, or whose address is deleted already, cannot be found. Only people who may
see addresses do any of this, and each request is an audit event that names nobody.

Erasing is one transaction, whatever its size: it does exactly what was confirmed, or nothing. Locks are taken in the
order of moderation: comments, threads, reports, audit log.
"""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.debug import sensitive_variables

from comments import emails
from comments.models import Comment, EmailPreference, Report, SenderRule
from comments.moderation import decisions, sender_rules, thread_counts
from comments.moderation.refusals import Refused
from comments.personal_data import purge
from comments.querysets import CommentQuerySet, in_parts
from portal.audit import kinds, log
from portal.http.numbers import plain_number
from portal.http.urls import absolute_url
from portal.models import User

UNSIGNED = {"name": "", "name_search_key": "", "website": "", "reasons": []}  # reasons may quote the name
KINDS = {"comment": Comment, "report": Report, "sender_rule": SenderRule}


class ErasureScope(models.TextChoices):
    """How much of what a person sent is erased."""

    NAME = "name", pgettext_lazy("erase", "Name, website and address")
    WORDS = "words", pgettext_lazy("erase", "The words too")


@dataclass(frozen=True)
class DataSubject:
    """Whoever wrote from one address, without the address."""

    hashes: list

    @property
    def comments(self) -> CommentQuerySet:
        return Comment.objects.by_sender(self.hashes).order_by("-created_at", "-pk")

    @property
    def reports(self) -> models.QuerySet:
        return Report.objects.filter(address_hash__in=self.hashes).order_by("-created_at", "-pk")

    @cached_property
    def sender_rule(self) -> SenderRule | None:
        return sender_rules.rule_for(self.hashes)

    @property
    def handle(self) -> str:
        """Return what pages name them by: one of their rows, such as `comment:12`; "" where nothing is stored."""
        for kind, row in (
            ("comment", self.comments.first()),
            ("report", self.reports.first()),
            ("sender_rule", self.sender_rule),
        ):
            if row:
                return f"{kind}:{row.pk}"
        return ""


@dataclass(frozen=True)
class ErasurePlan:
    """What erasing would do, as ids of rows; `digest` identifies exactly what somebody confirmed."""

    scope: str
    changed: list  # comments that lose name, website and address, and keep their words
    deleted: list
    emptied: list  # comments with answers, which keep their place
    reports: list

    @property
    def digest(self) -> str:
        parts = [self.scope, *(",".join(map(str, part)) for part in self._parts)]
        return log.digest("\n".join(parts))

    @property
    def comments(self) -> list[int]:
        return sorted([*self.changed, *self.deleted, *self.emptied])

    @property
    def _parts(self):
        return self.changed, self.deleted, self.emptied, self.reports


@sensitive_variables("address")
def search(address: str, *, by: User) -> DataSubject:
    """Return whoever wrote from this address; the search is an audit event, without the address."""
    person = DataSubject(emails.lookup_hashes(address))
    _record("data_subject.searched", kinds.SITE, person, by)
    return person


def subject_of(handle: str, *, by: User) -> DataSubject:
    """Return whoever sent the comment or report a page names; the search is an audit event."""
    row = _row(handle)
    person = _person(row)
    _record("data_subject.searched", row, person, by)
    return person


def reload(handle: str, *, by: User) -> DataSubject:
    """Return the same person for the next step on the same page; no audit event."""
    _refuse_others(by)
    return _person(_row(handle))


def export(person: DataSubject, *, by: User) -> dict:
    """Return everything stored about a person as plain values; the export is an audit event."""
    _refuse_others(by)
    comments = [_exported(comment) for comment in person.comments.select_related("article").defer("article__body")]
    reports = person.reports.select_related("comment__article").defer("comment__article__body", "comment__body")
    exported = {
        "site": settings.SITE_NAME,
        "exported_at": timezone.now().isoformat(timespec="seconds"),
        "comments": comments,
        "reports": [_exported_report(report) for report in reports],
        "sender_rule": _exported_sender_rule(person.sender_rule),
        "mail": _exported_mail(person.hashes),
    }
    _record("data_subject.exported", kinds.SITE, person, by)
    return exported


def plan(person: DataSubject, scope: str) -> ErasurePlan:
    """Return what erasing in this scope would do if nobody writes or answers meanwhile."""
    if scope not in ErasureScope.values:
        raise Refused(_("Choose what is to be erased."))
    comments = sorted(person.comments.order_by().values_list("pk", flat=True))
    reports = sorted(person.reports.order_by().values_list("pk", flat=True))
    if scope == ErasureScope.NAME:
        return ErasurePlan(scope, comments, [], [], reports)
    placeholders = _with_answers(comments)
    return ErasurePlan(scope, [], [one for one in comments if one not in placeholders], sorted(placeholders), reports)


@transaction.atomic
def erase(person: DataSubject, scope: str, *, by: User, expected: str) -> ErasurePlan:
    """Erase what a person sent; `expected` is the digest of the plan somebody confirmed."""
    _refuse_others(by)
    rows = _lock(person)
    confirmed = plan(person, scope)
    if confirmed.digest != expected:
        raise Refused(_("Meanwhile something of this person has come or gone. Nothing is erased yet: look again."))
    if not (confirmed.comments or confirmed.reports):
        raise Refused(_("Nothing is kept that could be erased."))
    now = timezone.now()
    for part in in_parts(confirmed.changed):
        Comment.objects.filter(pk__in=part).update(**UNSIGNED)
    for part in in_parts(confirmed.emptied):
        decisions.trash_for_erasure(Comment.objects.filter(pk__in=part), by=by, at=now)
        purge.reduce_to_placeholder(part)
    for part in in_parts(confirmed.deleted):  # ties among them are cut first: one may answer another
        Comment.objects.filter(pk__in=part).update(parent=None)
    for part in in_parts(confirmed.deleted):
        Comment.objects.filter(pk__in=part).delete()
    for part in in_parts(confirmed.comments):
        emails.forget(part)
        log.redact("comment", part)
    for part in in_parts(confirmed.reports):
        if scope == ErasureScope.WORDS:
            Report.objects.filter(pk__in=part).update(text="")
        emails.forget_reporters(part)
    sender_rules.erase_reason(person.hashes)
    _finish(confirmed, rows, by)
    return confirmed


def _lock(person):
    """Lock their comments and the threads these are in; return the article id and status of each comment."""
    comment_ids = sorted(person.comments.order_by().values_list("pk", flat=True))
    rows = []
    for part in in_parts(comment_ids):
        # Without the key: whoever answers one of them holds the thread already, and would wait for it.
        locked = Comment.objects.filter(pk__in=part).select_for_update(no_key=True).order_by("pk")
        rows += locked.values_list("article_id", "status", named=True)
    for part in in_parts(sorted({row.article_id for row in rows})):
        thread_counts.lock_threads(part)
    return rows


def _finish(plan, rows, by):
    articles = sorted({row.article_id for row in rows if row.status == Comment.Status.APPROVED})
    if plan.scope == ErasureScope.WORDS:
        thread_counts.recount(articles)
    facts = {
        "grade": str(plan.scope),
        "count": len(plan.comments),
        "deleted": len(plan.deleted),
        "comments": _digest(plan.comments),
        "reports": len(plan.reports),
    }
    log.record("data_subject.erased", kinds.SITE, by=by, **facts)
    thread_counts.invalidate_pages(articles)


def _with_answers(comment_ids):
    """Return the ids that must stay as placeholders: somebody else answered them, or answered a placeholder."""
    own_ids, answers, answered_ids = set(comment_ids), {}, []
    for part in in_parts(comment_ids):
        for comment_id, parent_id in Comment.objects.filter(parent__in=part).values_list("pk", "parent"):
            answers.setdefault(comment_id, parent_id)
            if comment_id not in own_ids:
                answered_ids.append(parent_id)
    placeholder_ids = set()
    while answered_ids:
        comment_id = answered_ids.pop()
        if comment_id not in placeholder_ids:
            placeholder_ids.add(comment_id)
            answered_ids += [answers[comment_id]] if comment_id in answers else []
    return placeholder_ids


def _row(handle):
    kind, _colon, number = handle.partition(":")
    row = KINDS[kind].objects.filter(pk=plain_number(number)).first() if kind in KINDS else None
    if row is None:
        raise Refused(_("Of this person nothing is kept any more that could be found by their address."))
    return row


def _person(row):
    hashes = [row.address_hash] if isinstance(row, SenderRule) else emails.hashes_of(row)
    if not hashes:
        raise Refused(_("No address is kept with this, so nobody can tell what else came from the same person."))
    return DataSubject(hashes)


def _refuse_others(by):
    if not by.has_perm("comments.view_commenteremail"):
        raise Refused(_("Your role does not see addresses."))


@transaction.atomic
def _record(kind, subject, person, by):
    _refuse_others(by)
    comments = sorted(person.comments.order_by().values_list("pk", flat=True))
    facts = {"count": len(comments), "comments": _digest(comments), "reports": person.reports.count()}
    log.record(kind, subject, by=by, **facts)


def _digest(comment_ids):
    return log.digest(",".join(map(str, comment_ids)))


def _exported(comment):
    return {
        "story": str(comment.article),
        "address": absolute_url(comment.get_absolute_url()),
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
        "about": absolute_url(report.comment.get_absolute_url()),
        "sent": report.created_at.isoformat(timespec="seconds"),
        "reason": report.reason,
        "words": report.text,
        "is_open": report.is_open,
    }


def _exported_sender_rule(rule):
    """The sender rule, without who set it."""
    if rule is None:
        return None
    since = rule.at.isoformat(timespec="seconds")
    return {"decision": rule.kind, "since": since, "reason": rule.reason}


def _exported_mail(hashes):
    """What they said about mail from here."""
    preference = EmailPreference.objects.filter(address_hash__in=hashes).first()
    statements = {"confirmed": preference.confirmed_at, "no_more": preference.stopped_at} if preference else {}
    return {word: at.isoformat(timespec="seconds") for word, at in statements.items() if at}
