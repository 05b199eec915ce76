"""SQL gives what the evaluator gives: random expressions over rows with nulls, decimals, Chinese and ends of months."""

import os
import re
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from guanxi.platform.feel.expressions import check, evaluate, parse
from guanxi.platform.feel.faults import ExpressionError
from guanxi.platform.feel.sql import NotInSql, condition, value
from guanxi.platform.feel.tests.cases import NOW, ZONE
from guanxi.platform.feel.tests.random_texts import CONDITIONS, NUMBERS
from guanxi.platform.feel.tests.rows import COLUMNS, TYPES, make_rows, values_of
from tests.fakes.models import Company

pytestmark = pytest.mark.django_db
# The rows are made once for all examples of a test: no example changes them.
often = settings(
    max_examples=int(os.environ.get("GUANXI_EXAMPLES", "60")),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def rows(db):
    return make_rows()


def _sides(text: str) -> tuple[set[int], set[int]]:
    pair = condition(parse(text, COLUMNS), COLUMNS, now=NOW, zone=ZONE)
    return tuple(set(Company.objects.filter(side).values_list("pk", flat=True)) for side in (pair.true, pair.false))


def _evaluated(text: str, rows: list) -> tuple[set[int], set[int]]:
    expression = parse(text, COLUMNS)
    answers = {row.pk: evaluate(expression, values_of(row), now=NOW, zone=ZONE) for row in rows}
    return tuple({pk for pk, answer in answers.items() if answer is wanted} for wanted in (True, False))


def test_random_conditions_are_true_and_false_of_the_same_rows(rows):
    seen = {"same": 0, "refused": 0}

    @often
    @given(CONDITIONS)
    def try_one(text: str) -> None:
        try:
            sides = _sides(text)
        except ExpressionError:
            seen["refused"] += 1
            return
        assert sides == _evaluated(text, rows), text
        seen["same"] += 1

    try_one()
    assert seen["same"] > 6 * seen["refused"]


def test_random_numbers_are_the_same(rows):
    seen = {"same": 0, "refused": 0}

    @often
    @given(NUMBERS)
    def try_one(text: str) -> None:
        expression = parse(text, COLUMNS)
        try:
            term = value(expression, COLUMNS, now=NOW, zone=ZONE)
        except ExpressionError:
            seen["refused"] += 1
            return
        found = dict(Company.objects.annotate(found=term.expression).values_list("pk", "found"))
        for row in rows:
            expected = evaluate(expression, values_of(row), now=NOW, zone=ZONE)
            got = None if found[row.pk] is None else Decimal(found[row.pk]).scaleb(-term.scale)
            assert got == expected, (text, values_of(row))
        seen["same"] += 1

    try_one()
    assert seen["same"] > 2 * seen["refused"]


@pytest.mark.parametrize(
    "text",
    [
        "capital / 3 > 1",
        "sqrt(staff) > 2",
        "staff ** 2 > 4",
        "modulo(staff, 3) = 1",
        "decimal(capital, 0) = 2",
        'upper case(name) = "A"',
        'matches(name, "a")',
        'founded on + duration("P1M") > today()',
        "capital * capital * capital > 1",
        "for i in [staff] return i",
        'substring(name, -1) = "a"',
    ],
)
def test_what_sql_would_answer_otherwise_is_refused(text):
    expression = parse(text, COLUMNS)
    with pytest.raises(NotInSql) as refused:
        (condition if check(expression, TYPES).kind == "boolean" else value)(expression, COLUMNS, now=NOW, zone=ZONE)
    assert refused.value.to > refused.value.at


def test_a_column_beside_a_constant_stays_as_it_is_stored():
    """So that an index on it serves; money and decimals too."""
    for text in ('name = "a"', "staff > 5", "capital >= 1200.5", "rate < 0.3", "founded on < today()", "met < now()"):
        side = condition(parse(text, COLUMNS), COLUMNS, now=NOW, zone=ZONE).true
        where = str(Company.objects.filter(side).order_by().values("pk").query).split("WHERE")[1]
        assert re.search(r'"fakes_company"\."[a-z_]+" (=|>|>=|<) ', where), where
