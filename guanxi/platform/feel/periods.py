"""Named periods as half-open ranges of dates, counted from the reader's today."""

from datetime import date, timedelta


def _month(day: date, step: int) -> date:
    months = day.year * 12 + day.month - 1 + step
    return date(months // 12, months % 12 + 1, 1)


def bounds(period: str, today: date) -> tuple[date, date]:
    """First day of the period and first day after it. Weeks begin on Monday. KeyError if unknown."""
    monday = today - timedelta(days=today.weekday())
    quarter = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    day, week = timedelta(days=1), timedelta(days=7)
    return {
        "today": (today, today + day),
        "yesterday": (today - day, today),
        "tomorrow": (today + day, today + 2 * day),
        "this_week": (monday, monday + week),
        "last_week": (monday - week, monday),
        "next_week": (monday + week, monday + 2 * week),
        "this_month": (_month(today, 0), _month(today, 1)),
        "last_month": (_month(today, -1), _month(today, 0)),
        "next_month": (_month(today, 1), _month(today, 2)),
        "this_quarter": (quarter, _month(quarter, 3)),
        "this_year": (date(today.year, 1, 1), date(today.year + 1, 1, 1)),
        "last_year": (date(today.year - 1, 1, 1), date(today.year, 1, 1)),
    }[period]
