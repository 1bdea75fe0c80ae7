"""The Polish catalogue says all that the sources say, and the compiled one is made of it."""

import re
import shutil
import subprocess
import sys
from ast import literal_eval
from gettext import GNUTranslations
from gettext import translation as catalogue_of
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import pytest
from django.contrib import admin
from django.utils.translation import gettext, ngettext, override

from portal.admin_site.site import REWORDED

pytestmark = pytest.mark.wide

ROOT = Path(__file__).parents[2]
PO = Path("portal/locale/pl/LC_MESSAGES/django.po")
STRING = re.compile(r'^(?:(msg[a-z_]+)(?:\[\d\])? )?(".*")$', re.MULTILINE)
PLACEHOLDER = re.compile(r"%%?\(\w+\)[a-z]|%s|\{\w+\}|</?\w+>")
FORMS = 4  # of a Polish noun: 1 komentarz, 2 komentarze, 5 komentarzy, 1,5 komentarza


class Message(NamedTuple):
    context: str
    english: tuple[str, ...]  # with its plural, where it counts something
    polish: tuple[str, ...]

    @property
    def name(self):
        return self.context, self.english


def messages_of(path):
    """The messages of a catalogue, without its header; read here, so that it takes no gettext to know them."""
    return [_message(entry) for entry in path.read_text().strip().split("\n\n")[1:] if "\nmsgid " in f"\n{entry}"]


def _message(entry):
    texts = []
    for keyword, quoted in STRING.findall(entry):
        if keyword:
            texts.append([keyword, ""])
        texts[-1][1] += literal_eval(quoted)
    said = {keyword: tuple(text for _, text in of_it) for keyword, of_it in groupby(texts, key=lambda text: text[0])}
    return Message(
        context="".join(said.get("msgctxt", ())),
        english=said["msgid"] + said.get("msgid_plural", ()),
        polish=said["msgstr"],
    )


@pytest.fixture(scope="module")
def messages():
    return messages_of(ROOT / PO)


def needs(*tools):
    missing = [tool for tool in tools if not shutil.which(tool)]
    return pytest.mark.skipif(bool(missing), reason=f"{', '.join(missing)} missing (Debian: apt install gettext)")


def compiled(path):
    """Every message of a compiled catalogue but the header: whether that keeps a date depends on msgfmt's version."""
    with path.open("rb") as file:
        return {name: text for name, text in GNUTranslations(file)._catalog.items() if name}


def test_every_message_is_translated(messages):
    assert len(messages) > 500
    assert [message for message in messages if not all(message.polish)] == []


def test_every_message_that_counts_has_all_polish_forms(messages):
    assert [m for m in messages if len(m.polish) != (FORMS if len(m.english) > 1 else 1)] == []


def test_nothing_is_fuzzy_and_nothing_obsolete():
    lines = (ROOT / PO).read_text().splitlines()
    assert [line for line in lines if line.startswith("#~") or re.match("#,.*fuzzy", line)] == []


def test_translations_have_the_placeholders_of_their_messages(messages):
    wrong = [
        message
        for message in messages
        for text in message.polish
        if set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(message.english[-1]))
    ]
    assert wrong == []


@needs("msgfmt")
def test_the_compiled_catalogue_is_made_of_the_readable_one(tmp_path):
    subprocess.run(["msgfmt", "--check-format", "-o", tmp_path / "django.mo", ROOT / PO], check=True)
    assert compiled(ROOT / PO.with_suffix(".mo")) == compiled(tmp_path / "django.mo"), "run `make messages`"


@needs("xgettext", "msgmerge", "msguniq", "msgattrib")
def test_extracting_again_finds_exactly_the_messages_there_are(tmp_path, messages):
    """In a copy of the sources, because makemessages writes where it reads."""
    sources = [ROOT / "manage.py", *(ROOT / ".ci").rglob("*.py")]
    for folder in ["portal", "news", "comments", "templates"]:
        sources += [path for path in (ROOT / folder).rglob("*") if path.suffix in {".py", ".html", ".txt", ".po"}]
    for path in sources:
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    command = [sys.executable, ".ci/settings.py", "manage.py", "makemessages", "--locale=pl", "--no-obsolete"]
    subprocess.run([*command, "--no-wrap", "--add-location=file"], cwd=tmp_path, check=True, capture_output=True)
    there, found = ({message.name for message in each} for each in (messages, messages_of(tmp_path / PO)))
    assert (found - there, there - found) == (set(), set()), "run `make messages` and translate what is new"


@pytest.mark.parametrize(
    ("english", "polish"),
    [
        ("Leave a Reply", "Dodaj komentarz"),
        ("Your email address will not be published.", "Twój adres e-mail nie zostanie opublikowany."),
        ("Required fields are marked *", "Wymagane pola są oznaczone *"),
    ],
)
def test_the_comment_form_says_to_the_letter_what_readers_know(english, polish):
    with override("pl"):
        assert gettext(english) == polish


def test_polish_counts_comments_as_poles_do():
    counts = {0: "komentarzy", 1: "komentarz", 2: "komentarze", 5: "komentarzy", 12: "komentarzy", 22: "komentarze"}
    with override("pl"):
        for count, noun in counts.items():
            said = ngettext("%(counter)s comment", "%(counter)s comments", count) % {"counter": count}
            assert said == f"{count} {noun}"


@pytest.mark.parametrize("sentence", REWORDED)
def test_what_we_reword_is_still_a_sentence_of_djangos(sentence):
    djangos = catalogue_of("django", Path(admin.__file__).parent / "locale", ["pl"])
    assert djangos.gettext(sentence) != sentence
