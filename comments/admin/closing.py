"""The buttons beside a story that close and open its comments."""

from django.contrib import messages
from django.http import HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comments.moderation import closing
from comments.moderation.refusals import Refused
from news.models import Article

STEPS = {
    "close": closing.close,
    "reopen": closing.reopen,
    "exempt": closing.exempt,
    "let_age": closing.stop_exempting,
}
SAID = {
    "close": gettext_lazy("Comments on this story are closed."),
    "reopen": gettext_lazy("Comments on this story are open."),
    "exempt": gettext_lazy("Comments on this story stay open whatever its age."),
    "let_age": gettext_lazy("Comments on this story close with age."),
}


def story_view(request, number):
    """Close or open comments under a story, from the story's own form."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    article = Article.objects.defer("body").filter(pk=number).first()
    step = STEPS.get(request.POST.get("comments", ""))
    try:
        if article is None or step is None:
            raise Refused(_("This story is not there any more."))
        step(article, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, SAID[request.POST["comments"]])
    return HttpResponseRedirect(reverse("admin:news_workingcopy_change", args=[number]))
