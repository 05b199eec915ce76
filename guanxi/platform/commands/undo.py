"""Undo: the inverse difference of an event or of a whole batch. What was changed since stays."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.scope import ScopeResolver
from guanxi.platform.commands import cascade
from guanxi.platform.commands.events import UNDONE
from guanxi.platform.commands.executor import SET_LIMIT, stamp, stored_columns
from guanxi.platform.commands.outcome import Change
from guanxi.platform.commands.record_event import event_for
from guanxi.platform.entities import registry, source
from guanxi.platform.entities.entity import Entity
from guanxi.platform.events.selectors import of_batch
from guanxi.platform.events.services import append
from guanxi.platform.events.stored import StoredEvent


@dataclass
class Undone:
    """``done`` ids were put back; ``left`` says why others were not: {id: reason}."""

    done: list[int] = field(default_factory=list)
    left: dict[int, str] = field(default_factory=dict)


def undo_batch(batch: uuid.UUID, actor: Actor) -> Undone:
    """Undo the events of a batch, newest first, in sets of SET_LIMIT, each in its own transaction.
    Repeating it after an interruption does no harm: what is already undone has changed since."""
    result, before = undo_some(batch, actor, None)
    while before is not None:
        more, before = undo_some(batch, actor, before)
        result.done += more.done
        result.left |= more.left
    return result


def undo_some(batch: uuid.UUID, actor: Actor, before: int | None) -> tuple[Undone, int | None]:
    """Undo the next SET_LIMIT events of a batch older than ``before``, and say where to go on (None: at
    the end)."""
    events = of_batch(batch, before, SET_LIMIT)
    by_entity: dict[str, list[StoredEvent]] = defaultdict(list)
    for event in events:
        if event.kind != UNDONE:
            by_entity[event.entity].append(event)
    result = Undone()
    for entity_key, found in by_entity.items():
        _undo_set(entity_key, found, actor, batch, result)
    return result, events[-1].id if len(events) == SET_LIMIT else None


def undo_events(events: Sequence[StoredEvent], actor: Actor) -> Undone:
    """Undo single events of records."""
    result = Undone()
    for event in events:
        _undo_set(event.entity, [event], actor, None, result)
    return result


def _undo_set(
    entity_key: str, events: Sequence[StoredEvent], actor: Actor, batch: uuid.UUID | None, result: Undone
) -> None:
    entity = registry.get(entity_key)
    gate.require(actor, entity, "edit")
    with transaction.atomic():
        rows = gate.narrow(entity.source.model._base_manager.all(), gate.sources(actor, entity, "edit"))
        wanted = {event.record_id for event in events}
        records = {
            record.pk: record for record in rows.filter(pk__in=wanted).order_by("pk").select_for_update(of=("self",))
        }
        ready: list[tuple[Any, dict[str, Any], int]] = []
        diffs: dict[int, dict[str, list[Any]]] = {}
        for event in events:
            record = records.get(event.record_id)
            reason = _why_not(entity, record, event, diffs)
            if reason:
                result.left[event.record_id] = reason
                continue
            if record.pk not in diffs:
                ready.append((record, stored_columns(entity, record), record.version))
            diffs.setdefault(record.pk, {}).update(_put_back(entity, record, event, actor))
        changes = _save(entity, ready, diffs, actor)
        append([event_for(UNDONE, entity, change, actor, batch) for change in changes])
        entity.written(changes, actor)
        result.done += [change.record.pk for change in changes]


def _why_not(entity: Entity, record: Any, event: StoredEvent, undone: dict[int, Any]) -> str:
    if record is None:
        return _("It is gone or no longer open to you.")
    if record.pk in undone:
        return ""
    version = (event.diff or {}).get("version")
    if version and record.version != version[1]:
        return _("It was changed again afterwards.")
    if not version and record.version != 1:
        return _("It was changed after it was created.")
    return ""


def _put_back(entity: Entity, record: Any, event: StoredEvent, actor: Actor) -> dict[str, list[Any]]:
    verb = event.kind.rpartition(".")[2]
    if verb in ("created", "restored"):
        record.deleted_at = actor.now()
        return {}
    if verb == "deleted":
        record.deleted_at = None
        return {}
    fields, diff = entity.fields(), {}
    for key, (old, new) in (event.diff or {}).items():
        if key in fields and fields[key].set:
            fields[key].set(record, fields[key].imported(old))
            diff[key] = [new, old]
    return diff


def _save(
    entity: Entity, ready: list[tuple[Any, dict[str, Any], int]], diffs: dict[int, dict], actor: Actor
) -> list[Change]:
    entity.prepare([record for record, _before, _version in ready], actor, ScopeResolver())
    writes, changes = [], []
    for record, before, version in ready:
        after = stored_columns(entity, record)
        names = {name for name, value in after.items() if value != before[name]}
        if names:
            stamp(record, actor)
            writes.append((record, version, names | {"modified_at", "modified_by_id"} & after.keys()))
            changes.append(Change(record, {**diffs[record.pk], "version": [version, version + 1]}))
    lost = source.update(entity.source.model, writes)
    for record, version, _names in writes:
        record.version = version + 1
    kept = [change for change in changes if change.record.pk not in lost]
    cascade.rescope(entity, [change.record for change in kept if change.touches("owner", "department", "region")])
    return kept
