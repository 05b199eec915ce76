"""The one write path. Page, REST, import, process, MCP and jobs all come through ``run``.

In order: right, inputs, links, rules of the new state, numbers; then in one transaction: idempotency
key, locked rows (in key order, through the gate), versions, rules, the body, difference, save under
version, one event per record, what else belongs to it. A refusal leaves the database as it was.
"""

import json
import random
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils.translation import gettext as _

from guanxi.platform import bulk
from guanxi.platform.access import gate, keys, kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.kinds import Invalid
from guanxi.platform.access.masking import BlindField
from guanxi.platform.commands import held, unique
from guanxi.platform.commands.command import Command
from guanxi.platform.commands.models import CommandKey
from guanxi.platform.commands.outcome import Change, Conflict, Outcome, Refusal, Rejected
from guanxi.platform.commands.record_event import events_for
from guanxi.platform.commands.saving import change_records, insert_records, remove_records
from guanxi.platform.entities import links, registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.features import ruled_out
from guanxi.platform.events.services import append

SET_LIMIT = 500
#: How often a command begins again after another transaction was preferred, and the longest pause before, in seconds.
RETRIES, LONGEST_PAUSE = 3, 0.1


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
    repeated call harmless. Raises Forbidden, MustConfirm, NotFound, Rejected, Blocked, Conflict.
    """
    command.require(actor)
    command.require_confirmation(actor)
    if len(ids) > SET_LIMIT:
        raise ValueError(f"at most {SET_LIMIT} records in one transaction, not {len(ids)}")
    for left in reversed(range(RETRIES + 1)):
        try:
            return _once(command, actor, ids, inputs or {}, versions or {}, key, batch, approved)
        except OperationalError as error:
            if not left or connection.in_atomic_block or not bulk.lost_a_lock_fight(error):
                raise
            time.sleep(random.uniform(0, LONGEST_PAUSE))  # two that fought must not meet again at the same moment
    raise AssertionError("the last try returns or raises")


def _once(
    command: Command,
    actor: Actor,
    ids: Sequence[int],
    inputs: Mapping[str, Any],
    versions: Mapping[int, int],
    key: str,
    batch: uuid.UUID | None,
    approved: bool,
) -> Outcome:
    """An attempt. Of two calls with the same key at the same moment the slower one is refused by what the faster one has
    just written; it gets the faster one's answer instead."""
    try:
        return _attempt(command, actor, ids, inputs, versions, key, batch, approved)
    except (Refusal, gate.NotFound):
        known = _known(command, actor, key, inputs, ids)
        if known is None:
            raise
        return known


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
    values = read_inputs(command, actor, inputs, ids)
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
                if not command.tells_itself:
                    append(events_for(command, changes, actor, batch, command.note_of(values)))
                entity.after(changes, actor)
                claim_files(entity, changes)
                touched = records if command.tells_itself else [change.record for change in changes]
                outcome = Outcome(command.key, tuple(one.pk for one in touched), batch, changes=tuple(changes))
            _remember(command, actor, key, inputs, ids, outcome)
    except IntegrityError as error:
        raise Rejected(unique.explain(entity, error)) from error
    return outcome


def read_inputs(command: Command, actor: Actor, raw: Mapping[str, Any], ids: Sequence[int] = ()) -> dict[str, Any]:
    """Typed values of the inputs handed in. Raises Rejected with a message per field: for unknown or
    read-only fields, missing or wrong values, links out of reach. A link may stay where all of the records
    ``ids`` lead already: forms send back what they showed."""
    fields = command.inputs(actor)
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for key in raw:
        if key not in fields:
            errors[key] = _("There is no field “%(field)s” that you may set here.") % {"field": key}
    for key, field in fields.items():
        if isinstance(field, BlindField) and field.leaves(raw.get(key)):
            continue
        if key not in raw and (command.takes_fields or not field.required):
            if not command.takes_fields and not command.starts:
                values[key] = field.start()
            continue
        try:
            values[key] = field.parse(raw.get(key))
        except Invalid as error:
            errors[key] = str(error)
    astray = links.verify([(fields[key], value) for key, value in values.items()], actor)
    if astray and ids and (command.takes_fields or command.starts):
        astray = _changed(command, actor, {key: values[key] for key in astray}, ids, astray)
    if errors := errors | astray:
        raise Rejected(errors)
    return values


def _changed(
    command: Command, actor: Actor, values: dict[str, Any], ids: Sequence[int], astray: dict[str, str]
) -> dict[str, str]:
    """Those of the messages whose field is not what the records hold already."""
    fields = command.entity.fields()
    records = list(command.entity.rows_of(actor, action=command.right, pk__in=ids))
    return {
        key: message
        for key, message in astray.items()
        if not records or key not in fields or any(fields[key].get(record) != values[key] for record in records)
    }


