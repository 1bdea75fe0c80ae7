import logging
import os
import signal
import subprocess
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from portal import env
from portal.ops import demo


class Command(BaseCommand):
    help = "A ready newsroom with real content, served as in production: DEBUG off, a worker beside the web processes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--prepare-only", action="store_true", help="Fill the newsroom and leave, serving nothing.")

    def handle(self, *, prepare_only: bool, **options: Any) -> None:
        logging.getLogger().setLevel(logging.WARNING)
        call_command("migrate", verbosity=0)
        password = demo.prepare(env.text("DEMO_PASSWORD", ""))
        if not prepare_only:
            self.greet(password)
            self.serve()

    def greet(self, password: str) -> None:
        known = f"password {password}" if password else "the password of the first run"
        self.stdout.write(
            f"{settings.SITE_NAME} is at {settings.SITE_URL}/ and the newsroom at {settings.SITE_URL}/admin/\n"
            f"Log in as {', '.join(demo.PEOPLE)}: {known}.\nStop with Ctrl+C."
        )

    def serve(self) -> None:
        """Run the web processes and the worker until either leaves or somebody stops us; then stop both."""
        port = env.integer("PORT", 8000)
        web = [sys.executable, "-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{port}"]
        web += ["--workers", "2", "--threads", "4", "--log-level", "warning"]
        worker = [sys.executable, "manage.py", "work"]
        quiet = os.environ | {"LOG_LEVEL": "WARNING"}
        # Where no mail server is named each mail becomes a file, to be read as its recipient would. What follows the
        # third slash is the path, so an absolute one needs a fourth.
        quiet.setdefault("EMAIL_URL", f"filemail:///{env.VAR_DIR.resolve() / 'mail'}")
        processes = [subprocess.Popen(command, cwd=settings.BASE_DIR, env=quiet) for command in (web, worker)]
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            os.wait()
        except KeyboardInterrupt:
            pass
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait()
