"""`manage.py work` as real processes on the test database: killed, told to leave, many at once, without a database."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from portal import jobs
from portal.env import BASE_DIR
from portal.management.commands import work
from portal.models import Job
from portal.tests.sample_jobs import jobs as sample

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

# How long the database is away; 30 in the trial written down in docs/decisions/0001-durable-jobs.md.
AWAY_SECONDS = float(os.environ.get("JOBS_TEST_AWAY_SECONDS", 1))


class Worker:
    """One `manage.py work`, and what it says."""

    def __init__(self, environment, said, *options):
        self.said = said
        with said.open("wb") as file:
            command = [sys.executable, str(BASE_DIR / "manage.py"), "work", *options]
            self.process = subprocess.Popen(command, env=environment, stdout=file, stderr=file)

    def says(self, words):
        return words in self.said.read_text(encoding="utf-8")

    def send(self, number):
        self.process.send_signal(number)

    def wait(self):
        return self.process.wait(timeout=30)


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Start a worker on the database of this test; whatever still runs afterwards is killed."""
    monkeypatch.setenv("JOB_NOTES", str(tmp_path / "notes"))
    (tmp_path / "notes").touch()
    workers = []

    def start(*options, database=None):
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "portal.tests.worker_settings",
            "DATABASE_URL": database or database_url(),
            "VAR_DIR": str(tmp_path / "var"),
        }
        workers.append(Worker(environment, tmp_path / f"worker-{len(workers)}.log", *options))
        return workers[-1]

    yield start
    for worker in workers:
        worker.process.kill()
        worker.process.wait()
        print(worker.said.read_text(encoding="utf-8"))  # pytest shows it when the test fails


def database_url(host=None):
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    url = urlsplit(os.environ["DATABASE_URL"])
    if host:
        url = url._replace(netloc=f"{url.netloc.rpartition('@')[0]}@{host}")
    return url._replace(path=f"/{name}").geturl()


def until(condition, *, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def noted(word):
    return [note for note in sample.notes() if note[0] == word]


def states():
    """Of the jobs under test; a worker also does the duties that come round by themselves."""
    duties = [handler.name for handler in jobs.HANDLERS.values() if handler.every]
    return sorted(Job.objects.exclude(name__in=duties).values_list("state", flat=True))


# Once


def test_once_does_what_is_due_and_leaves(start):
    for number in range(3):
        jobs.enqueue(sample.quick, number=number)
    jobs.enqueue(sample.quick, number=9, due_at=timezone.now() + timedelta(minutes=5))
    assert start("--once").wait() == 0
    assert [note[1] for note in noted("quick")] == ["0", "1", "2"]
    assert states() == ["done", "done", "done", "waiting"]


def test_once_with_nothing_to_do_leaves_and_keeps_the_callers_signals():
    before = signal.getsignal(signal.SIGTERM)
    call_command("work", once=True)
    call_command("work", once=True)
    assert signal.getsignal(signal.SIGTERM) is before
    assert Job.objects.filter(name="portal.purge_finished", state=Job.State.DONE).count() == 1


# Killed, and told to leave


def test_a_job_whose_worker_was_killed_is_done_again_when_its_lease_ends(start):
    jobs.enqueue(sample.hang_at_first)
    first = start()
    until(lambda: noted("begun"))
    first.send(signal.SIGKILL)
    first.wait()
    lease_ends = Job.objects.get(name="sample_jobs.hang_at_first").claimed_until
    start()
    until(lambda: states() == ["done"])
    (_, first_pid, _), (_, second_pid, begun_again) = noted("begun")
    assert first_pid != second_pid
    assert float(begun_again) >= lease_ends.timestamp()
    assert len(noted("ended")) == 1
    assert Job.objects.get(name="sample_jobs.hang_at_first").attempts == 2


def test_a_job_that_kills_its_worker_each_time_ends_among_the_dead(start):
    jobs.enqueue(sample.deadly)
    assert start().wait() == -signal.SIGKILL
    start()
    until(lambda: states() == ["dead"])
    assert len(noted("begun")) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_told_to_leave_finishes_the_job_in_hand_and_begins_no_other(start, number):
    jobs.enqueue(sample.slow, seconds=0.5)
    jobs.enqueue(sample.slow, seconds=0.5)
    worker = start()
    until(lambda: noted("begun"))
    worker.send(number)
    assert worker.wait() == 0
    assert states() == ["done", "waiting"]
    assert len(noted("ended")) == 1


# Many


def test_four_workers_do_each_of_sixty_jobs_exactly_once(start):
    workers = [start() for _ in range(4)]
    until(lambda: all(worker.says("begins") for worker in workers))
    with transaction.atomic():
        for number in range(60):  # more than any one of them does in the second the others may sleep
            jobs.enqueue(sample.quick, number=number, seconds=0.04)
    until(lambda: states() == ["done"] * 60)
    assert sorted(int(note[1]) for note in noted("quick")) == list(range(60))
    assert len({note[2] for note in noted("quick")}) > 1
    assert set(Job.objects.values_list("attempts", flat=True)) == {1}


# Without a database


DOOR = """
import asyncio, sys

async def carry(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()

async def let_in(reader, writer):
    inside, outside = await asyncio.open_connection(sys.argv[2], int(sys.argv[3]))
    await asyncio.gather(carry(reader, outside), carry(inside, writer))

async def main():
    server = await asyncio.start_server(let_in, "127.0.0.1", int(sys.argv[1]))
    await server.serve_forever()

asyncio.run(main())
"""


class LockedFile:
    """SQLite goes away when somebody else holds its lock."""

    def __init__(self):
        self.url = database_url()

    def goes(self):
        self.holder = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None, timeout=10)
        self.holder.execute("BEGIN EXCLUSIVE")

    def comes_back(self):
        self.holder.close()

    def leave_no_trace(self):
        self.holder.close()


