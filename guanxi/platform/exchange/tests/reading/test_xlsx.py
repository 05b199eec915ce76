"""Workbooks of the Office Open XML family: every kind of cell comes out as what the user sees and nothing else."""

from __future__ import annotations

import datetime
import itertools
import zipfile
from pathlib import Path

import openpyxl
import pytest

from guanxi.platform.exchange.reading import Refusal
from guanxi.platform.exchange.reading.model import NoticeBook

from .builders import MAIN, SAMPLES, cells, inline, read_here, saved, xlsx


def numbers(tmp_path: Path, code: str | None, *values: str, key: int = 170, date1904: bool = False) -> list:
    """The cells of one row of numbers under one format."""
    row = "".join(f'<c s="1"><v>{value}</v></c>' for value in values)
    path = saved(tmp_path / "n.xlsx", xlsx(f'<row r="1">{row}</row>', styles=[(key, code)], date1904=date1904))
    return cells(read_here(path))[0]


def test_values_written_by_openpyxl(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Name", "Count", "Price", "Since", "Moment", "Open", "Time"])
    moment = datetime.datetime(2024, 3, 5, 10, 20, 30)
    sheet.append(["A", 7, 12.5, datetime.date(2024, 3, 5), moment, True, datetime.time(9, 30)])
    book.save(tmp_path / "a.xlsx")
    spool = read_here(tmp_path / "a.xlsx")
    assert cells(spool)[1] == [
        "A", 7, {"n": "12.5"}, {"d": "2024-03-05"}, {"t": "2024-03-05T10:20:30"}, True, {"h": "09:30:00"},
    ]  # fmt: skip
    info = spool.info.sheets[0]
    assert (info.name, info.rows, info.columns, info.header, info.data_start) == ("Sheet", 2, 7, (0, 0), 1)
    assert info.names == ("Name", "Count", "Price", "Since", "Moment", "Open", "Time")


def test_dates_of_both_systems(tmp_path):
    assert numbers(tmp_path, None, "45356", "1", "59", "61", "45356.5", key=14) == [
        {"d": "2024-03-05"}, {"d": "1900-01-01"}, {"d": "1900-02-28"}, {"d": "1900-03-01"}, {"t": "2024-03-05T12:00:00"},
    ]  # fmt: skip
    assert numbers(tmp_path, None, "43894", "0", key=14, date1904=True) == [{"d": "2024-03-05"}, {"d": "1904-01-01"}]


def test_serials_without_a_day_stay_numbers(tmp_path):
    assert numbers(tmp_path, None, "60", "0", "-5", "99999999", key=14) == [60, 0, -5, 99999999]


@pytest.mark.parametrize("code", [SAMPLES["year_format"], "[$-804]yyyy/m/d", "mm-dd-yy", "[Red]d mmm yyyy;@", "m/d"])
def test_date_formats(tmp_path, code):
    assert numbers(tmp_path, code, "45356") == [{"d": "2024-03-05"}]


@pytest.mark.parametrize(
    "code", ["General", "0.00", "#,##0", "0.00E+00", '0" days"', "[Red]-0.0", "0%", '"h"0', "# ?/?"]
)
def test_number_formats_are_not_dates(tmp_path, code):
    assert numbers(tmp_path, code, "5") in ([5], ["h5"])


def test_times_and_durations(tmp_path):
    assert numbers(tmp_path, "h:mm", "0.4375") == [{"h": "10:30:00"}]
    assert numbers(tmp_path, "[h]:mm:ss", "1.25") == [{"h": "30:00:00"}]
    assert numbers(tmp_path, "h:mm", "45356.5") == [{"t": "2024-03-05T12:00:00"}]


def test_leading_zeros_by_number_format(tmp_path):
    assert numbers(tmp_path, "000000", "123", "1234567", "-5", "1.5") == ["000123", "1234567", -5, {"n": "1.5"}]
    assert numbers(tmp_path, "000-0000", "5712345", "42") == ["571-2345", "000-0042"]
    assert numbers(tmp_path, SAMPLES["code_format"], "42") == [SAMPLES["code_shown"]]


def test_numbers_are_exact_or_flagged(tmp_path):
    assert numbers(tmp_path, "General", "13800138000", "1.3800138E10", "13800138000.0", "0.30000000000000004") == [
        13800138000, 13800138000, 13800138000, {"n": "0.3"},
    ]  # fmt: skip
    assert numbers(tmp_path, "0", "3.30106199001011E+17", "330106199001011234", "999999999999999") == [
        {"r": "330106199001011000"}, {"r": "330106199001011234"}, 999999999999999,
    ]  # fmt: skip
    assert numbers(tmp_path, "0", "1E-7", "-12.50", "NaN", "1e999") == [
        {"n": "0.0000001"}, {"n": "-12.5"}, {"e": "#NUM!"}, {"e": "#NUM!"},
    ]  # fmt: skip


def test_rounded_codes_are_noticed_with_their_row(tmp_path):
    rows = '<row r="7"><c r="A7"><v>3.30106199001011E+17</v></c></row>'
    spool = read_here(saved(tmp_path / "r.xlsx", xlsx(rows)))
    (notice,) = spool.info.sheets[0].notices
    assert (notice.code, notice.count, notice.rows) == ("rounded", 1, (7,))
    assert "15" in notice.message


def test_formulas_give_stored_results(tmp_path):
    row = (
        '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="str"><f>A1&amp;"x"</f><v>2x</v></c>'
        '<c r="C1"><f>A1</f></c><c r="D1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="E1" t="str"><f>""</f><v></v></c>'
        '<c r="F1"><f t="shared" si="0"/><v>9</v></c><c r="G1" t="b"><v>0</v></c></row>'
    )
    spool = read_here(saved(tmp_path / "f.xlsx", xlsx(row)))
    assert cells(spool) == [[2, "2x", {"e": "#UNCALCULATED"}, {"e": "#DIV/0!"}, None, 9, False]]
    assert {(n.code, n.count, n.rows) for n in spool.info.sheets[0].notices} == {
        ("uncalculated", 1, (1,)),
        ("error_cells", 1, (1,)),
    }


def test_shared_rich_and_phonetic_text(tmp_path):
    strings = (
        '<si><t>plain</t></si><si><r><rPr><b/></rPr><t>ri</t></r><r><t xml:space="preserve">ch </t></r></si>'
        "<si><t>base</t><rPh sb='0' eb='1'><t>guide</t></rPh><phoneticPr fontId='1'/></si><si/><si><t>a_x000D_b_x005F_</t></si>"
    )
    row = "".join(f'<c t="s"><v>{i}</v></c>' for i in range(5))
    spool = read_here(saved(tmp_path / "s.xlsx", xlsx(f"<row>{row}</row>", strings=strings)))
    assert cells(spool) == [["plain", "rich ", "base", None, "a\rb_"]]


def test_inline_text_pretty_printed(tmp_path):
    row = (
        "\n <row r='1'>\n  <c r='A1' t='inlineStr'>\n   <is>\n    <t>one</t>\n   </is>\n  </c>\n"
        "  <c r='B1'>\n   <v>2</v>\n  </c>\n  <c r='C1' t='inlineStr'><is><r><t>a</t></r><r><t>b</t></r>"
        "<rPh sb='0' eb='1'><t>no</t></rPh></is></c>\n <c r='D1' s='0'/>\n</row>\n"
    )
    after = "<dataValidations><dataValidation><formula1>9</formula1></dataValidation></dataValidations>"
    spool = read_here(saved(tmp_path / "i.xlsx", xlsx(row, after=after)))
    assert cells(spool) == [["one", 2, "ab"]]


def test_prefixed_and_strict_namespaces(tmp_path):
    path = saved(tmp_path / "p.xlsx", xlsx("", extra=None))
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["xl/worksheets/s0.xml"] = (
        f'<x:worksheet xmlns:x="{strict}"><x:sheetData><x:row r="2"><x:c r="B2" t="d"><x:v>2024-03-05</x:v></x:c>'
        "</x:row></x:sheetData></x:worksheet>"
    ).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    spool = read_here(path)
    assert [(row.number, row.cells) for row in spool.rows()] == [(2, [None, {"d": "2024-03-05"}])]


def test_hidden_rows_are_read_and_counted(tmp_path):
    rows = "".join(f'<row r="{r}" hidden="{int(r == 3)}">{inline(f"A{r}", f"v{r}")}</row>' for r in (1, 2, 3))
    spool = read_here(saved(tmp_path / "h.xlsx", xlsx(rows)))
    assert [row.hidden for row in spool.rows()] == [False, False, True]
    assert spool.info.sheets[0].hidden_rows == 1


def test_sheets_hidden_sheets_and_blank_trailing_cells(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "One"
    book.active.append(["a", " ", None])
    book.active.cell(200, 40).value = "   "
    book.create_sheet("Two").append(["b"])
    book["Two"].sheet_state = "hidden"
    book.save(tmp_path / "b.xlsx")
    info = read_here(tmp_path / "b.xlsx").info
    assert [(s.name, s.rows, s.columns, s.hidden) for s in info.sheets] == [("One", 1, 1, False), ("Two", 1, 1, True)]


def test_far_cells_are_cheap_and_noticed(tmp_path):
    rows = (
        f'<row r="1">{inline("A1", "x")}{inline("XFD1", "y")}</row><row r="1048576">{inline("XFD1048576", "z")}</row>'
    )
    spool = read_here(saved(tmp_path / "far.xlsx", xlsx(rows)))
    assert cells(spool) == [["x"]]
    assert [(n.code, n.count, n.rows) for n in spool.info.sheets[0].notices] == [("columns_left_out", 2, (1, 1048576))]


def test_row_beyond_the_last_is_refused(tmp_path):
    path = saved(tmp_path / "rows.xlsx", xlsx(f'<row r="1048577">{inline("A1048577", "x")}</row>'))
    with pytest.raises(Refusal, match="too_many_rows"):
        read_here(path)


def test_missing_shared_string_is_damage(tmp_path):
    with pytest.raises(Refusal, match="damaged"):
        read_here(saved(tmp_path / "m.xlsx", xlsx('<row><c t="s"><v>5</v></c></row>', strings="<si><t>a</t></si>")))


def test_macro_workbook_is_read_for_its_values(tmp_path):
    path = saved(tmp_path / "m.xlsm", xlsx(f"<row>{inline('A1', 'v')}</row>", extra={"xl/vbaProject.bin": b"\xcc"}))
    assert cells(read_here(path)) == [["v"]]


CELLS = [
    '<c r="{}1" t="s"><v>0</v></c>', '<c r="{}1" t="s"><v>1</v></c>', '<c r="{}1"><v>12</v></c>',
    '<c r="{}1" t="n"><v>12.50</v></c>', '<c r="{}1"><v>1E+20</v></c>', '<c r="{}1" s="1"><v>45356</v></c>',
    '<c r="{}1" s="1"/>', '<c r="{}1"><f>1+6</f><v>7</v></c>', '<c r="{}1"><f>1+6</f></c>', '<c r="{}1" t="b"><v>1</v></c>',
    "<c><v>4</v></c>", '<c r="{}1" t="inlineStr"><is><t>a &amp; b</t></is></c>', '<c r="{}1" t="str"><v>x</v></c> ',
    '<c r="{}1" t="inlineStr"><is><t>plain_x0041_</t></is></c>', '<c t="inlineStr" r="{}1"><is><t></t></is></c>',
]  # fmt: skip


def test_rows_cut_out_and_rows_parsed_are_the_same(tmp_path):
    """Every mixture of three cells, once in the usual way of writing, once with a comment that forbids cutting."""
    mixtures = list(itertools.product(CELLS, repeat=3))
    rows = "".join(
        f'<row r="{number}">'
        + "".join(cell.format(letter) for cell, letter in zip(mixture, "ACD", strict=True))
        + "</row>"
        for number, mixture in enumerate(mixtures, start=1)
    )
    strings = "<si><t>text</t></si><si/><si><t>&lt;</t></si>"
    styles = [(14, None)]
    cut = read_here(saved(tmp_path / "cut.xlsx", xlsx(rows, styles=styles, strings=strings)))
    parsed = read_here(
        saved(tmp_path / "parsed.xlsx", xlsx(rows + "<!-- -->", styles=styles, strings=strings + "<!-- -->"))
    )
    assert list(cut.rows()) == list(parsed.rows())
    assert cut.info.sheets[0].notices == parsed.info.sheets[0].notices
    assert sum(1 for _ in cut.rows()) > 3_000


def test_unusual_ways_of_writing_rows(tmp_path):
    rows = (
        '<row r="1"/><row r="3" x14ac:dyDescent="0.2" spans="1:2" hidden="1" xmlns:x14ac="urn:x"><c r="A3"><v>1</v></c></row>'
        "<row><c><v>2</v></c></row ><row r='9'><c r='B9'><v>3</v></c></row><row r=\"10\"></row>"
        '<row r="11" ht="20>"><c r="A11"><v>4</v></c></row><row r="12"/>'
    )
    after = '<mergeCells><mergeCell ref="A3:B4"/><mergeCell ref="C1:C900"/></mergeCells>'
    spool = read_here(saved(tmp_path / "u.xlsx", xlsx(rows, after=after)))
    assert [(row.number, row.cells, row.hidden) for row in spool.rows()] == [
        (3, [1], True), (4, [2], False), (9, [None, 3], False), (11, [4], False),
    ]  # fmt: skip
    assert spool.info.sheets[0].merges == ((3, 4, 0, 1), (1, 900, 2, 2))


def test_rows_across_chunks_and_a_missing_end(tmp_path):
    texts = ["x" * 3_000 + str(i) for i in range(400)]
    rows = "".join(f'<row r="{i + 1}">{inline(f"A{i + 1}", text)}</row>' for i, text in enumerate(texts))
    assert cells(read_here(saved(tmp_path / "c.xlsx", xlsx(rows)))) == [[text] for text in texts]
    strings = "".join(f"<si><t>{text}</t></si>" for text in texts)
    rows = "".join(f'<row r="{i + 1}"><c r="A{i + 1}" t="s"><v>{i}</v></c></row>' for i in range(400))
    assert cells(read_here(saved(tmp_path / "s.xlsx", xlsx(rows, strings=strings)))) == [[text] for text in texts]


def test_notice_book_keeps_the_first_rows_only():
    book = NoticeBook()
    for row in range(1, 100):
        book.add("rounded", row)
    (notice,) = book.notices()
    assert (notice.count, notice.rows) == (99, (1, 2, 3, 4, 5))
    assert MAIN.startswith("http://schemas.openxmlformats.org")
