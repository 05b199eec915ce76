"""Filters as FEEL text, and FEEL text as filters: ``tier in ("A", "B") and under(region, "320000")``.

Where FEEL has the test it is written in FEEL. Tests that only filters know are functions of their own names, which the
evaluator has not: ``like`` (contains, whatever the case), ``lacks``, ``begins``, ``finishes``, ``under``, ``me``, ``period``,
``last days``, ``next days``.
"""

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from guanxi.platform.feel import nodes, temporal, tree
from guanxi.platform.feel.expressions import OWN_NAMES
from guanxi.platform.feel.faults import ExpressionError
from guanxi.platform.feel.nodes import All, Any_, FieldOf, Node, Not, Test
from guanxi.platform.feel.parser import parse_text
from guanxi.platform.feel.values import number_text

_COMPARED = {"eq": "=", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_OPERATORS = {sign: operator for operator, sign in _COMPARED.items()}
_MIRRORED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
#: Functions of filters: name → operator.
FUNCTIONS = {
    "like": "contains",
    "lacks": "lacks",
    "begins": "starts",
    "finishes": "ends",
    "under": "under",
    "me": "me",
    "period": "period",
    "last days": "last",
    "next days": "next",
}
_NAMES = {operator: name for name, operator in FUNCTIONS.items()}


# --- to text ----------------------------------------------------------------------------------------------------------
def to_text(node: Node) -> str:
    """The filter as text; ``from_text`` reads it back as the same filter. Everything is "true"."""
    return _written(node, within="")


def _written(node: Node, within: str) -> str:
    match node:
        case All(nodes=parts):
            return _joined(parts, "and", within) if parts else "true"
        case Any_(nodes=parts):
            return _joined(parts, "or", within) if parts else "false"
        case Not(node=inner):
            return f"not({_written(inner, '')})"
        case Test():
            return _test_text(node)


def _joined(parts: tuple[Node, ...], word: str, within: str) -> str:
    if len(parts) == 1:
        # A group of one stays a group, so that the filter reads back as it was.
        return f"all([{_written(parts[0], '')}])" if word == "and" else f"any([{_written(parts[0], '')}])"
    text = f" {word} ".join(_written(one, word) for one in parts)
    return f"({text})" if within else text


def _test_text(test: Test) -> str:
    operator, field = test.operator.key, test.field
    values = [_value_text(test, place) for place in range(len(test.raw))]
    if operator in _COMPARED:
        return f"{field} {_COMPARED[operator]} {values[0]}"
    match operator:
        case "in":
            return f"{field} in [{', '.join(values)}]"
        case "notin":
            return f"not({field} in [{', '.join(values)}])"
        case "between":
            return f"{field} between {values[0]} and {values[1]}"
        case "empty":
            return f"{field} = null"
        case "filled":
            return f"{field} != null"
    return f"{_NAMES[operator]}({', '.join([field, *values])})"


def _value_text(test: Test, place: int) -> str:
    """A value as FEEL writes it. Days are days where the field holds days; the rest stays as it was entered."""
    raw = test.raw[place]
    value = test.values[place] if test.operator.typed else raw
    if isinstance(value, date) and not isinstance(value, datetime) and str(raw) == value.isoformat():
        return f'@"{value.isoformat()}"'
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, (int, float)):
        return number_text(Decimal(repr(raw)))
    return json.dumps(raw, ensure_ascii=False)


# --- from text --------------------------------------------------------------------------------------------------------
def from_text(text: str, field_of: FieldOf, keys: frozenset[str] = frozenset()) -> Node:
    """The filter of a text. ``keys`` are the field keys that are more than one word. Raises ExpressionError with the place
    for a text that is no filter, FilterError for fields and values that do not exist."""
    written = parse_text(text, keys | OWN_NAMES | {name for name in FUNCTIONS if " " in name})
    return nodes.parse(_json(written), field_of)


def _json(node: tree.Node) -> list[Any]:
    match node:
        case tree.Literal(value=True):
            return ["and"]
        case tree.Literal(value=False):
            return ["or"]
        case tree.Logic(operator=word, parts=parts):
            return [word, *map(_json, parts)]
        case tree.Compare():
            return _compared(node)
        case tree.Between(value=tree.Name(name=key), low=low, high=high):
            return ["between", key, _constant(low), _constant(high)]
        case tree.In():
            return _in(node)
        case tree.Call(function=tree.Name(name=name), names=()):
            return _call(node, name)
    raise _no_filter(node)


def _no_filter(node: tree.Node) -> ExpressionError:
    return ExpressionError(
        _('This is no filter. A filter compares a field with values, such as stage = "new" and amount > 1000.'),
        node.at,
        node.to,
    )


def _compared(node: tree.Compare) -> list[Any]:
    sign, left, right = node.operator, node.left, node.right
    if not isinstance(left, tree.Name):
        sign, left, right = _MIRRORED[sign], right, left
    if not isinstance(left, tree.Name):
        raise _no_filter(node)
    if right == tree.NULL:
        if sign not in ("=", "!="):
            raise _no_filter(node)
        return ["empty" if sign == "=" else "filled", left.name]
    return [_OPERATORS[sign], left.name, _constant(right)]


def _in(node: tree.In) -> list[Any]:
    if not isinstance(node.value, tree.Name) or node.negated:
        raise _no_filter(node)
    values: list[Any] = []
    for test in node.tests:
        if test.operator not in ("in", "="):
            raise _no_filter(test)
        items = test.operand.items if isinstance(test.operand, tree.ListOf) else (test.operand,)
        values.extend(map(_constant, items))
    return ["in", node.value.name, values]


def _call(node: tree.Call, name: str) -> list[Any]:
    arguments = node.arguments
    if name == "not" and len(arguments) == 1:
        inner = _json(arguments[0])
        return ["notin", *inner[1:]] if inner[0] == "in" else ["not", inner]
    if name in ("all", "any") and len(arguments) == 1 and isinstance(arguments[0], tree.ListOf):
        return ["and" if name == "all" else "or", *map(_json, arguments[0].items)]
    if name not in FUNCTIONS or not arguments or not isinstance(arguments[0], tree.Name):
        raise _no_filter(node)
    return [FUNCTIONS[name], arguments[0].name, *map(_constant, arguments[1:])]


def _constant(node: tree.Node) -> Any:
    """A value as filters hold it: text, number or truth; days as texts."""
    match node:
        case tree.Literal(value=bool() | str() as value):
            return value
        case tree.Literal(value=Decimal() as value):
            return _number(value)
        case tree.Negate(operand=tree.Literal(value=Decimal() as value)):
            return _number(-value)
        case tree.Literal(value=date() as value):
            return temporal.write(value)
        case tree.Call(function=tree.Name(name="date" | "date and time"), arguments=(tree.Literal(value=str(text)),)):
            return text
    raise _no_filter(node)


def _number(value: Decimal) -> int | str:
    """Whole numbers as such, others as text, which no float has touched."""
    return int(value) if value == value.to_integral_value() and abs(value) < 10**15 else number_text(value)
