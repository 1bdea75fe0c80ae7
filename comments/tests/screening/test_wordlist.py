"""Finding the words of a list, however they are disguised, and nothing else."""

import time
import unicodedata

import pytest

from comments.screening import wordlist

pytestmark = pytest.mark.wide

hypothesis = pytest.importorskip("hypothesis")
st = hypothesis.strategies


def pieces(listed, text):
    """What a list finds in a text, as the pieces of it that would be highlighted."""
    return [text[start:end] for found in wordlist.word_list(listed).found_in(text) for start, end in found.spans]


@pytest.mark.parametrize(
    ("listed", "text", "piece"),
    [
        ("złodziejskie", "te ZŁODZIEJSKIE opłaty", "ZŁODZIEJSKIE"),
        ("zlodziejskie", "te złodziejskie", "złodziejskie"),
        ("złodziejskie", "te zlodziejskie", "zlodziejskie"),
        ("casino", "best \uff43\uff41\uff53\uff49\uff4e\uff4f here", "\uff43\uff41\uff53\uff49\uff4e\uff4f"),
        ("casino", "\U0001d41c\U0001d41a\U0001d42c\U0001d422\U0001d427\U0001d428!", None),
        ("casino", "a c\u0430s\u0456n\u043e", "c\u0430s\u0456n\u043e"),
        ("casino", "CASIN\u039f", "CASIN\u039f"),
        ("casino", "ca\u200bsi\u00adn\u2060o", "ca\u200bsi\u00adn\u2060o"),
        ("casino", "c\u0338a\u0338s\u0338i\u0338n\u0338o\u0338 x", None),
        ("casino", "c4$1n0", "c4$1n0"),
        ("\u043a\u0430\u0437\u0438\u043d\u043e", "\u041a\u0410\u0417\u0418\u041d\u041e", None),
        ("\u03bd\u03cc\u03bc\u03bf\u03c2", "\u039d\u038c\u039c\u039f\u03a3", None),
        ("straße", "STRASSE", None),
        ("strasse", "straße", None),
        ("click here", "CLICK \n\t here", None),
        ("buy-now!", "BUY-NOW!", "BUY-NOW!"),
        ("b2b", "B2B", None),
        ("casino*", "casinos", "casino"),
        ("*shop", "webshop", "shop"),
        ("*bit*", "rabbits", "bit"),
    ],
)
def test_a_word_is_found_and_highlighted_where_it_stands(listed, text, piece):
    assert piece in (pieces(listed, text) if piece else [None] * bool(pieces(listed, text)))


@pytest.mark.parametrize(
    ("listed", "text"),
    [
        ("ban", "urban bank cabana"),
        ("casino", "casinos"),
        ("casino*", "mycasino"),
        ("*shop", "shopping"),
        ("click here", "click there"),
        ("click here", "clickhere"),
        ("ball", "bail"),
        ("# casino", "casino"),
        ("", "anything"),
        ("\n \n", " "),
        ("example", "grazynaexample.org"),
    ],
)
def test_what_only_contains_it_is_left_alone(listed, text):
    assert pieces(listed, text) == []


def test_an_address_does_not_glue_words_together():
    assert pieces("example", "jan@example.org") == ["example"]


def test_notes_blank_lines_and_doubles_are_no_entries():
    listed = "# ours\ncasino  # since May\n\n  casino\r\npoker"
    assert [entry.line for entry in wordlist.entries_in(listed)] == ["casino", "poker"]


def test_every_entry_is_found_also_inside_another_one():
    found = wordlist.word_list("he*\n*he\nshe\n*her*s").found_in("ushers she")
    assert {each.line for each in found} == {"she", "*he"}
    assert {each.line for each in wordlist.word_list("*he*\n*she*\n*hers*").found_in("ushers")} == {
        "*he*",
        "*she*",
        "*hers*",
    }


@pytest.mark.parametrize(
    ("listed", "problems"),
    [
        ("casino\npo*er", 1),
        ("***", 1),
        ("*", 1),
        ("--", 1),
        ("\u200b", 1),
        ("a" * 101, 1),
        ("\n".join(f"word{number}x" for number in range(5001)), 1),
        ("casino*\n*poker*\n# x\nclick here", 0),
    ],
)
def test_a_line_that_cannot_work_is_named(listed, problems):
    assert len(list(wordlist.problems_in(listed))) == problems


def test_names_that_look_alike_have_a_reading_in_common():
    def alike(one, other):
        return bool(wordlist.readings(one) & wordlist.readings(other))

    assert alike("Anna Nowak", "\u0410nn\u0430 N\u043ewak")
    assert alike("Anna Nowak", "anna_nowak") and alike("Łukasz Żak", "Lukasz  Zak!") and alike("Anna", "Ann4")
    assert not alike("Anna Nowak", "Anna Nowakowska") and not alike("", "") and not alike("\u200b", "  ")


