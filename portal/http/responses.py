"""Kinds of answers that Django has no class for."""

from django.http import HttpResponseRedirect


class SeeOther(HttpResponseRedirect):
    """After a POST, look there; every browser turns it into a GET, so that going back sends nothing twice."""

    status_code = 303
