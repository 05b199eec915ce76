"""The one write path. Page, REST, import, process, MCP and jobs all come through ``run``.

In order: right, inputs, links, rules of the new state, numbers; then in one transaction: idempotency
key, locked rows (in key order, through the gate), versions, rules, the body, difference, save under
version, one event per record, what else belongs to it. A refusal leaves the database as it was.
"""

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from guanxi.platform import bulk
from guanxi.platform.access import gate, kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.kinds import Invalid
from guanxi.platform.access.scope import ScopeResolver
from guanxi.platform.commands import cascade, hanging, held, unique
from guanxi.platform.commands.command import Command
from guanxi.platform.commands.differences import first_values, tracked
from guanxi.platform.commands.models import CommandKey
from guanxi.platform.commands.outcome import Change, Conflict, Outcome, Rejected
from guanxi.platform.commands.record_event import events_for
from guanxi.platform.entities import links, numbering, source
from guanxi.platform.entities.entity import Entity
from guanxi.platform.events.services import append

SET_LIMIT = 500
TRIES = 3


def run(
    command: Command,
    actor: Actor,
    *,
    ids: Sequence[int] = (),
    inputs: Mapping[str, Any] | None = None,
    versions: Mapping[int, int] | None = None,
    key: str = "",
    batch: uuid.UUID | None = None,
    approved: bool = False,
) -> Outcome:
    """Carry out a command on at most SET_LIMIT records, all or none.

    ``inputs`` are raw values (text or JSON); ``versions`` the versions the caller saw; ``key`` makes a
    repeated call harmless. Raises Forbidden, NotFound, Rejected, Blocked, Conflict.
    """
    gate.require(actor, command.entity, command.name)
    if len(ids) > SET_LIMIT:
        raise ValueError(f"at most {SET_LIMIT} records in one transaction, not {len(ids)}")
    for tries_left in reversed(range(TRIES)):
        try:
            return _attempt(command, actor, ids, inputs or {}, versions or {}, key, batch, approved)
        except OperationalError as error:
            if not tries_left or connection.in_atomic_block or not _lost_a_lock_fight(error):
                raise
    raise AssertionError("the last try returns or raises")


def _lost_a_lock_fight(error: OperationalError) -> bool:
    """Whether the database gave up this transaction in favour of another one (PostgreSQL 40001, 40P01)."""
    return getattr(error.__cause__, "sqlstate", "") in ("40001", "40P01")


def _attempt(
    command: Command,
    actor: Actor,
    ids: Sequence[int],
    inputs: Mapping[str, Any],
    versions: Mapping[int, int],
    key: str,
    batch: uuid.UUID | None,
    approved: bool,
) -> Outcome:
    entity = command.entity
    known = _known(command, actor, key, inputs, ids)  # before the checks, which a repeated create would fail
    if known is not None:
        return known
    values = read_inputs(command, actor, inputs)
    made = _make(command, entity, actor, values) if command.new else []
    try:
        with transaction.atomic():
            known = _known(command, actor, key, inputs, ids)
            if known is not None:
                return known
            records = made or _locked(command, entity, actor, ids)
            if not command.new:
                _check_versions(entity, records, versions, values)
                command.refuse_hindered(records, actor)
            if not approved and command.hold and command.hold(actor, records, values):
                outcome = held.hold(command, actor, records, dict(inputs))
            else:
                changes = _carry_out(command, entity, records, values, actor)
                append(events_for(command, changes, actor, batch, str(values.get("note") or "")))
                entity.written(changes, actor)
                _claim_files(entity, changes)
                outcome = Outcome(
                    command.key, tuple(change.record.pk for change in changes), batch, changes=tuple(changes)
                )
            _remember(command, actor, key, inputs, ids, outcome)
    except IntegrityError as error:
        raise Rejected(unique.explain(entity, error)) from error
    return outcome


