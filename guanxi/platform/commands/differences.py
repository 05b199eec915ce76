"""What an event tells of a record: the JSON form of its fields, worked out a field at a time over many records."""

from collections.abc import Iterable, Sequence
from typing import Any

from guanxi.platform.access import kinds
from guanxi.platform.access.fields import Field
from guanxi.platform.entities.entity import Entity

EMPTY: tuple[Any, ...] = (None, "", [])
EMPTY_TYPES = frozenset(map(type, EMPTY))
NOT_TOLD = frozenset({"created_at", "created_by", "modified_at", "modified_by"})


def tracked(entity: Entity) -> dict[str, Field]:
    """The fields whose values stand in differences: all but who and when, and what lies beside the record, which no command
    of the record writes and which would be asked for record by record."""
    return {
        key: field
        for key, field in entity.fields().items()
        if key not in NOT_TOLD and (field.set or field.readonly) and field.beside is None
    }


def first_values(fields: Iterable[Field], records: Sequence[Any]) -> list[dict[str, list[Any]]]:
    """Field key → [None, value] of every field that holds something, per record."""
    stored = [record.__dict__ for record in records]
    columns: dict[str, Sequence[Any]] = {}
    for field in fields:
        if name := field.attribute:
            values = [attributes[name] for attributes in stored]
        else:
            values = [field.get(record) for record in records]
        if any(values) or not EMPTY_TYPES.issuperset(map(type, values)):  # most columns of most files are empty
            columns[field.key] = _exported(field, values)
    if not columns:
        return [{} for _record in records]
    return [
        {key: [None, value] for key, value in zip(columns, row, strict=True) if value or value not in EMPTY}
        for row in zip(*columns.values(), strict=True)
    ]


def _exported(field: Field, values: list[Any]) -> list[Any]:
    to_json = field.kind.to_json
    if to_json is kinds.TEXT.to_json:
        return values
    return [to_json(value) if value or value not in EMPTY else value for value in values]


class Differences:
    """Compares records of one entity with what they were; the same as the executor's differences, in sets."""

    def __init__(self, entity: Entity) -> None:
        self._by_column: dict[str, list[Field]] = {}
        for field in tracked(entity).values():
            if column := field.key if field.sealed else entity.source.column(field):
                self._by_column.setdefault(column, []).append(field)

    def columns(self, record: Any, before: dict[str, Any]) -> set[str]:
        """The attributes that differ from how the record was read."""
        now = record.__dict__
        return {
            name
            for name, value in before.items()
            if (held := now.get(name)) is not value and held != value and name not in ("_state", "version")
        }

    def of_changed(self, record: Any, before: dict[str, Any], columns: set[str]) -> dict[str, list[Any]]:
        """Field key → [old, new] of the fields in these attributes."""
        old = object.__new__(type(record))
        old.__dict__ = before
        diff = {}
        for name in columns:
            for field in self._by_column.get(name, ()):
                if field.attribute:
                    was, now = field.exported(before[name]), field.exported(record.__dict__[name])
                else:
                    was, now = field.exported(field.get(old)), field.exported(field.get(record))
                if was != now:
                    diff[field.key] = [was, now]
        return diff
