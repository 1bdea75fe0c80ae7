"""The only place where body HTML is made or trusted: sanitising, tokens, paragraphs, words.

A READ line lives in the body as a token, `<div data-related="uuid"></div>`; the row with that uuid
holds its target and label. What `clean` returns is canonical (nh3 writes attributes in one form, with
every quote inside them escaped), which is why the functions below may look for tokens with a pattern.
"""

import re
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from html import escape, unescape
from uuid import UUID

import nh3
from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe

TAGS = {
    "p", "h2", "h3", "h4", "strong", "em", "u", "s", "sub", "sup", "blockquote", "hr", "br", "pre", "code",
    "ul", "ol", "li", "table", "caption", "thead", "tbody", "tr", "th", "td", "a",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title", "hreflang"},
    "ol": {"start"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
}
# What a paste or another editor writes for the same thing.
RENAMED = {"b": "strong", "i": "em", "h1": "h2", "h5": "h4", "h6": "h4", "strike": "s", "del": "s"}
URL_SCHEMES = {"http", "https", "mailto", "tel"}

OTHER_NAME = re.compile(f"(</?)({'|'.join(RENAMED)})>")
PARAGRAPH = re.compile(r"<p>.*?(?:</p>|$)", re.DOTALL)
TOKEN = re.compile(r'<div data-related="([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})">.*?</div>', re.DOTALL)
# Private-use marks stand for tokens while `div` itself is being removed; text may not bring its own.
MARK = re.compile("\ue000([0-9a-f-]{36})\ue001")
TABLE = re.compile(r"<table>(?:\s*<caption>(.*?)</caption>)?", re.DOTALL)
EMPTY = re.compile(r"<p>(?:\s|&nbsp;|<br>)*</p>")
BLOCK_END = re.compile(r"<(?:/(?:p|h[2-4]|li|tr|t[dh]|caption|blockquote|pre)|br|hr)>")
# The elements a body is made of, and the edges at which blanks say nothing.
BLOCKS = {"p", "h2", "h3", "h4", "blockquote", "pre", "ul", "ol", "table", "div", "hr", "li"}
ELEMENT = re.compile(r'<(/?)([a-z][a-z0-9]*)(?:"[^"]*"|[^">])*>')
EDGES = re.compile(r" ?(</?(?:p|h[2-4]|ul|ol|li|blockquote|table|caption|thead|tbody|tr|t[hd]|hr|div|br)\b[^>]*>) ?")
# A full stop after a short word is more often an abbreviation ("art. 5", "U.S. Customs") than the end of a sentence.
SENTENCE_END = re.compile(r"\w{4}[.!?…]+[”\"’»)]*(?=\s+[„“«\"‘(]*(\w))")
# A controlled set of characters no text needs: NUL and friends break PostgreSQL and XML.
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ue000\ue001\ufffe\uffff\ud800-\udfff]")


@lru_cache(maxsize=16)  # one text is cleaned several times on its way through a form
def clean(html: str) -> str:
    """Keep what the newsroom may write and drop the rest; cleaning twice changes nothing.

    Plain `div`s, which a paste from Word or a mail brings, become paragraphs, `<b>` becomes strong and so
    on; tokens stay.
    """
    html = CONTROLS.sub("", html)
    html = nh3.clean(
        html, tags=TAGS | {"div", *RENAMED}, attributes=ATTRIBUTES | {"div": {"data-related"}}, link_rel=None
    )
    # Once more: what was written as a reference (`&#xe000;`) is a character only now.
    html = TOKEN.sub("\ue000\\1\ue001", CONTROLS.sub("", html))
    html = re.sub(r"<div[^>]*>", "<p>", html).replace("</div>", "</p>")
    html = OTHER_NAME.sub(lambda found: f"{found[1]}{RENAMED[found[2]]}>", html)
    html = nh3.clean(
        html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=URL_SCHEMES, link_rel="noopener", strip_comments=True
    )
    return EMPTY.sub("", MARK.sub(r'<div data-related="\1"></div>', html)).strip()


def token(uuid: UUID | str) -> str:
    """The token of a READ line."""
    return f'<div data-related="{uuid}"></div>'


