"""Values as an evaluation holds them: null is None, numbers are Decimal, lists are list, contexts are dict; beside them
two classes of our own. Equality and order follow FEEL: three answers, None among them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any

from guanxi.platform.feel import temporal
from guanxi.platform.feel.temporal import Months

#: decimal128: 34 digits, half to even; what overflows or is no number is null in the end.
NUMBERS = Context(
    prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144, traps=[InvalidOperation, DivisionByZero, Overflow]
)


@dataclass(frozen=True)
class Range:
    """An interval; an end that is None is open-ended. ``unary`` were written ``(< 5)``."""

    low: Any
    high: Any
    low_closed: bool
    high_closed: bool
    unary: bool = False

    def holds(self, value: Any) -> bool | None:
        """Whether the value lies within."""
        if value is None or (self.low is None and self.high is None):
            return None
        above = self._side(value, self.low, self.low_closed, 1)
        below = self._side(value, self.high, self.high_closed, -1)
        if above is False or below is False:
            return False
        return None if above is None or below is None else True

    def _side(self, value: Any, end: Any, closed: bool, sign: int) -> bool | None:
        if end is None:
            return True if self.unary else None
        order = compare(value, end)
        return None if order is None else order * sign > 0 or (closed and order == 0)


@dataclass(frozen=True, eq=False)
class Function:
    """A function as a value. ``call`` takes the run and the arguments in the order of ``parameters``; ``None`` for
    parameters means that any number is taken."""

    parameters: tuple[str, ...]
    call: Callable[..., Any]
    built_in: Any = None


def kind_of(value: Any) -> str:
    """The kind of a value, in the words of types.py."""
    found = _KINDS.get(type(value))
    return found or next((name for kind, name in _KINDS.items() if isinstance(value, kind)), "any")


#: From the special to the general: a moment is a date too, and a boolean would be a number.
_KINDS: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    Decimal: "number",
    str: "string",
    datetime: "date and time",
    date: "date",
    time: "time",
    timedelta: "days and time duration",
    Months: "years and months duration",
    list: "list",
    dict: "context",
    Range: "range",
    Function: "function",
}


def from_python(value: Any, zone: tzinfo) -> Any:
    """A value of records or JSON as FEEL holds it: whole numbers and floats become Decimal, tuples lists. Moments in UTC,
    as fields hold them, are read in the zone of whoever asks: their day and hour are those that people lived."""
    if value is None or isinstance(value, (bool, str, Decimal)):
        return value
    if isinstance(value, datetime):
        return value.astimezone(zone) if str(value.tzinfo) == "UTC" else value
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        number = Decimal(repr(value))
        return number if number.is_finite() else None
    if isinstance(value, (list, tuple)):
        return [from_python(one, zone) for one in value]
    if isinstance(value, dict):
        return {str(key): from_python(one, zone) for key, one in value.items()}
    return value


def equal(one: Any, other: Any) -> bool | None:
    """FEEL's ``=``: null equals only null, values of different kinds cannot be compared (None)."""
    if one is None or other is None:
        return one is other
    kind = kind_of(one)
    if kind != kind_of(other):
        return None
    match kind:
        case "list":
            return len(one) == len(other) and _all_equal(zip(one, other, strict=True))
        case "context":
            return one.keys() == other.keys() and _all_equal((one[key], other[key]) for key in one)
        case "date and time" | "time":
            return _same_moment(one, other)
    return one is other if kind == "function" else one == other


def _all_equal(pairs: Any) -> bool:
    return all(equal(first, second) is True for first, second in pairs)


def _same_moment(one: Any, other: Any) -> bool:
    zoned = temporal.offset_of(one) is None, temporal.offset_of(other) is None
    return zoned[0] == zoned[1] and compare(one, other) == 0


def compare(one: Any, other: Any) -> int | None:
    """Negative, 0 or positive as ``one`` is less, equal or more; None where there is no order."""
    if one is None or other is None:
        return None
    kind = kind_of(one)
    if kind != kind_of(other) or kind not in _ORDERED:
        return None
    if kind == "time" or kind == "date and time":
        zoned = temporal.offset_of(one), temporal.offset_of(other)
        if (zoned[0] is None) != (zoned[1] is None):
            return None
        if kind == "time":
            one, other = temporal.since_midnight(one), temporal.since_midnight(other)
    return (one > other) - (one < other)


_ORDERED = {
    "number",
    "string",
    "date",
    "time",
    "date and time",
    "days and time duration",
    "years and months duration",
}


def is_in(value: Any, found: Any) -> bool | None:
    """Whether a value is, or is in, what a test gives: equal to it, an element of it, within it, or simply said to be."""
    if isinstance(found, Range):
        return found.holds(value) if not isinstance(value, Range) else equal(value, found)
    if isinstance(found, list):
        if isinstance(value, list) and equal(value, found) is True:
            return True
        answers = [is_in(value, one) if isinstance(one, (Range, list)) else equal(value, one) for one in found]
        return any_true(answers)
    if isinstance(found, bool) and not isinstance(value, bool):
        return found if value is not None else False
    return equal(value, found)


def any_true(answers: list[bool | None]) -> bool | None:
    """FEEL's ``or`` of several."""
    if True in answers:
        return True
    return None if None in answers else False


def number_text(value: Decimal) -> str:
    """A number in plain digits, without zeros that say nothing."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def text_of(value: Any, *, inside: bool = False) -> str:
    """What ``string()`` gives; ``inside`` a list or context, where texts stand in quotation marks."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if inside else value
        case Decimal():
            return number_text(value)
        case list():
            return "[" + ", ".join(text_of(one, inside=True) for one in value) + "]"
        case dict():
            return "{" + ", ".join(f"{key}: {text_of(one, inside=True)}" for key, one in value.items()) + "}"
        case Range():
            return _range_text(value)
        case Function():
            return "function(" + ", ".join(value.parameters) + ")"
    return temporal.write(value)


def _range_text(value: Range) -> str:
    low, high = text_of(value.low, inside=True), text_of(value.high, inside=True)
    return f"{'[' if value.low_closed else '('}{low}..{high}{']' if value.high_closed else ')'}"
