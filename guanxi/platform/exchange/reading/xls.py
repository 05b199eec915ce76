"""xls (BIFF, Excel 97-2003 and before), by xlrd: it alone gives number formats, hidden rows and merged ranges."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import xlrd
from xlrd.biffh import error_text_from_code

from .model import Limits
from .numbers import Converter, converter, number
from .refusals import Refusal
from .writer import SheetWriter, SpoolWriter
from .xlsx_sheet import MERGE_ROWS, MERGES_KEPT


def read(path: Path, spool: SpoolWriter, limits: Limits) -> None:
    """Spool every work sheet. Raises Refusal: encrypted, damaged."""
    try:
        with xlrd.open_workbook(str(path), logfile=io.StringIO(), on_demand=True, formatting_info=True) as book:
            formats = _formats(book)
            for index in range(book.nsheets):
                source = book.sheet_by_index(index)
                sheet = spool.sheet(source.name, hidden=source.visibility != 0)
                for first_row, last_row, first_column, last_column in source.merged_cells[:MERGES_KEPT]:
                    if first_row < MERGE_ROWS:
                        last = min(last_column, limits.columns) - 1
                        sheet.merges.append((first_row + 1, last_row, first_column, last))
                _read_sheet(source, sheet, formats)
                book.unload_sheet(index)
    except xlrd.XLRDError as error:
        raise Refusal("encrypted" if "encrypted" in str(error).lower() else "damaged") from error
    except (Refusal, MemoryError, OSError):
        raise
    except Exception as error:  # a damaged file makes xlrd fail in any of its own ways (assert, struct, index …)
        raise Refusal("damaged") from error


def _formats(book: xlrd.Book) -> list[Converter | None]:
    """Per extended format (xf) of the book, how its numbers are read."""
    date1904 = book.datemode == 1
    made: dict[int, Converter | None] = {}
    for key, item in book.format_map.items():
        made[key] = converter(key, item.format_str or None, date1904=date1904)
    return [made.get(xf.format_key) for xf in book.xf_list]


def _read_sheet(source: Any, sheet: SheetWriter, formats: list[Converter | None]) -> None:
    for row in range(source.nrows):
        values = source.row_values(row)
        kinds = source.row_types(row)
        cells = [
            value or None if kind == xlrd.XL_CELL_TEXT else _cell(source, sheet, formats, row, column, kind, value)
            for column, (kind, value) in enumerate(zip(kinds, values, strict=True))
        ]
        info = source.rowinfo_map.get(row)
        sheet.row(row + 1, cells, bool(info and info.hidden))


def _cell(
    source: Any, sheet: SheetWriter, formats: list[Converter | None], row: int, column: int, kind: int, value: Any
) -> Any:
    if kind in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        style = source.cell_xf_index(row, column)
        made = formats[style] if style is not None and style < len(formats) else None
        # 17 digits hold a double exactly; what is more than a spreadsheet's 15 is judged in one place, by text.
        text = f"{value:.17g}"
        result = made(text) if made else number(text)
        if isinstance(result, dict) and "r" in result:
            sheet.notices.add("rounded", row + 1)
        return result
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    if kind == xlrd.XL_CELL_ERROR:
        sheet.notices.add("error_cells", row + 1)
        return {"e": error_text_from_code.get(value, "#VALUE!")}
    return None
