"""Copying columns from the rows that others point at: one statement however many rows and values there are."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connections, models

from guanxi.platform.bulk.columns import columns_of, key_fields
from guanxi.platform.bulk.keys import one_of

_DIFFERS = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}


def copy_columns(
    model: type[models.Model],
    names: Sequence[str],
    *,
    source: type[models.Model],
    link: str,
    among: tuple[str, Iterable[Any]],
    where: Mapping[str, Any] | None = None,
    using: str = "default",
) -> int:
    """Give rows of ``model`` the values that ``names`` have in the row of ``source`` whose primary key stands in their
    ``link``; how many rows were written.

    ``among`` is (column of ``source``, values): the rows to copy from. ``where`` are further equalities of ``model``.
    Columns are attnames, ``names`` those of both models. A row that holds these values already is not written, and no
    version moves. Raises ValueError for an unknown column.
    """
    connection = connections[using]
    differs = _DIFFERS[connection.vendor]
    copied = columns_of(source, names, connection)
    columns_of(model, names, connection)
    (pointer,), (chosen,) = columns_of(model, [link], connection), columns_of(source, [among[0]], connection)
    tests = [(columns_of(model, [name], connection)[0], value) for name, value in (where or {}).items()]
    concerned, keys = one_of(f"s.{chosen.quoted}", chosen.field, among[1], connection)
    (primary,) = (connection.ops.quote_name(field.column or "") for field in key_fields(source))
    conditions = [
        concerned,
        f"t.{pointer.quoted} = s.{primary}",
        *(f"t.{column.quoted} = %s" for column, _value in tests),
        f"({' OR '.join(f't.{column.quoted} {differs} s.{column.quoted}' for column in copied)})",
    ]
    table, other = (connection.ops.quote_name(one._meta.db_table) for one in (model, source))
    sets = ", ".join(f"{column.quoted} = s.{column.quoted}" for column in copied)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} AS t SET {sets} FROM {other} AS s WHERE {' AND '.join(conditions)}",  # noqa: S608 quoted
            [keys, *(column.prepare(value) for column, value in tests)],
        )
        return int(cursor.rowcount)
