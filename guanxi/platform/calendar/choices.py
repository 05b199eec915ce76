"""States, priorities and reminders of tasks."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(models.TextChoices):
    OPEN = "open", pgettext_lazy("task", "Open")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


class Priority(models.TextChoices):
    LOW = "low", _("Low")
    NORMAL = "normal", _("Normal")
    HIGH = "high", _("High")


class Reminder(models.TextChoices):
    """When the assignee is told of a task that is due."""

    MORNING = "morning", _("That morning at 8:30")
    ON_TIME = "on_time", _("When it is due")
    QUARTER = "quarter", _("15 minutes before")
    HOUR = "hour", _("1 hour before")
    DAY = "day", _("1 day before")
    NEVER = "never", _("Not at all")


BEFORE = {
    Reminder.ON_TIME: timedelta(0), Reminder.QUARTER: timedelta(minutes=15), Reminder.HOUR: timedelta(hours=1), Reminder.DAY: timedelta(days=1),
}  # fmt: skip
