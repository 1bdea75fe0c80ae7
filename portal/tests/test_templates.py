"""Templates fit beside each other on a screen: the formatter breaks no sentence and no tag of Django's."""

from pathlib import Path

TEMPLATES = Path(__file__).parents[2] / "templates"
WIDEST = 120  # as for Python


def test_no_line_of_a_template_is_too_long():
    files = [file for file in TEMPLATES.rglob("*") if file.suffix in {".html", ".txt"}]
    assert len(files) > 90
    lines = ((file, number, line) for file in files for number, line in enumerate(file.read_text().splitlines(), 1))
    assert [f"{file.relative_to(TEMPLATES)}:{number}" for file, number, line in lines if len(line) > WIDEST] == []
