"""The checklist: what each step waits for, and what deserves a second look; names spelt two ways; Word's leftovers."""

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import call_command

from news import body
from news.editorial import checklist, word_paste, workflow
from news.editorial.checklist import ChecklistInput, items
from news.editorial.spelling import spelt_two_ways
from news.editorial.steps import RULES, Step
from news.models import Tag, WorkingCopy
from news.tests.factories import make_author, make_copy, make_live_article, make_tag, make_user

COMPLETE = ChecklistInput(
    headline="Seals on barges",
    standfirst="What a seal is for.",
    dateline="Brussels",
    body="<p>Text.</p>",
    language="en",
    section=1,
    source="WCO",
    tags=[Tag(name="seals")],
    authors=["Marta Zielińska"],
    related=[],
)


def with_(**fields):
    return replace(COMPLETE, **fields)


def fields_of(checklist_input):
    return [(point.field, bool(point.blocks)) for point in items(checklist_input)]


# ---- per step


def test_a_complete_story_has_no_point():
    assert items(COMPLETE) == []


@pytest.mark.parametrize(
    ("missing", "field", "is_needed_for_review"),
    [
        ({"headline": " "}, "headline", True),
        ({"body": "<p>&nbsp;</p>"}, "body", True),
        ({"language": ""}, "language", False),
        ({"section": None}, "section", False),
    ],
)
def test_each_step_waits_for_what_it_needs(missing, field, is_needed_for_review):
    story = with_(**missing)
    [point] = [point for point in items(story) if point.blocks]
    assert point.field == field
    for step in ("approve", "publish", "schedule", "publish_unread"):
        assert checklist.blocking(story, RULES[step].gate) == [point.sentence]
    assert checklist.blocking(story, RULES["submit"].gate) == ([point.sentence] if is_needed_for_review else [])
    for step in ("return", "withdraw", "restore", "discard", "unschedule", "expire", "clear_expiry"):
        assert checklist.blocking(story, RULES[step].gate) == []


def test_every_step_that_shows_readers_a_text_waits_for_a_complete_one():
    """A step added to the workflow without a word here would publish half a story."""
    shows_no_text = {"submit", "return", "unschedule", "review_published", "withdraw", "restore"}
    shows_no_text |= {"discard", "reopen", "assign", "expire", "clear_expiry"}
    nothing = with_(headline="", body="", language="", section=None)
    for step in set(Step) - shows_no_text:
        assert len(checklist.blocking(nothing, RULES[step].gate)) == 4, step


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("missing", "refusal"),
    [
        ({"headline": ""}, "The story has no headline."),
        ({"headline": "", "body": ""}, "The story has no headline. The story has no text."),
        ({"language": "", "section": None}, ""),
    ],
)
def test_nobody_is_asked_to_review_nothing(missing, refusal):
    copy = make_copy(**missing)
    assert workflow.why_not(copy, Step.SUBMIT, copy.latest_revision, by=copy.saved_by) == refusal
    if refusal:
        with pytest.raises(workflow.Refused):
            workflow.submit(copy, copy.latest_revision, by=copy.saved_by)


def test_a_point_says_by_when_it_is_needed():
    needed = {point.field: point.needed for point in items(with_(headline="", section=None, source=""))}
    assert needed["headline"] != needed["section"] and needed["headline"] and needed["section"]
    assert needed["source"] == ""


@pytest.mark.parametrize(
    ("less", "field"),
    [
        ({"standfirst": ""}, "standfirst"),
        ({"tags": []}, "tags"),
        ({"source": "  "}, "source"),
        ({"headline": "x" * 111}, "headline"),
        ({"body": "<p>One.<br><br>Two.</p>"}, "body"),
        ({"body": "<p>Ian Saunders spoke. The words of Sanders were kept.</p>"}, "body"),
        ({"headline": "What Sanders said", "standfirst": "A talk with Ian Saunders."}, "headline"),
        ({"body": f"<p>Text.</p>{body.token(uuid4())}"}, "body"),
    ],
)
def test_what_deserves_a_second_look_blocks_nothing(less, field):
    assert fields_of(with_(**less)) == [(field, False)]


def test_without_a_standfirst_the_sentence_that_lists_will_show_is_shown():
    [point] = items(with_(standfirst="", body="<p>The seals were whole. Nobody asked.</p>"))
    assert "The seals were whole." in point.sentence


@pytest.mark.django_db
def test_links_are_looked_at_as_readers_would_find_them():
    live, draft = make_live_article(headline="On the site"), make_copy(headline="Half-written").article
    lost = {"uuid": uuid4(), "target": live, "label": "On the site", "placement": "inline"}
    links = [
        {"target": live},
        {"target": draft, "label": "Half-written"},
        {"label": "Not here yet"},
        {"url": "https://wco.example/"},
        lost,
    ]
    copy = make_copy(standfirst="S", source="S", tags=[make_tag()], links=links)
    said = [point.sentence for point in items(ChecklistInput.of(copy))]
    assert len(said) == 3
    assert "Half-written" in said[0] and "Not here yet" in said[1] and "On the site" in said[2]


