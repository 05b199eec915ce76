"""Prints: every value literal, every page complete."""

import subprocess
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from guanxi.platform.exchange.writing import (
    Column,
    Kind,
    PrintResult,
    Texts,
    TypesettingError,
    write_pdf,
    write_record_pdf,
)
from guanxi.platform.exchange.writing.print_layout import breakable, decimal_places, fit_columns, printed

from .samples import TRIGGERS, ZH

FRAME = {"language": "en", "generated_at_text": "Made today", "page_text_template": "Page %(page)s of %(pages)s"}
NAME = Column("name", "Name", "text")
HOSTILE = [
    "#set text(red)",
    "$x^2$",
    "*bold* _x_ `raw`",
    "@ref <label>",
    "\\ back\\slash \\u{41}",
    '"quoted", {"a": 1}]',
    "// comment",
    "/* open",
    "= Heading",
    "#panic()",
    "%(page)s %s",
    '#read("/etc/passwd")',
    "\\#eval",
    "---",
    "~",
]


def pages(write, **arguments) -> list[str]:
    target = BytesIO()
    pages.result = write(target, **{**FRAME, **arguments})
    return [page.extract_text() for page in PdfReader(target).pages]


def test_values_are_shown_literally_in_a_list():
    columns = [NAME, Column("n", "#Note", "longtext")]
    rows = [[text, f"{text}\n{text}"] for text in HOSTILE]
    found = "\n".join(pages(write_pdf, title="#title *x*", subtitle="@sub", columns=columns, rows=rows))
    for text in [*HOSTILE, "#title *x*", "@sub", "#Note"]:
        assert text.replace("\u200b", "") in found.replace("\u200b", "")


def test_values_are_shown_literally_in_a_record():
    sections = [("#section", [(f"*{i}", text) for i, text in enumerate(HOSTILE)])]
    tables = [("$table$", [NAME], [[text] for text in HOSTILE])]
    found = "\n".join(pages(write_record_pdf, title="@t", sections=sections, tables=tables, watermark="#mark"))
    for text in ["@t", "#section", "$table$", "*3", "#mark"]:
        assert text in found
    for text in HOSTILE:
        assert found.replace("\u200b", "").count(text) == 2


@pytest.mark.parametrize("text", [f"{trigger}1+1" for trigger in TRIGGERS])
def test_formula_texts_and_control_characters_print(text):
    found = pages(write_pdf, title="t", subtitle="", columns=[NAME], rows=[[text]])
    assert text.lstrip("\t\r\0\n") in found[0]


def test_each_page_has_heading_and_page_line():
    found = pages(write_pdf, title="List", subtitle="", columns=[NAME], rows=[[f"row {i}"] for i in range(120)])
    assert len(found) > 2
    for number, page in enumerate(found, 1):
        assert "Name" in page
        assert f"Page {number} of {len(found)}" in page
        assert "Made today" in page
    assert pages.result == PrintResult(120, False)
    assert sum(page.count("row ") for page in found) == 120


def test_rows_beyond_the_cap_are_left_off_with_a_note():
    arguments = {"title": "t", "subtitle": "", "columns": [NAME], "truncated_text": "Only the first 3 rows."}
    found = pages(write_pdf, **arguments, rows=([f"row {i}"] for i in range(10)), max_rows=3)
    assert pages.result == PrintResult(3, True)
    assert "row 2" in found[0]
    assert "row 3" not in found[0]
    assert found[0].count("Only the first 3 rows.") == 2
    assert "Only" not in pages(write_pdf, **arguments, rows=[["a"]] * 3, max_rows=3)[0]


def test_an_empty_list_says_so():
    assert (
        "Nothing here"
        in pages(write_pdf, title="t", subtitle="", columns=[NAME], rows=[], empty_text="Nothing here")[0]
    )


def test_chinese_uses_the_bundled_font_only():
    target = BytesIO()
    write_pdf(
        target,
        title=ZH["list_title"],
        subtitle="",
        columns=[Column("n", ZH["customer_name"], "text")],
        rows=[[ZH["full_firm"]], [ZH["traditional"]]],
        **{**FRAME, "language": "zh-hans", "page_text_template": ZH["page_text"]},
    )
    reader = PdfReader(target)
    text = reader.pages[0].extract_text()
    assert ZH["full_firm"] in text
    assert ZH["traditional"] in text
    fonts = reader.pages[0]["/Resources"]["/Font"].values()
    assert all("NotoSansSC" in font.get_object()["/BaseFont"] for font in fonts)
    assert reader.metadata.title == ZH["list_title"]


def test_values_read_as_in_business_print():
    texts = Texts(zone=ZoneInfo("Asia/Shanghai"), yes=ZH["yes"], no=ZH["no"])
    at = datetime(2024, 3, 5, 6, 30, tzinfo=UTC)
    cases = [
        (Decimal("-12846.5"), Kind.MONEY, 2, "-12,846.50"),
        (1234567, Kind.INTEGER, None, "1,234,567"),
        (Decimal("0.123456"), Kind.DECIMAL, None, "0.1235"),
        (30, Kind.PERCENT, 0, "30%"),
        (date(2024, 3, 5), Kind.DATE, None, "2024-03-05"),
        (at, Kind.DATETIME, None, "2024-03-05 14:30"),
        (True, Kind.BOOLEAN, None, ZH["yes"]),
        (None, Kind.TEXT, None, "—"),
        ("***", Kind.MONEY, 2, "***"),
    ]
    assert [printed(value, kind, texts, places) for value, kind, places, _text in cases] == [case[3] for case in cases]


def test_the_points_of_a_money_column_stand_in_line():
    amounts = [Decimal("1"), Decimal("2.5"), None, "***"]
    assert decimal_places(Column("m", "m", "money", unit="CNY"), amounts) == 2
    assert decimal_places(Column("m", "m", "money", unit="JPY"), [Decimal("1")]) == 0
    assert decimal_places(Column("d", "d", "decimal"), [1, Decimal("0.123456")]) == 4


def test_long_runs_may_break_and_short_ones_may_not():
    assert breakable("someone@example.cn") == "someone@example.cn"
    assert breakable("somebody.long@example-company.com").split("\u200b")[0] == "somebody."
    assert breakable("a" * 40).count("\u200b") == 39


@pytest.mark.parametrize("count", [1, 8, 30])
def test_columns_fill_the_page_exactly(count):
    columns = [Column(str(i), f"Column {i}", "money" if i % 2 else "text") for i in range(count)]
    values = [["1,234,567.00", "—"] if i % 2 else ["A rather long text of several words", "b"] for i in range(count)]
    size, widths = fit_columns(columns, [column.label for column in columns], values, 770)
    assert sum(widths) == pytest.approx(770)
    assert min(widths) > 0
    assert 6 <= size <= 8.5


def test_a_document_that_cannot_be_set_is_an_error(monkeypatch):
    def killed(*arguments, **options):
        return subprocess.CompletedProcess(arguments, -9, b"", b"out of memory")

    monkeypatch.setattr("guanxi.platform.exchange.writing.typesetting.subprocess.run", killed)
    with pytest.raises(TypesettingError, match="status -9: out of memory"):
        pages(write_pdf, title="t", subtitle="", columns=[NAME], rows=[["a"]])


def test_a_row_of_the_wrong_length_is_refused():
    with pytest.raises(ValueError, match="2 values for 1 columns"):
        pages(write_pdf, title="t", subtitle="", columns=[NAME], rows=[["a", "b"]])
