"""Parse one story in the seed format: from bytes to a `Story`, or to one sentence that says why not.

    Tags: origin, ASEAN                  optional header lines, in any order:
    Published: -3d 08:30                 Tags, Section, Author, Source, Language, Published, Dateline

    The headline

    Brussels: The first paragraph, with its dateline.

    READ  The headline of another story

    The next paragraph. A comment form copied from the page, at the very end, is dropped.

Touches no database and no file; `seed.py` decides what to do with a story.
"""

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from news.importers import comment_form
from portal.text.folding import fold

LARGEST = 1_000_000  # bytes; a long story has 60 thousand, a larger file is something else
LONGEST_HEADLINE = 200
HEADERS = ("tags", "section", "author", "source", "language", "published", "dateline")
# Soft hyphens, zero-width spaces, byte-order marks: they are copied along with text and break look-ups.
INVISIBLE = dict.fromkeys(map(ord, "\xad\u200b\u2060\ufeff"))
POLISH_LETTERS = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ")
# ą, ś and ź of ISO 8859-2 when decoded as cp1250: nobody writes these signs next to letters on purpose.
MISREAD_LATIN_2 = re.compile(r"\w[±¶ˇ¦Ľ¬]|[±¶ˇ¦Ľ¬]\w")

READ_WORDS = (r"READ(?:\s+(?:MORE|ALSO))?", r"CZYTAJ(?:\s+TAKŻE)?", r"PRZECZYTAJ\s+TAKŻE", r"LIRE\s+AUSSI")
# Capitals only: "Read the small print" is a sentence, and so is "Czytaj także drobny druk".
READ_LINE = re.compile(rf"(?P<words>{'|'.join(READ_WORDS)})(?:\s*[:：]\s*|\s+)(?P<headline>\S.*)")
READ_WORDS_ALONE = re.compile(rf"(?:{'|'.join(READ_WORDS)})\s*[:：]?")

HEADER_LINE = re.compile(rf"(?P<name>{'|'.join(HEADERS)})\s*:\s*(?P<value>.*)", re.IGNORECASE)
LIKE_A_HEADER = re.compile(r"[^\W\d_][\w-]{1,19}:(?:\s|$)")
LIKE_A_DATELINE = re.compile(r"(?P<place>[^\W\d_][^:!?;“”„\"]{1,39}):\s+(?P<rest>\S.*)", re.DOTALL)
LANGUAGE_CODE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})?")
AGO = re.compile(r"-(?P<number>[0-9]{1,6})(?P<unit>[dhm])(?:\s+(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2}))?")
UNITS = {"d": "days", "h": "hours", "m": "minutes"}

STOP_WORDS = {
    "en": "the of and to in that is was for with which have has they this from not been were would",
    "pl": "i w z na się nie do że jest od przez dla oraz po jak ale który która które być tym tego więc",
    "de": "der die das und nicht ist mit von den dem ein eine für auf sich wird auch werden zu",
    "fr": "le la les des et est une dans que qui pour pas sur avec ce cette sont du au ne",
    "es": "el los las una que por para con del se su más como pero sus ha este entre y",
    "it": "il che di della per una sono con non alla del nel anche più gli delle dei è si",
    "pt": "o os as uma que não do da em para com dos mais foi ao pelo são das e no",
    "nl": "de het een van en dat niet zijn voor op met aan ook wordt door bij naar heeft te",
}
STOP_WORDS = {language: frozenset(words.split()) for language, words in STOP_WORDS.items()}
LANGUAGES_TAKEN = ("en", "pl")


class Unreadable(Exception):
    """The file is not a story; str(exc) is one line an editor can act on."""


@dataclass(frozen=True)
class Paragraph:
    text: str


@dataclass(frozen=True)
class ReadLine:
    """A link to another story, by its headline, between two paragraphs."""

    headline: str


@dataclass(frozen=True)
class Story:
    headline: str
    blocks: tuple[Paragraph | ReadLine, ...] = ()
    dateline: str = ""
    tags: tuple[str, ...] = ()
    section: str = ""
    author: str = ""
    source: str = ""
    language: str | None = None
    published: datetime | None = None
    interface_language: str = ""
    notes: tuple[str, ...] = ()  # remarks for whoever imports it, without full stops: joined in one line
    fingerprint: str = ""


