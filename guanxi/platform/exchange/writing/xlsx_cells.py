"""Turning the values of one column into cell elements, a thousand rows at a time."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from .columns import NUMBER_KINDS, NUMBER_TYPES, Column, Kind, Texts, plain_number, plain_text
from .xlsx_styles import TEXT, Styles
from .xlsx_text import MAX_CELL_UNITS, shorten, text_element, utf16_units

MAX_COLUMNS = 16_384
# A double holds 15 decimal digits; a longer number would be stored rounded.
_MAX_DIGITS = 15
_EPOCH_ORDINAL = date(1899, 12, 30).toordinal()
# Before this day the serials of the 1900 system are off by one (it has a 29 February 1900).
_FIRST_SAFE_ORDINAL = date(1900, 3, 1).toordinal()
_DAY_SECONDS = 86_400
# A text of half the limit cannot exceed it in UTF-16 units.
_SURELY_FITS = MAX_CELL_UNITS // 2
_PLAIN_OPEN = f'" s="{TEXT}" t="inlineStr"><is><t>'
_PLAIN_CLOSE = "</t></is></c>"


@cache
def column_letters(index: int) -> str:
    """The spreadsheet name of a column counted from 0: A … Z, AA … XFD."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def text_cell(reference: str, text: str, style: int = TEXT) -> str:
    """A string cell; no reader can take it for a formula or a link."""
    return f'<c r="{reference}" s="{style}" t="inlineStr">{text_element(text)}</c>' if text else ""


class ColumnCells:
    """Writes the cells of one column.

    Attributes:
        shortened: texts that were longer than a cell can hold and end in "…".
    """

    def __init__(self, column: Column, index: int, styles: Styles, texts: Texts) -> None:
        self.shortened = 0
        self._texts = texts
        self._open = f'<c r="{column_letters(index)}'
        mark = ' t="b"' if column.kind is Kind.BOOLEAN else ""
        self._number_middle = f'" s="{styles.of(column)}"{mark}><v>'
        self._number = self._converter(column.kind)

    def _converter(self, kind: Kind) -> Callable[[Any], str | None] | None:
        """The function from a value to what `<v>` holds; it gives None for a value that must be text."""
        if kind in NUMBER_KINDS:
            return _number
        if kind is Kind.BOOLEAN:
            # Words of the reader's language take the place of the format's own booleans.
            return _truth if self._texts.yes is None else None
        return {Kind.DATE: _date_serial, Kind.DATETIME: self._datetime_serial}.get(kind)

    def write(self, values: Sequence[Any], rows: Sequence[str]) -> list[str]:
        """One cell element per value, "" where the cell stays empty; `rows` are the row numbers."""
        start, number, other = self._open, self._number, self._text_cell
        if number is not None:
            middle = self._number_middle
            return [
                ""
                if v is None
                else other(v, n)
                if (digits := number(v)) is None
                else f"{start}{n}{middle}{digits}</v></c>"
                for v, n in zip(values, rows, strict=True)
            ]
        # Letters and digits alone need no escaping; most names and codes pass by this test.
        return [
            f"{start}{n}{_PLAIN_OPEN}{v}{_PLAIN_CLOSE}"
            if v.__class__ is str and v.isalnum() and len(v) < _SURELY_FITS
            else other(v, n)
            for v, n in zip(values, rows, strict=True)
        ]

    def _text_cell(self, value: Any, row: str) -> str:
        text = value if value.__class__ is str else plain_text(value, self._texts)
        if not text:
            return ""
        if len(text) >= _SURELY_FITS and utf16_units(text) > MAX_CELL_UNITS:
            text = shorten(text)
            self.shortened += 1
        return f'{self._open}{row}" s="{TEXT}" t="inlineStr">{text_element(text)}</c>'

    def _datetime_serial(self, value: Any) -> str | None:
        if not isinstance(value, datetime):
            return None
        local = self._texts.local(value)
        day = local.toordinal()
        if day < _FIRST_SAFE_ORDINAL:
            return None
        seconds = local.hour * 3600 + local.minute * 60 + local.second
        return repr(day - _EPOCH_ORDINAL + seconds / _DAY_SECONDS)


def _truth(value: Any) -> str | None:
    return ("1" if value else "0") if isinstance(value, bool) else None


def _date_serial(value: Any) -> str | None:
    if isinstance(value, date) and not isinstance(value, datetime):
        day = value.toordinal()
        if day >= _FIRST_SAFE_ORDINAL:
            return str(day - _EPOCH_ORDINAL)
    return None


def _number(value: Any) -> str | None:
    if not isinstance(value, NUMBER_TYPES) or isinstance(value, bool):
        return None
    digits = plain_number(value)
    if len(digits) > _MAX_DIGITS and len(digits.replace(".", "").lstrip("-0")) > _MAX_DIGITS:
        return None
    return digits or None
