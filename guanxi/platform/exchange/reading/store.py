"""Reads a finished spool: any range of rows of any sheet, by offset, without parsing what comes before."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import orjson

from .headers import TopRow, header_names
from .model import Cell, SpoolInfo
from .writer import INFO_NAME, ROWS_PER_OFFSET, offsets_name, rows_name


class SpoolRow(NamedTuple):
    """A row: its number in the source file (from 1), its cells (blank ones at the end left out), whether hidden."""

    number: int
    cells: list[Cell]
    hidden: bool = False


class Spool:
    """A finished spool in `folder`. Every call opens its own file, so threads may share one object."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @staticmethod
    def is_complete(folder: Path) -> bool:
        """Whether a reading has finished in this folder: spool.json is written last, and at once."""
        return (folder / INFO_NAME).is_file()

    @cached_property
    def info(self) -> SpoolInfo:
        """Raises FileNotFoundError when the spool is not complete."""
        return SpoolInfo.from_json(orjson.loads((self.folder / INFO_NAME).read_bytes()))

    def rows(self, sheet: int = 0, start: int = 0, stop: int | None = None) -> Iterator[SpoolRow]:
        """Rows `start` (from 0) up to but not including `stop`, counted over the spooled rows of the sheet.

        Data begins at `info.sheets[sheet].data_start`. A position stays valid as a cursor for ever.
        """
        total = self.info.sheets[sheet].rows
        stop = total if stop is None else min(stop, total)
        if start < 0:
            raise ValueError("start counts from 0")
        if start >= stop:
            return
        block, skip = divmod(start, ROWS_PER_OFFSET)
        with (self.folder / offsets_name(sheet)).open("rb") as file:
            file.seek(block * 8)
            (offset,) = struct.unpack("<Q", file.read(8))
        loads = orjson.loads
        with (self.folder / rows_name(sheet)).open("rb") as file:
            file.seek(offset)
            for _ in range(skip):
                file.readline()
            for line in islice(file, stop - start):
                content = loads(line)
                yield SpoolRow(content[0], content[1], len(content) == 3)

    def names(self, sheet: int, first: int, last: int | None = None) -> tuple[str, ...]:
        """Column names when the user points to the header: positions of its first and last row among the spooled rows.

        One name per column of the sheet, "" where the header has none.
        """
        info = self.info.sheets[sheet]
        top: list[TopRow] = [
            (row.number, row.cells) for row in self.rows(sheet, first, (first if last is None else last) + 1)
        ]
        names = header_names(top, (0, len(top) - 1), info.merges)
        return names + ("",) * (info.columns - len(names))

    def preview(self, sheet: int = 0, count: int = 20) -> list[SpoolRow]:
        """The first `count` rows below the header."""
        start = self.info.sheets[sheet].data_start
        return list(self.rows(sheet, start, start + count))
