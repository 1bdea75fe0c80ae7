"""Three questions machines ask: is the process up, can it serve pages, is any duty late or the history cut short."""

from django.db import DatabaseError, connection
from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from news.models import Article, WorkingCopy
from portal import jobs
from portal.audit import log


@never_cache
def live(request):
    return JsonResponse({"status": "ok"})


@never_cache
def ready(request):
    """503 while the database does not answer the question every page asks."""
    try:
        Article.objects.live().exists()
    except DatabaseError:
        connection.close()
        return JsonResponse({"status": "no database"}, status=503)
    return JsonResponse({"status": "ok"})


@never_cache
def jobs_health(request):
    """503 while a job is late or dead, a scheduled update is not in place, or the database is an older one."""
    now = timezone.now()
    state = jobs.health(now) | {
        "overdue": WorkingCopy.objects.overdue(at=now).count(),
        "restored": int(log.missing_head() is not None),
    }
    return JsonResponse(state, status=503 if any(state.values()) else 200)
