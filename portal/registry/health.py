"""What the health probes ask: apps register their checks in `<app>/health.py`, which is imported at start."""

from collections.abc import Callable
from datetime import datetime

JobsCheck = Callable[[datetime], dict[str, int]]
ReadyCheck = Callable[[], object]

_jobs_checks: list[JobsCheck] = []
_ready_checks: list[ReadyCheck] = []


def jobs_check(function: JobsCheck) -> JobsCheck:
    """Register a check for /health/jobs: takes the time, returns {what: how many are late, dead or wrong}."""
    _jobs_checks.append(function)
    return function


def ready_check(function: ReadyCheck) -> ReadyCheck:
    """Register a cheap question for /health/ready: it raises DatabaseError while pages cannot be served."""
    _ready_checks.append(function)
    return function


def count_problems(at: datetime) -> dict[str, int]:
    """Return every count of every check; all is well when all are 0."""
    return {name: count for check in _jobs_checks for name, count in check(at).items()}


def ask_ready_checks() -> None:
    """Ask every question that pages depend on. Raises DatabaseError when one is not answered."""
    for check in _ready_checks:
        check()
