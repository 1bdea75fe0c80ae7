"""Durable side effects: rows of the caller's transaction, done by `manage.py work` at least once.

An app keeps its jobs in `<app>/jobs.py`, each a function with `@job`; `enqueue` asks for one. A job may be
done twice (its worker died after the deed and before the tick), so it must bear that, and it runs outside a
transaction, so that a slow mail server never holds the database. Only this module writes `Job` rows.
"""

import json
import logging
import os
import random
import re
import secrets
import socket
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar, overload

from django.db import IntegrityError, transaction
from django.db.models.functions import Least
from django.utils import timezone

from portal.models import Job

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
# Half a minute doubled up to an hour: ten attempts outlast three hours without a mail server.
ATTEMPTS = 10
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
KEEP_FINISHED = timedelta(days=14)
LOOK_AHEAD = 10


JobFunction = Callable[..., object]
Function = TypeVar("Function", bound=JobFunction)
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Handler:
    name: str
    run: JobFunction
    lease: timedelta
    attempts: int
    every: timedelta | None


HANDLERS: dict[str, Handler] = {}


class Abandoned(Exception):
    """Every attempt ended with its worker, so nobody could say what went wrong."""


def _handler(name: str) -> Handler:
    """Return a handler; for an unknown name one that fails: during an update an old worker may meet a new job."""
    return HANDLERS.get(name) or Handler(name, _unknown, LEASE, ATTEMPTS, None)


def _unknown(**payload: Any) -> None:
    raise LookupError("this worker knows no such job")


@overload
def job(function: Function) -> Function: ...
@overload
def job(
    *, lease: timedelta = LEASE, attempts: int = ATTEMPTS, every: timedelta | None = None
) -> Callable[[Function], Function]: ...
def job(
    function: Any = None, *, lease: timedelta = LEASE, attempts: int = ATTEMPTS, every: timedelta | None = None
) -> Any:
    """Make a function a job, named after its app: `comments/jobs.py:send_digest` is `comments.send_digest`.

    The lease must outlast the slowest run: when it ends the worker counts as dead and another one begins.
    `every` makes it recurring; keep it well below KEEP_FINISHED.
    """

    def register(function: Function) -> Function:
        name = name_of(function)
        if name in HANDLERS:
            raise ValueError(f"There are two jobs called {name}.")
        HANDLERS[name] = Handler(name, function, lease, attempts, every)
        return function

    return register(function) if function else register


def name_of(function: JobFunction) -> str:
    """Return the name a job is stored under."""
    return f"{function.__module__.removesuffix('.jobs').rpartition('.')[2]}.{function.__name__}"


def enqueue(what: str | JobFunction, /, *, key: str = "", due_at: datetime | None = None, **payload: Any) -> None:
    """Have a job (a function or its name) done once the caller's transaction commits; never if it does not commit.

    While one with the same key waits, this is that one: its payload stays and the earlier hour counts. So a
    keyed job reads what it is about when it runs. As soon as it is begun, the key is free for the next.
    """
    name = what if isinstance(what, str) else name_of(what)
    if name not in HANDLERS:
        raise LookupError(f"There is no job called {name}.")
    due_at = due_at or timezone.now()
    text = json.dumps(payload, sort_keys=True, separators=(",", ":"))
    while not (key and _join(name, key, due_at)):
        try:
            with transaction.atomic():
                Job.objects.create(name=name, key=key, due_at=due_at, payload=text)
            return
        except IntegrityError:  # somebody was first with this key: join theirs, unless a worker has begun it
            if not key:
                raise


def _join(name: str, key: str, due_at: datetime) -> bool:
    """Lock the waiting row until we commit: a worker that began it now would not see what we are about to write."""
    waiting = Job.objects.waiting().filter(name=name, key=key, attempts=0)
    return bool(waiting.update(due_at=Least("due_at", due_at)))


def claim_one(worker: str, *, now: datetime | None = None) -> Job | None:
    """Take the job that is due longest, or return None. Of several workers one wins the row, by compare and swap."""
    now = now or timezone.now()
    candidate: Job
    for candidate in Job.objects.due(at=now)[:LOOK_AHEAD]:
        candidate.claimed_by, candidate.claimed_until = worker, now + _handler(candidate.name).lease
        unclaimed = Job.objects.due(at=now).filter(pk=candidate.pk, attempts=candidate.attempts)
        candidate.attempts += 1
        mine = {"attempts": candidate.attempts, "claimed_by": worker, "claimed_until": candidate.claimed_until}
        if unclaimed.update(**mine):
            return candidate
    return None


def _call(query: Callable[..., Answer], *args: Any, **kwargs: Any) -> Answer:
    return query(*args, **kwargs)


def run_one(worker: str, *, now: datetime | None = None, ask: Callable[..., Any] = _call) -> bool:
    """Claim a job, do it and note the outcome; False when nothing is due.

    `ask(query, …)` calls what queries the database: the worker passes one that waits while the database is away.
    """
    claimed = ask(claim_one, worker, now=now)
    if claimed is None:
        return False
    error = _do(claimed)
    ask(_note, claimed, error, now=now)
    return True


