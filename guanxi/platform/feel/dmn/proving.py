"""Whether the rules of a table overlap or leave a gap, proved before anybody decides by it.

Cells that compare their value with constants change their answer at those constants only. So a column is looked at in a few
places: at every constant, between two of them, below and above all, and where nothing is given. The evaluator itself says
which cells hold there. Two rules overlap if every column has a place where both hold.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache, reduce
from itertools import pairwise
from operator import and_
from typing import Any

from guanxi.platform.feel import tree
from guanxi.platform.feel.dmn.model import Table
from guanxi.platform.feel.evaluator import compiled
from guanxi.platform.feel.expressions import evaluate_in
from guanxi.platform.feel.faults import TooMuch
from guanxi.platform.feel.functions import BUILTINS
from guanxi.platform.feel.running import Run, Scope
from guanxi.platform.feel.tree import Node
from guanxi.platform.feel.values import equal

#: So many places of all columns together are looked at for a gap.
MOST_STEPS = 200_000
#: Examples are enough: a table with more of them is wrong as a whole.
MOST_FOUND = 20
#: The least step of an order without a middle.
_STEP: dict[type, Any] = {Decimal: Decimal(1), date: timedelta(days=1), datetime: timedelta(days=1)}
#: What gives another answer tomorrow.
_MOVING = frozenset({"now", "today"})


@dataclass(frozen=True)
class Overlap:
    """Two rules, from 0, that both hold for ``example``: the values of the columns, one for each input; None for any."""

    first: int
    second: int
    example: tuple[Any, ...]


@dataclass(frozen=True)
class Proof:
    """``gap`` is an example that no rule holds for; ``open_columns`` cannot be judged, because a cell asks more than a
    comparison with constants: overlaps and gaps that depend on them are not known. ``finished`` is False where the table is
    too large to be looked through for a gap."""

    overlaps: tuple[Overlap, ...] = ()
    gap: tuple[Any, ...] | None = None
    open_columns: tuple[int, ...] = ()
    finished: bool = True


@dataclass(frozen=True)
class Place:
    """A value of a column, and the rules whose cells hold there as bits."""

    value: Any
    rules: int


def prove(table: Table) -> Proof:
    """What can be said of a table before it decides anything."""
    run = Run(datetime(2000, 1, 1, tzinfo=UTC), UTC)
    columns = [_listed(table, number, run) for number in range(len(table.inputs))]
    open_columns = tuple(number for number, places in enumerate(columns) if places is None)
    overlaps = tuple(_overlaps(table, columns)) if not open_columns else ()
    if open_columns or any(one.default for one in table.outputs):
        return Proof(overlaps, None, open_columns)
    gap, finished = _gap(table, [places or [] for places in columns])
    return Proof(overlaps, gap, (), finished)


def _listed(table: Table, number: int, run: Run) -> list[Place] | None:
    """The places of a column; None also where they are too much work to list."""
    try:
        return _column(table, number, run)
    except TooMuch:
        return None


def _column(table: Table, number: int, run: Run) -> list[Place] | None:
    """The places of a column; one without a value where all cells hold always, None where they cannot be listed."""
    cells = [rule.cells[number] for rule in table.rules]
    every = (1 << len(cells)) - 1
    asking = [cell for cell in cells if cell.cell]
    if not asking:
        return [Place(None, every)]
    constants: list[Any] = []
    for cell in asking:
        found = _constants(cell.tree, run)
        if found is None:
            return None
        constants += found
    allowed = table.inputs[number].values
    values = _places(constants) if allowed is None else evaluate_in(run, allowed, {})
    if not isinstance(values, list):
        return None
    places = []
    for value in [*values, None]:
        scope = Scope(run, {"?": value})
        holding = [bit for bit, cell in enumerate(cells) if not cell.cell or cell.run(scope) is True]
        places.append(Place(value, sum(1 << bit for bit in holding)))
    return places


# --- places ---------------------------------------------------------------------------------------------------------------
def _constants(node: Node, run: Run) -> list[Any] | None:
    """What a cell compares its value with; None where it asks more than that."""
    match node:
        case tree.In(tree.Name("?"), tests):
            return _joined([_tested(one, run) for one in tests])
        case tree.Compare(_, tree.Name("?"), other) | tree.Compare(_, other, tree.Name("?")):
            return _constant(other, run)
        case tree.Between(tree.Name("?"), low, high):
            return _joined([_constant(low, run), _constant(high, run)])
        case tree.Logic(_, parts):
            return _joined([_constants(one, run) for one in parts])
    return None


def _tested(test: tree.Test, run: Run) -> list[Any] | None:
    if test.operator == "true":
        return _constants(test.operand, run)
    match test.operand:
        case tree.Interval(low, high):
            return _joined([_constant(one, run) for one in (low, high) if one is not None])
        case tree.ListOf(items):
            return _joined([_constant(one, run) for one in items])
    return _constant(test.operand, run)


def _joined(parts: list[list[Any] | None]) -> list[Any] | None:
    return None if None in parts else [value for part in parts for value in part or ()]


def _constant(node: Node, run: Run) -> list[Any] | None:
    """The value of what reads nothing, as a list; nothing for null."""
    names = tree.names_used(node)
    if not names <= BUILTINS.keys() or names & _MOVING:
        return None
    value = compiled(node)(Scope(run, {}))
    if value is None:
        return [] if node == tree.NULL else None
    return [value] if isinstance(value, (Decimal, str, bool, date)) else None


def _places(constants: list[Any]) -> list[Any] | None:
    """A value at each constant, between two neighbours, below and above all; None where they are not of one kind."""
    kinds = {type(one) for one in constants}
    if len(kinds) > 1:
        return None
    kind = kinds.pop() if kinds else str
    if kind is bool:
        return [True, False]
    ordered = sorted(set(constants))
    if kind is str:
        between = [one + "\u0001" for one in ordered]
        return sorted({"", *ordered, *between}) or [""]
    step = _STEP.get(kind)
    if step is None or not ordered:
        return None
    middles = [low + (high - low) / 2 for low, high in pairwise(ordered)]
    return sorted({ordered[0] - step, *ordered, *middles, ordered[-1] + step})


# --- overlaps and gaps ----------------------------------------------------------------------------------------------------
def _overlaps(table: Table, columns: list[list[Place] | None]) -> Iterator[Overlap]:
    found = 0
    for first in range(len(table.rules)):
        for second in range(first + 1, len(table.rules)):
            both = 1 << first | 1 << second
            example = [
                next((place for place in places or () if place.rules & both == both), None) for places in columns
            ]
            if all(example):
                yield Overlap(first, second, tuple(place.value for place in example if place))
                found += 1
                if found >= MOST_FOUND:
                    return


def _gap(table: Table, columns: list[list[Place]]) -> tuple[tuple[Any, ...] | None, bool]:
    """An example of given values that no rule holds for, and whether all was looked at. What is not given is no gap."""
    steps = [MOST_STEPS]
    # A column without questions has its one place.
    given = [[place for place in places if place.value is not None] or places[:1] for places in columns]
    #: From each column on, the rules that hold whatever follows.
    settled = [(1 << len(table.rules)) - 1]
    for places in reversed(given):
        settled.append(reduce(and_, (place.rules for place in places), settled[-1]))
    settled.reverse()

    @cache
    def missing(column: int, rules: int) -> tuple[Any, ...] | None:
        if not rules:
            return ()
        if rules & settled[column] or steps[0] <= 0:
            return None
        for place in given[column]:
            steps[0] -= 1
            if (rest := missing(column + 1, rules & place.rules)) is not None:
                return (place.value, *rest)
        return None

    found = missing(0, (1 << len(table.rules)) - 1)
    if found is None:
        return None, steps[0] > 0
    return found + (None,) * (len(columns) - len(found)), True


def alike(table: Table, overlap: Overlap) -> bool | None:
    """Whether two rules give the same; None where that depends on what is given."""
    run = Run(datetime(2000, 1, 1, tzinfo=UTC), UTC)
    pairs = zip(table.rules[overlap.first].results, table.rules[overlap.second].results, strict=False)
    answers = []
    for one, other in pairs:
        if one.tree == other.tree:
            continue
        values = _constant(one.tree, run), _constant(other.tree, run)
        if None in values:
            return None
        answers.append(values[0] == values[1] and (not values[0] or equal(values[0][0], values[1][0]) is True))  # type: ignore[index]
    return reduce(and_, answers, True)
