from django.urls import path, register_converter

from comments.display import feeds
from comments.notifications import views as mail
from comments.submission import edit_own, views
from portal.http.numbers import NumberConverter

register_converter(NumberConverter, "number")

app_name = "comments"
urlpatterns = [
    path("comments/feed/", feeds.everywhere, name="feed"),
    path("news/<slug:slug>/comments/", views.comments, name="comments"),
    path("news/<slug:slug>/comments/feed/", feeds.of_story, name="story-feed"),
    path("news/<slug:slug>/comments/page/<number:number>/", views.page, name="page"),
    path("news/<slug:slug>/comments/reply/<number:pk>/", views.reply, name="reply"),
    path("news/<slug:slug>/comments/report/<number:pk>/", views.report, name="report"),
    path("news/<slug:slug>/comments/reported/<number:pk>/", views.reported, name="reported"),
    path("news/<slug:slug>/comments/<number:pk>/", views.comment, name="comment"),
    path("news/<slug:slug>/comments/change/<str:receipt>/", edit_own.change, name="change"),
    path("news/<slug:slug>/comments/take-back/<str:receipt>/", edit_own.take_back, name="take-back"),
    path("news/<slug:slug>/comments/taken-back/", edit_own.taken_back, name="taken-back"),
    path("mail/confirm/<str:key>/", mail.confirm, name="mail-confirm"),
    path("mail/stop/<str:key>/", mail.stop, name="mail-stop"),
    path("privacy/", views.privacy, name="privacy"),
]
