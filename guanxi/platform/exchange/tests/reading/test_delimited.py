"""Text files: encodings, delimiters, quotes, and what is wrong with real ones."""

from __future__ import annotations

import codecs
import csv
import io

import pytest

from guanxi.platform.exchange.reading import Refusal
from guanxi.platform.exchange.writing import escape_cell

from .builders import SAMPLES, cells, read_here, saved


def table(headers: list[str], rows: list[list[str]], delimiter: str = ",") -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter).writerows([headers, *rows])
    return buffer.getvalue()


SIMPLIFIED = table(SAMPLES["headers"], SAMPLES["rows"])
EXPECTED = [SAMPLES["headers"], *SAMPLES["rows"]]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (SIMPLIFIED.encode(), "utf-8"),
        (codecs.BOM_UTF8 + SIMPLIFIED.encode(), "utf-8"),
        (SIMPLIFIED.encode("utf-16"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + SIMPLIFIED.encode("utf-16-be"), "utf-16-be"),
        (SIMPLIFIED.encode("utf-16-le"), "utf-16-le"),
        (SIMPLIFIED.encode("utf-16-be"), "utf-16-be"),
        (SIMPLIFIED.encode("gb18030"), "gb18030"),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16", "utf-16 be", "utf-16 le bare", "utf-16 be bare", "gb18030"],
)
def test_encodings(tmp_path, content, encoding):
    spool = read_here(saved(tmp_path / "a.csv", content))
    assert (spool.info.encoding, spool.info.delimiter) == (encoding, ",")
    assert cells(spool) == EXPECTED
    assert spool.info.sheets[0].names == tuple(SAMPLES["headers"])


def test_big5(tmp_path):
    content = table(SAMPLES["traditional_headers"], SAMPLES["traditional_rows"]).encode("big5")
    spool = read_here(saved(tmp_path / "b.csv", content))
    assert spool.info.encoding == "big5"
    assert cells(spool)[1] == SAMPLES["traditional_rows"][0]


def test_chinese_after_a_megabyte_of_ascii_is_still_found(tmp_path):
    content = b"id,name\r\n" + b"1,plain text of some length\r\n" * 60_000 + SIMPLIFIED.encode("gb18030")
    spool = read_here(saved(tmp_path / "late.csv", content))
    assert spool.info.encoding == "gb18030"
    assert cells(spool)[-1] == SAMPLES["rows"][-1]


