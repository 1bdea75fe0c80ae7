"""The buttons beside a story that close and open its comments: a URL for each, POST alone."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from comments.moderation import closing
from comments.moderation.refusals import Refused
from news.models import Article

STEPS = {
    "close": (closing.close, gettext_lazy("Comments on this story are closed.")),
    "reopen": (closing.reopen, gettext_lazy("Comments on this story are open.")),
    "exempt": (closing.exempt, gettext_lazy("Comments on this story stay open whatever its age.")),
    "end_exemption": (closing.stop_exempting, gettext_lazy("Comments on this story close with age.")),
}


class ClosingView(View):
    """Take one step on an article's thread, from the article's own form, and lead back to it."""

    http_method_names = ["post"]
    step = ""

    def post(self, request: HttpRequest, article_id: int) -> HttpResponseRedirect:
        change_thread, sentence = STEPS[self.step]
        article = Article.objects.defer("body").filter(pk=article_id).first()
        try:
            if article is None:
                raise Refused(_("This story is not there any more."))
            change_thread(article, by=request.user)
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, sentence)
        return HttpResponseRedirect(reverse("admin:news_workingcopy_change", args=[article_id]))


def urls(admin_view: Callable) -> list[URLPattern]:
    """Return a URL for each step, such as `story/12/close/`."""
    return [
        path(
            f"story/<int:article_id>/{step.replace('_', '-')}/",
            admin_view(ClosingView.as_view(step=step)),
            name=f"comments_thread_{step}",
        )
        for step in STEPS
    ]
