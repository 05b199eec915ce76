"""Comparisons: ``=`` has two answers (null equals only null), an order three."""

from typing import Any

from django.db.models import Q
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual

from guanxi.platform.feel.evaluator import compared
from guanxi.platform.feel.sql.functions import ByCodePoint, NotEqual
from guanxi.platform.feel.sql.pairs import Pair, Side, all_of, any_of
from guanxi.platform.feel.sql.terms import FLOAT_DIGITS, Term, not_in_sql
from guanxi.platform.feel.tree import Node

_LOOKUPS: dict[str, Any] = {
    "=": Exact,
    "!=": NotEqual,
    "<": LessThan,
    "<=": LessThanOrEqual,
    ">": GreaterThan,
    ">=": GreaterThanOrEqual,
}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def compare(node: Node, operator: str, one: Term, other: Term) -> Pair:
    """The pair of ``one operator other``."""
    if one.known and other.known:
        answer = compared(operator, one.constant, other.constant)
        return Pair(answer is True, answer is False)
    if operator == "!=":
        return compare(node, "=", one, other).swapped()
    for empty, full in ((one, other), (other, one)):
        if empty.is_nothing:
            return Pair(full.is_null(), full.is_null(False)) if operator == "=" else Pair(False, False)
    left, right = _aligned(node, one, other, ordered=operator != "=")
    if operator == "=":
        return _equality(one, other, left, right)
    return Pair(Q(_LOOKUPS[operator](left, right)), Q(_LOOKUPS[_OPPOSITE[operator]](left, right)))


def _equality(one: Term, other: Term, left: Any, right: Any) -> Pair:
    same, different = Q(Exact(left, right)), Q(NotEqual(left, right))
    both: Side = all_of([one.is_null(), other.is_null()])
    # Only one of them is null; which one does not matter.
    only: Side = any_of([all_of([one.is_null(), other.is_null(False)]), all_of([one.is_null(False), other.is_null()])])
    return Pair(any_of([same, both]), any_of([different, only]))


def _aligned(node: Node, one: Term, other: Term, *, ordered: bool) -> tuple[Any, Any]:
    """The two sides in one form: numbers at one scale, texts in the order of code points."""
    kind = one.type.kind
    if kind == "number":
        native = _native(one, other)
        if native:
            return native
        scale = max(one.scale, other.scale)
        return one.at(scale, node).expression, other.at(scale, node).expression
    if kind == "string" and ordered:
        return ByCodePoint(one.expression), ByCodePoint(other.expression)
    if kind in ("list", "context", "range", "function", "any", "time", "years and months duration"):
        raise not_in_sql(node)
    return one.expression, other.expression


def _native(one: Term, other: Term) -> tuple[Any, Any] | None:
    """A decimal column beside a constant of few digits stays as it is stored, so that an index serves."""
    if one.native is None or other.native is None or one.known == other.known:
        return None
    fixed = one if one.known else other
    whole = max(one.digits - one.scale, other.digits - other.scale)
    return (one.native, other.native) if whole + max(one.scale, other.scale) <= FLOAT_DIGITS and fixed.known else None