def test_western_text(tmp_path):
    spool = read_here(saved(tmp_path / "w.csv", "name;city\r\nM\xfcller \xa9;K\xf6ln\r\n".encode("cp1252")))
    assert spool.info.encoding == "cp1252"
    assert cells(spool)[1] == ["M\xfcller \xa9", "K\xf6ln"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(tmp_path, delimiter):
    spool = read_here(saved(tmp_path / "d.csv", table(SAMPLES["headers"], SAMPLES["rows"], delimiter)))
    assert spool.info.delimiter == delimiter
    assert cells(spool) == EXPECTED


def test_decimal_commas_do_not_win_over_semicolons(tmp_path):
    assert read_here(saved(tmp_path / "s.csv", "name;amount\nA;12,5\nB;13,7\nC;1,0\n")).info.delimiter == ";"


def test_separator_line_of_excel(tmp_path):
    spool = read_here(saved(tmp_path / "sep.csv", "sep=|\r\nName|Phone\r\nA|1\r\n"))
    assert (spool.info.delimiter, [row.number for row in spool.rows()]) == ("|", [2, 3])


def test_chosen_encoding_and_delimiter_win(tmp_path):
    path = saved(tmp_path / "c.csv", b"a,b;c\r\n")
    assert cells(read_here(path, delimiter=";", encoding="GBK")) == [["a,b", "c"]]
    for options in ({"encoding": "klingon"}, {"delimiter": ",,"}, {"delimiter": "\n"}):
        with pytest.raises(Refusal, match="unknown_"):
            read_here(path, **options)


def test_everything_stays_text(tmp_path):
    values = [
        "1.38E+10",
        "9.13201E+17",
        "000123",
        "2024/3/5",
        SAMPLES["long_date"],
        SAMPLES["full_width_digits"],
        "TRUE",
        "-5",
    ]
    assert cells(read_here(saved(tmp_path / "t.csv", table(["x"] * len(values), [values]))))[1] == values


def test_quoted_newlines_and_row_numbers(tmp_path):
    spool = read_here(saved(tmp_path / "q.csv", 'a,b\r\n"x\r\ny",1\r\n\r\n"say ""hi""",2\r\n'))
    assert [(row.number, row.cells) for row in spool.rows()] == [
        (1, ["a", "b"]), (2, ["x\r\ny", "1"]), (4, ['say "hi"', "2"]),
    ]  # fmt: skip


def test_ragged_rows_and_trailing_blanks(tmp_path):
    spool = read_here(saved(tmp_path / "r.csv", "a,b,c,,\n1\n1,2,3,4,5,6,7\n,,,\n , ,\n"))
    assert cells(spool) == [["a", "b", "c"], ["1"], ["1", "2", "3", "4", "5", "6", "7"]]
    assert spool.info.sheets[0].columns == 7


def test_bytes_that_do_not_fit_are_flagged_by_cell(tmp_path):
    rows = "".join(f"{name},ok\n" for name in SAMPLES["headers"] * 4).encode()
    spool = read_here(saved(tmp_path / "bad.csv", rows + b"bro\xffken,ok\n" + rows))
    assert spool.info.encoding == "utf-8"
    bad = [row for row in spool.rows() if row.cells[0] == {"x": "bro\ufffdken"}]
    assert [row.number for row in bad] == [29]
    (notice,) = spool.info.sheets[0].notices
    assert (notice.code, notice.rows) == ("undecodable", (29,))


def test_nul_bytes_are_kept_for_the_field_rules(tmp_path):
    spool = read_here(saved(tmp_path / "nul.csv", "name,phone\nA\0B,1\n" + "C,2\n" * 100))
    assert cells(spool)[1] == ["A\0B", "1"]


def test_quote_inside_a_cell_is_text(tmp_path):
    assert cells(read_here(saved(tmp_path / "i.csv", 'name,size\npipe,12" wide\n')))[1] == ["pipe", '12" wide']


def test_quote_that_never_closes_is_flagged(tmp_path):
    lines = ["a,b,c", 'x,"y,z'] + [f"{i},{i},{i}" for i in range(50)]
    spool = read_here(saved(tmp_path / "open.csv", "\n".join(lines) + "\n"))
    assert set(cells(spool)[1][1]) == {"q"}
    (notice,) = spool.info.sheets[0].notices
    assert (notice.code, notice.rows, notice.count) == ("swallowed", (2,), 50)


def test_quote_that_never_closes_in_a_big_file_is_refused_with_its_row(tmp_path):
    path = saved(tmp_path / "big.csv", "a,b\n1,2\n" + '3,"4\n' + "some more text,5\n" * 100_000)
    with pytest.raises(Refusal) as caught:
        read_here(path)
    assert (caught.value.code, caught.value.params) == ("open_quote", {"row": 3})


def test_notes_of_several_lines_with_commas_are_honest(tmp_path):
    note = "first, line\nsecond, line\nthird"
    assert cells(read_here(saved(tmp_path / "n.csv", table(["a", "b"], [["x", note], ["y", "z"]]))))[1] == ["x", note]


@pytest.mark.parametrize(
    "text", ["=1+1", "+8613800138000", "-5", "@x", "\tx", "'=1", "''@x", "\uff1d1", "O'Neil", "'quoted'"]
)
def test_guarded_cells_come_back_as_they_were(tmp_path, text):
    path = saved(tmp_path / "g.csv", table(["a", "b"], [["x", escape_cell(text)]]))
    assert cells(read_here(path))[1] == ["x", text]
