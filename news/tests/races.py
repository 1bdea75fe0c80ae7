"""Two people at the same moment: real threads, each with a connection of its own, let go by one barrier.

They are let go twice: when they begin, and again before each one's first statement, or on a busy machine one would be
done before the other is given a turn. That they met is measured, not believed: a race counts as an overlap if each
had begun its first statement before the other had its answer, and on PostgreSQL at least half of them have to.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Barrier
from time import perf_counter, sleep

import pytest
from django.db import connection

from news.editorial.workflow import Refused

# Threads take turns this often (in seconds): Python's own five milliseconds would let one step pass undisturbed.
TURNS = 0.0005
PATIENCE = 60  # seconds a thread waits for the other before the race is called broken


@dataclass
class Track:
    """Where two race, again and again; it keeps count of how often they met, who won and who was refused."""

    runners: ThreadPoolExecutor
    refusal: type = Refused
    tries: int = 0
    overlaps: int = 0
    winners: int = 0
    conflicts: int = 0

    def race(self, *deeds):
        """Do the deeds at once and return their answers in order; a refusal is an answer, any other error is raised."""
        start = Start(len(deeds))
        runs = [run.result() for run in [self.runners.submit(self._run, start, deed) for deed in deeds]]
        answers = [answer for answer, _began, _ended in runs]
        self.tries += 1
        self.overlaps += max(began for _, began, _ in runs) < min(ended for _, _, ended in runs)
        return answers

    def one_wins(self, *deeds):
        """Race, and see that exactly one got through, and the other was told why; returns the winner's place."""
        answers = self.race(*deeds)
        refused = [answer for answer in answers if isinstance(answer, self.refusal)]
        self.score(winners=len(answers) - len(refused), conflicts=len(refused))
        assert len(refused) == 1 and str(refused[0]), answers
        return int(answers[0] is refused[0])

    def score(self, *, winners, conflicts):
        self.winners += winners
        self.conflicts += conflicts

    def they_met(self):
        """Fail where fewer than half of the races overlapped; on SQLite one writes at a time, and they need not."""
        least = self.tries / 2 if connection.vendor == "postgresql" else 0
        assert self.tries and self.overlaps >= least, f"{self.overlaps} overlaps in {self.tries} tries"

    def _run(self, start, deed):
        connection.ensure_connection()
        start.wait()
        began = [perf_counter()]
        try:
            with connection.execute_wrapper(start.before_first_statement(began)):
                answer = deed()
        except self.refusal as refusal:
            answer = refusal
        return answer, began[-1], perf_counter()


class Start:
    """A barrier that also waits until everybody is awake: on a busy machine the last to be woken would start alone."""

    def __init__(self, count):
        self.barrier, self.count, self.awake = Barrier(count), count, []

    def wait(self, round=1):
        self.barrier.wait(PATIENCE)
        self.awake.append(True)
        while len(self.awake) < round * self.count:
            sleep(0)

    def before_first_statement(self, began):
        """For one thread's connection: its first statement waits for the other's. Adds to `began` when it begins."""
        has_waited = []

        def wait_once(execute, sql, params, many, context):
            if not has_waited:
                has_waited.append(True)
                self.wait(round=2)
                began.append(perf_counter())
            return execute(sql, params, many, context)

        return wait_once


@contextmanager
def track(refusal=Refused):
    """A track for two, on a database that two threads can share; `refusal` is how the loser is told."""
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("Two threads cannot share SQLite's database in memory; the tests' own is a file.")
    before = sys.getswitchinterval()
    sys.setswitchinterval(TURNS)
    try:
        with ThreadPoolExecutor(max_workers=2) as runners:
            yield Track(runners, refusal)
            leaving = Barrier(2)  # or one thread would close its connection twice and the other's stay open
            for goodbye in [runners.submit(_leave, leaving) for _ in range(2)]:
                goodbye.result()
    finally:
        sys.setswitchinterval(before)


def _leave(barrier):
    barrier.wait(PATIENCE)
    connection.close()
