"""The operators ``+ - * / **`` on values. What has no answer is None."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal, DecimalException
from typing import Any

from guanxi.platform.feel import temporal
from guanxi.platform.feel.temporal import Months
from guanxi.platform.feel.values import NUMBERS

DAY = timedelta(days=1)
_MICRO = timedelta(microseconds=1)


def seconds(length: timedelta) -> Decimal:
    """A duration in seconds."""
    return NUMBERS.divide(Decimal(length // _MICRO), Decimal(1_000_000))


def of_seconds(count: Decimal) -> timedelta | None:
    """The duration of so many seconds, down to the millisecond."""
    try:
        return timedelta(milliseconds=int((count * 1000).to_integral_value()))
    except (OverflowError, DecimalException):
        return None


def safe(operation: Callable[..., Any], *operands: Any) -> Any:
    """The result of an operation on numbers, None where there is none."""
    try:
        result = operation(*operands)
    except (DecimalException, OverflowError, ZeroDivisionError, ValueError):
        return None
    return result if not isinstance(result, Decimal) or result.is_finite() else None


def add(one: Any, other: Any) -> Any:
    match one, other:
        case bool(), _:
            return None
        case _, bool():
            return None
        case Decimal(), Decimal():
            return safe(NUMBERS.add, one, other)
        case str(), str():
            return one + other
        case Months(), Months():
            return Months(one.count + other.count)
        case timedelta(), timedelta():
            return safe(lambda: one + other)
        case ((timedelta() | Months()), (date() | time())):
            return _shift(other, one)
        case ((date() | time()), (timedelta() | Months())):
            return _shift(one, other)
    return None


def subtract(one: Any, other: Any) -> Any:
    match one, other:
        case Decimal(), Decimal():
            return safe(NUMBERS.subtract, one, other)
        case Months(), Months():
            return Months(one.count - other.count)
        case timedelta(), timedelta():
            return safe(lambda: one - other)
        case ((date() | time()), timedelta()):
            return _shift(one, -other)
        case ((date() | time()), Months()):
            return _shift(one, Months(-other.count))
        case date(), date():
            return _apart(one, other)
        case time(), time():
            return None if _half_zoned(one, other) else temporal.since_midnight(one) - temporal.since_midnight(other)
    return None


def _half_zoned(one: Any, other: Any) -> bool:
    return (temporal.offset_of(one) is None) != (temporal.offset_of(other) is None)


def _apart(one: date, other: date) -> timedelta | None:
    """How far two days or moments are apart; a day is its midnight, in UTC beside a moment with a zone."""
    if type(one) is date and type(other) is date:
        return one - other
    moments = [value if isinstance(value, datetime) else datetime.combine(value, time()) for value in (one, other)]
    if type(one) is date or type(other) is date:
        moments = [value if value.tzinfo else value.replace(tzinfo=UTC) for value in moments]
    first, second = moments
    return None if _half_zoned(first, second) else safe(lambda: first - second)


def _shift(value: Any, by: timedelta | Months) -> Any:
    try:
        if isinstance(by, Months):
            return None if isinstance(value, time) else temporal.add_months(value, by.count)
        if isinstance(value, time):
            moved = datetime.combine(date(2000, 1, 3), value.replace(tzinfo=None)) + by % DAY
            return moved.time().replace(tzinfo=value.tzinfo)
        if isinstance(value, datetime):
            return _shift_moment(value, by)
        # A day is its midnight; what is left of the last day does not count.
        return (datetime.combine(value, time()) + by).date()
    except (OverflowError, ValueError):
        return None


def _shift_moment(value: datetime, by: timedelta) -> datetime:
    """Elapsed time, also over the change of clocks of a named zone."""
    if value.tzinfo is None or isinstance(value.tzinfo, timezone):
        return value + by
    return (value.astimezone(UTC) + by).astimezone(value.tzinfo)


def multiply(one: Any, other: Any) -> Any:
    match one, other:
        case Decimal(), Decimal():
            return safe(NUMBERS.multiply, one, other)
        case Decimal(), (timedelta() | Months()):
            return multiply(other, one)
        case timedelta(), Decimal():
            count = safe(NUMBERS.multiply, seconds(one), other)
            return None if count is None else of_seconds(count)
        case Months(), Decimal():
            return _months(safe(NUMBERS.multiply, Decimal(one.count), other))
    return None


def divide(one: Any, other: Any) -> Any:
    match one, other:
        case Decimal(), Decimal():
            return safe(NUMBERS.divide, one, other)
        case timedelta(), timedelta():
            return safe(NUMBERS.divide, seconds(one), seconds(other))
        case Months(), Months():
            return safe(NUMBERS.divide, Decimal(one.count), Decimal(other.count))
        case timedelta(), Decimal():
            count = safe(NUMBERS.divide, seconds(one), other)
            return None if count is None else of_seconds(count)
        case Months(), Decimal():
            return _months(safe(NUMBERS.divide, Decimal(one.count), other))
    return None


def _months(count: Decimal | None) -> Months | None:
    if count is None or abs(count) > temporal.MOST_MONTHS:
        return None
    return Months(int(count))


def power(one: Any, other: Any) -> Any:
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return safe(NUMBERS.power, one, other)
    return None


def negate(value: Any) -> Any:
    match value:
        case Decimal():
            return NUMBERS.minus(value)
        case timedelta():
            return -value
        case Months():
            return Months(-value.count)
    return None


OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "**": power,
}
