"""Taking the personal data out of records, so that what is left points at nobody."""

from collections.abc import Collection, Sequence
from typing import Any

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.scope import ScopeResolver
from guanxi.platform.commands.outcome import Change
from guanxi.platform.commands.record_event import by, place_of
from guanxi.platform.commands.saving import stamp, stored_columns
from guanxi.platform.entities import source
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.features import features
from guanxi.platform.entities.options import EntityKind
from guanxi.platform.events.services import NewEvent, append
from guanxi.platform.privacy.declared import declared_of
from guanxi.platform.privacy.events import Anonymised
from guanxi.platform.privacy.marks import ERASED

#: Free text may name somebody whatever it was meant for.
_FREE = frozenset({"text", "longtext", "phone", "email", "url", "tags", "file"})


class Changed(Exception):
    """Somebody saved one of the records at the same moment: do it again."""


def emptied_fields(entity: Entity) -> list[Field]:
    """The fields that an erasure empties: personal data of whatever kind, and free text."""
    return [field for field in entity.fields().values() if field.set and _goes(entity, field)]


def _goes(entity: Entity, field: Field) -> bool:
    if field.key in ("entity", "code") or field.key in (entity.parent, entity.hangs_on):
        return False
    return field.kind.key in _FREE or declared_of(entity, field) is not None


def fields_of_kind(entity: Entity, data: str) -> list[Field]:
    """The fields with one kind of personal data; with all kinds for an empty ``data``."""
    return [
        field
        for field in entity.fields().values()
        if field.set and (said := declared_of(entity, field)) is not None and data in ("", said.data)
    ]


def empty(
    entity: Entity, records: Sequence[Any], fields: Collection[Field], actor: Actor, *, reason: str, batch: Any = None
) -> int:
    """Empty these fields of the records, in the caller's transaction; how many records held something. Each leaves an
    event without values, so that no undo brings them back. Raises Changed."""
    before = [stored_columns(entity, record) for record in records]
    for record in records:
        for field in fields:
            field.put(record, _nothing(field))
    entity.derive(list(records), actor, ScopeResolver())
    writes = []
    for record, old in zip(records, before, strict=True):
        changed = {name for name, value in stored_columns(entity, record).items() if value != old[name]}
        if changed:
            stamp(record, actor)
            writes.append((record, record.version, changed | {"modified_at", "modified_by_id"} & old.keys()))
    if source.update(entity.source.model, writes):
        raise Changed
    emptied = {field.key: [None, None] for field in fields}
    for feature in features():  # what they keep of the values must go as well
        feature.written(entity, [Change(record, emptied) for record, _version, _columns in writes], actor)
    if entity.kind is not EntityKind.LINE:
        told = Anonymised(fields=tuple(sorted(field.key for field in fields)), reason=reason)
        append(
            [
                NewEvent(kind=Anonymised.kind.key, payload=told, batch=batch, **place_of(entity, record), **by(actor))
                for record, _version, _columns in writes
            ]
        )
    return len(writes)


def _nothing(field: Field) -> Any:
    """What is left: nothing, or a mark where a field may not be empty."""
    if field.clearable and not field.required:
        return field.nothing
    return ERASED[: field.max_length] if field.kind.key in _FREE else field.start()
