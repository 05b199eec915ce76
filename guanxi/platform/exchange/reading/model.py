"""What the reader is asked and what it answers: kinds of file, limits, options, and the description of a spool.

Everything here is plain data of the standard library: the limited subprocess imports it, and start-up time counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, TypeAlias

Cell: TypeAlias = bool | int | str | dict[str, str] | None
"""One canonical cell. See `reading/__init__.py` for the meaning of each shape."""

MEGABYTE = 1024 * 1024


class FileKind(StrEnum):
    """What a file is by its content; its name is never asked."""

    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    TEXT = "text"
    VCARD = "vcard"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one reading. Sizes in bytes, times in seconds."""

    text_bytes: int = 2048 * MEGABYTE
    workbook_bytes: int = 200 * MEGABYTE
    unpacked_bytes: int = 200 * MEGABYTE
    members: int = 2_000
    ratio: int = 500
    rows: int = 1_048_576
    columns: int = 512
    spool_bytes: int = 1024 * MEGABYTE
    memory_bytes: int = 512 * MEGABYTE
    cpu_seconds: int = 30
    wall_seconds: int = 120

    def seconds_for_text(self, size: int) -> int:
        """CPU seconds granted to a text file of `size` bytes: text has no limit but its size, so time grows with it."""
        return self.cpu_seconds + size // (4 * MEGABYTE)


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the user may set when the reader guessed wrong; None means "find out"."""

    encoding: str | None = None
    delimiter: str | None = None
    unescape: bool = True
    """Take off the apostrophe that exports put before what a spreadsheet would run (`writing.formula_safety`)."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user should know about a file that was read.

    `count` cells or rows are concerned, `rows` holds the first few source row numbers.
    """

    code: str
    count: int = 1
    rows: tuple[int, ...] = ()

    @property
    def message(self) -> str:
        """The notice as a sentence in the active language."""
        # The texts need Django; the subprocess that only counts must not pay for loading it.
        from .texts import notice_text

        return notice_text(self)


@dataclass(frozen=True, slots=True)
class SheetInfo:
    """One sheet of a spool. Positions (`header`, `data_start`) count spooled rows from 0, not source rows."""

    name: str
    rows: int
    columns: int
    hidden_rows: int = 0
    hidden: bool = False
    header: tuple[int, int] | None = None
    """First and last position of the header rows, None when the sheet seems to have no header."""
    names: tuple[str, ...] = ()
    """Header names, one per column, levels joined by " / "; "" where there is none."""
    merges: tuple[tuple[int, int, int, int], ...] = ()
    """Merged ranges near the top: first and last source row (from 1), first and last column (from 0)."""
    notices: tuple[Notice, ...] = ()

    @property
    def data_start(self) -> int:
        """Position of the first row below the header."""
        return self.header[1] + 1 if self.header else 0


@dataclass(frozen=True, slots=True)
class SpoolInfo:
    """What a spool holds: the answer of `spool()`, stored beside the rows as spool.json."""

    kind: FileKind
    filename: str
    sheets: tuple[SheetInfo, ...]
    encoding: str = ""
    delimiter: str = ""
    notices: tuple[Notice, ...] = ()

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> SpoolInfo:
        """Rebuild from parsed JSON. Raises KeyError or TypeError when the shape is not ours."""
        sheets = tuple(
            SheetInfo(
                **{
                    **sheet,
                    "header": tuple(sheet["header"]) if sheet["header"] else None,
                    "names": tuple(sheet["names"]),
                    "merges": tuple(tuple(merge) for merge in sheet["merges"]),
                    "notices": _notices(sheet["notices"]),
                }
            )
            for sheet in data["sheets"]
        )
        return cls(
            **{**data, "kind": FileKind(data["kind"]), "sheets": sheets, "notices": _notices(data["notices"])},
        )


def _notices(data: list[dict[str, Any]]) -> tuple[Notice, ...]:
    return tuple(Notice(item["code"], item["count"], tuple(item["rows"])) for item in data)


@dataclass(slots=True)
class NoticeBook:
    """Collects notices while reading: counts by code, and keeps the first few rows of each."""

    KEPT = 5
    _counts: dict[str, int] = field(default_factory=dict)
    _rows: dict[str, list[int]] = field(default_factory=dict)

    def add(self, code: str, row: int | None = None, count: int = 1) -> None:
        """Count `count` more cases of `code`, seen at source row `row`."""
        self._counts[code] = self._counts.get(code, 0) + count
        rows = self._rows.setdefault(code, [])
        if row is not None and len(rows) < self.KEPT and row not in rows:
            rows.append(row)

    def notices(self) -> tuple[Notice, ...]:
        return tuple(Notice(code, count, tuple(self._rows[code])) for code, count in self._counts.items())


def as_dict(value: Limits | ReadOptions) -> dict[str, Any]:
    """The fields of a flat dataclass, ready for JSON."""
    return {item.name: getattr(value, item.name) for item in fields(value)}
