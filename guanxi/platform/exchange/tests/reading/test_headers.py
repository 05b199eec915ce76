"""Where the header is: below titles, on two levels, or nowhere."""

from __future__ import annotations

import pytest

from guanxi.platform.exchange.reading.headers import guess_header

from .builders import SAMPLES

HEADERS, ROWS = SAMPLES["headers"], SAMPLES["rows"]
TITLE, SUBTITLE = SAMPLES["title"], SAMPLES["subtitle"]
GROUPS, COLUMNS = SAMPLES["groups"], SAMPLES["group_columns"]
DATA = ["a", "b", "c", "13800138000"]


def top(*rows):
    return [(number, list(row)) for number, row in enumerate(rows, start=1)]


def test_header_in_the_first_row():
    assert guess_header(top(HEADERS, *ROWS)).rows == (0, 0)


def test_title_rows_above():
    guess = guess_header(top([TITLE], [SUBTITLE, None, None, None, None, "2024-03-05"], HEADERS, *ROWS))
    assert guess.rows == (2, 2)
    assert guess.names == tuple(HEADERS)


def test_merged_title_above():
    guess = guess_header(top([TITLE], HEADERS, *ROWS), [(1, 1, 0, 6)])
    assert guess.rows == (1, 1)


def test_two_levels_by_merged_cells():
    rows = top(["No", GROUPS[0], None, GROUPS[1]], [None, *COLUMNS], ["1", *DATA])
    guess = guess_header(rows, [(1, 2, 0, 0), (1, 1, 1, 2), (1, 1, 3, 4)])
    assert guess.rows == (0, 1)
    assert guess.names == (
        "No", f"{GROUPS[0]} / {COLUMNS[0]}", f"{GROUPS[0]} / {COLUMNS[1]}", f"{GROUPS[1]} / {COLUMNS[2]}",
        f"{GROUPS[1]} / {COLUMNS[3]}",
    )  # fmt: skip


def test_two_levels_in_text_below_a_title():
    rows = top([TITLE], [GROUPS[0], None, GROUPS[1]], COLUMNS, DATA, DATA)
    assert guess_header(rows).rows == (1, 2)


@pytest.mark.parametrize(
    "rows", [top(DATA[::-1], DATA), top(["2024-01-01", {"d": "2024-01-01"}, 5, 7]), top([{"n": "1.5"}])]
)
def test_no_header(rows):
    assert guess_header(rows).rows is None


def test_numbers_only_have_no_header():
    assert guess_header(top([1, 2, 3], [4, 5, 6])).rows is None


def test_a_list_of_names_without_known_headings_starts_at_its_top():
    assert guess_header(top(["alpha", "beta"], ["one", "two"], ["three", "four"])).rows == (0, 0)


def test_single_column():
    assert guess_header(top(["Name"], ["A"], ["B"])).rows == (0, 0)
