"""The Chinese lunar calendar from 1901 to 2099 (tables of cnlunar, MIT licence, after the Hong Kong Observatory)."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from cnlunar.config import LEAPMONTH_NUM_BIT, MONTH_DAY_BIT, START_YEAR, lunarMonthData, lunarNewYearList
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guanxi.platform.refdata.chinese.script import normalise_width
from guanxi.platform.refdata.words import words

FIRST_YEAR = START_YEAR
LAST_YEAR = START_YEAR + len(lunarMonthData) - 1


class LunarProblem(ValueError):
    """No such lunar date, or one outside the tables; the message is for the person who entered it."""


@dataclass(frozen=True, order=True)
class LunarDate:
    """A day of the lunar calendar. A leap month follows the ordinary month of the same number."""

    year: int
    month: int
    leap: bool
    day: int


@dataclass(frozen=True)
class _Month:
    number: int
    leap: bool
    days: int


@cache
def _months(year: int) -> tuple[_Month, ...]:
    """The twelve or thirteen months of a lunar year, in order."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise LunarProblem(
            _("The lunar calendar is known from %(first)d to %(last)d.") % {"first": FIRST_YEAR, "last": LAST_YEAR}
        )
    bits = lunarMonthData[year - START_YEAR]
    leap = (bits >> LEAPMONTH_NUM_BIT) & 0xF
    months: list[_Month] = []
    for number in range(1, 13):
        months.append(_Month(number, False, 30 if bits >> (number - 1) & 1 else 29))
        if number == leap:
            months.append(_Month(number, True, 30 if bits >> MONTH_DAY_BIT & 1 else 29))
    return tuple(months)


@cache
def _new_years() -> tuple[date, ...]:
    """The first day of every lunar year, from FIRST_YEAR on."""
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    return tuple(date(year, bits >> 5 & 0x3, bits & 0x1F) for year, bits in zip(years, lunarNewYearList, strict=False))


def leap_month(year: int) -> int | None:
    """The number of the leap month of a lunar year, if it has one."""
    return next((month.number for month in _months(year) if month.leap), None)


def days_in_month(year: int, month: int, *, leap: bool = False) -> int:
    """29 or 30; LunarProblem if the year has no such month."""
    return _month(year, month, leap).days


def _month(year: int, month: int, leap: bool) -> _Month:
    for candidate in _months(year):
        if (candidate.number, candidate.leap) == (month, leap):
            return candidate
    if leap:
        raise LunarProblem(_("The lunar year %(year)d has no leap month %(month)d.") % {"year": year, "month": month})
    raise LunarProblem(_("A lunar month has a number from 1 to 12."))


def to_lunar(day: date) -> LunarDate:
    """The lunar date of a solar date; LunarProblem outside the tables."""
    place = bisect_right(_new_years(), day) - 1
    year = FIRST_YEAR + place
    months = _months(year if place >= 0 else FIRST_YEAR - 1)
    left = (day - _new_years()[place]).days
    for month in months:
        if left < month.days:
            return LunarDate(year, month.number, month.leap, left + 1)
        left -= month.days
    raise LunarProblem(
        _("The lunar calendar is known from %(first)d to %(last)d.") % {"first": FIRST_YEAR, "last": LAST_YEAR}
    )


def to_solar(lunar: LunarDate) -> date:
    """The solar date of a lunar date; LunarProblem if there is no such day."""
    month = _month(lunar.year, lunar.month, lunar.leap)
    if not 1 <= lunar.day <= month.days:
        raise LunarProblem(_("This lunar month has %(days)d days.") % {"days": month.days})
    day = _new_years()[lunar.year - FIRST_YEAR]
    for other in _months(lunar.year):
        if other is month:
            break
        day += timedelta(days=other.days)
    return day + timedelta(days=lunar.day - 1)


