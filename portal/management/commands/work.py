"""The worker: does what is due, one job at a time. Start as many as you like, on as many machines."""

import logging
import signal
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, close_old_connections

from portal import jobs

logger = logging.getLogger(__name__)

IDLE_SECONDS = 1
RECURRING_EVERY_SECONDS = 60
LONGEST_WAIT_SECONDS = 5
# A crontab calls again anyway; it must not pile up processes that wait for one absent database.
PATIENCE_OF_ONCE_SECONDS = 60


class Left(Exception):
    """Asked to leave while the database was away."""


class Command(BaseCommand):
    help = "Does the jobs that are due (mail, purges, renditions) until it is told to stop."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what is due and leave; safe to call from cron")

    def handle(self, *, once: bool, **options: Any) -> None:
        self.name, self.once, self.leaving = jobs.worker_name(), once, False
        before = {number: signal.signal(number, self.leave) for number in (signal.SIGTERM, signal.SIGINT)}
        logger.info("Worker %s begins.", self.name)
        try:
            self.work()
        except Left:
            logger.warning("Worker %s leaves without the database; a job it had begun will be done again.", self.name)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        logger.info("Worker %s leaves.", self.name)

    def leave(self, number: int, frame: FrameType | None) -> None:
        """Finish the job in hand, then leave. A flag only: a signal may arrive inside any line."""
        self.leaving = True

    def work(self) -> None:
        recurring_at = time.monotonic()
        while not self.leaving:
            if time.monotonic() >= recurring_at:
                self.ask(jobs.enqueue_recurring)
                recurring_at = time.monotonic() + RECURRING_EVERY_SECONDS
            if jobs.run_one(self.name, ask=self.ask):
                continue
            if self.once:
                return
            time.sleep(IDLE_SECONDS)

    def ask(self, query: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Repeat a query until the database answers: locked, restarting or not yet migrated is no reason to stop."""
        began, wait = time.monotonic(), IDLE_SECONDS
        while True:
            close_old_connections()
            try:
                return query(*args, **kwargs)
            except Error as error:
                if self.leaving:
                    raise Left from error
                if self.once and time.monotonic() - began > PATIENCE_OF_ONCE_SECONDS:
                    raise CommandError(f"The database does not answer: {jobs.in_short(error)}") from error
                logger.warning("The database does not answer; asking again. %s", jobs.in_short(error))
            time.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)
