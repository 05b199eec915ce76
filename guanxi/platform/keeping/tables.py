"""Tables as an archive holds them: rows as they lie in the database, in a form that both databases share.

A mirror of a model has the same columns with Django's own plain types: what a field of ours does on top (decrypting,
scaling) is left out, so that what is sealed in the database stays sealed in the archive.
"""

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import Any
from uuid import UUID

import orjson
from django.apps.registry import Apps
from django.db import connections, models
from django.utils.dateparse import parse_date, parse_datetime, parse_time

from guanxi.platform.bulk import insert_many

#: Sessions end with a restore, the search index is built anew from the records; what marks itself ``side`` is worth nothing
#: later.
LEFT_OUT = frozenset({"sessions.session", "usersessions.usersession", "search.searchdoc", "search.searchkind"})
FETCHED = 2_000
#: About so many bytes of rows make one member of the archive.
MEMBER = 8 * 2**20
Row = Sequence[Any]


def kept_models(apps: Any) -> list[type[models.Model]]:
    """The models whose rows belong into a backup, by label."""
    found = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
        and not model._meta.proxy
        and not getattr(model, "side", False)
        and model._meta.label_lower not in LEFT_OUT
    ]
    return sorted(found, key=lambda model: model._meta.label_lower)


def mirror(model: type[models.Model]) -> type[models.Model]:
    """A model of the same table with plain types, in a registry of its own."""
    columns = [field for field in model._meta.concrete_fields if field.column and not field.generated]
    keys = [field.attname for field in model._meta.pk_fields]
    members: dict[str, Any] = {field.attname: _plain(field, key=[field.attname] == keys) for field in columns}
    if len(keys) > 1:
        members["pk"] = models.CompositePrimaryKey(*keys)
    meta = {"app_label": "keeping_mirror", "db_table": model._meta.db_table, "managed": False, "apps": Apps()}
    members |= {"__module__": __name__, "Meta": type("Meta", (), meta)}
    return type(f"Mirror{model.__name__}", (models.Model,), members)


def _plain(field: models.Field, *, key: bool) -> models.Field:
    name = field.column
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    base: Any = next(one for one in type(field).__mro__ if one.__module__.startswith("django.db.models"))
    options: dict[str, Any] = {"db_column": name, "null": True} if not key else {"db_column": name, "primary_key": True}
    if issubclass(base, models.AutoField | models.BigAutoField | models.SmallAutoField) or base is models.Field:
        base = models.BigIntegerField if base is not models.Field else models.TextField
    if issubclass(base, models.CharField):
        return models.CharField(max_length=field.max_length, **options)
    if issubclass(base, models.DecimalField):
        decimal: Any = field
        return models.DecimalField(max_digits=decimal.max_digits, decimal_places=decimal.decimal_places, **options)
    if issubclass(base, models.FileField):
        return models.CharField(max_length=field.max_length, **options)
    return base(**options)


# --- out ------------------------------------------------------------------------------------------------
class Digest:
    """Number and SHA-256 of the rows of a table, in the order of their key."""

    def __init__(self) -> None:
        self.rows = 0
        self._hash = hashlib.sha256()

    def add(self, line: bytes) -> None:
        self.rows += 1
        self._hash.update(line)

    def hexdigest(self) -> str:
        return self._hash.hexdigest()

    def summary(self) -> dict[str, Any]:
        return {"rows": self.rows, "sha256": self.hexdigest()}


def lines_of(model: type[models.Model], using: str) -> Iterator[bytes]:
    """Every row as a line of JSON."""
    plain = mirror(model)
    keys = [field.attname for field in plain._meta.pk_fields]
    rows = plain._base_manager.using(using).order_by(*keys).values_list(*_names(plain))
    for row in rows.iterator(chunk_size=FETCHED):
        yield orjson.dumps(row, default=_encoded, option=orjson.OPT_SORT_KEYS) + b"\n"


def _names(plain: type[models.Model]) -> list[str]:
    """Columns in an order that does not depend on how the model or its migrations came about."""
    return sorted(field.attname for field in plain._meta.concrete_fields if field.column)


def _encoded(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    raise TypeError(f"{value!r} has no place in an archive")


def members_of(model: type[models.Model], using: str, digest: Digest) -> Iterator[bytes]:
    """The rows of a table in pieces for the archive, each headed by the names of the columns."""
    plain = mirror(model)
    head = orjson.dumps(_names(plain)) + b"\n"
    piece = bytearray(head)
    for line in lines_of(model, using):
        digest.add(line)
        piece += line
        if len(piece) >= MEMBER:
            yield bytes(piece)
            piece = bytearray(head)
    if len(piece) > len(head):
        yield bytes(piece)


def digest_of(model: type[models.Model], using: str) -> Digest:
    """The digest of a table as it stands in a database."""
    digest = Digest()
    for line in lines_of(model, using):
        digest.add(line)
    return digest


# --- in -------------------------------------------------------------------------------------------------
_DECODERS: dict[type[models.Field], Callable[[Any], Any]] = {
    models.DateTimeField: parse_datetime,
    models.DateField: parse_date,
    models.TimeField: parse_time,
    models.UUIDField: UUID,
    models.DecimalField: Decimal,
    models.BinaryField: base64.b64decode,
}


def load(model: type[models.Model], data: bytes, using: str, digest: Digest) -> int:
    """Insert one member's rows as they are; returns how many. Raises ValueError for columns the table does not have."""
    plain = mirror(model)
    head, *lines = data.splitlines(keepends=True)
    names = orjson.loads(head)
    fields = {field.attname: field for field in plain._meta.concrete_fields}
    decoders = [_DECODERS.get(type(fields[name])) for name in names]

    def rows() -> Iterator[Row]:
        for line in lines:
            digest.add(line)
            values = orjson.loads(line)
            yield [
                value if decode is None or value is None else decode(value)
                for value, decode in zip(values, decoders, strict=True)
            ]

    _in_chunks(partial(insert_many, plain, names, using=using), rows())
    return len(lines)


def _in_chunks(insert: Callable[[list[Row]], None], rows: Iterable[Row]) -> None:
    rows = iter(rows)
    while chunk := list(islice(rows, FETCHED)):
        insert(chunk)


def clear(model: type[models.Model], using: str) -> None:
    """Remove what a migration has put into a table; the archive brings its own."""
    rows = mirror(model)._base_manager.using(using)
    if rows.exists():
        rows.all().delete()


# --- the next number ------------------------------------------------------------------------------------
def last_id(model: type[models.Model], using: str) -> int | None:
    """The last number that the database gave out, which may be higher than any row: numbers are never used again."""
    key = model._meta.pk
    if not isinstance(key, models.AutoField):
        return None
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [model._meta.db_table])
        else:
            cursor.execute(
                "SELECT last_value FROM pg_sequences WHERE schemaname = current_schema() AND format('%%I.%%I', schemaname, "
                "sequencename)::regclass = pg_get_serial_sequence(%s, %s)::regclass",
                [connection.ops.quote_name(model._meta.db_table), key.column],
            )
        found = cursor.fetchone()
    return found[0] or None if found else None


def set_last_id(model: type[models.Model], value: int, using: str) -> None:
    connection, table = connections[using], model._meta.db_table
    assert model._meta.pk is not None
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, value])
        else:
            name = connection.ops.quote_name(table)
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [name, model._meta.pk.column, value])
