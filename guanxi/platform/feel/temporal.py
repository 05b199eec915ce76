"""Dates, times and durations of FEEL: reading, writing, arithmetic. What cannot be read or lies beyond the calendar
(years 1 to 9999) is None, as FEEL has it. Moments go down to the millisecond."""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

DATE = r"(\d{4})-(\d{2})-(\d{2})"
TIME = r"(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?"
ZONE = r"(Z|[+-]\d{2}:\d{2}(?::\d{2})?|@[A-Za-z0-9_+\-]+(?:/[A-Za-z0-9_+\-]+)*)?"
_DATE = re.compile(DATE, re.ASCII)
_TIME = re.compile(TIME + ZONE, re.ASCII)
_DATETIME = re.compile(f"{DATE}T{TIME}{ZONE}", re.ASCII)
_DAYS = re.compile(r"(-)?P(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?)?", re.ASCII)
_MONTHS = re.compile(r"(-)?P(?:(\d+)Y)?(?:(\d+)M)?", re.ASCII)
SECOND = timedelta(seconds=1)
#: More than any calendar can hold; keeps the arithmetic of months within plain integers.
MOST_MONTHS = 10**12


@dataclass(frozen=True, order=True)
class Months:
    """A duration of years and months."""

    count: int

    def __bool__(self) -> bool:
        return True


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def read_zone(text: str) -> tzinfo | None:
    """The zone of ``Z``, ``+08:00`` or ``@Asia/Shanghai``. Raises ValueError for one that does not exist."""
    if not text:
        return None
    if text == "Z":
        return UTC
    if text.startswith("@"):
        # Only names of the list are looked up: a name is a path in the database of zones.
        if text[1:] not in _zones():
            raise ValueError(text)
        return ZoneInfo(text[1:])
    hours, minutes, *seconds = (int(part) for part in text[1:].split(":"))
    shift = timedelta(hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)
    if hours > 18 or minutes > 59:
        raise ValueError(text)
    return timezone(-shift if text[0] == "-" else shift)


def _micro(digits: str | None) -> int:
    return int((digits or "0")[:3].ljust(3, "0")) * 1000


def read_date(text: str) -> date | None:
    """A day written 2026-02-28."""
    found = _DATE.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def read_time(text: str) -> time | None:
    """A time of day, with or without a zone."""
    found = _TIME.fullmatch(text)
    try:
        return _time(found.groups()) if found else None
    except ValueError:
        return None


def _time(parts: Any) -> time:
    hour, minute, second, fraction, zone = parts
    return time(int(hour), int(minute), int(second), _micro(fraction), read_zone(zone or ""))


def read_datetime(text: str) -> datetime | None:
    """A moment, with or without a zone; a day alone is its midnight."""
    found = _DATETIME.fullmatch(text)
    try:
        if not found:
            day = read_date(text)
            return datetime.combine(day, time()) if day else None
        parts = found.groups()
        if parts[3:6] == ("24", "00", "00"):
            return datetime.combine(
                date(*map(int, parts[:3])) + timedelta(days=1), time(0, 0, 0, 0, read_zone(parts[7] or ""))
            )
        return datetime.combine(date(*map(int, parts[:3])), _time(parts[3:]))
    except (ValueError, OverflowError):
        return None


def read_duration(text: str) -> timedelta | Months | None:
    """A duration of days and time (P1DT2H) or of years and months (P1Y2M)."""
    if len(text) > 60:
        return None
    months = _MONTHS.fullmatch(text)
    if months and any(months.groups()[1:]):
        sign, years, rest = months.groups()
        count = int(years or 0) * 12 + int(rest or 0)
        return None if count > MOST_MONTHS else Months(-count if sign else count)
    days = _DAYS.fullmatch(text)
    if not days or not any(days.groups()[1:]):
        return None
    sign, day, hour, minute, second, fraction = days.groups()
    try:
        length = timedelta(
            days=int(day or 0), hours=int(hour or 0), minutes=int(minute or 0), seconds=int(second or 0)
        ) + timedelta(microseconds=_micro(fraction))
    except OverflowError:
        return None
    return -length if sign else length


def read(text: str) -> date | time | datetime | timedelta | Months | None:
    """The value of ``@"…"``: whichever kind fits."""
    readers: tuple[Any, ...] = (read_date, read_time, read_datetime, read_duration)
    return next((value for reader in readers if (value := reader(text)) is not None), None)


def add_months(day: Any, months: int) -> Any:
    """A date or moment some months later; the last day of the month where the day does not exist."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    if not 1 <= year <= 9999:
        return None
    return day.replace(year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1]))


def months_between(start: date, end: date) -> Months:
    """Whole months from ``start`` to ``end``, negative when it lies before."""
    if end < start:
        return Months(-months_between(end, start).count)
    count = (end.year - start.year) * 12 + end.month - start.month
    return Months(count - 1 if end.day < start.day else count)


def offset_of(value: time | datetime) -> timedelta | None:
    """How far the value's zone is ahead of UTC; None without a zone."""
    if isinstance(value, datetime):
        return value.utcoffset()
    if value.tzinfo is None:
        return None
    return value.tzinfo.utcoffset(datetime.combine(date(2000, 1, 1), value.replace(tzinfo=None)))


def since_midnight(value: time) -> timedelta:
    """The time of day as a length, moved to UTC if it has a zone."""
    length = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond)
    return length - (offset_of(value) or timedelta())


# --- writing --------------------------------------------------------------------------------------------------------


def write(value: Any) -> str:
    """The text of a temporal value, which reads back as the same value."""
    match value:
        case datetime():
            return f"{value.date().isoformat()}T{_clock(value)}{_zone_text(value.tzinfo, value.utcoffset())}"
        case date():
            return value.isoformat()
        case time():
            return _clock(value) + _zone_text(value.tzinfo, offset_of(value))
        case Months():
            return _write_months(value.count)
        case timedelta():
            return _write_days(value)
    raise TypeError(value)


def _clock(value: time | datetime) -> str:
    text = f"{value.hour:02}:{value.minute:02}:{value.second:02}"
    return text + (f".{value.microsecond:06}".rstrip("0") if value.microsecond else "")


def _zone_text(zone: tzinfo | None, offset: timedelta | None) -> str:
    if zone is None or offset is None:
        return ""
    if isinstance(zone, ZoneInfo):
        return f"@{zone.key}"
    seconds = int(offset.total_seconds())
    if not seconds:
        return "Z"
    hours, rest = divmod(abs(seconds), 3600)
    text = f"{'-' if seconds < 0 else '+'}{hours:02}:{rest // 60:02}"
    return text + (f":{rest % 60:02}" if rest % 60 else "")


def _write_months(count: int) -> str:
    years, months = divmod(abs(count), 12)
    text = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
    return ("-P" if count < 0 else "P") + (text or "0M")


def _write_days(value: timedelta) -> str:
    micro = abs(value) // timedelta(microseconds=1)
    seconds, micro = divmod(micro, 1_000_000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    fraction = f".{micro:06}".rstrip("0") if micro else ""
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    clock += f"{seconds}{fraction}S" if seconds or fraction else ""
    text = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
    return ("-P" if value < timedelta() else "P") + (text or "T0S")
