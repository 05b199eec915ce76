from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.platform.refdata.chinese import phones
from guanxi.platform.refdata.chinese.identity import IdentityProblem, credit_code, resident_id
from guanxi.platform.refdata.tests.conftest import CASES


def test_credit_code_in_its_canonical_form():
    assert credit_code(" 9111 0000-6000 37341l ") == "91110000600037341L"
    assert credit_code("\uff19\uff11110000600037341\uff2c") == "91110000600037341L"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("9111000060003734", "18"),
        ("91110000600037341I", "I"),
        ("911100006000373410", "check digit"),
        ("9A11000060003734AL", "kind"),
        ("911100006000373400", "rounded"),
        ("9.1110000600037E+17", "spreadsheet"),
        ("", "18"),
    ],
)
def test_wrong_credit_codes_are_explained(text, hint):
    with pytest.raises(IdentityProblem, match=hint):
        credit_code(text)


def test_resident_id_tells_birth_sex_and_region():
    holder = resident_id("11010519491231002x")
    assert (holder.number, holder.birth_date, holder.female, holder.region_code) == (
        "11010519491231002X",
        date(1949, 12, 31),
        True,
        "110105",
    )


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("110105491231002", "15"),
        ("1101051949123100", "18"),
        ("110105194913310026", "19491331"),
        ("110105194912310021", "check digit"),
        ("A1010519491231002X", "17 digits"),
        ("110105194912310000", "rounded"),
    ],
)
def test_wrong_resident_ids_are_explained(text, hint):
    with pytest.raises(IdentityProblem, match=hint):
        resident_id(text)


@given(st.integers(0, 16), st.integers(1, 9))
def test_every_single_mistyped_digit_is_found(place, shift):
    number = "11010519491231002X"
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    with pytest.raises(IdentityProblem):
        resident_id(wrong)


@pytest.mark.parametrize(("text", "kind", "canonical"), CASES["phones"])
def test_phones(text, kind, canonical):
    found = phones.parse_phone(text)
    assert (found.kind, found.text) == (kind, canonical)


@pytest.mark.parametrize("text", CASES["no_phones"])
def test_no_phones_are_explained(text):
    with pytest.raises(phones.PhoneProblem) as problem:
        phones.parse_phone(text)
    assert str(problem.value)


def test_area_code_completes_a_local_number():
    assert phones.parse_phone("86801234", area_code="025").text == "+862586801234"
    with pytest.raises(phones.PhoneProblem, match="area code"):
        phones.parse_phone("86801234")


@pytest.mark.parametrize("case", CASES["phones"])
def test_the_canonical_text_is_stable(case):
    canonical = case[2]
    assert phones.parse_phone(canonical).text == canonical


@given(st.text(max_size=25))
def test_any_text_is_a_phone_or_a_problem(text):
    try:
        assert phones.parse_phone(text).number
    except phones.PhoneProblem as problem:
        assert str(problem)


def test_several_numbers_in_one_cell():
    assert phones.split_phones("13912345678/025-86801234\uff0c10086") == ["13912345678", "025-86801234", "10086"]
