from django.core.management.base import BaseCommand, CommandError

from news import history


class Command(BaseCommand):
    help = "Prove the editorial history, link by link, or name the first place where it does not hold."

    def handle(self, **options):
        count, broken = history.verify()
        if broken:
            raise CommandError(f"The history does not hold: {broken.what}.")
        self.stdout.write(f"The history holds: {count} events.")
