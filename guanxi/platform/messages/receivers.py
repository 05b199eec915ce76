"""Connects the rules with what happens."""

from collections.abc import Iterable
from functools import partial

from django.utils import timezone

from guanxi.platform.commands.events import APPROVED, REFUSED, SUBMITTED
from guanxi.platform.events.stored import StoredEvent
from guanxi.platform.events.subscribers import on_committed
from guanxi.platform.messages import rules
from guanxi.platform.messages.services import notify_each, settle

#: The event by which the calendar says that a task's time has come.
TASK_DUE = "calendar.task.due"

#: The event by which the audit says that somebody looks at very many customers.
LOOKED_TOO_MUCH = "audit.viewing.alarmed"


#: The event by which the file store says that the scanner found something.
HARMFUL = "files.harmful"
#: The event by which the access says that an encrypted value was changed, moved or lost its key.
UNREADABLE = "access.field.unreadable"


def tell(rule: rules.Rule, events: list[StoredEvent]) -> None:
    """Notify whom the rule names."""
    told = rule(events)
    if told:
        notify_each(told, at=timezone.now())


def settle_requests(events: list[StoredEvent]) -> None:
    """Whoever was asked to decide need not look any more."""
    settle({f"held:{event.diff['held'][1]}" for event in events if event.diff}, at=timezone.now())


def connect(rule: rules.Rule, kinds: Iterable[str]) -> None:
    handler = partial(tell, rule)
    handler.__module__, handler.__qualname__ = __name__, rule.__name__  # type: ignore[attr-defined]
    if wanted := list(kinds):
        on_committed(wanted, handler)


connect(rules.given, rules.kinds_of(rules.given))
connect(rules.mentioned, rules.kinds_of(rules.mentioned))
connect(rules.due, [TASK_DUE])
connect(rules.submitted, [SUBMITTED])
connect(rules.decided, [APPROVED, REFUSED])
connect(rules.alarmed, [LOOKED_TOO_MUCH])
connect(rules.found_harmful, [HARMFUL])
connect(rules.shared, [f"{rules.SHARE}.created"])
connect(rules.unreadable, [UNREADABLE])
on_committed([APPROVED, REFUSED], settle_requests)