def read(data: bytes, *, places: Iterable[str] = (), language: str = "", now: datetime | None = None) -> Story:
    """Parse a story, or raise Unreadable.

    A dateline is split off the text only for one of the `places`. `language` is for a story that names none; without
    it the most frequent small words decide. `now` is what "-3d" counts from.
    """
    notes: list[str] = []
    lines = _lines(_decoded(data, notes), notes)
    end, interface_language = comment_form.start_and_language(lines)
    headers, start = _headers(lines)
    headline = _headline(lines[:end], start, after_headers=bool(headers), above_a_form=bool(interface_language))
    blocks = _blocks(lines[start + 1 : end], notes)
    fingerprint = _fingerprint(headers, headline, blocks)
    header = {name: headers.get(name, _NOT_GIVEN) for name in HEADERS}
    dateline, blocks = _dateline(header["dateline"].value, blocks, places, notes)
    if not any(isinstance(block, Paragraph) for block in blocks):
        notes.append(_("there is a headline but no text"))
    return Story(
        headline=headline,
        blocks=tuple(blocks),
        dateline=dateline,
        tags=_tags(header["tags"].value),
        section=header["section"].value,
        author=header["author"].value,
        source=header["source"].value,
        language=_language(header["language"], language, headline, blocks, notes),
        published=_moment(header["published"], now),
        interface_language=interface_language,
        notes=tuple(notes),
        fingerprint=fingerprint,
    )


class _Header(NamedTuple):
    line: int  # so that a refusal can name it
    value: str


_NOT_GIVEN = _Header(0, "")


# From bytes to lines


def _decoded(data: bytes, notes: list[str]) -> str:
    if len(data) > LARGEST:
        raise Unreadable(_("The file is larger than a story can be (%(size)d bytes).") % {"size": LARGEST})
    if not data:
        raise Unreadable(_("The file is empty."))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = _strictly(data, "utf-16", _("The file says it is UTF-16, but it is damaged."))
    elif data.startswith(b"\xef\xbb\xbf"):
        text = _strictly(data, "utf-8-sig", _("The file says it is UTF-8, but it is damaged."))
    elif b"\0" in data:
        raise Unreadable(_("The file is binary, not a text."))
    else:
        try:
            text = data.decode()
        except UnicodeDecodeError:
            text = _decoded_as_cp1250(data)
            notes.append(_("read as cp1250"))
    if "\0" in text:
        raise Unreadable(_("The file is binary, not a text."))
    return unicodedata.normalize("NFC", text)


