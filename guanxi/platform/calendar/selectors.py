"""Reading tasks."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Q

from guanxi.platform.access.actor import Actor
from guanxi.platform.calendar.choices import State
from guanxi.platform.calendar.models import Task
from guanxi.platform.entities import registry


def my_tasks_today(actor: Actor, limit: int = 10) -> Sequence[Task]:
    """The acting user's open tasks that are due by the end of today, the most urgent first, then those without a
    date. The day is the installation's."""
    tomorrow = datetime.combine(actor.today() + timedelta(days=1), time.min, ZoneInfo(settings.TIME_ZONE))
    mine = registry.get(Task).rows_of(actor, assignee_id=actor.stands_for, state=State.OPEN)
    return list(
        mine.filter(Q(due_at__lt=tomorrow) | Q(due_at=None)).order_by(F("due_at").asc(nulls_last=True), "pk")[:limit]
    )
