"""Functions on dates, times and durations. ``now`` and ``today`` are one value for a whole evaluation."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from guanxi.platform.feel import temporal
from guanxi.platform.feel.functions.registry import builtin
from guanxi.platform.feel.temporal import Months

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@builtin("now() -> date and time")
def _(run: Any) -> datetime:
    return run.now


@builtin("today() -> date")
def _(run: Any) -> date:
    return run.today


@builtin(
    "date(from: string) -> date?",
    "date(from: date and time | date) -> date",
    "date(year: number, month: number, day: number) -> date?",
)
def _(run: Any, *given: Any) -> date | None:
    if len(given) == 3:
        if not all(abs(part) < 10_000 and part == int(part) for part in given):
            return None
        try:
            return date(*map(int, given))
        except ValueError:
            return None
    value = given[0]
    if isinstance(value, str):
        return temporal.read_date(value)
    return value.date() if isinstance(value, datetime) else value


@builtin(
    "time(from: string) -> time?",
    "time(from: date and time | time | date) -> time",
    "time(hour: number, minute: number, second: number, offset?: days and time duration?) -> time?",
)
def _(run: Any, *given: Any) -> time | None:
    if len(given) > 1:
        return _time_of(*given)
    value = given[0]
    match value:
        case str():
            return temporal.read_time(value)
        case datetime():
            return value.timetz()
        case date():
            return time(tzinfo=UTC)
    return value


def _time_of(hour: Decimal, minute: Decimal, second: Decimal, offset: timedelta | None = None) -> time | None:
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
        return None
    micro = int(second % 1 * 1000) * 1000
    try:
        zone = timezone(offset) if offset is not None else None
    except ValueError:
        return None
    return time(int(hour), int(minute), int(second), micro, zone)


@builtin(
    "date and time(from: string) -> date and time?",
    "date and time(from: date and time) -> date and time",
    "date and time(date: date and time | date, time: time) -> date and time?",
)
def _(run: Any, value: Any, clock: time | None = None) -> datetime | None:
    if isinstance(value, str):
        return temporal.read_datetime(value)
    if clock is None:
        return value
    return datetime.combine(value.date() if isinstance(value, datetime) else value, clock)


@builtin("duration(from: string) -> any?")
def _(run: Any, text: str) -> timedelta | Months | None:
    return temporal.read_duration(text)


@builtin(
    "years and months duration(from: date and time | date, to: date and time | date) -> years and months duration?"
)
def _(run: Any, start: date, end: date) -> Months:
    days = [value.date() if isinstance(value, datetime) else value for value in (start, end)]
    return temporal.months_between(*days)


@builtin("day of year(date: date and time | date) -> number")
def _(run: Any, day: date) -> Any:
    return run.number(day.timetuple().tm_yday)


@builtin("day of week(date: date and time | date) -> string")
def _(run: Any, day: date) -> str:
    return _WEEKDAYS[day.weekday()]


@builtin("month of year(date: date and time | date) -> string")
def _(run: Any, day: date) -> str:
    return _MONTHS[day.month - 1]


@builtin("week of year(date: date and time | date) -> number")
def _(run: Any, day: date) -> Any:
    return run.number(day.isocalendar().week)
