"""The list of stories: its views, filters and how it is searched."""

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Prefetch, Q
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from news.models import Article, Section, WorkingCopy, WorkingCopyByline
from news.querysets import WorkingCopyQuerySet

Stage = WorkingCopy.Stage


class ArticleList(ChangeList):
    """The list itself."""

    def apply_select_related(self, queryset: WorkingCopyQuerySet) -> WorkingCopyQuerySet:
        """Load what the rows print, and not the texts; the form loads its story whole."""
        bylines = WorkingCopyByline.objects.select_related("author")
        return queryset.for_list().prefetch_related(Prefetch("bylines", bylines))


class ViewFilter(admin.SimpleListFilter):
    """The tabs above the list."""

    title = _("view")
    parameter_name = "view"
    template = "admin/news/workingcopy/views.html"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str | Promise]]:
        return [
            ("mine", pgettext_lazy("view", "Mine")),
            ("review", pgettext_lazy("view", "In review")),
            ("changes", pgettext_lazy("view", "Returned")),
            ("drafts", pgettext_lazy("view", "Drafts")),
            ("approved", pgettext_lazy("view", "Approved")),
            ("scheduled", pgettext_lazy("view", "Scheduled")),
            ("ahead", pgettext_lazy("view", "Live, with changes")),
            ("unread", pgettext_lazy("view", "Published alone")),
            ("discarded", pgettext_lazy("view", "Discarded")),
        ]

    def queryset(self, request: HttpRequest, queryset: WorkingCopyQuerySet) -> WorkingCopyQuerySet | None:
        match self.value():
            case "mine":
                queryset = queryset.exclude(stage=Stage.DISCARDED)
                mine = Q(saved_by=request.user) | Q(submitted_by=request.user) | Q(assigned_to=request.user)
                return queryset.filter(mine | Q(bylines__author__user=request.user)).distinct()
            case "review":
                return queryset.filter(stage=Stage.IN_REVIEW)
            case "changes":
                return queryset.filter(stage=Stage.CHANGES_REQUESTED)
            case "drafts":
                return queryset.filter(stage=Stage.DRAFT)
            case "approved":
                return queryset.filter(stage=Stage.APPROVED)
            case "scheduled":
                return queryset.scheduled()
            case "ahead":
                return queryset.filter(article__in=Article.objects.live()).exclude(stage=Stage.NOTHING_PENDING)
            case "unread":
                return queryset.unread()
            case "discarded":
                return queryset.filter(stage=Stage.DISCARDED)
            case _ if request.GET.get("stage") != Stage.DISCARDED:
                return queryset.exclude(stage=Stage.DISCARDED)


class PublicFilter(admin.SimpleListFilter):
    """By what readers see."""

    title = _("Readers see")
    parameter_name = "public"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str | Promise]]:
        return [
            ("live", pgettext_lazy("readers see", "Live")),
            ("never", pgettext_lazy("readers see", "Not public")),
            ("coming", pgettext_lazy("readers see", "At its hour")),
            ("ended", pgettext_lazy("readers see", "Ended")),
            ("withdrawn", pgettext_lazy("readers see", "Withdrawn")),
        ]

    def queryset(self, request: HttpRequest, queryset: WorkingCopyQuerySet) -> WorkingCopyQuerySet | None:
        match self.value():
            case "live":
                return queryset.filter(article__in=Article.objects.live())
            case "never":
                return queryset.filter(article__live_from=None)
            case "coming":
                return queryset.filter(article__in=Article.objects.coming())
            case "ended":
                return queryset.filter(article__in=Article.objects.ended())
            case "withdrawn":
                return queryset.exclude(article__withdrawn_at=None)


class StageFilter(admin.SimpleListFilter):
    """By how far the working copy is."""

    title = _("Working copy")
    parameter_name = "stage"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str | Promise]]:
        return Stage.choices

    def queryset(self, request: HttpRequest, queryset: WorkingCopyQuerySet) -> WorkingCopyQuerySet | None:
        return queryset.filter(stage=self.value()) if self.value() in Stage.values else None


class SectionFilter(admin.SimpleListFilter):
    """By the working copy's section."""

    title = _("Section")
    parameter_name = "section"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str | Promise]]:
        return [(str(section.pk), str(section)) for section in Section.objects.all()]

    def queryset(self, request: HttpRequest, queryset: WorkingCopyQuerySet) -> WorkingCopyQuerySet | None:
        return queryset.filter(section=self.value()) if self.value() in dict(self.lookup_choices) else None


class LanguageFilter(admin.SimpleListFilter):
    """By the language the story is written in."""

    title = _("Language")
    parameter_name = "language"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str | Promise]]:
        return WorkingCopy._meta.get_field("language").flatchoices

    def queryset(self, request: HttpRequest, queryset: WorkingCopyQuerySet) -> WorkingCopyQuerySet | None:
        return queryset.filter(language=self.value()) if self.value() in dict(self.lookup_choices) else None
