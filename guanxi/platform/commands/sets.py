"""Creating and changing many records at once, each as somebody at a moment: the executor's steps, in sets."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from guanxi.platform import bulk
from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.scope import ScopeResolver
from guanxi.platform.commands import command as commands
from guanxi.platform.commands import unique
from guanxi.platform.commands.command import Command
from guanxi.platform.commands.executor import SET_LIMIT, claim_files, gate_hosts, gate_parent, read_inputs
from guanxi.platform.commands.outcome import Change, Rejected
from guanxi.platform.commands.record_event import by, event_for
from guanxi.platform.commands.saving import change_records, insert_records
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.features import ruled_out
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
        if not made:  # what is taken over was made by those who had the host at its time
            gate_hosts(entity, own, maker)
    entity.follow(records)
    wrong = {
        str(index): next(iter(found.values()))
        for index, (record, stamp) in enumerate(zip(records, stamps, strict=True))
        if (found := entity.clean(record, stamp) or ruled_out(entity, record, stamp))
    }
    if wrong:
        raise Rejected(wrong)
    if entity.code_format:
        unnumbered = [record for record in records if not record.code]
        for record, code in zip(unnumbered, entity.codes(len(unnumbered), actor), strict=True):
            record.code = code
    kind = commands.get(f"{entity.key}.create").event
    with transaction.atomic():
        changes = insert_records(entity, list(records), actor, scopes, stamps)
        append(
            [event_for(kind, entity, change, by(stamp), batch) for change, stamp in zip(changes, stamps, strict=True)]
        )
        entity.after(changes, actor)
    return changes


def _by_maker(makers: Sequence[Actor], records: Sequence[Any]) -> Iterator[tuple[Actor, list[Any]]]:
    """Each maker with their own records."""
    found: dict[int, tuple[Actor, list[Any]]] = {}
    for maker, record in zip(makers, records, strict=True):
        found.setdefault(id(maker), (maker, []))[1].append(record)
    yield from found.values()


@dataclass(frozen=True)
class Work:
    """What one person does at a moment: a command with its raw inputs on some records."""

    actor: Actor
    moment: datetime
    ids: Sequence[int]
    inputs: Mapping[str, Any]


def change_many(
    command: Command, actor: Actor, works: Sequence[Work], *, batch: uuid.UUID | None = None
) -> list[Change]:
    """Carry out the works, each as its own person at its own moment, all or none, in one transaction with one event
    per record. ``actor`` is who has the set carried out. A record is in one work only, because it gets one difference.

    For commands on live records that need no second person (ValueError for others, for more than SET_LIMIT records
    and for a record named twice). Raises Forbidden, NotFound, Rejected, Blocked.
    """
    entity = command.entity
    wanted = [pk for work in works for pk in work.ids]
    if command.new or command.removes or command.on_deleted or command.hold:
        raise ValueError(f"{command.key} cannot be carried out in sets of several people's work")
    if len(wanted) > SET_LIMIT or len(set(wanted)) != len(wanted):
        raise ValueError(f"at most {SET_LIMIT} records, each once, not {len(wanted)} with {len(set(wanted))} keys")
    for one in {id(work.actor): work.actor for work in works}.values():
        command.require(one)
    values = [read_inputs(command, work.actor, work.inputs, work.ids) for work in works]
    makers = [work.actor.at(work.moment) for work in works]
    maker_of = {pk: maker for work, maker in zip(works, makers, strict=True) for pk in work.ids}
    note_of = {pk: command.note_of(given) for work, given in zip(works, values, strict=True) for pk in work.ids}
    try:
        with transaction.atomic():
            records = _locked(command, works)

            def apply() -> None:
                for work, given, maker in zip(works, values, makers, strict=True):
                    command.apply([records[pk] for pk in work.ids], given, maker)

            for work, maker in zip(works, makers, strict=True):
                command.refuse_hindered([records[pk] for pk in work.ids], maker)
            changes = change_records(command, list(records.values()), [maker_of[pk] for pk in records], apply)
            # Told in the order of time: only then do events of the same moment get numbers in a row.
            changes.sort(key=lambda change: maker_of[change.record.pk].now())
            append(
                [
                    event_for(command.event, entity, one, by(maker_of[one.record.pk]), batch, note_of[one.record.pk])
                    for one in changes
                ]
            )
            entity.after(changes, actor)
            claim_files(entity, changes)
    except IntegrityError as error:
        raise Rejected(unique.explain(entity, error)) from error
    return changes


def _locked(command: Command, works: Sequence[Work]) -> dict[int, Any]:
    """The rows of all works, locked in key order; then each person's are looked for within their reach."""
    entity = command.entity
    wanted: dict[int, tuple[Actor, set[int]]] = {}
    for work in works:
        wanted.setdefault(id(work.actor), (work.actor, set()))[1].update(work.ids)
    ids = {pk for _actor, own in wanted.values() for pk in own}
    rows = entity.base_rows().filter(bulk.key_in("id", ids)).order_by("pk").select_for_update(of=("self",))
    records = {record.pk: record for record in rows}
    if not ids or len(records) != len(ids):
        raise gate.NotFound
    for one, own in wanted.values():
        if not gate.admits(one, entity, own, command.right):
            raise gate.NotFound
    return records
