"""What the portal itself records: about people, roles, jobs, and the audit log."""

from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from portal.audit import kinds, log
from portal.models import AuditHead, Job, User

kinds.register_subjects({"user": User, "role": Group, "job": Job, "audit": AuditHead})

# Whole sentences; Polish has them without gendered past forms ("zmienia hasło").
kinds.register(
    "user",
    sentences={
        "user.created": _("{who} made this account"),
        "user.changed": _("{who} changed this account ({changes})"),
        "user.roles_changed": _("{who} changed what this person may do ({changes})"),
        "user.password_changed": _("{who} set a new password"),
        "user.password_disabled": _("{who} took the password away; nobody can log in with one"),
    },
)
kinds.register(
    "role",
    sentences={
        "role.created": _("{who} made this role"),
        "role.changed": _("{who} changed this role ({changes})"),
        "role.deleted": _("{who} deleted this role"),
    },
)
kinds.register(
    "job",
    sentences={
        "job.retried": _("{who} had the job “{name}” tried again"),
        "job.set_aside": _("{who} set the job “{name}” aside"),
    },
)
kinds.register("audit", sentences={log.LOSS: _("{who} accepted that events {first} to {last} are lost")})
