import json
import sys
from argparse import ArgumentTypeError
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from news.editorial import verify
from portal.audit import log
from portal.models import AuditEvent

WRONG_USAGE = 2


def head(text):
    """One anchor kept outside: `134:9f3c…`, as this command prints it."""
    if not (found := log.head_in(text)):
        raise ArgumentTypeError(f"“{text[:80]}” is no head; one reads number:hash, the hash in 64 digits and letters.")
    return found


class Command(BaseCommand):
    help = (
        "Prove the editorial history, link by link, or name the first place where it does not hold. Prints the present"
        " head: keep it elsewhere, and give it to --head another day. Ends with 0 if the history holds, 1 if not."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--head",
            metavar="NUMBER:HASH",
            type=head,
            action="append",
            default=[],
            dest="anchors",
            help="a head kept outside, which must be in the history; may be given several times",
        )
        parser.add_argument("--heads", metavar="FILE", help="a file of such heads, one a line; - reads standard input")
        parser.add_argument(
            "--accept-restore",
            action="store_true",
            help="the database was restored from a backup and that was right: put on record what is lost, and go on",
        )
        parser.add_argument("--by", metavar="USERNAME", help="who accepts the restore")
        parser.add_argument("--reason", default="", help="why the database was restored")

    def handle(self, *, anchors, heads, accept_restore, by, reason, **options):
        anchors = anchors + (self.heads_in(heads) if heads else [])
        if accept_restore:
            self.accept(anchors, by, reason)
        elif by or reason:
            raise CommandError("--by and --reason belong to --accept-restore.", returncode=WRONG_USAGE)
        count, broken = verify.verify(anchors)
        if broken:
            raise CommandError(f"The history does not hold: {broken.what}.")
        self.stdout.write(f"The history holds: {count} events.")
        for event in AuditEvent.objects.filter(kind=log.LOSS).order_by("number"):
            self.stdout.write(self.told(event))
        newest = AuditEvent.objects.filter(number=count).first()
        self.stdout.write(f"head {count}:{newest.hash if newest else log.GENESIS}")

    def heads_in(self, name):
        """Lines as they come out of a mailbox: blank ones are left out, any other must be a head."""
        try:
            text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            raise CommandError(f"{name} cannot be read: {error.strerror}.", returncode=WRONG_USAGE) from None
        found = []
        for place, line in enumerate(text.splitlines(), start=1):
            if line.strip():
                try:
                    found.append(head(line))
                except ArgumentTypeError as error:
                    raise CommandError(f"Line {place} of {name}: {error}", returncode=WRONG_USAGE) from None
        return found

    def accept(self, anchors, by, reason):
        person = get_user_model().objects.filter(username=by, is_active=True).first() if by else None
        if person is None or not reason.strip():
            sentence = "Say who accepts the restore, by a username of the newsroom, and why: --by … --reason “…”."
            raise CommandError(sentence, returncode=WRONG_USAGE)
        try:
            verify.accept_loss(by=person, reason=reason.strip(), anchors=anchors)
        except verify.NotAccepted as why:
            raise CommandError(f"Nothing was accepted: {why}.") from None

    def told(self, event):
        facts = json.loads(event.facts)
        return (
            f"Lost by a restore: events {facts['first']} to {facts['last']}, as event {event.number} says"
            f" ({event.actor_name}, {event.at:%Y-%m-%d %H:%M} UTC: {event.reason})."
        )
