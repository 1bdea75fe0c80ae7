"""What the seed format understands, what it leaves alone, and what it turns away with a sentence."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from news.importers import comment_form
from news.importers.seed_format import LARGEST, Paragraph, ReadLine, Story, Unreadable, read

REPOSITORY = Path(__file__).resolve().parents[3]
SEEDS = sorted((REPOSITORY / "seeds").glob("*.txt"))
PLACES = ["Brussels", "Bruksela", "Hanoi", "Hà Nội", "Jakarta", "Małaszewicze", "Gdańsk"]
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

# The shape of what we are sent: a page copied as text, its READ line with a hard space, the bottom of
# another language's interface, no line end after the last word.
COPIED_PAGE = """\
Two harbours agree on one seal for containers in transit

Brussels: The ports have agreed on a seal that both of them can read, the association said on 5 March. It is of steel.

The seal was tried on forty containers, and none of them was opened on the way without a trace that officers could see.

In a second step the numbers will be exchanged before the ship has arrived. That saves the driver a stop at the gate.

The association’s office for training has been asked to show the seal to smaller ports – there are about thirty of them.

READ\u00a0 It's settled: The slowest crane in the harbour is also the oldest

Both harbours said that they would report on the trial after a year.

Dodaj komentarz

Twój adres e-mail nie zostanie opublikowany. Wymagane pola są oznaczone *"""


def parsed(text: str, **options) -> Story:
    return read(text.encode(), **{"places": PLACES, "now": NOW, **options})


def story(*blocks: str) -> Story:
    return parsed("\n\n".join(["A headline", *blocks]))


def texts(found: Story) -> list[str]:
    return [block.text for block in found.blocks if isinstance(block, Paragraph)]


def links(found: Story) -> list[str]:
    return [block.headline for block in found.blocks if isinstance(block, ReadLine)]


def refusal(data: bytes, **options) -> str:
    with pytest.raises(Unreadable) as refused:
        read(data, **{"now": NOW, **options})
    reason = str(refused.value)
    assert "\n" not in reason
    return reason


# The page as it comes

as_it_comes = [pytest.param(COPIED_PAGE.encode(), id="our equivalent")]
as_it_comes += [
    pytest.param(path.read_bytes(), id=path.name)
    for path in sorted((REPOSITORY.parent / "shared" / "seeds").glob("*.txt"))
]


@pytest.mark.parametrize("data", as_it_comes)
def test_a_copied_page_becomes_headline_dateline_five_paragraphs_and_one_link_after_the_fourth(data):
    found = read(data, places=PLACES)
    assert found.headline == data.decode().splitlines()[0]
    assert found.dateline == "Brussels"
    assert [type(block) for block in found.blocks] == [Paragraph] * 4 + [ReadLine] + [Paragraph]
    assert found.blocks[4].headline.startswith("It's ")
    assert (found.language, found.interface_language) == ("en", "pl")
    assert "komentarz" not in "".join(texts(found)).lower()
    assert found.notes == ()


# Headline and paragraphs


def test_the_first_line_is_the_headline_and_blank_lines_part_paragraphs():
    found = parsed("A headline\n\nOne.\n\nTwo,\nwrapped by hand.\n")
    assert (found.headline, texts(found)) == ("A headline", ["One.", "Two, wrapped by hand."])


def test_text_right_under_the_headline_is_a_paragraph():
    assert texts(parsed("A headline\nThe text.")) == ["The text."]


@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\n", "\u2028"])
def test_line_ends_of_every_system_part_lines(line_end):
    found = parsed(line_end.join(["Tags: one", "", "A headline", "", "One.", "", "Two."]))
    assert (found.tags, found.headline, texts(found)) == (("one",), "A headline", ["One.", "Two."])


def test_blank_lines_may_be_many_and_hold_tabs_and_hard_spaces():
    found = parsed("\n \t\n\u00a0\nA  headline\t here\u00a0now \n\n\n\u00a0\t\nOne\t two.\n \n\n\n")
    assert (found.headline, texts(found)) == ("A headline here now", ["One two."])


def test_a_single_hard_space_between_words_is_typography_and_stays():
    assert texts(story("It costs 10\u00a0000\u202f€ \u00a0 each.")) == ["It costs 10\u00a0000\u202f€ each."]


def test_soft_hyphens_and_zero_width_spaces_are_left_out_quietly():
    found = parsed("A head\u00adline\n\nCus\u200btoms.")
    assert (found.headline, texts(found)) == ("A headline", ["Customs."])
    assert not any("control" in note for note in found.notes)


def test_other_control_characters_are_left_out_and_that_is_said():
    found = story("The\x07 bell.")
    assert texts(found) == ["The bell."]
    assert "control characters were left out" in found.notes


def test_letters_lost_before_the_file_reached_us_are_pointed_out():
    assert any("lost" in note for note in story("The pr\ufffdlimanary duty.").notes)


def test_a_headline_without_text_is_a_story_with_a_note():
    found = parsed("A headline\n")
    assert found.blocks == ()
    assert "there is a headline but no text" in found.notes


# Encodings

POLISH = "Cło na żółte łodzie\n\nZażółć gęślą jaźń, powiedział celnik.\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1250"])
def test_polish_is_read_in_the_encodings_it_comes_in(encoding):
    found = read(POLISH.encode(encoding))
    assert (found.headline, texts(found)) == ("Cło na żółte łodzie", ["Zażółć gęślą jaźń, powiedział celnik."])
    assert ("read as cp1250" in found.notes) == (encoding == "cp1250")


@pytest.mark.parametrize(("mark", "encoding"), [(b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")])
def test_utf_16_is_read_in_both_byte_orders(mark, encoding):
    assert read(mark + POLISH.encode(encoding)).headline == "Cło na żółte łodzie"


def test_letters_typed_as_letter_and_accent_are_joined():
    assert parsed("Gdan\u0301sk waits\n\nText.").headline == "Gdańsk waits"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("Le poêle à bois réchauffé\n\nL’été était très beau.".encode("cp1252"), id="French"),
        pytest.param("Größe\n\nÜber die Zölle.".encode("latin-1"), id="German"),
        pytest.param("Cło\n\nZażółć gęślą jaźń, książę.".encode("iso8859-2"), id="Polish in ISO 8859-2"),
        pytest.param("Cło\x01\n\nZażółć".encode("cp1250"), id="with control characters"),
        pytest.param(b"A headline\n\nBroken \x81\x83 bytes", id="no cp1250 at all"),
        pytest.param(b"\x89PNG\r\n\x1a\n\xb3\xea", id="an image's first bytes"),
    ],
)
def test_cp1250_is_not_guessed_where_the_result_is_not_polish(data):
    assert "neither UTF-8 nor recognisable as Polish in cp1250" in refusal(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "The file is empty."),
        (b" \n\t\r\n\xc2\xa0\n", "The file is blank."),
        (b"\xef\xbb\xbf\n", "The file is blank."),
        (b"PK\x03\x04\x00\x00", "The file is binary, not a text."),
        ("A headline".encode("utf-16-le"), "The file is binary, not a text."),  # UTF-16 without its mark
        ("A \0 headline".encode("utf-16"), "The file is binary, not a text."),
        (b"\xff\xfe\x00", "The file says it is UTF-16, but it is damaged."),
        (b"\xff\xfe\x00\xd8", "The file says it is UTF-16, but it is damaged."),
        (b"\xef\xbb\xbfA \xff headline", "The file says it is UTF-8, but it is damaged."),
        (b"a" * (LARGEST + 1), "The file is larger than a story can be"),
        (b"Tags: one, two\nSection: origin\n", "There are headers but no headline."),
        (b"Tags: one, two\n\n\n", "There are headers but no headline."),
        ("Dodaj komentarz\n\nWymagane pola są oznaczone *".encode(), "There is no headline, only a comment form."),
        (b"READ  Another story\n\nText.", "Line 1 should be the headline: READ Another story"),
        (b"* * *\n\nText.", "Line 1 should be the headline: * * *"),
        (b"\n" + b"word " * 60, "Line 2 should be the headline, but is 299 characters long"),
    ],
)
def test_what_is_no_story_is_turned_away_with_its_reason(data, reason):
    assert refusal(data).startswith(reason)


# Headers


def test_headers_may_come_in_any_order_and_case():
    found = parsed(
        "published: 2026-11-20 08:30\nLANGUAGE: PL\nSource :  A wire \u00a0 service\n"
        "Author: Ola Nowik\nSection: origin\nTags: cło, CŁO , ASEAN,, *\n\nA headline\n\nText."
    )
    assert (found.tags, found.section, found.author) == (("cło", "ASEAN"), "origin", "Ola Nowik")
    assert (found.source, found.language) == ("A wire service", "pl")
    assert timezone.localtime(found.published, timezone.get_default_timezone()).strftime("%d %H:%M") == "20 08:30"


def test_a_header_without_a_value_is_as_good_as_none():
    found = parsed("Tags:\nPublished:\nSection:\n\nA headline\n\nText.")
    assert (found.tags, found.published, found.section) == ((), None, "")


def test_an_unknown_header_like_first_line_is_the_headline():
    assert parsed("Update: Duty on steel rises\n\nText.").headline == "Update: Duty on steel rises"


def test_a_headline_may_follow_the_headers_without_a_blank_line():
    assert parsed("Tags: one\nDuty on steel rises\n\nText.").headline == "Duty on steel rises"


def test_a_misspelt_header_is_not_taken_for_a_headline():
    reason = refusal(b"Tags: one\nSecton: tariffs\n\nA headline\n\nText.")
    assert reason.startswith("Line 2 is no header we know;") and reason.endswith("Secton: tariffs")


def test_a_header_below_the_blank_line_is_not_taken_for_a_headline():
    reason = refusal(b"Tags: one\n\nSection: tariffs\n\nA headline\n\nText.")
    assert reason == "Line 3 is a header below the blank line: Section: tariffs"


def test_a_header_given_twice_is_refused_by_its_line():
    assert refusal(b"Tags: one\ntags: two\n\nA headline") == "Line 2 gives a header a second time: tags: two"


def test_words_with_a_colon_further_down_are_text():
    assert texts(story("Tags: a word on labels.", "Section: the third.")) == [
        "Tags: a word on labels.",
        "Section: the third.",
    ]


def test_a_language_must_be_a_code():
    assert refusal(b"Language: in English\n\nA headline").startswith("Line 1: the language must be a code")


# Published


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-11-20T08:30:00+00:00", datetime(2026, 11, 20, 8, 30, tzinfo=UTC)),
        ("2026-11-20 08:30Z", datetime(2026, 11, 20, 8, 30, tzinfo=UTC)),
        ("2026-11-20T08:30+05:30", datetime(2026, 11, 20, 3, 0, tzinfo=UTC)),
        ("-2h", NOW - timedelta(hours=2)),
        ("-90m", NOW - timedelta(minutes=90)),
        ("-0d", NOW),
        ("-3d", NOW - timedelta(days=3)),
    ],
)
def test_published_is_a_moment_or_a_while_ago(written, moment):
    assert parsed(f"Published: {written}\n\nA headline\n\nText.").published == moment


def test_published_without_offset_is_in_the_zone_of_the_site(settings):
    settings.TIME_ZONE = "Europe/Warsaw"
    absolute = parsed("Published: 2026-11-21 08:30\n\nA headline")
    relative = parsed("Published: -3d 08:30\n\nA headline")
    assert absolute.published == relative.published == datetime(2026, 11, 21, 7, 30, tzinfo=UTC)


def test_days_go_back_on_the_calendar_and_hours_on_the_clock(settings):
    settings.TIME_ZONE = "Europe/Brussels"
    after = datetime(2026, 10, 26, 7, 30, tzinfo=UTC)  # 08:30; the clocks went back on the 25th
    assert parsed("Published: -3d 08:30\n\nA", now=after).published == datetime(2026, 10, 23, 6, 30, tzinfo=UTC)
    assert parsed("Published: -3d\n\nA", now=after).published == datetime(2026, 10, 23, 6, 30, tzinfo=UTC)
    assert parsed("Published: -48h\n\nA", now=after).published == after - timedelta(hours=48)


@pytest.mark.parametrize(
    "written",
    [
        *("yesterday", "3d", "+3d 08:30", "-3d 24:00", "-3d 08:75", "-3d 8", "-2h 08:30", "-d", "- 3d", "-3w"),
        *("2026-13-01", "2026-11-31 08:30", "24.11.2026", "-999999d", "0001-01-01 00:00", "9999-12-31T23:59-12:00"),
    ],
)
def test_a_malformed_time_is_refused_by_its_line(written):
    reason = refusal(f"Tags: one\nPublished: {written}\n\nA headline".encode())
    assert reason == f"Line 2: the time must look like 2026-11-24 08:30, -3d 08:30 or -2h: {written}"


# READ lines


@pytest.mark.parametrize(
    "words",
    ["READ", "READ MORE", "READ ALSO", "CZYTAJ", "CZYTAJ TAKŻE", "PRZECZYTAJ TAKŻE", "LIRE AUSSI", "READ  MORE"],
)
@pytest.mark.parametrize("between", [" ", "  ", "\u00a0 ", "\t", ": ", ":", " : ", "："])
def test_a_read_line_links_to_a_headline(words, between):
    found = story("Before.", f"{words}{between}More about  it: a story", "After.")
    assert found.blocks == (Paragraph("Before."), ReadLine("More about it: a story"), Paragraph("After."))


def test_a_read_line_needs_no_blank_lines_around_it():
    found = parsed("A headline\n\nBefore.\nREAD  One\nCZYTAJ  Two\nAfter.")
    assert found.blocks == (Paragraph("Before."), ReadLine("One"), ReadLine("Two"), Paragraph("After."))


def test_the_headline_may_stand_on_the_line_below_the_words():
    assert links(story("READ MORE:\nAnother story")) == ["Another story"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Read the small print before you sign.",
        "Read more: it is worth it.",
        "Czytaj także drobny druk.",
        "READERS wrote to us.",
        "READ-ONLY copies were handed out.",
        "PRZECZYTAJ to zdanie.",
        "The label says READ ALSO in capitals.",
        "READ " + "and so it went on for a long time " * 8,
    ],
)
def test_a_sentence_that_merely_begins_like_one_stays_a_sentence(sentence):
    assert story(sentence).blocks == (Paragraph(sentence.strip()),)


@pytest.mark.parametrize("words", ["READ", "READ MORE", "CZYTAJ TAKŻE:"])
def test_read_words_without_a_headline_stay_and_are_pointed_out(words):
    found = story(words, "Text.")
    assert found.blocks == (Paragraph(words), Paragraph("Text."))
    assert f"“{words}” names no headline and was left in the text" in found.notes


# Datelines


@pytest.mark.parametrize(
    ("written", "dateline"),
    [
        ("Brussels", "Brussels"),
        ("BRUSSELS", "Brussels"),
        ("Bruksela", "Bruksela"),
        ("Malaszewicze", "Małaszewicze"),
        ("Hanoi", "Hanoi"),
        ("Hà Nội", "Hà Nội"),
        ("Brussels/Hanoi", "Brussels/Hanoi"),
        ("Hanoi, Jakarta", "Hanoi, Jakarta"),
    ],
)
def test_a_known_place_before_a_colon_is_the_dateline(written, dateline):
    found = story(f"{written}: The text.", "Hanoi: not here.")
    assert (found.dateline, texts(found)) == (dateline, ["The text.", "Hanoi: not here."])


@pytest.mark.parametrize("written", ["Łódź", "Lodz"])
def test_a_place_spelt_as_we_know_it_stays_as_it_is(written):
    assert parsed(f"A headline\n\n{written}: The text.", places=["Lódz", "Łódź", "Lodz"]).dateline == written


def test_a_dateline_is_found_below_a_link_at_the_top():
    found = story("READ  Another", "Hanoi: The text.")
    assert (found.dateline, texts(found)) == ("Hanoi", ["The text."])


def test_a_place_we_do_not_know_stays_in_the_text_and_is_pointed_out():
    found = story("Ruritania: The text.")
    assert (found.dateline, texts(found)) == ("", ["Ruritania: The text."])
    assert "“Ruritania:” is not a place we know and was left in the text" in found.notes


def test_the_header_makes_an_unknown_place_a_dateline():
    found = parsed("Dateline: Ruritania\n\nA headline\n\nRURITANIA: The text.")
    assert (found.dateline, texts(found)) == ("Ruritania", ["The text."])


def test_the_header_leaves_a_text_alone_that_begins_with_something_else():
    found = parsed("Dateline: Hanoi\n\nA headline\n\nBrussels: The text.")
    assert (found.dateline, texts(found)) == ("Hanoi", ["Brussels: The text."])


@pytest.mark.parametrize(
    "sentence",
    [
        "The reason is simple: nobody asked.",
        "Brussels says: no.",
        "Brussels has answered.",
        "Brussels:",
        "In brief: Hanoi agrees.",
    ],
)
def test_an_ordinary_colon_is_no_dateline_and_no_news(sentence):
    found = story(sentence)
    assert (found.dateline, texts(found)) == ("", [sentence])
    assert not any("place" in note for note in found.notes)


# The comment form

FORMS = {
    "en": "Leave a Reply\n\nYour email address will not be published. Required fields are marked *",
    "pl": "Dodaj komentarz\n\nTwój adres e-mail nie zostanie opublikowany. Wymagane pola są oznaczone *",
    "fr": "Laisser un commentaire\n\nVotre adresse e-mail ne sera pas publiée. "
    "Les champs obligatoires sont indiqués avec *",
    "es": "Deja una respuesta\n\nTu dirección de correo electrónico no será publicada. "
    "Los campos obligatorios están marcados con *",
    "de": "Schreibe einen Kommentar\n\nDeine E-Mail-Adresse wird nicht veröffentlicht. "
    "Erforderliche Felder sind mit * markiert",
    "pt": "Deixe um comentário\n\nO seu endereço de e-mail não será publicado. Campos obrigatórios são marcados com *",
    "it": "Lascia un commento\n\nIl tuo indirizzo email non sarà pubblicato. I campi obbligatori sono contrassegnati *",
    "nl": "Geef een reactie\n\nJe e-mailadres wordt niet gepubliceerd. Vereiste velden zijn gemarkeerd met *",
}


def test_every_language_of_the_form_is_tried():
    assert set(FORMS) == set(comment_form.SAYINGS)


@pytest.mark.parametrize("language", FORMS)
def test_the_form_at_the_end_is_dropped_and_tells_the_language_of_the_interface(language):
    found = story("Text.", FORMS[language])
    assert (texts(found), found.interface_language) == (["Text."], language)


@pytest.mark.parametrize("language", FORMS)
@pytest.mark.parametrize("part", [0, -1])
def test_the_heading_or_the_notices_alone_are_enough(language, part):
    found = story("Text.", FORMS[language].split("\n")[part])
    assert (texts(found), found.interface_language) == (["Text."], language)


@pytest.mark.parametrize(
    "form",
    [
        "Leave a Reply Cancel reply\nYour e-mail address will not be published.\nRequired fields are marked *\n\u00a0",
        "LEAVE A REPLY\n\n*",
        "Leave a Reply\n\nComment *\n\nName *\nEmail *\nWebsite\n\nPost Comment\n\nΔ\n",
        "Leave a Reply\r\n\r\nSave my name, email, and website in this browser for the next time I comment.",
    ],
)
def test_the_form_may_come_with_its_labels_and_in_any_layout(form):
    found = story("Text.", form)
    assert (texts(found), found.interface_language) == (["Text."], "en")


@pytest.mark.parametrize(
    "blocks",
    [
        ("He wrote: Leave a Reply.", "And so it ends."),
        ("Leave a Reply", "And so it ends."),
        ("Text.", "The form says “Your email address will not be published.” and keeps its word."),
        ("Text.", "Website"),
        ("Text.", "Komentarz"),
    ],
)
def test_a_story_that_talks_of_a_form_keeps_its_words(blocks):
    found = story(*blocks)
    assert (texts(found), found.interface_language) == ([block.strip() for block in blocks], "")


def test_a_link_right_above_the_form_is_kept():
    assert links(story("Text.", "READ  Another story", FORMS["pl"])) == ["Another story"]


def test_a_line_of_nothing_but_labels_is_looked_at_once():
    # "Site web" is also "Site" and "Web": tried in every way this would outlast us.
    assert parsed("A headline\n\n" + "Site web " * 40 + "x").interface_language == ""


# Language

TEXTS = {
    "en": "The officers of the port have found that the seal was broken and that it is not from this year.",
    "pl": "W porcie celnicy nie znaleźli tego, co było w dokumentach, i od razu pytali o to agencję, która je złożyła.",
    "de": "Die Beamten haben die Ladung nicht freigegeben, weil der Zoll mit dem Gewicht nicht zufrieden ist.",
    "fr": "Les agents du port ont trouvé que le sceau est dans une autre caisse et que la liste ne le dit pas.",
}


@pytest.mark.parametrize("language", ["en", "pl"])
def test_the_small_words_tell_the_language(language):
    assert parsed(f"Headline\n\n{TEXTS[language]}").language == language


@pytest.mark.parametrize("language", ["de", "fr"])
def test_a_language_we_do_not_publish_in_is_pointed_out(language):
    found = parsed(f"Headline\n\n{TEXTS[language]}")
    assert found.language is None
    assert f"the words look like another language ({language})" in found.notes


@pytest.mark.parametrize(
    "text", ["Tak.", "Customs 2026", "The end of the sea is in sight. Pies i kot nie są w domu, ale na dworze."]
)
def test_a_language_is_not_guessed_from_too_little_or_a_mixture(text):
    found = parsed(f"Headline\n\n{text}")
    assert found.language is None
    assert "the language could not be told from the words" in found.notes


def test_the_header_has_the_last_word_on_the_language_and_an_assumption_the_next():
    assert parsed(f"Language: pl\n\nHeadline\n\n{TEXTS['en']}", language="fr").language == "pl"
    assert parsed(f"Headline\n\n{TEXTS['en']}", language="pl").language == "pl"


# The fingerprint


@pytest.mark.parametrize(
    "same",
    [
        COPIED_PAGE.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + COPIED_PAGE.encode(),
        COPIED_PAGE.encode("utf-16"),
        COPIED_PAGE.replace("\n\n", "\n \n\n\n").encode(),
        COPIED_PAGE.replace("\u00a0", " ").encode(),
        COPIED_PAGE.partition("Dodaj")[0].encode(),
    ],
)
def test_the_same_words_have_the_same_fingerprint_however_the_file_is_written(same):
    assert read(same, places=PLACES).fingerprint == read(COPIED_PAGE.encode(), places=PLACES).fingerprint


@pytest.mark.parametrize(
    "other",
    [
        COPIED_PAGE.replace("Two harbours", "Three harbours"),
        COPIED_PAGE.replace("steel", "plastic"),
        COPIED_PAGE.replace("READ\u00a0", ""),
        COPIED_PAGE.replace("one seal", "One seal"),
        "Tags: seals\n\n" + COPIED_PAGE,
    ],
)
def test_other_words_have_another_fingerprint(other):
    assert read(other.encode()).fingerprint != read(COPIED_PAGE.encode()).fingerprint


def test_neither_the_hour_nor_the_vocabulary_nor_the_order_of_headers_changes_the_fingerprint():
    one = read(f"Tags: a\nPublished: -3d\n\n{COPIED_PAGE}".encode(), now=NOW)
    other = read(f"Published: -3d\nTags:  a\n\n{COPIED_PAGE}".encode(), places=PLACES, now=NOW + timedelta(days=1))
    assert one.fingerprint == other.fingerprint
    assert (one.published, one.dateline) != (other.published, other.dateline)


# Our own stories


def test_there_are_eight_sample_stories_three_of_them_polish():
    languages = [read(path.read_bytes()).language for path in SEEDS]
    assert (len(languages), languages.count("pl"), languages.count("en")) == (8, 3, 5)


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_each_sample_story_says_that_it_is_one_and_names_all_a_story_needs(path):
    place = path.read_text(encoding="utf-8").partition("\n\n")[2].split("\n\n")[1].partition(":")[0]
    found = read(path.read_bytes(), places=[place], now=NOW)
    assert found.source == "Tariff & Transit sample content"
    assert found.dateline == place
    assert found.tags and found.section and found.author
    assert found.published < NOW
    assert 250 <= sum(len(text.split()) for text in texts(found)) <= 500
    assert found.notes == ()
    undeclared = path.read_text(encoding="utf-8").replace(f"Language: {found.language}\n", "")
    assert read(undeclared.encode()).language == found.language


def test_the_sample_stories_link_to_each_other_but_for_one_link_that_waits():
    stories = [read(path.read_bytes()) for path in SEEDS]
    by_headline = {found.headline: found for found in stories}
    assert all(links(found) for found in stories)
    wanted = [headline for found in stories for headline in links(found)]
    assert [headline for headline in wanted if headline not in by_headline] == [
        "Forty words customs never wants to see again"
    ]
    across = {
        (found.language, by_headline[headline].language)
        for found in stories
        for headline in links(found)
        if headline in by_headline
    }
    assert across == {("en", "en"), ("pl", "pl"), ("pl", "en")}


# Whatever comes


def test_any_bytes_are_a_story_or_turned_away_with_one_line():
    hypothesis = pytest.importorskip("hypothesis", reason="a property tool of requirements-dev.txt")
    st = hypothesis.strategies
    snippets = [
        "Tags: ",
        "Published: -3d",
        "\n\n",
        "READ  ",
        "Brussels: ",
        "Dodaj komentarz",
        "\r\n",
        "Language: ",
        "*",
    ]
    lines = st.lists(st.one_of(st.sampled_from(snippets), st.text(max_size=30)), max_size=12).map("".join)
    encoded = st.tuples(lines, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1250"])).map(
        lambda pair: pair[0].encode(pair[1], "replace")
    )

    @hypothesis.settings(max_examples=400, deadline=None)
    @hypothesis.given(st.one_of(st.binary(max_size=200), encoded))
    @hypothesis.example(b"\xff\xfe")
    @hypothesis.example(b"Published: -1d 0:00\n\n\xc2\xadA")
    def any_bytes(data):
        try:
            found = read(data, places=PLACES, now=NOW)
        except Unreadable as refused:
            assert len(str(refused).splitlines()) == 1
        else:
            assert found.headline.strip() == found.headline != ""
            assert all(block != Paragraph("") and block != ReadLine("") for block in found.blocks)
            assert read(data, places=PLACES, now=NOW) == found

    any_bytes()


def test_any_plain_story_comes_out_as_it_was_put_in():
    hypothesis = pytest.importorskip("hypothesis", reason="a property tool of requirements-dev.txt")
    st = hypothesis.strategies
    word = st.text("abcdefghijklmnoprstuwyząćęłńóśźż", min_size=1, max_size=9)
    sentence = st.lists(word, min_size=1, max_size=12).map(lambda words: " ".join(words).capitalize() + ".")
    blocks = st.lists(st.one_of(sentence.map(Paragraph), sentence.map(ReadLine)), max_size=8)
    tags = st.lists(word, max_size=4, unique=True)

    @hypothesis.settings(max_examples=200, deadline=None)
    @hypothesis.given(sentence, blocks, tags, st.sampled_from(["", *FORMS]), st.sampled_from(["utf-8", "utf-16"]))
    def any_story(headline, blocks, tags, form, encoding):
        lines = [f"READ  {block.headline}" if isinstance(block, ReadLine) else block.text for block in blocks]
        text = "\n\n".join([f"Tags: {', '.join(tags)}", headline, *lines, *([FORMS[form]] if form else [])])
        found = read(text.encode(encoding), places=PLACES)
        assert (found.headline, found.blocks, found.interface_language) == (headline, tuple(blocks), form)
        assert len(found.tags) <= len(tags)

    any_story()
