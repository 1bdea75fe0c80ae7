"""Every class the style sheets speak of is one that some page can have."""

import re
from pathlib import Path

import ckeditor
import pytest
from django import forms
from django.contrib import admin

ROOT = Path(__file__).parents[2]
FOLDERS = [ROOT / name for name in ("templates", "portal", "news", "comments")]
FOLDERS += [Path(package.__file__).parent for package in (admin, forms, ckeditor)]
KINDS = {".html", ".py", ".js"}
LARGEST = 100_000  # bytes: CKEditor and what else is not written by hand
SHEETS = sorted(ROOT.glob("portal/static/**/*.css"))
CLASS = re.compile(r"\.(-?[a-zA-Z_][\w-]*)")


def is_drawing(file):
    return file.suffix in KINDS and "tests" not in file.parts and file.stat().st_size < LARGEST


@pytest.fixture(scope="module")
def words():
    """All that can put a class on a page: ours, and what Django's admin and the editor's widget draw."""
    files = (file for folder in FOLDERS for file in folder.rglob("*") if is_drawing(file))
    return {word for file in files for word in re.findall(r"[\w-]+", file.read_text())}


def classes_of(sheet):
    text = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    return {name for selector in re.findall(r"[^{};]+(?=\{)", text) for name in CLASS.findall(selector)}


def can_be_on_a_page(name, words):
    """Said as it is, or put together: `nr-stage--{{ stage }}`, `av{{ number }}`, Django's `field-` of a column."""
    if name.startswith("cke_") or name in words:  # CKEditor's own scripts draw the first
        return True
    begin, value = re.fullmatch(r"(.+--|field-|\D+)(.*)", name).groups()
    return bool(value) and (begin == "field-" or begin in words) and (value.isdigit() or value in words)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: str(sheet.relative_to(ROOT)))
def test_no_class_is_dead(sheet, words):
    assert sorted(name for name in classes_of(sheet.read_text()) if not can_be_on_a_page(name, words)) == []


def test_a_dead_class_is_found(words):
    sheet = (
        "/* .not-one */ .nr-stage--review, .av7, .nowhere-to-be-seen > a:is(.nr-stage--unheard-of) { margin: 0.5em }"
    )
    found = {name for name in classes_of(sheet) if not can_be_on_a_page(name, words)}
    assert found == {"nowhere-to-be-seen", "nr-stage--unheard-of"}
