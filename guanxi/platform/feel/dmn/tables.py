"""Decision tables: which rules hit, and what the hit policy makes of them."""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from guanxi.platform.feel.dmn.model import Rule, Table
from guanxi.platform.feel.expressions import evaluate_in
from guanxi.platform.feel.functions import BUILTINS
from guanxi.platform.feel.running import Run, Scope
from guanxi.platform.feel.values import equal

_AGGREGATES = {"SUM": "sum", "MIN": "min", "MAX": "max", "COUNT": "count"}


def decide(table: Table, run: Run, names: Mapping[str, Any], where: str = "") -> Any:
    """The result of a table; null where no rule hits (or its defaults), or where the policy is broken. ``where`` is the name
    under which the run remembers which rules hit."""
    hitting = _hits(table, run, names)
    found = list(itertools.islice(hitting, 1) if table.policy == "FIRST" else hitting)
    run.tell(where, found)
    results = [_result(table.rules[number], table, run, names) for number in found]
    if not results and any(one.default for one in table.outputs):
        return _default(table, run, names)
    if table.policy == "COLLECT":
        return _collected(table, run, results)
    if table.policy in ("RULE ORDER", "OUTPUT ORDER"):
        return results if table.policy == "RULE ORDER" else _ranked(table, run, results)
    return _single(table, run, results) if results else None


def _single(table: Table, run: Run, results: list[Any]) -> Any:
    match table.policy:
        case "FIRST":
            return results[0]
        case "ANY":
            return results[0] if all(equal(results[0], one) is True or results[0] == one for one in results) else None
        case "PRIORITY":
            return _ranked(table, run, results)[0]
    return results[0] if len(results) == 1 else None


def _hits(table: Table, run: Run, names: Mapping[str, Any]) -> Iterator[int]:
    # One scope per column serves all rules.
    scopes = [Scope(run, {**names, "?": evaluate_in(run, one.expression, names)}) for one in table.inputs]
    for number, rule in enumerate(table.rules):
        run.budget.spend(1)
        if all(not cell.cell or cell.run(scope) is True for cell, scope in zip(rule.cells, scopes, strict=False)):
            yield number


def _result(rule: Rule, table: Table, run: Run, names: Mapping[str, Any]) -> Any:
    values = [evaluate_in(run, one, names) for one in rule.results]
    return _shaped(table, values)


def _shaped(table: Table, values: list[Any]) -> Any:
    if len(table.outputs) == 1:
        return values[0] if values else None
    return {output.name: value for output, value in zip(table.outputs, values, strict=False)}


def _default(table: Table, run: Run, names: Mapping[str, Any]) -> Any:
    return _shaped(table, [evaluate_in(run, one.default, names) if one.default else None for one in table.outputs])


def _collected(table: Table, run: Run, results: list[Any]) -> Any:
    aggregate = _AGGREGATES.get(table.aggregation)
    if aggregate is None:
        return results
    return BUILTINS[aggregate](run, [results])


def _ranked(table: Table, run: Run, results: list[Any]) -> list[Any]:
    """The results with the values that stand first in the lists of output values first."""
    orders = [evaluate_in(run, one.values, {}) if one.values else [] for one in table.outputs]

    def rank(result: Any) -> list[int]:
        values = [result] if len(table.outputs) == 1 else [result[one.name] for one in table.outputs]
        return [
            next((place for place, one in enumerate(order) if equal(one, value) is True), len(order))
            for order, value in zip(orders, values, strict=True)
        ]

    return sorted(results, key=rank)