@pytest.mark.django_db
def test_reading_a_stored_story_costs_the_same_for_one_row_or_many(queries_of):
    def story(count):
        links = [{"target": make_live_article()} for _ in range(count)]
        return make_copy(
            tags=[make_tag() for _ in range(count)], authors=[make_author() for _ in range(count)], links=links
        )

    one, many = story(1), story(6)
    assert queries_of(lambda: items(ChecklistInput.of(one))) == queries_of(lambda: items(ChecklistInput.of(many))) == 3


@pytest.mark.django_db
def test_an_update_to_a_live_story_is_checked_like_a_new_one():
    copy = WorkingCopy.objects.get(pk=make_live_article().pk)
    with workflow.editing(copy, by=make_user(), version=copy.version):
        copy.section = None
        copy.headline = ""
    assert workflow.why_not(copy, Step.SUBMIT, copy.latest_revision, by=make_user()) == "The story has no headline."
    assert {point.field for point in items(ChecklistInput.of(copy)) if point.blocks} == {"headline", "section"}


@pytest.mark.django_db
def test_our_own_stories_need_no_second_look_at_their_names_or_their_paste():
    call_command("load_seeds", verbosity=0)
    for copy in WorkingCopy.objects.all():
        story = ChecklistInput.of(copy)
        assert list(checklist._spellings(story)) == [], copy
        assert list(word_paste.warnings_in(story.body)) == [], copy
    assert WorkingCopy.objects.count() >= 8


# ---- names spelt two ways


def spelt(*texts, names=()):
    return [{one, other} for one, other in spelt_two_ways(texts, names)]


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("Secretary General Ian Saunders thanked them. Then Secretary-General Sanders left.", {"Saunders", "Sanders"}),
        ("The words of Ian Saunders. Sanders said more.", {"Saunders", "Sanders"}),
        ("A talk with Ms Mueller. The firm of Greta Müller.", {"Mueller", "Müller"}),
        ("We met Nathalie Claeyssens and later Natalie Claeyssens.", {"Nathalie", "Natalie"}),
        ("We met Nathalie Claeyssens; it was Claeysens’s idea.", {"Claeyssens", "Claeysens"}),
        ("The World Customs Organization and the World Customs Organisation.", {"Organization", "Organisation"}),
        ("It was J. Thompson. Later John Thomson came.", {"Thompson", "Thomson"}),
        ("Rozmawiamy z Martą Zielińską. O tym mówi Marta Zielińska, a Ewa Zielinska nie.", None),
        ("Mówi o tym Marta Zielińska. Potem Zielinska dodaje.", {"Zielińska", "Zielinska"}),
        ("Pociąg stał w Małaszewiczach, a Małaszewicze i Malaszewicze to jedno.", {"Małaszewicze", "Malaszewicze"}),
        ("Dyspozytor Grzegorz Wilkosz. Jak mówi Wilkkosz, to trwa.", {"Wilkosz", "Wilkkosz"}),
    ],
)
def test_a_slip_inside_a_name_is_found(text, pair):
    assert spelt(text) == ([pair] if pair else [])


@pytest.mark.parametrize(
    "text",
    [
        # Polish declines names, and makes adjectives and people of them.
        "Jan Nowak pisze do Jana Nowaka. Dano Janowi Nowakowi, z Janem Nowakiem, o Nowaku. Państwo Nowakowie są.",
        "Mówi Anna Wrona. Pytamy Annę Wronę, rozmawiamy z Anną Wroną o Annie Wronie.",
        "Paweł Gródecki i list od Pawła Gródeckiego, dany Pawłowi Gródeckiemu, z Pawłem Gródeckim.",
        "Marta Wiśniewska, dla Marty Wiśniewskiej, Martę Wiśniewską, a jej brat to Piotr Wiśniewski.",
        "W Polsce jest Polska, przez Polskę, do Polski, z Polską. Nad Wisłą, o Wiśle, przez Wisłę, rzeki Wisły.",
        "Z Łodzi do miasta Łódź i z Łodzią. W Małopolsce województwo Małopolskie, przez Małopolskę.",
        "W Ameryce, przez Amerykę, do Ameryki. W Pradze, do Pragi, przez Pragę. W Rydze i do Rygi, przez Rygę.",
        "Do Wiednia, w Wiedniu, a Wiedeń czeka. Z Niemiec i w Niemczech, a Niemcy płacą Niemcom.",
        "Cło płaci Holandia, a w Holandii Holandka i Holender. Przez Ukrainę, w Ukrainie, dla Ukraińca i Ukrainki.",
        "Na Litwie i na Łotwie, przez Litwę i Łotwę. Irak i Iran, w Iraku i w Iranie, do Iraku i do Iranu.",
        "W Małaszewiczach stoją Małaszewicze, do Małaszewicz. Komisja Europejska, w Komisji Europejskiej.",
        # So does English, a little.
        "The port of Belgium and the Belgian officers, China and Chinese goods, Germany and German ports.",
        "What Ian Saunders brought was Saunders’ own, and Saunders's too. We met the Smiths and Mr Smith.",
        # Other people, other countries.
        "We saw Peter Hansen and then Marta Hanson.",
        "With Marta Nowak and also Maria Kowalska.",
        "From Austria to Australia, from Slovakia to Slovenia, from Iran to Iraq, from Niger to Nigeria.",
        "Austrian and Australian wine, Slovakian and Slovenian wine.",
        "The World Customs Organization and the World Trade Organisation.",
        # A capital letter that means nothing.
        "“Those are fine,” he said. These are not. Those came. Offices opened. Officers came.",
        "Those in the office of Mr Thosen. There were those who left. These came late.",
    ],
)
def test_inflection_and_other_people_are_no_slip(text):
    assert spelt(text) == []


