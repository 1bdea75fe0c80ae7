from django.core.management.base import BaseCommand, CommandError

from news import audit_kinds
from news.editorial.steps import RULES, Step
from news.jobs import publish_due


class Command(BaseCommand):
    help = "Puts scheduled updates in place whose hour has come. The worker does it every minute; safe from cron too."

    def handle(self, **options):
        outcomes = publish_due()
        published, failed = outcomes[RULES[Step.PUBLISH].audit_kind], outcomes["failed"]
        appeared, held = outcomes[audit_kinds.WENT_LIVE], outcomes[audit_kinds.UPDATE_HELD]
        self.stdout.write(f"{published} updates in place, {appeared} stories gone live, {held} held back.")
        if failed:
            raise CommandError(f"{failed} could not go out; the log says why.")
