"""Two texts put together: what only one changed is there, where both did somebody chooses, and no word is lost."""

import re
from time import process_time
from uuid import UUID

import pytest

from news import body
from news.content.merge import BOTH, MINE, THEIRS, Merge

ONE, TWO = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"


def content(*blocks, **fields):
    blank = dict.fromkeys(("headline", "standfirst", "dateline", "slug", "source", "seo_title", "seo_description"), "")
    rows = {"tags": [], "authors": [], "related": []}
    return {**blank, "language": "en", "section": 1, **rows, "body": "\n".join(blocks), **fields}


def p(words):
    return f"<p>{words}</p>"


def link(uuid, label="Elsewhere", placement="inline", **parts):
    return {"uuid": uuid, "target": None, "label": label, "url": "", "placement": placement, **parts}


def blocks_of(merge, choices=None):
    return body.blocks(merge.content(choices or {})["body"])


def everywhere(merge, choice):
    return merge.content({conflict.key: choice for conflict in merge.conflicts})


# ---- the text


def test_changes_in_neighbouring_paragraphs_do_not_meet():
    base = content(p("One fish"), p("Two birds"), p("Three cats"))
    theirs = content(p("One red fish"), p("Two birds"), p("Three cats"))
    mine = content(p("One fish"), p("Two blue birds"), p("Three cats"))
    merge = Merge(base, theirs, mine)
    assert merge.conflicts == []
    assert blocks_of(merge) == [p("One red fish"), p("Two blue birds"), p("Three cats")]
    assert [(location.name, location.kind, location.number) for location in merge.only_theirs] == [("body", "p", 1)]
    assert [(location.name, location.kind, location.number) for location in merge.only_mine] == [("body", "p", 2)]


def test_one_paragraph_both_changed_is_one_place_with_both_texts():
    base, theirs, mine = (content(p("First"), p(f"The duty is {rate} per cent"), p("Last")) for rate in (3, 4, 5))
    (conflict,) = (merge := Merge(base, theirs, mine)).conflicts
    assert (conflict.theirs, conflict.mine) == ([p("The duty is 4 per cent")], [p("The duty is 5 per cent")])
    assert (conflict.location.kind, conflict.location.number) == ("p", 2)
    assert blocks_of(merge) == blocks_of(merge, {conflict.key: MINE}) == body.blocks(mine["body"])
    assert blocks_of(merge, {conflict.key: THEIRS}) == body.blocks(theirs["body"])
    assert blocks_of(merge, {conflict.key: BOTH}) == [p("First"), *conflict.theirs, *conflict.mine, p("Last")]
    assert blocks_of(merge, {conflict.key: "nonsense"}) == body.blocks(mine["body"])


def test_a_paragraph_one_deleted_and_the_other_changed_is_asked_for():
    base, mine = content(p("Kept"), p("The old duty stays")), content(p("Kept"), p("The old duty stays for now"))
    (conflict,) = (merge := Merge(base, content(p("Kept")), mine)).conflicts
    assert (conflict.theirs, conflict.mine) == ([], [p("The old duty stays for now")])
    assert not conflict.offers_both
    assert blocks_of(merge, {conflict.key: THEIRS}) == [p("Kept")]


def test_a_paragraph_rewritten_by_one_and_mended_by_the_other_is_asked_for_and_what_was_added_is_there():
    base = content(p("Start"), p("Lorries wait for hours at the bridge"), p("End"))
    theirs = content(p("Start"), p("Nothing of this was true"), p("At all"), p("End"))
    mine = content(p("Start"), p("Lorries wait for two hours at the bridge"), p("End"))
    (conflict,) = (merge := Merge(base, theirs, mine)).conflicts
    assert (conflict.theirs, len(conflict.mine)) == ([p("Nothing of this was true")], 1)
    assert blocks_of(merge) == [*body.blocks(mine["body"])[:2], p("At all"), p("End")]


def test_what_both_put_into_one_gap_is_asked_for_and_both_may_stay():
    base = content(p("Start"), p("End"))
    theirs, mine = (content(p("Start"), p(words), p("End")) for words in ("A quotation", "A figure"))
    (conflict,) = (merge := Merge(base, theirs, mine)).conflicts
    assert blocks_of(merge, {conflict.key: BOTH}) == [p("Start"), p("A quotation"), p("A figure"), p("End")]


def test_the_same_change_by_both_is_no_question():
    base, both = content(p("Teh end")), content(p("The end"), p("Really"))
    merge = Merge(base, both, both)
    assert (merge.conflicts, merge.content({})) == ([], both)


