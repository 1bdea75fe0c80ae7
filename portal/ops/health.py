"""Health probes: is the process up, can it serve pages, is any job late or dead.

What /health/ready and /health/jobs ask of the apps is registered in `<app>/health.py` (portal/registry/health.py).
"""

from datetime import datetime

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from portal import jobs
from portal.audit import log
from portal.registry import health

health.jobs_check(jobs.health)


@health.jobs_check
def restored_database(at: datetime) -> dict[str, int]:
    """Return 1 where the database lacks the newest audit event recorded outside it, as after restoring a backup."""
    return {"restored": int(log.missing_head() is not None)}


@never_cache
def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 503 while the database does not answer the queries that every page makes."""
    try:
        health.ask_ready_checks()
    except DatabaseError:
        connection.close()
        return JsonResponse({"status": "no database"}, status=503)
    return JsonResponse({"status": "ok"})


@never_cache
def jobs_health(request: HttpRequest) -> JsonResponse:
    """Answer 503 while a job is late or dead, a scheduled update overdue, or the database an older backup."""
    problems = health.count_problems(at=timezone.now())
    return JsonResponse(problems, status=503 if any(problems.values()) else 200)
