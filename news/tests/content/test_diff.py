"""What a comparison shows: words, links and formatting in their place, and never anything but our own marks."""

import random
import time

import pytest

from news.body import paragraphs, token
from news.content import diff

UUID = "00000000-0000-4000-8000-00000000000{}"
CONTENT = {
    "headline": "",
    "standfirst": "",
    "dateline": "",
    "body": "",
    "language": "en",
    "section": None,
    "slug": "",
    "source": "",
    "seo_title": "",
    "seo_description": "",
    "tags": [],
    "authors": [],
    "related": [],
}
HOSTILE = [
    "<script>alert(1)</script>",
    "</ins></p><img src=x onerror=alert(1)>",
    "</option></select><svg onload=alert(1)>",
    '"><a href="javascript:alert(1)">x</a>',
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<ins>not ours</ins><del>nor this</del>",
    "{{ 7|add:7 }}{% debug %}%(words)s{who}",
    "<textarea></textarea><style>*{display:none}</style>",
    "\u202etxet desrever\u0000\ufeff",
    "<!-- --><![CDATA[<b>]]>",
]


def link(number=1, **fields):
    return {"uuid": UUID.format(number), "target": None, "label": "", "url": "", "placement": "end", **fields}


def compared(before, after, **names):
    return diff.compare({**CONTENT, **before}, {**CONTENT, **after}, names)


def headline(before, after):
    return compared({"headline": before}, {"headline": after}).headline.together


def blocks(before, after):
    return compared({"body": before}, {"body": after}).blocks


def beside(before, after, **names):
    return {field.label: field.shown for field in compared(before, after, **names).fields}


# ---- words


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("the plan was made", "the plan, was made", "the plan<ins>,</ins> was made"),
        ("a support", "a continued support", "a <ins>continued</ins> support"),
        (
            "General Sanders said",
            "General Ian Saunders said",
            "General <del>Sanders</del> <ins>Ian Saunders</ins> said",
        ),
        ("Duty of 8471.30 rises", "Duty of 8471.60 rises", "Duty of <del>8471.30</del> <ins>8471.60</ins> rises"),
        ("real-world use", "real-life use", "<del>real-world</del> <ins>real-life</ins> use"),
        ("Cło rośnie", "Cła rosną", "<del>Cło rośnie</del> <ins>Cła rosną</ins>"),
        (
            "z\u0307o\u0301\u0142w",
            "z\u0307o\u0301\u0142wie",
            "<del>z\u0307o\u0301\u0142w</del> <ins>z\u0307o\u0301\u0142wie</ins>",
        ),
        ("end.", "end!", "end<del>.</del><ins>!</ins>"),
        ("ab", "a b", "<del>ab</del> <ins>a b</ins>"),
        ("same", "same", "same"),
        ("", "New", "<ins>New</ins>"),
        ("Old", "", "<del>Old</del>"),
        ("", "", ""),
    ],
)
def test_words_and_marks_are_told_apart(before, after, shown):
    assert headline(before, after) == shown


def test_a_lone_space_between_two_changes_joins_them():
    assert headline("one two end", "uno due end") == "<del>one two</del> <ins>uno due</ins> end"


def test_a_blank_that_came_between_words_is_a_change():
    assert headline("plan ,", "plan,") == "plan<del> </del>,"


def test_words_are_counted_and_marks_are_not():
    found = compared(
        {"headline": "One two", "standfirst": "same", "body": paragraphs("Kept words here", "Gone for good")},
        {"headline": "One three four", "standfirst": "same", "body": paragraphs("Kept words, here")},
    )
    assert (found.added, found.removed) == (2, 4)


def test_line_breaks_of_a_standfirst_are_shown():
    assert compared({"standfirst": "a"}, {"standfirst": "a\nb"}).standfirst.together == "a<br><ins>b</ins>"


# ---- blocks


def test_unchanged_paragraphs_are_gathered_into_one_fold():
    found = compared({"body": paragraphs("a", "b", "c old", "d")}, {"body": paragraphs("a", "b", "c new", "d")}).body
    assert [len(part.blocks) if isinstance(part, diff.UnchangedRun) else part.together for part in found] == [
        2,
        "c <del>old</del> <ins>new</ins>",
        1,
    ]


