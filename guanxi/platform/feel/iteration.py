"""What loops go through."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from guanxi.platform.feel.values import Range

_DAY = timedelta(days=1)


def items(value: Any) -> Iterable[Any] | None:
    """The elements of a list, the whole numbers or days within a range, one value as a list of one; None for null."""
    if isinstance(value, Range):
        found = steps(value.low, value.high)
        return None if found is None else (one for one in found if value.holds(one))
    if value is None:
        return None
    return value if isinstance(value, list) else [value]


def steps(start: Any, end: Any) -> Iterable[Any] | None:
    """The whole numbers or days from one to the other, up or down; None for what cannot be counted."""
    if type(start) is date and type(end) is date:
        step = _DAY if start <= end else -_DAY
        return (start + step * index for index in range(abs((end - start).days) + 1))
    if not isinstance(start, Decimal) or not isinstance(end, Decimal):
        return None
    if max(abs(start), abs(end)) > 10**15 or start != int(start) or end != int(end):
        return None
    first, last = int(start), int(end)
    return map(Decimal, range(first, last + 1) if first <= last else range(first, last - 1, -1))