def _do(claimed: Job) -> BaseException | None:
    """Return what the job raised, or None. Nothing a job does may take the worker with it."""
    try:
        handler = _handler(claimed.name)
        if claimed.attempts > handler.attempts:
            raise Abandoned("its worker stopped in mid-job each time")
        handler.run(**json.loads(claimed.payload))
    except (Exception, SystemExit) as error:
        frames = "".join(traceback.format_tb(error.__traceback__))  # code only: values may be personal
        logger.error("%s, attempt %s: %s\n%s", claimed, claimed.attempts, in_short(error), frames)
        return error
    logger.info("%s, attempt %s: done", claimed, claimed.attempts)
    return None


def _note(claimed: Job, error: BaseException | None, *, now: datetime | None = None) -> None:
    now = now or timezone.now()
    outcome: dict[str, Any]
    if error is None:
        outcome = {"state": Job.State.DONE, "finished_at": now, "last_error": ""}
    elif claimed.attempts >= _handler(claimed.name).attempts:
        outcome = {"state": Job.State.DEAD, "finished_at": now, "last_error": in_short(error)}
    else:
        outcome = {"due_at": now + pause_after(claimed.attempts), "last_error": in_short(error)}
    still_mine = Job.objects.waiting().filter(pk=claimed.pk, claimed_by=claimed.claimed_by, attempts=claimed.attempts)
    if not still_mine.update(claimed_by="", claimed_until=None, **outcome):
        logger.error("%s outlasted its lease and was begun again: give it a longer one.", claimed)


def pause_after(attempts: int) -> timedelta:
    """Double the pause each time, give or take a quarter: what failed together must not come back together."""
    pause = min(FIRST_PAUSE * 2 ** min(attempts - 1, 20), LONGEST_PAUSE)
    return timedelta(seconds=pause.total_seconds() * random.uniform(0.75, 1.25))


def in_short(error: BaseException) -> str:
    """Describe what went wrong: class, message and location, without addresses and of bounded length.

    Mail servers put the recipient into their refusals, PostgreSQL the offending row (after DETAIL).
    """
    message = str(error).encode("utf-8", "replace").decode().replace("\0", "").partition("DETAIL:")[0]
    message = " ".join(message.split())
    message = re.sub(r"[^\s<>\"'(){}\[\],;:=]+(?:@|%40)[^\s<>\"'(){}\[\],;:]+", "[address]", message, flags=re.I)
    message = re.sub(r"\b\d{1,3}(?:\.\d{1,3}){3}\b", "[address]", message)
    message = re.sub(r"(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])", "[address]", message, flags=re.I)
    frames = traceback.extract_tb(error.__traceback__)
    location = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {message[:300]}{location}"


def enqueue_recurring(*, now: datetime | None = None) -> None:
    """Enqueue each recurring job once per interval, whatever number of workers calls this."""
    now = now or timezone.now()
    for handler in HANDLERS.values():
        if handler.every:
            key = f"interval {now.timestamp() // handler.every.total_seconds():.0f}"
            same = Job.objects.filter(name=handler.name, key=key)
            if same.exists():
                continue
            with transaction.atomic():
                enqueue(handler.name, key=key, due_at=now)
                if same.count() > 1:  # another worker enqueued it since and theirs has begun: drop ours
                    same.waiting().filter(attempts=0).delete()


def try_again(dead: Job, *, now: datetime | None = None) -> bool:
    """Reset a dead job. False when it is no longer dead, or the same job is waiting already."""
    fresh = {"state": Job.State.WAITING, "attempts": 0, "due_at": now or timezone.now(), "finished_at": None}
    try:
        with transaction.atomic():
            return bool(Job.objects.dead().filter(pk=dead.pk).update(**fresh))
    except IntegrityError:
        return False


def set_aside(dead: Job) -> bool:
    """Give up a dead job: somebody has looked and it is not needed. False when it is no longer dead."""
    return bool(Job.objects.dead().filter(pk=dead.pk).update(state=Job.State.SET_ASIDE))


def health(now: datetime | None = None) -> dict[str, int]:
    """Count the jobs that are late (is a worker running?) and dead (has somebody looked?)."""
    return {"late": Job.objects.late(at=now).count(), "dead": Job.objects.dead().count()}


def worker_name() -> str:
    """Return a name never used before: a new worker must not finish what a dead one with its number had claimed."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(4)}"


@job(every=timedelta(days=1))
def purge_finished() -> None:
    """Delete jobs that were done or set aside long ago. Dead jobs stay until somebody has looked."""
    finished = Job.objects.filter(state__in=[Job.State.DONE, Job.State.SET_ASIDE])
    finished.filter(finished_at__lt=timezone.now() - KEEP_FINISHED).delete()
