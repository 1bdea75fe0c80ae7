from django.core.management.base import BaseCommand, CommandError

from news.jobs import publish_due


class Command(BaseCommand):
    help = "Puts scheduled updates in place whose hour has come. The worker does it every minute; safe from cron too."

    def handle(self, **options):
        done = publish_due()
        published, appeared, held, failed = (done[word] for word in ("publish", "live", "held", "failed"))
        self.stdout.write(f"{published} updates in place, {appeared} stories gone live, {held} held back.")
        if failed:
            raise CommandError(f"{failed} could not go out; the log says why.")
