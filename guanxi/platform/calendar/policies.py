"""When a task reminds."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from guanxi.platform.calendar.choices import BEFORE, Reminder

MORNING = time(8, 30)
#: A moment that has passed less long ago than this is told at once.
LATE = timedelta(hours=12)


def reminder_moment(due_at: datetime | None, reminder: str) -> datetime | None:
    """When to tell the assignee; None for never. The morning is that of the installation's zone, and for what is
    due earlier on that day the due time itself."""
    if due_at is None or reminder == Reminder.NEVER:
        return None
    if reminder == Reminder.MORNING:
        zone = ZoneInfo(settings.TIME_ZONE)
        return min(datetime.combine(due_at.astimezone(zone).date(), MORNING, zone), due_at)
    return due_at - BEFORE[Reminder(reminder)]
