from typing import Any

from django.core.management.base import BaseCommand, CommandError

from news.editorial import steps
from news.editorial.steps import RULES, Step
from news.jobs import publish_due


class Command(BaseCommand):
    help = "Puts scheduled updates in place whose hour has come. The worker does it every minute; safe from cron too."

    def handle(self, **options: Any) -> None:
        outcomes = publish_due()
        updates, failures = outcomes[RULES[Step.PUBLISH].audit_kind], outcomes["failed"]
        new_articles, held_updates = outcomes[steps.WENT_LIVE], outcomes[steps.UPDATE_HELD]
        self.stdout.write(f"{updates} updates in place, {new_articles} stories gone live, {held_updates} held back.")
        if failures:
            raise CommandError(f"{failures} could not go out; the log says why.")