def read_inputs(command: Command, actor: Actor, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Typed values of the inputs handed in. Raises Rejected with a message per field: for unknown or
    read-only fields, missing or wrong values, links out of reach."""
    fields = command.inputs(actor)
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for key in raw:
        if key not in fields:
            errors[key] = _("There is no field “%(field)s” that you may set here.") % {"field": key}
    for key, field in fields.items():
        if key not in raw and (command.takes_fields or not field.required):
            if not command.takes_fields:
                values[key] = field.start()
            continue
        try:
            values[key] = field.parse(raw.get(key))
        except Invalid as error:
            errors[key] = str(error)
    errors |= links.verify([(fields[key], value) for key, value in values.items()], actor)
    if errors:
        raise Rejected(errors)
    return values


def _make(command: Command, entity: Entity, actor: Actor, values: dict[str, Any]) -> list[Any]:
    """The new record in memory, checked and numbered before the transaction begins."""
    record = entity.source.new()
    fields = entity.fields()
    errors = {}
    for key, value in entity.initial(actor).items():
        fields[key].put(record, value)
    command.apply([record], values, actor)
    for key, field in fields.items():
        if field.required and not field.readonly and field.is_empty(field.get(record)):
            errors[key] = _("“%(label)s” is needed.") % {"label": field.label}
    errors |= {key: str(message) for key, message in entity.clean(record, actor).items()}
    errors |= unique.duplicates(entity, record)
    if errors:
        raise Rejected(errors)
    gate_parent(entity, [record], actor)
    if entity.code_format and not record.code:
        record.code = entity.code_format.format(numbering.reserve(entity.key)[0])
    return [record]


def gate_parent(entity: Entity, records: Sequence[Any], actor: Actor) -> None:
    """A line may be added only to a parent the actor may edit; a hanging or attached record only to a
    host the actor may see. Raises NotFound or Forbidden."""
    parent = entity.parent_entity()
    if parent is not None:
        _reachable(actor, parent, {getattr(record, f"{entity.parent}_id") for record in records}, "edit")
    hosts = {host.key: host for host in entity.attachable()}
    hanging: dict[str, list[Any]] = {}
    for record in records if hosts else ():
        if not record.entity and entity.personal:
            continue
        if record.entity not in hosts:
            raise gate.NotFound
        hanging.setdefault(record.entity, []).append(record)
    for key, own in hanging.items():
        found = _reachable(actor, hosts[key], {record.record_id for record in own}, "view")
        for record in own:
            record.customer_id = hosts[key].customer_of(found[record.record_id])


def _reachable(actor: Actor, entity: Entity, ids: set[int], action: str) -> dict[int, Any]:
    """The records by id, in one query. Raises NotFound or Forbidden if one is out of reach."""
    found = {record.pk: record for record in gate.visible(actor, entity, action).filter(bulk.key_in("id", ids))}
    for missing in ids - found.keys():
        found[missing] = gate.get(actor, entity, missing, action)
    return found


def _locked(command: Command, entity: Entity, actor: Actor, ids: Sequence[int]) -> list[Any]:
    """The rows, locked in key order. One id out of reach refuses all of them."""
    wanted = sorted(set(ids))
    if command.on_deleted:
        rows = gate.narrow(entity.source.rows(deleted=True), gate.sources(actor, entity, command.name))
    else:
        rows = entity.rows(actor, command.name)
    records = list(rows.filter(pk__in=wanted).order_by("pk").select_for_update(of=("self",)))
    if len(records) != len(wanted) or not wanted:
        if len(wanted) == 1 and not command.on_deleted:
            gate.get(actor, entity, wanted[0], command.name)
        raise gate.NotFound
    return records


def _check_versions(
    entity: Entity, records: Sequence[Any], versions: Mapping[int, int], values: Mapping[str, Any]
) -> None:
    fields = entity.fields()
    for record in records:
        seen = versions.get(record.pk)
        if seen is not None and seen != record.version:
            theirs = {key: fields[key].get(record) for key in values if key in fields}
            raise Conflict(record, {key: (theirs[key], values[key]) for key in theirs if theirs[key] != values[key]})


def _claim_files(entity: Entity, changes: Sequence[Change]) -> None:
    """Uploads become the records'. Raises Rejected when somebody else's record has claimed one meanwhile."""
    for key, field in entity.fields().items():
        if field.kind is kinds.FILE:
            errors = links.claim_files(entity, field, [change.record for change in changes if change.touches(key)])
            if errors:
                raise Rejected(errors)


def _carry_out(
    command: Command, entity: Entity, records: list[Any], values: dict[str, Any], actor: Actor
) -> list[Change]:
    """Body, derived columns, rules, difference, save."""
    if command.new:
        return insert_records(entity, records, actor)
    if command.removes:
        return _remove(entity, records)
    fields = tracked(entity)
    before = [_snapshot(fields, record) for record in records]
    columns_before = [stored_columns(entity, record) for record in records]
    command.apply(records, values, actor)
    entity.follow(records)
    errors: dict[str, str] = {}
    for record, old in zip(records, before, strict=True):
        changed = {key for key, value in _snapshot(fields, record).items() if value != old.get(key)}
        if changed and not command.on_deleted:
            errors |= {key: str(message) for key, message in entity.clean(record, actor).items()}
            errors |= unique.duplicates(entity, record, changed)
    if errors:
        raise Rejected(errors)
    # What the body left alone stays alone: derived columns follow a change, they are not a reason for one.
    touched = [
        (record, old, old_columns)
        for record, old, old_columns in zip(records, before, columns_before, strict=True)
        if stored_columns(entity, record) != old_columns
    ]
    if host := entity.hangs_on:
        hanging.hold_hosts(entity, [one for one, old, _columns in touched if fields[host].get(one) != old.get(host)])
    entity.prepare([record for record, _old, _columns in touched], actor, ScopeResolver())
    changes = _update(entity, touched, actor)
    hanging.follow(entity, [(record, old_columns.get("deleted_at")) for record, _old, old_columns in touched])
    cascade.rescope(entity, changes)
    return changes


def _remove(entity: Entity, records: list[Any]) -> list[Change]:
    """Lines are deleted for good; their values stay in the event."""
    entity.follow(records)
    last = first_values(tracked(entity).values(), records)
    changes = [
        Change(record, {key: [value, None] for key, (_none, value) in held.items()})
        for record, held in zip(records, last, strict=True)
    ]
    keys = [record.pk for record in records]
    entity.base_rows().filter(pk__in=keys).delete()
    return changes


def insert_records(
    entity: Entity,
    records: list[Any],
    actor: Actor,
    scopes: ScopeResolver | None = None,
    stamps: Sequence[Actor] | None = None,
) -> list[Change]:
    """Derived columns, stamps and the insert of new records; the caller's transaction. ``stamps`` are the
    actors, at their moments, who made each record, where that is not ``actor``."""
    hanging.hold_hosts(entity, records)
    entity.prepare(records, actor, scopes or ScopeResolver())
    for record, maker in zip(records, stamps or [actor] * len(records), strict=True):
        stamp(record, maker, created=True)
    source.insert(entity.source.model, records)
    first = first_values(tracked(entity).values(), records)
    return [Change(record, diff, created=True) for record, diff in zip(records, first, strict=True)]


def _update(entity: Entity, touched: list[tuple[Any, dict, dict]], actor: Actor) -> list[Change]:
    """Save what differs of each (record, fields before, columns before)."""
    changes, writes = [], []
    fields = tracked(entity)
    for record, old, old_columns in touched:
        new_columns = stored_columns(entity, record)
        columns = {name for name, value in new_columns.items() if value != old_columns[name]}
        if not columns:
            continue
        version = record.version
        stamp(record, actor)
        new = _snapshot(fields, record)
        diff = {key: [old.get(key), value] for key, value in new.items() if value != old.get(key)}
        changes.append(Change(record, {**diff, "version": [version, version + 1]}))
        writes.append(
            (record, version, columns | {name for name in ("modified_at", "modified_by_id") if name in new_columns})
        )
    lost = source.update(entity.source.model, writes)
    if lost:
        raise Conflict(next(record for record, _version, _columns in writes if record.pk in lost), {})
    for record, version, _names in writes:
        record.version = version + 1
    return changes


def stamp(record: Any, actor: Actor, *, created: bool = False) -> None:
    """Who and when."""
    now = actor.now()
    if created and hasattr(record, "created_at"):
        record.created_at = now
        if hasattr(record, "created_by_id"):
            record.created_by_id = actor.user_id
    if hasattr(record, "modified_at"):
        record.modified_at = now
        if hasattr(record, "modified_by_id"):
            record.modified_by_id = actor.user_id


def _snapshot(fields: Mapping[str, Field], record: Any) -> dict[str, Any]:
    """The JSON form of every field that a person could have set."""
    return {key: field.exported(field.get(record)) for key, field in fields.items()}


def stored_columns(entity: Entity, record: Any) -> dict[str, Any]:
    """Every stored column, to find what a body or a derived rule has changed."""
    attributes = record.__dict__
    return {
        name: dict(value) if (value := attributes[name]).__class__ is dict else value
        for name in _column_names(entity.source.model)
    }


@cache
def _column_names(model: type[Model]) -> tuple[str, ...]:
    return tuple(column.attname for column in model._meta.concrete_fields if column.attname != "version")


# --- idempotency ------------------------------------------------------------------------------------
def _digest(command: Command, inputs: Mapping[str, Any], ids: Sequence[int]) -> str:
    # Not by orjson, which knows neither numbers beyond 64 bits nor broken characters: both are for the fields to refuse.
    text = json.dumps([command.key, sorted(inputs.items()), sorted(ids)], default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _known(command: Command, actor: Actor, key: str, inputs: Mapping[str, Any], ids: Sequence[int]) -> Outcome | None:
    """The answer this key got before. Raises Rejected if the key was used for something else."""
    if not key or actor.user_id is None:
        return None
    row = CommandKey.objects.filter(actor_id=actor.user_id, key=key).first()
    if row is None:
        return None
    if row.digest != _digest(command, inputs, ids):
        raise Rejected({"": _("This request key was already used for something else. Send a new key.")})
    return replace(_outcome(command, row.outcome), repeated=True)


def _outcome(command: Command, stored: dict[str, Any]) -> Outcome:
    batch = stored.get("batch")
    return Outcome(command.key, tuple(stored["ids"]), uuid.UUID(batch) if batch else None, stored.get("held"))


def _remember(
    command: Command, actor: Actor, key: str, inputs: Mapping[str, Any], ids: Sequence[int], outcome: Outcome
) -> None:
    if key and actor.user_id is not None:
        CommandKey.objects.create(
            actor_id=actor.user_id,
            key=key,
            command=command.key,
            digest=_digest(command, inputs, ids),
            at=actor.now(),
            outcome={
                "ids": list(outcome.ids),
                "batch": str(outcome.batch) if outcome.batch else None,
                "held": outcome.held,
            },
        )
