"""What one person alone may mend in a live story, and what needs a second reader."""

import time

import pytest
from django.utils import translation

from news.editorial import typo_fix

BASE = {
    "headline": "Customs reform",
    "standfirst": "",
    "dateline": "Brussels",
    "body": '<p>A duty of 3% from <a href="https://example.org/a">May</a>.</p><p>Bordre posts close.</p>',
    "language": "en",
    "section": 1,
    "slug": "",
    "tags": [1, 2],
    "authors": [3],
    "related": [],
}


def refusal(at_most=20, **changed):
    with translation.override("en"):
        return typo_fix.why_not(BASE, {**BASE, **changed}, at_most=at_most)


def body(was, now):
    assert was in BASE["body"]
    return {"body": BASE["body"].replace(was, now)}


def test_two_letters_that_changed_places_are_a_typo():
    assert refusal(**body("Bordre", "Border")) == ""


def test_letters_are_counted_over_headline_standfirst_dateline_and_body_together():
    mended = {"headline": "Customs reforms", "dateline": "Bruxelles"}
    assert refusal(at_most=5, **mended) == ""
    assert "5 characters changed" in refusal(at_most=4, **mended)


@pytest.mark.parametrize(
    "changed",
    [
        {"headline": "Customs reform of 2026"},
        body("3%", "8%"),
        body("3%", "%"),
        body("3%", "٣%"),
        body("3%", "-3%"),
        body("3%", "3"),
        body("3%", "½%"),
    ],
)
def test_a_figure_is_never_a_typo(changed):
    assert refusal(**changed) == "A figure changed; a second reader looks at that."


@pytest.mark.parametrize(
    "changed",
    [
        body("/a", "/b"),
        body("<p>Bordre", "<p><strong>B</strong>ordre"),
        body("close.</p>", "close.</p><p>x</p>"),
        body("<p>Bordre", "<h2>Bordre"),
    ],
)
def test_a_link_formatting_or_a_paragraph_is_no_typo(changed):
    assert refusal(**changed) == "Links, formatting or paragraphs changed; a second reader looks at that."


@pytest.mark.parametrize(
    "changed",
    [
        {"section": 2},
        {"language": "pl"},
        {"slug": "x"},
        {"tags": [1]},
        {"authors": []},
        {"related": [{"uuid": "x"}]},
    ],
)
def test_what_stands_beside_the_words_is_no_typo(changed):
    assert refusal(**changed) == "More than words changed; a second reader looks at that."


def test_a_text_of_megabytes_is_answered_and_not_pondered():
    long = {**BASE, "body": "<p>" + "word " * 400_000 + "</p>"}
    other = {**long, "body": long["body"].replace("<p>", "<p>x", 1).replace("</p>", "x</p>")}
    began = time.process_time()
    assert typo_fix.why_not(long, other, at_most=20)
    assert time.process_time() - began < 60  # without the limit the matcher would take hours
