"""Functions that turn values of one kind into another, and those on any value."""

import re
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from guanxi.platform.feel import temporal
from guanxi.platform.feel.arithmetic import safe
from guanxi.platform.feel.functions.registry import builtin
from guanxi.platform.feel.values import NUMBERS, equal, kind_of, text_of

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,5})?", re.ASCII)
_SEPARATORS = (" ", ",", ".")


@builtin("not(negand: any) -> boolean?")
def _(run: Any, value: Any) -> Any:
    return not value if isinstance(value, bool) else None


@builtin(
    "number(from: string | number) -> number?",
    "number(from: string, grouping separator: string?, decimal separator?: string?) -> number?",
)
def _(run: Any, value: Any, grouping: str | None = None, point: str | None = None) -> Decimal | None:
    if isinstance(value, Decimal):
        return value
    if grouping not in (None, *_SEPARATORS) or point not in (None, ".", ",") or (point and point == grouping):
        return None
    text = value.replace(grouping, "") if grouping else value
    text = text.replace(point, ".") if point else text
    if len(text) > 1_000 or not _NUMBER.fullmatch(text):
        return None
    return safe(NUMBERS.create_decimal, text)


@builtin("string(from: any) -> string")
def _(run: Any, value: Any) -> Any:
    return None if value is None else run.budget.text(text_of(value))


@builtin("is(value1: any, value2: any) -> boolean")
def _(run: Any, one: Any, other: Any) -> bool:
    """The same value of the same kind, zones included: 23:00Z is not 23:00+00:00 in another zone."""
    if kind_of(one) != kind_of(other):
        return False
    if isinstance(one, (datetime, time)):
        return one.replace(tzinfo=None) == other.replace(tzinfo=None) and _same_zone(one, other)
    return equal(one, other) is True


def _same_zone(one: Any, other: Any) -> bool:
    keys = getattr(one.tzinfo, "key", None), getattr(other.tzinfo, "key", None)
    return keys[0] == keys[1] and temporal.offset_of(one) == temporal.offset_of(other)
