"""A table in SQL decides as the evaluator does, row by row."""

import random
from decimal import Decimal

import pytest

from guanxi.platform.feel.dmn import tables
from guanxi.platform.feel.dmn.model import Input, Output, Rule, Table
from guanxi.platform.feel.expressions import parse, unary
from guanxi.platform.feel.running import Run
from guanxi.platform.feel.sql import NotInSql, table_value
from guanxi.platform.feel.tests.cases import NOW, ZONE
from guanxi.platform.feel.tests.rows import COLUMNS, make_rows, values_of
from guanxi.platform.feel.values import from_python
from tests.fakes.models import Company

pytestmark = pytest.mark.django_db

CELLS = {
    "staff": ["-", "> 5", "[0..12]", "not(1, 250)", "null", "< 0, > 200", "? != null and ? * 2 > 20"],
    "name": ["-", '"ab", "省"', 'contains(?, "华东")', 'not("z")', '> "a"'],
    "capital": ["-", ">= 1200.5", "[-10..0.0001]", "< rate"],
    "founded on": ["-", "< today()", '>= date("2026-01-31")', 'date("2024-02-29")', "null"],
    "trusted": ["-", "true", "false"],
}
INPUTS = tuple(Input(parse(name, COLUMNS)) for name in CELLS)


def make_table(seed: int, policy: str, aggregation: str = "") -> Table:
    chance = random.Random(seed)
    rules = tuple(
        Rule(
            tuple(unary(chance.choice(cells), COLUMNS) for cells in CELLS.values()),
            (parse(chance.choice(["0.2", "0.1", "0.05", "0", "7"])),),
        )
        for _ in range(12)
    )
    return Table(INPUTS, (Output("rate", parse("[0.2, 0.1, 0.05, 0]")),), rules, policy, aggregation)


@pytest.mark.parametrize(
    ("policy", "aggregation"),
    [("FIRST", ""), ("PRIORITY", ""), ("UNIQUE", ""), ("COLLECT", "SUM"), ("COLLECT", "COUNT")],
)
def test_tables_decide_alike(policy, aggregation):
    rows = make_rows()
    for seed in range(8):
        table = make_table(seed, policy, aggregation)
        term = table_value(table, COLUMNS, now=NOW, zone=ZONE)
        found = dict(Company.objects.annotate(found=term.expression).values_list("pk", "found"))
        for row in rows:
            values = {name: from_python(value, ZONE) for name, value in values_of(row).items()}
            got = None if found[row.pk] is None else Decimal(found[row.pk]).scaleb(-term.scale)
            assert got == tables.decide(table, Run(NOW, ZONE), values), (seed, values)


@pytest.mark.parametrize(
    ("policy", "aggregation"), [("RULE ORDER", ""), ("OUTPUT ORDER", ""), ("COLLECT", ""), ("COLLECT", "MAX")]
)
def test_a_policy_that_gives_lists_is_no_column(policy, aggregation):
    with pytest.raises(NotInSql):
        table_value(make_table(1, policy, aggregation), COLUMNS, now=NOW, zone=ZONE)
