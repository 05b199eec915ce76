"""Naming the index for a query where SQLite would take a worse one."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet
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
