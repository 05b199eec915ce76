"""Writing the records of a command: derived columns, rules, difference, save. The caller has the transaction and the
locks; the executor and the bulk doors come through here alike."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from django.db.models import Model

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.scope import ScopeResolver
from guanxi.platform.commands import cascade, hanging, unique
from guanxi.platform.commands.command import Command
from guanxi.platform.commands.differences import first_values, tracked
from guanxi.platform.commands.outcome import Blocked, Change, Conflict, Rejected
from guanxi.platform.entities import source
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.features import ruled_out


def change_records(
    command: Command,
    records: Sequence[Any],
    makers: Sequence[Actor],
    apply: Callable[[], None],
    handed_in: Collection[str] = (),
) -> list[Change]:
    """What ``apply`` does to the locked records, with derived columns, rules, difference and save; the caller's
    transaction. ``makers`` are the actors, at their moments, who change each record; ``handed_in`` the keys of the fields
    that they gave a value."""
    entity = command.entity
    fields = tracked(entity)
    before = [_snapshot(fields, record) for record in records]
    columns_before = [stored_columns(entity, record) for record in records]
    apply()
    entity.follow(records)
    errors: dict[str, str] = {}
    refused: dict[int, dict[str, str]] = {}
    for record, maker, old in zip(records, makers, before, strict=True):
        now = _snapshot(fields, record)
        changed = {key: not fields[key].is_empty(old.get(key)) for key, value in now.items() if value != old.get(key)}
        if changed and not command.on_deleted:
            errors |= {key: str(message) for key, message in entity.clean(record, maker).items()}
            errors |= unique.duplicates(entity, record, changed)
        asked = (changed or handed_in) and not command.on_deleted
        if asked and (found := ruled_out(entity, record, maker, changed, handed_in)):
            refused[record.pk] = found
    if len(records) == 1:
        errors = next(iter(refused.values()), {}) | errors
    if errors:
        raise Rejected(errors)
    if refused:  # of many records those that a rule refuses can be left out
        raise Blocked({pk: next(iter(found.values())) for pk, found in refused.items()})
    # What the body left alone stays alone: derived columns follow a change, they are not a reason for one.
    touched = [
        Touched(record, maker, old, old_columns)
        for record, maker, old, old_columns in zip(records, makers, before, columns_before, strict=True)
        if stored_columns(entity, record) != old_columns
    ]
    if host := entity.hangs_on:
        moved = [one.record for one in touched if fields[host].get(one.record) != one.fields.get(host)]
        hanging.hold_hosts(entity, moved)
    entity.derive([one.record for one in touched], makers[0], ScopeResolver())
    changes = _update(entity, touched)
    hanging.follow(entity, [(one.record, one.columns.get("deleted_at")) for one in touched])
    cascade.rescope(entity, changes)
    return changes


def rewrite_records(entity: Entity, records: Sequence[Any], actor: Actor, apply: Callable[[], None]) -> list[Change]:
    """What ``apply`` does to locked records whose own rules are not asked again, because it is no choice of theirs: another
    link after a merge. Derived columns, difference and save as always; the caller's transaction."""
    fields = tracked(entity)
    touched = [Touched(one, actor, _snapshot(fields, one), stored_columns(entity, one)) for one in records]
    apply()
    entity.derive(records, actor, ScopeResolver())
    changes = _update(entity, touched)
    hanging.follow(entity, [(one.record, one.columns.get("deleted_at")) for one in touched])
    cascade.rescope(entity, changes)
    return changes


def remove_records(entity: Entity, records: list[Any]) -> list[Change]:
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
    entity.derive(records, actor, scopes or ScopeResolver())
    for record, maker in zip(records, stamps or [actor] * len(records), strict=True):
        stamp(record, maker, created=True)
    source.insert(entity.source.model, records)
    first = first_values(tracked(entity).values(), records)
    return [Change(record, diff, created=True) for record, diff in zip(records, first, strict=True)]


class Touched(NamedTuple):
    """A changed record with who changed it, its fields and its columns as they were."""

    record: Any
    maker: Actor
    fields: dict[str, Any]
    columns: dict[str, Any]


def _update(entity: Entity, touched: Sequence[Touched]) -> list[Change]:
    """Save what differs of each."""
    changes, writes = [], []
    fields = tracked(entity)
    for record, maker, old, old_columns in touched:
        new_columns = stored_columns(entity, record)
        columns = {name for name, value in new_columns.items() if value != old_columns[name]}
        if not columns:
            continue
        version = record.version
        stamp(record, maker)
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
    model: type[Model] = type(record)
    moments, people = _stamps(model, created)
    now, user = actor.now(), actor.user_id
    for name in moments:
        setattr(record, name, now)
    for name in people:
        setattr(record, name, user)


@cache
def _stamps(model: type[Model], created: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The attributes for when and for who, of those that the model has."""
    wanted = [("modified_at", "modified_by_id"), *([("created_at", "created_by_id")] if created else [])]
    pairs = [pair for pair in wanted if hasattr(model, pair[0])]
    return tuple(moment for moment, _who in pairs), tuple(who for _moment, who in pairs if hasattr(model, who))


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
