"""Undo: the inverse difference of an event or of a whole batch. What was changed since stays."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.encrypted import Unreadable
from guanxi.platform.access.scope import ScopeResolver
from guanxi.platform.bulk import key_in
from guanxi.platform.commands import cascade, hanging
from guanxi.platform.commands.events import UNDONE
from guanxi.platform.commands.executor import SET_LIMIT
from guanxi.platform.commands.outcome import Change
from guanxi.platform.commands.record_event import LINE, by, event_for
from guanxi.platform.commands.saving import remove_records, stamp, stored_columns
from guanxi.platform.entities import registry, source
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.features import protected
from guanxi.platform.entities.options import EntityKind
from guanxi.platform.events.models import Event
from guanxi.platform.events.selectors import of_batch
from guanxi.platform.events.services import append
from guanxi.platform.events.stored import StoredEvent

#: So long whoever gave a record away can take it back, though it is no longer within their reach.
GIVEN_AWAY = timedelta(minutes=10)
_REACH = ("owner", "department", "region")


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
        if event.kind != UNDONE and event.record_id is not None:
            by_entity[event.entity].append(event)
    result = Undone()
    for entity_key, found in sorted(by_entity.items(), key=lambda item: _depth(item[0])):
        lines = [event for event in found if LINE in (event.diff or {})]
        _undo_lines(lines, actor, result)
        _undo_set(
            entity_key, [event for event in found if event not in lines] if lines else found, actor, batch, result
        )
    return result, events[-1].id if len(events) == SET_LIMIT else None


def _depth(entity_key: str) -> int:
    """What hangs on a record is taken back before the record itself."""
    entity = registry.get(entity_key)
    return 0 if entity.kind is EntityKind.ATTACHED else 1 if entity.hangs_on else 2


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
    actor = actor.at(actor.now())
    with transaction.atomic():
        records = _locked(entity, events, actor)
        ready: list[tuple[Any, dict[str, Any], int]] = []
        diffs: dict[int, dict[str, list[Any]]] = {}
        later = LaterEvents(batch, entity_key, events, records)
        hosts = _hosts(entity, [event for event in events if event.kind.endswith((".created", ".restored"))])
        deleted = [
            records[event.record_id]
            for event in events
            if event.kind.endswith(".deleted") and event.record_id in records
        ]
        hindered = hanging.hinder_restoring(entity, deleted, actor) if deleted else {}
        for event in events:
            record = records.get(event.record_id or 0)
            if record is not None and record.pk not in diffs and _is_undone(entity, record, event):
                continue
            reason = _why_not(record, event, diffs, later, hosts)
            if record is not None and not reason and record.pk in hindered:
                reason = hindered[record.pk].reason
            if record is not None and not reason:
                reason = _protected(entity, record, event, actor)
            if reason or record is None:
                result.left[event.record_id or 0] = reason
                continue
            if record.pk not in diffs:
                ready.append((record, stored_columns(entity, record), record.version))
            diffs.setdefault(record.pk, {}).update(_put_back(entity, record, event, actor))
        changes = _save(entity, ready, diffs, actor)
        told = by(actor)
        append([event_for(UNDONE, entity, change, told, batch) for change in changes])
        entity.after(changes, actor)
        result.done += [change.record.pk for change in changes]


def _locked(entity: Entity, events: Sequence[StoredEvent], actor: Actor) -> dict[int, Any]:
    """The records of the events that the actor may edit, or has given away a moment ago."""
    rows = gate.narrow(entity.every_row(), gate.sources(actor, entity, "edit"), entity.every_row())
    reached = set(rows.filter(key_in("id", {event.record_id for event in events})).values_list("pk", flat=True))
    reached |= {event.record_id or 0 for event in events if _gave_away(event, actor)}
    locked = entity.every_row().filter(key_in("id", reached)).order_by("pk").select_for_update(of=("self",))
    return {record.pk: record for record in locked}


def _gave_away(event: StoredEvent, actor: Actor) -> bool:
    """Whether the actor has just moved the record out of their own reach. That nobody changed it since is asked of all."""
    mine = actor.user_id is not None and (event.actor_id, event.on_behalf_of_id) == (
        actor.user_id,
        actor.on_behalf_of_id,
    )
    moved = any((event.diff or {}).get(key, (None, None))[0] for key in _REACH)
    return mine and moved and actor.now() - event.at <= GIVEN_AWAY


def _why_not(record: Any, event: StoredEvent, undone: dict[int, Any], later: "LaterEvents", hosts: set[int]) -> str:
    if record is None:
        return _("It is gone or no longer open to you.")
    created = event.kind.endswith(".created")
    if record.pk in hosts and event.kind.endswith((".created", ".restored")):
        return _("Other records have been added to it.")
    if any(isinstance(old, Unreadable) for old, _new in (event.diff or {}).values()):
        return _("What was there before cannot be read any more.")
    if record.pk in undone:
        return ""
    version = (event.diff or {}).get("version")
    if record.version == (version[1] if version else 1) + later.count(event):
        return ""
    return _("It was changed after it was created.") if created else _("It was changed again afterwards.")


def _is_undone(entity: Entity, record: Any, event: StoredEvent) -> bool:
    """Whether the record is already as it was before, so that an undo may be repeated."""
    if event.kind.endswith(".created"):
        return getattr(record, "deleted_at", None) is not None
    fields = entity.fields()
    olds = {key: old for key, (old, _new) in (event.diff or {}).items() if key in fields and fields[key].set}
    return bool(olds) and all(fields[key].exported(fields[key].get(record)) == old for key, old in olds.items())


class LaterEvents:
    """How often the batch itself touched a record after an event: its own undo of a newer event is no reason to stop."""

    def __init__(
        self, batch: uuid.UUID | None, entity_key: str, events: Sequence[StoredEvent], records: dict[int, Any]
    ) -> None:
        self._ids: dict[int, list[int]] = defaultdict(list)
        # Versions that fit need no look at the memory: the common case costs nothing.
        doubtful = {
            event.record_id for event in events
            if (record := records.get(event.record_id or 0)) is not None and record.version != ((event.diff or {}).get("version") or [0, 1])[1]
        }  # fmt: skip
        if batch is not None and doubtful:
            found = Event.objects.filter(batch=batch, entity=entity_key).filter(key_in("record_id", doubtful))
            for record_id, event_id in found.values_list("record_id", "id"):
                self._ids[record_id or 0].append(event_id)

    def count(self, event: StoredEvent) -> int:
        return sum(other > event.id for other in self._ids.get(event.record_id or 0, ()))


def _hosts(entity: Entity, events: Sequence[StoredEvent]) -> set[int]:
    """Ids of created records on which live records hang that this set does not take back."""
    ids = {event.record_id for event in events if event.record_id}
    found: set[int] = set()
    for child in registry.entities() if ids else ():
        if child.kind is EntityKind.ATTACHED and entity.attachments:
            rows = child.base_rows().filter(entity=entity.key).filter(key_in("record_id", ids))
            found.update(rows.values_list("record_id", flat=True))
    for child, key in hanging.hanging_on(entity) if ids else ():
        column = child.source.column(child.fields()[key])
        rows = hanging.live(child).filter(key_in(column, ids))
        rows = rows.exclude(key_in("id", ids)) if child.key == entity.key else rows
        found.update(rows.values_list(column, flat=True))
    return found


def _undo_lines(events: Sequence[StoredEvent], actor: Actor, result: Undone) -> None:
    """Lines are deleted for good where they are as they were made; other changes of lines stay."""
    for event in events:
        entity_key, _dot, verb = event.kind.rpartition(".")
        entity, pk = registry.find(entity_key), (event.diff or {})[LINE][1]
        with transaction.atomic():
            lines = list(entity.rows(actor, "edit").filter(pk=pk, version=1)) if entity and verb == "created" else []
            if entity and lines:
                entity.after(remove_records(entity, lines), actor)
                result.done.append(pk)
            else:
                result.left[pk] = _("It was changed after it was created.")


def _protected(entity: Entity, record: Any, event: StoredEvent, actor: Actor) -> str:
    """Why the actor may not put a field back by themselves; empty if they may."""
    if event.kind.endswith((".created", ".restored", ".deleted")):
        return ""
    fields = entity.fields()
    held = {key: not fields[key].is_empty(fields[key].get(record)) for key in event.diff or {} if key in fields}
    return next(iter(protected(entity, record, actor, held).values()), "")


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
            fields[key].put(record, fields[key].imported(old))
            diff[key] = [new, old]
    return diff


def _save(
    entity: Entity, ready: list[tuple[Any, dict[str, Any], int]], diffs: dict[int, dict], actor: Actor
) -> list[Change]:
    if host := entity.hangs_on:
        hanging.hold_hosts(entity, [one for one, _before, _version in ready if host in diffs[one.pk]])
    entity.derive([record for record, _before, _version in ready], actor, ScopeResolver())
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
    hanging.follow(entity, [(one, before.get("deleted_at")) for one, before, _version in ready if one.pk not in lost])
    cascade.rescope(entity, kept)
    return kept
