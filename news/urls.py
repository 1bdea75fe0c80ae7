from django.urls import path

from news.site import views

app_name = "news"
urlpatterns = [
    path("", views.home, name="home"),
    path("news/<slug:slug>/", views.article, name="article"),
    path("preview/<str:key>/", views.preview, name="preview"),
    path("sections/<slug:slug>/", views.section, name="section"),
    path("tags/<slug:slug>/", views.tag, name="tag"),
]
