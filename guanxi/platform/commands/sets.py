"""Creating many records at once: the same steps as the executor's create, in sets."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.scope import ScopeResolver
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import gate_parent, insert_records
from guanxi.platform.commands.outcome import Change, Rejected
from guanxi.platform.commands.record_event import by, event_for
from guanxi.platform.entities import numbering
from guanxi.platform.entities.entity import Entity
from guanxi.platform.events.services import append

#: Who made a record, and when.
Making = tuple[Actor, datetime]


def create_many(
    entity: Entity,
    actor: Actor,
    records: Sequence[Any],
    *,
    batch: uuid.UUID | None = None,
    scopes: ScopeResolver | None = None,
    made: Sequence[Making] | None = None,
) -> list[Change]:
    """Create the prepared records in one transaction with one event each. Their values must be typed
    already; rules over fields are checked. ``made`` says for each record who made it and when, where that is
    not ``actor`` now (history taken over, demonstration): each maker needs the right, and is in stamp and event.
    Raises Forbidden, NotFound, Rejected ({row index: message})."""
    makers = [one for one, _moment in made] if made else [actor] * len(records)
    stamps = [one.at(moment) for one, moment in made] if made else makers
    for maker, own in _by_maker(makers, records):
        gate.require(maker, entity, "create")
        gate_parent(entity, own, maker)
    entity.follow(records)
    wrong = {
        str(index): next(iter(found.values()))
        for index, (record, stamp) in enumerate(zip(records, stamps, strict=True))
        if (found := entity.clean(record, stamp))
    }
    if wrong:
        raise Rejected(wrong)
    if entity.code_format:
        unnumbered = [record for record in records if not record.code]
        for record, number in zip(unnumbered, numbering.reserve(entity.key, len(unnumbered)), strict=True):
            record.code = entity.code_format.format(number)
    kind = commands.get(f"{entity.key}.create").event
    with transaction.atomic():
        changes = insert_records(entity, list(records), actor, scopes, stamps)
        append(
            [event_for(kind, entity, change, by(stamp), batch) for change, stamp in zip(changes, stamps, strict=True)]
        )
        entity.written(changes, actor)
    return changes


def _by_maker(makers: Sequence[Actor], records: Sequence[Any]) -> Iterator[tuple[Actor, list[Any]]]:
    """Each maker with their own records."""
    found: dict[int, tuple[Actor, list[Any]]] = {}
    for maker, record in zip(makers, records, strict=True):
        found.setdefault(id(maker), (maker, []))[1].append(record)
    yield from found.values()
