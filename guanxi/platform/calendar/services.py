"""Reminding people of their tasks."""

from datetime import datetime

from django.db import transaction

from guanxi.platform.access.actor import Actor, System
from guanxi.platform.calendar.choices import State
from guanxi.platform.calendar.events import TaskDue
from guanxi.platform.calendar.models import Task
from guanxi.platform.calendar.policies import LATE
from guanxi.platform.commands.record_event import by
from guanxi.platform.events.services import append
from guanxi.platform.events.stored import NewEvent

AT_ONCE = 500


@transaction.atomic
def remind(now: datetime) -> int:
    """Say of at most AT_ONCE tasks that their time has come, once each; returns how many. What nobody was there to
    say for LATE is not said any more."""
    actor = System("task reminders", clock=lambda: now)
    tasks = list(
        Task.objects.select_for_update(skip_locked=True).filter(remind_at__lte=now).order_by("remind_at")[:AT_ONCE]
    )
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(remind_at=None)
    due = [
        task
        for task in tasks
        if task.state == State.OPEN and task.due_at and task.remind_at and now - task.remind_at <= LATE
    ]
    append([_event(task, task.due_at, actor) for task in due if task.due_at])
    return len(due)


def _event(task: Task, due_at: datetime, actor: Actor) -> NewEvent:
    payload = TaskDue(assignee_id=task.assignee_id, due_at=due_at)
    return NewEvent(
        kind=TaskDue.kind.key,
        entity="calendar.task",
        record_id=task.pk,
        customer_id=task.customer_id,
        payload=payload,
        **by(actor),
    )