def test_headings_set_in_capitals_make_no_names():
    assert spelt("What Officers Do In New Offices Now", "The officers opened their doors.") == []


def test_bylines_and_tags_are_compared_with_the_text():
    assert spelt("It was Saunders who spoke.", names=["Ian Sanders"]) == [{"Saunders", "Sanders"}]


def test_country_and_place_tags_are_not_since_other_languages_call_them_otherwise():
    text = "<p>Statek z Indonezji, jak mówi Indonezja, płynie.</p>"
    place, person = Tag(name="Indonesja", kind="country"), Tag(name="Indonesja", kind="person")
    assert fields_of(with_(body=text, tags=[place])) == []
    assert fields_of(with_(body=text, tags=[person])) == [("body", False)]


def test_a_name_never_runs_from_one_block_into_the_next():
    assert body.passages("<h2>To Ian</h2><ul><li>Saunders &amp; co</li><li>x<br>y</li></ul>") == [
        "To Ian",
        "Saunders & co",
        "x",
        "y",
    ]


def test_a_long_realistic_polish_story_raises_no_alarm():
    text = Path(__file__).with_name("polish_story.txt").read_text()
    assert spelt(*text.splitlines()) == []


def test_a_register_of_names_ends_soon_and_says_a_few():
    names = [f"{first}{middle}rski" for first in "BCDFGKLMNPRSTWZ" for middle in ("a" * n for n in range(1, 60))]
    assert len(spelt(*(f"To {name} wie." for name in names))) == 5


# ---- Word


WORD = {
    "bullets": "<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]><span>·<span>&nbsp;"
    "&nbsp;&nbsp; </span></span><![endif]>first<o:p></o:p></p>",
    "hollow bullets": "<p>o<span>&nbsp;&nbsp; </span>second</p>",
    "numbers": "<p>1.<span>&nbsp;&nbsp;&nbsp; </span>first</p>",
    "hyphens": "<p>- first</p><p>- second</p>",
    "blanks": "<p>Name:&nbsp;&nbsp;&nbsp;&nbsp;Saunders</p>",
    "spacers": "<p>One</p><p><b>&nbsp;</b></p><p>Two</p>",
    "breaks": "<p>One<br>&nbsp;<br />Two</p>",
    "soft hyphens": "<p>cus&shy;toms</p>",
    "notes": '<p>Said<a href="#_ftn1" name="_ftnref1">[1]</a></p>',
    "comments": '<p>Said<a class=msocomanchor href="#_msocom_1">[MK1]</a></p>',
    "fields": "<p>See Error! Reference source not found.</p>",
    "fields in Polish": "<p>Zobacz Błąd! Nie zdefiniowano zakładki.</p>",
    "sources in Polish": "<p>Zobacz Błąd! Nie można odnaleźć źródła odwołania.</p>",
    "settings": "<xml><w:View>Normal</w:View>false PL X-NONE MicrosoftInternetExplorer4</xml><p>Text</p>",
    "styles": "<p>/* Style Definitions */ table.MsoNormalTable {mso-style-name:Standardowy;}</p>",
    "escaped tags": "<p>&lt;o:p&gt;&lt;/o:p&gt;Text</p>",
}


@pytest.mark.parametrize("html", WORD.values(), ids=WORD)
def test_what_word_leaves_is_said(html):
    assert len(list(word_paste.warnings_in(body.clean(html)))) == 1


@pytest.mark.parametrize(
    "html",
    [
        "<p>w&nbsp;Gdańsku i&nbsp;w&nbsp;Łodzi, 10&nbsp;000&nbsp;zł</p>",
        "<p>o&nbsp;czwartej rano</p>",
        "<p>One sentence.&nbsp; Another.</p>",
        "<p>One line<br>and its second</p>",
        "<p>– Stoimy – mówi dyspozytor.</p><p>– I czekamy.</p>",
        "<p>-5 degrees, 1. FC Köln, § 5</p>",
        "<ul><li>a</li><li>b</li></ul><p><a href='#note'>note</a></p><table><tbody><tr><td></td></tr></tbody></table>",
        "<p class=MsoNormal style='mso-margin-top-alt:auto'>Plain<o:p></o:p></p><p><o:p>&nbsp;</o:p></p>",
    ],
)
def test_what_an_editor_types_is_no_leftover(html):
    assert list(word_paste.warnings_in(body.clean(html))) == []
