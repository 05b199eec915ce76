"""The writer's SQL for SQLite: executemany inside the IMMEDIATE transaction that makes this writer the only one."""

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from guanxi.platform.bulk.changes import ChangeSet, PreparedChange
from guanxi.platform.bulk.columns import Column


def insert(
    connection: BaseDatabaseWrapper, model: type[models.Model], columns: list[Column], rows: Iterator[tuple[Any, ...]]
) -> None:
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(column.quoted for column in columns)
    marks = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(rows))  # noqa: S608 quoted names


def reserve(connection: BaseDatabaseWrapper, model: type[models.Model], n: int) -> range:
    """Move AUTOINCREMENT's own counter on. The write comes first: it takes the lock under which the read is true."""
    options = model._meta
    table, key = connection.ops.quote_name(options.db_table), connection.ops.quote_name(options.pk.column or "id")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s", [n, options.db_table])
        if not cursor.rowcount:  # no row has ever been inserted
            cursor.execute(
                f"INSERT INTO sqlite_sequence (name, seq) SELECT %s, coalesce(max({key}), 0) + %s FROM {table}",  # noqa: S608
                [options.db_table, n],
            )
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [options.db_table])
        last = cursor.fetchone()[0]
    return range(last - n + 1, last + 1)


def update(connection: BaseDatabaseWrapper, model: type[models.Model], change_set: ChangeSet) -> set[tuple[Any, ...]]:
    """One executemany per set of columns: SQLite pays for every index of a column named in SET, changed or not.

    The rows still there under their version are read first. The transaction holds the write lock, so nothing
    moves in between; reading *after* could not tell our version + 1 from that of the editor we lost to.
    """
    written: set[tuple[Any, ...]] = set()
    with connection.cursor() as cursor:
        changes = _still_valid(connection, cursor, model, change_set)
        changes.sort(key=_shape)
        for (names, versioned), group in groupby(changes, key=_shape):
            members = list(group)
            cursor.executemany(_update_sql(connection, model, change_set, names, versioned), _parameters(members))
            written.update(change.prepared_key for change in members)
    return written


def _shape(change: PreparedChange) -> tuple[tuple[str, ...], bool]:
    return tuple(sorted(change.values)), change.version is not None


def _parameters(changes: list[PreparedChange]) -> list[tuple[Any, ...]]:
    return [(*(change.values[name] for name in sorted(change.values)), *change.prepared_key) for change in changes]


def _update_sql(
    connection: BaseDatabaseWrapper,
    model: type[models.Model],
    change_set: ChangeSet,
    names: tuple[str, ...],
    versioned: bool,
) -> str:
    sets = [f"{change_set.columns[name].quoted} = %s" for name in names]
    if versioned and change_set.version:
        sets.append(f"{change_set.version.quoted} = {change_set.version.quoted} + 1")
    keys = " AND ".join(f"{key.quoted} = %s" for key in change_set.keys)
    table = connection.ops.quote_name(model._meta.db_table)
    return f"UPDATE {table} SET {', '.join(sets)} WHERE {keys}"  # noqa: S608 quoted names


def _still_valid(
    connection: BaseDatabaseWrapper, cursor: Any, model: type[models.Model], change_set: ChangeSet
) -> list[PreparedChange]:
    """The changes whose row exists and has the version asked for."""
    table = connection.ops.quote_name(model._meta.db_table)
    version = f"t.{change_set.version.quoted}" if change_set.version else "NULL"
    match = " AND ".join(
        f"t.{key.quoted} = json_extract(j.value, '$[{number}]')" for number, key in enumerate(change_set.keys)
    )
    cursor.execute(
        f"SELECT j.key, {version} FROM json_each(%s) AS j CROSS JOIN {table} AS t ON {match}",  # noqa: S608
        [json.dumps([change.prepared_key for change in change_set.changes])],
    )
    found = ((change_set.changes[position], held) for position, held in cursor.fetchall())
    return [change for change, held in found if change.version in (None, held)]
