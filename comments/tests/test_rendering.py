"""A comment's words as HTML: what is made a link, what is not, and that nothing else comes out."""

import time
from html.parser import HTMLParser

import pytest

from comments.rendering import links_in, rendered


class Seen(HTMLParser):
    """The elements of some HTML, and its text."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.text = [], ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag in {"br", "p"}:
            self.text += "\n"

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize(
    ("typed", "links"),
    [
        ("See https://port.example/ now", ["https://port.example/"]),
        ("HTTP://PORT.EXAMPLE", ["HTTP://PORT.EXAMPLE"]),
        ("www.port.example, and more", ["www.port.example"]),
        ("port.example is no link", []),
        ("(see https://port.example/a_(b)).", ["https://port.example/a_(b)"]),
        ("https://port.example/a_(b)", ["https://port.example/a_(b)"]),
        ("[https://port.example/]", ["https://port.example/"]),
        ("https://port.example/?a=1&b=2!?…", ["https://port.example/?a=1&b=2"]),
        ("„https://port.example/” i dalej", ["https://port.example/"]),
        ("https://żółw.example/ścieżka", ["https://żółw.example/ścieżka"]),
        ("https://xn--kw-fka4i.example/", ["https://xn--kw-fka4i.example/"]),
        ("http://پورت.example/راه", ["http://پورت.example/راه"]),
        ("https://a.example https://b.example", ["https://a.example", "https://b.example"]),
        ("<https://port.example>", ["https://port.example"]),
        ("https://port.example/\u202egpj.exe", ["https://port.example/"]),
        ("https://", []),
        ("http://.", []),
        ("www.", []),
        ("www.https://x", ["www.https://x"]),
        ("http://:80/", []),
        ("http://[::1", []),
        ("https://bank.example@evil.example/", []),
        ("write to jan@www.port.example", []),
        ("javascript:alert(1)", []),
        ("data:text/html,<script>", []),
        ("ftp://port.example/", []),
        ("xhttps://port.example/", []),
    ],
)
def test_what_is_a_link(typed, links):
    found = links_in(typed)
    assert [link for link, _start, _end in found] == links
    assert all(typed[start:end] == link for link, start, end in found)
    hrefs = [attrs["href"] for tag, attrs in Seen(rendered(typed)).elements if tag == "a"]
    assert hrefs == [f"https://{link}" if link.startswith("www.") else link for link in links]


def test_a_link_vouches_for_nothing_and_runs_from_left_to_right():
    assert rendered("https://port.example/?a=1&b=2") == (
        '<p dir="auto"><a href="https://port.example/?a=1&amp;b=2" rel="nofollow ugc noopener" dir="ltr">'
        "https://port.example/?a=1&amp;b=2</a></p>"
    )


def test_paragraphs_and_lines():
    assert rendered("One.\n \n\n\nTwo.\nThree.\n\n") == '<p dir="auto">One.</p>\n<p dir="auto">Two.<br>Three.</p>'
    assert rendered("") == rendered(" \n\n ") == ""


@pytest.mark.parametrize("typed", ["<b>&amp;", "\"><img src=x onerror='alert(1)'>", "https://x.example/\"'onclick=x"])
def test_html_is_words(typed):
    seen = Seen(rendered(typed))
    assert seen.text.strip() == typed
    assert {tag for tag, _attrs in seen.elements} <= {"p", "a"}


def test_any_text_comes_out_whole_in_three_elements_and_no_other():
    hypothesis = pytest.importorskip("hypothesis")
    st = hypothesis.strategies
    pieces = [
        "https://",
        "www.",
        "http://a.example",
        "(",
        ")",
        "]",
        "\n",
        "\n\n",
        "<a href=x>",
        "&amp;",
        '"',
        "'",
        "@",
        "[::",
    ]
    texts = st.lists(st.one_of(st.sampled_from(pieces), st.text(max_size=8))).map("".join)

    @hypothesis.settings(max_examples=300, deadline=None, database=None)
    @hypothesis.given(texts)
    def property(typed):
        typed = typed.replace("\r", "")  # the form has one kind of line end
        seen = Seen(rendered(typed))
        assert "".join(seen.text.split()) == "".join(typed.split())
        for tag, attrs in seen.elements:
            assert tag in {"p", "br", "a"}
            assert set(attrs) == {"p": {"dir"}, "br": set(), "a": {"href", "rel", "dir"}}[tag]
            assert tag != "a" or attrs["href"].lower().startswith(("https://", "http://"))

    property()


@pytest.mark.parametrize(
    "piece", ["(", ")", "https://", "www.", "https://x.example/)", "\n ", "https://x.example/(((", "a" * 9 + "."]
)
def test_a_hostile_text_ten_times_as_long_takes_ten_times_as_long(piece):
    def seconds(times):
        begun = time.process_time()
        rendered("https://x.example/" + piece * times)
        return time.process_time() - begun

    short = min(seconds(2000) for _ in range(3))
    assert seconds(20_000) < 30 * short + 0.1
