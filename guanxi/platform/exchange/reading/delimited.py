"""csv and tsv: streamed in constant memory. Every cell stays text: what it means is the mapping's business."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ..writing.formula_safety import unescape_cell
from .encodings import resolve
from .model import ReadOptions
from .refusals import Refusal
from .writer import SheetWriter, SpoolWriter

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_CHARACTERS = 256 * 1024
SAMPLE_ROWS = 200
LONGEST_CELL = 1_100_000
"""Characters: a note of 1 MB is allowed, and a quote that never closes must not swallow the file."""
CERTAIN_DELIMITERS = 8


def read(path: Path, spool: SpoolWriter, options: ReadOptions) -> None:
    """Spool a text file as one sheet.

    Raises Refusal: unknown_encoding, unknown_delimiter, open_quote, spool_too_big.
    """
    encoding, skip = resolve(path, options.encoding)
    with path.open("rb") as raw:
        raw.seek(skip)
        sample = _decode_sample(raw.read(SAMPLE_CHARACTERS), encoding)
        separator = _separator_line(sample)
        delimiter = options.delimiter or separator or guess_delimiter(sample)
        if len(delimiter) != 1 or delimiter in '\r\n"':
            raise Refusal("unknown_delimiter")
        raw.seek(skip)
        # Bytes that the encoding cannot hold become lone surrogates, which the spool writer finds at no cost.
        text = io.TextIOWrapper(raw, encoding, errors="surrogateescape", newline="")
        csv.field_size_limit(LONGEST_CELL)
        spool.encoding, spool.delimiter = encoding, delimiter
        sheet = spool.sheet("")
        if separator:
            text.readline()
        _read_rows(text, sheet, delimiter, unescaping=options.unescape, first=2 if separator else 1)


def _decode_sample(raw: bytes, encoding: str) -> str:
    text = raw.decode(encoding, "replace")
    return text[: text.rfind("\n") + 1] or text


def _separator_line(sample: str) -> str:
    """The delimiter named by a first line "sep=;", a convention of Excel; "" without one."""
    line = sample.split("\n", 1)[0].strip().strip('"')
    return line[4] if len(line) == 5 and line[:4].lower() == "sep=" else ""


def guess_delimiter(sample: str) -> str:
    """The delimiter that splits most rows into the same number of cells, more cells deciding a tie."""
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        widths: Counter[int] = Counter()
        try:
            for row in _first(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), SAMPLE_ROWS):
                if row:
                    widths[len(row)] += 1
        except csv.Error:
            continue
        split = [(count, width) for width, count in widths.items() if width > 1]
        if split:
            count, width = max(split)
            score = (round(count / widths.total(), 1), width)
            if score > best_score:
                best, best_score = delimiter, score
    return best


def _first(rows: Iterable[list[str]], count: int) -> Iterator[list[str]]:
    for index, row in enumerate(rows):
        if index == count:
            return
        yield row


def _read_rows(text: Iterable[str], sheet: SheetWriter, delimiter: str, *, unescaping: bool, first: int) -> None:
    """Row numbers are those a spreadsheet shows: a record is a row, however many lines its quoted cells span."""
    reader = csv.reader(text, delimiter=delimiter)
    number = first - 1
    lines = 0
    widest = 1
    add = sheet.row
    try:
        for row in reader:
            number += 1
            cells: list[Any] = [cell or None for cell in row]
            if reader.line_num - lines > 1:
                _mark_swallowed(cells, delimiter, widest, sheet, number)
            lines = reader.line_num
            if len(row) > widest:
                widest = len(row)
            if unescaping and "'" in "".join(row):
                cells = [unescape_cell(cell) if cell.__class__ is str else cell for cell in cells]
            add(number, cells)
    except csv.Error as error:
        raise Refusal("open_quote", row=number + 1) from error


def _mark_swallowed(cells: list[Any], delimiter: str, widest: int, sheet: SheetWriter, number: int) -> None:
    """A quote that is never closed takes the following rows into its cell: mark such a cell, the mapping refuses it.

    Told from an honest text of several lines by its delimiters: every line between first and last has a row's worth,
    and the row has the wrong width, or there are too many of them for chance.
    """
    suspicious = len(cells) != widest
    for index, cell in enumerate(cells):
        if cell.__class__ is not str or "\n" not in cell or widest < 2:
            continue
        lines = cell.strip().split("\n")
        inner = lines[1:-1] or lines[1:]
        enough = (suspicious and inner) or len(inner) * (widest - 1) >= CERTAIN_DELIMITERS
        if enough and all(line.count(delimiter) >= widest - 1 for line in inner):
            cells[index] = {"q": cell[:200]}
            sheet.notices.add("swallowed", number, len(lines) - 1)
