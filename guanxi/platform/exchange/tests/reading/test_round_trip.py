"""Whatever is written comes back: text in every encoding and delimiter, values in workbooks."""

from __future__ import annotations

import csv
import datetime
import io
import tempfile
from decimal import Decimal
from pathlib import Path

import openpyxl
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from guanxi.platform.exchange.reading import Refusal, sniff
from guanxi.platform.exchange.writing import escape_cell

from .builders import cells, read_here, saved

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\x1a"), max_size=20)
ROWS = st.lists(st.lists(TEXT, min_size=1, max_size=5), min_size=1, max_size=6)


def trimmed(rows: list[list]) -> list[list]:
    """What a spool keeps: no blank row, no blank cell at the end of a row, None for a blank."""
    kept = []
    for row in rows:
        cut = list(row)
        while cut and (cut[-1] is None or (isinstance(cut[-1], str) and not cut[-1].strip())):
            cut.pop()
        if cut:
            kept.append([cell if cell != "" else None for cell in cut])
    return kept


@settings(max_examples=150, deadline=None)
@given(
    rows=ROWS,
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "gb18030", "utf-16-le", "utf-16-be"]),
)
def test_text_in_any_encoding_and_delimiter(rows, delimiter, encoding):
    assume(trimmed(rows))
    # A text of several lines with a row's worth of delimiters in each is taken for an open quote, on purpose.
    assume(not any("\n" in cell and delimiter in cell for row in rows for cell in row))
    assume(not rows[0][0].lstrip("\ufeff").lower().startswith(("sep=", "begin:vcard", "<", "%pdf", "{\\rtf")))
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(
        [[escape_cell(cell) for cell in row] for row in rows]
    )
    mark = {"utf-8": b"\xef\xbb\xbf", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    with tempfile.TemporaryDirectory() as folder:
        path = saved(Path(folder) / "a.csv", mark + buffer.getvalue().encode(encoding))
        try:
            spool = read_here(path, delimiter=delimiter, encoding=encoding)
        except Refusal as refusal:
            assert refusal.code in ("empty_file", "not_readable", "no_rows")
            return
        assert cells(spool) == trimmed(rows)


@settings(max_examples=100, deadline=None)
@given(content=st.binary(max_size=3_000))
def test_any_bytes_are_read_or_refused(content):
    with tempfile.TemporaryDirectory() as folder:
        path = saved(Path(folder) / "a.csv", content)
        try:
            sniff(path, "a.csv")
            spool = read_here(path)
        except Refusal as refusal:
            assert refusal.message
        else:
            assert sum(1 for _ in spool.rows()) == spool.info.sheets[0].rows


CELL = st.one_of(
    st.none(),
    st.text(
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff_="), min_size=1, max_size=20
    ),
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.decimals(-(10**9), 10**9, places=4),
    st.dates(datetime.date(1900, 3, 1), datetime.date(9999, 12, 30)),
    st.datetimes(datetime.datetime(1904, 1, 2), datetime.datetime(9999, 12, 30)).map(
        lambda t: t.replace(microsecond=0)
    ),
    st.booleans(),
)


def canonical(value):
    if isinstance(value, datetime.datetime):
        return {"t": value.isoformat()}
    if isinstance(value, datetime.date):
        return {"d": value.isoformat()}
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else {"n": f"{value.normalize():f}"}
    return value


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.lists(CELL, min_size=1, max_size=5), min_size=1, max_size=6))
def test_values_in_workbooks(rows):
    expected = trimmed([[canonical(cell) for cell in row] for row in rows])
    assume(expected)
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    with tempfile.TemporaryDirectory() as folder:
        book.save(Path(folder) / "a.xlsx")
        assert cells(read_here(Path(folder) / "a.xlsx")) == expected