def anniversary(year: int, month: int, day: int, *, leap: bool = False) -> date:
    """The solar date on which a lunar month and day is kept in a lunar year.

    A leap month is kept in the ordinary month of years without it, day 30 on the last day of a short month.
    """
    if not 1 <= day <= 30:
        raise LunarProblem(_("A lunar day has a number from 1 to 30."))
    leap = leap and leap_month(year) == month
    return to_solar(LunarDate(year, month, leap, min(day, days_in_month(year, month, leap=leap))))


def next_occurrence(month: int, day: int, *, since: date, leap: bool = False) -> date:
    """The first solar date from `since` (included) on which a lunar month and day is kept."""
    year = to_lunar(since).year
    found = anniversary(year, month, day, leap=leap)
    return found if found >= since else anniversary(year + 1, month, day, leap=leap)


def occurrences(month: int, day: int, *, since: date, until: date, leap: bool = False) -> Iterator[date]:
    """All solar dates from `since` to `until`, both included, on which a lunar month and day is kept."""
    for year in range(to_lunar(since).year, to_lunar(until).year + 1):
        found = anniversary(year, month, day, leap=leap)
        if since <= found <= until:
            yield found


def label(month: int, day: int, *, leap: bool = False, year: int | None = None, language: str | None = None) -> str:
    """The date as people write it, in Chinese in words, else "Lunar month 1, day 1".

    A Chinese label with a year begins with its stem and branch."""
    language = (language or get_language() or "zh-hans").lower()
    if language.startswith("zh"):
        traditional = language in ("zh-hant", "zh-tw", "zh-hk")
        months = words("lunar_months_hant" if traditional else "lunar_months")
        before = year_name(year) + words("year_word") if year else ""
        return (
            before
            + (words("lunar_leap")[traditional] if leap else "")
            + months[month - 1]
            + words("lunar_days")[day - 1]
        )
    values = {"month": month, "day": day, "year": year}
    if year:
        if leap:
            return _("Lunar year %(year)d, leap month %(month)d, day %(day)d") % values
        return _("Lunar year %(year)d, month %(month)d, day %(day)d") % values
    return (_("Lunar leap month %(month)d, day %(day)d") if leap else _("Lunar month %(month)d, day %(day)d")) % values


def year_name(year: int) -> str:
    """Heavenly stem and earthly branch of a lunar year, two characters (1984: the first of the sixty)."""
    return words("stems")[(year - 4) % 10] + words("branches")[(year - 4) % 12]


@cache
def _month_day_pattern() -> tuple[re.Pattern[str], dict[str, int], dict[str, int]]:
    months = {name: number for number, name in enumerate(words("lunar_months"), start=1)} | words("lunar_month_words")
    days = {name: number for number, name in enumerate(words("lunar_days"), start=1)} | words("lunar_day_words")
    by_length = sorted(months, key=len, reverse=True)
    pattern = "([{leap}]?)({months})({days})[{end}]?$".format(
        leap="".join(words("lunar_leap")),
        months="|".join(by_length),
        days="|".join(sorted(days, key=len, reverse=True)),
        end=words("lunar_day_end"),
    )
    return re.compile(pattern), months, days


def parse_month_day(text: str) -> tuple[int, int, bool]:
    """(month, day, leap) of a text such as "12-30" or the same in Chinese words; else LunarProblem."""
    clean = normalise_width(text).strip()
    if plain := re.fullmatch(r"(\d{1,2})[-./](\d{1,2})", clean):
        month, day, leap = int(plain[1]), int(plain[2]), False
    else:
        pattern, months, days = _month_day_pattern()
        if not (found := pattern.search(clean)):
            raise LunarProblem(_("“%(text)s” is no lunar date. Write month and day, such as 8-15.") % {"text": text})
        month, day, leap = months[found[2]], days[found[3]], bool(found[1])
    if not (1 <= month <= 12 and 1 <= day <= 30):
        raise LunarProblem(_("A lunar date has a month from 1 to 12 and a day from 1 to 30."))
    return month, day, leap
