"""Overlaps and gaps of decision tables, beside looking at very many values."""

import itertools
import random
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from guanxi.platform.feel.dmn import proving
from guanxi.platform.feel.dmn.model import Input, Output, Rule, Table
from guanxi.platform.feel.expressions import parse, unary
from guanxi.platform.feel.running import Run, Scope

NAMES = ("amount", "tier", "trusted", "since")
CELLS = {
    "amount": [
        "-", "< 5", ">= 5", "[0..5)", "(5..10]", "5", "not(5)", "1, 7, > 9", "? > 2 and ? < 8", "between_", "null",
        "-1", "not(null)",
    ],
    "tier": ["-", '"A"', '"A", "B"', 'not("A")', '> "B"', '""', '["A".."C")', "null"],
    "trusted": ["-", "true", "false", "null"],
    "since": ["-", '< date("2026-01-31")', '>= date("2026-01-31")', 'date("2026-02-28")', 'not(date("2026-02-28"))'],
}  # fmt: skip
CELLS["amount"][9] = "? between 3 and 4"
VALUES = {
    "amount": [None, *(Decimal(n) / 2 for n in range(-4, 24))],
    "tier": [None, "", "A", "AB", "B", "BZ", "C", "电"],
    "trusted": [None, True, False],
    "since": [None, date(2026, 1, 30), date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1)],
}


def table(*rows, inputs=NAMES, policy="UNIQUE", default=""):
    rules = tuple(Rule(tuple(unary(cell, NAMES) for cell in cells), (parse(result),)) for *cells, result in rows)
    columns = tuple(Input(parse(name, NAMES)) for name in inputs)
    return Table(columns, (Output("rate", default=parse(default) if default else None),), rules, policy)


def hitting(one, values):
    run = Run(datetime(2026, 1, 1, tzinfo=UTC), UTC)
    scopes = [Scope(run, {"?": value}) for value in values]
    return [
        number
        for number, rule in enumerate(one.rules)
        if all(not cell.cell or cell.run(scope) is True for cell, scope in zip(rule.cells, scopes, strict=True))
    ]


@pytest.mark.parametrize("seed", range(60))
def test_what_is_proved_is_what_many_values_show(seed):
    chance = random.Random(seed)
    inputs = chance.sample(NAMES, 2)
    one = table(
        *([chance.choice(CELLS[name]) for name in inputs] + ["1"] for _ in range(chance.randint(1, 5))), inputs=inputs
    )
    pairs, gap = set(), False
    for values in itertools.product(*(VALUES[name] for name in inputs)):
        found = hitting(one, values)
        pairs |= set(itertools.combinations(found, 2))
        gap |= not found and all(value is not None for value in values)
    proof = proving.prove(one)
    assert {(overlap.first, overlap.second) for overlap in proof.overlaps} == pairs
    for overlap in proof.overlaps:
        assert {overlap.first, overlap.second} <= set(hitting(one, overlap.example))
    assert (proof.gap is not None) == gap
    if proof.gap is not None:
        assert hitting(one, proof.gap) == []


def test_the_example_of_a_gap_lies_between_the_rules():
    proof = proving.prove(table(["< 5", "1"], ["> 5", "2"], inputs=["amount"]))
    assert proof == proving.Proof((), (Decimal(5),))


def test_what_a_default_answers_is_no_gap():
    assert proving.prove(table(["< 5", "1"], inputs=["amount"], default="0")).gap is None


def test_values_that_are_not_allowed_are_no_gap():
    one = table(['"A"', "1"], ['"B"', "2"], inputs=["tier"])
    assert proving.prove(one).gap is not None
    allowed = Table((Input(parse("tier", NAMES), "", parse('["A", "B"]')),), one.outputs, one.rules)
    assert proving.prove(allowed).gap is None


@pytest.mark.parametrize("cell", ['contains(?, "电")', "< amount", "< today()", '"A", 3', "? * 2 > 3", "lower case(?)"])
def test_a_cell_that_asks_more_leaves_its_column_open(cell):
    proof = proving.prove(table([cell, "true", "1"], ['"A"', "false", "2"], inputs=["tier", "trusted"]))
    assert proof.open_columns == (0,)
    assert (proof.overlaps, proof.gap) == ((), None)


def test_a_table_of_very_many_combinations_is_not_looked_through_for_ever(monkeypatch):
    chance = random.Random(1)
    one = table(
        *([f"[{chance.randint(0, 9)}..{chance.randint(10, 19)}]" for _ in range(4)] + ["1"] for _ in range(20)),
        ["not([2..17])", "-", "-", "-", "1"],
        ["[2..17]", "-", "-", "-", "2"],
        inputs=["amount"] * 4,
    )
    proof = proving.prove(one)
    assert (proof.gap, proof.finished, len(proof.overlaps)) == (None, True, proving.MOST_FOUND)
    monkeypatch.setattr(proving, "MOST_STEPS", 3)
    assert proving.prove(one).finished is False


@pytest.mark.parametrize(
    ("results", "answer"),
    [(("1", "1.0"), True), (("1", "2"), False), (("amount", "2"), None), (("null", "null"), True)],
)
def test_rules_that_overlap_may_give_the_same(results, answer):
    one = table(["-", results[0]], ["-", results[1]], inputs=["amount"])
    (overlap,) = proving.prove(one).overlaps
    assert proving.alike(one, overlap) is answer
