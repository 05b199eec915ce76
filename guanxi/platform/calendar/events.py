"""What the calendar says of itself."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from guanxi.platform.events.payloads import Payload
from guanxi.platform.events.registry import event


@event("calendar.task.due", label=_("Due"), template=_("%(record)s is due"), icon="calendar-due")
@dataclass(frozen=True)
class TaskDue(Payload):
    """The time to remind the assignee has come."""

    assignee_id: int
    due_at: datetime
