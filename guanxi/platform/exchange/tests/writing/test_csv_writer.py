"""Delimited text: safe to open, and equal when it comes back."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.platform.exchange.writing import Column, Texts, escape_cell, iter_csv, unescape_cell, write_csv

from .samples import TRIGGERS, ZH

NAME = Column("name", ZH["customer_name"], "text")


def written(columns, rows, **options) -> bytes:
    target = BytesIO()
    write_csv(target, columns, rows, **options)
    return target.getvalue()


def parsed(content: bytes, encoding: str = "utf-8-sig", delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode(encoding), newline=""), delimiter=delimiter))


@pytest.mark.parametrize("trigger", TRIGGERS)
@pytest.mark.parametrize("kind", ["text", "longtext", "phone", "integer", "money", "date", "datetime", "boolean"])
def test_text_that_could_be_a_formula_starts_with_an_apostrophe(trigger, kind):
    original = f"{trigger}cmd|' /C calc'!A0"
    cell = parsed(written([Column("a", "A", kind)], [[original]]))[1][0]
    assert cell == "'" + original
    assert unescape_cell(cell) == original


@pytest.mark.parametrize("text", [" =1+1", "\u3000=1", "\ufeff=1", "'=1", "''+1", "-", '=HYPERLINK("http://x")'])
def test_hidden_triggers_are_escaped_too(text):
    assert escape_cell(text) == "'" + text
    assert unescape_cell(escape_cell(text)) == text


@pytest.mark.parametrize("text", ["", "O'Neil", "'quoted'", ZH["firm"], "a=b", "0012", ZH["person"]])
def test_harmless_text_is_left_alone(text):
    assert escape_cell(text) == unescape_cell(text) == text


def test_headings_are_escaped():
    assert parsed(written([Column("a", "=A1", "text")], []))[0] == ["'=A1"]


def test_phone_numbers_stay_whole_only_where_they_are_phones():
    number = "+8613800138000"
    rows = parsed(written([Column("p", "Phone", "phone"), NAME], [[number, number], ["+1 (2)", "+86=1"]]))
    assert rows[1] == [number, "'" + number]
    assert rows[2] == ["'+1 (2)", "'+86=1"]


def test_values_are_written_in_one_plain_form():
    columns = [
        Column("i", "i", "integer"),
        Column("d", "d", "decimal"),
        Column("m", "m", "money", unit="CNY"),
        Column("p", "p", "percent"),
        Column("on", "on", "date"),
        Column("at", "at", "datetime"),
        Column("b", "b", "boolean"),
    ]
    at = datetime(2024, 3, 5, 16, 30, 5, 999, tzinfo=UTC)
    texts = Texts(zone=ZoneInfo("Asia/Shanghai"), yes=ZH["yes"], no=ZH["no"])
    row = [-12, Decimal("-0.00001"), Decimal("12846.5000"), 30, date(2024, 3, 5), at, True]
    assert parsed(written(columns, [row, [None] * 7], texts=texts))[1:] == [
        ["-12", "-0.00001", "12846.5", "30", "2024-03-05", "2024-03-06 00:30:05", ZH["yes"]],
        [""] * 7,
    ]


def test_a_masked_value_in_a_number_column_is_text():
    assert parsed(written([Column("m", "m", "money")], [["-***"], [Decimal("1E+3")], [float("nan")]]))[1:] == [
        ["'-***"],
        ["1000"],
        [""],
    ]


@given(st.lists(st.tuples(st.text(), st.text()), max_size=8), st.sampled_from(",;\t|"))
def test_any_text_comes_back(rows, delimiter):
    columns = [NAME, Column("n", "n", "longtext")]
    content = written(columns, rows, delimiter=delimiter)
    assert [tuple(map(unescape_cell, row)) for row in parsed(content, delimiter=delimiter)[1:]] == rows


@given(st.text())
def test_any_text_comes_back_from_gb18030(text):
    content = written([NAME, NAME], [[text, "x"]], encoding="gb18030")
    assert unescape_cell(parsed(content, "gb18030")[1][0]) == text


@given(st.text(), st.booleans())
def test_escaping_is_reversible(text, phone):
    assert unescape_cell(escape_cell(text, phone=phone)) == text


def test_a_lone_surrogate_does_not_stop_the_export():
    assert parsed(written([NAME, NAME], [["a\ud800b", "x"]]))[1][0] == "a?b"


def test_the_stream_equals_the_file_and_has_one_byte_order_mark():
    rows = [[f"{ZH['customers']}{i}"] for i in range(2_500)]
    blocks = list(iter_csv([NAME], iter(rows)))
    assert len(blocks) == 4
    assert b"".join(blocks) == written([NAME], rows)
    assert b"".join(blocks).count(b"\xef\xbb\xbf") == 1


def test_progress_is_reported_and_may_stop_the_writer():
    seen = []

    def stop(rows):
        seen.append(rows)
        if rows >= 2_000:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        write_csv(BytesIO(), [NAME], ([str(i)] for i in range(10_000)), on_rows=stop)
    assert seen == [1_000, 2_000]


def test_a_row_of_the_wrong_length_is_refused():
    with pytest.raises(ValueError, match="2 values for 1 columns"):
        written([NAME], [["a", "b"]])
