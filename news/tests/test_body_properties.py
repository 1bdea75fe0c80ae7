"""Whatever HTML arrives, cleaning is final: doing it again, or rendering, brings nothing back."""

import pytest

from news import body

hypothesis = pytest.importorskip("hypothesis", reason="the property tool hypothesis is not installed")
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

LINK = "00000000-0000-4000-8000-00000000000a"
PIECES = st.one_of(
    st.sampled_from([
        "<p>", "</p>", "<div>", "</div>", f'<div data-related="{LINK}">', f"<div data-related='{LINK}'/>",
        '<div data-related="', '">', "<table>", "</table>", "<tr>", "<td>", "<caption>", "</caption>", "<ul>", "<li>",
        "<a href='", "'>", "</a>", "javascript:", "<pre>", "</pre>", "<h2>", "</h2>", "<br>", "&nbsp;", "&lt;", "&#60;",
        "<!--", "-->", "<script>", "</script>", "<svg>", "<math>", "<style>", "<blockquote>", "<b", "\ue000", "\ue001",
        LINK, " ", "\n", "\x00", "&", "&#xe000;", "&#0;",
    ]),
    st.text(max_size=8),
)  # fmt: skip
HTML = st.lists(PIECES, max_size=25).map("".join)
FEW = settings(max_examples=300, deadline=None, derandomize=True)


@FEW
@given(HTML)
def test_cleaning_twice_changes_nothing(html):
    once = body.clean(html)
    assert body.clean(once) == once


@FEW
@given(HTML)
def test_every_token_that_is_left_is_whole(html):
    cleaned = body.clean(html)
    assert cleaned.count("<div") == len(body.tokens(cleaned)) == cleaned.count("</div>")


@FEW
@given(HTML)
def test_rendering_leaves_no_token_and_no_private_mark(html):
    rendered = body.rendered(html, lambda uuid: "")
    assert "<div data-related" not in rendered
    assert "\ue000" not in rendered
    assert "<script" not in rendered


@FEW
@given(HTML, st.integers(0, 200))
def test_the_opening_of_any_piece_is_plain_and_short(html, cut):
    assert len(body.opening(body.clean(html)[:cut])) <= 201


@FEW
@given(st.lists(st.text(max_size=40), max_size=4))
def test_plain_text_written_as_paragraphs_is_clean_already_but_for_what_no_text_needs(texts):
    assert "<p><" not in body.clean(body.paragraphs(*texts)).replace("<p><br>", "")
