"""ods (OpenDocument spreadsheet, ISO/IEC 26300): content.xml as a stream. Values are read, never formulas."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

from .model import Limits
from .numbers import number
from .refusals import Refusal
from .writer import SheetWriter, SpoolWriter
from .xlsx_sheet import MERGE_ROWS, MERGES_KEPT, UNCALCULATED
from .xmlstream import feed, parser

SPACES_KEPT = 1_000

_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d)(?:\.\d+)?)?")
_DURATION = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S")
_LEADING_ZERO = re.compile(r"0[0-9]+")
_ERROR = re.compile(r"#[A-Z/0]+[!?]?|Err:\d+")
_SKIPPED = {"annotation", "shapes", "dde-links", "tracked-changes", "forms"}


def read(path: Path, spool: SpoolWriter, limits: Limits) -> None:
    """Spool every table. Raises Refusal: damaged, doctype, too_many_rows, spool_too_big."""
    with zipfile.ZipFile(path) as archive:
        reader = _ContentReader(spool, limits)
        made = parser()
        made.StartElementHandler, made.EndElementHandler = reader.start, reader.end
        made.CharacterDataHandler = reader.characters
        for _ in feed(made, archive, "content.xml"):
            pass


class _ContentReader:
    """Handles the elements of content.xml; `local name → method` keeps the handlers small."""

    def __init__(self, spool: SpoolWriter, limits: Limits) -> None:
        self._spool, self._limits = spool, limits
        self._sheet: SheetWriter | None = None
        self._row = 0
        self._row_attributes: dict[str, str] = {}
        self._cells: list[Any] = []
        self._column = 0
        self._cell: dict[str, str] | None = None
        self._paragraphs: list[str] = []
        self._in_paragraph = False
        self._skipping = 0
        self._tables = 0
        self._starts = {
            "table": self._start_table,
            "table-row": self._start_row,
            "table-cell": self._start_cell,
            "covered-table-cell": self._start_cell,
            "p": self._start_paragraph,
            "s": self._space,
            "tab": lambda _: self.characters("\t"),
            "line-break": lambda _: self.characters("\n"),
        }
        self._ends = {
            "table": self._end_table,
            "table-row": self._end_row,
            "table-cell": self._end_cell,
            "covered-table-cell": self._end_cell,
            "p": self._end_paragraph,
        }

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition("}")[2]
        if self._skipping or name in _SKIPPED:
            self._skipping += 1
            return
        handler = self._starts.get(name)
        if handler:
            handler({key.rpartition("}")[2]: value for key, value in attributes.items()})

    def end(self, tag: str) -> None:
        if self._skipping:
            self._skipping -= 1
            return
        handler = self._ends.get(tag.rpartition("}")[2])
        if handler:
            handler()

    def characters(self, data: str) -> None:
        if self._in_paragraph and not self._skipping:
            self._paragraphs[-1] += data

    def _start_table(self, attributes: dict[str, str]) -> None:
        self._tables += 1
        if self._tables > 1:  # a table inside a cell is a picture of a table, not rows
            self._skipping += 1
            return
        self._sheet = self._spool.sheet(attributes.get("name", ""))
        self._row = 0

    def _end_table(self) -> None:
        self._tables -= 1
        self._sheet = None

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._row += 1
        self._row_attributes, self._cells, self._column = attributes, [], 0

    def _end_row(self) -> None:
        repeated = _count(self._row_attributes.get("number-rows-repeated"))
        hidden = self._row_attributes.get("visibility", "visible") != "visible"
        if self._sheet and self._cells:
            if self._row + repeated - 1 > self._limits.rows:
                raise Refusal("too_many_rows", limit=self._limits.rows)
            for offset in range(repeated):
                self._sheet.row(self._row + offset, list(self._cells), hidden)
        self._row += repeated - 1
        self._cells = []

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._cell, self._paragraphs = attributes, []

    def _start_paragraph(self, _attributes: dict[str, str]) -> None:
        if self._cell is not None:
            self._paragraphs.append("")
            self._in_paragraph = True

    def _end_paragraph(self) -> None:
        self._in_paragraph = False

    def _space(self, attributes: dict[str, str]) -> None:
        self.characters(" " * min(_count(attributes.get("c")), SPACES_KEPT))

    def _end_cell(self) -> None:
        attributes, self._cell = self._cell or {}, None
        repeated = _count(attributes.get("number-columns-repeated"))
        value = self._value(attributes, "\n".join(self._paragraphs))
        column, self._column = self._column, self._column + repeated
        if value is None or not self._sheet:
            return
        kept = min(repeated, max(0, self._limits.columns - column))
        if kept < repeated:
            self._sheet.notices.add("columns_left_out", self._row, repeated - kept)
        self._merge(attributes, column)
        if kept:
            self._cells.extend([None] * (column - len(self._cells)))
            self._cells.extend([value] * kept)
        if isinstance(value, dict):
            self._notice(value, self._sheet, kept)

    def _merge(self, attributes: dict[str, str], column: int) -> None:
        across, down = _count(attributes.get("number-columns-spanned")), _count(attributes.get("number-rows-spanned"))
        if self._sheet and across * down > 1 and self._row <= MERGE_ROWS and len(self._sheet.merges) < MERGES_KEPT:
            last = min(column + across, self._limits.columns) - 1
            self._sheet.merges.append((self._row, self._row + down - 1, column, last))

    def _notice(self, value: dict[str, str], sheet: SheetWriter, count: int) -> None:
        if value is UNCALCULATED:
            sheet.notices.add("uncalculated", self._row, count)
        elif "e" in value:
            sheet.notices.add("error_cells", self._row, count)
        elif "r" in value:
            sheet.notices.add("rounded", self._row, count)

    def _value(self, attributes: dict[str, str], text: str) -> Any:
        kind = attributes.get("value-type", "")
        if attributes.get("formula") and (kind == "error" or _ERROR.fullmatch(text)):
            return {"e": text or "#VALUE!"}
        if kind in ("float", "percentage", "currency"):
            return _numeric(attributes.get("value", ""), text)
        if kind == "date":
            return _date(attributes.get("date-value", ""), text)
        if kind == "time":
            match = _DURATION.fullmatch(attributes.get("time-value", ""))
            return {"h": f"{int(match[1]):02d}:{int(match[2]):02d}:{int(match[3]):02d}"} if match else text or None
        if kind == "boolean":
            return attributes.get("boolean-value") == "true"
        if attributes.get("formula") and not kind:
            return UNCALCULATED
        return text or attributes.get("string-value") or None


def _numeric(stored: str, shown: str) -> Any:
    """A number, or the shown digits where the format gives it leading zeros."""
    value = number(stored)
    if isinstance(value, int) and _LEADING_ZERO.fullmatch(shown) and int(shown) == value:
        return shown
    return value


def _date(stored: str, shown: str) -> Any:
    match = _DATE.fullmatch(stored)
    if not match:
        return shown or stored or None
    return {"t": f"{match[1]}T{match[2]}"} if match[2] else {"d": match[1]}


def _count(text: str | None) -> int:
    return max(1, int(text)) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 1
