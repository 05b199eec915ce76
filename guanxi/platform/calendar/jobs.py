"""The clock of the tasks."""

from datetime import timedelta

from django.utils import timezone

from guanxi.platform.calendar.services import remind as remind_all
from guanxi.platform.jobs.registry import periodic


@periodic(every=timedelta(seconds=30), name="calendar.remind")
def remind() -> None:
    """Tell people of tasks whose time has come."""
    remind_all(timezone.now())
