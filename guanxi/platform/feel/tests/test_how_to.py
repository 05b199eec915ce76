"""What the page for administrators says can be written so."""

import re
from pathlib import Path

from guanxi.platform.feel import types
from guanxi.platform.feel.expressions import check, parse, unary
from guanxi.platform.feel.tests.cases import TYPES

PAGE = (Path(__file__).parents[4] / "docs/how-to/expressions.md").read_text()
NAMES = {
    **TYPES,
    "trusted": types.BOOLEAN,
    "phone": types.STRING.maybe(),
    "discount": types.number(6, 2).maybe(),
}


def _codes(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def test_every_example_is_well_typed():
    table = PAGE.split("|---|---|")[1]
    examples = [code for line in table.split("\n\n")[0].splitlines() for code in _codes(line)]
    for text in examples:
        check(parse(text, {*NAMES, "item no", "home city"}), NAMES)
    assert len(examples) > 30


def test_every_cell_is_one():
    paragraph = PAGE.split("## A cell of a decision table")[1].split("##")[0]
    cells = [text for text in _codes(paragraph) if text != "?"]
    assert len(cells) > 6
    for text in cells:
        value = types.number(6, 2) if any(digit in text for digit in "0123456789") else types.STRING
        assert check(unary(text, {"?"}), {"?": value}).kind == types.BOOLEAN_, text
