"""What can be done with a task."""

from datetime import datetime
from typing import Annotated

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.calendar.choices import State
from guanxi.platform.calendar.models import Task
from guanxi.platform.commands.command import Answer, Input, command


def _open(task: Task, actor: Actor) -> Answer:
    return task.state == State.OPEN or gettext("Only an open task can be changed like this. Reopen it first.")


@command(
    Task,
    label=_("Complete"),
    past="completed",
    past_label=_("Completed"),
    icon="check",
    told=_("%(actor)s completed %(record)s"),
    primary=True,
)
def complete(task: Task, actor: Actor) -> None:
    """Mark it as done."""
    task.state = State.DONE


@command(
    Task,
    label=_("Reopen"),
    past="reopened",
    past_label=_("Reopened"),
    icon="reload",
    told=_("%(actor)s reopened %(record)s"),
)
def reopen(task: Task, actor: Actor) -> None:
    """Take it up again."""
    task.state = State.OPEN


@command(
    Task,
    label=_("Postpone"),
    past="postponed",
    past_label=_("Postponed"),
    icon="calendar-due",
    told=_("%(actor)s postponed %(record)s"),
)
def postpone(task: Task, actor: Actor, *, until: Annotated[datetime, Input(_("Postpone until"))]) -> None:
    """Set a later time."""
    task.due_at = until


@command(
    Task,
    label=_("Give to"),
    past="given",
    past_label=_("Given"),
    icon="user-share",
    told=_("%(actor)s gave %(record)s to somebody else"),
)
def give(
    task: Task, actor: Actor, *, to: Annotated[int, Input(_("To"), kind=kinds.USER, target="access.user")],
    note: Annotated[str, Input(_("Note"), kind=kinds.LONGTEXT)] = "",
) -> None:  # fmt: skip
    """Let somebody else do it; they are told."""
    task.assignee_id = to


@reopen.allowed
def _not_open(task: Task, actor: Actor) -> Answer:
    return task.state != State.OPEN or gettext("It is open already.")


complete.allowed(_open)
postpone.allowed(_open)
give.allowed(_open)
