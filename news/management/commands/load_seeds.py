"""Fill a newsroom from files: sections and tags first, then stories. Safe to run again at any time."""

import logging
import os
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from news.editorial.workflow import Refused
from news.importers import seed, vocabulary
from news.models import Section, WorkingCopy, WorkingCopyRelated
from news.roles import system_user
from portal.models import User

OUR_SEEDS = settings.BASE_DIR / "seeds"


class Command(BaseCommand):
    help = "Load stories in the seed format, and the sections and tags beside them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="files or folders; default: seeds/")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")
        parser.add_argument(
            "--publish", action="store_true", help="show the stories to readers, without a second reader"
        )
        parser.add_argument("--section", default="", help="for stories that name none (default: the first section)")
        parser.add_argument(
            "--language", default="", help="for stories that name none, instead of telling by the words"
        )

    def handle(self, *, paths: list[Path], dry_run: bool, **options: Any) -> None:
        logging.getLogger("history").setLevel(logging.WARNING)  # or its lines would bury the one about a bad file
        self.failures, self.counts = 0, Counter()
        if dry_run:
            with transaction.atomic():
                self.load(paths or [OUR_SEEDS], **options)
                transaction.set_rollback(True)
            self.stdout.write(_("Nothing was written: this was a dry run."))
        else:
            self.load(paths or [OUR_SEEDS], **options)
        if self.failures:
            raise SystemExit(1)

    def load(self, paths: Iterable[Path], *, publish: bool, section: str, language: str, **options: Any) -> None:
        by = system_user()
        stories, vocabularies = self.found_under(paths)
        if not Section.objects.exists() and not any(path.name == vocabulary.SECTIONS for path in vocabularies):
            # A story needs a section, and its dateline a known place: an empty newsroom gets those of seeds/.
            vocabularies = [OUR_SEEDS / vocabulary.SECTIONS, OUR_SEEDS / vocabulary.TAGS, *vocabularies]
        for path in vocabularies:
            self.attempt(path, self.load_vocabulary, by=by)
        defaults = {"section": self.section(section), "language": self.language(language)}
        articles: dict[int, str] = {}  # the file of each, by primary key
        for path in stories:  # one bad file must not keep the others out
            self.attempt(path, self.load_story, articles, by=by, publish=publish, **defaults)
        self.tell_what_waits(articles)
        self.stdout.write(
            _("created %(created)d, updated %(updated)d, unchanged %(unchanged)d, kept %(kept)d, failed %(failed)d")
            % {**{result.value: self.counts[result] for result in seed.Result}, "failed": self.failures}
        )

    def found_under(self, paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
        """Return (stories, vocabularies) among the paths and in the folders among them, each file once."""
        files: dict[Path, None] = {}  # a dict keeps their order
        for path in paths:
            try:
                inside = sorted(path.iterdir()) if path.is_dir() else None
            except OSError as error:
                self.failed(path, error.strerror or error)
                continue
            if inside is None:
                files[path] = None  # a missing one is reported when it is opened
                continue
            loadable = [file for file in inside if file.suffix.lower() == ".txt" or file.name in vocabulary.COLUMNS]
            files |= dict.fromkeys(file for file in loadable if file.is_file())
            if not loadable:
                self.failed(path, _("There is no story in this folder."))
        vocabularies = [path for name in vocabulary.COLUMNS for path in files if path.name == name]
        return [path for path in files if path not in vocabularies], vocabularies

    def attempt(self, path: Path, load: Callable[..., None], *args: Any, **options: Any) -> None:
        """Load a file; report it and go on where that fails."""
        try:
            load(path, *args, **options)
        except (seed.Unreadable, Refused) as reason:
            self.failed(path, reason)
        except OSError as error:
            self.failed(path, error.strerror or error)

    def load_vocabulary(self, path: Path, *, by: User) -> None:
        count = vocabulary.load(path, by=by)
        self.stdout.write(_("%(file)s: %(count)d new") % {"file": _name(path), "count": count})

    def load_story(self, path: Path, articles: dict[int, str], **options: Any) -> None:
        outcome = seed.load(path, **options)
        articles[outcome.article.pk] = _name(path)
        self.counts[outcome.result] += 1
        self.stdout.write(f"{_name(path)}: {outcome}")
        if outcome.refusal:
            self.failed(path, _("not published: %(reason)s") % {"reason": outcome.refusal})

    def failed(self, path: Path, reason: object) -> None:
        self.failures += 1
        self.stderr.write(f"{_name(path)}: {reason}")

    def tell_what_waits(self, articles: dict[int, str]) -> None:
        """List the READ lines without a story. Called last, because each story that arrives may match some."""
        links = WorkingCopyRelated.objects.filter(content_object__in=articles)
        links = links.filter(target=None, matched_article=None, url="")
        drafts = WorkingCopy.objects.filter(headline_key=OuterRef("key"))
        for link in links.filter(~Exists(drafts)).order_by("content_object", "position"):
            self.stdout.write(
                _("%(file)s: “%(headline)s” is not here yet; the link waits for it.")
                % {"file": articles[link.content_object_id], "headline": link.label}
            )

    def section(self, name: str) -> Section | None:
        if not name:
            return None
        if section := seed.section_called(name):
            return section
        slugs = ", ".join(Section.objects.values_list("slug", flat=True))
        raise CommandError(
            _("There is no section “%(name)s”; choose one of %(slugs)s.") % {"name": name, "slugs": slugs}
        )

    def language(self, code: str) -> str:
        if code and code not in dict(settings.LANGUAGES):
            codes = ", ".join(dict(settings.LANGUAGES))
            raise CommandError(
                _("“%(code)s” is not a language of this site; choose one of %(codes)s.")
                % {"code": code, "codes": codes}
            )
        return code


def _name(path: Path) -> str:
    """Return the file's name on one line, also when its bytes are not valid text."""
    name = os.fsencode(path.name or path).decode(errors="replace")
    return " ".join(name.split())
