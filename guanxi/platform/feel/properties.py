"""What stands behind a dot: the entries of a context, and the parts of dates, times, durations and ranges."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from guanxi.platform.feel import temporal, types
from guanxi.platform.feel.types import Type
from guanxi.platform.feel.values import kind_of

_NUMBER = types.number(18, 0)


def _zone(value: datetime | time) -> str | None:
    key = getattr(value.tzinfo, "key", None)
    return key if isinstance(key, str) else None


def _whole(read: Callable[[Any], int]) -> Callable[[Any], Decimal]:
    return lambda value: Decimal(read(value))


def _part(unit: timedelta, within: timedelta | None) -> Callable[[Any], Decimal]:
    """So many whole units of a duration, beyond the whole larger ones; negative for a negative duration."""

    def read(value: timedelta) -> Decimal:
        length = abs(value) % within if within else abs(value)
        count = length // unit
        return Decimal(-count if value < timedelta() else count)

    return read


def _months_part(read: Callable[[int], int]) -> Callable[[Any], Decimal]:
    return lambda value: Decimal(read(value.count) if value.count >= 0 else -read(-value.count))


_DAY_PARTS: dict[str, tuple[Type, Callable[[Any], Any]]] = {
    "year": (_NUMBER, _whole(lambda value: value.year)),
    "month": (_NUMBER, _whole(lambda value: value.month)),
    "day": (_NUMBER, _whole(lambda value: value.day)),
    "weekday": (_NUMBER, _whole(lambda value: value.isoweekday())),
}
_CLOCK_PARTS: dict[str, tuple[Type, Callable[[Any], Any]]] = {
    "hour": (_NUMBER, _whole(lambda value: value.hour)),
    "minute": (_NUMBER, _whole(lambda value: value.minute)),
    "second": (_NUMBER, lambda value: Decimal(value.second) + Decimal(value.microsecond) / 1_000_000),
    "time offset": (types.DAYS.maybe(), lambda value: temporal.offset_of(value)),
    "timezone": (types.STRING.maybe(), _zone),
}
_DURATION_PARTS: dict[str, tuple[Type, Callable[[Any], Any]]] = {
    "days": (_NUMBER, _part(timedelta(days=1), None)),
    "hours": (_NUMBER, _part(timedelta(hours=1), timedelta(days=1))),
    "minutes": (_NUMBER, _part(timedelta(minutes=1), timedelta(hours=1))),
    "seconds": (_NUMBER, _part(timedelta(seconds=1), timedelta(minutes=1))),
}
_MONTHS_PARTS: dict[str, tuple[Type, Callable[[Any], Any]]] = {
    "years": (_NUMBER, _months_part(lambda count: count // 12)),
    "months": (_NUMBER, _months_part(lambda count: count % 12)),
}
_RANGE_PARTS: dict[str, tuple[Type, Callable[[Any], Any]]] = {
    "start": (types.ANY, lambda value: value.low),
    "end": (types.ANY, lambda value: value.high),
    "start included": (types.BOOLEAN, lambda value: value.low_closed),
    "end included": (types.BOOLEAN, lambda value: value.high_closed),
}
PROPERTIES: dict[str, dict[str, tuple[Type, Callable[[Any], Any]]]] = {
    "date": _DAY_PARTS,
    "time": _CLOCK_PARTS,
    "date and time": {**_DAY_PARTS, **_CLOCK_PARTS},
    "days and time duration": _DURATION_PARTS,
    "years and months duration": _MONTHS_PARTS,
    "range": _RANGE_PARTS,
}
#: Those of more than one word, which the lexer must know.
NAMES = frozenset(name for parts in PROPERTIES.values() for name in parts if " " in name)


def property_of(value: Any, name: str) -> Any:
    """The entry or part of that name; null where there is none."""
    if isinstance(value, dict):
        return value.get(name)
    parts = PROPERTIES.get(kind_of(value))
    found = parts.get(name) if parts else None
    return found[1](value) if found else None
