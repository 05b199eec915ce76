"""Which kinds the operators take, and what they give."""

from django.utils.translation import gettext as _

from guanxi.platform.feel import types
from guanxi.platform.feel.checking.literals import multiplied, summed
from guanxi.platform.feel.faults import ExpressionError
from guanxi.platform.feel.tree import Node
from guanxi.platform.feel.types import (
    ANY_,
    BOOLEAN,
    DATE_,
    DATETIME_,
    DAYS_,
    MONTHS_,
    NULL_,
    NUMBER_,
    TIME_,
    Type,
)

_OPEN = (ANY_, NULL_)


def _error(node: Node, message: str) -> ExpressionError:
    return ExpressionError(message, node.at, node.to)


def refuse_different(node: Node, operator: str, one: Type, other: Type) -> None:
    """Raise ExpressionError for two kinds that cannot be compared."""
    if one.kind in _OPEN or other.kind in _OPEN:
        return
    if one.kind != other.kind or types.unite(one, other) is None:
        raise _error(
            node,
            _("“%(operator)s” cannot compare these: %(one)s and %(other)s. Compare values of one kind.")
            % {"operator": operator, "one": one.label, "other": other.label},
        )
    if one.kind in (DATETIME_, TIME_) and None not in (one.zoned, other.zoned) and one.zoned != other.zoned:
        raise _error(
            node,
            _(
                'One of the two moments has a time zone, the other has none. Write the zone too: @"2026-02-28T09:00:00Z".'
            ),
        )


def refuse_unordered(node: Node, kind: Type) -> None:
    """Raise ExpressionError for a kind that has no order."""
    if kind.kind not in _OPEN and not kind.ordered:
        raise _error(
            node, _("This kind of value has no order: %(kind)s. Compare it with = or !=.") % {"kind": kind.label}
        )


def comparison(node: Node, operator: str, one: Type, other: Type) -> Type:
    """The type of a comparison. ``x = null`` is never null itself; an order with null always is."""
    refuse_different(node, operator, one, other)
    if operator in ("=", "!="):
        return BOOLEAN.maybe(ANY_ in (one.kind, other.kind))
    refuse_unordered(node, one)
    refuse_unordered(node, other)
    return BOOLEAN.maybe(one.nullable or other.nullable)


_MOMENTS = (DATE_, DATETIME_)
_LENGTHS = (DAYS_, MONTHS_)


def result(node: Node, operator: str, one: Type, other: Type) -> Type:
    """The type of ``one operator other``. Raises ExpressionError where there is none."""
    kinds = (one.kind, other.kind)
    nullable = one.nullable or other.nullable
    if ANY_ in kinds:
        return types.ANY
    if NULL_ in kinds:
        return (other if one.kind == NULL_ else one).maybe()
    found = _RESULTS[operator](one, other)
    if found is None:
        raise _error(
            node,
            _("“%(operator)s” does not work on these: %(one)s and %(other)s.")
            % {"operator": operator, "one": one.label, "other": other.label},
        )
    return found.maybe(nullable)


def _sum(one: Type, other: Type) -> Type | None:
    match one.kind, other.kind:
        case "number", "number":
            return summed(one, other)
        case "string", "string":
            return types.STRING
    if one.kind in _LENGTHS:
        one, other = other, one
    return _moved(one, other)


def _difference(one: Type, other: Type) -> Type | None:
    if one.kind == other.kind == NUMBER_:
        return summed(one, other)
    if one.kind in _MOMENTS and other.kind in _MOMENTS:
        return types.DAYS.maybe(one.zoned is not other.zoned)
    if one.kind == other.kind == TIME_:
        return types.DAYS
    return _moved(one, other)


def _moved(one: Type, other: Type) -> Type | None:
    """A moment or length, moved by a length. Beyond the end of the calendar there is nothing."""
    if one.kind in _LENGTHS and one.kind == other.kind:
        return one
    if one.kind in _MOMENTS and other.kind in _LENGTHS:
        return one.maybe()
    return one if one.kind == TIME_ and other.kind == DAYS_ else None


def _product(one: Type, other: Type) -> Type | None:
    if one.kind == other.kind == NUMBER_:
        return multiplied(one, other)
    lengths = [kind for kind in (one, other) if kind.kind in _LENGTHS]
    return lengths[0].maybe() if len(lengths) == 1 and NUMBER_ in (one.kind, other.kind) else None


def _quotient(one: Type, other: Type) -> Type | None:
    if one.kind == other.kind and one.kind in (NUMBER_, *_LENGTHS):
        return types.number().maybe()
    return one.maybe() if one.kind in _LENGTHS and other.kind == NUMBER_ else None


def _power(one: Type, other: Type) -> Type | None:
    return types.number().maybe() if one.kind == other.kind == NUMBER_ else None


_RESULTS = {"+": _sum, "-": _difference, "*": _product, "/": _quotient, "**": _power}
