"""The doors of FEEL: text in, tree, type and value out.

    expression = parse('amount > 1000 and tier = "A"', ["amount", "tier"])
    check(expression, {"amount": types.number(18, 4), "tier": types.STRING})   # → boolean
    evaluate(expression, {"amount": Decimal(5), "tier": "A"}, now=now, zone=zone)

Whoever stores an expression checks it first: the evaluator answers null where types do not fit, the checker says so.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any

from guanxi.platform.feel import evaluator, properties
from guanxi.platform.feel.checking import Checker
from guanxi.platform.feel.conformity import NAMED
from guanxi.platform.feel.faults import TooMuch
from guanxi.platform.feel.functions import BUILTINS
from guanxi.platform.feel.parser import parse_text
from guanxi.platform.feel.running import Run, Scope
from guanxi.platform.feel.tree import Node
from guanxi.platform.feel.types import Type
from guanxi.platform.feel.values import from_python

#: What the lexer knows without being told.
OWN_NAMES = frozenset(name for name in (*BUILTINS, *NAMED) if " " in name) | properties.NAMES

#: Characters of the longest text that is remembered with its tree.
KEPT = 500


@dataclass(frozen=True)
class Expression:
    """A text that was read. ``names`` are those declared when it was; with others it may mean something else."""

    text: str
    names: frozenset[str]
    tree: Node = field(compare=False, repr=False)
    cell: bool = False
    run: Callable[[Scope], Any] = field(compare=False, repr=False, default=lambda scope: None)


def parse(text: str, names: Iterable[str] = ()) -> Expression:
    """Read an expression. ``names`` are all that it may use. Raises ExpressionError with the place."""
    return _found(text, frozenset(names), False)


def unary(text: str, names: Iterable[str] = ()) -> Expression:
    """Read a cell of a decision table: tests of the value "?"; empty or "-" fits everything."""
    whatever = text.strip() in ("", "-")
    return _found("true" if whatever else text, frozenset(names), not whatever)


def _found(text: str, names: frozenset[str], cell: bool) -> Expression:
    # Long texts are not kept: a thousand of them would fill the memory of the process.
    return _parse(text, names, cell) if len(text) <= KEPT else _parse.__wrapped__(text, names, cell)


@lru_cache(maxsize=1024)
def _parse(text: str, names: frozenset[str], cell: bool) -> Expression:
    # The names belong to the key: one more name can change what an old text means.
    node = parse_text(text, names | OWN_NAMES, cell=cell)
    return Expression(text, names, node, cell, evaluator.compiled(node))


def check(expression: Expression, kinds: Mapping[str, Type]) -> Type:
    """The type of what an expression gives, for names of these types. Raises ExpressionError with the place."""
    return Checker().type(expression.tree, kinds)


def evaluate(expression: Expression, values: Mapping[str, Any], *, now: datetime, zone: tzinfo) -> Any:
    """The value of an expression; ``now`` is its moment, ``zone`` that of "today". Raises TooMuch."""
    return evaluate_in(Run(now, zone), expression, {name: from_python(value, zone) for name, value in values.items()})


def evaluate_in(run: Run, expression: Expression, values: Mapping[str, Any]) -> Any:
    """As ``evaluate``, within a longer work (a decision) that shares one budget. Values are those of FEEL already."""
    try:
        return expression.run(Scope(run, values))
    except RecursionError as error:
        raise TooMuch from error
