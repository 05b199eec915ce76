"""Workbooks: well-formed, typed, never a formula, readable by others."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, RawIOBase
from xml.etree import ElementTree
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from guanxi.platform.exchange.writing import Column, Sheet, Texts, decode_xlsx_text, write_xlsx

from .samples import TRIGGERS, ZH

CREATED = datetime(2026, 1, 5, 6, 30, tzinfo=UTC)
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
KINDS = ["text", "longtext", "phone", "integer", "decimal", "money", "percent", "date", "datetime", "boolean"]
NAME = Column("name", ZH["customer_name"], "text")


def written(sheets, **options) -> BytesIO:
    target = BytesIO()
    options = {"title": ZH["customer_list"], "author": ZH["author"], "created": CREATED, **options}
    written.result = write_xlsx(target, sheets, **options)
    target.seek(0)
    return target


def table(columns, rows, **options) -> list[tuple]:
    book = openpyxl.load_workbook(written([Sheet("T", columns, rows)], **options))
    return list(book.active.iter_rows(values_only=True))


def parts(content: BytesIO) -> dict[str, bytes]:
    with ZipFile(content) as package:
        assert package.testzip() is None
        return {name: package.read(name) for name in package.namelist()}


def sheet_xml(content: BytesIO) -> ElementTree.Element:
    return ElementTree.fromstring(parts(content)["xl/worksheets/sheet1.xml"])


@pytest.mark.parametrize("kind", KINDS)
def test_text_in_any_column_is_a_string_cell(kind):
    texts = [f"{trigger}1+1" for trigger in TRIGGERS] + ["http://example.com", "mailto:a@b.cn", "{=1}", "12", "TRUE"]
    content = written([Sheet("=1+1", [Column("a", "=A1", kind)], [[text] for text in texts])])
    cells = sheet_xml(content).findall(f".//{MAIN}c")
    assert {cell.get("t") for cell in cells} == {"inlineStr"}
    found = [decode_xlsx_text(cell.find(f"{MAIN}is/{MAIN}t").text) for cell in cells]
    assert found == ["=A1", *texts]
    everything = b"".join(parts(content).values())
    assert b"<f>" not in everything
    assert b"<hyperlink" not in everything


def test_every_part_is_well_formed_and_declared():
    content = written([Sheet("A & <B>", [NAME], [["a"]]), Sheet("B", [NAME], [])], watermark="A & <2026>")
    found = parts(content)
    for name, data in found.items():
        if not name.endswith(".png"):
            ElementTree.fromstring(data)
    assert found["xl/media/watermark.png"].startswith(b"\x89PNG")
    types = ElementTree.fromstring(found["[Content_Types].xml"])
    declared = {element.get("PartName", "").lstrip("/") for element in types}
    assert {name for name in found if name.endswith(".xml")} - {"[Content_Types].xml"} <= declared
    for name, data in found.items():
        if name.endswith(".rels"):
            base = name.replace("_rels/", "").rpartition("/")[0]
            for relation in ElementTree.fromstring(data):
                path = [*base.split("/"), *relation.get("Target").split("/")] if base else [relation.get("Target")]
                while ".." in path:
                    at = path.index("..")
                    del path[at - 1 : at + 1]
                assert "/".join(path) in found


def test_sheet_elements_stand_in_the_order_of_the_schema():
    order = "sheetPr sheetViews sheetFormatPr cols sheetData autoFilter pageMargins pageSetup headerFooter picture"
    root = sheet_xml(written([Sheet("A", [NAME], [["a"]])], watermark="W"))
    assert [child.tag.removeprefix(MAIN) for child in root] == order.split()


def test_values_keep_their_types():
    columns = [Column(kind, kind, kind, unit="CNY" if kind == "money" else None) for kind in KINDS]
    at = datetime(2024, 3, 5, 16, 30, 5, tzinfo=UTC)
    row = ["a", "b", "+8613800138000", -5, Decimal("0.125"), Decimal("12846.5"), 30, date(2024, 3, 5), at, True]
    content = written([Sheet("T", columns, [row])], texts=Texts(zone=ZoneInfo("Asia/Shanghai")))
    cells = next(openpyxl.load_workbook(content).active.iter_rows(min_row=2))
    local = datetime(2024, 3, 6, 0, 30, 5)
    assert [cell.value for cell in cells] == [*row[:4], 0.125, 12846.5, 30, datetime(2024, 3, 5), local, True]
    assert [cell.number_format for cell in cells] == [
        "@", "@", "@", "#,##0", "#,##0.00", '"¥"#,##0.00', 'General"%"', "yyyy-mm-dd", "yyyy-mm-dd hh:mm", "General",
    ]  # fmt: skip
    content.seek(0)
    calamine = CalamineWorkbook.from_filelike(content).get_sheet_by_index(0).to_python()[1]
    assert calamine == [*row[:3], -5, 0.125, 12846.5, 30, date(2024, 3, 5), local, True]


def test_what_a_cell_cannot_hold_becomes_text():
    rows = [[10**15], [-(10**14)], [Decimal("1234567890123.456")], [Decimal("0.00000000000012")]]
    assert [row[0] for row in table([Column("n", "n", "decimal")], rows)[1:]] == [
        "1000000000000000",
        -(10**14),
        "1234567890123.456",
        0.00000000000012,
    ]
    unlimited = [[float("inf"), 1], [float("nan"), 2]]
    assert table([Column("n", "n", "decimal"), NAME], unlimited)[1:] == [(None, "1"), (None, "2")]
    early = [[date(1899, 12, 31)], [date(1900, 2, 28)], [date(1900, 3, 1)]]
    assert [row[0] for row in table([Column("d", "d", "date")], early)[1:]] == [
        "1899-12-31",
        "1900-02-28",
        datetime(1900, 3, 1),
    ]


def test_words_replace_booleans_on_request():
    texts = Texts(yes=ZH["yes"], no=ZH["no"])
    assert table([Column("b", "b", "boolean")], [[True], [False]], texts=texts)[1:] == [(ZH["yes"],), (ZH["no"],)]


@given(st.lists(st.text(min_size=1), min_size=1, max_size=20))
def test_any_text_comes_back(values):
    found = table([NAME], [[value] for value in values])[1:]
    assert [decode_xlsx_text(row[0]) for row in found] == values


@pytest.mark.parametrize(
    "text", ["_x0041_", "_xAAAA\x01", "_x0041_x0042_", "\x01_x", "\ud800", "\uffff", " a\n", "a\r\nb"]
)
def test_escapes_are_reversible(text):
    assert decode_xlsx_text(table([NAME], [[text]])[1][0]) == text


def test_escapes_are_those_that_other_readers_know():
    book = CalamineWorkbook.from_filelike(written([Sheet("A", [NAME], [["a\rb"]])]))
    assert decode_xlsx_text(book.get_sheet_by_index(0).to_python()[1][0]) == "a\rb"


def test_a_text_longer_than_a_cell_is_cut_and_counted():
    rows = [["x" * 32_767], ["x" * 32_768], ["😀" * 20_000]]
    found = [row[0] for row in table([NAME], rows)[1:]]
    assert found == ["x" * 32_767, "x" * 32_766 + "…", "😀" * 16_383 + "…"]
    assert written.result.shortened == 2


def test_long_tables_continue_on_further_sheets():
    name = ZH["customers"]
    rows = [[str(i)] for i in range(2_500)]
    content = written([Sheet(name, [NAME], iter(rows)), Sheet(name, [NAME], [])], rows_per_sheet=1_200)
    book = openpyxl.load_workbook(content)
    assert book.sheetnames == [name, *(f"{name} ({i})" for i in (2, 3, 4))]
    assert [sheet.max_row for sheet in book] == [1_201, 1_201, 101, 1]
    assert [cell.value for sheet in book for cell in sheet["A"][1:]] == [row[0] for row in rows]
    assert written.result.sheets == tuple(book.sheetnames)
    assert written.result.rows == 2_500


def test_a_full_sheet_needs_no_second_one():
    written([Sheet("A", [NAME], [["a"]] * 1_200)], rows_per_sheet=1_200)
    assert written.result.sheets == ("A",)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("a/b:c*d?[e]\\f", "a b c d e f"),
        ("'x'", "x"),
        ("", "1"),
        ("History", "History 1"),
        (ZH["one"] * 40, ZH["one"] * 31),
    ],
)
def test_sheet_names_follow_the_rules(title, name):
    assert openpyxl.load_workbook(written([Sheet(title, [NAME], [])])).sheetnames == [name]


def test_sheet_names_differ_without_regard_to_case():
    sheets = [Sheet(title, [NAME], []) for title in ("Data", "DATA", "d" * 31, "D" * 31)]
    assert openpyxl.load_workbook(written(sheets)).sheetnames == ["Data", "DATA (2)", "d" * 31, "D" * 27 + " (2)"]


def test_a_sheet_opens_ready_to_use():
    book = openpyxl.load_workbook(written([Sheet("A'B", [NAME, Column("n", ZH["note"], "longtext")], [["a", "b"]])]))
    sheet = book.active
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:B2"
    assert sheet["A1"].font.bold
    assert sheet.column_dimensions["A"].width < sheet.column_dimensions["B"].width
    assert sheet.print_title_rows == "$1:$1"
    assert (book.properties.title, book.properties.creator) == (ZH["customer_list"], ZH["author"])
    assert book.properties.created == CREATED.replace(tzinfo=None)


def test_the_watermark_is_behind_the_cells_and_on_paper():
    content = written([Sheet("A", [NAME], [["a"]])], watermark="A & B 2026")
    root = sheet_xml(content)
    assert root.find(f"{MAIN}headerFooter/{MAIN}oddHeader").text == "&CA && B 2026"
    assert root.find(f"{MAIN}picture") is not None


def test_units_cannot_break_out_of_the_number_format():
    column = Column("n", "n", "decimal", unit='"&<;[Red]\\')
    book = openpyxl.load_workbook(written([Sheet("A", [column], [[1]])]))
    assert book.active["A2"].number_format == '#,##0.00" &<;[Red]"'


def test_the_target_need_not_be_seekable():
    class Pipe(RawIOBase):
        def __init__(self):
            self.data = b""

        def writable(self):
            return True

        def write(self, data):
            self.data += bytes(data)
            return len(data)

    pipe = Pipe()
    write_xlsx(pipe, [Sheet("A", [NAME], [["a"]])], title="t", author="a", created=CREATED)
    assert openpyxl.load_workbook(BytesIO(pipe.data)).active["A2"].value == "a"


def test_errors_are_the_callers_own():
    def broken():
        yield ["a"]
        raise InterruptedError("stop")

    with pytest.raises(InterruptedError, match="stop"):
        written([Sheet("A", [NAME], broken())])
    with pytest.raises(ValueError, match="2 values for 1 columns"):
        written([Sheet("A", [NAME], [["a", "b"]])])
    with pytest.raises(ValueError, match="at least one sheet"):
        written([])
    with pytest.raises(ValueError, match="16384"):
        written([Sheet("A", [], [])])
