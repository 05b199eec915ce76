"""Events of commands: one per record, with the difference as undo data."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.telling import by as by
from guanxi.platform.commands.command import Command
from guanxi.platform.commands.outcome import Change
from guanxi.platform.entities import registry
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
    if entity.parent_entity() is not None:
        diff = {**diff, LINE: [None, record.pk]}
    return NewEvent(
        kind=kind,
        diff=diff,
        concealed=concealed_of(entity),
        note=note,
        batch=batch,
        **place_of(entity, record),
        **told,
    )


def concealed_of(entity: Entity) -> frozenset[str]:
    """The fields whose values the memory keeps encrypted, as their columns do."""
    found: frozenset[str] = registry.cached(
        ("sealed", entity.key), lambda: frozenset(key for key, field in entity.fields().items() if field.sealed)
    )
    return found


def place_of(entity: Entity, record: Any) -> dict[str, Any]:
    """The record in whose history an event about this one stands, and its customer: a line's is its parent."""
    customer, parent = entity.customer_of(record), entity.parent_entity()
    if parent is None:
        return {"entity": entity.key, "record_id": record.pk, "customer_id": customer}
    return {
        "entity": parent.key,
        "record_id": getattr(record, f"{entity.parent}_id"),
        "customer_id": customer or parent.customer_of(getattr(record, entity.parent)),
    }