def test_a_new_paragraph_and_one_that_is_gone_stand_alone():
    found = blocks(paragraphs("Alpha beta gamma", "Stays"), paragraphs("Stays", "Quite another thing"))
    assert [(block.op, block.together) for block in found] == [
        ("-", "<del>Alpha beta gamma</del>"),
        ("=", "Stays"),
        ("+", "<ins>Quite another thing</ins>"),
    ]


def test_paragraphs_that_share_their_words_are_one_that_was_changed_also_when_another_came_before_it():
    found = blocks(
        paragraphs("The duty on steel rises in May"),
        paragraphs("Entirely fresh opening", "The duty on aluminium rises in May"),
    )
    assert [block.op for block in found] == ["+", "~"]


def test_a_paragraph_that_moved_is_neither_new_nor_gone():
    found = compared(
        {"body": paragraphs("First one", "Second", "Third")}, {"body": paragraphs("Second", "Third", "First one")}
    )
    assert (found.added, found.removed) == (0, 0)
    assert [note for block in found.blocks for note in block.notes] == ["Moved from here.", "Moved to here."]


def test_a_paragraph_that_became_a_heading_is_told():
    (block,) = blocks("<p>The plan</p>", "<h2>The plan</h2>")
    assert (block.together, block.notes) == ("The plan", ["Before: paragraph. Now: heading."])


def test_lists_tables_and_quotations_are_compared_by_item_and_cell():
    before = "<ul><li>one</li><li>two</li></ul><table><tbody><tr><td>8471</td><td>5%</td></tr></tbody></table>"
    found = blocks(before, before.replace("two", "three").replace("5%", "6%"))
    changed = [(block.kind, block.together) for block in found if not block.is_kept]
    assert changed == [("li", "<del>two</del> <ins>three</ins>"), ("td", "<del>5</del> <ins>6</ins>%")]


def test_numbering_that_begins_elsewhere_is_told():
    (block,) = blocks("<ol><li>one</li></ol>", '<ol start="5"><li>one</li></ol>')
    assert block.notes == ["Its place in a list, quotation or table changed."]


def test_a_read_line_is_shown_as_its_headline():
    found = compared(
        {"body": paragraphs("Text")},
        {
            "body": paragraphs("Text") + token(UUID.format(1)),
            "related": [link(label="Coming soon", placement="inline")],
        },
    )
    assert [(block.kind, block.together) for block in found.blocks if not block.is_kept] == [
        ("read", "<ins>Coming soon</ins>")
    ]


def test_a_read_line_without_a_row_or_a_name_is_still_a_line():
    assert blocks("", token(UUID.format(1)))[0].together == "<ins>?</ins>"
    found = compared({}, {"body": token(UUID.format(1)), "related": [link(target=7)]}, related={7: "Seven"})
    assert found.blocks[0].together == "<ins>Seven</ins>"


def test_changed_blocks_read_the_same_in_two_columns():
    (block,) = blocks("<p>the old plan</p>", "<p>the new plan</p>")
    assert (block.before, block.after) == ("the <del>old</del> plan", "the <ins>new</ins> plan")


# ---- links and formatting


@pytest.mark.parametrize(
    ("before", "after", "note"),
    [
        ("the plan", "the <strong>plan</strong>", "“plan” is bold now."),
        ("the <em>plan</em>", "the plan", "“plan” is no longer in italics."),
        ("H<sub>2</sub>O", "H2O", "“H2O” is no longer lowered."),
        ("the plan", 'the <a href="https://a.example/">plan</a>', "“plan” leads to https://a.example/ now."),
        ('<a href="https://a.example/">The plan</a>', "The plan", "“The plan” no longer leads to https://a.example/."),
        (
            '<a href="https://a.example/">The plan</a>',
            '<a href="https://b.example/">The plan</a>',
            "“The plan” leads to https://b.example/ now, no longer to https://a.example/.",
        ),
        ("<em>re</em>open", "reo<em>pen</em>", "“reopen” is set differently now."),
        (
            '<a href="https://a.example/">The plan</a>',
            '<a href="https://a.example/" title="x">The plan</a>',
            "The link on “The plan” has another title or language.",
        ),
    ],
)
def test_links_and_formatting_are_told_though_no_word_changed(before, after, note):
    (block,) = blocks(f"<p>{before}</p>", f"<p>{after}</p>")
    assert not block.is_kept
    assert block.notes == [note] and "<ins>" not in block.together


