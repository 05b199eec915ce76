"""The writer's SQL for PostgreSQL: COPY for many rows, one statement for few."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from guanxi.platform.bulk.changes import ChangeSet, PreparedChange
from guanxi.platform.bulk.columns import Column

FEW = 50
"""Up to this many rows one statement with VALUES is quicker than COPY, which costs a round trip more."""


def insert(
    connection: BaseDatabaseWrapper, model: type[models.Model], columns: list[Column], rows: Iterator[tuple[Any, ...]]
) -> None:
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(column.quoted for column in columns)
    head = list(islice(rows, FEW + 1))
    with connection.cursor() as cursor:
        if len(head) > FEW:
            _copy(connection, cursor, f"{table} ({names})", chain(head, rows))
        elif head:
            line = f"({', '.join(['%s'] * len(columns))})"
            cursor.execute(
                f"INSERT INTO {table} ({names}) VALUES {', '.join([line] * len(head))}",  # noqa: S608 quoted names
                list(chain.from_iterable(head)),
            )


def reserve(connection: BaseDatabaseWrapper, model: type[models.Model], n: int) -> list[int]:
    """Draw n numbers in one statement. Jumping ahead by setval would race with every writer that uses nextval."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval((SELECT pg_get_serial_sequence(%s, %s))::regclass) FROM generate_series(1, %s)",
            [connection.ops.quote_name(model._meta.db_table), model._meta.pk.column, n],
        )
        return [row[0] for row in cursor.fetchall()]


def update(connection: BaseDatabaseWrapper, model: type[models.Model], change_set: ChangeSet) -> set[tuple[Any, ...]]:
    """One UPDATE … FROM for all sets of columns: PostgreSQL writes the whole row anyway and compares values itself."""
    few = len(change_set.changes) <= FEW
    uniform = len({frozenset(change.values) for change in change_set.changes}) == 1
    names = _stage_columns(change_set)
    rows = (_stage_row(change, list(change_set.columns), uniform) for change in change_set.changes)
    with connection.cursor() as cursor:
        if few:
            # In brackets: "-5::integer" would be the negative of "5::integer", out of range at the lowest number.
            line = f"({', '.join(f'(%s)::{cast}' for cast in names.values())})"
            source = f"(VALUES {', '.join([line] * len(change_set.changes))}) AS s ({', '.join(names)})"
            parameters = list(chain.from_iterable(rows))
        else:
            _fill_stage(connection, cursor, model, change_set, rows)
            source, parameters = "guanxi_stage AS s", []
        _lock(connection, cursor, model, change_set)
        cursor.execute(_update_sql(connection, model, change_set, source, uniform), parameters)
        written = set(cursor.fetchall())
        if not few:
            cursor.execute("DROP TABLE guanxi_stage")
    return written


def _stage_columns(change_set: ChangeSet) -> dict[str, str]:
    """Names and types of the stage: keys k0…, version, given (which values the change sets), values c0…"""
    columns = {f"k{number}": key.cast for number, key in enumerate(change_set.keys)}
    columns |= {"version": "bigint", "given": "boolean[]"}
    return columns | {f"c{number}": column.cast for number, column in enumerate(change_set.columns.values())}


def _stage_row(change: PreparedChange, names: list[str], uniform: bool) -> tuple[Any, ...]:
    given = None if uniform else [name in change.values for name in names]
    return (*change.prepared_key, change.version, given, *(change.values.get(name) for name in names))


def _fill_stage(
    connection: BaseDatabaseWrapper,
    cursor: Any,
    model: type[models.Model],
    change_set: ChangeSet,
    rows: Iterable[tuple[Any, ...]],
) -> None:
    """A temporary table whose types are the table's own, so that a value too long is refused here as there."""
    table = connection.ops.quote_name(model._meta.db_table)
    columns = [f"{key.quoted} AS k{number}" for number, key in enumerate(change_set.keys)]
    columns += ["NULL::bigint AS version", "NULL::boolean[] AS given"]
    columns += [f"{column.quoted} AS c{number}" for number, column in enumerate(change_set.columns.values())]
    cursor.execute(
        f"CREATE TEMPORARY TABLE guanxi_stage ON COMMIT DROP AS "  # noqa: S608 quoted names
        f"SELECT {', '.join(columns)} FROM {table} WITH NO DATA"
    )
    _copy(connection, cursor, "guanxi_stage", rows)


def _lock(connection: BaseDatabaseWrapper, cursor: Any, model: type[models.Model], change_set: ChangeSet) -> None:
    """Take the row locks in key order: UPDATE … FROM takes them in any order, and two of them would deadlock."""
    table = connection.ops.quote_name(model._meta.db_table)
    keys = ", ".join(key.quoted for key in change_set.keys)
    parts = ", ".join(f"%s::{key.cast}[]" for key in change_set.keys)
    cursor.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE ({keys}) IN (SELECT * FROM unnest({parts})) "  # noqa: S608
        f"ORDER BY {keys} FOR NO KEY UPDATE) AS locked",
        [list(values) for values in zip(*(change.prepared_key for change in change_set.changes), strict=True)],
    )


def _update_sql(
    connection: BaseDatabaseWrapper, model: type[models.Model], change_set: ChangeSet, source: str, uniform: bool
) -> str:
    sets = []
    for number, column in enumerate(change_set.columns.values()):
        new = f"s.c{number}"
        sets.append(
            f"{column.quoted} = {new}"
            if uniform
            else f"{column.quoted} = CASE WHEN s.given[{number + 1}] THEN {new} ELSE t.{column.quoted} END"
        )
    where = [f"t.{key.quoted} = s.k{number}" for number, key in enumerate(change_set.keys)]
    if version := change_set.version:
        sets.append(f"{version.quoted} = t.{version.quoted} + CASE WHEN s.version IS NULL THEN 0 ELSE 1 END")
        where.append(f"(s.version IS NULL OR t.{version.quoted} = s.version)")
    table = connection.ops.quote_name(model._meta.db_table)
    keys = ", ".join(f"t.{key.quoted}" for key in change_set.keys)
    return f"UPDATE {table} AS t SET {', '.join(sets)} FROM {source} WHERE {' AND '.join(where)} RETURNING {keys}"  # noqa: S608


def _copy(connection: BaseDatabaseWrapper, cursor: Any, target: str, rows: Iterable[tuple[Any, ...]]) -> None:
    # Django wraps the errors of execute, not those of copy.
    with connection.wrap_database_errors, cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
