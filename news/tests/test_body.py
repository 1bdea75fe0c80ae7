"""The only place body HTML is made or trusted: what it keeps, what it drops, and how it is shown."""

import re
from uuid import UUID

import pytest

from news import body

LINK = "00000000-0000-4000-8000-00000000000a"
TOKEN = f'<div data-related="{LINK}"></div>'
OTHER = "00000000-0000-4000-8000-00000000000b"

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)></svg>",
    "<svg><script>alert(1)</script></svg>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='JaVa\tScRiPt:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD4='>x</a>",
    "<a href='vbscript:x'>x</a>",
    "<a href=x onclick=alert(1)>x</a>",
    "<a href=x target=_top style='position:fixed'>x</a>",
    "<p style='background:url(javascript:alert(1))' onmouseover=alert(1)>x</p>",
    "<iframe src=//evil.example></iframe>",
    "<object data=x></object><embed src=x>",
    "<form action=//evil.example><input name=q><button>go</button></form>",
    "<base href=//evil.example><meta http-equiv=refresh content=0><link rel=stylesheet href=x>",
    "<style>@import '//evil.example'</style>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<svg><foreignObject><p onclick=x>x</p></foreignObject></svg>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><script>alert(1)</script></template>",
    "<textarea></textarea><xmp><script>alert(1)</script></xmp>",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    '<p title="\'><script>alert(1)</script>">x',
    "<div data-related='\"><script>alert(1)</script>'>x</div>",
    f"<div data-related='{LINK}' onclick=alert(1)><img src=x onerror=alert(1)></div>",
    f"<div data-related='{LINK}'><div data-related='{OTHER}'></div><script>alert(1)</script></div>",
    "\ue000" + LINK + "\ue001",
    "&#xe000;" + LINK + "&#xe001;",
    '\ue000"><script>alert(1)</script>\ue001',
    "<scr\x00ipt>alert(1)</scr\x00ipt>",
    "<<script>script>alert(1)<</script>/script>",
    "<table><td background='javascript:x' onload=x colspan='2\" onclick=x'>x</td></table>",
]
EXECUTABLE = (
    "<script", "<img", "<svg", "<iframe", "<object", "<embed", "<form", "<style", "<math", "<base", "<meta",
    "<link", "<template", "<textarea", "<input", "<!--",
)  # fmt: skip


def attributes_of(html):
    """The names of all attributes, and the values of those that are addresses."""
    pairs = re.findall(r'\s([a-z-]+)="([^"]*)"', "".join(re.findall(r"<[^>]*>", html)))
    return {name for name, _value in pairs}, [value for name, value in pairs if name == "href"]


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_hostile_survives(html):
    for cleaned in (body.clean(html), body.clean(f"<p>before</p>{html}<p>after</p>")):
        assert not [tag for tag in EXECUTABLE if tag in cleaned.lower()]
        names, addresses = attributes_of(cleaned)
        assert names <= {"href", "title", "rel", "start", "scope", "colspan", "rowspan", "data-related"}
        schemes = {address.partition(":")[0] for address in addresses if ":" in address}
        assert schemes <= {"http", "https", "mailto", "tel"}


@pytest.mark.parametrize("html", HOSTILE)
def test_cleaning_twice_changes_nothing(html):
    assert body.clean(body.clean(html)) == body.clean(html)


@pytest.mark.parametrize(
    "html",
    [
        "<p>Text with <strong>bold</strong>, <em>italics</em>, H<sub>2</sub>O and m<sup>2</sup>.</p>",
        "<h2>Head</h2><h3>Lower</h3><h4>Lowest</h4>",
        '<ul><li>one</li></ul><ol start="3"><li>three</li></ol>',
        "<blockquote><p>Said.</p></blockquote><hr><pre><code>x = 1</code></pre>",
        '<table><caption>Rates</caption><thead><tr><th scope="col">Code</th></tr></thead>'
        '<tbody><tr><td colspan="2">1</td></tr></tbody></table>',
        '<p><a href="https://example.org/" title="t" hreflang="en" rel="noopener">x</a></p>',
        '<p><a href="mailto:desk@example.org" rel="noopener">x</a> <a href="/tags/steel/" rel="noopener">y</a></p>',
        f"<p>Before.</p>{TOKEN}<p>After.</p>",
    ],
)
def test_what_the_newsroom_writes_stays_as_it_is(html):
    assert body.clean(html) == html


def test_the_words_of_what_is_dropped_stay():
    assert body.clean("<section><font color=red>Zażółć</font> <span>gęślą</span></section>") == "Zażółć gęślą"


def test_other_names_for_the_same_thing_keep_their_meaning():
    pasted = "<h1 class='x'>Head</h1><p><b style='x'>four</b> <i>hundred</i> <del>metres</del></p><h6>Small</h6>"
    kept = "<h2>Head</h2><p><strong>four</strong> <em>hundred</em> <s>metres</s></p><h4>Small</h4>"
    assert body.clean(pasted) == kept


def test_the_opening_of_a_story_is_made_of_its_paragraphs():
    table = "<table><tbody><tr><td>1</td></tr></tbody></table>"
    html = f"<h2>What it says</h2><p>First words here.</p><ul><li>hydrogen</li></ul>{table}"
    assert body.opening(html) == "First words here."
    assert body.opening("<h2>Only a heading</h2>") == "Only a heading"


