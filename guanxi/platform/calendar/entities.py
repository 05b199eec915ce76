"""The task as an entity."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.scope import ScopeResolver
from guanxi.platform.calendar import policies
from guanxi.platform.calendar.choices import State
from guanxi.platform.calendar.models import Task
from guanxi.platform.entities.entity import Entity, entity
from guanxi.platform.entities.options import Calendar, Handover, Kanban, Menu, Section, Timeline

SCOPE = ("owner", "department", "region")


@entity
class TaskEntity(Entity):
    model = Task
    icon = "checklist"
    menu = Menu("desk", 15)
    help = _("What you or your colleagues have to do, on a record or by itself.")
    title = "subject"
    badges = ("state", "priority")
    columns = ("subject", "due_at", "priority", "state", "assignee", "created_by")
    form = (Section(_("Task"), "subject", "assignee", "due_at", "priority", "reminder", "body", "tags", key="task"),)
    quick = ("subject", "assignee", "due_at")
    group_by = ("assignee", "state", "priority")
    kanban = Kanban("state", facts=("due_at", "assignee"))
    calendar = Calendar("due_at")
    internal = ("remind_at",)
    timeline = Timeline(at="created_at", body="body")
    personal = ("assignee", "created_by")
    handover = Handover("assignee", "give", "to", only=["in", "state", [State.OPEN.value]])
    attachments = False

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        return fields | {key: fields[key].with_(readonly=True) for key in SCOPE}

    def initial(self, actor: Actor) -> dict[str, Any]:
        return {"assignee": actor.stands_for} if actor.stands_for else {}

    def prepare(self, records: Sequence[Any], actor: Actor, scopes: ScopeResolver) -> None:
        super().prepare(records, actor, scopes)
        for task in records:
            done = task.state == State.DONE
            task.done_at = (task.done_at or actor.now()) if done else None
            moment = policies.reminder_moment(task.due_at, task.reminder) if task.state == State.OPEN else None
            told = moment is not None and task.pk is not None and moment <= actor.now()
            task.remind_at = None if told else moment
