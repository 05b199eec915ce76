"""Writes a spool: one NDJSON file of rows and one file of offsets per sheet, and at the very end spool.json."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import orjson

from .headers import HeaderGuess, guess_header
from .model import FileKind, Limits, NoticeBook, SheetInfo, SpoolInfo
from .refusals import Refusal

INFO_NAME = "spool.json"
ROWS_PER_OFFSET = 1_000
PENDING_BYTES = 1024 * 1024
TOP_ROWS = 60
"""Rows kept in memory per sheet to find the header."""

Progress: TypeAlias = Callable[[int], None]


def rows_name(sheet: int) -> str:
    return f"sheet-{sheet}.ndjson"


def offsets_name(sheet: int) -> str:
    return f"sheet-{sheet}.offsets"


class SheetWriter:
    """Takes the rows of one sheet in source order. Blank rows, and blanks at the end of a row, are not written."""

    def __init__(
        self, folder: Path, index: int, name: str, limits: Limits, progress: Progress, *, hidden: bool
    ) -> None:
        self.index, self.name, self.hidden, self.limits = index, name, hidden, limits
        self.notices = NoticeBook()
        self.merges: list[tuple[int, int, int, int]] = []
        self.rows = self.columns = self.hidden_rows = self.written = 0
        self.top: list[tuple[int, list[Any]]] = []
        self._folder = folder
        self._progress = progress
        self._file: BinaryIO = (folder / rows_name(index)).open("wb")
        self._lines: list[bytes] = []
        self._pending = 0
        self._offsets = [0]

    def row(self, number: int, cells: list[Any], hidden: bool = False) -> None:
        """Write source row `number` (from 1); takes possession of `cells`.

        Raises Refusal: too_many_rows, spool_too_big.
        """
        while cells and ((last := cells[-1]) is None or (last.__class__ is str and (not last or last.isspace()))):
            cells.pop()
        if not cells:
            return
        if len(cells) > self.limits.columns:
            beyond = cells[self.limits.columns :]
            self.notices.add("columns_left_out", number, sum(cell is not None for cell in beyond))
            del cells[self.limits.columns :]
            self.row(number, cells, hidden)
            return
        content = [number, cells, 1] if hidden else [number, cells]
        try:
            line = orjson.dumps(content, option=orjson.OPT_APPEND_NEWLINE)
        except TypeError:  # orjson refuses lone surrogates: bytes that the encoding could not hold
            self._mark_undecodable(number, cells)
            line = orjson.dumps(content, option=orjson.OPT_APPEND_NEWLINE)
        self._lines.append(line)
        self._pending += len(line)
        if self.rows < TOP_ROWS:
            self.top.append((number, cells))
        self.rows += 1
        self.hidden_rows += hidden
        if len(cells) > self.columns:
            self.columns = len(cells)
        if self.rows % ROWS_PER_OFFSET == 0:
            self._flush()
            self._offsets.append(self.written)
        elif self._pending > PENDING_BYTES:
            self._flush()

    def _mark_undecodable(self, number: int, cells: list[Any]) -> None:
        for index, cell in enumerate(cells):
            if cell.__class__ is str:
                clean = cell.encode("utf-8", "replace").decode()
                if clean != cell:
                    shown = cell.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
                    cells[index] = {"x": shown}
                    self.notices.add("undecodable", number)

    def _flush(self) -> None:
        self.written += self._pending
        if self.written > self.limits.spool_bytes:
            raise Refusal("spool_too_big", limit=self.limits.spool_bytes // (1024 * 1024))
        self._file.writelines(self._lines)
        self._lines.clear()
        self._pending = 0
        self._progress(self.rows)

    def close(self) -> SheetInfo:
        """Write what is left and the offsets, find the header, and describe the sheet."""
        if self._lines:
            self._flush()
        self._file.close()
        offsets = struct.pack(f"<{len(self._offsets)}Q", *self._offsets)
        (self._folder / offsets_name(self.index)).write_bytes(offsets)
        guess = guess_header(self.top, self.merges) if self.top else HeaderGuess(None, ())
        return SheetInfo(
            name=self.name,
            rows=self.rows,
            columns=self.columns,
            hidden_rows=self.hidden_rows,
            hidden=self.hidden,
            header=guess.rows,
            names=guess.names + ("",) * (self.columns - len(guess.names)),
            merges=tuple(self.merges),
            notices=self.notices.notices(),
        )


class SpoolWriter:
    """Writes the sheets of one file into `folder`, one after the other."""

    def __init__(self, folder: Path, limits: Limits, progress: Progress) -> None:
        self.notices = NoticeBook()
        self.encoding = self.delimiter = ""
        self._folder, self._limits, self._progress = folder, limits, progress
        self._sheets: list[SheetInfo] = []
        self._open: SheetWriter | None = None
        self._rows_before = self._bytes_before = 0

    def sheet(self, name: str, *, hidden: bool = False) -> SheetWriter:
        """Begin the next sheet; the one before is closed."""
        self._close_sheet()
        before = self._rows_before
        left = self._limits.spool_bytes - self._bytes_before
        limits = replace(self._limits, spool_bytes=left)
        self._open = SheetWriter(
            self._folder, len(self._sheets), name, limits, lambda rows: self._progress(before + rows), hidden=hidden
        )
        return self._open

    def _close_sheet(self) -> None:
        if self._open:
            self._sheets.append(self._open.close())
            self._rows_before += self._open.rows
            self._bytes_before += self._open.written
            self._open = None

    def finish(self, kind: FileKind, filename: str) -> SpoolInfo:
        """Close the last sheet and write spool.json, which makes the spool complete.

        Raises Refusal("no_rows") when no sheet has a row.
        """
        self._close_sheet()
        if not any(sheet.rows for sheet in self._sheets):
            raise Refusal("no_rows")
        info = SpoolInfo(kind, filename, tuple(self._sheets), self.encoding, self.delimiter, self.notices.notices())
        temporary = self._folder / (INFO_NAME + ".part")
        with temporary.open("wb") as file:
            file.write(orjson.dumps(info))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._folder / INFO_NAME)
        return info
