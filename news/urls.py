from django.urls import path

from news.site import article, home, lists, preview

app_name = "news"
urlpatterns = [
    path("", home.home, name="home"),
    path("news/<slug:slug>/", article.article, name="article"),
    path("preview/<str:key>/", preview.preview, name="preview"),
    path("sections/<slug:slug>/", lists.section, name="section"),
    path("tags/<slug:slug>/", lists.tag, name="tag"),
]
