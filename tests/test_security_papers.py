"""What the security papers name exists: every file, and every test; and no requirement is left out or called met without
proof."""

import re
from pathlib import Path

import pytest

from tools.shell import ROOT

PAPERS = ROOT / "docs" / "security"
NAMED = re.compile(r"`((?:guanxi|tests|tools|docs)/[\w./-]+|SECURITY\.md)(?:::(\w+))?`")
#: Checked by what stops the server, or by a suite as a whole.
WITHOUT_TEST = {"R45"}


def rows(letter: str) -> list[list[str]]:
    """The cells of the rows of the table whose ids begin with the letter."""
    text = (PAPERS / "requirements.md").read_text()
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in re.findall(rf"^\| {letter}\d\d .*$", text, re.M)
    ]


def named() -> list[tuple[str, str]]:
    found = [NAMED.findall(paper.read_text()) for paper in sorted(PAPERS.glob("*.md"))]
    return sorted({pair for pairs in found for pair in pairs})


def test_the_papers_name_files_and_tests():
    assert len(named()) > 100


@pytest.mark.parametrize(("file", "test"), named())
def test_what_is_named_exists(file, test):
    assert (ROOT / file).exists(), file
    if test:
        assert re.search(rf"^\s*def {test}\(", Path(ROOT / file).read_text(), re.M), f"{file} has no {test}"


@pytest.mark.parametrize(("letter", "last"), [("R", 62), ("N", 30)])
def test_no_requirement_is_left_out(letter, last):
    assert [row[0] for row in rows(letter)] == [f"{letter}{number:02d}" for number in range(1, last + 1)]


@pytest.mark.parametrize("row", [*rows("R"), *rows("N")], ids=lambda row: row[0])
def test_what_holds_is_proved_and_what_is_open_claims_nothing(row):
    state, proof = row[1], row[-1]
    assert state in ("holds", "part", "open")
    if state == "open":
        assert proof == "–"
    elif row[0] not in WITHOUT_TEST:
        assert proof != "–"
