"""The year, quarter, month, week or day that a date or moment falls into, worked out by the database itself.

On PostgreSQL that is ``date_trunc``. On SQLite Django asks a Python function for every row, 12 µs each; its own date functions
say the same in one. They know no time zones, so the offset of each stretch of a zone's time stands in the statement, as a
tree of comparisons. Moments outside of the years worked out, and texts that are no moments, still go to Python.
"""

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any

from django.db.models import DateField, DateTimeField
from django.db.models.functions import Trunc
from django.utils import timezone

#: Moments in these years are worked out without Python.
FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2070, 1, 1, tzinfo=UTC)
_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)
_FORM = "%Y-%m-%d %H:%M:%S"

#: A day → the first day of its period. What stands for the day is named once, or cheap.
_OF_DAYS = {
    "year": "SUBSTR({day}, 1, 4) || '-01-01'",
    "quarter": "SUBSTR({day}, 1, 5) || SUBSTR('010101040404070707101010', SUBSTR({day}, 6, 2) * 2 - 1, 2) || '-01'",
    "month": "SUBSTR({day}, 1, 7) || '-01'",
    "week": "DATE({day}, 'weekday 0', '-6 days')",
    "day": "{day}",
}


class Period(Trunc):
    """The first day of the period (``kind``: year, quarter, month, week, day) of a date, or of a moment in ``tzinfo``."""

    def __init__(self, expression: Any, kind: str, tzinfo: tzinfo | None = None, **extra: Any) -> None:
        super().__init__(expression, kind, output_field=DateField(), tzinfo=tzinfo, **extra)
        self.kind: str = kind

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, tuple[Any, ...]]:
        value, params = compiler.compile(self.lhs)
        moment = isinstance(self.lhs.output_field, DateTimeField)
        form = _of_moments(self.kind, self.tzinfo or timezone.get_current_timezone()) if moment else _OF_DAYS[self.kind]
        name = "{value}" if moment else "{day}"
        slow, its = self.as_sql(compiler, connection)
        sql = f"COALESCE({form.replace(name, value)}, {slow})"
        return sql, (*tuple(params) * form.count(name), *its)


@lru_cache(maxsize=256)
def _of_moments(kind: str, zone: tzinfo) -> str:
    """The form with ``{value}`` for the moment. Fractions are cut off before SQLite would round them up into the next day."""
    day = f"DATE(SUBSTR({{value}}, 1, 19), {_shift(offsets(zone))})"
    return _OF_DAYS[kind].replace("{day}", day)


@lru_cache(maxsize=64)
def offsets(zone: tzinfo) -> tuple[tuple[str, int], ...]:
    """The stretches of a zone's time from FIRST to LAST: when each begins, in UTC, and its seconds ahead of UTC."""
    at, found = FIRST, [(FIRST, _offset(zone, FIRST))]
    while (at := at + _DAY) <= LAST:
        offset = _offset(zone, at)
        if offset != found[-1][1]:
            found.append((_change(zone, at - _DAY, at), offset))
    return tuple((f"{begins:{_FORM}}", offset) for begins, offset in found)


def _offset(zone: tzinfo, at: datetime) -> int:
    return int((at.astimezone(zone).utcoffset() or timedelta()).total_seconds())


def _change(zone: tzinfo, before: datetime, after: datetime) -> datetime:
    """The second at which the offset of ``after`` begins to hold."""
    offset = _offset(zone, after)
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        before, after = (before, middle) if _offset(zone, middle) == offset else (middle, after)
    return after


def _shift(stretches: tuple[tuple[str, int], ...]) -> str:
    """SQL: how far local time is ahead; NULL outside of the years worked out."""
    return (
        f"CASE WHEN {{value}} >= '{FIRST:{_FORM}}' AND {{value}} < '{LAST:{_FORM}}'"
        f" THEN {_among(stretches)} END"
    )  # fmt: skip


def _among(stretches: tuple[tuple[str, int], ...]) -> str:
    if len(stretches) == 1:
        return f"'{stretches[0][1]:+d} seconds'"
    middle = len(stretches) // 2
    left, right = stretches[:middle], stretches[middle:]
    return f"CASE WHEN {{value}} < '{right[0][0]}' THEN {_among(left)} ELSE {_among(right)} END"
