"""The same two customers in every kind of file, each with what its kind does to numbers, dates and headings."""

import csv
import datetime
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from guanxi.platform.exchange.tests.reading.builders import inline, xlsx

WORDS: dict[str, Any] = json.loads((Path(__file__).parent / "files.json").read_text("utf-8"))
HEADINGS, NAMES, REMARKS = WORDS["headings"], WORDS["names"], WORDS["remarks"]
FOUNDED = datetime.date(2024, 3, 5)
#: Days since the beginning of the calendars of 1900 and 1904.
SERIAL, SERIAL_1904 = 45356, 43894
#: Formats of cells in raw workbooks: leading zeros, and a date.
STYLES = ((164, "000"), (14, None))


def delimited(delimiter: str, encoding: str, phone: str = "1.3800138000E+10") -> bytes:
    """Phones in scientific notation, full-width digits, Chinese dates, a line break within quotes, blank ends."""
    target = io.StringIO()
    writer = csv.writer(target, delimiter=delimiter)
    writer.writerow(HEADINGS)
    writer.writerow([NAMES[0], "007", phone, WORDS["full_width"], WORDS["day"], REMARKS[0]])
    writer.writerow([NAMES[1], "008", "13900139000", "3", "2024/3/5", REMARKS[1]])
    writer.writerows([[""] * 8] * 3)
    return target.getvalue().encode(encoding)


def old_workbook(*, calendar_1904: bool = False) -> bytes:
    """xls: codes that show zeros by their format, phones as numbers, dates as serials."""
    book = xlwt.Workbook()
    book.dates_1904 = calendar_1904
    sheet = book.add_sheet(WORDS["sheet"])
    zeros, date = xlwt.easyxf(num_format_str="000"), xlwt.easyxf(num_format_str="yyyy/m/d")
    for column, heading in enumerate(HEADINGS):
        sheet.write(0, column, heading)
    serial = SERIAL_1904 if calendar_1904 else SERIAL
    for row, (code, phone, employees) in enumerate(((7, 13800138000, 12), (8, 13900139000, 3)), 1):
        sheet.write(row, 0, NAMES[row - 1])
        sheet.write(row, 1, code, zeros)
        sheet.write(row, 2, phone)
        sheet.write(row, 3, employees)
        sheet.write(row, 4, serial, date)
        sheet.write(row, 5, REMARKS[row - 1])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def open_document() -> bytes:
    """ods with typed cells."""
    document, table = OpenDocumentSpreadsheet(), Table(name=WORDS["sheet"])
    rows: list[list[tuple[str, dict[str, str], str]]] = [[("string", {}, heading) for heading in HEADINGS]]
    for name, code, phone, employees, remarks in zip(
        NAMES, ("007", "008"), ("13800138000", "13900139000"), ("12", "3"), REMARKS, strict=True
    ):
        rows.append(
            [
                ("string", {}, name), ("float", {"value": code.strip("0")}, code), ("float", {"value": phone}, "1.38E+10"),
                ("float", {"value": employees}, employees), ("date", {"datevalue": "2024-03-05"}, "05.03.24"), ("string", {}, remarks),
            ]
        )  # fmt: skip
    for cells in rows:
        row = TableRow()
        for kind, attributes, shown in cells:
            cell = TableCell(valuetype=kind, **attributes)
            for line in shown.split("\n"):
                cell.addElement(P(text=line))
            row.addElement(cell)
        table.addElement(row)
    document.spreadsheet.addElement(table)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def laid_out_workbook(*, calendar_1904: bool = False) -> bytes:
    """xlsx with a merged title, headings on two levels, a formula, a hidden row, and blank rows at the end."""
    serial = SERIAL_1904 if calendar_1904 else SERIAL
    head = f'<row r="1">{inline("A1", WORDS["title"])}</row><row r="2"/>'
    head += f'<row r="3">{inline("A3", WORDS["groups"][0])}{inline("C3", WORDS["groups"][1])}</row>'
    head += '<row r="4">' + "".join(inline(f"{'ABCDEF'[at]}4", one) for at, one in enumerate(HEADINGS)) + "</row>"
    rows = ""
    for at, (code, phone, employees) in enumerate(((7, 13800138000, "6*2"), (8, 13900139000, "1+2"))):
        row = at + 5
        rows += (
            f'<row r="{row}" hidden="{at}">{inline(f"A{row}", NAMES[at])}<c r="B{row}" s="1"><v>{code}</v></c><c r="C{row}"><v>{phone}</v></c>'
            f'<c r="D{row}"><f>{employees}</f><v>{(12, 3)[at]}</v></c><c r="E{row}" s="2"><v>{serial}</v></c>{inline(f"F{row}", REMARKS[at])}</row>'
        )
    rows += "".join(f'<row r="{row}">{inline(f"A{row}", " ")}</row>' for row in range(7, 30))
    merges = '<mergeCells><mergeCell ref="A1:F1"/><mergeCell ref="A3:B3"/><mergeCell ref="C3:F3"/></mergeCells>'
    return xlsx(head + rows, styles=STYLES, date1904=calendar_1904, after=merges)


def two_sheets() -> bytes:
    """xlsx whose customers are on its second sheet."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["Remarks to this file"])
    book.active.append(["Ask the office"])
    sheet = book.create_sheet(WORDS["sheet"])
    sheet.append(HEADINGS)
    sheet.append([NAMES[0], "007", 13800138000, 12, FOUNDED, REMARKS[0]])
    sheet.append([NAMES[1], "008", 13900139000, 3, FOUNDED, REMARKS[1]])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
