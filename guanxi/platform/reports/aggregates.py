"""Measures in SQL and in Python: what is asked of the database, how parts of a group are put together, what is shown.

Averages are kept as sum and number until they are shown, so that they are exact and can be put together. Different
values cannot: they are asked of the database for each total anew.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Aggregate, BigIntegerField, Count, F, Max, Min, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from guanxi.platform.access import kinds
from guanxi.platform.access.fields import Field
from guanxi.platform.reports.choices import Function
from guanxi.platform.reports.definition import Measure

#: What stands for a group of one measure: the values of its parts as the database gave them.
Parts = tuple[Any, ...]
#: Measures whose parts can also be taken from a total, to know the rest.
ADDED = frozenset({Function.COUNT, Function.SUM, Function.AVERAGE})


@dataclass(frozen=True)
class Worked:
    """A measure over its field."""

    measure: Measure
    field: Field | None

    @property
    def additive(self) -> bool:
        return self.measure.function in ADDED

    @property
    def mergeable(self) -> bool:
        return self.measure.function != Function.DISTINCT

    def aggregates(self) -> list[Aggregate]:
        """What is asked of the database, part by part."""
        if self.field is None:
            return [Count("pk")]
        if self.measure.function == Function.DISTINCT:
            return [Count(_column(self.field), distinct=True)]
        value = Cast(KT(self.field.lookup), BigIntegerField()) if self.field.json else F(self.field.lookup)
        if self.measure.function == Function.AVERAGE:
            return [Sum(value), Count(value)]
        return [{Function.SUM: Sum, Function.LEAST: Min, Function.MOST: Max}[Function(self.measure.function)](value)]

    def merged(self, one: Parts | None, other: Parts | None) -> Parts | None:
        """Two groups as one; None where that cannot be known."""
        if one is None or other is None or not self.mergeable:
            return None
        join = {Function.LEAST: min, Function.MOST: max}.get(Function(self.measure.function), _plus)
        return tuple(_joined(join, a, b) for a, b in zip(one, other, strict=True))

    def without(self, total: Parts | None, shown: Parts | None) -> Parts | None:
        """What is left of a total; None where that cannot be known."""
        if total is None or shown is None or not self.additive:
            return None
        return tuple((a or 0) - (b or 0) for a, b in zip(total, shown, strict=True))

    def value(self, parts: Parts | None) -> Any:
        """What is shown: an exact number, None for nothing."""
        if parts is None:
            return None
        if self.measure.function in (Function.COUNT, Function.DISTINCT):
            return parts[0] or 0
        if self.measure.function == Function.AVERAGE:
            total, number = parts
            return Decimal(self._plain(total)) / number if number else None
        return None if parts[0] is None else self._plain(parts[0])

    def _plain(self, stored: Any) -> Any:
        """A number of the field; SQLite sums decimals as floats, which are right to the places of the field."""
        if self.field is None:
            return stored
        if self.field.json:
            return self.field.unstored(stored)
        if self.field.kind is kinds.DECIMAL:
            return round(Decimal(str(stored)), self.field.decimals or 0)
        return stored


def _column(field: Field) -> Any:
    if field.json:
        return KT(field.lookup)
    return F(f"{field.lookup}_id" if field.kind is kinds.TREE else field.lookup)


def _plus(a: Any, b: Any) -> Any:
    return a + b


def _joined(join: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    if a is None or b is None:
        return b if a is None else a
    return join(a, b)