def test_a_link_on_new_words_is_told():
    (block,) = blocks("<p>As it says.</p>", '<p>As <a href="https://a.example/x">the notice</a> says.</p>')
    assert block.notes == ["“the notice” leads to https://a.example/x now."]


def test_two_texts_that_only_differ_in_blanks_between_blocks_read_the_same():
    found = compared({"body": "<p>a</p><p>b</p>"}, {"body": "<p>a</p>\n<p>b</p>"})
    assert found.says_the_same and not found.is_same


# ---- beside the text


def test_what_stands_beside_the_text_is_listed_by_its_name():
    found = beside(
        {"section": 1, "language": "en", "dateline": "Brussels", "tags": [1, 2], "authors": [1], "slug": "old"},
        {
            "section": 2,
            "language": "pl",
            "dateline": "Brussels and Hanoi",
            "tags": [2, 3],
            "authors": [1, 2],
            "slug": "new",
        },
        section={1: "Tariffs", 2: "Origin"},
        tags={1: "Philippines", 2: "ASEAN", 3: "Hanoi"},
        authors={1: "Marta Zielińska", 2: "Tom Verhoeven"},
        language={"en": "English", "pl": "Polish"},
    )
    assert found == {
        "Section": "<del>Tariffs</del> <ins>Origin</ins>",
        "Language": "<del>English</del> <ins>Polish</ins>",
        "Dateline": "Brussels <ins>and Hanoi</ins>",
        "Address": "<del>old</del> <ins>new</ins>",
        "Tags": "<ins>Hanoi</ins> <del>Philippines</del>",
        "Bylines": "Marta Zielińska, <ins>Tom Verhoeven</ins>",
    }


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("source", "Source"),
        ("seo_title", "Title for search engines"),
        ("seo_description", "Description for search engines"),
    ],
)
def test_worded_fields_are_compared_word_by_word(name, label):
    assert beside({name: "a b"}, {name: "a c"}) == {label: "a <del>b</del> <ins>c</ins>"}


def test_related_links_are_told_by_what_changed_about_them():
    found = beside(
        {"related": [link(1, label="Moved"), link(2, label="Gone"), link(3, target=1)]},
        {"related": [link(1, label="Moved", placement="inline"), link(3, target=1), link(4, url="https://a.example/")]},
        related={1: "Kept story"},
    )
    assert found == {
        "Related links": "Moved<br><del>at the end</del> <ins>in the text</ins><br><del>Gone</del><br>"
        "<ins>https://a.example/</ins>"
    }


def test_links_in_another_order_are_told():
    one, two = link(1, label="One"), link(2, label="Two")
    assert beside({"related": [one, two]}, {"related": [two, one]}) == {"Related links": "Their order changed."}


def test_what_was_deleted_since_is_said_to_be():
    assert beside({"tags": [9], "section": 9}, {}) == {
        "Section": "<del>deleted since</del>",
        "Tags": "<del>deleted since</del>",
    }


def test_what_did_not_change_is_not_listed():
    content = {"tags": [1], "authors": [1], "related": [link()], "section": 1}
    assert beside(content, content) == {}


# ---- nothing injects


def everything(found):
    shown = [block for part in (found.headline, found.standfirst) for block in (part.together, part.before, part.after)]
    shown += [html for block in found.blocks for html in (block.together, block.before, block.after)]
    return "".join([*shown, *(field.shown for field in found.fields)])


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_words_are_only_ever_words(hostile):
    body = f"<p>{hostile}</p><ul><li>{hostile}</li></ul>{token(UUID.format(1))}<pre>{hostile}</pre>"
    content = dict.fromkeys(("headline", "standfirst", "dateline", "source", "slug", "seo_title"), hostile)
    content |= {"body": body, "language": hostile, "related": [link(label=hostile), link(2, url=hostile)], "tags": [1]}
    names = {"tags": {1: hostile}, "section": {1: hostile}, "related": {1: hostile}}
    for before, after in ((content, {}), ({}, content), (content, {**content, "headline": hostile + " x"})):
        shown = everything(compared(before, after, **names))
        left = shown
        for ours in ("<ins>", "</ins>", "<del>", "</del>", "<br>"):
            left = left.replace(ours, "")
        assert "<" not in left and ">" not in left
        assert '"' not in left


