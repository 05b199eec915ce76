"""Keeping SQLite from an index that is the worse one for a query."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.datastructures import BaseTable


class _Through(BaseTable):
    """The table of a query, with the index that SQLite must take."""

    index = ""

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[str | int, ...]]:
        sql, parameters = super().as_sql(compiler, connection)
        if connection.vendor == "sqlite":
            sql += f" INDEXED BY {connection.ops.quote_name(self.index)}"
        return sql, parameters

    def relabeled_clone(self, change_map: dict[str | None, str]) -> "_Through":
        return _table(super().relabeled_clone(change_map), self.index)


def _table(table: Any, index: str) -> _Through:
    found = _Through(table.table_name, table.table_alias)
    found.index = index
    return found


def through(rows: QuerySet, index: str) -> QuerySet:
    """The same rows, which SQLite finds through this index; PostgreSQL, which counts what its columns hold, chooses by itself.
    A query that the index cannot answer is refused by SQLite."""
    found = rows.all()
    alias = found.query.get_initial_alias()
    found.query.alias_map[alias] = _table(found.query.alias_map[alias], index)
    return found


class Unordered(Func):
    """The value of a column to group rows by. SQLite groups by reading everything in the order of an index on the column, even
    where a condition leaves few rows; by the bare value it puts those in order that are there."""

    arity = 1
    template = "%(expressions)s"

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="+%(expressions)s", **context)