def test_equal_meetings_in_two_places_are_two_choices():
    base = content(p("Same old words"), p("Between"), p("Same old words"))
    theirs, mine = (content(p(words), p("Between"), p(words)) for words in ("Same new words", "Same own words"))
    one, other = (merge := Merge(base, theirs, mine)).conflicts
    assert one.key != other.key
    choices = {one.key: THEIRS, other.key: MINE}
    assert blocks_of(merge, choices) == [p("Same new words"), p("Between"), p("Same own words")]


def test_other_blanks_between_blocks_are_no_change_of_mine():
    base, theirs = content(p("One"), p("Two")), content(p("One"), p("Two, changed"))
    mine = {**base, "body": "<p>One</p>\r\n\r\n\t<p>Two</p>\n"}
    assert Merge(base, theirs, mine).content({}) == theirs


@pytest.mark.parametrize("block", ["<ul><li>a</li></ul>", "<table><tbody><tr><td>1</td></tr></tbody></table>"])
def test_a_list_or_a_table_is_one_block(block):
    base = content(p("Above"), block)
    theirs, mine = content(p("Above"), block.replace(">a<", ">b<").replace(">1<", ">2<")), content(p("Higher"), block)
    assert blocks_of(Merge(base, theirs, mine)) == [p("Higher"), body.blocks(theirs["body"])[1]]


def test_without_knowing_what_it_was_every_difference_is_asked_for():
    theirs = content(p("Same"), p("Only theirs"), headline="Theirs", tags=[1, 2], authors=[1])
    mine = content(p("Same"), p("Quite another"), headline="Mine", tags=[2, "new"], authors=[1])
    merge = Merge(None, theirs, mine)
    assert [conflict.location.name for conflict in merge.conflicts] == ["headline", "body", "tags"]
    assert everywhere(merge, MINE) == mine
    assert everywhere(merge, THEIRS) == theirs
    assert everywhere(merge, BOTH)["tags"] == [1, 2, "new"]
    assert not (merge.only_theirs or merge.only_mine)


# ---- beside the text


def test_fields_are_taken_whole_from_whoever_changed_them():
    base = content(headline="Was", source="Was", slug="was")
    merge = Merge(base, base | {"headline": "Theirs", "slug": "theirs"}, base | {"source": "Mine", "slug": "mine"})
    assert [(conflict.location.name, conflict.theirs, conflict.mine) for conflict in merge.conflicts] == [
        ("slug", "theirs", "mine")
    ]
    made = merge.content({})
    assert (made["headline"], made["source"], made["slug"]) == ("Theirs", "Mine", "mine")


def test_tags_and_bylines_are_put_together_one_by_one():
    base = content(tags=[1, 2, 3], authors=[1, 2])
    theirs = content(tags=[1, 3, 4], authors=[1, 3, 2])
    mine = content(tags=[1, 2, 5, "new"], authors=[4, 2])
    merge = Merge(base, theirs, mine)
    assert merge.conflicts == []
    assert (merge.content({})["tags"], merge.content({})["authors"]) == ([1, 4, 5, "new"], [4, 3, 2])


def test_two_orders_of_one_byline_are_asked_for():
    base, theirs, mine = (content(authors=order) for order in ([1, 2, 3], [3, 1, 2], [2, 1, 3]))
    (conflict,) = (merge := Merge(base, theirs, mine)).conflicts
    assert (conflict.location.name, conflict.offers_both) == ("authors", False)
    assert everywhere(merge, THEIRS)["authors"] == [3, 1, 2]


def test_related_links_are_put_together_one_by_one():
    base = content(related=[link("a", placement="end"), link("b", placement="end")])
    theirs = content(related=[link("b", "Theirs", "end"), link("c", placement="end")])
    mine = content(related=[link("a", placement="end"), link("b", "Mine", "end"), link("d", placement="end")])
    (conflict,) = (merge := Merge(base, theirs, mine)).conflicts
    assert (conflict.theirs["label"], conflict.mine["label"]) == ("Theirs", "Mine")
    assert [row["uuid"] for row in merge.content({})["related"]] == ["b", "d", "c"]
    assert everywhere(merge, THEIRS)["related"][0]["label"] == "Theirs"


# ---- READ lines and their links


def is_consistent(made):
    lines = {str(uuid) for uuid in body.tokens(made["body"])}
    return lines == {row["uuid"] for row in made["related"] if row["placement"] == "inline"}


def test_a_read_line_one_took_out_and_the_other_moved_keeps_its_link():
    line, rest = body.token(UUID(ONE)), (p("Two"), p("Three"))
    base, theirs = content(p("One"), line, *rest, related=[link(ONE)]), content(p("One"), *rest)
    mine = content(p("One"), *rest, line, related=[link(ONE)])
    made = Merge(base, theirs, mine).content({})
    assert body.tokens(made["body"]) == [UUID(ONE)] and is_consistent(made)


