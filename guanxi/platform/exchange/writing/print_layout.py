"""What goes on paper: values as a reader expects them, and column widths that fit the page."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from statistics import quantiles
from typing import Any

from .columns import NUMBER_KINDS, NUMBER_TYPES, WHOLE_UNIT_CURRENCIES, Column, Kind, Texts, plain_number, plain_text

#: Kinds whose values are kept on one line.
_UNBROKEN = NUMBER_KINDS | {Kind.DATE, Kind.DATETIME, Kind.BOOLEAN, Kind.PHONE}
# Longest run that still asks for its own width; anything longer may break anywhere.
_LONGEST_WORD = 18
_LONG_RUN = re.compile(rf"[!-~]{{{_LONGEST_WORD + 1},}}")
# What such a run is cut into: up to and including a mark after which people break addresses.
_PIECE = re.compile(r"[^@./\\?&=_,;:-]*[@./\\?&=_,;:-]+|[^@./\\?&=_,;:-]+")
_BREAK_HERE = "\u200b"
# Characters that Typst and PDF viewers cannot show, tab and line feed excepted.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

_MOST_PLACES = 4
_FONT_SIZES = (8.5, 8.0, 7.5, 7.0, 6.5, 6.0)
# Widths are reckoned in halves of a Chinese character, each half an em; Latin letters are a little wider.
_EM_PER_UNIT = 0.545
_CELL_PADDING = 11.0
_MOST_UNITS = {Kind.LONGTEXT: 60.0}
_DEFAULT_MOST_UNITS = 34.0


def printed(value: Any, kind: Kind, texts: Texts, places: int | None = None) -> str:
    """The value as print shows it: 12,846.00, 30%, 2024-03-05 14:30, "—" for nothing.

    Args:
        places: digits after the point for a number; None shows those it has, at most four.

    Runs that no line could break get invisible break points.
    """
    if value is None or value == "":
        return texts.empty
    if isinstance(value, bool):
        return texts.boolean(value)
    if isinstance(value, NUMBER_TYPES):
        return _printed_number(value, kind, places)
    if isinstance(value, datetime):
        return texts.local_text(value)[:16]
    text = plain_text(value, texts).replace("\r\n", "\n").replace("\r", "\n")
    return breakable(_UNPRINTABLE.sub("\ufffd", text))


def breakable(text: str) -> str:
    """The text with break points in runs that are too long for a line, after punctuation where there is any."""
    return _LONG_RUN.sub(lambda run: _BREAK_HERE.join(map(_break_anywhere, _PIECE.findall(run[0]))), text)


def _break_anywhere(piece: str) -> str:
    return _BREAK_HERE.join(piece) if len(piece) > _LONGEST_WORD else piece


def decimal_places(column: Column, values: Iterable[Any]) -> int:
    """The digits after the point that a column needs so that its points stand in line: at most four."""
    least = 2 if column.kind is Kind.MONEY and column.unit not in WHOLE_UNIT_CURRENCIES else 0
    fractions = (_rounded(value).partition(".")[2] for value in values if isinstance(value, float | Decimal))
    return max(least, max(map(len, fractions), default=0))


def _rounded(value: float | Decimal) -> str:
    digits = plain_number(value)
    if len(digits.partition(".")[2]) <= _MOST_PLACES:
        return digits
    return plain_number(Decimal(digits).quantize(Decimal(1).scaleb(-_MOST_PLACES), ROUND_HALF_UP))


def _printed_number(value: float | Decimal, kind: Kind, places: int | None) -> str:
    digits = _rounded(value)
    if not digits or kind not in NUMBER_KINDS:
        return digits
    whole, _point, fraction = digits.partition(".")
    sign, whole = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    fraction = fraction.ljust(places or 0, "0")
    grouped = f"{sign}{int(whole):,}" + (f".{fraction}" if fraction else "")
    return grouped + "%" if kind is Kind.PERCENT else grouped


def natural_kind(value: Any) -> Kind:
    """The kind that a single value of a record is shown as."""
    if isinstance(value, bool):
        return Kind.BOOLEAN
    if isinstance(value, int):
        return Kind.INTEGER
    return Kind.DECIMAL if isinstance(value, NUMBER_TYPES) else Kind.TEXT


def heading(column: Column) -> str:
    """The column's label with its unit: "Amount (CNY)"."""
    label = _UNPRINTABLE.sub("\ufffd", column.label)
    return f"{label} ({column.unit})" if column.unit and column.kind in NUMBER_KINDS else label


def fit_columns(
    columns: Sequence[Column], headings: Sequence[str], values: Sequence[Sequence[str]], available: float
) -> tuple[float, list[float]]:
    """The font size and the column widths, both in points, with which a table fills `available` points.

    Numbers, dates and phones keep one line; texts share what is left by their length and wrap. The size is
    reduced only as far as the longest words need.

    Args:
        values: the printed values, column by column.
    """
    measured = [_measure(*column) for column in zip(columns, headings, values, strict=True)]
    for size in _FONT_SIZES:
        em = size * _EM_PER_UNIT
        least = [low * em + _CELL_PADDING for low, _high in measured]
        if sum(least) <= available:
            break
    wanted = [max(high * em + _CELL_PADDING, low) for (_low, high), low in zip(measured, least, strict=True)]
    if sum(least) >= available:
        scale = available / sum(least)
        return size, [width * scale for width in least]
    if sum(wanted) <= available:
        return size, _share(wanted, wanted, available - sum(wanted))
    return size, _share(least, [want - low for want, low in zip(wanted, least, strict=True)], available - sum(least))


def _share(widths: Sequence[float], weights: Sequence[float], rest: float) -> list[float]:
    """`rest` points given out by weight; evenly where no column has any."""
    total = sum(weights)
    shares = [weight / total for weight in weights] if total else [1 / len(widths)] * len(widths)
    return [width + share * rest for width, share in zip(widths, shares, strict=True)]


def _measure(column: Column, label: str, values: Sequence[str]) -> tuple[float, float]:
    """The least and the wanted width of a column, in units of half a Chinese character."""
    lengths = [max(map(_units, value.split("\n"))) if "\n" in value else _units(value) for value in values]
    longest = max(lengths, default=0.0)
    label_units = _units(label)
    if column.kind in _UNBROKEN and longest <= 2 * _LONGEST_WORD:
        return max(longest, min(label_units, 8.0)), max(longest, label_units)
    usual = quantiles(lengths, n=20)[-1] if len(lengths) > 1 else longest
    wanted = min(max(usual, label_units), _MOST_UNITS.get(column.kind, _DEFAULT_MOST_UNITS))
    words = max((_longest_word(value) for value in values), default=0.0)
    return max(min(words, wanted), min(label_units, 6.0), 6.0), max(wanted, 6.0)


def _units(text: str) -> float:
    if text.isascii():
        return float(len(text))
    return sum(0.0 if c == _BREAK_HERE else 2.0 if c > "\u2e7f" else 1.0 for c in text)


def _longest_word(text: str) -> float:
    return float(max((len(run) for run in re.findall(r"[!-~]+", text)), default=0))
