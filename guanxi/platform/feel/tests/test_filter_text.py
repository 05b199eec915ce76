"""Filters written as text and read back."""

import pytest

from guanxi.platform.entities import registry
from guanxi.platform.feel.expressions import evaluate, parse
from guanxi.platform.feel.faults import ExpressionError
from guanxi.platform.feel.filter_text import from_text, to_text
from guanxi.platform.feel.nodes import FilterError, to_json
from guanxi.platform.feel.nodes import parse as parse_filter
from guanxi.platform.feel.tests.cases import NOW, ZONE

FILTERS = {
    'stage = "new"': ["eq", "stage", "new"],
    'stage != "new"': ["ne", "stage", "new"],
    'stage in ["new", "lost"]': ["in", "stage", ["new", "lost"]],
    'not(stage in ["new"])': ["notin", "stage", ["new"]],
    "employees > 100": ["gt", "employees", 100],
    "employees between -5 and 7": ["between", "employees", -5, 7],
    'capital >= "1200.5"': ["ge", "capital", "1200.5"],
    'founded_on < @"2026-02-28"': ["lt", "founded_on", "2026-02-28"],
    'met_at between @"2026-01-01" and @"2026-02-28"': ["between", "met_at", "2026-01-01", "2026-02-28"],
    "phone = null": ["empty", "phone"],
    "phone != null": ["filled", "phone"],
    'like(name, "电力")': ["contains", "name", "电力"],
    'lacks(name, "say \\"hi\\"")': ["lacks", "name", 'say "hi"'],
    'begins(name, "华东")': ["starts", "name", "华东"],
    'finishes(name, "公司")': ["ends", "name", "公司"],
    "me(owner)": ["me", "owner"],
    'period(founded_on, "this_year")': ["period", "founded_on", "this_year"],
    "last days(founded_on, 30)": ["last", "founded_on", 30],
    "next days(met_at, 7)": ["next", "met_at", 7],
    "trusted = true": ["eq", "trusted", True],
    "true": ["and"],
    'stage = "new" and employees > 1': ["and", ["eq", "stage", "new"], ["gt", "employees", 1]],
    'stage = "new" or (employees > 1 and rate < 3)': [
        "or",
        ["eq", "stage", "new"],
        ["and", ["gt", "employees", 1], ["lt", "rate", 3]],
    ],
    'not(employees > 1 or like(name, "a"))': ["not", ["or", ["gt", "employees", 1], ["contains", "name", "a"]]],
    "all([employees > 1])": ["and", ["gt", "employees", 1]],
    "any([all([employees > 1])])": ["or", ["and", ["gt", "employees", 1]]],
}


pytestmark = pytest.mark.django_db
FIELDS: dict = {}


@pytest.fixture(autouse=True)
def fields(db) -> None:
    FIELDS.update(registry.get("fakes.company").fields())


@pytest.mark.parametrize("text", FILTERS)
def test_a_filter_is_written_and_read_back(text: str):
    node = parse_filter(FILTERS[text], FIELDS.get)
    assert to_text(node) == text
    assert to_json(from_text(text, FIELDS.get)) == to_json(node)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("100 < employees", ["gt", "employees", 100]),
        ('stage in ("new", "lost")', ["in", "stage", ["new", "lost"]]),
        ('founded_on >= date("2026-02-28")', ["ge", "founded_on", "2026-02-28"]),
        ("capital > 0.5", ["gt", "capital", "0.5"]),
    ],
)
def test_other_ways_to_write_it(text: str, tree: list):
    assert to_json(from_text(text, FIELDS.get)) == tree


@pytest.mark.parametrize(
    "text",
    ["employees + 1 > 3", "count(name) > 1", "1 = 1", "employees", "name < null", "x(name)", "employees in [1..5]"],
)
def test_what_is_no_filter_is_told_with_its_place(text: str):
    with pytest.raises(ExpressionError) as refused:
        from_text(text, FIELDS.get)
    assert refused.value.to > refused.value.at


def test_a_field_that_does_not_exist_is_no_field_of_a_filter():
    with pytest.raises(FilterError):
        from_text("secret = 1", FIELDS.get)


def test_plain_tests_are_feel():
    expression = parse('stage in ["new", "lost"] and employees between 1 and 7', {"stage", "employees"})
    assert evaluate(expression, {"stage": "new", "employees": 3}, now=NOW, zone=ZONE) is True