def tokens(html: str) -> list[UUID]:
    """The uuids of the READ lines in a body, in their order."""
    return [UUID(found) for found in TOKEN.findall(html)]


def blocks(html: str) -> list[str]:
    """The blocks of a cleaned body in their order: paragraphs, headings, whole lists and tables, READ lines.

    Loose words between them are a block too.
    """
    found: list[str] = []
    start = depth = 0
    for element in ELEMENT.finditer(html):
        closes, name = element.groups()
        is_edge = name in BLOCKS and depth == (1 if closes else 0)
        if is_edge and not closes:
            found.append(html[start : element.start()])
            start = element.start()
        if name not in {"hr", "br"}:
            depth += -1 if closes else 1
        if is_edge and (closes or name == "hr"):
            found.append(html[start : element.end()])
            start = element.end()
    found.append(html[start:])
    return [block.strip() for block in found if block.strip()]


def spelt_alike(html: str) -> str:
    """Cleaned HTML without what says nothing: an editor in a browser writes other blanks between blocks."""
    if "<pre" in html:
        return html
    return EDGES.sub(r"\1", re.sub(r"\s+", " ", html)).strip()  # blanks first: a run of them is looked at once


def same_text(one: str | None, other: str | None) -> bool:
    """Whether two bodies say the same."""
    one, other = clean(one or ""), clean(other or "")
    if "<pre" in one or "<pre" in other:
        return one == other
    return spelt_alike(one) == spelt_alike(other)


def paragraphs(*texts: str) -> str:
    """Body HTML from plain text, a paragraph each; line breaks inside one are kept."""
    return "\n".join("<p>" + escape(text.strip(), quote=False).replace("\n", "<br>") + "</p>" for text in texts)


def plain_text(html: str) -> str:
    """The words of a body, with a space between blocks, for counting, searching and summaries."""
    return _words(BLOCK_END.sub(" ", TOKEN.sub(" ", html)))


def passages(html: str) -> list[str]:
    """The words of a body, block by block: what stands in two of them does not belong together."""
    return list(filter(None, map(_words, BLOCK_END.split(TOKEN.sub("<br>", html)))))


def word_count(html: str) -> int:
    return len(plain_text(html).split())


def opening(html: str, length: int = 200) -> str:
    """The first sentences of a body's paragraphs, as many as fit; also of a body cut off anywhere.

    Headings, lists and tables make no sentences, unless there is nothing else. A first sentence that is
    too long ends at a word, with an ellipsis.
    """
    whole = re.sub(r"<[^>]*$", "", html)
    words = plain_text(" ".join(PARAGRAPH.findall(whole))) or plain_text(whole)
    if len(words) <= length:
        return words
    ends = [found.end() for found in SENTENCE_END.finditer(words[: length + 80]) if found[1].isupper()]
    if fitting := [end for end in ends if end <= length]:
        return words[: fitting[-1]]
    return words[:length].rpartition(" ")[0].rstrip(" ,;:–—-") + "…"


def rendered(
    html: str, read_line: Callable[[UUID], str], dateline: str = "", scroll_label: str | Promise = ""
) -> SafeString:
    """A stored body as readers get it: cleaned once more, tokens resolved, dateline set, tables made scrollable.

    `read_line(uuid)` gives the HTML of a READ line, or "" where its target is not live; `dateline` is
    trusted HTML put before the first words. A wide table stands in a focusable region (WCAG 2.1.1).
    """
    html = TOKEN.sub(lambda found: read_line(UUID(found[1])), clean(html))
    if dateline:
        html = re.sub(r"^<p>", lambda start: f"<p>{dateline}", html, count=1)
    return mark_safe(TABLE.sub(_region(scroll_label), html).replace("</table>", "</table></div>"))


def _words(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(strip_tags(html))).strip()


def _region(scroll_label: str | Promise) -> Callable[[re.Match[str]], str]:
    """What stands before each table: a region with a name of its own, its caption or the label given."""
    labels: Counter[str] = Counter()

    def opened(found: re.Match[str]) -> str:
        label = plain_text(found[1] or "") or str(scroll_label)
        labels[label] += 1
        name = label if labels[label] == 1 else f"{label} {labels[label]}"
        return f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(name)}">{found[0]}'

    return opened
