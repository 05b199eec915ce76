"""Events of commands: one per record, with the difference as undo data."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from guanxi.platform.access.actor import Actor
from guanxi.platform.commands.command import Command
from guanxi.platform.commands.outcome import Change
from guanxi.platform.entities.entity import Entity
from guanxi.platform.events.stored import NewEvent

#: Reserved key in a diff: which line of the record the event is about.
LINE = "#line"


def events_for(
    command: Command, changes: Sequence[Change], actor: Actor, batch: uuid.UUID | None, note: str
) -> list[NewEvent]:
    told = by(actor)
    return [event_for(command.event, command.entity, change, told, batch, note) for change in changes]


def event_for(
    kind: str,
    entity: Entity,
    change: Change,
    told: Mapping[str, Any],
    batch: uuid.UUID | None = None,
    note: str = "",
) -> NewEvent:
    """The event of one change; ``told`` is what ``by`` gives. A line's event stands in the history of its parent."""
    record, diff = change.record, change.diff
    host_key, host_id, customer = entity.key, record.pk, entity.customer_of(record)
    parent = entity.parent_entity()
    if parent is not None:
        diff = {**diff, LINE: [None, record.pk]}
        host_key, host_id = parent.key, getattr(record, f"{entity.parent}_id")
        customer = customer or parent.customer_of(getattr(record, entity.parent))
    return NewEvent(
        kind=kind,
        entity=host_key,
        record_id=host_id,
        customer_id=customer,
        diff=diff,
        note=note,
        batch=batch,
        **told,
    )


def by(actor: Actor) -> dict[str, Any]:
    """Who, when and through which door, for an event."""
    return {
        "at": actor.now(),
        "actor_id": actor.user_id,
        "actor_name": actor.name,
        "on_behalf_of_id": actor.on_behalf_of_id,
        "source": actor.source,
        "address": actor.address,
        "request": getattr(actor, "reason", "") or actor.request,
    }
