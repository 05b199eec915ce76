"""A JSON column of values by key, each of which an index can find: ``custom__x_seats`` is compiled to the very words that
``build_index`` gives the database, so that it knows the index for the same expression."""

import re
from hashlib import sha256
from typing import Any

from django.db import connections, models, router
from django.db.models.fields.json import KeyTransform
from django.db.models.lookups import IsNull

#: The only form of a key that may stand in SQL as it is.
PLAIN = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")


class ValueOf(KeyTransform):
    """The value of one key. It is null where the key is missing: no JSON null is ever kept."""

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, tuple[Any, ...]]:
        column, params, keys = self.preprocess_lhs(compiler, connection)
        if len(keys) != 1 or not PLAIN.match(keys[0]):
            return super().as_sqlite(compiler, connection, **extra)
        return _expression(connection, column, keys[0]), tuple(params)


@ValueOf.register_lookup
class ValueIsNull(IsNull):
    """Asked of the value itself, which is what the index has."""


class ValuesField(models.JSONField):
    """To migrations it is a plain JSON column."""

    def get_transform(self, name: str) -> Any:
        return super(models.JSONField, self).get_transform(name) or (
            lambda *args, **kwargs: ValueOf(name, *args, **kwargs)
        )

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs


def _expression(connection: Any, column: str, key: str) -> str:
    """The value in SQL. ``column`` is quoted already."""
    if not PLAIN.match(key):
        raise ValueError(f"{key!r} is no key of a value")
    if connection.vendor == "sqlite":
        return f"JSON_EXTRACT({column}, '$.\"{key}\"')"
    return f"({column} -> '{key}')"


#: A column and its value: the part of a table whose rows an index holds.
Part = tuple[str, int]


def index_name(model: type[models.Model], key: str, part: Part | None = None) -> str:
    """One for each table, part of it and key, within the 63 characters that PostgreSQL takes: what is cut off counts by its
    digest."""
    whole = f"{model._meta.db_table}.{key}" + (f".{part[0]}.{part[1]}" if part else "")
    return f"value_{sha256(whole.encode()).hexdigest()[:12]}_{key}"


def has_index(model: type[models.Model], key: str, part: Part | None = None) -> bool:
    """Whether the index is there and complete."""
    name = index_name(model, key, part)
    connection = connections[router.db_for_write(model)]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = %s", [name])
        else:
            cursor.execute(
                "SELECT 1 FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
                " WHERE relname = %s AND indisvalid AND pg_table_is_visible(pg_class.oid)",
                [name],
            )
        return cursor.fetchone() is not None


def build_index(model: type[models.Model], column: str, key: str, part: Part | None = None) -> None:
    """Make the index if it is not there, over a part of the table if one is named (by a ``PartField``). On PostgreSQL it does not hold up writers, unless within a transaction; what a
    killed attempt left incomplete is made anew. On SQLite writers wait, about two seconds for a million rows."""
    if has_index(model, key, part):
        return
    connection = connections[router.db_for_write(model)]
    quote = connection.ops.quote_name
    expression = _expression(connection, quote(column), key)
    where = f" WHERE {quote(part[0])} = {int(part[1])}" if part else ""
    drop_index(model, key, part)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE INDEX {_quietly(connection)}{quote(index_name(model, key, part))}"
            f" ON {quote(model._meta.db_table)} ({expression}, {quote(model._meta.pk.attname)}){where}"
        )


def drop_index(model: type[models.Model], key: str, part: Part | None = None) -> None:
    """Take the index away if it is there."""
    connection = connections[router.db_for_write(model)]
    with connection.cursor() as cursor:
        name = connection.ops.quote_name(index_name(model, key, part))
        cursor.execute(f"DROP INDEX {_quietly(connection)}IF EXISTS {name}")


def _quietly(connection: Any) -> str:
    return "CONCURRENTLY " if connection.vendor == "postgresql" and not connection.in_atomic_block else ""
