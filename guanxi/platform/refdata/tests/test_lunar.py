from datetime import date, datetime, timedelta

import pytest
from cnlunar import lunar as cnlunar
from hypothesis import given
from hypothesis import strategies as st

from guanxi.platform.refdata.chinese import lunar
from guanxi.platform.refdata.chinese.lunar import LunarDate, LunarProblem
from guanxi.platform.refdata.tests.conftest import CASES

#: from the published conversion tables of the Hong Kong Observatory
KNOWN = [
    (date(2023, 1, 22), LunarDate(2023, 1, False, 1)),
    (date(2024, 2, 10), LunarDate(2024, 1, False, 1)),
    (date(2025, 1, 29), LunarDate(2025, 1, False, 1)),
    (date(2026, 2, 17), LunarDate(2026, 1, False, 1)),
    (date(2000, 2, 5), LunarDate(2000, 1, False, 1)),
    (date(2023, 3, 22), LunarDate(2023, 2, True, 1)),
    (date(2023, 4, 20), LunarDate(2023, 3, False, 1)),
    (date(2025, 7, 25), LunarDate(2025, 6, True, 1)),
    (date(2023, 9, 29), LunarDate(2023, 8, False, 15)),
    (date(2024, 9, 17), LunarDate(2024, 8, False, 15)),
    (date(2024, 2, 9), LunarDate(2023, 12, False, 30)),
    (date(2025, 1, 28), LunarDate(2024, 12, False, 29)),
    (date(1901, 2, 19), LunarDate(1901, 1, False, 1)),
]
SOLAR = st.dates(date(1901, 2, 19), date(2099, 12, 31))


@pytest.mark.parametrize(("solar", "expected"), KNOWN)
def test_known_dates_both_ways(solar, expected):
    assert lunar.to_lunar(solar) == expected
    assert lunar.to_solar(expected) == solar


def test_leap_months():
    assert {year: lunar.leap_month(year) for year in (2020, 2023, 2024, 2025, 2033)} == {
        2020: 4,
        2023: 2,
        2024: None,
        2025: 6,
        2033: 11,
    }


@given(SOLAR)
def test_there_and_back(day):
    assert lunar.to_solar(lunar.to_lunar(day)) == day


@given(SOLAR.filter(lambda day: day < date(2099, 1, 1)))
def test_the_next_day_follows(day):
    assert lunar.to_lunar(day) < lunar.to_lunar(day + timedelta(days=1))


def test_agrees_with_cnlunar_on_every_tenth_day():
    day = date(1950, 1, 1)
    while day < date(2050, 1, 1):
        theirs = cnlunar.Lunar(datetime(day.year, day.month, day.day, 12), godType="8char")
        ours = lunar.to_lunar(day)
        assert (ours.year, ours.month, ours.day, ours.leap) == (
            theirs.lunarYear,
            theirs.lunarMonth,
            theirs.lunarDay,
            theirs.isLunarLeapMonth,
        )
        day += timedelta(days=97)


def test_anniversaries():
    assert lunar.anniversary(2023, 12, 30) == date(2024, 2, 9)
    assert lunar.anniversary(2024, 12, 30) == date(2025, 1, 28), "day 30 is kept on day 29 of a short month"
    assert lunar.anniversary(2023, 2, 1, leap=True) == date(2023, 3, 22)
    assert lunar.anniversary(2024, 2, 1, leap=True) == lunar.anniversary(2024, 2, 1)
    assert lunar.anniversary(2025, 6, 1, leap=True) == date(2025, 7, 25)


def test_next_occurrence_counts_today():
    assert lunar.next_occurrence(1, 1, since=date(2024, 2, 10)) == date(2024, 2, 10)
    assert lunar.next_occurrence(1, 1, since=date(2024, 2, 11)) == date(2025, 1, 29)
    assert lunar.next_occurrence(12, 8, since=date(2025, 1, 1)) == date(2025, 1, 7)


def test_occurrences_in_a_range():
    found = list(lunar.occurrences(8, 15, since=date(2023, 1, 1), until=date(2025, 12, 31)))
    assert found == [date(2023, 9, 29), date(2024, 9, 17), date(2025, 10, 6)]


@given(SOLAR.filter(lambda day: day < date(2098, 1, 1)), st.integers(1, 12), st.integers(1, 30), st.booleans())
def test_an_occurrence_is_less_than_385_days_away(since, month, day, leap):
    found = lunar.next_occurrence(month, day, since=since, leap=leap)
    assert timedelta(0) <= found - since < timedelta(days=386 + 30)


@pytest.mark.parametrize(
    "call",
    [
        lambda: lunar.to_lunar(date(1901, 2, 18)),
        lambda: lunar.to_lunar(date(2101, 1, 1)),
        lambda: lunar.to_solar(LunarDate(2024, 2, True, 1)),
        lambda: lunar.to_solar(LunarDate(2024, 12, False, 30)),
        lambda: lunar.to_solar(LunarDate(2024, 13, False, 1)),
        lambda: lunar.to_solar(LunarDate(1900, 1, False, 1)),
        lambda: lunar.anniversary(2024, 1, 31),
        lambda: lunar.parse_month_day("13-1"),
        lambda: lunar.parse_month_day("tomorrow"),
    ],
)
def test_impossible_dates_are_explained(call):
    with pytest.raises(LunarProblem) as problem:
        call()
    assert str(problem.value)


@pytest.mark.parametrize(("month", "day", "leap", "language", "text"), CASES["lunar_labels"])
def test_labels(month, day, leap, language, text):
    assert lunar.label(month, day, leap=leap, language=language) == text


def test_labels_in_english():
    assert lunar.label(8, 15, language="en") == "Lunar month 8, day 15"
    assert lunar.label(6, 1, leap=True, year=2025, language="en") == "Lunar year 2025, leap month 6, day 1"


@pytest.mark.parametrize(("year", "name"), CASES["year_names"])
def test_year_names(year, name):
    assert lunar.year_name(year) == name


@pytest.mark.parametrize(("text", "expected"), CASES["lunar_text"])
def test_reading_lunar_dates(text, expected):
    assert list(lunar.parse_month_day(text)) == expected


@given(st.integers(1, 12), st.integers(1, 30), st.booleans(), st.sampled_from(["zh-hans", "zh-hant"]))
def test_labels_can_be_read_again(month, day, leap, language):
    assert lunar.parse_month_day(lunar.label(month, day, leap=leap, language=language)) == (month, day, leap)
