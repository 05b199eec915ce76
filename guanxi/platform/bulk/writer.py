"""Inserting and updating many rows of a model. The SQL of each database stands in sqlite.py and postgresql.py."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from types import ModuleType
from typing import Any

from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from guanxi.platform.bulk import postgresql, sqlite
from guanxi.platform.bulk.changes import ChangeSet, PreparedChange
from guanxi.platform.bulk.columns import Column, column_of, columns_of, key_fields, writable_fields

Key = Any
"""A primary key's value; a tuple in the order of its fields for a CompositePrimaryKey."""

Change = tuple[Key, int | None, dict[str, Any]]
"""Primary key, the version the writer has seen (None: whatever it is now), new values by attname."""

_TRANSPOSED = 500

_DIALECTS: dict[str, ModuleType] = {"sqlite": sqlite, "postgresql": postgresql}


def insert_many(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]], *, using: str = "default"
) -> None:
    """Insert ``rows``, all or none.

    ``columns`` are attnames (``owner_id``), each row holds their values as the model's fields would hold them.
    A column that is not named takes the field's default, as in ``Model()``; ``auto_now`` is not applied and primary
    keys come from the database: reserve_ids gives them beforehand. No ``save()``, no signal, no validation.

    Raises ValueError for an unknown column or a row of another length, and Django's database errors.
    """
    connection = connections[using]
    named = columns_of(model, columns, connection)
    constants, computed = _defaults(model, columns, connection)
    written = [*named, *(column for column, _ in constants), *(column for column, _ in computed)]
    tail = tuple(value for _, value in constants)

    prepared = prepare_rows(named, rows)
    if len(written) > len(named):
        prepared = ((*row, *tail, *(column.prepare(make()) for column, make in computed)) for row in prepared)
    with transaction.atomic(using=using, savepoint=False):
        _dialect(connection).insert(connection, model, written, prepared)


def prepare_rows(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
    """Each row's values as the driver takes them, a column at a time over _TRANSPOSED rows.

    ValueError names the first row (from 0) of a wrong length.
    """
    rows, start = iter(rows), 0
    while chunk := list(islice(rows, _TRANSPOSED)):
        lengths = list(map(len, chunk))
        if set(lengths) != {len(columns)}:
            wrong = next(place for place, length in enumerate(lengths) if length != len(columns))
            raise ValueError(f"Row {start + wrong} has {lengths[wrong]} values for {len(columns)} columns")
        values = zip(columns, zip(*chunk, strict=True), strict=True)
        yield from zip(*(column.prepare_all(given) for column, given in values), strict=True)
        start += len(chunk)


def reserve_ids(model: type[models.Model], n: int, *, using: str = "default") -> Sequence[int]:
    """``n`` unused primary keys of a model with an automatic integer key, ascending.

    They belong to the transaction they are reserved in: SQLite gives them out again after a roll-back, PostgreSQL
    leaves a gap. On PostgreSQL they need not be consecutive, since other writers draw from the sequence meanwhile.
    """
    if not isinstance(model._meta.pk, models.AutoField | models.BigAutoField | models.SmallAutoField):
        raise TypeError(f"{model._meta.label} has no automatic integer key")
    if n < 1:
        return range(0)
    with transaction.atomic(using=using, savepoint=False):
        return _dialect(connections[using]).reserve(connections[using], model, n)


def update_changed(
    model: type[models.Model],
    changes: Iterable[Change],
    *,
    using: str = "default",
    version_column: str = "version",
) -> set[Key]:
    """Write only the changed columns; give back the keys that were *not* written, for the caller to report.

    A change with a version is written only where the row still has it, and adds 1 to it. With version None the row
    is written whatever it holds and its version stays: for derived columns that nobody edits. A lost version and a
    deleted row are told apart by reading the row. Rows are locked in the order of their keys.

    Raises ValueError for an unknown column, a key given twice, or a change of the key or the version itself.
    """
    connection = connections[using]
    change_set = _prepare_changes(model, changes, version_column, connection)
    if not change_set.changes:
        return set()
    with transaction.atomic(using=using, savepoint=False):
        written = _dialect(connection).update(connection, model, change_set)
    return {change.key for change in change_set.changes if change.prepared_key not in written}


def _prepare_changes(
    model: type[models.Model], changes: Iterable[Change], version_column: str, connection: BaseDatabaseWrapper
) -> ChangeSet:
    keys = [column_of(field, connection) for field in key_fields(model)]
    refused = {column.field.attname for column in keys} | {version_column}
    columns: dict[str, Column] = {}
    prepared: dict[tuple[Any, ...], PreparedChange] = {}
    for key, version, values in changes:
        if not values and version is None:
            continue
        for name in values.keys() - columns.keys():
            if name in refused:
                raise ValueError(f"{name} of {model._meta.label} is a key or version: update_changed cannot set it")
            columns[name] = columns_of(model, [name], connection)[0]
        parts = key if len(keys) > 1 else (key,)
        prepared_key = tuple([column.prepare(part) for column, part in zip(keys, parts, strict=True)])
        if prepared_key in prepared:
            raise ValueError(f"{model._meta.label} {key} is changed twice")
        prepared[prepared_key] = PreparedChange(
            key, prepared_key, version, {name: columns[name].prepare(value) for name, value in values.items()}
        )
    versioned = any(change.version is not None for change in prepared.values())
    return ChangeSet(
        keys=keys,
        version=columns_of(model, [version_column], connection)[0] if versioned else None,
        columns=dict(sorted(columns.items())),
        changes=[prepared[key] for key in sorted(prepared)],
    )


def _defaults(
    model: type[models.Model], named: Sequence[str], connection: BaseDatabaseWrapper
) -> tuple[list[tuple[Column, Any]], list[tuple[Column, Callable[[], Any]]]]:
    """Columns the caller leaves out: those with one converted value for all rows, and those computed per row."""
    constants: list[tuple[Column, Any]] = []
    computed: list[tuple[Column, Callable[[], Any]]] = []
    for field in writable_fields(model):
        if field.attname in named or (field.primary_key and not field.has_default()) or field.has_db_default():
            continue
        column = column_of(field, connection)
        if field.has_default() and callable(field.default):
            computed.append((column, field.get_default))
        elif (value := field.get_default()) is not None:
            constants.append((column, column.prepare(value)))
    return constants, computed


def _dialect(connection: BaseDatabaseWrapper) -> ModuleType:
    return _DIALECTS[connection.vendor]
