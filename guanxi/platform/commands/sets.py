"""Creating many records at once: the same steps as the executor's create, in sets."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.scope import ScopeResolver
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import gate_parent, insert_records
from guanxi.platform.commands.outcome import Change, Rejected
from guanxi.platform.commands.record_event import events_for
from guanxi.platform.entities import numbering
from guanxi.platform.entities.entity import Entity
from guanxi.platform.events.services import append


def create_many(
    entity: Entity, actor: Actor, records: Sequence[Any], *, batch: uuid.UUID | None = None, scopes: ScopeResolver | None = None
) -> list[Change]:
    """Create the prepared records in one transaction with one event each. Their values must be typed
    already; rules over fields are checked. Raises Forbidden, NotFound, Rejected ({row index: message})."""
    gate.require(actor, entity, "create")
    wrong = {str(index): next(iter(found.values())) for index, record in enumerate(records) if (found := entity.clean(record, actor))}
    if wrong:
        raise Rejected(wrong)
    gate_parent(entity, records, actor)
    if entity.code_format:
        unnumbered = [record for record in records if not record.code]
        for record, number in zip(unnumbered, numbering.reserve(entity.key, len(unnumbered)), strict=True):
            record.code = entity.code_format.format(number)
    with transaction.atomic():
        changes = insert_records(entity, list(records), actor, scopes)
        append(events_for(commands.get(f"{entity.key}.create"), changes, actor, batch, ""))
        entity.written(changes, actor)
    return changes
