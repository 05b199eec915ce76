"""What counts as naming a person, and what only looks like it."""

import re

import pytest

from guanxi.platform.privacy.marks import ERASED, Marks, is_telling_name

NAME = "\u738b\u4f1f"
MARKS = Marks.of(["+8613812345678", "wang@example.com", "320102199001011234", NAME, " "])


@pytest.mark.parametrize(
    "text",
    [
        "ring 13812345678", "(+86 138 1234 5678)", "8613812345678,", "138-1234-5678", "WANG@example.com", f"{NAME}!",
        "no. 320102199001011234",
    ],
)  # fmt: skip
def test_any_usual_writing_is_found_and_struck_out(text):
    assert MARKS.found_in(text)
    assert re.search(MARKS.loose, text, re.IGNORECASE)
    struck = MARKS.struck_from({"a": [text, 1, None]})["a"][0]
    assert ERASED in struck
    assert not MARKS.found_in(struck)


@pytest.mark.parametrize("text", ["6222138123456780001", "awang@example.com", "3201021990010112345", "nobody", ""])
def test_what_is_part_of_something_longer_is_not_the_person(text):
    assert not MARKS.found_in(text)
    assert MARKS.struck_from(text) == text


def test_stored_json_is_found_in_its_escaped_form():
    assert re.search(MARKS.loose, r'{"a": "\u738b\u4f1f"}')


def test_short_latin_names_are_no_marks():
    assert [is_telling_name(name) for name in ("Lost", "Ann Lee", NAME, "A", "\u738b")] == [
        False,
        True,
        True,
        False,
        False,
    ]
