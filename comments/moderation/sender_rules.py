"""Sender rules: hold everything one person sends, or mark it as spam, until the rule is lifted.

A rule is stored under the keyed hash of the address and never with the address, so it outlives every comment and tells
nothing to whoever reads the table. Screening applies it from the next comment on (`screening.rules.sender_rule`);
existing comments are decided on as ever. The person is not told: to them, spam looks like waiting.
"""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comments.models import SenderRule
from comments.moderation.refusals import NOT_TO_MODERATE, Refused
from portal.audit import log
from portal.models import User

Kind = SenderRule.Kind
LONGEST_REASON = 200
ALREADY = {
    Kind.HOLD: gettext_lazy("Everything from this person is held already."),
    Kind.SPAM: gettext_lazy("Everything from this person goes into spam already."),
}
# In the passive: Polish verbs would need somebody's gender.
MEANWHILE = {
    Kind.HOLD: gettext_lazy("Meanwhile %(who)s decided: everything from this person is held."),
    Kind.SPAM: gettext_lazy("Meanwhile %(who)s decided: everything from this person goes into spam."),
}


def rule_for(hashes: list[str]) -> SenderRule | None:
    """Return the newest rule for these lookup hashes (`emails.hashes_of`), or None."""
    return SenderRule.objects.select_related("by").filter(address_hash__in=hashes).order_by("-at", "-pk").first()


def why_not(hashes: list[str], kind: str, *, by: User, expected: str | None = None) -> str:
    """Return the sentence why `by` may not set this rule, or ""; `kind` "" means lifting it.

    `expected` is the kind of rule the moderator's page showed, "" for none.
    """
    return _why_not(hashes, rule_for(hashes), kind, by, expected)


def _why_not(hashes, rule, kind, by, expected):
    if not by.has_perm("comments.moderate_comment"):
        return str(NOT_TO_MODERATE)
    if not hashes:
        return _("No address is kept with this comment, so nothing can be decided about whoever sent it.")
    is_now = rule.kind if rule else ""
    if expected is not None and expected != is_now:
        return MEANWHILE[rule.kind] % {"who": rule.by} if rule else _("Meanwhile this was lifted.")
    if kind == is_now:
        return str(ALREADY[kind]) if kind else _("Nothing is decided about this person.")
    return ""


@transaction.atomic
def decide(hashes: list[str], kind: str, *, by: User, reason: str = "", expected: str | None = None) -> SenderRule:
    """Hold everything from this person from now on, or mark it as spam.

    The reason is deleted with the rule; in the audit log, where nobody could find it to erase it, it has no place.
    """
    if kind not in Kind.values:
        raise Refused(_("Choose what is to become of what this person sends."))
    locked_rules = _lock_rules(hashes, kind, by, expected)
    was = locked_rules[0].kind if locked_rules else ""
    _delete(locked_rules)
    try:
        with transaction.atomic():
            rule = SenderRule.objects.create(address_hash=hashes[0], kind=kind, reason=reason, by=by)
    except IntegrityError:  # somebody else decided at the same moment
        raise Refused(why_not(hashes, kind, by=by, expected=was) or str(ALREADY[kind])) from None
    log.record("sender_rule.set", rule, by=by, before=was, after=str(kind))
    return rule


@transaction.atomic
def lift(hashes: list[str], *, by: User, expected: str | None = None) -> None:
    """Lift the rule: treat what this person sends like everybody's again."""
    locked_rules = _lock_rules(hashes, "", by, expected)
    _delete(locked_rules)
    log.record("sender_rule.lifted", locked_rules[0], by=by, before=locked_rules[0].kind, after="")


def erase_reason(hashes: list[str]) -> None:
    """Erase the reason, which is free text about somebody; the rule stays."""
    SenderRule.objects.filter(address_hash__in=hashes).update(reason="")


def _lock_rules(hashes, kind, by, expected):
    """Refuse, or lock and return the existing rules, newest first.

    Usually one row or none; a rule set by somebody else at the same moment is not among them and must not be deleted.
    """
    locked_rules = (
        SenderRule.objects.select_related("by").select_for_update(of=["self"]).filter(address_hash__in=hashes)
    )
    locked_rules = list(locked_rules.order_by("-at", "-pk"))
    if refusal := _why_not(hashes, next(iter(locked_rules), None), kind, by, expected):
        raise Refused(refusal)
    return locked_rules


def _delete(locked_rules):
    SenderRule.objects.filter(pk__in=[row.pk for row in locked_rules]).delete()