def _make(command: Command, entity: Entity, actor: Actor, values: dict[str, Any]) -> list[Any]:
    """The new record in memory, checked and numbered before the transaction begins."""
    record = entity.source.new()
    fields = entity.fields()
    errors = {}
    for key, value in entity.starting(actor).items():
        fields[key].put(record, value)
    command.apply([record], values, actor)
    for key, field in fields.items():
        if field.required and not field.readonly and field.is_empty(field.get(record)):
            errors[key] = _("“%(label)s” is needed.") % {"label": field.label}
    if not errors:  # what checks the whole record may count on what is needed
        errors |= {key: str(message) for key, message in entity.clean(record, actor).items()}
    errors = ruled_out(entity, record, actor) | errors
    errors |= unique.duplicates(entity, record)
    if errors:
        raise Rejected(errors)
    gate_parent(entity, [record], actor)
    gate_hosts(entity, [record], actor)
    if entity.code_format and not record.code:
        (record.code,) = entity.codes(1, actor)
    return [record]


def gate_parent(entity: Entity, records: Sequence[Any], actor: Actor) -> None:
    """A line may be added only to a parent the actor may change that way; an attached record only to a host the actor
    may see (or whatever it asks). Raises NotFound or Forbidden."""
    parent = entity.parent_entity()
    if parent is not None:
        _refuse_unreachable(
            actor, parent, {getattr(record, f"{entity.parent}_id") for record in records}, entity.parent_action
        )
    hosts = {host.key: host for host in entity.attachable()}
    hanging: dict[str, set[int]] = {}
    for record in records if hosts else ():
        if not record.entity and entity.personal:
            continue
        if record.entity not in hosts:
            raise gate.NotFound
        hanging.setdefault(record.entity, set()).add(record.record_id)
    for key, ids in hanging.items():
        _refuse_unreachable(actor, hosts[key], ids, entity.attach_action)


def gate_hosts(entity: Entity, records: Sequence[Any], actor: Actor) -> None:
    """What hangs on a record may be added where the right to create it reaches: seeing the host is not enough. Raises
    NotFound or Forbidden."""
    if not entity.hangs_on:
        return
    link = entity.fields()[entity.hangs_on]
    host = registry.get(link.target)
    reach = gate.hosting(actor, entity, host)
    ids = {link.get(record) for record in records} - {None}
    if reach == (gate.EVERY_ROW,) or not host.is_record or not ids:
        return
    within = gate.few(host.base_rows(), reach, bulk.key_in("id", ids)).values_list("pk", flat=True)
    for missing in ids.difference(within):
        seen = gate.get(actor, host, missing)
        raise gate.Forbidden(
            _("You may see “%(record)s” but not add to it. Its owner or your administrator can help.")
            % {"record": host.title_of(seen, actor)}
        )


def _refuse_unreachable(actor: Actor, entity: Entity, ids: set[int], action: str) -> None:
    """Raise NotFound or Forbidden if one is out of reach. One query for all of them."""
    within = gate.among(actor, entity, action, bulk.key_in("id", ids))
    for missing in ids.difference(within.values_list("pk", flat=True)):
        gate.get(actor, entity, missing, action)


def _locked(command: Command, entity: Entity, actor: Actor, ids: Sequence[int]) -> list[Any]:
    """The rows, locked in key order. One id out of reach refuses all of them."""
    wanted = sorted(set(ids))
    if command.on_deleted:
        rows = gate.narrow(
            entity.source.rows(deleted=True), gate.sources(actor, entity, command.right), entity.every_row()
        )
    else:
        rows = entity.rows_of(actor, action=command.right)
    records = list(rows.filter(pk__in=wanted).order_by("pk").select_for_update(of=("self",)))
    if len(records) != len(wanted) or not wanted:
        if len(wanted) == 1 and not command.on_deleted:
            gate.get(actor, entity, wanted[0], command.right)
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


def claim_files(entity: Entity, changes: Sequence[Change]) -> None:
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
        return remove_records(entity, records)
    if command.asks:  # whoever may only look changes nothing of the record
        command.apply(records, values, actor)
        return []
    handed_in = values.keys() if command.takes_fields else ()
    changes = change_records(
        command, records, [actor] * len(records), lambda: command.apply(records, values, actor), handed_in
    )
    if command.beside:
        touched = {change.record.pk for change in changes}
        changes += [Change(record, {}) for record in records if record.pk not in touched]
    return changes


# --- idempotency ------------------------------------------------------------------------------------
def _digest(command: Command, inputs: Mapping[str, Any], ids: Sequence[int]) -> str:
    # Not by orjson, which knows neither numbers beyond 64 bits nor broken characters: both are for the fields to refuse.
    text = json.dumps([command.key, sorted(inputs.items()), sorted(ids)], default=str)
    return keys.blind(text, "commands.commandkey")  # keyed: nobody who reads it can try out inputs


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