def test_a_link_whose_line_the_other_took_out_stands_at_the_end():
    base = content(p("One"), body.token(UUID(ONE)), related=[link(ONE)])
    mine = content(p("One"), body.token(UUID(ONE)), related=[link(ONE, "Renamed")])
    merge = Merge(base, content(p("One")), mine)
    assert everywhere(merge, MINE)["related"] == [link(ONE, "Renamed", "end")]
    assert everywhere(merge, THEIRS)["related"] == []


def test_a_read_line_both_moved_stands_once():
    line = body.token(UUID(ONE))
    base = content(p("One"), line, p("Two"), p("Three"), related=[link(ONE)])
    theirs = content(line, p("One"), p("Two"), p("Three"), related=[link(ONE)])
    mine = content(p("One"), p("Two"), p("Three"), line, related=[link(ONE)])
    made = Merge(base, theirs, mine).content({})
    assert body.tokens(made["body"]) == [UUID(ONE)] and is_consistent(made)


def test_a_link_that_had_no_line_before_is_left_to_the_checklist():
    base = content(p("One"), related=[link(ONE)])
    made = Merge(base, content(p("Two"), related=[link(ONE)]), base | {"headline": "x"}).content({})
    assert made["related"] == [link(ONE)]


# ---- how long it takes


@pytest.mark.parametrize(
    "text",
    [
        lambda side: "".join(p(f"Paragraph {n} of {side}") for n in range(6000)),
        lambda side: p(f"{side} " + "word " * 900_000),
        lambda side: "".join(p(f"{side} " + "word and figure 12 " * 1300) for _n in range(200)),
        lambda side: p("x") * 60_000 + p(side),
        lambda side: f"<p>{side}" + "<strong>" * 3000,
    ],
    ids=["thousands of paragraphs", "one of megabytes", "many long ones", "all alike", "deep"],
)
def test_an_endless_text_does_not_hold_up_the_newsroom(text):
    base, theirs, mine = (content(text(side)) for side in ("base", "theirs", "mine"))
    started = process_time()
    merge = Merge(base, theirs, mine)
    merge.content({})
    assert process_time() - started < 20


# ---- whatever two people do

hypothesis = pytest.importorskip("hypothesis", reason="the property tool hypothesis is not installed")
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

pytestmark = pytest.mark.wide

WORDS = st.lists(st.sampled_from(["duty", "tariff", "quota", "8507", "<strong>seal</strong>", "&amp;"]), max_size=4)
BLOCKS = st.one_of(
    WORDS.map(" ".join).map(p),
    WORDS.map(" ".join).map("<h2>{}</h2>".format),
    WORDS.map(" ".join).map("<ul><li>{}</li><li>x</li></ul>".format),
    WORDS.map(" ".join).map("<blockquote><p>{}</p></blockquote>".format),
    WORDS.map(" ".join).map("<table><tbody><tr><td>{}</td></tr></tbody></table>".format),
    WORDS.map(" ".join),
    st.sampled_from(["<hr>", "<pre> a\n  b</pre>", "<p>a", "<a href='/x'>", "</ul>"]),
    st.sampled_from([body.token(UUID(ONE)), body.token(UUID(TWO))]),
)
LINKS = st.lists(
    st.builds(link, st.sampled_from([ONE, TWO]), st.sampled_from(["a", "b"]), st.sampled_from(["inline", "end"])),
    unique_by=lambda row: row["uuid"],
    max_size=2,
)
SMALL = st.lists(st.integers(1, 5), unique=True, max_size=4)


def cleaned(made):
    return {**made, "body": body.clean(made["body"])}


CONTENTS = st.builds(
    lambda blocks, **fields: cleaned(content(*blocks, **fields)),
    st.lists(BLOCKS, max_size=6),
    headline=st.sampled_from(["", "One", "Two"]),
    section=st.sampled_from([None, 1]),
    tags=SMALL.map(sorted),
    authors=SMALL,
    related=LINKS,
)


@st.composite
def two_edits(draw):
    """What a text was, and what two people made of it: most of it kept, as people do."""
    base = draw(CONTENTS)

    def edited():
        blocks = body.blocks(base["body"])
        for _change in range(draw(st.integers(0, 3))):
            place = draw(st.integers(0, len(blocks)))
            blocks[place : place + draw(st.integers(0, 2))] = draw(st.lists(BLOCKS, max_size=2))
        other = draw(CONTENTS)
        kept = {name: value for name, value in base.items() if draw(st.booleans())}
        return cleaned({**other, **kept, "body": "\n".join(blocks)})

    return base, edited(), edited()


def consistent(made):
    return made if is_consistent(made) else {**made, "related": _mended(made)}


