"""Any number of keys as one parameter, without the databases' limit of variables per statement."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Func
from django.db.models.sql.compiler import SQLCompiler


class KeyIn(Func):
    """``column`` is one of ``keys``: a condition for ``filter()``, ``Q`` and ``When``."""

    output_field = models.BooleanField()
    arity = 1

    def __init__(self, column: str, keys: tuple[Any, ...]) -> None:
        super().__init__(column)
        self.keys = keys

    def as_sqlite(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, list[Any]]:
        return self._compiled(compiler, connection)

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, list[Any]]:
        return self._compiled(compiler, connection)

    def _compiled(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        column = self.get_source_expressions()[0]
        sql, parameters = compiler.compile(column)
        condition, keys = one_of(sql, column.output_field, self.keys, connection)
        return condition, [*parameters, keys]


def one_of(
    quoted: str, field: models.Field, keys: Iterable[Any], connection: BaseDatabaseWrapper
) -> tuple[str, str | list[Any]]:
    """The SQL for "this column is one of ``keys``" and its one parameter."""
    if isinstance(field, models.ForeignKey):
        field = field.target_field
    prepared = [field.get_db_prep_value(key, connection) for key in keys]
    if connection.vendor == "sqlite":
        return f"{quoted} IN (SELECT value FROM json_each(%s))", json.dumps(prepared)  # noqa: S608 quoted
    # The cast keeps the column's index in use whatever size the driver would give the numbers.
    cast = (field.cast_db_type(connection) or "text").split("(")[0]
    return f"{quoted} = ANY(%s::{cast}[])", prepared


def key_in(column: str, keys: Iterable[Any]) -> KeyIn:
    """A condition for ``filter()``: ``Customer.objects.filter(key_in("code", codes))``. None never matches.

    For columns of whole numbers, text, UUID and dates; ``column`` may follow relations (``owner__code``).
    """
    return KeyIn(column, tuple(key for key in keys if key is not None))


def rows_by_key(
    model: type[models.Model],
    column: str,
    keys: Iterable[Any],
    fields: Sequence[str],
    *,
    using: str = "default",
) -> list[tuple[Any, ...]]:
    """The rows of ``model`` whose ``column`` is one of ``keys``, as tuples of ``fields``, in no order.

    Reads past every scope: the caller holds the right to. Not for use inside ``atomic`` (README.md).
    """
    return list(model._base_manager.using(using).filter(key_in(column, keys)).values_list(*fields))
