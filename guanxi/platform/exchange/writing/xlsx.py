"""A streaming workbook writer: any number of rows in constant memory, every text a text.

Rows go through one zip entry per sheet at compression level 1 (level 6 halves the speed and saves little);
strings are inline, because a shared table would have to stay in memory.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from . import xlsx_parts
from .columns import Column, Sheet, Texts, chunks
from .watermark import watermark_png
from .xlsx_cells import MAX_COLUMNS, ColumnCells, column_letters, text_cell
from .xlsx_styles import HEADER, Styles
from .xlsx_text import shorten

MAX_ROWS_PER_SHEET = 1_048_575
# Without the 64-bit zip fields, which spreadsheets do not all read, an entry must stay below 2 GiB.
MAX_SHEET_BYTES = 1_900_000_000


@dataclass(frozen=True, slots=True)
class WrittenWorkbook:
    """What was written: data rows, sheet names in order, and texts cut to the 32,767 a cell can hold."""

    rows: int
    sheets: tuple[str, ...]
    shortened: int


def write_xlsx(
    target: BinaryIO,
    sheets: Iterable[Sheet],
    *,
    title: str,
    author: str,
    created: datetime,
    watermark: str | None = None,
    freeze: int = 1,
    texts: Texts | None = None,
    on_rows: Callable[[int], None] | None = None,
    rows_per_sheet: int = MAX_ROWS_PER_SHEET,
) -> WrittenWorkbook:
    """Write a workbook with one sheet per `Sheet`, and further sheets where one is too long.

    Args:
        target: receives the bytes in order; need not be seekable.
        title, author, created: document properties.
        watermark: text behind the cells on screen and in the head of printed pages.
        freeze: rows kept in sight, counted from the top; the heading is the first.
        on_rows: called with the number of rows written so far, about every thousand; may raise to stop.
        rows_per_sheet: data rows after which a further sheet begins.

    Raises:
        ValueError: no sheet, too many columns, or a row without one value per column.
    """
    texts = texts or Texts()
    written = shortened = 0

    def report(rows: int) -> None:
        nonlocal written
        written += rows
        if on_rows:
            on_rows(written)

    with open_workbook(target, title, author, created, watermark, freeze) as book:
        for sheet in sheets:
            cells = [ColumnCells(column, i, book.styles, texts) for i, column in enumerate(sheet.columns)]
            _write_table(book, sheet, cells, rows_per_sheet, report)
            shortened += sum(column.shortened for column in cells)
    return WrittenWorkbook(written, book.names, shortened)


def _write_table(
    book: "Workbook", sheet: Sheet, cells: Sequence[ColumnCells], limit: int, report: Callable[[int], None]
) -> None:
    blocks = chunks(sheet.rows, len(sheet.columns))
    pending = next(blocks, [])
    begun = False
    while pending or not begun:
        begun = True
        with book.sheet(sheet.title, sheet.columns) as out:
            while pending and (room := out.room(limit)):
                part, pending = pending[:room], pending[room:]
                out.write(_row_elements(cells, part, out.next_row), len(part))
                report(len(part))
                pending = pending or next(blocks, [])


def _row_elements(cells: Sequence[ColumnCells], chunk: Sequence[Sequence[Any]], first_row: int) -> str:
    numbers = [str(number) for number in range(first_row, first_row + len(chunk))]
    written = [cell.write(values, numbers) for cell, values in zip(cells, zip(*chunk, strict=True), strict=True)]
    rows = zip(numbers, zip(*written, strict=True), strict=True)
    return "".join([f'<row r="{number}">{"".join(row)}</row>' for number, row in rows])


class SheetStream:
    """The open sheet of a workbook: takes row elements in order."""

    def __init__(self, stream: IO[bytes], name: str, columns: Sequence[Column], head: str) -> None:
        self._stream = stream
        self._name = name
        self._last_column = column_letters(len(columns) - 1)
        self._bytes = 0
        self._rows = 0
        heading = "".join(
            text_cell(f"{column_letters(i)}1", shorten(column.label), HEADER) for i, column in enumerate(columns)
        )
        self.write(f'{head}<row r="1" ht="21" customHeight="1">{heading}</row>', 1)

    @property
    def next_row(self) -> int:
        """The number of the row that comes next, counted from 1 with the heading."""
        return self._rows + 1

    def room(self, limit: int) -> int:
        """How many data rows may follow when a sheet holds at most `limit`; 0 when its zip entry is full."""
        return limit - (self._rows - 1) if self._bytes < MAX_SHEET_BYTES else 0

    def write(self, elements: str, rows: int) -> None:
        """Append `<row>` elements, `rows` of them."""
        block = elements.encode()
        self._stream.write(block)
        self._bytes += len(block)
        self._rows += rows

    def finish(self, watermark: str | None) -> xlsx_parts.SheetPart:
        """Write what follows the rows and say what the sheet covers."""
        part = xlsx_parts.SheetPart(self._name, self._last_column, self._rows)
        self._stream.write(xlsx_parts.sheet_foot(part, watermark).encode())
        return part


class Workbook:
    """The zip package around the sheets; the small parts follow the sheets, so nothing is known in advance."""

    def __init__(self, package: ZipFile, properties: str, watermark: str | None, freeze: int) -> None:
        self.styles = Styles()
        self._zip = package
        self._properties = properties
        self._watermark = watermark
        self._freeze = freeze
        self._parts: list[xlsx_parts.SheetPart] = []

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the finished sheets."""
        return tuple(part.name for part in self._parts)

    @contextmanager
    def sheet(self, title: str, columns: Sequence[Column], freeze_columns: int = 0) -> Iterator[SheetStream]:
        """Open the next sheet with its heading written; close it at the end.

        Raises:
            ValueError: more columns than a spreadsheet has, or none.
        """
        if not 0 < len(columns) <= MAX_COLUMNS:
            raise ValueError(f"A sheet needs 1 to {MAX_COLUMNS} columns, not {len(columns)}.")
        number = len(self._parts) + 1
        name = xlsx_parts.sheet_name(title, self.names, number)
        column_styles = [self.styles.of(column) for column in columns]
        head = xlsx_parts.sheet_head(columns, column_styles, self._freeze, freeze_columns)
        with self._zip.open(f"xl/worksheets/sheet{number}.xml", "w") as stream:
            out = SheetStream(stream, name, columns, head)
            yield out
            self._parts.append(out.finish(self._watermark))

    def finish(self) -> None:
        """Write the small parts.

        Raises:
            ValueError: the workbook has no sheet.
        """
        count = len(self._parts)
        if not count:
            raise ValueError("A workbook needs at least one sheet.")
        write = self._zip.writestr
        if self._watermark:
            write("xl/media/watermark.png", watermark_png(self._watermark))
            for number in range(1, count + 1):
                write(f"xl/worksheets/_rels/sheet{number}.xml.rels", xlsx_parts.sheet_relations())
        write("xl/styles.xml", self.styles.xml())
        write("xl/workbook.xml", xlsx_parts.workbook(self._parts, self._freeze))
        write("xl/_rels/workbook.xml.rels", xlsx_parts.workbook_relations(count))
        write("docProps/core.xml", self._properties)
        write("docProps/app.xml", xlsx_parts.app_properties())
        write("_rels/.rels", xlsx_parts.package_relations())
        write("[Content_Types].xml", xlsx_parts.content_types(count))


@contextmanager
def open_workbook(
    target: BinaryIO, title: str, author: str, created: datetime, watermark: str | None = None, freeze: int = 1
) -> Iterator[Workbook]:
    """A workbook that is completed when the block ends well; after an error the target holds no readable workbook."""
    with ZipFile(target, "w", ZIP_DEFLATED, compresslevel=1) as package:
        book = Workbook(package, xlsx_parts.core_properties(title, author, created, watermark), watermark, freeze)
        yield book
        book.finish()
