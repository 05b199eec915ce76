"""When people work: the moments at which invented things happen."""

import random
from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from django.conf import settings

#: Fixed holidays (month, day); the others move with the moon and do not matter here.
HOLIDAYS = {(1, 1), (5, 1), (5, 2), *((10, day) for day in range(1, 8))}
#: Hours of the day with the part of the work done in them: little at noon.
HOURS = {8: 3, 9: 14, 10: 16, 11: 10, 12: 1, 13: 6, 14: 15, 15: 15, 16: 12, 17: 6}
_HOURS, _SHARES = list(HOURS), list(accumulate(HOURS.values()))


class Clock:
    """The injected clock of everybody in the demonstration: ``clock.moment = …`` sets the time."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment


class WorkTime:
    """The working days from ``start`` to ``now``; all moments are aware, in working hours and not after ``now``."""

    def __init__(self, start: datetime, now: datetime) -> None:
        self.zone = ZoneInfo(settings.TIME_ZONE)
        self.start, self.now = start, now
        first, last = start.astimezone(self.zone).date(), now.astimezone(self.zone).date()
        span = (first + timedelta(days=number) for number in range((last - first).days + 1))
        self.days = [day for day in span if day.weekday() < 5 and (day.month, day.day) not in HOLIDAYS]

    def moment(self, dice: random.Random, after: datetime | None = None, before: datetime | None = None) -> datetime:
        """A chance moment from ``after`` to ``before``. Where no working time lies between, ``after`` itself."""
        after, before = after or self.start, min(before or self.now, self.now)
        low = bisect_left(self.days, after.astimezone(self.zone).date())
        high = bisect_right(self.days, before.astimezone(self.zone).date())
        for _attempt in range(4):
            if low >= high:
                break
            found = self.at(dice, self.days[dice.randrange(low, high)])
            if after <= found <= before:
                return found
        return after

    def day(self, moment: datetime) -> date:
        """The day of a moment where the people work."""
        return moment.astimezone(self.zone).date()

    def at(self, dice: random.Random, day: date) -> datetime:
        """A chance moment in the working hours of a day."""
        hour = dice.choices(_HOURS, cum_weights=_SHARES)[0]
        minute = dice.randrange(30, 60) if hour == 8 else dice.randrange(60)
        return datetime.combine(day, time(hour, minute, dice.randrange(60)), self.zone).astimezone(UTC)
