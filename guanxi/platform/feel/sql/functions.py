"""The few pieces of SQL that Django has no expression for, each the same on both databases."""

from typing import Any

from django.db.models import BigIntegerField, CharField, Func
from django.db.models.lookups import BuiltinLookup


class NotEqual(BuiltinLookup):
    """``<>``: NULL on either side gives neither true nor false."""

    lookup_name = "feel_ne"

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        return f"<> {rhs}"


class ByCodePoint(Func):
    """A text that is compared by code point, whatever the collation of the database."""

    arity = 1
    template = "(%(expressions)s) COLLATE BINARY"
    output_field = CharField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template='(%(expressions)s) COLLATE "C"', **context)


class Joined(Func):
    """Texts one after the other; NULL if one of them is."""

    template = "(%(expressions)s)"
    arg_joiner = " || "
    output_field = CharField()


class Scaled(Func):
    """A decimal column as a whole number of its smallest unit: SQLite keeps decimals as floats, whole numbers exactly."""

    arity = 1
    template = "CAST(ROUND((%(expressions)s) * %(factor)d) AS bigint)"
    output_field = BigIntegerField()

    def __init__(self, expression: Any, scale: int) -> None:
        super().__init__(expression, factor=10**scale)


class Arithmetic(Func):
    """Whole numbers with an operator between them, in 64 bits."""

    template = "(%(expressions)s)"
    output_field = BigIntegerField()

    def __init__(self, operator: str, *expressions: Any) -> None:
        super().__init__(*expressions, arg_joiner=f" {operator} ")


class DaysBetween(Func):
    """How many days the first date lies after the second."""

    arity = 2
    output_field = BigIntegerField()
    template = "CAST(%(expressions)s AS bigint)"
    arg_joiner = " - "

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(
            compiler,
            connection,
            template="CAST(julianday(%(expressions)s) AS bigint)",
            arg_joiner=") - julianday(",
            **context,
        )