def _mended(made):
    """The links a text's own lines need, and no other in the text."""
    lines = [str(uuid) for uuid in dict.fromkeys(body.tokens(made["body"]))]
    known = {row["uuid"]: row for row in made["related"]}
    rest = [{**row, "placement": "end"} for uuid, row in known.items() if uuid not in lines]
    return [{**known.get(uuid, link(uuid)), "placement": "inline"} for uuid in lines] + rest


def words_of(text):
    return set(re.findall(r"\w+", body.plain_text(text)))


def said(made):
    """A content, whatever blanks stand between its blocks."""
    return {**made, "body": body.spelt_alike(made["body"])}


FEW = settings(max_examples=200, deadline=None, derandomize=True)


@FEW
@given(CONTENTS, CONTENTS)
def test_what_one_alone_changed_is_exactly_that(base, changed):
    assert said(Merge(base, base, changed).content({})) == said(changed)
    assert said(Merge(base, changed, base).content({})) == said(changed)
    assert Merge(base, base, changed).conflicts == Merge(base, changed, base).conflicts == []


@FEW
@given(two_edits())
def test_it_does_not_matter_who_was_first(texts):
    base, theirs, mine = texts
    one, other = Merge(base, theirs, mine), Merge(base, mine, theirs)
    met = sorted(str((conflict.location.name, conflict.theirs, conflict.mine)) for conflict in one.conflicts)
    assert met == sorted(str((conflict.location.name, conflict.mine, conflict.theirs)) for conflict in other.conflicts)
    for choice, opposite in ((THEIRS, MINE), (MINE, THEIRS)):
        a, b = everywhere(one, choice), everywhere(other, opposite)
        assert body.spelt_alike(a["body"]) == body.spelt_alike(b["body"])
        assert (a["headline"], a["section"], a["tags"]) == (b["headline"], b["section"], b["tags"])
        assert set(a["authors"]) == set(b["authors"])


@FEW
@given(two_edits(), st.booleans())
def test_no_new_word_of_either_is_lost(texts, is_base_known):
    base, theirs, mine = texts
    merge = Merge(base if is_base_known else None, theirs, mine)
    asked = [
        block
        for conflict in merge.conflicts
        if conflict.location.name == "body"
        for block in conflict.theirs + conflict.mine
    ]
    for choice in (THEIRS, MINE, BOTH):
        found = words_of(everywhere(merge, choice)["body"]) | words_of(" ".join(asked))
        for side in (theirs, mine):
            assert words_of(side["body"]) - words_of(base["body"]) <= found


@FEW
@given(two_edits(), st.booleans())
def test_choosing_one_side_everywhere_has_all_that_side_changed_and_is_clean(texts, is_base_known):
    base, theirs, mine = texts
    merge = Merge(base if is_base_known else None, theirs, mine)
    for choice, side in ((THEIRS, theirs), (MINE, mine)):
        made = everywhere(merge, choice)
        assert body.clean(made["body"]) == made["body"]
        assert words_of(side["body"]) - words_of(base["body"]) <= words_of(made["body"])
        for name in ("headline", "section"):
            if side[name] != base[name]:
                assert made[name] == side[name]
        assert set(side["tags"]) - set(base["tags"]) <= set(made["tags"])
        assert set(side["authors"]) - set(base["authors"]) <= set(made["authors"])
        assert not (set(base["tags"]) - set(side["tags"])) & set(made["tags"])


@FEW
@given(two_edits(), st.booleans(), st.lists(st.sampled_from([THEIRS, MINE, BOTH]), min_size=1, max_size=5))
def test_read_lines_and_links_stay_together_whatever_is_chosen(texts, is_base_known, chosen):
    base, theirs, mine = map(consistent, texts)
    merge = Merge(base if is_base_known else None, theirs, mine)
    choices = {conflict.key: chosen[n % len(chosen)] for n, conflict in enumerate(merge.conflicts)}
    made = merge.content(choices)
    assert is_consistent(made)
    assert len({row["uuid"] for row in made["related"]}) == len(made["related"])
    assert body.clean(made["body"]) == made["body"]


@FEW
@given(two_edits())
def test_keys_of_places_are_the_choices_of_one_page(texts):
    merge = Merge(*texts)
    assert len({conflict.key for conflict in merge.conflicts}) == len(merge.conflicts)
    assert [conflict.key for conflict in Merge(*texts).conflicts] == [conflict.key for conflict in merge.conflicts]


@FEW
@given(CONTENTS)
def test_the_blocks_of_a_text_are_all_of_it(made):
    blocks = body.blocks(made["body"])
    assert words_of(" ".join(blocks)) == words_of(made["body"])
    assert all(body.clean(block) == block for block in blocks)
