"""The one compiler from filter trees to the ORM.

Every node becomes a pair (true, false) of conditions, because a test on an empty value is neither:
``not`` swaps the pair, only single tests are negated in SQL, so that unknown stays unknown.
"Is not X" is true of an empty field, as people mean it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Protocol

from django.db.models import Q
from django.utils.translation import gettext as _

from guanxi.platform.feel.nodes import All, Any_, FilterError, Node, Not, Test
from guanxi.platform.feel.operators import PERIODS
from guanxi.platform.feel.periods import bounds

ALWAYS = Q()
NEVER = Q(pk__in=[])


class Column(Protocol):
    """How a field is found in SQL. ``lookup`` is the ORM path of its value; ``blank`` says whether an
    empty text (not only NULL) counts as empty; ``moment`` whether it holds date-times."""

    @property
    def lookup(self) -> str: ...

    @property
    def blank(self) -> bool: ...

    @property
    def moment(self) -> bool: ...

    def compared(self, value: Any) -> Any:
        """A date or date-time in the form in which the column is compared."""

    def condition(self, operator: str, values: tuple[Any, ...]) -> Q | None:
        """The field's own meaning of an operator (tree links, tags); None for the usual one."""


@dataclass(frozen=True)
class Reader:
    """Who asks: ``me`` is their user id; days and months are counted in ``zone`` from ``today``."""

    me: int | None
    today: date
    zone: tzinfo


Pair = tuple[Q, Q]


def compile_filter(node: Node, column_of: Callable[[str], Column], reader: Reader) -> Q:
    """The condition under which the tree is true."""
    return _pair(node, column_of, reader)[0]


def _pair(node: Node, column_of: Callable[[str], Column], reader: Reader) -> Pair:
    match node:
        case All(nodes):
            return _join([_pair(part, column_of, reader) for part in nodes])
        case Any_(nodes):
            pairs = [_pair(part, column_of, reader) for part in nodes]
            false, true = _join([(false, true) for true, false in pairs])
            return true, false
        case Not(inner):
            true, false = _pair(inner, column_of, reader)
            return false, true
        case Test():
            return _test(node, column_of(node.field), reader)


def _join(pairs: list[Pair]) -> Pair:
    """A conjunction: true when all are true, false when one is false."""
    true, false = ALWAYS, NEVER
    for one_true, one_false in pairs:
        true, false = true & one_true, false | one_false
    return true, false


def _test(test: Test, column: Column, reader: Reader) -> Pair:
    operator, values = test.operator.key, test.values
    filled = _filled(column)
    positive = {"ne": "eq", "notin": "in", "lacks": "contains", "empty": "filled"}.get(operator)
    if positive == "filled" or operator == "filled":
        empty = ~filled
        return (empty, filled) if operator == "empty" else (filled, empty)
    true = column.condition(positive or operator, values)
    if true is None:
        true = _usual(positive or operator, values, column, reader)
    if positive:
        return ~filled | ~true, true
    return true, filled & ~true


def _filled(column: Column) -> Q:
    own = column.condition("filled", ())
    if own is not None:
        return own
    filled = Q(**{f"{column.lookup}__isnull": False})
    return filled & ~Q(**{column.lookup: ""}) if column.blank else filled


_LOOKUPS = {
    "eq": "exact",
    "lt": "lt",
    "le": "lte",
    "gt": "gt",
    "ge": "gte",
    "contains": "icontains",
    "starts": "istartswith",
    "ends": "iendswith",
}


def _usual(operator: str, values: tuple[Any, ...], column: Column, reader: Reader) -> Q:
    path = column.lookup
    if operator == "me":
        return Q(**{path: reader.me}) if reader.me else NEVER
    if operator in ("eq", "in") and not column.moment:
        found = Q(**{f"{path}__in": list(values)}) if operator == "in" else Q(**{path: values[0]})
        # No value is empty; SQLite uses an index of the filled ones only if it is told so.
        return found & ~Q(**{path: ""}) if column.blank and "__" not in path else found
    if operator in ("period", "last", "next"):
        first, end = _range(operator, values[0], reader.today)
        own = None if column.moment else column.condition("between", (first, end - timedelta(days=1)))
        return _within(path, (first, end), column, reader) if own is None else own
    if column.moment and operator == "between":
        return _within(path, (values[0], values[1] + timedelta(days=1)), column, reader)
    if operator == "between":
        return Q(**{f"{path}__gte": values[0], f"{path}__lte": values[1]})
    if column.moment:
        return _moment(operator, values[0], column, reader)
    return Q(**{f"{path}__{_LOOKUPS[operator]}": values[0]})


def _range(operator: str, value: Any, today: date) -> tuple[date, date]:
    try:
        if operator == "period":
            return bounds(str(value), today)
        days = int(value)
        if not 0 <= days <= 36600:
            raise ValueError(days)
    except (KeyError, ValueError, TypeError) as error:
        raise FilterError(
            _("“%(value)s” is not a period. Choose one of: %(periods)s.")
            % {"value": value, "periods": ", ".join(str(label) for label in PERIODS.values())}
        ) from error
    tomorrow = today + timedelta(days=1)
    return (tomorrow - timedelta(days=days), tomorrow) if operator == "last" else (today, today + timedelta(days=days))


def _start(day: date, reader: Reader) -> datetime:
    return datetime.combine(day, time.min, reader.zone)


def _within(path: str, days: tuple[date, date], column: Column, reader: Reader) -> Q:
    low, high = (column.compared(_start(day, reader) if column.moment else day) for day in days)
    return Q(**{f"{path}__gte": low, f"{path}__lt": high})


def _moment(operator: str, day: date, column: Column, reader: Reader) -> Q:
    """Date-times are compared by whole days of the reader's zone."""
    path = column.lookup
    start, end = (column.compared(_start(one, reader)) for one in (day, day + timedelta(days=1)))
    return {
        "eq": Q(**{f"{path}__gte": start, f"{path}__lt": end}),
        "lt": Q(**{f"{path}__lt": start}),
        "le": Q(**{f"{path}__lt": end}),
        "gt": Q(**{f"{path}__gte": end}),
        "ge": Q(**{f"{path}__gte": start}),
    }[operator]
