"""What the documents name is there: files, tests, make targets, each other."""

import re
from functools import cache

import pytest
from django.apps import apps

from portal.env import BASE_DIR

DOCUMENTS = [BASE_DIR / "README.md", BASE_DIR / "CONTRIBUTING.md", *sorted((BASE_DIR / "docs").glob("*.md"))]
CODE = re.compile(r"`([^`\n]+)`")
# A path of ours, without placeholders: `news/site/`, `portal/jobs.py`; not `<app>/jobs.py`, `/admin/` or `var/heads`.
PATH = re.compile(r"(portal|news|comments|templates|seeds|docs|\.ci)/[\w./-]*")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


@cache
def names_of_tests():
    files = [path for app in ("portal", "news", "comments") for path in (BASE_DIR / app).rglob("test_*.py")]
    return {name for path in files for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)}


def is_there(code):
    """Whether what stands between backticks is there, or is nothing of which that can be said."""
    if PATH.fullmatch(code):
        return (BASE_DIR / code).exists()
    if re.fullmatch(r"test_\w+", code):
        return code in names_of_tests()
    if target := re.fullmatch(r"make ([a-z-]+)", code):
        return f"\n{target[1]}:" in (BASE_DIR / "Makefile").read_text()
    return True


def missing_from(document):
    text = document.read_text()
    links = [link for link in LINK.findall(text) if not (document.parent / link).exists()]
    return [code for code in CODE.findall(text) if not is_there(code)] + links


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_what_a_document_names_is_there(document):
    assert missing_from(document) == []


def test_what_is_not_there_is_noticed(tmp_path):
    document = tmp_path / "page.md"
    document.write_text("`news/gone.py` `make nothing` `test_no_such` [page](gone.md) `news/models/` `make test`")
    assert missing_from(document) == ["news/gone.py", "make nothing", "test_no_such", "gone.md"]


def test_the_drawing_of_the_data_has_every_model_and_no_other():
    text = (BASE_DIR / "docs/architecture.md").read_text()
    drawings = "".join(re.findall(r"```mermaid\nerDiagram\n(.*?)```", text, re.DOTALL))
    drawn = set(re.findall(r"\b[A-Z][A-Za-z]+\b", re.sub(r'"[^"]*"', "", drawings))) - {"PK", "UK"}
    ours = [apps.get_app_config(app).get_models() for app in ("portal", "news", "comments")]
    assert drawn == {model.__name__ for models in ours for model in models}
