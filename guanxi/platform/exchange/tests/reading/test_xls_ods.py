"""Workbooks of the old Excel (xls) and of OpenDocument (ods)."""

from __future__ import annotations

import datetime

import pytest
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from guanxi.platform.exchange.reading import FileKind, Limits, Refusal, sniff

from .builders import SAMPLES, cells, ods, read_here, saved


def text(value: str) -> str:
    return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'


def test_xls_values_formats_hidden_rows_and_merges(tmp_path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("Main")
    date = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    zeros = xlwt.easyxf(num_format_str="000000")
    sheet.write_merge(0, 0, 0, 4, "Title")
    for column, name in enumerate(["Name", "Code", "Since", "Phone", "Open", "Id"]):
        sheet.write(1, column, name)
    sheet.write(2, 0, SAMPLES["company"])
    sheet.write(2, 1, 123, zeros)
    sheet.write(2, 2, datetime.date(2024, 3, 5), date)
    sheet.write(2, 3, 13800138000.0)
    sheet.write(2, 4, True)
    sheet.write(2, 5, 330106199001011234)
    sheet.write(3, 0, "hidden")
    sheet.write(3, 1, 12.5)
    sheet.row(3).hidden = True
    book.add_sheet("Blank")
    book.save(str(tmp_path / "a.xls"))
    spool = read_here(tmp_path / "a.xls")
    rows = list(spool.rows())
    company = [SAMPLES["company"], "000123", {"d": "2024-03-05"}, 13800138000, True]
    assert rows[2].cells[:5] == company
    assert set(rows[2].cells[5]) == {"r"}
    assert rows[3].cells == ["hidden", {"n": "12.5"}]
    info = spool.info.sheets[0]
    assert (info.header, info.hidden_rows, rows[3].hidden) == ((1, 1), 1, True)
    assert info.merges == ((1, 1, 0, 4),)
    assert [notice.code for notice in info.notices] == ["rounded"]
    assert spool.info.sheets[1].rows == 0


def test_xls_1904(tmp_path):
    book = xlwt.Workbook()
    book.dates_1904 = True
    book.add_sheet("S").write(0, 0, 43894, xlwt.easyxf(num_format_str="yyyy/m/d"))
    book.save(str(tmp_path / "b.xls"))
    assert cells(read_here(tmp_path / "b.xls")) == [[{"d": "2024-03-05"}]]


@pytest.mark.parametrize("keep", [700, 2000, 4000])
def test_truncated_xls_is_damage(tmp_path, keep):
    book = xlwt.Workbook()
    for row in range(200):
        book.add_sheet(f"S{row}") if row < 3 else None
        book.get_sheet(0).write(row, 0, f"value {row}")
    book.save(str(tmp_path / "c.xls"))
    path = saved(tmp_path / "d.xls", (tmp_path / "c.xls").read_bytes()[:keep])
    with pytest.raises(Refusal, match="damaged"):
        read_here(path)


def test_ods_written_by_odfpy(tmp_path):
    document = OpenDocumentSpreadsheet()
    table = Table(name="Customers")
    row = TableRow()
    for kind, attributes, shown in (
        ("string", {}, SAMPLES["company"]),
        ("float", {"value": "13800138000"}, "1.38E+10"),
        ("date", {"datevalue": "2024-03-05"}, "05.03.24"),
        ("date", {"datevalue": "2024-03-05T10:20:30"}, ""),
        ("boolean", {"booleanvalue": "true"}, "TRUE"),
        ("time", {"timevalue": "PT30H05M00S"}, "30:05"),
        ("percentage", {"value": "0.5"}, "50 %"),
        ("currency", {"value": "12.50", "currency": "CNY"}, "12,50"),
    ):
        cell = TableCell(valuetype=kind, **attributes)
        cell.addElement(P(text=shown))
        row.addElement(cell)
    table.addElement(row)
    document.spreadsheet.addElement(table)
    document.save(str(tmp_path / "a.ods"))
    assert sniff(tmp_path / "a.ods", "a.ods") is FileKind.ODS
    spool = read_here(tmp_path / "a.ods")
    assert spool.info.sheets[0].name == "Customers"
    assert cells(spool) == [
        [SAMPLES["company"], 13800138000, {"d": "2024-03-05"}, {"t": "2024-03-05T10:20:30"}, True, {"h": "30:05:00"},
         {"n": "0.5"}, {"n": "12.5"}]
    ]  # fmt: skip


def test_ods_leading_zeros_rounding_formulas_and_errors(tmp_path):
    row = (
        "<table:table-row>"
        '<table:table-cell office:value-type="float" office:value="123"><text:p>000123</text:p></table:table-cell>'
        '<table:table-cell office:value-type="float" office:value="3.30106199001011E+017"><text:p>x</text:p></table:table-cell>'
        '<table:table-cell table:formula="of:=1+1"/>'
        '<table:table-cell table:formula="of:=NA()" office:value-type="string"><text:p>#N/A</text:p></table:table-cell>'
        '<table:table-cell table:formula="of:=2*3" office:value-type="float" office:value="6"><text:p>6</text:p></table:table-cell>'
        "</table:table-row>"
    )
    spool = read_here(saved(tmp_path / "z.ods", ods(row)))
    assert cells(spool) == [["000123", {"r": "330106199001011000"}, {"e": "#UNCALCULATED"}, {"e": "#N/A"}, 6]]
    assert {notice.code for notice in spool.info.sheets[0].notices} == {"rounded", "uncalculated", "error_cells"}


def test_ods_text_with_spaces_breaks_spans_and_comments(tmp_path):
    cell = (
        '<table:table-cell office:value-type="string"><office:annotation><text:p>comment</text:p></office:annotation>'
        '<text:p>a<text:s text:c="2"/>b<text:span>c</text:span><text:line-break/>d</text:p><text:p>e</text:p></table:table-cell>'
    )
    assert cells(read_here(saved(tmp_path / "t.ods", ods(f"<table:table-row>{cell}</table:table-row>")))) == [
        ["a  bc\nd\ne"]
    ]


def test_ods_repeated_and_hidden_rows_and_columns(tmp_path):
    table = (
        f'<table:table-row table:number-rows-repeated="2">{text("x")}<table:table-cell table:number-columns-repeated="3"/>'
        f"{text('y')}</table:table-row>"
        '<table:table-row table:number-rows-repeated="1000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
        f'<table:table-row table:visibility="filter">{text("z")}</table:table-row>'
        '<table:table-row table:number-rows-repeated="1047573"><table:table-cell/></table:table-row>'
    )
    rows = list(read_here(saved(tmp_path / "r.ods", ods(table))).rows())
    assert [(row.number, row.cells, row.hidden) for row in rows] == [
        (1, ["x", None, None, None, "y"], False),
        (2, ["x", None, None, None, "y"], False),
        (1003, ["z"], True),
    ]


def test_ods_repetition_bombs_are_stopped(tmp_path):
    cell = text("y" * 1000).replace("<table:table-cell", '<table:table-cell table:number-columns-repeated="16384"')
    row = f'<table:table-row table:number-rows-repeated="{{}}">{cell}</table:table-row>'
    with pytest.raises(Refusal, match="too_many_rows"):
        read_here(saved(tmp_path / "b.ods", ods(row.format(1_048_577))))
    with pytest.raises(Refusal, match="spool_too_big"):
        read_here(saved(tmp_path / "c.ods", ods(row.format(1_000_000))), Limits(spool_bytes=5_000_000))


def test_encrypted_ods(tmp_path):
    with pytest.raises(Refusal, match="encrypted"):
        sniff(saved(tmp_path / "e.ods", ods("", manifest="<manifest:encryption-data/>")), "e.ods")