def test_divs_of_a_paste_become_paragraphs_and_empty_ones_go():
    assert body.clean("<div>One</div><div><br></div><div>Two</div><p>&nbsp;</p>") == "<p>One</p><p>Two</p>"


def test_a_div_that_is_no_token_loses_its_attribute():
    assert body.clean('<div data-related="not-a-uuid">x</div>') == "<p>x</p>"


@pytest.mark.parametrize("mark", ["\ue000{}\ue001", "&#xe000;{}&#xe001;", "&#57344;{}&#57345;"])
def test_text_cannot_pass_for_a_token(mark):
    assert body.tokens(body.clean(f"<p>{mark.format(LINK)}</p>")) == []


def test_a_token_loses_what_the_editor_showed_inside_it():
    assert body.clean(f'<div data-related="{LINK}">READ: some story</div>') == TOKEN


@pytest.mark.parametrize("control", ["\x00", "\x0b", "\x1f", "\x7f", "\ue000", "\ue001", "\ufffe", "\ud800"])
def test_characters_no_text_needs_are_dropped(control):
    assert body.clean(f"<p>a{control}b</p>") == "<p>ab</p>"


def test_tokens_come_in_their_order():
    html = f'{body.token(OTHER)}<p>x</p>{TOKEN}<div data-related="x"></div>'
    assert body.tokens(html) == [UUID(OTHER), UUID(LINK)]


def test_paragraphs_escape_and_keep_line_breaks():
    assert body.paragraphs(" a < b & c\nd ", "e") == "<p>a &lt; b &amp; c<br>d</p>\n<p>e</p>"


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>One</p><p>two</p>", "One two"),
        ("<ul><li>One</li><li>two</li></ul>", "One two"),
        ("<p>One<br>two</p>", "One two"),
        ("<p>a &lt; b &amp; c</p>", "a < b & c"),
        (f"<p>One</p>{TOKEN}<p>two</p>", "One two"),
        ("<p>o<strong>n</strong>e</p>", "one"),
        ("", ""),
    ],
)
def test_plain_text_has_a_space_between_blocks_and_none_within_words(html, words):
    assert body.plain_text(html) == words
    assert body.word_count(html) == len(words.split())


FIRST = "The outdoor half of a heat pump is a heat pump, even when its indoor half travels elsewhere."


@pytest.mark.parametrize(
    ("html", "opening"),
    [
        ("", ""),
        ("<p>Short.</p>", "Short."),
        (f"<p>{FIRST}</p><p>{FIRST} {FIRST}</p>", f"{FIRST} {FIRST}"),
        (f"{TOKEN}<p>{FIRST}</p>", FIRST),
        (f"<p>{FIRST} „Nie”, powiedział. {FIRST} {FIRST}</p>", f"{FIRST} „Nie”, powiedział."),
        (f"<p>{FIRST} It quotes art. 5 of the U.S. code for {'very ' * 30}long.</p>", FIRST),
        (f'<p>{FIRST} <a href="https://exam', FIRST),
        (f"<p>{'endless ' * 40}</p>", f"{('endless ' * 25).strip()}…"),
        (f"<p>{'x' * 300}</p>", "…"),
    ],
)
def test_the_opening_is_as_many_whole_sentences_as_fit(html, opening):
    assert body.opening(html) == opening


def nothing(uuid):
    return ""


def test_rendering_puts_read_lines_in_their_places():
    html = body.rendered(f"<p>a</p>{TOKEN}<p>b</p>{body.token(OTHER)}", lambda uuid: f"[{uuid}]")
    assert html == f"<p>a</p>[{LINK}]<p>b</p>[{OTHER}]"


def test_rendering_leaves_no_trace_of_a_line_that_is_not_shown():
    assert body.rendered(f"<p>a</p>{TOKEN}<p>b</p>", nothing) == "<p>a</p><p>b</p>"


@pytest.mark.parametrize("html", HOSTILE)
def test_rendering_trusts_no_stored_body(html):
    assert not [tag for tag in EXECUTABLE if tag in body.rendered(html, nothing).lower()]


def test_the_dateline_stands_in_the_first_paragraph_only():
    assert body.rendered("<p>a</p><p>b</p>", nothing, dateline="<b>X</b> — ") == "<p><b>X</b> — a</p><p>b</p>"


def test_a_dateline_is_no_pattern():
    assert body.rendered("<p>a</p>", nothing, dateline=r"\1\g<0>") == r"<p>\1\g<0>a</p>"


def test_each_table_stands_in_a_region_with_a_name_of_its_own():
    table, named = "<table><tbody></tbody></table>", "<table><caption>Rates &amp; <em>more</em></caption></table>"
    html = body.rendered(table + named + table, nothing, scroll_label="Table")
    region = '<div class="scroll" role="region" tabindex="0" aria-label="{}"><table>'
    for name in ("Table", "Rates &amp; more", "Table 2"):
        assert html.count(region.format(name)) == 1
    assert html.count("</table></div>") == 3