def _strictly(data: bytes, encoding: str, reason: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable(reason) from None


def _decoded_as_cp1250(data: bytes) -> str:
    """Decode an old Polish file. Almost any bytes are valid cp1250, so the result has to look like Polish."""
    undecodable = _("The text is neither UTF-8 nor recognisable as Polish in cp1250; save it as UTF-8.")
    text = _strictly(data, "cp1250", undecodable)
    accented = [letter for letter in text if letter.isalpha() and not letter.isascii()]
    polish = sum(letter in POLISH_LETTERS for letter in accented)
    strange = any(unicodedata.category(letter) == "Cc" and letter not in "\t\n\r" for letter in text)
    # French in Latin-1 decodes to a few ę (for its ê) among many more letters that Polish does not have.
    if strange or polish * 2 <= len(accented) or MISREAD_LATIN_2.search(text):
        raise Unreadable(undecodable)
    return text


def _lines(text: str, notes: list[str]) -> list[str]:
    """Return the lines without stray spaces; a single non-breaking space between words is typography and stays."""
    lines, dropped = [], False
    for line in text.splitlines():
        line = line.translate(INVISIBLE)
        printable = "".join(letter for letter in line if letter == "\t" or unicodedata.category(letter) != "Cc")
        dropped = dropped or len(printable) < len(line)
        lines.append(re.sub(r"\s{2,}|[^\S\xa0\u202f]", " ", printable).strip())
    if not any(lines):
        raise Unreadable(_("The file is blank."))
    if dropped:
        notes.append(_("control characters were left out"))
    if "\ufffd" in text:
        # The sign is no part of the message: xgettext does not read Python's escapes.
        notes.append(_("some letters were lost before the file reached us (“%(sign)s”)") % {"sign": "\ufffd"})
    return lines


# The parts of a story


def _headers(lines: list[str]) -> tuple[dict[str, _Header], int]:
    """Return the header lines by name, and at which line the headline should be."""
    headers: dict[str, _Header] = {}
    at = next(at for at, line in enumerate(lines) if line)
    while at < len(lines) and (match := HEADER_LINE.fullmatch(lines[at])):
        name = match["name"].casefold()
        if name in headers:
            raise Unreadable(_("Line %(line)d gives a header a second time: %(text)s") % _here(at, lines[at]))
        headers[name] = _Header(at, _spaced(match["value"]))
        at += 1
    if headers and at < len(lines) and LIKE_A_HEADER.match(lines[at]):
        # "Secton: tariffs" would otherwise go out as somebody's headline.
        raise Unreadable(
            _("Line %(line)d is no header we know; put a blank line before the headline: %(text)s")
            % _here(at, lines[at])
        )
    while at < len(lines) and not lines[at]:
        at += 1
    return headers, at


def _headline(lines: list[str], at: int, *, after_headers: bool, above_a_form: bool) -> str:
    headline = _spaced(lines[at]) if at < len(lines) else ""
    if not headline and above_a_form:
        raise Unreadable(_("There is no headline, only a comment form."))
    if not headline:
        raise Unreadable(_("There are headers but no headline."))
    if after_headers and HEADER_LINE.fullmatch(headline):
        raise Unreadable(_("Line %(line)d is a header below the blank line: %(text)s") % _here(at, headline))
    if READ_LINE.fullmatch(headline) or not any(letter.isalnum() for letter in headline):
        raise Unreadable(_("Line %(line)d should be the headline: %(text)s") % _here(at, headline))
    if len(headline) > LONGEST_HEADLINE:
        raise Unreadable(
            _("Line %(line)d should be the headline, but is %(length)d characters long: %(text)s")
            % {**_here(at, headline), "length": len(headline)}
        )
    return headline


def _blocks(lines: list[str], notes: list[str]) -> list[Paragraph | ReadLine]:
    blocks: list[Paragraph | ReadLine] = []
    open_lines: list[str] = []  # of the paragraph being gathered

    def close():
        if not open_lines:
            return
        if len(open_lines) == 2 and READ_WORDS_ALONE.fullmatch(open_lines[0]):
            blocks.append(ReadLine(_spaced(open_lines[1])))
        else:
            if READ_WORDS_ALONE.fullmatch(open_lines[0]):
                notes.append(_("“%(text)s” names no headline and was left in the text") % {"text": open_lines[0]})
            blocks.append(Paragraph(" ".join(open_lines)))
        open_lines.clear()

    for line in lines:
        link = None if READ_WORDS_ALONE.fullmatch(line) else READ_LINE.fullmatch(line)
        if link and len(link["headline"]) > LONGEST_HEADLINE:
            link = None  # a paragraph that shouts its first word
        if not line or link:
            close()
        if link:
            blocks.append(ReadLine(_spaced(link["headline"])))
        elif line:
            open_lines.append(line)
    close()
    return blocks


def _dateline(header: str, blocks: list, places: Iterable[str], notes: list[str]) -> tuple[str, list]:
    """Split "Brussels:" off the first paragraph where Brussels is a known place or the header's. Returns both."""
    at = next((at for at, block in enumerate(blocks) if isinstance(block, Paragraph)), None)
    match = LIKE_A_DATELINE.fullmatch(blocks[at].text) if at is not None else None
    if not match:
        return header, blocks
    written = _spaced(match["place"])
    without = [*blocks[:at], Paragraph(match["rest"]), *blocks[at + 1 :]]
    if header:
        return header, (without if fold(written) == fold(header) else blocks)
    known: dict[str, str] = {}
    for place in places:
        if place in written or fold(place) not in known:
            known[fold(place)] = place
    parts = re.split(r"(\s*[/,]\s*)", written)  # "Brussels/Warsaw", "Hanoi, Vietnam"
    if all(fold(name) in known for name in parts[::2]):
        parts[::2] = [known[fold(name)] for name in parts[::2]]
        return "".join(parts), without
    if all(word[0].isupper() for word in written.split()):
        notes.append(_("“%(place)s:” is not a place we know and was left in the text") % {"place": written})
    return "", blocks


def _tags(header: str) -> tuple[str, ...]:
    tags: dict[str, str] = {}
    for name in header.split(","):
        if any(letter.isalnum() for letter in name):
            tags.setdefault(fold(name), name.strip())
    return tuple(tags.values())


def _language(header: _Header, otherwise: str, headline: str, blocks: list, notes: list[str]) -> str | None:
    """Return the header's language, else the one whose stop words are the most; never a guess from a handful."""
    if header.value:
        if not LANGUAGE_CODE.fullmatch(header.value):
            raise Unreadable(
                _("Line %(line)d: the language must be a code such as en or pl: %(text)s") % _here(*header)
            )
        return header.value.lower()
    if otherwise:
        return otherwise
    text = " ".join([headline, *(block.text for block in blocks if isinstance(block, Paragraph))])
    words = Counter(re.findall(r"[^\W\d_]+", text.casefold()))
    counts = Counter({language: sum(words[word] for word in few) for language, few in STOP_WORDS.items()})
    (first, most), (_second, next_most) = counts.most_common(2)
    if most < 3 or most * 2 < next_most * 3:
        notes.append(_("the language could not be told from the words"))
        return None
    if first not in LANGUAGES_TAKEN:
        notes.append(_("the words look like another language (%(code)s)") % {"code": first})
        return None
    return first


def _moment(header: _Header, now: datetime | None) -> datetime | None:
    """Parse an ISO date and time (in the site's zone unless it names another), or a time ago: "-3d 08:30", "-2h"."""
    if not header.value:
        return None
    zone = timezone.get_default_timezone()
    now = timezone.localtime(now, zone)
    try:
        if match := AGO.fullmatch(header.value):
            return _ago(match, now)
        moment = datetime.fromisoformat(header.value)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        return moment.astimezone(UTC).astimezone(zone)  # years 1 and 9999 overflow here, not later
    except (ValueError, OverflowError):
        raise Unreadable(
            _("Line %(line)d: the time must look like 2026-11-24 08:30, -3d 08:30 or -2h: %(text)s") % _here(*header)
        ) from None


def _ago(match: re.Match, now: datetime) -> datetime:
    """Count days back on the calendar (the same hour in summer and winter), hours and minutes in elapsed time."""
    number = int(match["number"])
    if match["unit"] != "d":
        if match["hour"]:
            raise ValueError("an hour of the day goes with days")
        return (now.astimezone(UTC) - timedelta(**{UNITS[match["unit"]]: number})).astimezone(now.tzinfo)
    moment = now - timedelta(days=number)
    if match["hour"]:
        moment = moment.replace(hour=int(match["hour"]), minute=int(match["minute"]), second=0, microsecond=0)
    return moment.astimezone(UTC).astimezone(now.tzinfo)


# Text


def _fingerprint(headers: dict[str, _Header], headline: str, blocks: list) -> str:
    """Hash the content, independent of encoding, line ends and the order of headers.

    Made before the dateline is split off, so that a new place in the vocabulary does not make it a new story.
    """
    values = {name: header.value for name, header in headers.items() if header.value}
    text = [[type(block).__name__, *astuple(block)] for block in blocks]
    content = json.dumps([values, headline, text], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def _spaced(text: str) -> str:
    """Return the words with one plain space between them."""
    return " ".join(text.split())


def _here(at: int, text: str) -> dict:
    text = _spaced(text)
    return {"line": at + 1, "text": text if len(text) <= 60 else f"{text[:59]}…"}
