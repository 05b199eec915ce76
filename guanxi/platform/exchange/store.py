"""Storing a chunk: inserts, updates under version, one event per record, hooks; all inside the caller's transaction.

A chunk is tried whole. What the database or a hook refuses is found by halving: the rows are read and compared anew
and stored in two halves, until the one row is alone that cannot be stored; it is reported, the others are in.
"""

import uuid
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db import DatabaseError, DataError, IntegrityError, OperationalError, transaction
from django.utils.translation import gettext as _

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models.record import Fact
from guanxi.platform.access.scope import ScopeResolver
from guanxi.platform.commands import cascade, hanging, unique
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.differences import Differences, first_values, tracked
from guanxi.platform.commands.outcome import Change, Refusal, Rejected
from guanxi.platform.commands.record_event import by, event_for
from guanxi.platform.commands.saving import stamp
from guanxi.platform.entities import source
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import EntityKind
from guanxi.platform.events.services import append
from guanxi.platform.exchange.changes import Builder
from guanxi.platform.exchange.chunk import Chunk
from guanxi.platform.exchange.filling import number_records
from guanxi.platform.exchange.work import NEW, SHARE, UPDATE, Work


class Lost(Exception):
    """Somebody changed one of the records between reading and writing."""


class Store:
    """Stores the chunks of one import. ``scopes`` is anew for each chunk: a department may be moved meanwhile."""

    scopes: ScopeResolver

    def __init__(self, builder: Builder, actor: Actor, batch: uuid.UUID) -> None:
        self.builder, self.actor, self.batch = builder, actor, batch
        self._differences = {part.entity.key: Differences(part.entity) for part in builder.plan.parts}
        self._created = {part.entity.key: _event_kind(part.entity, "create") for part in builder.plan.parts}
        self._edited = {part.entity.key: _event_kind(part.entity, "edit") for part in builder.plan.parts}

    def store(self, chunk: Chunk, works: list[Work]) -> Counter[str]:
        """Store what was built for the good rows; gives what happened to how many. Rows that could not be stored
        have a problem in the chunk afterwards."""
        indexes = sorted(works[0].outcome)
        self.scopes = ScopeResolver()
        try:
            with transaction.atomic():
                return self._write(chunk, works)
        except OperationalError:
            raise  # a deadlock or a lost connection: the job tries the chunk again
        except (Lost, Refusal, gate.NotFound, IntegrityError, DataError) as error:
            return self._halve(chunk, indexes, error)

    def _halve(self, chunk: Chunk, indexes: Sequence[int], error: Exception) -> Counter[str]:
        if len(indexes) == 1:
            self._explain(chunk, indexes[0], error)
            return Counter()
        counted: Counter[str] = Counter()
        middle = max(1, len(indexes) // 2)
        for half in (indexes[:middle], indexes[middle:]):
            works = self.builder.build(chunk, half)
            number_records(works[0], self.actor)
            counted += self.store(chunk, works)
        return counted

    def _explain(self, chunk: Chunk, index: int, error: Exception) -> None:
        part = self.builder.plan.main
        if isinstance(error, IntegrityError):
            reasons = unique.explain(part.entity, error)
        elif isinstance(error, Rejected):
            reasons = error.errors
        elif isinstance(error, Lost):
            reasons = {"": _("Somebody else changed this record at the same moment. Import the row again.")}
        elif isinstance(error, DatabaseError):
            reasons = {"": _("The database cannot store a value of this row. Shorten or correct it.")}
        else:
            reasons = {"": str(error)}
        for key, message in reasons.items():
            chunk.refuse(index, str(message), part.position(key))

    # --- one try --------------------------------------------------------------------------------------
    def _write(self, chunk: Chunk, works: list[Work]) -> Counter[str]:
        counted: Counter[str] = Counter()
        for number, work in enumerate(works):
            if number:
                self._hang(chunk, work, works[0])
            self._write_part(work)
            prefix = f"{work.part.entity.key}." if number else ""
            counted += Counter(f"{prefix}{outcome}" for outcome in work.outcome.values() if outcome != SHARE)
        return counted

    def _hang(self, chunk: Chunk, work: Work, main: Work) -> None:
        """Name the host, now that it has an id, and ask the rules."""
        entity, host = work.part.entity, work.part.host
        for index in (*work.having(NEW), *work.having(UPDATE)):
            record = work.records[index]
            if work.outcome[index] == NEW and host is not None and host.set:
                host.set(record, main.record(index).pk)
            if errors := entity.clean(record, self.actor):
                raise Rejected({key: str(message) for key, message in errors.items()})
        number_records(work, self.actor)

    def _write_part(self, work: Work) -> None:
        entity = work.part.entity
        new = [work.records[index] for index in work.having(NEW)]
        changed = [(work.records[index], work.before[index]) for index in work.having(UPDATE)]
        if not new and not changed:
            return
        if entity.kind is EntityKind.FACT:
            self._write_facts(entity, new)
            return
        self._write_records(entity, new, changed)

    def _write_facts(self, entity: Entity, new: list[Fact]) -> None:
        """Facts carry the batch themselves and have no event each."""
        entity.derive(new, self.actor, self.scopes)
        for record in new:
            stamp(record, self.actor, created=True)
            record.batch = self.batch
        source.insert(entity.source.model, new)
        entity.after([Change(record, {}, created=True) for record in new], self.actor)

    def _write_records(self, entity: Entity, new: list[Any], changed: list[tuple[Any, dict[str, Any]]]) -> None:
        actor = self.actor.at(self.actor.now())
        hanging.hold_hosts(entity, [*new, *(record for record, _before in changed)])
        entity.derive([*new, *(record for record, _before in changed)], actor, self.scopes)
        differences = self._differences[entity.key]
        for record in new:
            stamp(record, actor, created=True)
        created = []
        if new:
            source.insert(entity.source.model, new)
            first = first_values(tracked(entity).values(), new)
            created = [Change(record, diff, created=True) for record, diff in zip(new, first, strict=True)]
        edited = self._save(entity, changed, differences, actor)
        kinds = [(self._created[entity.key], created), (self._edited[entity.key], edited)]
        told = by(actor)
        append([event_for(kind, entity, change, told, self.batch) for kind, changes in kinds for change in changes])
        cascade.rescope(entity, edited)
        entity.after([*created, *edited], actor)

    def _save(
        self, entity: Entity, changed: list[tuple[Any, dict[str, Any]]], differences: Differences, actor: Actor
    ) -> list[Change]:
        changes, writes = [], []
        for record, before in changed:
            version = record.version
            columns = differences.columns(record, before)
            if not columns:
                continue
            diff = differences.of_changed(record, before, columns)
            stamp(record, actor)
            changes.append(Change(record, {**diff, "version": [version, version + 1]}))
            writes.append((record, version, columns | ({"modified_at", "modified_by_id"} & before.keys())))
        if source.update(entity.source.model, writes):
            raise Lost
        for record, version, _columns in writes:
            record.version = version + 1
        return changes

    def relink(self, entity: Entity, records: Sequence[Any], befores: Sequence[dict[str, Any]]) -> None:
        """Store links that were set after the whole file was in."""
        self.scopes = ScopeResolver()
        self._write_records(entity, [], list(zip(records, befores, strict=True)))


def _event_kind(entity: Entity, name: str) -> str:
    return (
        commands.get(f"{entity.key}.{name}").event
        if entity.kind is not EntityKind.FACT and name in entity.commands
        else ""
    )
