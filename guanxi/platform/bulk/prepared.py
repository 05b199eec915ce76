"""Queries composed by Django once and asked with other values each time.

The rights of a person are asked with every request and put into each of its statements: to compose the same SQL anew took
Django longer than all the answers took the database.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.utils.functional import cached_property

Values = Mapping[str, Any]
Sql = tuple[str, tuple[Any, ...]]


class Slot(Expression):
    """The place of a value in a prepared query; ``field`` says how the database writes the value."""

    def __init__(self, name: str, field: models.Field) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, _compiler: SQLCompiler, _connection: BaseDatabaseWrapper) -> Sql:  # type: ignore[override]
        return "%s", (self,)

    def filled(self, values: Values, connection: BaseDatabaseWrapper) -> Any:
        """The value as a parameter."""
        return self.output_field.get_db_prep_value(values[self.name], connection)


class Prepared:
    """``compose`` makes the query, with slots for what differs from one time to the next; it must not ask the database."""

    def __init__(self, compose: Callable[[], QuerySet]) -> None:
        self._compose = compose
        self._composed: dict[str, Sql] = {}

    def sql(self, values: Values, connection: BaseDatabaseWrapper) -> Sql:
        """The statement and its parameters."""
        found = self._composed.get(connection.vendor)
        if found is None:
            sql, parameters = self._compose().query.get_compiler(connection=connection).as_sql()
            found = self._composed[connection.vendor] = sql, tuple(parameters)
        sql, parameters = found
        return sql, tuple(one.filled(values, connection) if isinstance(one, Slot) else one for one in parameters)

    def rows(self, values: Values, *, using: str = "default") -> list[tuple[Any, ...]]:
        """The answer, as the driver gives it."""
        connection = connections[using]
        with connection.cursor() as cursor:
            cursor.execute(*self.sql(values, connection))
            return cursor.fetchall()

    def within(self, values: Values) -> "Subquery":
        """The query with these values, to stand behind ``…__in``."""
        return Subquery(self, values)


class Subquery(Expression):
    """Names nothing of the statement around it, so that it is neither resolved nor copied nor relabelled with it. PostgreSQL
    takes its answer for a short list: it counts what a table holds, not what one person has of it, and would read on in the
    order of a list of a million until it meets the two rows that somebody shares."""

    def __init__(self, prepared: Prepared, values: Values) -> None:
        super().__init__()
        self.prepared, self.values = prepared, values

    @cached_property
    def identity(self) -> tuple[Any, ...]:
        return type(self), id(self)

    def resolve_expression(self, *_context: Any, **_options: Any) -> "Subquery":
        return self

    def relabeled_clone(self, _changes: Any) -> "Subquery":
        return self

    def copy(self) -> "Subquery":
        return self

    def as_sql(self, _compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:  # type: ignore[override]
        sql, parameters = self.prepared.sql(self.values, connection)
        return (f"(SELECT unnest(ARRAY({sql})))" if connection.vendor == "postgresql" else f"({sql})"), parameters
