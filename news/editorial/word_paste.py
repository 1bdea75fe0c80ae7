"""Finds what Word leaves in a text that was pasted from it.

`body.clean` has already dropped its styles, classes, comments and `o:p`; these are the things that come through
as words or blanks, and that readers would see.
"""

import re
from collections.abc import Iterator
from html import unescape

from django.utils.translation import gettext as _

BLANK = r"(?:&nbsp;|\s)"
OPENING = r"<p>(?:<(?:strong|em|u|s)>)*"
# "·      first", "o   second", "1.     third": a list that came as paragraphs with typed bullets.
BULLETS = re.compile(
    rf"{OPENING}{BLANK}*(?:[·•▪§\uf0b7\uf0a7]{BLANK}|(?:o|[-–]|\d{{1,2}}[.)]){BLANK}*&nbsp;{BLANK})"
    rf"|{OPENING}[-*]{BLANK}[^<]*</p>\s*<p>[-*]{BLANK}"
)
BLANKS = re.compile(r"&nbsp;\s?&nbsp;")  # a single one binds two words, as it should
SPACERS = re.compile(rf"<p>(?:{BLANK}|</?(?:strong|em|u|s|sub|sup|br)>)*</p>")
BREAKS = re.compile(rf"<br>{BLANK}*<br>")
NOWHERE = re.compile(r'<a [^>]*href="#_(?:ftn|edn|msocom|Toc|Ref|Hlk|top)', re.IGNORECASE)
FIELDS = re.compile(
    r"(?:Error! (?:Bookmark not defined|Reference source not found|Hyperlink reference not valid|No text of specified"
    r" style in document)|Błąd! (?:Nie (?:zdefiniowano|można odnaleźć) \w+(?: \w+)?|Nieprawidłowy odsyłacz \w+))\.?",
)
SETTINGS = re.compile(
    r"MicrosoftInternetExplorer4|X-NONE|/\* Style Definitions \*/|\bmso-[a-z]+[-:]|</?(?:o|w|st1):\w+"
)


def warnings_in(html: str) -> Iterator[str]:
    """Yield a sentence for each kind of leftover in a cleaned body."""
    if broken := FIELDS.search(html):
        yield _("Word left “%(words)s” in the text.") % {"words": broken[0]}
    if SETTINGS.search(unescape(html)):
        yield _("Settings of Word stand in the text as words; delete them.")
    if NOWHERE.search(html):
        yield _("Notes or cross-references of Word are links that lead nowhere.")
    if BULLETS.search(html):
        yield _("A list came from Word as typed bullets; make it a list.")
    elif BLANKS.search(html):
        yield _("There are rows of blanks in the text; readers see the gaps.")
    if SPACERS.search(html):
        yield _("There are empty paragraphs in the text; readers see the gaps.")
    if BREAKS.search(html):
        yield _("Line breaks stand where a new paragraph should begin.")
    if "\xad" in html:
        yield _("There are hidden hyphens in the text; searching will not find those words.")