class ClosedDoor:
    """PostgreSQL goes away when the only door to it, a small proxy, is killed."""

    def __init__(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = database_url(f"127.0.0.1:{self.port}")
        self.comes_back()

    def goes(self):
        self.door.kill()
        self.door.wait()

    leave_no_trace = goes

    def comes_back(self):
        server = connection.settings_dict
        inside = [server["HOST"] or "127.0.0.1", str(server["PORT"] or 5432)]
        self.door = subprocess.Popen([sys.executable, "-c", DOOR, str(self.port), *inside])


@pytest.fixture
def database():
    database = LockedFile() if connection.vendor == "sqlite" else ClosedDoor()
    yield database
    database.leave_no_trace()


def test_a_worker_that_starts_without_a_database_waits_for_it(start, database):
    jobs.enqueue(sample.quick, number=1)
    database.goes()
    worker = start(database=database.url)
    until(lambda: worker.says("The database does not answer"))
    time.sleep(AWAY_SECONDS)
    assert worker.process.poll() is None and not noted("quick")
    database.comes_back()
    until(lambda: states() == ["done"])
    assert len(noted("quick")) == 1


def test_a_job_is_not_done_again_because_the_database_went_away_in_the_middle(start, database):
    jobs.enqueue(sample.slow, seconds=1)
    worker = start(database=database.url)
    until(lambda: noted("begun"))
    database.goes()
    until(lambda: worker.says("The database does not answer"))
    time.sleep(AWAY_SECONDS)
    database.comes_back()
    until(lambda: states() == ["done"])
    assert (len(noted("begun")), len(noted("ended"))) == (1, 1)
    jobs.enqueue(sample.quick, number=1)
    until(lambda: noted("quick"))


def test_a_worker_told_to_leave_does_not_wait_for_the_database(start, database):
    jobs.enqueue(sample.quick, number=1)
    database.goes()
    worker = start(database=database.url)
    until(lambda: worker.says("The database does not answer"))
    worker.send(signal.SIGTERM)
    assert worker.wait() == 0
    database.comes_back()
    assert states() == ["waiting"]


def test_once_gives_up_on_an_absent_database_after_a_while(monkeypatch):
    def no_answer():
        raise OperationalError("connection refused")

    monkeypatch.setattr(jobs, "enqueue_recurring", no_answer)
    monkeypatch.setattr(work, "PATIENCE_OF_ONCE_SECONDS", 0)
    with pytest.raises(CommandError, match="The database does not answer: OperationalError: connection refused"):
        call_command("work", once=True)
