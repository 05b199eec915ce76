"""Delimited text that opens as data in every spreadsheet and comes back unchanged."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from typing import Any, BinaryIO, Literal

from .columns import NUMBER_KINDS, NUMBER_TYPES, Column, Kind, Texts, chunks, plain_number, plain_text
from .formula_safety import SUSPECT_STARTS, escape_cell, is_canonical_phone

Encoding = Literal["utf-8-sig", "utf-8", "gb18030"]
_BARE_TYPES = (*NUMBER_TYPES, date)
_Formatter = Callable[[Sequence[Any]], list[str]]


def write_csv(
    target: BinaryIO,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    *,
    encoding: Encoding = "utf-8-sig",
    delimiter: str = ",",
    texts: Texts | None = None,
    on_rows: Callable[[int], None] | None = None,
) -> int:
    """Write a heading line and the rows to `target`; memory does not grow with their number.

    Args:
        encoding: "utf-8-sig" for current spreadsheets, "gb18030" for old Chinese ones. Lone surrogates,
            which no encoding can carry, become "?".
        delimiter: one character.
        on_rows: called with the number of rows written so far, about every thousand; may raise to stop.

    Returns:
        The number of rows written, the heading not counted.

    Raises:
        ValueError: a row does not have one value per column.
    """
    written = 0
    for count, block in _blocks(columns, rows, encoding, delimiter, texts or Texts()):
        target.write(block)
        written += count
        if on_rows and count:
            on_rows(written)
    return written


def iter_csv(
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    *,
    encoding: Encoding = "utf-8-sig",
    delimiter: str = ",",
    texts: Texts | None = None,
) -> Iterator[bytes]:
    """The bytes of `write_csv` in blocks of about a thousand rows, for a streaming HTTP response."""
    for _count, block in _blocks(columns, rows, encoding, delimiter, texts or Texts()):
        yield block


def _blocks(
    columns: Sequence[Column], rows: Iterable[Sequence[Any]], encoding: Encoding, delimiter: str, texts: Texts
) -> Iterator[tuple[int, bytes]]:
    buffer = StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
    formatters = [_formatter(column, texts) for column in columns]
    # The mark belongs at the start of the file only, so blocks are encoded without it.
    codec, start = ("utf-8", b"\xef\xbb\xbf") if encoding == "utf-8-sig" else (encoding, b"")

    def take() -> bytes:
        block = buffer.getvalue().encode(codec, "replace")
        buffer.seek(0)
        buffer.truncate()
        return block

    writer.writerow([escape_cell(column.label) for column in columns])
    yield 0, start + take()
    for chunk in chunks(rows, len(columns)):
        formatted = [form(values) for form, values in zip(formatters, zip(*chunk, strict=True), strict=True)]
        writer.writerows(zip(*formatted, strict=True))
        yield len(chunk), take()


def _formatter(column: Column, texts: Texts) -> _Formatter:
    """A function from the values of one column to cells; the common type takes the short way."""
    kind = column.kind
    phone = kind is Kind.PHONE

    def cell(value: Any) -> str:
        # Only a true number or date is exempt: a text in a number column is still a text.
        if isinstance(value, _BARE_TYPES) and not isinstance(value, bool):
            return plain_text(value, texts)
        return escape_cell(plain_text(value, texts), phone=phone)

    if kind in NUMBER_KINDS:
        return lambda values: [
            str(v) if v.__class__ is int else plain_number(v) if v.__class__ is Decimal else cell(v) for v in values
        ]
    if kind is Kind.DATE:
        return lambda values: [v.isoformat() if v.__class__ is date else cell(v) for v in values]
    if kind is Kind.DATETIME:
        return lambda values: [texts.local_text(v) if v.__class__ is datetime else cell(v) for v in values]
    if kind is Kind.BOOLEAN:
        words = {value: cell(value) for value in (True, False)}
        return lambda values: [words[v] if v.__class__ is bool else cell(v) for v in values]
    if phone:
        return lambda values: [v if v.__class__ is str and is_canonical_phone(v) else cell(v) for v in values]
    return lambda values: [v if v.__class__ is str and v[:1] not in SUSPECT_STARTS else cell(v) for v in values]
