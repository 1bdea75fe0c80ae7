import json
import sys
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.audit import log, verify
from portal.models import AuditEvent

WRONG_USAGE = 2


def head(text: str) -> log.Head:
    """Read one anchor kept outside: `134:9f3c…`, as this command prints it."""
    if not (anchor := log.head_in(text)):
        raise ArgumentTypeError(f"“{text[:80]}” is no head; one reads number:hash, the hash in 64 digits and letters.")
    return anchor


class Command(BaseCommand):
    help = (
        "Prove the editorial history, link by link, or name the first place where it does not hold. Prints the present"
        " head: keep it elsewhere, and give it to --head another day. Ends with 0 if the history holds, 1 if not."
    )

    def add_arguments(self, parser: CommandParser) -> None:
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

    def handle(
        self,
        *,
        anchors: list[log.Head],
        heads: str | None,
        accept_restore: bool,
        by: str | None,
        reason: str,
        **options: Any,
    ) -> None:
        anchors = anchors + (self.heads_in(heads) if heads else [])
        if accept_restore:
            self.accept(anchors, by, reason)
        elif by or reason:
            raise CommandError("--by and --reason belong to --accept-restore.", returncode=WRONG_USAGE)
        count, failure = verify.verify(anchors)
        if failure:
            raise CommandError(f"The history does not hold: {failure.what}.")
        self.stdout.write(f"The history holds: {count} events.")
        for event in AuditEvent.objects.filter(kind=log.LOSS).order_by("number"):
            self.stdout.write(self.loss_in_words(event))
        newest = AuditEvent.objects.filter(number=count).first()
        self.stdout.write(f"head {count}:{newest.hash if newest else log.GENESIS}")

    def heads_in(self, name: str) -> list[log.Head]:
        """Read lines as they come out of a mailbox: blank ones are left out, any other must be a head."""
        try:
            text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            raise CommandError(f"{name} cannot be read: {error.strerror}.", returncode=WRONG_USAGE) from None
        anchors = []
        for position, line in enumerate(text.splitlines(), start=1):
            if line.strip():
                try:
                    anchors.append(head(line))
                except ArgumentTypeError as error:
                    raise CommandError(f"Line {position} of {name}: {error}", returncode=WRONG_USAGE) from None
        return anchors

    def accept(self, anchors: list[log.Head], by: str | None, reason: str) -> None:
        person = get_user_model().objects.filter(username=by, is_active=True).first() if by else None
        if person is None or not reason.strip():
            sentence = "Say who accepts the restore, by a username of the newsroom, and why: --by … --reason “…”."
            raise CommandError(sentence, returncode=WRONG_USAGE)
        try:
            verify.accept_loss(by=person, reason=reason.strip(), anchors=anchors)
        except verify.LossRefused as refusal:
            raise CommandError(f"Nothing was accepted: {refusal}.") from None

    def loss_in_words(self, event: AuditEvent) -> str:
        facts = json.loads(event.facts)
        return (
            f"Lost by a restore: events {facts['first']} to {facts['last']}, as event {event.number} says"
            f" ({event.actor_name}, {event.at:%Y-%m-%d %H:%M} UTC: {event.reason})."
        )
