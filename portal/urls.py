"""Every address of the site. Reader pages also stand under the other languages' prefixes."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from portal import health

urlpatterns = [
    path("admin/", admin.site.urls),
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("health/jobs", health.duties),
    *i18n_patterns(
        path("", include("comments.urls")),
        path("", include("news.urls")),
        prefix_default_language=False,
    ),
]
handler400 = "portal.malformed.bad_request"
handler404 = "news.views.not_found"