# ---- cost

WORDS = ["the", "of", "and", "in", *(f"word{number}" for number in range(600))]


def prose(dice, length):
    return "".join(dice.choice(WORDS) + dice.choice([" ", " ", " ", ", "]) for _ in range(length))


def seconds(before, after):
    start = time.perf_counter()
    found = compared({"body": before}, {"body": after})
    everything(found)
    return time.perf_counter() - start, found


def test_five_thousand_words_with_every_paragraph_changed_are_compared_at_once():
    dice = random.Random(1)
    before = [prose(dice, 100) for _ in range(50)]
    took, found = seconds(paragraphs(*before), paragraphs(*(text.replace("word1", "other1") for text in before)))
    assert took < 3  # 0.2 s on an idle machine
    assert found.added == found.removed > 50


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (paragraphs("a " * 500_000), paragraphs("b a " * 250_000)),
        (paragraphs("x" * 1_000_000), paragraphs("y" * 1_000_000)),
        (
            paragraphs(" ".join(map(str, range(4000)))),
            paragraphs(" ".join(str(n if n % 2 else -n) for n in range(4000))),
        ),
        (paragraphs(*["a b " * 49] * 300), paragraphs(*["b a a " * 60 + str(n) for n in range(300)])),
    ],
    ids=["a million letters", "one endless word", "every other word", "few words, over and over"],
)
def test_a_text_that_is_no_prose_does_not_hold_up_the_newsroom(before, after):
    took, found = seconds(before, after)
    assert took < 15  # about a second on an idle machine
    assert found.added and found.removed


def test_what_is_too_long_to_be_looked_at_closely_is_replaced_whole():
    found = blocks(paragraphs("word " * 30_000), paragraphs("word " * 29_999))
    assert [(block.op, len(block.pieces)) for block in found] in ([("~", 2)], [("-", 1), ("+", 1)])


# ---- whatever the two texts are


def test_applying_the_difference_gives_both_texts_back():
    hypothesis = pytest.importorskip("hypothesis", reason="the property tool hypothesis is not installed")
    st = hypothesis.strategies
    words = st.lists(
        st.sampled_from(["a", "b", "cło", "8471.30", ",", ".", " ", "  ", "\u00a0", "<", "&amp;", "<br>", "x-y"]),
        max_size=12,
    )
    inline = words.map("".join) | words.map(lambda parts: f"<strong>{''.join(parts)}</strong>")
    inline |= words.map(lambda parts: f'<a href="https://a.example/{len(parts)}">{"".join(parts)}</a>')
    tags = st.sampled_from(["p", "p", "h2", "pre", "blockquote", "li", "td"])
    block = st.tuples(tags, st.lists(inline, max_size=3)).map(lambda made: f"<{made[0]}>{''.join(made[1])}</{made[0]}>")
    bodies = st.lists(block | st.just("<hr>") | st.just(token(UUID.format(1))), max_size=6).map("".join)

    @hypothesis.settings(max_examples=150, deadline=None)
    @hypothesis.given(bodies, bodies, st.text(max_size=30), st.text(max_size=30), st.integers(0, 300))
    def holds(before, after, headline_before, headline_after, budget):
        one, other = ({**CONTENT, "body": body} for body in (before, after))
        names = {"related": {}}
        old, new = diff.texts_of(one, names), diff.texts_of(other, names)
        for matcher in (diff.Matcher(), diff.Matcher(budget)):
            found = matcher.blocks(old, new)
            assert [said(block, "=-") for block in found if block.op != "+"] == [text.string for text in old]
            assert [said(block, "=+") for block in found if block.op != "-"] == [text.string for text in new]
            line = matcher.line("p", headline_before, headline_after)
            for op, text in (("=-", headline_before), ("=+", headline_after)):
                assert said(line, op) == diff.BLANKS_BUT_LINES.sub(" ", text)
        if one["body"] == other["body"]:
            assert all(block.is_kept for block in found)

    holds()


def said(block, ops):
    return "".join(piece.text for piece in block.pieces if piece.op in ops)
