"""What a writer is told about a table: its columns, their kinds, and how values are worded."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from enum import StrEnum
from itertools import islice
from typing import Any

CHUNK_ROWS = 1_000


class Kind(StrEnum):
    """How the values of a column are stored in a cell and aligned on paper."""

    TEXT = "text"
    LONGTEXT = "longtext"
    PHONE = "phone"
    INTEGER = "integer"
    DECIMAL = "decimal"
    MONEY = "money"
    PERCENT = "percent"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"


NUMBER_KINDS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.PERCENT})

#: ISO 4217 currencies of our trade that have no minor unit.
WHOLE_UNIT_CURRENCIES = frozenset({"JPY", "KRW", "VND"})

#: Python types that are numbers here. A tuple, because `isinstance` takes three times as long with a union.
NUMBER_TYPES = (int, float, Decimal)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an export.

    Args:
        key: stable id of the field; unique within a sheet.
        label: heading in the reader's language.
        kind: see `Kind`. Money is `Decimal` in the currency's unit; percent is in points (30 means 30 %),
            so that a file read back gives the number that was written.
        width: width in characters of the default font; None lets the kind decide.
        unit: ISO 4217 code for money ("CNY"), a physical unit for other numbers ("Mbps").

    A value that does not fit the kind (a masked "***" in a number column) is written as text.
    """

    key: str
    label: str
    kind: Kind
    width: float | None = None
    unit: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", Kind(self.kind))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A titled table whose rows are read once, in order; each row has one value per column."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Texts:
    """How values are worded for the reader.

    Args:
        zone: aware datetimes are shown in this zone; spreadsheets know no zones.
        yes, no: words for booleans; None keeps the file format's own boolean.
        empty: what paper shows for a missing value.
    """

    zone: tzinfo = field(default=UTC)
    yes: str | None = None
    no: str | None = None
    empty: str = "—"

    def boolean(self, value: bool) -> str:
        """The word for a truth value; "true" and "false" where the caller gave none."""
        word = self.yes if value else self.no
        return word if word is not None else ("true" if value else "false")

    def local(self, value: datetime) -> datetime:
        """The time on the wall in `zone`; a naive time is taken to be that already."""
        return value if value.tzinfo is None else value.astimezone(self.zone)

    def local_text(self, value: datetime) -> str:
        """The local time to the second, "2024-03-05 14:30:00"."""
        return self.local(value).isoformat(" ", "seconds")[:19]


def chunks(rows: Iterable[Sequence[Any]], width: int, size: int = CHUNK_ROWS) -> Iterator[list[Sequence[Any]]]:
    """Cut rows into lists of at most `size`.

    Raises:
        ValueError: a row does not have `width` values.
    """
    source = iter(rows)
    while chunk := list(islice(source, size)):
        for row in chunk:
            if len(row) != width:
                raise ValueError(f"A row has {len(row)} values for {width} columns.")
        yield chunk


def plain_number(value: int | float | Decimal) -> str:
    """Digits with a point and no exponent, exactly the value: 12846.5, -3, 0.00001.

    Trailing zeros of the fraction are dropped; "" for NaN and infinities, which no file format agrees on.
    """
    if isinstance(value, int):
        return str(int(value))
    number = value if isinstance(value, Decimal) else Decimal(repr(value))
    if not number.is_finite():
        return ""
    digits = format(number, "f")
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return "0" if digits == "-0" else digits


def plain_text(value: Any, texts: Texts) -> str:
    """Any value as the text that a file without types carries: ISO dates, plain numbers, "" for None."""
    if value is None:
        return ""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return texts.boolean(value)
    if isinstance(value, NUMBER_TYPES):
        return plain_number(value)
    if isinstance(value, datetime):
        return texts.local_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
