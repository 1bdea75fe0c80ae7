"""What a moderator decides about everything one person sends: held, or into spam, until it is lifted.

It is kept under the keyed hash of the address and never with the address, so it outlives every comment and says nothing
to whoever reads the table. From their next comment on the rules ask for it (`screening.standing_of_person`); what is
there already is decided on as ever. Nobody tells the person: what is in spam looks to them like what waits.
"""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comments.models import SenderRule
from comments.moderation.decisions import NOT_TO_MODERATE, Refused
from portal.audit import log

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


def rule_for(marks):
    """What was decided about whoever has these marks (see privacy), or None."""
    return SenderRule.objects.select_related("by").filter(address_hash__in=marks).order_by("-at", "-pk").first()


def why_not(marks, kind, *, by, seen=None):
    """The sentence why `by` may not decide this about a person, or ""; `kind` is "" to lift what was decided.

    `seen` is what stood before the moderator's eyes, "" for nothing.
    """
    return _why_not(marks, rule_for(marks), kind, by, seen)


def _why_not(marks, now, kind, by, seen):
    if not by.has_perm("comments.moderate_comment"):
        return str(NOT_TO_MODERATE)
    if not marks:
        return _("No address is kept with this comment, so nothing can be decided about whoever sent it.")
    is_now = now.kind if now else ""
    if seen is not None and seen != is_now:
        return MEANWHILE[now.kind] % {"who": now.by} if now else _("Meanwhile this was lifted.")
    if kind == is_now:
        return str(ALREADY[kind]) if kind else _("Nothing is decided about this person.")
    return ""


@transaction.atomic
def decide(marks, kind, *, by, reason="", seen=None):
    """From now on hold everything from this person, or put it into spam. The reason stays as long as the decision: in
    the history, where nobody would find it again to erase it, it has no place."""
    if kind not in Kind.values:
        raise Refused(_("Choose what is to become of what this person sends."))
    held = _held(marks, kind, by, seen)
    was = held[0].kind if held else ""
    _delete(held)
    try:
        with transaction.atomic():
            made = SenderRule.objects.create(address_hash=marks[0], kind=kind, reason=reason, by=by)
    except IntegrityError:  # somebody else decided at the same moment
        raise Refused(why_not(marks, kind, by=by, seen=was) or str(ALREADY[kind])) from None
    log.record("sender_rule.set", made, by=by, before=was, after=str(kind))
    return made


@transaction.atomic
def lift(marks, *, by, seen=None):
    """Treat what this person sends like everybody's again."""
    held = _held(marks, "", by, seen)
    _delete(held)
    log.record("sender_rule.lifted", held[0], by=by, before=held[0].kind, after="")


def erase_reason(marks):
    """Erase why, which is free text about somebody; the decision stays."""
    SenderRule.objects.filter(address_hash__in=marks).update(reason="")


def _held(marks, kind, by, seen):
    """Refuse, or return what was decided before, the newest first: nobody else's to change until the transaction ends.

    Usually one row or none; what another decided at the same moment is not among them, and must not go with them.
    """
    held = SenderRule.objects.select_related("by").select_for_update(of=["self"]).filter(address_hash__in=marks)
    held = list(held.order_by("-at", "-pk"))
    if refusal := _why_not(marks, next(iter(held), None), kind, by, seen):
        raise Refused(refusal)
    return held


def _delete(held):
    SenderRule.objects.filter(pk__in=[row.pk for row in held]).delete()
