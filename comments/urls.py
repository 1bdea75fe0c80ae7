from django.urls import path

from comments import views

app_name = "comments"
urlpatterns = [
    path("news/<slug:slug>/comments/", views.comments, name="comments"),
]