@pytest.mark.parametrize(
    "text",
    ["a" * 1_000_000, "a" + "\u0301" * 1_000_000, "casino " * 140_000, "\u200b" * 1_000_000, "aab" * 333_000],
)
def test_the_time_grows_with_the_text_and_no_faster(text):
    listed = wordlist.WordList("casino\n*aaaaaaaa\naaa*\n*aab*\n" + "\n".join(f"w{number}" for number in range(1000)))

    def took(text):
        begun = time.process_time()
        listed.found_in(text)
        return time.process_time() - begun

    small, large = (max(took(text[: len(text) // share]), 0.01) for share in (8, 1))
    assert large / small < 32  # eight times the text; quadratic would be 64


def test_words_within_words_do_not_multiply_the_length_of_a_text(monkeypatch):
    looked_at, matches = [], wordlist.WordList._matches

    def counted(listed, letters):
        return (looked_at.append(match) or match for match in matches(listed, letters))

    monkeypatch.setattr(wordlist.WordList, "_matches", counted)
    nested = wordlist.WordList("\n".join(f"*{'a' * length}*" for length in range(1, wordlist.LONGEST)))
    begun = time.process_time()
    assert nested.found_in("a" * 5000)
    assert len(looked_at) <= wordlist.MOST_FINDS and time.process_time() - begun < 1


LETTERS = st.characters(exclude_categories=["Cs"])


@hypothesis.given(st.text(LETTERS, max_size=60))
@hypothesis.settings(max_examples=150, deadline=None, database=None)
def test_folding_never_loses_the_place_of_a_letter(text):
    as_read = wordlist.read(text)
    assert len(as_read.letters) == len(as_read.places) == len(wordlist.without_disguise(as_read.letters))
    assert as_read.places == sorted(as_read.places)
    for end in range(1, len(as_read.letters) + 1):
        start, stop = as_read.span(end - 1, end)
        assert 0 <= start < stop <= len(text)


@hypothesis.given(st.text(LETTERS, min_size=1, max_size=12), st.text(LETTERS, max_size=20))
@hypothesis.settings(max_examples=150, deadline=None, database=None)
def test_a_word_of_a_list_is_found_between_spaces_whatever_it_is_made_of(word, around):
    hypothesis.assume(not set("*#") & set(word) and not set("*#") & set(wordlist.read(word).letters))
    hypothesis.assume(len(f"x{word}x".splitlines()) == 1 and not list(wordlist.problems_in(word)))
    hypothesis.assume(wordlist.entries_in(word))
    assert pieces(word, f"{around} {word.strip()} {around}")
    assert pieces(word, f"{around} {word.strip().upper()} {around}") or word.upper().lower() != word.lower()


@hypothesis.given(st.lists(st.text("ab", min_size=1, max_size=4), min_size=1, max_size=6), st.text("ab ", max_size=30))
@hypothesis.settings(max_examples=200, deadline=None, database=None)
def test_it_finds_what_a_plain_search_finds(entries, text):
    found = wordlist.word_list("\n".join(f"*{entry}*" for entry in entries)).found_in(text)
    collapsed = unicodedata.normalize("NFC", text)
    assert {each.line.strip("*") for each in found} == {entry for entry in entries if entry in collapsed}


ALPHABET = "aab bcd!-4$1 ąłßſﬁⅷ\u0301\u200b\u043e\u03bfÅKİ一\U0001d41a\U0001f600\n"


def brute_force(listed, text):
    """What a list finds, by trying every entry at every position."""
    spans, normalized = {}, wordlist.read(text)
    entries = [entry for entry in wordlist.entries_in(listed) if any(letter.isalnum() for letter in entry.letters)]
    for letters in dict.fromkeys([normalized.letters, wordlist.without_disguise(normalized.letters)]):
        for end, entry in ((end, entry) for end in range(1, len(letters) + 1) for entry in entries):
            start = end - len(entry.letters)
            if start >= 0 and letters[start:end] == entry.letters:
                begins = start == 0 or not (letters[start - 1].isalnum() and letters[start].isalnum())
                ends = end == len(letters) or not (letters[end - 1].isalnum() and letters[end].isalnum())
                if (begins or not entry.starts_word) and (ends or not entry.ends_word):
                    spans.setdefault(entry.line, set()).add(normalized.span(start, end))
    return {line: sorted(found) for line, found in spans.items()}


@hypothesis.given(
    lines=st.lists(
        st.tuples(st.sampled_from(["", "*"]), st.text(ALPHABET, min_size=1, max_size=6), st.sampled_from(["", "*"])),
        min_size=1,
        max_size=9,
    ),
    text=st.text(ALPHABET, max_size=18),
    repeats=st.sampled_from([1, 40]),
)
@hypothesis.settings(max_examples=400, deadline=None)
def test_what_is_found_is_what_trying_every_entry_everywhere_finds(lines, text, repeats):
    """Overlapping and nested entries, stars, folded letters, and texts longer than what is searched at once."""
    listed, text = "\n".join("".join(line).replace("\n", " ") for line in lines), text * repeats
    found = {match.line: match.spans for match in wordlist.WordList(listed).found_in(text)}
    expected = brute_force(listed, text)
    assert found.keys() == expected.keys()
    for line, spans in expected.items():
        assert found[line] == spans if len(spans) <= wordlist.MOST_PLACES else set(found[line]) <= set(spans)


def test_an_entry_is_found_once_where_it_lies_across_two_pieces():
    for before in range(wordlist.PIECE - 12, wordlist.PIECE + 2):
        assert pieces("sharing-economy", f"{'.' * before}sharing-economy.") == ["sharing-economy"]
