"""Patterns of numbers such as HT-{year}-{0000}: text, parts of the day, and one place for the running number."""

import re
from datetime import date

from django.utils.translation import gettext as _

from guanxi.platform.access.kinds import Invalid

_PLACE = re.compile(r"\{([^{}]*)\}")
_PARTS = {"year": "%Y", "month": "%m", "day": "%d"}


def checked(pattern: str) -> str:
    """The pattern without blanks around it. Raises Invalid."""
    places = _PLACE.findall(pattern)
    running = [place for place in places if set(place) == {"0"}]
    rest = _PLACE.sub("", pattern)
    if len(running) != 1 or {"{", "}"} & set(rest) or set(places) - _PARTS.keys() - set(running):
        raise Invalid(
            _(
                "Write the running number once, as zeros in braces, and beside it {year}, {month} or {day}: HT-{year}-{0000}."
            )
        )
    return pattern.strip()


def series(pattern: str, day: date) -> str:
    """What sets apart the days that count together: each year begins with 1 where the pattern has a year."""
    return "".join(day.strftime(_PARTS[place]) for place in _PLACE.findall(pattern) if place in _PARTS)


def filled(pattern: str, day: date, number: int) -> str:
    """The code of one record."""
    return _PLACE.sub(lambda place: _part(place[1], day, number), pattern)


def _part(place: str, day: date, number: int) -> str:
    return day.strftime(_PARTS[place]) if place in _PARTS else f"{number:0{len(place)}d}"
