"""When an answer is due."""

from datetime import date, timedelta

SATURDAY = 5


def after_working_days(start: date, days: int) -> date:
    """The day so many weekdays after another one. Public holidays are not known here: they make it due too early rather
    than too late."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        days -= day.weekday() < SATURDAY
    return day
