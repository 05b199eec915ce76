"""The workbook of refused rows: exact, marked, ready to be uploaded again."""

from datetime import UTC, datetime
from io import BytesIO

import openpyxl
from hypothesis import given
from hypothesis import strategies as st

from guanxi.platform.exchange.writing import CellProblem, decode_xlsx_text, write_error_workbook

from .samples import ZH

LABELS = {
    "title": ZH["to_correct"],
    "row_label": ZH["row"],
    "reason_label": ZH["reason"],
    "author": ZH["author"],
    "created": datetime(2026, 1, 5, tzinfo=UTC),
}
PINK = "FFFDE2E1"


def opened(header, rows, problems):
    target = BytesIO()
    count = write_error_workbook(target, header, rows, problems, **LABELS)
    target.seek(0)
    return count, openpyxl.load_workbook(target).active


def test_rows_come_with_their_reasons_and_marked_cells():
    rows = [(7, [ZH["short_firm"], "0012", "2024-13-01", None]), (9, ["=1+1", "91320000MA1XK2A34C"])]
    problems = {
        7: [CellProblem(ZH["bad_date"], 2), CellProblem(ZH["no_region"], 3)],
        9: [CellProblem(ZH["exists"])],
    }
    count, sheet = opened([ZH["customer_name"], ZH["code"], ZH["signed_on"], ZH["region"]], rows, problems)
    assert count == 2
    values = list(sheet.iter_rows(values_only=True))
    assert values == [
        (ZH["row"], ZH["reason"], ZH["customer_name"], ZH["code"], ZH["signed_on"], ZH["region"]),
        ("7", f"{ZH['bad_date']}\n{ZH['no_region']}", ZH["short_firm"], "0012", "2024-13-01", None),
        ("9", ZH["exists"], "=1+1", "91320000MA1XK2A34C", None, None),
    ]
    filled = {cell.coordinate for row in sheet.iter_rows(min_row=2) for cell in row if cell.fill.fgColor.rgb == PINK}
    assert filled == {"B2", "E2", "F2", "B3"}
    assert {cell.number_format for row in sheet.iter_rows(min_row=2) for cell in row} == {"@"}
    assert {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row if cell.value} == {"s"}
    assert sheet.freeze_panes == "C2"


def test_values_beyond_the_heading_are_kept():
    _count, sheet = opened(["A"], [(2, ["x", "y", "z"])], {})
    assert next(sheet.iter_rows(min_row=2, values_only=True)) == ("2", None, "x", "y", "z")


def test_no_rows_still_give_a_workbook():
    count, sheet = opened(["A"], [], {})
    assert (count, sheet.max_row) == (0, 1)


@given(st.lists(st.lists(st.text(min_size=1), min_size=3, max_size=3), max_size=5))
def test_values_come_back_exactly(rows):
    _count, sheet = opened(["A", "B", "C"], list(enumerate(rows, 2)), {})
    assert [[decode_xlsx_text(v) for v in row[2:]] for row in sheet.iter_rows(min_row=2, values_only=True)] == rows
