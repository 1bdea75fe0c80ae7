"""Every address of the site. Reader pages also stand under the other languages' prefixes."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from portal.ops import health

urlpatterns = [
    path("admin/", admin.site.urls),
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("health/jobs", health.jobs_health),
    *i18n_patterns(
        path("", include("comments.urls")),
        path("", include("news.urls")),
        prefix_default_language=False,
    ),
]
handler400 = "portal.http.request_guard.bad_request"
handler404 = "news.site.errors.not_found"
