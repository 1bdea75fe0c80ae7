"""What readers see."""

from django.http import HttpResponse, HttpResponseNotFound

from news import changes


def home(request):
    return changes.Reading(changes.LISTS, changes.HOME).keep(HttpResponse("home"))


article = section = tag = home


def not_found(request, exception):
    return HttpResponseNotFound("not found")
