"""The workbook that sends refused import rows back: correct them in place, upload the same file."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from .columns import Column, Kind
from .xlsx import MAX_ROWS_PER_SHEET, open_workbook
from .xlsx_cells import column_letters, text_cell
from .xlsx_styles import PROBLEM_REASON, PROBLEM_TEXT, TEXT
from .xlsx_text import shorten

_LEADING = 2


@dataclass(frozen=True, slots=True)
class CellProblem:
    """Why a row was refused.

    Args:
        message: what is wrong and what to do, in the reader's language.
        column: position in the original heading, counted from 0; None when the row as a whole is meant.
    """

    message: str
    column: int | None = None


def write_error_workbook(
    target: BinaryIO,
    header: Sequence[str],
    rows: Iterable[tuple[int, Sequence[str | None]]],
    problems: Mapping[int, Sequence[CellProblem]],
    *,
    title: str,
    row_label: str,
    reason_label: str,
    author: str,
    created: datetime,
    on_rows: Callable[[int], None] | None = None,
) -> int:
    """Write the refused rows under their original heading, each with its reasons in front.

    The original columns follow two leading ones, the row number in the uploaded file and the reasons (one per
    line); cells with a problem are light red. Every value is text in a text-formatted cell, so codes keep their
    zeros and what the reader does not touch comes back exactly.

    Args:
        header: original headings, in file order.
        rows: (row number in the uploaded file, original values); missing trailing values are empty.
        problems: reasons by row number.
        title: name of the sheet and of the document.
        row_label, reason_label: headings of the leading columns; the import leaves them aside by these names.
        on_rows: called with the number of rows written so far; may raise to stop.

    Returns:
        The number of rows written.
    """
    columns = [
        Column("row", row_label, Kind.TEXT, width=8),
        Column("reason", reason_label, Kind.TEXT, width=56),
        *(Column(str(i), label, Kind.TEXT) for i, label in enumerate(header)),
    ]
    written = 0
    source = iter(rows)
    with open_workbook(target, title, author, created) as book:
        pending = next(source, None)
        while pending or not book.names:
            with book.sheet(title, columns, freeze_columns=_LEADING) as out:
                while pending and out.room(MAX_ROWS_PER_SHEET):
                    number, values = pending
                    out.write(_row_element(out.next_row, number, values, problems.get(number, ()), len(header)), 1)
                    written += 1
                    if on_rows:
                        on_rows(written)
                    pending = next(source, None)
    return written


def _row_element(
    row: int, number: int, values: Sequence[str | None], problems: Sequence[CellProblem], columns: int
) -> str:
    wrong = {problem.column for problem in problems}
    reasons = shorten("\n".join(problem.message for problem in problems))
    cells = [text_cell(f"A{row}", str(number)), text_cell(f"B{row}", reasons, PROBLEM_REASON)]
    # A row may be longer than the heading; nothing of it is dropped.
    for position in range(max(columns, len(values))):
        reference = f"{column_letters(_LEADING + position)}{row}"
        value = values[position] if position < len(values) else None
        style = PROBLEM_TEXT if position in wrong else TEXT
        # An empty cell that must be filled is coloured too.
        cells.append(text_cell(reference, shorten(value or ""), style) or f'<c r="{reference}" s="{style}"/>')
    return f'<row r="{row}">{"".join(cells)}</row>'
