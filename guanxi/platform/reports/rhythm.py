"""When a report is due: an hour of the recipient's own day."""

from datetime import datetime, timedelta, tzinfo

from guanxi.platform.reports.choices import Rhythm


def next_moment(rhythm: str, hour: int, after: datetime, zone: tzinfo) -> datetime:
    """The first moment after the given one at that hour of a day of the rhythm, in the zone."""
    local = after.astimezone(zone)
    day = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    while day <= local or not _falls_on(rhythm, day):
        day += timedelta(days=1)  # the hour stays that of the clock on the wall, whatever the zone does in between
    return day


def _falls_on(rhythm: str, day: datetime) -> bool:
    if rhythm == Rhythm.WEEKLY:
        return day.weekday() == 0
    return rhythm != Rhythm.MONTHLY or day.day == 1
