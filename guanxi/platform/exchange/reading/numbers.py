"""Spreadsheet numbers and number formats: exact values, dates from serials, leading zeros as displayed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from .model import Cell

Converter: TypeAlias = Callable[[str], Cell]
"""Turns the stored text of a number cell into a canonical cell."""

EXACT_DIGITS = 15
"""A spreadsheet keeps 15 significant digits of a number and replaces the rest by zeros (IEEE 754, as in Excel's
published specifications and limits)."""

DAY_SECONDS = 86_400
SMALLEST_WRITTEN_OUT = 1e-30
LAST_SERIAL = 2_958_465  # 9999-12-31 in the 1900 system
DAYS_1904 = 1_462

# Built-in formats have numbers instead of texts (ECMA-376 part 1, 18.8.30; 27-36 and 50-58 are the East Asian dates).
_BUILTIN_DATES = {14, 15, 16, 17, *range(27, 32), 36, *range(50, 55), 57, 58}
_BUILTIN_TIMES = {18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56}
_BUILTIN_MOMENTS = {22}

_LITERALS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.IGNORECASE)
_ZERO_PATTERN = re.compile(r'(?:0|"[^"]*"|\\.|[-() ])+')
_ZERO_PIECE = re.compile(r'0|"([^"]*)"|\\(.)|([-() ])')


def number(text: str) -> Cell:
    """A number cell as stored: int, {"n": decimal}, or {"r": digits} when its tail has been rounded away.

    Excel shows 15 significant digits and stores 17, so 0.30000000000000004 is 0.3. Text that is no number comes back
    as text.
    """
    if len(text) <= EXACT_DIGITS and text.isdecimal() and text.isascii():
        return int(text)
    try:
        value = float(text)
    except ValueError:
        return text.strip() or None
    if not math.isfinite(value):
        return {"e": "#NUM!"}
    if abs(value) >= 10**EXACT_DIGITS:
        return {"r": f"{Decimal(text.strip()):.0f}"}
    shown = f"{value:.{EXACT_DIGITS}g}"
    if "e" in shown:
        return {"n": f"{Decimal(shown):f}" if abs(value) > SMALLEST_WRITTEN_OUT else shown}
    return {"n": shown} if "." in shown else int(shown)


class Memo(dict[str, Cell]):
    """A converter that remembers: a column of dates holds few different ones."""

    KEPT = 20_000

    def __init__(self, convert: Converter) -> None:
        super().__init__()
        self._convert = convert

    def __missing__(self, text: str) -> Cell:
        value = self._convert(text)
        if len(self) < self.KEPT:
            self[text] = value
        return value


def converter(format_id: int, code: str | None, *, date1904: bool) -> Converter | None:
    """How cells of a number format are read; None for plain numbers.

    `code` is the format's text, or None for a built-in one.
    """
    if code is None:
        if format_id in _BUILTIN_DATES:
            return lambda text: from_serial(text, "d", date1904=date1904)
        if format_id in _BUILTIN_TIMES:
            return lambda text: from_serial(text, "h", date1904=date1904)
        if format_id in _BUILTIN_MOMENTS:
            return lambda text: from_serial(text, "t", date1904=date1904)
        return None
    section = _first_section(code)
    shape = _date_shape(section)
    if shape:
        return lambda text: from_serial(text, shape, date1904=date1904)
    if section.count("0") > 1 and _ZERO_PATTERN.fullmatch(section):
        return _zero_filler(section)
    return None


def _first_section(code: str) -> str:
    """The part of a format for positive numbers: up to the first semicolon outside quotes."""
    quoted = False
    for index, char in enumerate(code):
        if char == '"':
            quoted = not quoted
        elif char == ";" and not quoted and code[index - 1 : index] != "\\":
            return code[:index]
    return code


def _date_shape(section: str) -> str | None:
    """ "d" for a date, "h" for a time of day, "t" for both, None for a number."""
    bare = _LITERALS.sub("", section).lower().replace("general", "").replace("am/pm", "h").replace("a/p", "h")
    if "0" in re.sub(r"[s.]\.?0+", "", bare) or "#" in bare or "?" in bare:
        return None
    has_time = "h" in bare or "s" in bare
    has_date = "y" in bare or "d" in bare or ("m" in bare and not has_time) or "aaa" in bare
    if has_date:
        return "t" if has_time else "d"
    return "h" if has_time else None


def from_serial(text: str, shape: str, *, date1904: bool) -> Cell:
    """A date serial as {"d": …}, {"t": …} or {"h": …}; the plain number where no calendar day exists for it.

    A date format on a value with a time of day gives the moment: nothing stored is dropped here.
    """
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return text.strip() or None
    if not value.is_finite() or value < 0 or value > LAST_SERIAL:
        return number(text)
    seconds = round(value * DAY_SECONDS)
    days, rest = divmod(seconds, DAY_SECONDS)
    if shape == "h" and days < DAYS_1904:  # more is a moment shown by its time of day only
        return {"h": f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"}
    if days == 0 and not date1904:
        return number(text)
    day = _day(days, date1904=date1904)
    if day is None:
        return number(text)
    if rest == 0 and shape == "d":
        return {"d": day.isoformat()}
    return {"t": f"{day.isoformat()}T{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"}


def _day(days: int, *, date1904: bool) -> date | None:
    if date1904:
        return date(1904, 1, 1) + timedelta(days) if days <= LAST_SERIAL - DAYS_1904 else None
    # The 1900 system counts a 29 February 1900 (serial 60) that never was.
    return None if days == 60 else date(1899, 12, 31 if days < 60 else 30) + timedelta(days)


def _zero_filler(section: str) -> Converter:
    """Shows a whole number through a format of zeros and literals, as the user sees it: 000-000 makes 42 "000-042"."""
    pieces: list[str | None] = []
    for match in _ZERO_PIECE.finditer(section):
        literal = match[1] or match[2] or match[3]
        pieces.append(None if match[0] == "0" else literal or "")
    width = pieces.count(None)

    def fill(text: str) -> Cell:
        value = number(text)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            return value
        digits = str(value).zfill(width)
        extra = len(digits) - width
        shown, position = [], 0
        for piece in pieces:
            if piece is not None:
                shown.append(piece)
                continue
            take = extra + 1 if position == 0 else 1
            shown.append(digits[position : position + take])
            position += take
        return "".join(shown)

    return fill
